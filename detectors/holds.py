"""What is withheld: placing, releasing and expiring of holds on listings, sellers and payouts.

The policy places a hold when a score says so and takes it back when nothing supports it; a human's hold is only the
human's, or time's, to end. A listing's hold that a clean price ends is released after a delay drawn from its id, so
that thresholds are not probed; once it has expired, only a human places it again.
"""

import hashlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from detectors import records
from detectors.policy import Policy
from detectors.records import Ruling
from detectors.score import Score, listing_score, score_of, seller_findings
from detectors.state import SellerState
from schemas import Hold
from schemas.fields import DAY_US, HOUR_US, HoldScope, to_time

PAYOUT_REASONS: Final = ("unpaid_refunds", "vanished_seller", "upheld_complaint")
LISTING_FAMILIES: Final = ("price", "words")
LISTING_REASONS: Final = ("upheld_complaint",)
SELLER_REASONS: Final = ("vanished_seller",)
_NOTICES: Final = {
    "listing": "This listing is on hold while its price and origin are checked; you can appeal through seller support.",
    "payout": "Your payouts are on hold because refunds for returned parcels are outstanding; pay them to release it.",
    "seller": "Your account is on hold while open refunds and complaints are checked; please contact seller support.",
}
_RELEASE_NOTICES: Final = {
    "listing": "The hold on this listing has ended.",
    "payout": "The hold on your payouts has ended.",
    "seller": "The hold on your account has ended.",
}


class Moment(NamedTuple):
    """Now: the event or deadline in hand, its event time, and what stamps the decision in what is published."""

    now_us: int
    decided_us: int
    cause_id: str
    about_listing: str = ""
    is_clean: bool = False
    moderator: str = ""


def holds_of(state: SellerState) -> Iterator[tuple[HoldScope, str, records.Hold]]:
    """Every hold that is remembered, active or released: (scope, subject, hold)."""
    for scope, hold in state.core.holds.items():
        yield scope, state.seller_id, hold  # type: ignore[misc]  # keys are scopes
    for listing_id in sorted(state.flagged):
        listing = state.listings[listing_id]
        if listing.hold is not None:
            yield "listing", listing_id, listing.hold


def decide_listing(state: SellerState, listing_id: str, moment: Moment, policy: Policy) -> Hold | None:
    """Places or releases the hold of one listing."""
    listing = state.listings[listing_id]
    score = listing_score(state, listing, policy, moment.now_us)
    hold = listing.hold
    if _supports_listing(score, policy) and listing.findings:
        if hold is not None and hold.active:
            hold.release_at_us = 0
            return None
        return (
            None if hold is not None and hold.expired else _place(state, "listing", listing_id, score, moment, policy)
        )
    if hold is not None and hold.expired and not listing.findings:
        hold.expired = False
    if hold is None or not hold.active or hold.by_human or hold.release_at_us:
        return None
    if moment.moderator or moment.about_listing != listing_id:
        return _release(state, "listing", listing_id, hold, moment.moderator or "policy", moment, policy)
    once_us = int(policy.holds.clean_release_once_in_days * DAY_US)
    if moment.is_clean and (not listing.clean_release_us or moment.now_us - listing.clean_release_us >= once_us):
        hold.release_at_us = moment.now_us + clean_release_delay_us(hold.hold_id, policy)
        _reschedule(state, "listing", listing_id, hold, policy)
    return None


def decide_seller(state: SellerState, scope: HoldScope, moment: Moment, policy: Policy) -> Hold | None:
    """Places or releases the hold of the seller or of its payout."""
    score = score_of(seller_findings(state, policy, moment.now_us), policy, state.is_young(moment.now_us))
    reasons = PAYOUT_REASONS if scope == "payout" else SELLER_REASONS
    supports = score.value >= policy.bands.hold and any(
        finding.reason_code in reasons and policy.mode(finding.reason_code) == "hold" for finding in score.counted
    )
    hold = state.core.holds.get(scope)
    if supports:
        if hold is not None and (hold.active or hold.expired):
            return None
        return _place(state, scope, state.seller_id, score, moment, policy)
    if hold is None:
        return None
    hold.expired = False
    if hold.active and not hold.by_human:
        return _release(state, scope, state.seller_id, hold, moment.moderator or "policy", moment, policy)
    return None


