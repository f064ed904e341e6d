"""Complaints and compensations in a seller's state: what the platform decided, put where it counts."""

from detectors.aftersale import OPEN_RETURN_KEPT_US, take_step
from detectors.orders import Terms, settle_order
from detectors.records import Complaint, Step
from detectors.state import SellerState
from schemas import CompensationPaid, ComplaintDecided, ComplaintOpened, ReturnRequested


def complained(state: SellerState, event: ComplaintOpened, now_us: int, terms: Terms) -> None:
    """A buyer complained to the platform."""
    complaint = state.complaints.setdefault(event.complaint_id, Complaint())
    if complaint.opened_us:
        return
    complaint.kind, complaint.opened_us, complaint.opened_by = event.kind, now_us, event.event_id
    complaint.order_id, complaint.return_id = event.order_id or "", event.return_id or ""
    complaint.listing_id, complaint.buyer_id = event.listing_id or "", event.buyer_id or ""
    _link(state, event.complaint_id, complaint, now_us, terms)


def decided(state: SellerState, event: ComplaintDecided, now_us: int, terms: Terms) -> None:
    """The platform decided; the newest decision counts."""
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
        take_step(state, return_id, step, now_us, terms)


def end_complaint(state: SellerState, complaint_id: str) -> None:
    """Old enough to be forgotten."""
    if state.complaints.pop(complaint_id, None) is not None:
        state.changes.complaints.add(complaint_id)
        state.schedule("complaint", complaint_id, None)


def compensated(state: SellerState, event: CompensationPaid, now_us: int, terms: Terms) -> None:
    """The platform paid a buyer in the seller's place: on a return, else on the order complained about."""
    complaint = state.complaints.get(event.complaint_id or "")
    return_id = event.return_id or (_return_of(state, complaint) if complaint else "")
    if return_id:
        step = Step(
            now_us, event.event_id, "compensation", "platform", event.compensation_id, event.amount, event.currency
        )
        take_step(state, return_id, step, now_us, terms)
        return
    order = state.orders.get(complaint.order_id) if complaint else None
    if complaint is None or order is None:
        state.core.unmatched += 1
    elif event.currency == order.currency and event.compensation_id not in order.compensation_ids:
        order.compensated += event.amount
        order.compensated_us = now_us
        order.compensation_ids = (*order.compensation_ids, event.compensation_id)
        settle_order(state, complaint.order_id, now_us, terms)


def find_return(state: SellerState, event: ReturnRequested, now_us: int, terms: Terms) -> None:
    """Complaints that came before their return find it now."""
    for complaint_id, complaint in state.complaints.items():
        if complaint.order_id == event.order_id or complaint.return_id == event.return_id:
            _link(state, complaint_id, complaint, now_us, terms)
