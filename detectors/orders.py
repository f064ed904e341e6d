"""Orders in a seller's state: how far each got, and where the exposure counts it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from detectors import buyers, exposure, ledger, shares, surging
from detectors.baseline import Surges
from detectors.exposure import ExposureTerms
from detectors.records import Listing, Order
from detectors.returns import Folded, ReturnTerms, fold
from detectors.rhythm import SilenceTerms
from detectors.state import MAX_OPEN_ORDERS, SellerState
from detectors.tally import DELIVERED, Count
from schemas import OrderCancelled, OrderDelivered, OrderPaid, PayoutReleased
from schemas.fields import DAY_US

SOLD_ENOUGH: Final = 1_000  # more of one listing are not counted
CLOSED_ORDER_KEPT_US: Final = 7 * DAY_US  # for events that arrive after the one that closed it
_NO_RETURNS: Final[Mapping[str, Folded]] = {}


class Terms(msgspec.Struct, frozen=True):
    """The policy's numbers that the state depends on."""

    returns: ReturnTerms = ReturnTerms()
    exposure: ExposureTerms = ExposureTerms()
    silence: SilenceTerms = SilenceTerms()
    surge: Surges = Surges()


def open_order(state: SellerState, order_id: str) -> Order | None:
    """The order, made when it is new; None when the seller has too many open ones."""
    order = state.orders.get(order_id)
    if order is None:
        if len(state.orders) >= MAX_OPEN_ORDERS:
            state.core.truncated = True
            return None
        order = state.orders[order_id] = Order(Decimal(0), "")
    return order


def paid(state: SellerState, event: OrderPaid, now_us: int, terms: Terms) -> None:
    """A buyer paid; a repeated payment of the same order changes nothing."""
    order = open_order(state, event.order_id)
    if order is None or 0 < order.paid_us <= now_us:
        return
    before = _sale(order, terms)
    listing = state.listings.get(event.listing_id)
    if listing is not None:
        order.brand, order.category = listing.brand, listing.category
        if not order.paid_us:
            _sold_again(state, listing, event.listing_id)
    arrived = bool(order.delivered_us and not order.paid_us)
    order.amount, order.currency = exposure.exact(event.amount), event.currency
    order.listing_id, order.buyer_id = event.listing_id, event.buyer_id
    order.paid_us = now_us
    if arrived:
        _has_arrived(state, order, terms)
    ledger.sold(state, before, _sale(order, terms))
    settle_order(state, event.order_id, terms)


def count_sales(state: SellerState, listing_id: str) -> None:
    """From now on it is counted how often the listing is sold, those included that are remembered."""
    listing = state.listings.get(listing_id)
    if listing is not None and not listing.sold:
        known = sum(bool(order.paid_us) and order.listing_id == listing_id for order in state.orders.values())
        listing.sold = min(max(known, 1), SOLD_ENOUGH)
        state.touch("listings", listing_id)


def _sold_again(state: SellerState, listing: Listing, listing_id: str) -> None:
    if 0 < listing.sold < SOLD_ENOUGH:
        listing.sold += 1
        state.touch("listings", listing_id)


def delivered(state: SellerState, event: OrderDelivered, now_us: int, terms: Terms) -> None:
    """The buyer has the parcel."""
    order = open_order(state, event.order_id)
    if order is None or 0 < order.delivered_us <= now_us:
        return
    arrived = bool(order.paid_us and not order.delivered_us)
    before, order.delivered_us = _sale(order, terms), now_us
    if arrived:
        _has_arrived(state, order, terms)
    ledger.sold(state, before, _sale(order, terms))
    if not state.core.deliveries_known:
        state.core.deliveries_known = True
        _assume_no_more(state, now_us, terms)
    settle_order(state, event.order_id, terms)


def _has_arrived(state: SellerState, order: Order, terms: Terms) -> None:
    """An order is known to be both paid and delivered, for the first time."""
    state.core.delivered_orders += 1
    buyers.note(state, order.buyer_id, order.delivered_us)
    surging.delivered(state, order.delivered_us, terms.surge.seller)
    shares.move(state, order.category)
    state.count(Count(DELIVERED, order.brand, order.category, 1, order.amount, order.currency))


