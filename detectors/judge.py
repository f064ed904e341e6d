"""One event: take it into the seller's state, ask the detectors, decide. The one function the hop calls.

Pure but for the state, which is changed in place: whoever calls owns it, and throws it away when the commit fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from detectors import alerts, eviction, held, holds, raised, rulings, shelf, silence
from detectors.advance import advance
from detectors.catalogue import Entry as CatalogueEntry
from detectors.detector import Abstained, Around, Cause, DeadlineReached
from detectors.findings import keep
from detectors.flags import new_flags
from detectors.held import Moment
from detectors.judged import Failure, Judged, Tombstone
from detectors.policy import Policy
from detectors.products import classify
from detectors.state import SellerState
from schemas import (
    Alert,
    Event,
    Hold,
    HoldAppealed,
    ListingChanged,
    ListingPublished,
    ListingRemoved,
    OrderPaid,
    VerdictGiven,
)
from schemas.fields import DAY_US

LISTING_EVENTS: Final = (ListingPublished, ListingChanged)


class _Effect(NamedTuple):
    """How far an event's decisions reach: one listing, the whole seller, or nobody."""

    listing_id: str = ""
    whole_seller: bool = False
    stale: bool = False
    tombstone: Tombstone | None = None


@dataclass(slots=True)
class _Answers:
    """What the detectors said of one event."""

    changed_listing: bool = False
    changed_seller: bool = False
    all_quiet: bool = True


class Judge:
    """The judgement under one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._asked: dict[Any, list[CatalogueEntry]] = {}
        for entry in policy.entries:
            for asked in entry.asked_at:
                self._asked.setdefault(asked, []).append(entry)

    def judge(
        self, state: SellerState, cause: Cause, now_us: int, around: Around, decided_us: int | None = None
    ) -> Judged:
        """Everything that follows from one event of the seller at its event time.

        `decided_us` stamps what is published: the wall clock in live running, the event time (None) in history.
        """
        judged = Judged()
        core = state.core
        if isinstance(cause, Event):
            if not state.is_new(cause.event_id):
                judged.is_news = False
                return judged
            if not core.first_seen_us:
                eviction.first_seen(state, now_us)
            elif core.entombed_us:
                eviction.revive(state, now_us)
            core.first_seen_us = min(core.first_seen_us or now_us, now_us)
            core.last_seen_us = max(core.last_seen_us, now_us)
        core.sequence += 1
        moment = Moment(now_us, now_us if decided_us is None else decided_us, cause.event_id)
        effect = self._take_in(state, cause, moment, around, judged)
        silence.note(state, cause, now_us, self.policy.terms.silence)
        answers = _Answers() if effect.stale else self._ask(state, cause, now_us, around, effect.listing_id, judged)
        silence.watch(state, cause, now_us, self.policy.terms.silence)
        decided = self._decide(state, cause, moment, effect, answers, judged)
        if effect.listing_id:
            shelf.make_room(state, effect.listing_id)
        if state.changes.markets:
            judged.entries = shelf.market_entries(state)
        if decided or (isinstance(cause, Event) and now_us // DAY_US != core.flags_day):
            judged.flags = new_flags(state, now_us)
        return judged

    def _take_in(self, state: SellerState, cause: Cause, moment: Moment, around: Around, judged: Judged) -> _Effect:
        """The event into the state; verdicts and the deadlines of holds act here."""
        now_us, policy = moment.now_us, self.policy
        if isinstance(cause, LISTING_EVENTS):
            place = classify(cause, around)
            guard = place.guard
            if guard:
                judged.guards.append(("market", guard))
            taken = shelf.shelve(state, cause, place, now_us, policy)
            if guard and taken:
                raised.remember(state, cause, guard, now_us, around)
            return _Effect(listing_id=cause.listing_id if taken else "", stale=not taken)
        if isinstance(cause, ListingRemoved):
            shelf.unshelve(state, cause, now_us)
        elif isinstance(cause, VerdictGiven):
            return self._rule(state, cause, moment, judged)
        elif isinstance(cause, HoldAppealed):
            for _, subject_id, hold in held.holds_of(state):
                if hold.hold_id == cause.hold_id:
                    hold.appealed_us = now_us
                    if subject_id in state.listings:
                        state.touch_listing(subject_id)
        elif isinstance(cause, DeadlineReached):
            return self._fall_due(state, cause, moment, judged)
        else:
            advance(state, cause, now_us, policy.terms)
            if isinstance(cause, OrderPaid):
                shelf.sign_of_life(state, cause.listing_id, now_us)
        return _Effect()

    def _rule(self, state: SellerState, event: VerdictGiven, moment: Moment, judged: Judged) -> _Effect:
        if not rulings.rule(state, event, moment.now_us, self.policy):
            return _Effect()
        ruling = rulings.ruling_on(state, event.subject, event.subject_id)
        if ruling is not None:
            subject_id = event.subject_id if event.subject == "listing" else state.seller_id
            for_all = holds.rule_on(state, event.subject, subject_id, ruling, moment, self.policy)
            if for_all is not None:
                judged.words.append(for_all)
        return _Effect(whole_seller=True)

    def _fall_due(self, state: SellerState, reached: DeadlineReached, moment: Moment, judged: Judged) -> _Effect:
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
            return _Effect(whole_seller=True)
        if kind == eviction.KIND:
            eviction.review(state, moment.now_us)
            return _Effect()
        if kind == raised.KIND:
            raised.forget(state, moment.now_us)
            return _Effect()
        if kind == "listing":
            was_flagged = subject in state.flagged
            shelf.lapse(state, subject, moment.now_us)
            return _Effect(whole_seller=was_flagged)
        advance(state, reached, moment.now_us, self.policy.terms)
        return _Effect()

    def _ask(
        self, state: SellerState, cause: Cause, now_us: int, around: Around, listing_id: str, judged: Judged
    ) -> _Answers:
        """Each detector of this event type; a finding stands until its detector is quiet about the same subject."""
        answers = _Answers()
        for entry in self._asked.get(cause.kind if isinstance(cause, DeadlineReached) else type(cause), ()):
            try:
                answer = entry.detector.look(state, cause, now_us, around)
            except Exception as error:  # noqa: BLE001 - a detector's bug becomes a dead letter, never a quiet detector
                judged.failures.append(
                    Failure(entry.reason_code, f"{entry.reason_code}: {type(error).__name__}: {error}")
                )
                answers.all_quiet = False
                continue
            if isinstance(answer, Abstained):
                judged.guards.append((entry.reason_code, answer.guard))
                answers.all_quiet = False
                continue
            answers.all_quiet = answers.all_quiet and (answer is None or entry.mode == "shadow")
            about_listing = listing_id if entry.about == "listing" else ""
            if not keep(state, about_listing, entry.reason_code, answer, now_us, cause.event_id):
                continue
            if about_listing:
                answers.changed_listing = True
            else:
                answers.changed_seller = True
        return answers

    def _decide(
        self, state: SellerState, cause: Cause, moment: Moment, effect: _Effect, answers: _Answers, judged: Judged
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
        moment = Moment(moment.now_us, moment.decided_us, moment.cause_id, listing_id, is_clean, moderator)
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
