"""Returns in a seller's state: their steps, their deadlines, and the order that each is about."""

from collections.abc import Callable
from typing import Any, Final

from detectors.orders import Terms, open_order, settle_order
from detectors.records import Return, Step
from detectors.returns import Folded, add_step, fold, request_detail
from detectors.state import MAX_OPEN_RETURNS, SellerState
from schemas import RefundIssued, ReturnRequested
from schemas.fields import DAY_US

CLOSED_RETURN_KEPT_US: Final = 90 * DAY_US
OPEN_RETURN_KEPT_US: Final = 180 * DAY_US
UNMATCHED_KEPT_US: Final = 30 * DAY_US


def take_step(state: SellerState, return_id: str, step: Step, now_us: int, terms: Terms) -> None:
    """Puts a step among those of its return, made when it is new, and settles it."""
    held = state.returns.get(return_id)
    if held is None:
        if len(state.returns) >= MAX_OPEN_RETURNS:
            state.core.truncated = True
            return
        held = state.returns[return_id] = Return()
    if add_step(held, step):
        settle_return(state, return_id, now_us, terms)


def settle_return(state: SellerState, return_id: str, now_us: int, terms: Terms) -> None:
    """Folds the return anew, sets its deadlines, and counts its order."""
    held = state.returns[return_id]
    back = fold(held, terms.returns)
    state.changes.returns.add(return_id)
    due_us = back.due_us if back.due_us > held.fired_us else 0
    if due_us != held.due_us:
        held.due_us = due_us
        state.schedule("refund", return_id, due_us or None)
    held.overdue, held.delivered_us = back.overdue, back.delivered_us
    (state.overdue.add if back.overdue else state.overdue.discard)(return_id)
    state.schedule("return", return_id, _kept_until(held, back, now_us))
    if not back.requested_us:
        return
    order = open_order(state, back.order_id)
    if order is None:
        return
    if not order.currency:
        order.amount, order.currency = back.amount, back.currency
        order.listing_id, order.buyer_id = back.listing_id, back.buyer_id
    order.return_id = return_id
    settle_order(state, back.order_id, now_us, terms, back)


def _kept_until(held: Return, back: Folded, now_us: int) -> int | None:
    """When the return may be forgotten; never while its refund is awaited or overdue."""
    if back.overdue or held.due_us:
        return None
    if back.closed_us:
        return max(back.closed_us, now_us) + CLOSED_RETURN_KEPT_US
    return now_us + (OPEN_RETURN_KEPT_US if back.requested_us else UNMATCHED_KEPT_US)


def requested(state: SellerState, event: ReturnRequested, now_us: int, terms: Terms) -> None:
    """A buyer wants to send it back."""
    detail = request_detail(event.order_id, event.listing_id, event.buyer_id, event.reason)
    step = Step(now_us, event.event_id, "requested", detail, "", event.amount, event.currency)
    take_step(state, event.return_id, step, now_us, terms)


def plain(kind: str, detail_of: Callable[[Any], str] = lambda _: "") -> Callable[..., None]:
    """A handler for a step that has nothing but a detail."""

    def handler(state: SellerState, event: Any, now_us: int, terms: Terms) -> None:
        take_step(state, event.return_id, Step(now_us, event.event_id, kind, detail_of(event)), now_us, terms)

    return handler


def refunded(state: SellerState, event: RefundIssued, now_us: int, terms: Terms) -> None:
    """Money went back to the buyer; for an unknown return it is kept and counted as unmatched."""
    if event.return_id not in state.returns:
        state.core.unmatched += 1
    step = Step(now_us, event.event_id, "refund", event.paid_by, event.refund_id, event.amount, event.currency)
    take_step(state, event.return_id, step, now_us, terms)


def refund_due(state: SellerState, return_id: str, due_us: int, terms: Terms) -> None:
    """The refund's deadline was passed."""
    held = state.returns.get(return_id)
    if held is not None and held.due_us == due_us:
        held.fired_us = due_us
        settle_return(state, return_id, due_us, terms)


def end_return(state: SellerState, return_id: str) -> None:
    """The return has been closed, or idle, for long enough to be forgotten."""
    held = state.returns.get(return_id)
    if held is not None and not held.due_us and not held.overdue:
        del state.returns[return_id]
        state.changes.returns.add(return_id)
        state.schedule("return", return_id, None)
