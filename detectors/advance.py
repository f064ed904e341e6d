"""Taking an event into a seller's state, once: one small function per event type, listed at the end.

Orders, returns and complaints are here; listings are in `detectors.shelf`, verdicts in `detectors.rulings`.
Everything is idempotent by its own ids, so that a repeated event changes nothing.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import msgspec

from detectors import exposure
from detectors.detector import Cause, DeadlineReached
from detectors.exposure import ExposureTerms
from detectors.records import Complaint, Order, Return, Step
from detectors.returns import Folded, ReturnTerms, add_step, fold, request_detail
from detectors.state import MAX_OPEN_ORDERS, MAX_OPEN_RETURNS, SellerState
from schemas import (
    CompensationPaid,
    ComplaintDecided,
    ComplaintOpened,
    OrderCancelled,
    OrderDelivered,
    OrderPaid,
    PayoutReleased,
    RefundIssued,
    ReturnAccepted,
    ReturnCancelled,
    ReturnDelivered,
    ReturnDisputed,
    ReturnRefused,
    ReturnRequested,
    ReturnShipped,
    SellerClosed,
    SellerRegistered,
)
from schemas.fields import DAY_US

CLOSED_ORDER_KEPT_US: Final = 7 * DAY_US  # for events that arrive after the one that closed it
CLOSED_RETURN_KEPT_US: Final = 90 * DAY_US
OPEN_RETURN_KEPT_US: Final = 180 * DAY_US
UNMATCHED_KEPT_US: Final = 30 * DAY_US


class Terms(msgspec.Struct, frozen=True):
    """The policy's numbers that the state depends on."""

    returns: ReturnTerms = ReturnTerms()
    exposure: ExposureTerms = ExposureTerms()


def advance(state: SellerState, cause: Cause, now_us: int, terms: Terms) -> None:
    """Takes `cause` in; an event type without a handler here says nothing about orders, returns or complaints."""
    handler = HANDLERS.get(type(cause))
    if handler is not None:
        handler(state, cause, now_us, terms)


# ---- orders


def _order(state: SellerState, order_id: str) -> Order | None:
    """The order, made when it is new; None when the seller has too many open ones."""
    order = state.orders.get(order_id)
    if order is None:
        if len(state.orders) >= MAX_OPEN_ORDERS:
            state.core.truncated = True
            return None
        order = state.orders[order_id] = Order(Decimal(0), "")
    return order


def _paid(state: SellerState, event: OrderPaid, now_us: int, terms: Terms) -> None:
    order = _order(state, event.order_id)
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
    _settle_order(state, event.order_id, now_us, terms)


def _order_delivered(state: SellerState, event: OrderDelivered, now_us: int, terms: Terms) -> None:
    order = _order(state, event.order_id)
    if order is None or order.delivered_us:
        return
    order.delivered_us = now_us
    if order.paid_us:
        state.core.delivered_orders += 1
    state.core.deliveries_known = True
    _settle_order(state, event.order_id, now_us, terms)


def _order_cancelled(state: SellerState, event: OrderCancelled, now_us: int, terms: Terms) -> None:
    order = _order(state, event.order_id)
    if order is None or order.cancelled_us:
        return
    order.cancelled_us = now_us
    _settle_order(state, event.order_id, now_us, terms)


def _paid_out(state: SellerState, event: PayoutReleased, now_us: int, terms: Terms) -> None:
    for order_id in event.order_ids:
        order = state.orders.get(order_id)
        if order is not None and not order.paid_out_us:
            order.paid_out_us = now_us
            _settle_order(state, order_id, now_us, terms)


def _settle_order(state: SellerState, order_id: str, now_us: int, terms: Terms, back: Folded | None = None) -> None:
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


def _order_reviewed(state: SellerState, order_id: str, now_us: int, terms: Terms) -> None:
    """Its deadline came: the order counts elsewhere now, or nowhere and is forgotten."""
    if order_id not in state.orders:
        return
    _settle_order(state, order_id, now_us, terms)
    if not state.orders[order_id].counted_as:
        del state.orders[order_id]
        state.schedule("order", order_id, None)


