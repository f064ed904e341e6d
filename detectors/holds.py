"""What is withheld: placing, releasing and expiring of holds on listings, sellers and payouts.

The policy places a hold when a score says so and takes it back when nothing supports it; a human's hold is only the
human's, or time's, to end. A listing's hold that a clean price ends is released after a delay drawn from its id, so
that thresholds are not probed; once it has expired, only a human places it again.
"""

from typing import Final

from detectors import breaker
from detectors.detector import Finding
from detectors.held import (
    Moment,
    clean_release_delay_us,
    entomb,
    forgive,
    get,
    line,
    own_findings,
    place,
    release,
    reschedule,
)
from detectors.policy import Policy
from detectors.records import Ruling
from detectors.rulings import is_muted
from detectors.score import Score, hold_score
from detectors.state import SellerState
from schemas import Hold
from schemas.fields import DAY_US, HoldScope

PAYOUT_REASONS: Final = ("unpaid_refunds", "vanished_seller", "upheld_complaint")
LISTING_FAMILIES: Final = ("price", "words")
LISTING_REASONS: Final = ("upheld_complaint",)
SELLER_REASONS: Final = ("vanished_seller",)
#: What is wrong with a listing among many, and not with its seller.
LISTING_GRADES: Final = ("one_listing",)
#: Of prices: what is no more than low, or low beside a list price alone.
WEAK_GRADES: Final = ("moderate", "no_market")
BUYERS_BEHIND_A_WEAK_PRICE: Final = 2


def decide_listing(state: SellerState, listing_id: str, moment: Moment, policy: Policy) -> Hold | None:
    """Places or releases the hold of one listing.

    What no longer supports a hold decides how it ends: a change of the listing itself has to bring a clean price, and
    then takes its time; support that came from the seller, or a moderator's word, ends it at once.
    """
    listing = state.listings[listing_id]
    score = hold_score(state, listing, policy, moment.now_us)
    hold = listing.hold
    if _supports_listing(state, listing_id, score, moment, policy):
        if hold is not None and hold.active:
            if hold.release_at_us:
                hold.release_at_us = 0
                state.touch_listing(listing_id)
            return None
        if (hold is not None and hold.expired) or _is_caught(state, score, listing.category, moment, policy):
            return None
        return place(state, "listing", listing_id, score, moment, policy)
    if hold is not None and hold.expired and not listing.findings:
        forgive(state, "listing", listing_id, hold, moment, policy)
    if hold is None or not hold.active or hold.by_human or hold.release_at_us:
        return None
    if moment.moderator or (moment.about_listing != listing_id and hold.own == own_findings(listing)):
        return release(state, "listing", listing_id, hold, moment.moderator or "policy", moment, policy)
    once_us = int(policy.holds.clean_release_once_in_days * DAY_US)
    was_long_ago = not listing.clean_release_us or moment.now_us - listing.clean_release_us >= once_us
    if moment.about_listing == listing_id and moment.is_clean and was_long_ago:
        hold.release_at_us = moment.now_us + clean_release_delay_us(hold.hold_id, policy)
        reschedule(state, "listing", listing_id, hold, policy)
    return None


def decide_seller(state: SellerState, scope: HoldScope, moment: Moment, policy: Policy) -> Hold | None:
    """Places or releases the hold of the seller or of its payout; it ends as soon as nothing supports it."""
    reasons = PAYOUT_REASONS if scope == "payout" else SELLER_REASONS
    hold = state.core.holds.get(scope)
    if hold is None and state.findings.keys().isdisjoint(reasons):
        return None
    score = hold_score(state, None, policy, moment.now_us)
    supports = score.value >= policy.bands.hold and any(
        one.reason_code in reasons and one.grade not in LISTING_GRADES and policy.mode(one.reason_code) == "hold"
        for one in score.counted
    )
    if supports:
        if (hold is not None and (hold.active or hold.expired)) or _is_caught(state, score, "", moment, policy):
            return None
        return place(state, scope, state.seller_id, score, moment, policy)
    if hold is None:
        return None
    if hold.expired:
        forgive(state, scope, state.seller_id, hold, moment, policy)
    if hold.active and not hold.by_human:
        return release(state, scope, state.seller_id, hold, moment.moderator or "policy", moment, policy)
    return None


