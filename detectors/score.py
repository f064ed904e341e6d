"""Findings -> a score: prior plus the strongest finding of each family, on the logistic scale.

Weights of evidence in nats add up as in a naive Bayes odds form (I. J. Good, *Probability and the Weighing of
Evidence*, 1950), once per family because findings of one family share their cause.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

from detectors.detector import Finding
from detectors.policy import Policy
from detectors.records import Listing
from detectors.rulings import is_muted
from detectors.state import SellerState


class Score(NamedTuple):
    """`value` from 0 to 1, 4 decimals; `strongest` is the counted finding of each family that made it."""

    value: float
    strongest: dict[str, Finding]
    counted: tuple[Finding, ...]
    has_hold_mode: bool


NO_SCORE = Score(0.0, {}, (), False)


def score_of(findings: Iterable[Finding], policy: Policy, young: bool) -> Score:
    """The score over `findings`; those of detectors in `shadow` count nowhere."""
    counted = tuple(finding for finding in findings if policy.mode(finding.reason_code) != "shadow")
    strongest: dict[str, tuple[float, Finding]] = {}
    for finding in counted:
        family = policy.family(finding.reason_code)
        weight = policy.weight(finding.reason_code, finding.grade)
        if family not in strongest or (weight, finding.reason_code) > (
            strongest[family][0],
            strongest[family][1].reason_code,
        ):
            strongest[family] = (weight, finding)
    nats = policy.prior + sum(weight for weight, _ in strongest.values())
    if strongest and young:
        nats += policy.young_weight
    return Score(
        round(1 / (1 + math.exp(-nats)), 4),
        {family: finding for family, (_, finding) in strongest.items()},
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
    return [one for one in findings if not is_muted(state, policy.family(one.reason_code), listing, now_us, policy)]


def listing_score(state: SellerState, listing: Listing, policy: Policy, now_us: int) -> Score:
    """A listing's score: its own and its seller's findings."""
    own = listing_findings(state, listing, policy, now_us)
    return score_of([*own, *seller_findings(state, policy, now_us)], policy, state.is_young(now_us))


def seller_score(state: SellerState, policy: Policy, now_us: int) -> tuple[Score, str]:
    """A seller's score, its own and its strongest listing's findings, and that listing's id ("" for none)."""
    best, best_id = score_of(seller_findings(state, policy, now_us), policy, state.is_young(now_us)), ""
    for listing_id in sorted(state.flagged):
        score = listing_score(state, state.listings[listing_id], policy, now_us)
        if score.value > best.value:
            best, best_id = score, listing_id
    return best, best_id