# ---- returns


def _step(
    state: SellerState, return_id: str, step: Step, now_us: int, terms: Terms
) -> None:
    held = state.returns.get(return_id)
    if held is None:
        if len(state.returns) >= MAX_OPEN_RETURNS:
            state.core.truncated = True
            return
        held = state.returns[return_id] = Return()
    if add_step(held, step):
        _settle_return(state, return_id, now_us, terms)


def _settle_return(state: SellerState, return_id: str, now_us: int, terms: Terms) -> None:
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
    order = _order(state, back.order_id)
    if order is None:
        return
    if not order.currency:
        order.amount, order.currency = back.amount, back.currency
        order.listing_id, order.buyer_id = back.listing_id, back.buyer_id
    order.return_id = return_id
    _settle_order(state, back.order_id, now_us, terms, back)


def _kept_until(held: Return, back: Folded, now_us: int) -> int | None:
    """When the return may be forgotten; never while its refund is awaited or overdue."""
    if back.overdue or held.due_us:
        return None
    if back.closed_us:
        return max(back.closed_us, now_us) + CLOSED_RETURN_KEPT_US
    return now_us + (OPEN_RETURN_KEPT_US if back.requested_us else UNMATCHED_KEPT_US)


def _requested(state: SellerState, event: ReturnRequested, now_us: int, terms: Terms) -> None:
    detail = request_detail(event.order_id, event.listing_id, event.buyer_id, event.reason)
    step = Step(now_us, event.event_id, "requested", detail, "", event.amount, event.currency)
    _step(state, event.return_id, step, now_us, terms)
    for complaint_id, complaint in state.complaints.items():
        if complaint.order_id == event.order_id or complaint.return_id == event.return_id:
            _link(state, complaint_id, complaint, now_us, terms)


def _plain(kind: str, detail_of: Callable[[Any], str] = lambda _: "") -> Callable[..., None]:
    """A handler for a step that has nothing but a detail."""

    def handler(state: SellerState, event: Any, now_us: int, terms: Terms) -> None:
        _step(state, event.return_id, Step(now_us, event.event_id, kind, detail_of(event)), now_us, terms)

    return handler


def _refunded(state: SellerState, event: RefundIssued, now_us: int, terms: Terms) -> None:
    if event.return_id not in state.returns:
        state.core.unmatched += 1
    step = Step(now_us, event.event_id, "refund", event.paid_by, event.refund_id, event.amount, event.currency)
    _step(state, event.return_id, step, now_us, terms)


def _refund_due(state: SellerState, return_id: str, due_us: int, terms: Terms) -> None:
    held = state.returns.get(return_id)
    if held is not None and held.due_us == due_us:
        held.fired_us = due_us
        _settle_return(state, return_id, due_us, terms)


def _return_ends(state: SellerState, return_id: str) -> None:
    held = state.returns.get(return_id)
    if held is not None and not held.due_us and not held.overdue:
        del state.returns[return_id]
        state.changes.returns.add(return_id)
        state.schedule("return", return_id, None)


# ---- complaints and compensations


def _complained(state: SellerState, event: ComplaintOpened, now_us: int, terms: Terms) -> None:
    complaint = state.complaints.setdefault(event.complaint_id, Complaint())
    if complaint.opened_us:
        return
    complaint.kind, complaint.opened_us, complaint.opened_by = event.kind, now_us, event.event_id
    complaint.order_id, complaint.return_id = event.order_id or "", event.return_id or ""
    complaint.listing_id, complaint.buyer_id = event.listing_id or "", event.buyer_id or ""
    _link(state, event.complaint_id, complaint, now_us, terms)


