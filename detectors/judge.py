"""One event: take it into the seller's state, ask the detectors, decide. The one function the hop calls.

Pure but for the state, which is changed in place: whoever calls owns it, and throws it away when the commit fails.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

import msgspec

from detectors import alerts, breaker, eviction, holds, raised, rulings, shares, shelf, silence
from detectors.advance import advance
from detectors.asking import QUIET, Answers, Asking
from detectors.detector import Around, Cause, DeadlineReached
from detectors.flags import new_flags
from detectors.held import Moment
from detectors.judged import Judged, Tombstone
from detectors.policy import Policy
from detectors.products import classify
from detectors.state import SellerState
from detectors.subjects import SubjectState, judge_day
from detectors.tally import Subject, Tally
from schemas import (
    Alert,
    Hold,
    ListingChanged,
    ListingPublished,
    VerdictGiven,
)
from schemas.fields import DAY_US

LISTING_EVENTS: Final = (ListingPublished, ListingChanged)


class _Effect(msgspec.Struct, frozen=True, gc=False):
    """How far an event's decisions reach: one listing, the whole seller, or nobody."""

    listing_id: str = ""
    whole_seller: bool = False
    stale: bool = False
    tombstone: Tombstone | None = None


_NOBODY: Final = _Effect()
_SELLER: Final = _Effect(whole_seller=True)
_STALE: Final = _Effect(stale=True)


