"""The mechanics of a hold: its id, terms, deadline, lines and end; when one is placed is up to `detectors.holds`."""

import hashlib
from collections.abc import Container, Iterator
from typing import Final

import msgspec

from detectors import records
from detectors.breaker import Fuse
from detectors.policy import Policy
from detectors.records import Ruling
from detectors.score import Score
from detectors.state import SellerState
from schemas import Hold
from schemas.fields import DAY_US, HOUR_US, HoldScope, to_time

_NOTICES: Final = {
    "listing": "This listing is on hold while its price and origin are checked; you can appeal through seller support.",
    "payout": "Your payouts are on hold because refunds for returned parcels are outstanding; pay them to release it.",
    "seller": "Your account is on hold while open refunds and complaints are checked; please contact seller support.",
}
_UNPAID: Final = frozenset(("unpaid_refunds", "vanished_seller"))
_COMPLAINTS_NOTICE: Final = (
    "Your payouts are on hold because complaints about your orders were upheld; you can appeal through seller support."
)
_RELEASE_NOTICES: Final = {
    "listing": "The hold on this listing has ended.",
    "payout": "The hold on your payouts has ended.",
    "seller": "The hold on your account has ended.",
}


class Moment(msgspec.Struct, frozen=True, gc=False):
    """Now: the event or deadline in hand, its event time, and what stamps the decision in what is published."""

    now_us: int
    decided_us: int
    cause_id: str
    about_listing: str = ""
    is_clean: bool = False
    moderator: str = ""
    tripped: Container[Fuse] = ()


def holds_of(state: SellerState) -> Iterator[tuple[HoldScope, str, records.Hold]]:
    """Every hold that is remembered, active or released: (scope, subject, hold)."""
    for scope, hold in state.core.holds.items():
        yield scope, state.seller_id, hold  # type: ignore[misc]  # keys are scopes
    listings = state.listings
    for listing_id in sorted([each for each in state.flagged if listings[each].hold is not None]):
        listed = listings[listing_id].hold
        if listed is not None:
            yield "listing", listing_id, listed


def get(state: SellerState, scope: HoldScope, subject_id: str) -> records.Hold | None:
    """The hold of a listing, of the seller or of its payout, active or released."""
    if scope != "listing":
        return state.core.holds.get(scope)
    listing = state.listings.get(subject_id)
    return listing.hold if listing is not None else None


def place(
    state: SellerState,
    scope: HoldScope,
    subject_id: str,
    score: Score,
    moment: Moment,
    policy: Policy,
    ruling: Ruling | None = None,
) -> Hold:
    """Places a hold; a human's lasts as long as the verdict."""
    days = {
        "listing": policy.holds.listing_days,
        "seller": policy.holds.seller_days,
        "payout": policy.holds.payout_days,
    }
    hold = records.Hold(
        hold_id="h" + derived_id(scope, subject_id, moment.cause_id),
        placed_us=moment.decided_us,
        expires_us=ruling.expires_us if ruling else moment.now_us + int(days[scope] * DAY_US),
        decided_by=ruling.moderator if ruling else "policy",
        reason_codes=tuple(finding.reason_code for finding in score.counted),
        score=score.value,
        by_human=ruling is not None,
        seen_by_human=ruling is not None,
    )
    if scope == "listing":
        hold.own = own_findings(state.listings[subject_id])
        state.listings[subject_id].hold = hold
    else:
        state.core.holds[scope] = hold
    reschedule(state, scope, subject_id, hold, policy)
    return line(state, scope, subject_id, hold, moment, policy)


def release(
    state: SellerState, scope: HoldScope, subject_id: str, hold: records.Hold, by: str, moment: Moment, policy: Policy
) -> Hold:
    """Ends a hold; who ended it is in the line."""
    hold.active, hold.decided_by, hold.released_us, hold.release_at_us = False, by, moment.now_us, 0
    reschedule(state, scope, subject_id, hold, policy)
    return line(state, scope, subject_id, hold, moment, policy)


