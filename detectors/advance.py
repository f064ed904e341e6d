"""Taking an event into a seller's state, once: which function takes which event type.

What is put on the shelf is in `detectors.shelf`, verdicts in `detectors.rulings`. Everything is idempotent by its own
ids, so that a repeated event changes nothing.
"""

from collections.abc import Callable
from typing import Any, Final

from detectors import aftersale, complaints, heard, ledger, marks, orders, shelf, surging
from detectors.detector import Cause, DeadlineReached
from detectors.orders import Terms
from detectors.state import SellerState
from schemas import (
    CompensationPaid,
    ComplaintDecided,
    ComplaintOpened,
    ListingRemoved,
    MessageSent,
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
    SellerChanged,
    SellerClosed,
    SellerRegistered,
)


def advance(state: SellerState, cause: Cause, now_us: int, terms: Terms) -> None:
    """Takes `cause` in; an event type without a handler here changes nothing but when the seller was seen."""
    handler = HANDLERS.get(type(cause))
    if handler is not None:
        handler(state, cause, now_us, terms)


def _requested(state: SellerState, event: ReturnRequested, now_us: int, terms: Terms) -> None:
    order = state.orders.get(event.order_id)
    waiting = order.compensations if order is not None else ()
    aftersale.requested(state, event, now_us, terms)
    if state.complaints:
        complaints.find_return(state, event, terms)
    if order is not None and waiting and not order.compensations:
        ledger.attach(state, [step.ref_id for step in waiting], event.return_id, terms.returns)
    elif state.payments:
        ledger.settle(state, event.return_id, terms.returns)


def _refunded(state: SellerState, event: RefundIssued, now_us: int, terms: Terms) -> None:
    aftersale.refunded(state, event, now_us, terms)
    held = state.returns.get(event.return_id)
    if held is not None and all(step.event_id != event.event_id for step in held.steps):
        return  # an older one with its id stands
    if event.paid_by == "platform":
        ledger.paid(state, event, now_us, terms.returns)
    elif state.payments:
        ledger.unpaid(state, event)
        ledger.settle(state, event.return_id, terms.returns)


def _compensated(state: SellerState, event: CompensationPaid, now_us: int, terms: Terms) -> None:
    ledger.paid(state, event, now_us, terms.returns)
    complaints.compensated(state, event, now_us, terms)
    if event.return_id is not None:
        ledger.settle(state, event.return_id, terms.returns)


def _paid(state: SellerState, event: OrderPaid, now_us: int, terms: Terms) -> None:
    orders.paid(state, event, now_us, terms)
    aftersale.order_moved(state, event.order_id, terms)
    if state.awaited_orders:
        complaints.find_order(state, event, terms)
    shelf.sign_of_life(state, event.listing_id, now_us)


def _delivered(state: SellerState, event: OrderDelivered, now_us: int, terms: Terms) -> None:
    orders.delivered(state, event, now_us, terms)
    aftersale.order_moved(state, event.order_id, terms)


def _cancelled(state: SellerState, event: OrderCancelled, now_us: int, terms: Terms) -> None:
    orders.cancelled(state, event, now_us, terms)
    aftersale.order_moved(state, event.order_id, terms)


def _registered(state: SellerState, event: SellerRegistered, now_us: int, terms: Terms) -> None:
    state.core.registered_us = min(state.core.registered_us or now_us, now_us)
    aftersale.located(state, event, now_us, terms)


def _removed(state: SellerState, event: ListingRemoved, now_us: int, _terms: Terms) -> None:
    shelf.unshelve(state, event, now_us)


def _closed(state: SellerState, event: SellerClosed, now_us: int, _terms: Terms) -> None:
    core = state.core
    core.closed_us, core.closed_by = max((core.closed_us, core.closed_by), (now_us, event.by))


def _fall_due(state: SellerState, reached: DeadlineReached, now_us: int, terms: Terms) -> None:
    if reached.kind == "order":
        orders.review(state, reached.subject_id, now_us, terms)
    elif reached.kind == "refund":
        aftersale.refund_due(state, reached.subject_id, reached.due_us, terms)
    elif reached.kind == "return":
        aftersale.end_return(state, reached.subject_id, now_us, terms)
    elif reached.kind == "complaint":
        complaints.end_complaint(state, reached.subject_id, now_us)
    elif reached.kind == marks.ANSWER:
        marks.answer_due(state, reached.due_us)
    elif reached.kind == marks.RATING:
        marks.rating_due(state, reached.due_us)
    elif reached.kind == ledger.KIND:
        ledger.review(state, reached.due_us)
    elif reached.kind == heard.KIND:
        heard.forget(state, reached.subject_id, reached.due_us)
    elif reached.kind == surging.KIND:
        surging.day_over(state, reached.due_us, terms.surge.seller)


HANDLERS: Final[dict[type[Any], Callable[..., None]]] = {
    OrderPaid: _paid,
    OrderDelivered: _delivered,
    OrderCancelled: _cancelled,
    PayoutReleased: orders.paid_out,
    ReturnRequested: _requested,
    ReturnAccepted: aftersale.plain("accepted"),
    ReturnRefused: aftersale.plain("refused"),
    ReturnShipped: aftersale.plain("shipped"),
    ReturnDelivered: aftersale.plain("delivered", lambda event: "signed" if event.signed else "unsigned"),
    ReturnDisputed: aftersale.plain("disputed", lambda event: str(event.by)),
    ReturnCancelled: aftersale.plain("cancelled", lambda event: str(event.by)),
    RefundIssued: _refunded,
    ComplaintOpened: complaints.complained,
    ComplaintDecided: complaints.decided,
    CompensationPaid: _compensated,
    MessageSent: heard.heard,
    SellerRegistered: _registered,
    SellerChanged: aftersale.located,
    SellerClosed: _closed,
    ListingRemoved: _removed,
    DeadlineReached: _fall_due,
}