def rule_on(
    state: SellerState, scope: HoldScope, subject_id: str, ruling: Ruling, moment: Moment, policy: Policy
) -> Hold | None:
    """A verdict's own effect: `confirmed` places or extends, `rejected` releases."""
    hold = _get(state, scope, subject_id)
    if ruling.verdict == "rejected":
        if hold is None or not hold.active:
            return None
        return _release(state, scope, subject_id, hold, ruling.moderator, moment, policy)
    if hold is None or not hold.active:
        score = _score_for(state, scope, subject_id, moment, policy)
        return _place(state, scope, subject_id, score, moment, policy, ruling)
    hold.by_human = hold.seen_by_human = True
    hold.decided_by, hold.expires_us, hold.release_at_us = ruling.moderator, ruling.expires_us, 0
    _reschedule(state, scope, subject_id, hold, policy)
    return _line(state, scope, subject_id, hold, moment, policy)


def hold_due(
    state: SellerState, scope: HoldScope, subject_id: str, moment: Moment, policy: Policy
) -> tuple[Hold | None, bool]:
    """A hold's deadline: release after a clean price, warning, expiry, or tombstone (True) after its release."""
    hold = _get(state, scope, subject_id)
    if hold is None:
        return None, False
    if not hold.active:
        return None, _entomb(state, scope, subject_id, hold)
    if hold.release_at_us and moment.now_us >= hold.release_at_us:
        state.listings[subject_id].clean_release_us = moment.now_us
        return _release(state, scope, subject_id, hold, "policy", moment, policy), False
    if moment.now_us >= hold.expires_us:
        hold.expired = True
        return _release(state, scope, subject_id, hold, "expiry", moment, policy), False
    _reschedule(state, scope, subject_id, hold, policy, after_us=moment.now_us)
    return None, False


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


def _supports_listing(score: Score, policy: Policy) -> bool:
    grounds = any(family in score.strongest for family in LISTING_FAMILIES) or score.has(*LISTING_REASONS)
    return score.value >= policy.bands.hold and score.has_hold_mode and grounds


def _score_for(state: SellerState, scope: HoldScope, subject_id: str, moment: Moment, policy: Policy) -> Score:
    if scope == "listing":
        return listing_score(state, state.listings[subject_id], policy, moment.now_us)
    return score_of(seller_findings(state, policy, moment.now_us), policy, state.is_young(moment.now_us))


def _get(state: SellerState, scope: HoldScope, subject_id: str) -> records.Hold | None:
    if scope != "listing":
        return state.core.holds.get(scope)
    listing = state.listings.get(subject_id)
    return listing.hold if listing is not None else None


def _place(
    state: SellerState,
    scope: HoldScope,
    subject_id: str,
    score: Score,
    moment: Moment,
    policy: Policy,
    ruling: Ruling | None = None,
) -> Hold:
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
        state.listings[subject_id].hold = hold
    else:
        state.core.holds[scope] = hold
    _reschedule(state, scope, subject_id, hold, policy)
    return _line(state, scope, subject_id, hold, moment, policy)


def _release(
    state: SellerState, scope: HoldScope, subject_id: str, hold: records.Hold, by: str, moment: Moment, policy: Policy
) -> Hold:
    hold.active, hold.decided_by, hold.released_us, hold.release_at_us = False, by, moment.now_us, 0
    _reschedule(state, scope, subject_id, hold, policy)
    return _line(state, scope, subject_id, hold, moment, policy)


def _entomb(state: SellerState, scope: HoldScope, subject_id: str, hold: records.Hold) -> bool:
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


def _reschedule(
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


def _line(
    state: SellerState, scope: HoldScope, subject_id: str, hold: records.Hold, moment: Moment, policy: Policy
) -> Hold:
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
        notice=(_NOTICES if hold.active else _RELEASE_NOTICES)[scope],
        policy_version=policy.version,
        event_time=to_time(moment.now_us),
        placed_at=to_time(hold.placed_us),
        expires_at=to_time(hold.expires_us),
    )