def _assume_no_more(state: SellerState, now_us: int, terms: Terms) -> None:
    """The seller's first known delivery: orders that were only assumed to have arrived wait for theirs again."""
    for order_id, order in state.orders.items():
        if order.paid_us and not order.delivered_us and order.counted_as != "undelivered":
            settle_order(state, order_id, terms, now_us)


def cancelled(state: SellerState, event: OrderCancelled, now_us: int, terms: Terms) -> None:
    """The order fell through."""
    order = open_order(state, event.order_id)
    if order is None or 0 < order.cancelled_us <= now_us:
        return
    order.cancelled_us = now_us
    settle_order(state, event.order_id, terms)


def paid_out(state: SellerState, event: PayoutReleased, now_us: int, terms: Terms) -> None:
    """The platform paid the seller out for these orders: they are not at stake any more."""
    for order_id in event.order_ids:
        order = state.orders.get(order_id)
        if order is not None and not 0 < order.paid_out_us <= now_us:
            order.paid_out_us = now_us
            settle_order(state, order_id, terms)


def settle_order(
    state: SellerState, order_id: str, terms: Terms, fired_us: int = 0, known: Mapping[str, Folded] = _NO_RETURNS
) -> None:
    """Counts the order where it belongs now and sets when that is looked at again.

    Now is the newest that is known of the order, or the deadline that was passed (`fired_us`), and not the event in
    hand: an event that arrives late moves nothing back. `known` are returns that are folded already.
    """
    order = state.orders[order_id]
    touched_us = _touched_us(state, order)
    backs = [
        known[one] if one in known else fold(state.returns[one], terms.returns)
        for one in order.return_ids
        if one in state.returns
    ]
    now_us = max(fired_us, touched_us)
    where = exposure.place(order, backs, now_us, terms.exposure, state.core.deliveries_known)
    exposure.count(state, order_id, where)
    state.touch("orders", order_id)
    if where.part or backs:
        state.schedule("order", order_id, where.until_us or None)
    else:
        state.schedule("order", order_id, touched_us + CLOSED_ORDER_KEPT_US)


def review(state: SellerState, order_id: str, due_us: int, terms: Terms) -> None:
    """Its deadline came: the order counts elsewhere now, or nowhere and, without a return, is forgotten."""
    order = state.orders.get(order_id)
    if order is None:
        return
    settle_order(state, order_id, terms, due_us)
    if order.counted_as == "in_payout_window" and not order.delivered_us:
        buyers.note(state, order.buyer_id, due_us)  # nobody says so, it is taken for delivered
        before, order.assumed = _sale(order, terms), True
        ledger.sold(state, before, _sale(order, terms))
        surging.delivered(state, due_us, terms.surge.seller)
    if order.counted_as or any(one in state.returns for one in order.return_ids):
        return
    if due_us >= _touched_us(state, order) + CLOSED_ORDER_KEPT_US:
        del state.orders[order_id]
        state.schedule("order", order_id, None)


def _sale(order: Order, terms: Terms) -> ledger.Sale | None:
    """What the order counts for among those delivered; None as long as it does not."""
    if not order.paid_us or not (order.delivered_us or order.assumed):
        return None
    time_us = order.delivered_us or order.paid_us + int(terms.exposure.assumed_delivery_days * DAY_US)
    return ledger.Sale(time_us, order.amount, order.currency)


def _touched_us(state: SellerState, order: Order) -> int:
    """The time of the newest that is known of the order."""
    newest_us = max(order.paid_us, order.delivered_us, order.cancelled_us, order.paid_out_us)
    if order.compensations:
        newest_us = max(newest_us, order.compensations[-1].time_us)
    for return_id in order.return_ids:
        if return_id in state.returns:
            newest_us = max(newest_us, state.returns[return_id].steps[-1].time_us)
    return newest_us
