"""Returns in a seller's state: their steps, their deadlines, and the order that each is about."""

from collections.abc import Callable
from typing import Any, Final

from detectors import marks
from detectors.countries import country_at, with_country
from detectors.exposure import exact
from detectors.orders import Terms, open_order, settle_order
from detectors.records import Return, Step
from detectors.returns import Folded, add_step, delivered_at_us, fold, request_detail
from detectors.state import MAX_OPEN_RETURNS, MAX_RETURNS_OF_ORDER, SellerState
from schemas import RefundIssued, ReturnRequested, SellerChanged, SellerRegistered
from schemas.fields import DAY_US

CLOSED_RETURN_KEPT_US: Final = 90 * DAY_US
OPEN_RETURN_KEPT_US: Final = 180 * DAY_US
UNMATCHED_KEPT_US: Final = 30 * DAY_US


def take_step(state: SellerState, return_id: str, step: Step, terms: Terms) -> None:
    """Puts a step among those of its return, made when it is new, and settles it."""
    held = state.returns.get(return_id)
    if held is None:
        if len(state.returns) >= MAX_OPEN_RETURNS:
            state.core.truncated = True
            return
        held = state.returns[return_id] = Return()
    if add_step(held, step):
        settle_return(state, return_id, terms)


def settle_return(state: SellerState, return_id: str, terms: Terms, fired_us: int = 0) -> None:
    """Folds the return anew, sets its deadlines, and counts its order; `fired_us` is a deadline that was passed."""
    held = state.returns[return_id]
    if state.core.countries and (delivered_us := delivered_at_us(held)):
        held.country = country_at(state.core.countries, delivered_us)
    back = fold(held, terms.returns)
    state.touch("returns", return_id)
    due_us = back.due_us if back.due_us > held.fired_us else 0
    if due_us != held.due_us:
        held.due_us = due_us
        state.schedule("refund", return_id, due_us or None)
    state.note_return(return_id, held, back)
    held.overdue, held.delivered_us = back.overdue, back.delivered_us
    marks.mark(state, return_id, held, back, terms.returns)
    state.schedule("return", return_id, _kept_until(held, back))
    if held.order_id != back.order_id:
        _unlink(state, held.order_id, return_id, terms, fired_us)
        held.order_id = back.order_id
    if not back.requested_us:
        return
    order = open_order(state, back.order_id)
    if order is None:
        return
    if not order.paid_us:
        order.amount, order.currency = back.amount, back.currency
        order.listing_id, order.buyer_id = back.listing_id, back.buyer_id
    if return_id not in order.return_ids:
        if len(order.return_ids) >= MAX_RETURNS_OF_ORDER:
            state.core.truncated = True
            return
        order.return_ids = tuple(sorted((*order.return_ids, return_id)))
    settle_order(state, back.order_id, terms, fired_us, {return_id: back})


def _kept_until(held: Return, back: Folded) -> int | None:
    """When the return may be forgotten; never while its refund is awaited or overdue."""
    if back.overdue or held.due_us:
        return None
    kept_us = (
        CLOSED_RETURN_KEPT_US if back.closed_us else OPEN_RETURN_KEPT_US if back.requested_us else UNMATCHED_KEPT_US
    )
    return held.steps[-1].time_us + kept_us


def requested(state: SellerState, event: ReturnRequested, now_us: int, terms: Terms) -> None:
    """A buyer wants to send it back."""
    detail = request_detail(event.order_id, event.listing_id, event.buyer_id, event.reason)
    step = Step(now_us, event.event_id, "requested", detail, "", exact(event.amount), event.currency)
    take_step(state, event.return_id, step, terms)
    order = state.orders.get(event.order_id)
    if order is not None and order.compensations and event.return_id in order.return_ids:
        moved, order.compensations = order.compensations, ()
        for paid in moved:
            take_step(state, event.return_id, paid, terms)


def plain(kind: str, detail_of: Callable[[Any], str] = lambda _: "") -> Callable[..., None]:
    """A handler for a step that has nothing but a detail."""

    def handler(state: SellerState, event: Any, now_us: int, terms: Terms) -> None:
        take_step(state, event.return_id, Step(now_us, event.event_id, kind, detail_of(event)), terms)

    return handler


def refunded(state: SellerState, event: RefundIssued, now_us: int, terms: Terms) -> None:
    """Money went back to the buyer; for an unknown return it is kept and counted as unmatched."""
    if event.return_id not in state.returns:
        state.changes.unmatched += 1
    amount = exact(event.amount)
    step = Step(now_us, event.event_id, "refund", event.paid_by, event.refund_id, amount, event.currency)
    take_step(state, event.return_id, step, terms)


def located(state: SellerState, event: SellerRegistered | SellerChanged, now_us: int, terms: Terms) -> None:
    """Where the seller is; parcels that came back while it was taken to be elsewhere are settled anew."""
    if event.country is None:
        return
    core = state.core
    core.countries = with_country(core.countries, now_us, event.country)
    for return_id, held in state.returns.items():
        if held.delivered_us and held.country != country_at(core.countries, held.delivered_us):
            settle_return(state, return_id, terms)


def order_moved(state: SellerState, order_id: str, terms: Terms) -> None:
    """The order was paid, delivered or cancelled: what a seller owes on goods that never came hangs on that."""
    order = state.orders.get(order_id)
    for return_id in order.return_ids if order is not None else ():
        if return_id in state.returns:
            settle_return(state, return_id, terms)


def refund_due(state: SellerState, return_id: str, due_us: int, terms: Terms) -> None:
    """The refund's deadline was passed."""
    held = state.returns.get(return_id)
    if held is not None and held.due_us == due_us:
        held.fired_us = due_us
        settle_return(state, return_id, terms, due_us)


def end_return(state: SellerState, return_id: str, due_us: int, terms: Terms) -> None:
    """The return has been closed, or idle, for long enough to be forgotten."""
    held = state.returns.get(return_id)
    if held is None or held.due_us or held.overdue:
        return
    state.forget_return(return_id)
    marks.forget(state, return_id)
    state.schedule("return", return_id, None)
    _unlink(state, held.order_id, return_id, terms, due_us)


def _unlink(state: SellerState, order_id: str, return_id: str, terms: Terms, fired_us: int) -> None:
    """The order counts without that return from now on."""
    order = state.orders.get(order_id)
    if order is not None and return_id in order.return_ids:
        order.return_ids = tuple(one for one in order.return_ids if one != return_id)
        settle_order(state, order_id, terms, fired_us)
