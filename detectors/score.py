"""Findings -> a score: prior plus the strongest finding of each family, on the logistic scale.

Weights of evidence in nats add up as in a naive Bayes odds form (I. J. Good, *Probability and the Weighing of
Evidence*, 1950), once per family because findings of one family share their cause.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from detectors.detector import Finding
from detectors.policy import Policy
from detectors.records import Listing
from detectors.rulings import is_muted
from detectors.state import SellerState

#: Honest sellers reassure too: shown beside other findings, never the reason for an alert, never what tips a hold.
SUPPORTING: Final = ("reassuring_messages",)


class Score(msgspec.Struct, frozen=True, gc=False):
    """`value` from 0 to 1, 4 decimals; `counted` are the findings that it was made of."""

    value: float
    counted: tuple[Finding, ...]
    has_hold_mode: bool


def score_of(findings: Iterable[Finding], policy: Policy, young: bool) -> Score:
    """The score over `findings`; those of detectors in `shadow` count nowhere."""
    counted = tuple(finding for finding in findings if policy.mode(finding.reason_code) != "shadow")
    strongest: dict[str, float] = {}
    for finding in counted:
        family = policy.family(finding.reason_code)
        weight = policy.weight(finding.reason_code, finding.grade)
        strongest[family] = max(weight, strongest.get(family, weight))
    nats = policy.prior + sum(strongest.values())
    if strongest and young:
        nats += policy.young_weight
    return Score(
        round(1 / (1 + math.exp(-nats)), 4),
        counted,
        any(policy.mode(finding.reason_code) == "hold" for finding in counted),
    )


def seller_findings(state: SellerState, policy: Policy, now_us: int) -> list[Finding]:
    """The seller's own findings that no verdict mutes."""
    # Sorted: a store gives them back in any order, and what is published must not depend on a reload.
    findings = [state.findings[reason_code] for reason_code in sorted(state.findings)]
    return [one for one in findings if not is_muted(state, policy.family(one.reason_code), None, now_us, policy)]


def listing_findings(state: SellerState, listing: Listing, policy: Policy, now_us: int) -> list[Finding]:
    """A listing's own findings that no verdict mutes."""
    findings = [listing.findings[reason_code] for reason_code in sorted(listing.findings)]
    if listing.ruling is None and not state.core.rulings:
        return findings
    return [one for one in findings if not is_muted(state, policy.family(one.reason_code), listing, now_us, policy)]


def hold_score(state: SellerState, listing: Listing | None, policy: Policy, now_us: int) -> Score:
    """The score that a hold of the listing, of the seller or its payout (None) rests on, without what only supports."""
    own = [] if listing is None else listing_findings(state, listing, policy, now_us)
    counted = [one for one in (*own, *seller_findings(state, policy, now_us)) if one.reason_code not in SUPPORTING]
    return score_of(counted, policy, state.is_young(now_us))


class Shelved(msgspec.Struct, frozen=True, gc=False):
    """A flagged listing with its findings that no verdict mutes, and its score with its seller's."""

    value: float
    listing_id: str
    findings: Sequence[Finding]


class Shelf(msgspec.Struct, frozen=True, gc=False):
    """Everything that stands against a seller at one moment, looked at once."""

    own: Sequence[Finding]
    listings: Sequence[Shelved]
    score: Score
    young: bool


def look_at(state: SellerState, policy: Policy, now_us: int) -> Shelf:
    """The seller's findings, its flagged listings, and its score: its own and its strongest listing's findings.

    A score depends on nothing but which findings of which grades there are, so thousands of listings with the same
    few take one sum.
    """
    own, young = seller_findings(state, policy, now_us), state.is_young(now_us)
    values: dict[tuple[tuple[str, str], ...], float] = {}
    listings = []
    for listing_id in state.flagged:
        found = listing_findings(state, state.listings[listing_id], policy, now_us)
        same = tuple([(one.reason_code, one.grade) for one in found])
        value = values.get(same)
        if value is None:
            value = values[same] = score_of([*found, *own], policy, young).value
        listings.append(Shelved(value, listing_id, found))
    score = score_of(own, policy, young)
    best = min(listings, key=lambda one: (-one.value, one.listing_id), default=None)
    if best is not None and best.value > score.value:
        score = score_of([*best.findings, *own], policy, young)
    return Shelf(own, listings, score, young)
