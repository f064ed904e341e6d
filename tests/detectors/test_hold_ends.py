"""What is remembered of a hold after it ended, when that is forgotten, and where its limits lie."""

from typing import Any

import pytest

import schemas
from detectors.detector import DeadlineReached
from tests.detectors.aftersales import SELLER, Desk, hour_us
from tests.story import Story, at, event, listing, market, refund, registered, sold_and_back, verdict

GANG = "gang"
SHELF = ("listing", f"L-{GANG}")
UNPAID = (("payout", GANG), ("seller", GANG))
LOW = [*market(), registered(at(1), GANG), listing(at(2), GANG, 1500)]
OWED = [registered(at(1), GANG), *(one for number in (1, 2, 3) for one in sold_and_back(GANG, number, at(3)))]


def priced(day: float, price: int) -> schemas.ListingPublished:
    return listing(at(day), GANG, price, word=schemas.ListingChanged)


def emptied(story: Story) -> list[bytes | None]:
    """The keys of holds whose last line went."""
    return [line.key for line in story.lines if line.value is None]


@pytest.mark.parametrize(("told", "scope"), [(LOW, "listing"), (OWED, "payout"), (OWED, "seller")])
def test_a_verdict_that_ends_before_the_hold_would_have_ends_it_at_its_own_time(told: Any, scope: str) -> None:
    story = Story().tell(told, until=at(8))
    if scope != "listing":
        story.tell(until=at(12))
    ruled = verdict(at(12.5), GANG, scope, "confirmed", subject_id=SHELF[1] if scope == "listing" else GANG)
    story.tell(ruled)
    assert story.holds[-1].expires_at == at(42.5)
    subject_id = story.holds[-1].subject_id
    shorter = verdict(at(12.6), GANG, scope, "confirmed", subject_id=subject_id, expires_at=at(13))
    story.tell(shorter, until=at(12.9))
    assert (scope, subject_id) in story.held()
    story.tell(until=at(13.1))
    assert (scope, subject_id) not in story.held()
    last = next(hold for hold in reversed(story.holds) if hold.scope == scope)
    assert (last.decided_by, last.event_time) == ("expiry", at(13))


def test_a_listing_that_asks_a_clean_price_after_its_hold_expired_is_remembered_until_the_tombstone() -> None:
    story = Story().tell(LOW, until=at(9)).tell(priced(10, 2950), until=at(15.9))
    assert story.state(GANG).listings[SHELF[1]].hold is not None
    assert emptied(story) == []
    story.tell(until=at(16.1))
    assert story.state(GANG).listings[SHELF[1]].hold is None
    assert emptied(story) == [f"listing:{SHELF[1]}".encode()]


def test_an_expired_hold_is_remembered_past_its_tombstone_while_its_finding_stands_and_then_forgotten() -> None:
    story = Story().tell(LOW, until=at(20))
    assert story.state(GANG).listings[SHELF[1]].hold.expired
    story.tell(priced(21, 2950))
    assert story.state(GANG).listings[SHELF[1]].hold is None
    assert len(emptied(story)) == 1, "its last line went at day 16, once"


@pytest.mark.parametrize("paid_on", [19, 40])
def test_once_everything_is_paid_an_expired_hold_of_the_seller_is_no_pass_for_the_next_time(paid_on: int) -> None:
    story = Story().tell(OWED, until=at(18.1))
    assert story.held() == {UNPAID[0]}, "the seller's expired after seven days"
    story.tell(until=at(paid_on)).tell(refund(at(paid_on, n), GANG, n) for n in (1, 2, 3))
    assert story.held() == set()
    assert set(story.state(GANG).core.holds) == ({"payout", "seller"} if paid_on == 19 else set())
    story.tell(*(sold_and_back(GANG, n, at(paid_on + 1)) for n in (4, 5, 6)), until=at(paid_on + 11))
    assert story.held() == set(UNPAID)


def test_a_hold_that_ends_by_its_deadline_keeps_its_last_line_for_seven_days() -> None:
    story = Story().tell(LOW, until=at(15.9))
    assert (story.holds[-1].decided_by, emptied(story)) == ("expiry", [])
    story = Story().tell(LOW, priced(3, 2950), until=at(9.9))
    assert (story.holds[-1].decided_by, emptied(story)) == ("policy", [])


@pytest.mark.parametrize("subject", ["listing:L", "seller:shop", "payout:shop"])
def test_the_deadline_of_a_hold_that_is_not_there_says_nothing(subject: str) -> None:
    desk = Desk()
    due_us = hour_us(1)
    judged = desk.judge.judge(desk.state, DeadlineReached(SELLER, "hold", subject, due_us), due_us, desk.around)
    assert (judged.words, judged.failures) == ([], [])


@pytest.mark.parametrize(("told", "subject"), [(LOW, SHELF), (OWED, UNPAID[0])])
def test_a_score_that_just_reaches_the_band_holds(told: Any, subject: tuple[str, str]) -> None:
    first = Story().tell(told, until=at(12))
    score = next(hold.score for hold in first.holds if (hold.scope, hold.subject_id) == subject)
    for band, is_held in ((score, True), (score + 0.0001, False)):
        holds = Story({"bands": {"hold": band}}).tell(told, until=at(12)).holds
        assert (subject in {(hold.scope, hold.subject_id) for hold in holds}) == is_held


def test_the_breaker_counts_a_hold_for_the_detectors_that_may_hold_and_for_no_other() -> None:
    copy = listing(at(2), GANG, 1500, title="Samsung Galaxy S II i9100 16GB white AAA quality")
    story = Story().tell(market(), registered(at(1), GANG), copy)
    assert story.holds[0].reason_codes == ("below_market_price", "replica_wording")
    assert story.partition is not None
    held = [hour.held for hour in story.partition.books.brake.own.hours if hour.held]
    assert held == [{("below_market_price", ""): 1, ("below_market_price", "phones"): 1}]


@pytest.mark.parametrize(("named", "is_held"), [("L-other", False), (SHELF[1], True)])
def test_an_upheld_complaint_of_one_buyer_holds_the_listing_that_it_names_and_no_other(
    named: str, is_held: bool
) -> None:
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 1900))
    about = {"kind": "counterfeit", "buyer_id": "B", "listing_id": named}
    opened = event(schemas.ComplaintOpened, at(3), GANG, complaint_id="C", **about)
    story.tell(opened, event(schemas.ComplaintDecided, at(4), GANG, complaint_id="C", outcome="upheld"))
    assert (SHELF in story.held()) == is_held
