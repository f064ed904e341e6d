"""From findings to a score: the strongest of each family, what a verdict mutes, and the strongest listing."""

from decimal import Decimal
from itertools import permutations

from detectors.detector import Finding
from detectors.policy import make_policy
from detectors.records import Core, Listing, Ruling
from detectors.score import listing_findings, look_at, score_of
from detectors.state import SellerState
from streams.settings import read_policy
from tests.detectors.aftersales import POLICY, START_US


def finding(reason_code: str, grade: str, kind: str = "listing", facts: int = 1) -> Finding:
    return Finding(reason_code, kind, "L1", grade, "it was seen", facts=facts)  # type: ignore[arg-type]


def flagged(*findings: Finding) -> Listing:
    made = Listing(START_US, "e", START_US, "L1", 0.0, Decimal(1500), "CNY")
    made.findings = {one.reason_code: one for one in findings}
    return made


def test_of_two_findings_of_one_family_the_stronger_counts_whichever_comes_first() -> None:
    strong, weak = finding("below_market_price", "strong"), finding("implausible_price", "seen")
    alone = score_of([strong], POLICY, young=False).value
    assert alone > score_of([weak], POLICY, young=False).value
    for both in permutations((strong, weak)):
        assert score_of(both, POLICY, young=False).value == alone


def test_an_allow_of_a_listing_covers_the_buyers_it_knew_of_and_no_other() -> None:
    listing = flagged(finding("overdue_refund", "one_buyer"))
    listing.ruling = Ruling("rejected", "mo", "moderator", "", "", START_US, START_US + 9, Decimal(1500), facts=1)
    for buyers, muted in ((1, True), (2, False)):
        waiting = {"overdue_refund": finding("overdue_refund", "one_buyer", "seller", buyers)}
        state = SellerState("shop", Core(), listings={"L1": listing}, findings=waiting)
        assert (listing_findings(state, listing, POLICY, START_US) == []) == muted


def test_beside_a_young_sellers_own_finding_the_weakest_one_of_a_listing_still_counts() -> None:
    policy = make_policy(read_policy(None), {"weights": {"product_mismatch": {"seen": 0.1}}})
    assert policy.young_weight > 0.1
    own = {"overdue_refund": finding("overdue_refund", "one_buyer", "seller")}
    listing = flagged(finding("product_mismatch", "seen"))
    state = SellerState("shop", Core(registered_us=START_US), listings={"L1": listing}, findings=own)
    shelf = look_at(state, policy, START_US)
    assert [one.reason_code for one in shelf.score.counted] == ["product_mismatch", "overdue_refund"]
    assert shelf.score.value == shelf.listings[0].value > score_of(own.values(), policy, young=True).value