def rule_on(
    state: SellerState, scope: HoldScope, subject_id: str, ruling: Ruling, moment: Moment, policy: Policy
) -> Hold | None:
    """A verdict's own effect: `confirmed` places or extends, `rejected` releases."""
    hold = get(state, scope, subject_id)
    if ruling.verdict == "rejected":
        if hold is None or not hold.active:
            return None
        return release(state, scope, subject_id, hold, ruling.moderator, moment, policy)
    if hold is None or not hold.active:
        score = _score_for(state, scope, subject_id, moment, policy)
        return place(state, scope, subject_id, score, moment, policy, ruling)
    hold.by_human = hold.seen_by_human = True
    hold.decided_by, hold.expires_us, hold.release_at_us = ruling.moderator, ruling.expires_us, 0
    reschedule(state, scope, subject_id, hold, policy)
    return line(state, scope, subject_id, hold, moment, policy)


def hold_due(
    state: SellerState, scope: HoldScope, subject_id: str, moment: Moment, policy: Policy
) -> tuple[Hold | None, bool]:
    """A hold's deadline: release after a clean price, warning, expiry, or tombstone (True) after its release."""
    hold = get(state, scope, subject_id)
    if hold is None:
        return None, False
    if not hold.active:
        return None, entomb(state, scope, subject_id, hold)
    if hold.release_at_us and moment.now_us >= hold.release_at_us:
        state.listings[subject_id].clean_release_us = moment.now_us
        return release(state, scope, subject_id, hold, "policy", moment, policy), False
    if moment.now_us >= hold.expires_us:
        hold.expired = True
        return release(state, scope, subject_id, hold, "expiry", moment, policy), False
    reschedule(state, scope, subject_id, hold, policy, after_us=moment.now_us)
    return None, False


def listings_at_stake(state: SellerState) -> list[str]:
    """The listings that a fact about the seller may hold or release: flagged ones, and those that it names."""
    named = (one.listing_ids for one in state.findings.values() if one.reason_code in LISTING_REASONS)
    return sorted(state.flagged.union(*named).intersection(state.listings))


def is_at_stake(state: SellerState, listing_id: str) -> bool:
    """Whether the listing is one of `listings_at_stake`."""
    if listing_id in state.flagged:
        return True
    for reason_code in LISTING_REASONS:
        found = state.findings.get(reason_code)
        if found is not None and listing_id in found.listing_ids:
            return True
    return False


def _supports_listing(state: SellerState, listing_id: str, score: Score, moment: Moment, policy: Policy) -> bool:
    """Whether the score holds, and something about this very listing is in it."""
    if score.value < policy.bands.hold or not score.has_hold_mode:
        return False
    return any(
        _bears(one, score, policy) if one.subject_kind == "listing" else _names(state, listing_id, one, moment, policy)
        for one in score.counted
    )


def _bears(one: Finding, score: Score, policy: Policy) -> bool:
    """Whether a listing's finding may hold it: a price that is only low does where two buyers say something too.

    One buyer's complaint or overdue refund is in many an honest shop, and so is a promotion at two thirds.
    """
    if policy.family(one.reason_code) not in LISTING_FAMILIES:
        return False
    return one.grade not in WEAK_GRADES or any(
        other.subject_kind == "seller"
        and policy.family(other.reason_code) == "aftersale"
        and other.facts >= BUYERS_BEHIND_A_WEAK_PRICE
        for other in score.counted
    )


def _names(state: SellerState, listing_id: str, one: Finding, moment: Moment, policy: Policy) -> bool:
    """Whether a seller's finding that may hold the listings it names is about this one, and no verdict allows it."""
    if one.reason_code not in LISTING_REASONS or listing_id not in one.listing_ids:
        return False
    family, listing = policy.family(one.reason_code), state.listings[listing_id]
    return policy.mode(one.reason_code) == "hold" and not is_muted(state, family, listing, moment.now_us, policy)


def _is_caught(state: SellerState, score: Score, category: str, moment: Moment, policy: Policy) -> bool:
    """Whether the breaker keeps every detector from holding that would."""
    holding = [one.reason_code for one in score.counted if policy.mode(one.reason_code) == "hold"]
    return breaker.catches(state, holding, category, moment.now_us, moment.tripped)


def _score_for(state: SellerState, scope: HoldScope, subject_id: str, moment: Moment, policy: Policy) -> Score:
    listing = state.listings[subject_id] if scope == "listing" else None
    return hold_score(state, listing, policy, moment.now_us)