def _decided(state: SellerState, event: ComplaintDecided, now_us: int, terms: Terms) -> None:
    complaint = state.complaints.setdefault(event.complaint_id, Complaint())
    if (now_us, event.event_id) <= (complaint.decided_us, complaint.decided_by):
        return
    complaint.outcome, complaint.decided_us, complaint.decided_by = event.outcome, now_us, event.event_id
    if event.outcome == "upheld":
        state.core.last_upheld_us = max(state.core.last_upheld_us, now_us)
    _link(state, event.complaint_id, complaint, now_us, terms)


def _return_of(state: SellerState, complaint: Complaint) -> str:
    """The return that a complaint is about: named by it, or that of its order."""
    if complaint.return_id:
        return complaint.return_id
    order = state.orders.get(complaint.order_id)
    return order.return_id if order is not None else ""


def _link(state: SellerState, complaint_id: str, complaint: Complaint, now_us: int, terms: Terms) -> None:
    """Puts the decision among the steps of the return that the complaint is about."""
    state.changes.complaints.add(complaint_id)
    state.schedule("complaint", complaint_id, now_us + OPEN_RETURN_KEPT_US)
    return_id = _return_of(state, complaint)
    if return_id and complaint.outcome and complaint.opened_us:
        step = Step(complaint.decided_us, complaint.decided_by, "decided", complaint.outcome)
        _step(state, return_id, step, now_us, terms)


def _complaint_ends(state: SellerState, complaint_id: str) -> None:
    if state.complaints.pop(complaint_id, None) is not None:
        state.changes.complaints.add(complaint_id)
        state.schedule("complaint", complaint_id, None)


def _compensated(state: SellerState, event: CompensationPaid, now_us: int, terms: Terms) -> None:
    complaint = state.complaints.get(event.complaint_id or "")
    return_id = event.return_id or (_return_of(state, complaint) if complaint else "")
    if return_id:
        step = Step(
            now_us, event.event_id, "compensation", "platform", event.compensation_id, event.amount, event.currency
        )
        _step(state, return_id, step, now_us, terms)
        return
    order = state.orders.get(complaint.order_id) if complaint else None
    if complaint is None or order is None:
        state.core.unmatched += 1
    elif event.currency == order.currency and event.compensation_id not in order.compensation_ids:
        order.compensated += event.amount
        order.compensated_us = now_us
        order.compensation_ids = (*order.compensation_ids, event.compensation_id)
        _settle_order(state, complaint.order_id, now_us, terms)


# ---- the seller


def _registered(state: SellerState, _event: SellerRegistered, now_us: int, _terms: Terms) -> None:
    state.core.registered_us = min(state.core.registered_us or now_us, now_us)


def _closed(state: SellerState, event: SellerClosed, _now_us: int, _terms: Terms) -> None:
    state.core.closed_by = event.by


def _deadline(state: SellerState, reached: DeadlineReached, now_us: int, terms: Terms) -> None:
    if reached.kind == "order":
        _order_reviewed(state, reached.subject_id, now_us, terms)
    elif reached.kind == "refund":
        _refund_due(state, reached.subject_id, reached.due_us, terms)
    elif reached.kind == "return":
        _return_ends(state, reached.subject_id)
    elif reached.kind == "complaint":
        _complaint_ends(state, reached.subject_id)


HANDLERS: Final[dict[type[Any], Callable[..., None]]] = {
    OrderPaid: _paid,
    OrderDelivered: _order_delivered,
    OrderCancelled: _order_cancelled,
    PayoutReleased: _paid_out,
    ReturnRequested: _requested,
    ReturnAccepted: _plain("accepted"),
    ReturnRefused: _plain("refused"),
    ReturnShipped: _plain("shipped"),
    ReturnDelivered: _plain("delivered", lambda event: "signed" if event.signed else "unsigned"),
    ReturnDisputed: _plain("disputed", lambda event: str(event.by)),
    ReturnCancelled: _plain("cancelled", lambda event: str(event.by)),
    RefundIssued: _refunded,
    ComplaintOpened: _complained,
    ComplaintDecided: _decided,
    CompensationPaid: _compensated,
    SellerRegistered: _registered,
    SellerClosed: _closed,
    DeadlineReached: _deadline,
}
