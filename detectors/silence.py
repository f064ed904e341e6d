"""Whether a seller still speaks to its buyers: its acts, announced absences, closing, and the deadline that watches.

Only acts towards buyers are life; a login is not, nor is a platform's doing. Silence alone freezes nobody: it matters
only while a refund is overdue, so only then is a deadline kept.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from detectors.detector import Cause, DeadlineReached
from detectors.records import Core
from detectors.returns import ReturnTerms
from detectors.rhythm import SilenceTerms, acted, announced, silent_after_us
from detectors.state import SellerState
from schemas import (
    ListingChanged,
    ListingPublished,
    MessageSent,
    RefundIssued,
    ReturnAccepted,
    ReturnDisputed,
    ReturnRefused,
    SellerActive,
    SellerAway,
)
from schemas.fields import HOUR_US, to_us

KIND: Final = "silence"
REASON_CODE: Final = "vanished_seller"  # the detector that asks
LOOK_AGAIN_US: Final = 24 * HOUR_US  # at a silent seller whose refunds went on, as the paid ones grow old
NEVER: Final = 1 << 62

#: What a seller does towards its buyers, and when an event of that type is such an act of its own.
ACTS: Final[dict[type[Any], Callable[[Any], bool]]] = {
    MessageSent: lambda event: event.sender == "seller",
    SellerActive: lambda event: event.activity != "login",
    RefundIssued: lambda event: event.paid_by == "seller",
    ReturnAccepted: lambda _: True,
    ReturnRefused: lambda _: True,
    ReturnDisputed: lambda event: event.by == "seller",
    ListingPublished: lambda _: True,
    ListingChanged: lambda _: True,
}


class Silence(NamedTuple):
    """Why a seller counts as silent (`closed`, `unanswered_buyers`, `rhythm`), and since when nobody has heard of it.

    `since_us` is the last act, the end of the announced absence or the closing; where no act is known, the seller's
    first event.
    """

    why: str
    since_us: int


def note(state: SellerState, cause: Cause, now_us: int, terms: SilenceTerms) -> None:
    """What the cause says of the seller's life, taken into the state before the detectors are asked."""
    core = state.core
    if type(cause) is DeadlineReached:
        if cause.kind == KIND:
            core.silence_due_us = 0
        if state.overdue:
            core.reached_us = max(core.reached_us, now_us)
        return
    core.watched_us = min(core.watched_us or now_us, now_us)
    is_act = ACTS.get(type(cause))
    if is_act is not None and is_act(cause):
        _act(core, now_us, terms)
    elif type(cause) is SellerAway:
        core.away = announced(core.away, to_us(cause.from_), to_us(cause.until), core.rhythm.last_us, terms)


def says_nothing(cause: Cause) -> bool:
    """Whether it is a word of a buyer's or a login: there are many of them, and no refund or silence hangs on them."""
    return isinstance(cause, MessageSent | SellerActive) and not ACTS[type(cause)](cause)


def now_of(core: Core, now_us: int) -> int:
    """Now for this seller: an event that comes after later deadlines have fired does not turn the time back."""
    return max(now_us, core.reached_us)


def watch(state: SellerState, cause: Cause, now_us: int, terms: SilenceTerms, returns: ReturnTerms) -> None:
    """Keeps the deadline, once the detectors were asked.

    A deadline for every act would be one write more for every line of chat. There is none while no refund is overdue,
    and one that is set stays where it is while the moment only moves on: it fires too early then, nothing is found, and
    it is set anew. A moment that is nearer than it replaces it. So it still fires at the exact moment.
    """
    core = state.core
    if not state.overdue or says_nothing(cause):
        return
    next_us = _next_us(state, now_of(core, now_us), terms, returns)
    if next_us < (core.silence_due_us or NEVER):
        core.silence_due_us = next_us
        state.schedule(KIND, "", next_us)


def silence(core: Core, buyers: int, now_us: int, terms: SilenceTerms) -> Silence | None:
    """Whether the seller is silent at `now_us` while that many buyers wait for an overdue refund."""
    if is_closed(core):
        return Silence("closed", core.closed_us)
    since_us = _heard_us(core, now_us)
    if buyers >= terms.unanswered_buyers and now_us >= since_us + _unanswered_us(terms):
        return Silence("unanswered_buyers", since_us)
    if now_us >= since_us + silent_after_us(core.rhythm, terms):
        return Silence("rhythm", since_us)
    return None


def is_closed(core: Core) -> bool:
    """Whether the seller closed the shop and has not acted since; what the platform closed is not its doing."""
    return core.closed_by == "seller" and 0 < core.closed_us >= core.rhythm.last_us


def _act(core: Core, now_us: int, terms: SilenceTerms) -> None:
    last_us = core.rhythm.last_us
    is_telling = not any(from_us < now_us and until_us > last_us for from_us, until_us in core.away)
    core.rhythm = acted(core.rhythm, now_us, terms, is_telling=is_telling)
    if core.away:
        core.away = tuple(one for one in core.away if one[1] > core.rhythm.last_us)


def _heard_us(core: Core, now_us: int) -> int:
    """When the seller was last heard of: an absence that has begun counts as an act at its end."""
    heard_us = core.rhythm.last_us or core.watched_us
    return max([heard_us, *(until_us for from_us, until_us in core.away if from_us <= now_us)])


def _unanswered_us(terms: SilenceTerms) -> int:
    return round(terms.unanswered_hours * HOUR_US)


def _next_us(state: SellerState, now_us: int, terms: SilenceTerms, returns: ReturnTerms) -> int:
    """The next moment after `now_us` at which the seller may count as vanished, or no longer, without any event."""
    core = state.core
    heard_us = _heard_us(core, now_us)
    moments = [heard_us + _unanswered_us(terms), heard_us + silent_after_us(core.rhythm, terms)]
    if now_us >= min(moments) or is_closed(core):
        moments += [from_us for from_us, _ in core.away]
        long_us = state.late(returns).since_us + round(terms.long_overdue_hours * HOUR_US)
        moments.append(long_us)
        may_fire = len(state.overdue) >= terms.unanswered_buyers or now_us >= long_us
        if may_fire and REASON_CODE not in state.findings:
            moments.append(now_us + LOOK_AGAIN_US)
    return min((each for each in moments if each > now_us), default=NEVER)