class Judge:
    """The judgement under one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._asking = Asking(policy)
        #: What does more than to take the event in; what is absent reaches nobody.
        self._takes_in: dict[type[Any], Callable[..., _Effect]] = {
            ListingPublished: self._shelve,
            ListingChanged: self._shelve,
            VerdictGiven: self._rule,
            DeadlineReached: self._fall_due,
        }

    def judge(
        self, state: SellerState, cause: Cause, now_us: int, around: Around, decided_us: int | None = None
    ) -> Judged:
        """Everything that follows from one event of the seller at its event time.

        `decided_us` stamps what is published: the wall clock in live running, the event time (None) in history.
        """
        judged = Judged()
        is_event = type(cause) is not DeadlineReached
        if is_event:
            if not state.is_new(cause.event_id):
                judged.is_news = False
                return judged
            eviction.seen(state, now_us)
        state.core.sequence += 1
        moment = Moment(now_us, now_us if decided_us is None else decided_us, cause.event_id)
        take_in = self._takes_in.get(type(cause))
        if take_in is not None:
            effect = take_in(state, cause, moment, around, judged)
        else:
            effect = _NOBODY
            advance(state, cause, now_us, self.policy.terms)
        silence.note(state, cause, now_us, self.policy.terms.silence)
        answers = QUIET if effect.stale else self._asking.ask(state, cause, now_us, around, effect.listing_id, judged)
        if state.overdue:
            silence.watch(state, cause, now_us, self.policy.terms.silence, self.policy.terms.returns)
        decided = self._decide(state, cause, moment, effect, answers, around, judged)
        if effect.listing_id:
            shelf.make_room(state, effect.listing_id)
        if state.changes.markets:
            judged.entries = shelf.market_entries(state)
        is_new_day = is_event and now_us // DAY_US != state.core.flags_day
        if is_new_day:
            shares.tell(state, now_us)
        if decided or is_new_day:
            judged.flags = new_flags(state, now_us)
        return judged

    def judge_day(
        self, subject: Subject, state: SubjectState | None, day: int, tally: Tally | None, decided_us: int | None = None
    ) -> tuple[SubjectState | None, list[Alert]]:
        """As `detectors.subjects.judge_day`, under this policy."""
        return judge_day(subject, state, day, tally, self.policy, decided_us)

    # ---- the event into the state

    def _shelve(
        self,
        state: SellerState,
        listing: ListingPublished | ListingChanged,
        moment: Moment,
        around: Around,
        judged: Judged,
    ) -> _Effect:
        place = classify(listing, around)
        judged.sure = place.sure
        if place.guard:
            judged.guards.append(("market", place.guard))
        if not shelf.shelve(state, listing, place, moment.now_us, self.policy):
            return _STALE
        breaker.note_judged(state, state.listings[listing.listing_id].category, moment.now_us)
        if place.guard:
            raised.remember(state, listing, place.guard, moment.now_us, around)
        return _Effect(listing.listing_id)

    def _rule(
        self, state: SellerState, event: VerdictGiven, moment: Moment, _around: Around, judged: Judged
    ) -> _Effect:
        reason_codes = rulings.reasons_of(state, event, self.policy)
        if not rulings.rule(state, event, moment.now_us, self.policy):
            return _NOBODY
        judged.ruled = event.verdict, reason_codes
        ruling = rulings.ruling_on(state, event.subject, event.subject_id)
        if ruling is not None:
            subject_id = event.subject_id if event.subject == "listing" else state.seller_id
            for_all = holds.rule_on(state, event.subject, subject_id, ruling, moment, self.policy)
            if for_all is not None:
                judged.words.append(for_all)
        return _SELLER

    def _fall_due(
        self, state: SellerState, reached: DeadlineReached, moment: Moment, _around: Around, judged: Judged
    ) -> _Effect:
        kind, subject = reached.kind, reached.subject_id
        if kind == "hold":
            scope, _, subject_id = subject.partition(":")
            line, entombed = holds.hold_due(state, scope, subject_id, moment, self.policy)  # type: ignore[arg-type]
            if line is not None:
                judged.words.append(line)
            tombstone = Tombstone(scope, subject_id) if entombed else None  # type: ignore[arg-type]
            return _Effect(whole_seller=not entombed, tombstone=tombstone)
        if kind == "ruling":
            rulings.expire(state, subject, moment.now_us)
            return _SELLER
        if kind == "listing":
            was_flagged = subject in state.flagged
            shelf.lapse(state, subject, moment.now_us)
            return _SELLER if was_flagged else _NOBODY
        if kind == breaker.KIND:
            breaker.look_again(state)
            return _SELLER
        if kind == eviction.KIND:
            eviction.review(state, moment.now_us)
        elif kind == raised.KIND:
            raised.forget(state, moment.now_us)
        else:
            advance(state, reached, moment.now_us, self.policy.terms)
        return _NOBODY

    # ---- what follows

    def _decide(
        self,
        state: SellerState,
        cause: Cause,
        moment: Moment,
        effect: _Effect,
        answers: Answers,
        around: Around,
        judged: Judged,
    ) -> bool:
        """Holds first, then alerts, then the seller's line; nothing to do for most events."""
        listing_id, whole_seller = effect.listing_id, effect.whole_seller or answers.changed_seller
        is_flagged = bool(listing_id) and holds.is_at_stake(state, listing_id)
        if effect.tombstone is not None:
            judged.words.append(effect.tombstone)
        if not (whole_seller or answers.changed_listing or is_flagged):
            return effect.tombstone is not None
        is_clean = answers.all_quiet and isinstance(cause, ListingChanged)
        moderator = cause.moderator if isinstance(cause, VerdictGiven) else ""
        now_us, decided_us = moment.now_us, moment.decided_us
        moment = Moment(now_us, decided_us, moment.cause_id, listing_id, is_clean, moderator, around.tripped)
        judged.words.extend(self._hold(state, moment, holds.listings_at_stake(state) if whole_seller else [listing_id]))
        judged.words.extend(alerts.decide_alerts(state, moment, self.policy))
        if any(isinstance(word, Alert | Hold) for word in judged.words):
            judged.words.append(alerts.standing(state, moment, self.policy))
        return True

    def _hold(self, state: SellerState, moment: Moment, listing_ids: list[str]) -> Iterator[Hold]:
        for listing_id in listing_ids:
            line = holds.decide_listing(state, listing_id, moment, self.policy)
            if line is not None:
                yield line
        scopes: tuple[Literal["payout", "seller"], ...] = ("payout", "seller")
        for scope in scopes:
            line = holds.decide_seller(state, scope, moment, self.policy)
            if line is not None:
                yield line
