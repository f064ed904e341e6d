"""What one event or deadline reaches: the listing, the seller, the alerts that were open."""

from datetime import timedelta

import msgspec

import schemas
from detectors.alerts import BRAKED
from detectors.judge import Judge
from detectors.policy import make_policy
from detectors.records import Listing
from detectors.subjects import SubjectState
from detectors.tally import Subject, Tally
from schemas.fields import DAY_US, to_us
from streams.settings import read_policy
from tests.story import NEW_YEAR, Story, at, event, listing, market, registered, sold_and_back, verdict

GANG = "gang"


def shelved(story: Story) -> dict[str, Listing]:
    listings: dict[str, Listing] = story.state(GANG).listings
    return listings


def removed(day: float, listing_id: str) -> schemas.ListingRemoved:
    gone: schemas.ListingRemoved = event(schemas.ListingRemoved, at(day), GANG, listing_id=listing_id, reason="seller")
    return gone


def test_what_was_found_about_a_removed_listing_is_withdrawn_ninety_days_later() -> None:
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 1900, listing_id="L1"))
    story.tell(removed(3, "L1"), until=at(92.9))
    assert story.open_alerts()["price"].listing_ids == ("L1",)
    story.tell(until=at(93.1))
    assert (story.alerts[-1].status, story.alerts[-1].event_time) == ("withdrawn", at(93))
    assert shelved(story) == {}


def test_a_removed_listing_that_a_moderator_confirmed_stays_held_until_its_verdict_ends() -> None:
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 1500, listing_id="L1"))
    story.tell(verdict(at(3), GANG, "listing", "confirmed", subject_id="L1", expires_at=at(110)))
    story.tell(removed(4, "L1"), until=at(109))
    assert story.held() == {("listing", "L1")}
    story.tell(until=at(123.9))
    assert story.held() == set()
    assert set(shelved(story)) == {"L1"}
    story.tell(until=at(124.1))
    assert shelved(story) == {}, "looked at again 30 days after the first time"


def test_the_hold_of_a_listing_with_a_colon_in_its_id_expires_and_its_key_is_emptied() -> None:
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 1500, listing_id="shop:7:red"))
    story.tell(until=at(20))
    assert story.held() == set()
    assert story.holds[-1].decided_by == "expiry"
    assert [line.key for line in story.lines if line.value is None] == [b"listing:shop:7:red"]


def test_a_seller_is_counted_for_the_breaker_in_the_category_of_its_listing() -> None:
    story = Story().tell(listing(at(2), GANG, 3000, category="Phones"))
    assert len(story.state(GANG).core.judged_in[1]) == 2 * 4, "four bytes each: overall, and in phones"
    story.tell(listing(at(2, 0.5), GANG, 3000, listing_id="L2", category="cases"))
    assert len(story.state(GANG).core.judged_in[1]) == 3 * 4


def test_a_deadline_is_no_event_of_the_sellers() -> None:
    """It takes no place among the ids that are remembered, and is no sign that the seller is alive."""
    story = Story().tell(registered(at(1), GANG), sold_and_back(GANG, 1, at(3)), until=at(7))
    before = story.state(GANG).core
    seen, seen_us = before.seen, before.last_seen_us
    story.tell(until=at(30))
    assert story.open_alerts()["aftersale"].reason_codes == ("vanished_seller", "overdue_refund"), "deadlines fell due"
    assert (story.state(GANG).core.seen, story.state(GANG).core.last_seen_us) == (seen, seen_us)


def test_of_two_prices_of_one_instant_the_one_that_the_seller_has_now_is_what_others_are_compared_with() -> None:
    shops = [f"shop-{number}" for number in range(12)]
    story = Story().tell(registered(at(-400), shop) for shop in shops)
    for price, event_id in ((9000, "a"), (6000, "b"), (3000, "c")):
        story.tell(
            listing(at(1), shop, price, event_id=f"{shop}-{event_id}", word=schemas.ListingChanged) for shop in shops
        )
    story.tell(registered(at(1), GANG), listing(at(2), GANG, 1500))
    assert story.open_alerts()["price"].evidence[0].numbers["ratio"] == 0.5


def test_who_does_no_more_than_sign_in_keeps_its_prices_fresh() -> None:
    days = [at(day, 12) for day in range(60)]
    story = Story().tell(
        market(12),
        *(event(schemas.SellerActive, day, f"honest-{n:02}", activity="login") for day in days for n in range(12)),
    )
    story.tell(registered(at(60), GANG), listing(at(61), GANG, 1500))
    assert story.open_alerts()["price"].evidence[0].numbers["n"] == 12.0


def test_who_was_kept_from_being_held_by_the_breaker_is_held_once_it_ends() -> None:
    """One alone is no more than half of what trips it."""
    story = Story({"breaker": {"sellers_most": 2, "sellers_enough": 100}}).tell(market())
    for number in range(4):
        shop = f"fake-{number}"
        story.tell(registered(at(1), shop), listing(at(2, number / 10), shop, 1500))
    assert {subject for _, subject in story.held()} == {"L-fake-0", "L-fake-1", "L-fake-2"}
    said = {alert.seller_id: alert for alert in story.alerts}
    assert said["fake-2"].note is msgspec.UNSET
    assert said["fake-3"].note == BRAKED
    story.tell(until=at(2, 5))
    assert {subject for _, subject in story.held()} == {f"L-fake-{number}" for number in range(4)}


def test_a_brand_of_which_far_more_is_complained_has_an_alert_stamped_when_it_was_decided() -> None:
    judge, samsung = Judge(make_policy(read_policy(None))), Subject("brand", "samsung")
    begin = to_us(NEW_YEAR) // DAY_US
    state: SubjectState | None = None
    alerts: list[schemas.Alert] = []
    for day, complaints in enumerate([*[10] * 130, *[15] * 5]):
        decided_us = (begin + day + 1) * DAY_US + 7
        state, said = judge.judge_day(samsung, state, begin + day, Tally(1, {"counterfeit": complaints}), decided_us)
        alerts += said
    opened = alerts[0]
    assert (opened.status, opened.subject_kind, opened.subject_id) == ("opened", "brand", "samsung")
    assert opened.detected_at == opened.event_time + timedelta(microseconds=7)
