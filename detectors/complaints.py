"""Complaints and compensations in a seller's state: what the platform decided, put where it counts."""

from detectors import ledger, surging
from detectors.aftersale import OPEN_RETURN_KEPT_US, take_step
from detectors.claims import counts
from detectors.exposure import exact
from detectors.orders import Terms, count_sales, open_order, settle_order
from detectors.records import UNCOUNTED, Complaint, Step
from detectors.returns import fold, step_key
from detectors.state import MAX_COMPLAINTS, SellerState
from detectors.surge import kind_of
from detectors.tally import Count
from schemas import CompensationPaid, ComplaintDecided, ComplaintOpened, OrderPaid, ReturnRequested
from schemas.fields import DAY_US

UPHELD_COUNTS_US = 90 * DAY_US  # from the decision


def complained(state: SellerState, event: ComplaintOpened, now_us: int, terms: Terms) -> None:
    """A buyer complained to the platform; of several openings with one id the oldest counts."""
    complaint = _complaint(state, event.complaint_id)
    if complaint is None or (
        complaint.opened_us and (complaint.opened_us, complaint.opened_by) <= (now_us, event.event_id)
    ):
        return
    if not complaint.opened_us:
        complaint.counted = UNCOUNTED
    was_of, counted = kind_of(complaint.kind), counts(complaint)
    complaint.kind, complaint.opened_us, complaint.opened_by = event.kind, now_us, event.event_id
    complaint.order_id, complaint.return_id = event.order_id or "", event.return_id or ""
    complaint.listing_id, complaint.buyer_id = event.listing_id or "", event.buyer_id or ""
    complaint.of_listing = complaint.of_buyer = ""
    waiting, complaint.paid = complaint.paid, ()
    for step in waiting:
        _pay(state, complaint, step, terms)
    _count_upheld(state, complaint, counted)
    surging.opened(state, event.complaint_id, complaint, was_of)
    _link(state, event.complaint_id, complaint, terms)


def decided(state: SellerState, event: ComplaintDecided, now_us: int, terms: Terms) -> None:
    """The platform decided; the newest decision counts."""
    complaint = _complaint(state, event.complaint_id)
    if complaint is None or (now_us, event.event_id) <= (complaint.decided_us, complaint.decided_by):
        return
    counted = counts(complaint)
    complaint.outcome, complaint.decided_us, complaint.decided_by = event.outcome, now_us, event.event_id
    _count_upheld(state, complaint, counted)
    surging.decided(state, complaint)
    _link(state, event.complaint_id, complaint, terms)


def compensated(state: SellerState, event: CompensationPaid, now_us: int, terms: Terms) -> None:
    """The platform paid a buyer in the seller's place: on a return, else on what is complained about."""
    amount = exact(event.amount)
    step = Step(now_us, event.event_id, "compensation", "platform", event.compensation_id, amount, event.currency)
    if event.return_id is not None:
        take_step(state, event.return_id, step, terms)
        return
    complaint = _complaint(state, event.complaint_id) if event.complaint_id is not None else None
    if complaint is None:
        state.changes.unmatched += 1
    elif complaint.opened_us:
        _pay(state, complaint, step, terms)
    else:
        state.changes.unmatched += 1
        complaint.paid = _with(complaint.paid, step)
        _remember(state, event.complaint_id or "", complaint)


def find_return(state: SellerState, event: ReturnRequested, terms: Terms) -> None:
    """Complaints that came before their return find it now."""
    held = state.returns.get(event.return_id)
    for complaint_id in state.claims.about(event.return_id, held.order_id if held is not None else ""):
        complaint = state.complaints[complaint_id]
        if event.return_id in _returns_of(state, complaint):
            _link(state, complaint_id, complaint, terms)


def find_order(state: SellerState, event: OrderPaid, terms: Terms) -> None:
    """Complaints that came before the payment of their order learn whose and of which listing they are."""
    if event.order_id not in state.awaited_orders:
        return
    state.awaited_orders.discard(event.order_id)
    for complaint_id in state.claims.about("", event.order_id):
        complaint = state.complaints[complaint_id]
        _place(state, complaint, terms)
        _count_sales(state, complaint)
        _tally(state, complaint)
        state.note_complaint(complaint_id)


def end_complaint(state: SellerState, complaint_id: str, now_us: int) -> None:
    """An upheld one has counted for long enough, or the complaint is old enough to be forgotten."""
    complaint = state.complaints.get(complaint_id)
    if complaint is None:
        return
    kept_until_us = _kept_until_us(complaint)
    if now_us < kept_until_us:
        state.schedule("complaint", complaint_id, kept_until_us)
        return
    del state.complaints[complaint_id]
    surging.forget(state, complaint_id)
    state.note_complaint(complaint_id)
    state.schedule("complaint", complaint_id, None)


