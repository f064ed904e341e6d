"""Orders in a seller's state: how far each got, and where the exposure counts it."""

from decimal import Decimal
from typing import Final

import msgspec

from detectors import exposure
from detectors.exposure import ExposureTerms
from detectors.records import Order
from detectors.returns import Folded, ReturnTerms, fold
from detectors.state import MAX_OPEN_ORDERS, SellerState
from schemas import OrderCancelled, OrderDelivered, OrderPaid, PayoutReleased
from schemas.fields import DAY_US

CLOSED_ORDER_KEPT_US: Final = 7 * DAY_US  # for events that arrive after the one that closed it


class Terms(msgspec.Struct, frozen=True):
    """The policy's numbers that the state depends on."""

    returns: ReturnTerms = ReturnTerms()
    exposure: ExposureTerms = ExposureTerms()


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
    if order is None or order.paid_us:
        return
    listing = state.listings.get(event.listing_id)
    if listing is not None:
        order.brand, order.category = listing.brand, listing.category
    if not order.counted_as:
        order.amount, order.currency = event.amount, event.currency
    order.listing_id, order.buyer_id = event.listing_id, event.buyer_id
    order.paid_us = now_us
    if order.delivered_us:
        state.core.delivered_orders += 1
    settle_order(state, event.order_id, now_us, terms)


def delivered(state: SellerState, event: OrderDelivered, now_us: int, terms: Terms) -> None:
    """The buyer has the parcel."""
    order = open_order(state, event.order_id)
    if order is None or order.delivered_us:
        return
    order.delivered_us = now_us
    if order.paid_us:
        state.core.delivered_orders += 1
    state.core.deliveries_known = True
    settle_order(state, event.order_id, now_us, terms)


def cancelled(state: SellerState, event: OrderCancelled, now_us: int, terms: Terms) -> None:
    """The order fell through."""
    order = open_order(state, event.order_id)
    if order is None or order.cancelled_us:
        return
    order.cancelled_us = now_us
    settle_order(state, event.order_id, now_us, terms)


def paid_out(state: SellerState, event: PayoutReleased, now_us: int, terms: Terms) -> None:
    """The platform paid the seller out for these orders: they are not at stake any more."""
    for order_id in event.order_ids:
        order = state.orders.get(order_id)
        if order is not None and not order.paid_out_us:
            order.paid_out_us = now_us
            settle_order(state, order_id, now_us, terms)


def settle_order(state: SellerState, order_id: str, now_us: int, terms: Terms, back: Folded | None = None) -> None:
    """Counts the order where it belongs now and sets when that is looked at again."""
    order = state.orders[order_id]
    if back is None and order.return_id in state.returns:
        back = fold(state.returns[order.return_id], terms.returns)
    where = exposure.place(order, back, now_us, terms.exposure, state.core.deliveries_known)
    exposure.count(state, order_id, where)
    state.changes.orders.add(order_id)
    if where.part and not where.until_us:
        state.schedule("order", order_id, None)
    else:
        state.schedule("order", order_id, where.until_us or now_us + CLOSED_ORDER_KEPT_US)


def review(state: SellerState, order_id: str, now_us: int, terms: Terms) -> None:
    """Its deadline came: the order counts elsewhere now, or nowhere and is forgotten."""
    if order_id not in state.orders:
        return
    settle_order(state, order_id, now_us, terms)
    if not state.orders[order_id].counted_as:
        del state.orders[order_id]
        state.schedule("order", order_id, None)
