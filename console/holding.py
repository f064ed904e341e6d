"""Holds in the order in which somebody should look at them. Pure."""

import msgspec

from console.projection import Projection
from schemas import Hold, HoldAppealed, VerdictGiven
from schemas.fields import to_us


class Held(msgspec.Struct, frozen=True):
    """A hold, the newest appeal against it that no verdict has answered, and the verdict on it."""

    hold: Hold
    appeal: HoldAppealed | None
    verdict: VerdictGiven | None


def held_by(projection: Projection, action: str, scope: str = "", by: str = "") -> list[Held]:
    """Holds placed or released; "" means any. Appeals first, then what ends soonest; of released ones the newest.

    `by` is `policy`, `people`, or a moderator's id.
    """
    found = [
        held_of(projection, hold)
        for hold in projection.holds
        if hold.action == action and scope in ("", hold.scope) and _is_by(hold, by)
    ]
    if action == "released":
        return sorted(found, key=lambda one: (-to_us(one.hold.event_time), one.hold.hold_id))
    return sorted(found, key=lambda one: (one.appeal is None, to_us(one.hold.expires_at), one.hold.hold_id))


def held_of(projection: Projection, hold: Hold) -> Held:
    """A hold with what was said about it."""
    verdict = next(iter(projection.verdicts.of("hold", hold.hold_id)), None)
    appeal = next(iter(projection.appeals.of("hold", hold.hold_id)), None)
    if appeal is not None and verdict is not None and verdict.event_time >= appeal.event_time:
        appeal = None
    return Held(hold, appeal, verdict)


def _is_by(hold: Hold, by: str) -> bool:
    if by == "people":
        return hold.decided_by not in ("policy", "expiry")
    return by in ("", hold.decided_by)