def _count_upheld(state: SellerState, complaint: Complaint, counted: bool) -> None:
    """When one was last upheld; those of other kinds are about carriers and delays, and cost nobody its standing."""
    if counts(complaint):
        state.core.last_upheld_us = max(state.core.last_upheld_us, complaint.decided_us)
    elif counted:
        upheld = (one.decided_us for one in state.complaints.values() if counts(one))
        state.core.last_upheld_us = max(upheld, default=0)


def _complaint(state: SellerState, complaint_id: str) -> Complaint | None:
    """The complaint, made when it is new; None when there are too many."""
    complaint = state.complaints.get(complaint_id)
    if complaint is None:
        if len(state.complaints) >= MAX_COMPLAINTS:
            state.core.truncated = True
            return None
        complaint = state.complaints[complaint_id] = Complaint()
    return complaint


def _returns_of(state: SellerState, complaint: Complaint) -> tuple[str, ...]:
    """The returns that a complaint is about: the one named by it, or those of its order."""
    if complaint.return_id:
        return (complaint.return_id,)
    order = state.orders.get(complaint.order_id)
    return order.return_ids if order is not None else ()


def _link(state: SellerState, complaint_id: str, complaint: Complaint, terms: Terms) -> None:
    """Puts the decision among the steps of the returns that the complaint is about."""
    _remember(state, complaint_id, complaint)
    _place(state, complaint, terms)
    _count_sales(state, complaint)
    _tally(state, complaint)
    state.note_complaint(complaint_id)
    if complaint.outcome and complaint.opened_us:
        step = Step(complaint.decided_us, complaint.decided_by, "decided", complaint.outcome, complaint_id)
        for return_id in _returns_of(state, complaint):
            take_step(state, return_id, step, terms)


def _remember(state: SellerState, complaint_id: str, complaint: Complaint) -> None:
    state.touch("complaints", complaint_id)
    due_us = _kept_until_us(complaint)
    if complaint.outcome == "upheld":
        due_us = min(due_us, complaint.decided_us + UPHELD_COUNTS_US)
    state.schedule("complaint", complaint_id, due_us)


def _kept_until_us(complaint: Complaint) -> int:
    newest_us = max(complaint.opened_us, complaint.decided_us, *(step.time_us for step in complaint.paid[-1:]))
    return newest_us + OPEN_RETURN_KEPT_US


def _place(state: SellerState, complaint: Complaint, terms: Terms) -> None:
    """Whose complaint it is and of which listing, by its return or order, as long as those are remembered."""
    held = state.returns.get(complaint.return_id)
    back = fold(held, terms.returns) if held is not None else None
    order = state.orders.get(complaint.order_id)
    if back is not None and back.requested_us:
        complaint.of_buyer, complaint.of_listing = back.buyer_id, back.listing_id
    elif order is not None and order.listing_id:
        complaint.of_buyer, complaint.of_listing = order.buyer_id, order.listing_id
    elif complaint.order_id and not complaint.of_listing:
        state.awaited_orders.add(complaint.order_id)


def _count_sales(state: SellerState, complaint: Complaint) -> None:
    """A fake among many goods is told from a best-seller by how often it was sold."""
    if complaint.kind == "counterfeit" and complaint.outcome == "upheld":
        count_sales(state, complaint.listing_id or complaint.of_listing)


def _tally(state: SellerState, complaint: Complaint) -> None:
    """Counts it once the goods are known, each buyer once; one that was dismissed is taken back."""
    if complaint.outcome == "dismissed":
        if complaint.tallied is not None:
            state.count(Count(*complaint.tallied, by=-1))
            complaint.tallied = None
        return
    counter = kind_of(complaint.kind)
    if counter is None or complaint.tallied is not None or not complaint.opened_us:
        return
    goods = state.goods(complaint.order_id, complaint.of_listing or complaint.listing_id)
    if goods is None or state.claims.is_tallied(counter, complaint.buyer_id or complaint.of_buyer):
        return
    complaint.tallied = (counter, goods.brand, goods.category)
    state.count(Count(*complaint.tallied))


def _pay(state: SellerState, complaint: Complaint, step: Step, terms: Terms) -> None:
    """Puts a compensation among the steps of the return complained about, else on the order."""
    for return_id in _returns_of(state, complaint)[:1]:
        take_step(state, return_id, step, terms)
        ledger.attach(state, [step.ref_id], return_id, terms.returns)
        return
    order = open_order(state, complaint.order_id) if complaint.order_id else None
    if order is None:
        state.changes.unmatched += 1
        return
    order.compensations = _with(order.compensations, step)
    settle_order(state, complaint.order_id, terms)


def _with(steps: tuple[Step, ...], step: Step) -> tuple[Step, ...]:
    """`steps` and a payment, oldest first, each once by its own id: the oldest that there was."""
    once = {one.ref_id: one for one in sorted((*steps, step), key=step_key, reverse=True)}
    return tuple(sorted(once.values(), key=step_key))