def own_findings(listing: records.Listing) -> tuple[str, ...]:
    """What stands against the listing itself, as reason code and grade."""
    return tuple(sorted(f"{one.reason_code}/{one.grade}" for one in listing.findings.values()))


def forgive(
    state: SellerState, scope: HoldScope, subject_id: str, hold: records.Hold, moment: Moment, policy: Policy
) -> None:
    """The finding of an expired hold is gone: a new one may be held, and a hold past its tombstone is forgotten."""
    hold.expired = False
    if scope == "listing":
        state.touch_listing(subject_id)
    if moment.now_us >= hold.released_us + int(policy.holds.tombstone_days * DAY_US):
        entomb(state, scope, subject_id, hold)


def entomb(state: SellerState, scope: HoldScope, subject_id: str, hold: records.Hold) -> bool:
    """The hold's last line goes from the compacted topic; one that expired is remembered while its finding stands."""
    if not hold.expired:
        if scope == "listing":
            state.listings[subject_id].hold = None
        else:
            del state.core.holds[scope]
    state.schedule("hold", f"{scope}:{subject_id}", None)
    if scope == "listing":
        state.touch_listing(subject_id)
    return True


def reschedule(
    state: SellerState, scope: HoldScope, subject_id: str, hold: records.Hold, policy: Policy, after_us: int = -1
) -> None:
    """Sets the hold's one deadline to the next thing that happens to it."""
    if not hold.active:
        due_us = hold.released_us + int(policy.holds.tombstone_days * DAY_US)
    else:
        warn_us = hold.expires_us - int(policy.holds.warn_days * DAY_US)
        times = (warn_us, hold.release_at_us or hold.expires_us, hold.expires_us)
        due_us = min(time_us for time_us in times if time_us > after_us or time_us == hold.expires_us)
    state.schedule("hold", f"{scope}:{subject_id}", due_us)
    if scope == "listing":
        state.touch_listing(subject_id)


def line(
    state: SellerState, scope: HoldScope, subject_id: str, hold: records.Hold, moment: Moment, policy: Policy
) -> Hold:
    """The hold as published."""
    state.core.revision += 1
    return Hold(
        hold_id=hold.hold_id,
        revision=state.core.revision,
        action="placed" if hold.active else "released",
        scope=scope,
        subject_id=subject_id,
        seller_id=state.seller_id,
        reason_codes=hold.reason_codes,
        score=hold.score,
        decided_by=hold.decided_by,
        notice=_notice(scope, hold),
        policy_version=policy.version,
        event_time=to_time(moment.now_us),
        placed_at=to_time(hold.placed_us),
        expires_at=to_time(hold.expires_us),
    )


def _notice(scope: HoldScope, hold: records.Hold) -> str:
    if not hold.active:
        return _RELEASE_NOTICES[scope]
    if scope == "payout" and "upheld_complaint" in hold.reason_codes and _UNPAID.isdisjoint(hold.reason_codes):
        return _COMPLAINTS_NOTICE
    return _NOTICES[scope]


def is_expiring(hold: records.Hold, now_us: int, policy: Policy) -> bool:
    """Whether the hold is in its last day."""
    return hold.active and now_us >= hold.expires_us - int(policy.holds.warn_days * DAY_US)


def clean_release_delay_us(hold_id: str, policy: Policy) -> int:
    """The delay after a clean price, drawn from the hold's id."""
    drawn = int.from_bytes(hashlib.blake2b(hold_id.encode(), digest_size=4).digest()) / 2**32
    shortest, longest = policy.holds.clean_release_min_hours, policy.holds.clean_release_max_hours
    return int((shortest + drawn * (longest - shortest)) * HOUR_US)


def derived_id(*parts: str) -> str:
    """An id that depends on what came in alone, so that a repeated delivery gives it again."""
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
