"""What was published of a seller, taken over by a state that was built again: ids go on, and so do revisions.

The state says what is so by the events that are left; what was published may rest on events that are gone. So an open
alert or a hold that only the topics know is kept until the seller's next decision, and nothing is said of it; where
both know one, the published id stays; where they say different things, the state's word is published once more.
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec

from detectors import records
from detectors.detector import Abstained, Around, Cause, Detector, Finding
from detectors.held import get, reschedule
from detectors.policy import Policy
from detectors.records import ON_TRIAL, OpenAlert
from detectors.state import SellerState
from schemas import Alert, Hold, SellerStanding
from schemas.fields import HoldScope, to_us

#: What rests on something that did not happen, and so on nothing being lost.
ABSENCE: Final = frozenset(("overdue_refund", "unpaid_refunds", "vanished_seller", "ignored_return"))
ADOPTED: Final = b"adopted"  # no digest: the next decision has something new to say
_MACHINES: Final = ("policy", "expiry")
_ALERT: Final = ("reason_codes", "score", "severity", "mode", "listing_ids")
_HOLD: Final = ("action", "hold_id", "reason_codes", "score", "decided_by", "expires_at")
_STANDING: Final = ("score", "reason_codes")

Word = Alert | Hold | SellerStanding


class Said(NamedTuple):
    """The last line of each key that is about one seller."""

    alerts: list[Alert]
    holds: list[Hold]
    standings: list[SellerStanding]


class Restored(NamedTuple):
    """`words` are to be published; `kept`: alerts and holds that no event supports any more; `lost`: holds of listings
    that nobody remembers, which end by their own time.
    """

    words: list[Word]
    kept: int
    lost: list[Hold]


class HeldBack:
    """A detector that abstains until `until_us`: before that it cannot know what was lost."""

    def __init__(self, detector: Detector, until_us: int) -> None:
        self._detector = detector
        self._until_us = until_us

    def look(self, state: SellerState, cause: Cause, now_us: int, around: Around) -> Finding | Abstained | None:
        """As the detector itself, from then on."""
        if now_us < self._until_us:
            return Abstained("events_lost")
        return self._detector.look(state, cause, now_us, around)


def hold_back(policy: Policy, until_us: int) -> Policy:
    """The policy for a history whose beginning is lost."""
    entries = (
        one._replace(detector=HeldBack(one.detector, until_us)) if one.reason_code in ABSENCE else one
        for one in policy.entries
    )
    return msgspec.structs.replace(policy, entries=tuple(entries))


def restore(state: SellerState, told: Said, ours: Said, policy: Policy) -> Restored:
    """Takes over what was `told`; `ours` is what the events that are left led to. Changes the state."""
    known = [one.revision for lines in told for one in lines]
    state.core.revision = max([state.core.revision, *known])
    done = Restored([], 0, [])
    done = _alerts(state, told.alerts, ours.alerts, policy, done)
    done = _holds(state, told.holds, ours.holds, policy, done)
    before = {one.seller_id: one for one in told.standings}
    changed = [one for one in ours.standings if done.words or _differs(one, before.get(one.seller_id), _STANDING)]
    words: list[Word] = []
    for word in (*done.words, *changed):
        state.core.revision += 1
        words.append(msgspec.structs.replace(word, revision=state.core.revision))
    return done._replace(words=words)


def _alerts(
    state: SellerState, told: Iterable[Alert], ours: Iterable[Alert], policy: Policy, done: Restored
) -> Restored:
    before = {one.alert_id: one for one in told}
    now = {one.alert_id: one for one in ours}
    kept = done.kept
    for alert in before.values():
        if alert.status == "withdrawn" or alert.alert_id in now:
            continue
        key = alert.family + ON_TRIAL if _is_on_trial(alert, policy) else alert.family
        own = state.core.alerts.get(key)
        if own is None:
            kept += 1
            state.core.alerts[key] = OpenAlert(
                alert.alert_id,
                to_us(alert.event_time),
                alert.subject_kind,
                alert.subject_id,
                alert.reason_codes,
                ADOPTED,
            )
        elif own.alert_id not in before:
            line = now.pop(own.alert_id, None)
            own.alert_id = alert.alert_id
            if line is not None:
                now[own.alert_id] = msgspec.structs.replace(line, alert_id=own.alert_id, status="updated")
    is_open = {one.alert_id for one in state.core.alerts.values()}
    words = [
        line
        for line in now.values()
        if line.alert_id in is_open or line.alert_id in before
        if _differs(line, before.get(line.alert_id), _ALERT)
        or (line.status == "withdrawn") != (before[line.alert_id].status == "withdrawn")
    ]
    return done._replace(words=[*done.words, *words], kept=kept)


def _is_on_trial(alert: Alert, policy: Policy) -> bool:
    """Whether it speaks of what is on trial: all that its family has in it."""
    return all(policy.mode(code) == "shadow" for code in alert.reason_codes if policy.family(code) == alert.family)


def _holds(state: SellerState, told: Iterable[Hold], ours: Iterable[Hold], policy: Policy, done: Restored) -> Restored:
    before = {(one.scope, one.subject_id): one for one in told}
    now = {(one.scope, one.subject_id): one for one in ours}
    kept, lost = done.kept, list(done.lost)
    for (scope, subject_id), line in before.items():
        own = get(state, scope, subject_id)
        if line.action != "placed":
            continue
        if own is None and scope == "listing" and subject_id not in state.listings:
            lost.append(line)
        elif own is None:
            kept += 1
            _adopt(state, scope, subject_id, line, policy)
        elif own.active:
            own.hold_id, own.placed_us = line.hold_id, to_us(line.placed_at)
            if (scope, subject_id) in now:
                now[scope, subject_id] = msgspec.structs.replace(
                    now[scope, subject_id], hold_id=line.hold_id, placed_at=line.placed_at
                )
            _touch(state, scope, subject_id)
    words = [line for key, line in now.items() if key in before or _is_active(get(state, *key))]
    words = [line for line in words if _differs(line, before.get((line.scope, line.subject_id)), _HOLD)]
    return done._replace(words=[*done.words, *words], kept=kept, lost=lost)


def _adopt(state: SellerState, scope: HoldScope, subject_id: str, line: Hold, policy: Policy) -> None:
    by_human = line.decided_by not in _MACHINES
    hold = records.Hold(
        hold_id=line.hold_id,
        placed_us=to_us(line.placed_at),
        expires_us=to_us(line.expires_at),
        decided_by=line.decided_by,
        reason_codes=line.reason_codes,
        score=line.score,
        by_human=by_human,
        seen_by_human=by_human,
    )
    if scope == "listing":
        state.listings[subject_id].hold = hold
    else:
        state.core.holds[scope] = hold
    reschedule(state, scope, subject_id, hold, policy)


def _touch(state: SellerState, scope: HoldScope, subject_id: str) -> None:
    if scope == "listing":
        state.touch_listing(subject_id)


def _is_active(hold: records.Hold | None) -> bool:
    return hold is not None and hold.active


def _differs(line: Any, before: Any, facts: Iterable[str]) -> bool:
    return before is None or any(getattr(line, name) != getattr(before, name) for name in facts)
