"""What a return says of its seller besides the refund: left unanswered, gone back on, disputed, goods in doubt.

A mark is kept with its return, so that a detector finds the marked ones without folding all of them.

Goods that never came cannot be sent back: who agrees to such a return has to pay it, or deliver after all, and is
awaited to do so like an answer.

Of all the requests that a seller has not answered yet only the first has a deadline. It stays where it is when that
one is answered, fires in vain then, and the next one's is set: most requests are answered in time and write none.
"""

from heapq import heapify, heappop, heappush
from typing import Final

from detectors.records import Return
from detectors.returns import Folded, ReturnTerms
from detectors.state import SellerState
from schemas.fields import DAY_US, HOUR_US

ANSWER: Final = "answer"  # the kind of the deadline by which the seller has to answer a request
RATING: Final = "rating"  # of the one, at most daily, at which the shares of doubted goods are looked at
DOUBTS: Final = ("counterfeit", "not_as_described")
FEWEST_BUYERS: Final = 3  # fewer say nothing of a share: no deadline is set for them

_ANSWERS: Final = ("accepted", "refused", "shipped", "delivered", "cancelled")


def mark(state: SellerState, return_id: str, held: Return, back: Folded, terms: ReturnTerms) -> None:
    """Sets the marks of a return after its steps, and the deadline of its answer, or of what was agreed to."""
    due_us = 0
    is_answered, is_disputed, is_withdrawn = _said(held)
    if back.requested_us and not back.closed_us:
        if not is_answered:
            due_us = back.requested_us + int(terms.answer_hours * HOUR_US)
        elif not is_disputed and _is_promised(state, back):
            due_us = _accepted_us(held) + int(terms.promise_days * DAY_US)
    is_late = 0 < due_us <= held.answer_fired_us
    awaited_us = 0 if is_late else due_us
    if awaited_us != held.answer_due_us:
        held.answer_due_us = awaited_us
        if awaited_us:
            _await(state, awaited_us, return_id)
    went_back = back.requested_us and not back.closed_us and not is_disputed and _went_back_on_it(held)
    held.ignored = is_late or bool(went_back)
    stands = bool(back.requested_us) and back.stage != "settled" and not is_withdrawn
    held.disputed = stands and is_disputed
    held.doubt = back.reason if stands and back.reason in DOUBTS else ""
    for marked, index in ((held.ignored, state.ignored), (held.disputed, state.disputed)):
        (index.add if marked else index.discard)(return_id)
    if not held.doubt:
        state.doubted.discard(return_id)
    elif return_id not in state.doubted:
        state.doubted.add(return_id)
        _rate_after(state, back.requested_us)


def answer_due(state: SellerState, due_us: int) -> None:
    """The seller's deadline for answers was passed; they may have been given since it was set."""
    if state.core.answer_awaited_us not in (0, due_us):  # 0: an older version set a deadline for each request
        return
    state.core.answer_awaited_us = 0
    while (first := _first_awaited(state)) is not None:
        first_us, return_id = first
        if first_us > due_us:
            _await(state, first_us, return_id)
            return
        held = state.returns[return_id]
        held.answer_fired_us, held.answer_due_us, held.ignored = first_us, 0, True
        state.ignored.add(return_id)
        state.touch("returns", return_id)
    state.schedule(ANSWER, "", None)


def rating_due(state: SellerState, due_us: int) -> None:
    """The shares are looked at now, and again a day later while there is enough to look at."""
    state.core.rating_due_us = 0
    state.schedule(RATING, "", None)
    # After a late event the days since then are not gone through one by one.
    _rate_after(state, max(due_us, state.core.last_seen_us))


def forget(state: SellerState, return_id: str) -> None:
    """The return is not remembered any more."""
    for index in (state.ignored, state.disputed, state.doubted):
        index.discard(return_id)


def _await(state: SellerState, due_us: int, return_id: str) -> None:
    """An answer is awaited until then; its deadline replaces one that is set for later."""
    if state.answers is not None:
        heappush(state.answers, (due_us, return_id))
    set_us = state.core.answer_awaited_us
    if not set_us or due_us < set_us:
        state.schedule(ANSWER, "", due_us)
        state.core.answer_awaited_us = due_us


def _first_awaited(state: SellerState) -> tuple[int, str] | None:
    """The first answer that is still awaited, taken out of the heap; what was answered meanwhile is dropped."""
    if state.answers is None:
        state.answers = [(held.answer_due_us, key) for key, held in state.returns.items() if held.answer_due_us]
        heapify(state.answers)
    while state.answers:
        due_us, return_id = heappop(state.answers)
        held = state.returns.get(return_id)
        if held is not None and held.answer_due_us == due_us:
            return due_us, return_id
    return None


def _rate_after(state: SellerState, time_us: int) -> None:
    """A look at the end of that day, unless an earlier one is awaited."""
    if len(state.doubted) < FEWEST_BUYERS:
        return
    due_us = (time_us // DAY_US + 1) * DAY_US
    if not state.core.rating_due_us or due_us < state.core.rating_due_us:
        state.core.rating_due_us = due_us
        state.schedule(RATING, "", due_us)


def _said(held: Return) -> tuple[bool, bool, bool]:
    """Whether the seller answered, whether it disputed, and whether the buyer or the platform took the return back.

    The seller cannot take back what a buyer says.
    """
    is_answered = is_disputed = is_withdrawn = False
    for step in held.steps:
        kind = step.kind
        if kind in _ANSWERS:
            is_answered = True
            if kind == "cancelled" and step.detail != "seller":
                is_withdrawn = True
        elif kind in ("disputed", "refund") and step.detail == "seller":
            is_answered = True
            if kind == "disputed":
                is_disputed = True
    return is_answered, is_disputed, is_withdrawn


def _is_promised(state: SellerState, back: Folded) -> bool:
    """Whether the seller agreed that goods never came which were paid for, and neither paid nor delivered since."""
    if back.stage != "accepted" or back.reason != "not_received" or back.paid_by_seller:
        return False
    order = state.orders.get(back.order_id)
    return order is not None and bool(order.paid_us) and not (order.delivered_us or order.cancelled_us)


def _accepted_us(held: Return) -> int:
    """When it was first agreed to; saying so again wins no time."""
    return next(step.time_us for step in held.steps if step.kind == "accepted")


def words_on(held: Return) -> list[str]:
    """What the seller agreed to ("accepted") and what it refused, in order."""
    return [step.kind for step in held.steps if step.kind in ("accepted", "refused")]


def _went_back_on_it(held: Return) -> bool:
    """Accepted, then refused."""
    words = words_on(held)
    return words[-1:] == ["refused"] and "accepted" in words
