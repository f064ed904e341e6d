"""How holds are placed, end, and obey moderators."""

from decimal import Decimal

import msgspec

import schemas
from detectors.held import clean_release_delay_us
from schemas.fields import HOUR_US
from tests.story import Story, at, event, listing, market, refund, registered, sold_and_back, verdict

GANG = "gang"
SHELF = ("listing", f"L-{GANG}")


def held_story(**policy: object) -> Story:
    story = Story(policy or None).tell(market(), registered(at(1), GANG), listing(at(2), GANG, 1500))
    assert story.held() == {SHELF}
    return story


def changed(when: object, price: int, **fields: object) -> schemas.ListingPublished:
    return listing(when, GANG, price, word=schemas.ListingChanged, **fields)  # type: ignore[arg-type]


def test_a_clean_price_releases_a_listing_after_a_delay_that_only_its_hold_id_decides() -> None:
    story = held_story()
    delay_us = clean_release_delay_us(story.holds[0].hold_id, story.policy)
    assert HOUR_US <= delay_us <= 6 * HOUR_US
    story.tell(changed(at(3), 2950), until=at(3, 0.9))
    assert story.held() == {SHELF}, "not at once: thresholds are not to be probed"
    story.tell(until=at(3, delay_us / HOUR_US))
    assert story.held() == set()
    assert story.holds[-1].decided_by == "policy"


def test_a_price_that_is_only_less_low_is_not_clean() -> None:
    story = held_story().tell(changed(at(3), 1900), until=at(3, 12))
    assert story.held() == {SHELF}
    story.tell(event(schemas.SellerActive, at(4), GANG, activity="login"), until=at(8.9))
    assert story.held() == {SHELF}, "nothing else of the seller's releases it either"


def test_a_second_clean_price_within_thirty_days_waits_for_a_human() -> None:
    story = held_story().tell(changed(at(3), 2950), until=at(3, 7))
    assert story.held() == set()
    story.tell(changed(at(4), 1500))
    assert story.held() == {SHELF}
    story.tell(changed(at(5), 2950), until=at(5, 7))
    assert story.held() == {SHELF}
    story.tell(verdict(at(6), GANG, "listing", "rejected", subject_id=f"L-{GANG}"))
    assert story.held() == set()


def test_taking_the_listing_down_and_up_again_is_no_way_out() -> None:
    story = held_story()
    story.tell(event(schemas.ListingRemoved, at(3), GANG, listing_id=f"L-{GANG}", reason="seller"))
    story.tell(listing(at(4), GANG, 1500), until=at(4, 12))
    assert story.held() == {SHELF}


def test_put_up_again_at_a_clean_price_it_stays_held_until_a_change_that_is_clean_as_well() -> None:
    """The second clean price changes no finding: there is none any more, only the hold."""
    story = held_story().tell(listing(at(3), GANG, 2950), until=at(3, 7))
    assert (story.held(), story.open_alerts()) == ({SHELF}, {})
    story.tell(changed(at(4), 2940), until=at(4, 7))
    assert story.held() == set()
    assert story.holds[-1].decided_by == "policy"


def test_a_day_before_it_expires_the_alert_says_so_and_afterwards_only_a_human_places_it_again() -> None:
    story = held_story().tell(until=at(8.01))
    assert story.alerts[-1].note == "A hold expires within a day; confirm it to keep it."
    assert story.held() == {SHELF}
    story.tell(until=at(9))
    assert story.held() == set()
    assert story.holds[-1].decided_by == "expiry"
    assert "only a moderator places it again" in str(story.alerts[-1].note)
    story.tell(changed(at(10), 1450), until=at(20))
    assert story.held() == set()
    story.tell(verdict(at(21), GANG, "listing", "confirmed", subject_id=f"L-{GANG}", cause="counterfeit"))
    assert story.held() == {SHELF}
    assert story.holds[-1].decided_by == "mo"
    assert story.alerts[-1].note is msgspec.UNSET, "it is held again"


def test_once_its_finding_is_gone_an_expired_hold_is_no_pass_for_the_next_low_price() -> None:
    story = held_story().tell(until=at(9))
    assert story.held() == set()
    story.tell(changed(at(10), 2950), changed(at(20), 1450))
    assert story.held() == {SHELF}


def test_a_second_clean_price_after_thirty_days_releases_it_again() -> None:
    story = held_story().tell(changed(at(3), 2950), until=at(3, 7))
    story.tell(changed(at(32), 1500))
    assert story.held() == {SHELF}
    assert story.tell(changed(at(34), 2950), until=at(34, 7)).held() == set()


def test_what_a_moderator_holds_says_what_stands_against_it() -> None:
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 1900))
    story.tell(verdict(at(3), GANG, "listing", "confirmed", subject_id=f"L-{GANG}"))
    hold = story.holds[-1]
    assert (hold.decided_by, hold.reason_codes, hold.score) == ("mo", ("below_market_price",), story.alerts[-1].score)


def test_seven_days_after_its_release_the_key_of_a_hold_is_emptied() -> None:
    story = held_story().tell(verdict(at(3), GANG, "listing", "rejected", subject_id=f"L-{GANG}"), until=at(9.9))
    assert all(line.value is not None for line in story.lines)
    story.tell(until=at(10.1))
    assert [line.key for line in story.lines if line.value is None] == [f"listing:L-{GANG}".encode()]


def test_a_confirmed_hold_is_the_moderators_and_lasts_as_long_as_the_verdict() -> None:
    story = held_story().tell(verdict(at(3), GANG, "listing", "confirmed", subject_id=f"L-{GANG}", expires_at=at(50)))
    first, second = story.holds
    assert (second.hold_id, second.decided_by, second.expires_at) == (first.hold_id, "mo", at(50))
    assert second.revision > first.revision
    story.tell(changed(at(4), 2950), until=at(49))
    assert story.held() == {SHELF}, "a clean price does not end a human's hold"
    story.tell(until=at(51))
    assert story.held() == set()


def test_a_rejected_listing_is_released_its_alert_withdrawn_and_a_similar_price_stays_allowed() -> None:
    story = held_story().tell(verdict(at(3), GANG, "listing", "rejected", subject_id=f"L-{GANG}"))
    assert story.held() == set()
    assert story.alerts[-1].status == "withdrawn"
    story.tell(changed(at(4), 1400))
    assert story.held() == set(), "6 % below what was judged"
    story.tell(changed(at(5), 1300))
    assert story.held() == {SHELF}, "more than 10 % below what was judged"


def test_an_allow_ends_when_the_listing_becomes_another_one() -> None:
    story = held_story().tell(verdict(at(3), GANG, "listing", "rejected", subject_id=f"L-{GANG}"))
    story.tell(changed(at(4), 1500, title="Samsung Galaxy S II i9100 32GB black"))
    assert story.held() == {SHELF}


def test_an_allow_ends_with_its_time() -> None:
    story = held_story().tell(verdict(at(3), GANG, "listing", "rejected", subject_id=f"L-{GANG}"), until=at(32.9))
    assert story.held() == set()
    story.tell(until=at(33.1))
    assert story.held() == {SHELF}


def test_an_allow_of_the_seller_ends_with_its_time() -> None:
    story = held_story().tell(verdict(at(3), GANG, "seller", "rejected"), until=at(32.9))
    assert story.held() == set()
    story.tell(until=at(33.1))
    assert story.held() == {SHELF}


def test_a_verdict_that_names_an_alert_that_is_not_open_is_about_its_whole_subject() -> None:
    story = held_story().tell(verdict(at(3), GANG, "listing", "rejected", subject_id=f"L-{GANG}", alert_id="long gone"))
    assert story.held() == set()


def test_a_moderator_cannot_undo_what_a_lead_has_decided_and_a_lead_can() -> None:
    on_it = {"subject_id": f"L-{GANG}"}
    story = held_story().tell(verdict(at(3), GANG, "listing", "confirmed", role="lead", **on_it))
    story.tell(verdict(at(4), GANG, "listing", "rejected", **on_it))
    assert story.held() == {SHELF}
    story.tell(verdict(at(5), GANG, "listing", "rejected", role="lead", **on_it))
    assert story.held() == set()


def test_an_allow_of_the_price_never_mutes_unpaid_refunds() -> None:
    story = held_story()
    price = story.open_alerts()["price"].alert_id
    story.tell(verdict(at(3), GANG, "seller", "rejected", alert_id=price))
    assert story.held() == set()
    story.tell(*(sold_and_back(GANG, number, at(4)) for number in (1, 2, 3)), until=at(20))
    assert ("payout", GANG) in story.held()


def test_a_rejected_payout_hold_stays_released_until_another_buyer_waits() -> None:
    story = Story().tell(registered(at(1), GANG), *(sold_and_back(GANG, number, at(3)) for number in (1, 2, 3)))
    story.tell(until=at(12)).tell(verdict(at(13), GANG, "payout", "rejected"))
    assert story.held() == set()
    assert story.alerts[-1].status == "withdrawn"
    rejected = story.alerts[-1].alert_id
    story.tell(sold_and_back(GANG, 4, at(14)), until=at(25))
    assert story.held() == {("payout", GANG), ("seller", GANG)}
    assert story.open_alerts()["aftersale"].alert_id != rejected


def test_a_confirmed_seller_is_held_and_its_prices_no_longer_count_in_any_market() -> None:
    story = Story().tell(market(13), until=at(1))
    story.tell(*(verdict(at(2), f"honest-{n:02}", "seller", "confirmed", cause="counterfeit") for n in range(6)))
    assert {scope for scope, _ in story.held()} == {"seller"}
    story.tell(registered(at(2), GANG), listing(at(3), GANG, 1500))
    evidence = story.open_alerts()["price"].evidence[0]
    assert evidence.numbers["sellers"] == 7
    assert evidence.weight < 6.5, "too few are left for a hold on price alone"


def test_a_seller_with_standing_gets_an_alert_and_no_hold_for_a_low_price() -> None:
    story = Story().tell(market(), registered(at(-400), GANG))
    paid = {"listing_id": "x", "buyer_id": "b", "amount": Decimal(9), "currency": "CNY"}
    orders = [event(schemas.OrderPaid, at(0.1), GANG, order_id=f"o{n}", **paid) for n in range(100)]
    story.tell(orders, [event(schemas.OrderDelivered, at(1), GANG, order_id=f"o{n}") for n in range(100)])
    story.tell(listing(at(2), GANG, 1500))
    assert story.held() == set()
    alert = story.open_alerts()["price"]
    assert (alert.mode, alert.score) == ("alert", 0.5498)


def test_a_moderate_price_is_held_once_refunds_stay_out_and_freed_when_they_are_paid() -> None:
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 1900))
    assert story.alerts[-1].mode == "shadow"
    story.tell(*(sold_and_back(GANG, number, at(3)) for number in (1, 2, 3)), until=at(12))
    assert story.held() == {("payout", GANG), ("seller", GANG), SHELF}
    story.tell(*(refund(at(13, n), GANG, n) for n in (1, 2, 3)))
    assert story.held() == set()
    assert {hold.decided_by for hold in story.holds} == {"policy"}


def test_one_buyers_overdue_refund_beside_a_price_that_is_only_low_is_an_alert() -> None:
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 1900))
    story.tell(sold_and_back(GANG, 1, at(3)), until=at(11.5))
    assert story.alerts[-1].score >= 0.9
    assert story.held() == set()
    story.tell(sold_and_back(GANG, 2, at(4)), until=at(12.5))
    assert SHELF in story.held()


def test_a_repeated_event_changes_nothing() -> None:
    low = listing(at(2), GANG, 1500)
    story = Story().tell(market(), registered(at(1), GANG), low)
    lines = len(story.lines)
    story.tell(low, low)
    assert len(story.lines) == lines
    assert story.hop.counts.ignored == 2


def test_a_detector_in_shadow_is_recorded_and_does_nothing() -> None:
    story = Story({"detectors": {"below_market_price": {"mode": "shadow"}}})
    story.tell(market(), registered(at(1), GANG), listing(at(2), GANG, 1500))
    assert story.held() == set()
    assert (story.alerts[-1].mode, story.alerts[-1].severity) == ("shadow", "low")


def test_an_older_change_that_arrives_late_does_not_replace_a_newer_one() -> None:
    newer, older = changed(at(4), 1500), changed(at(3), 2950)
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 2950), newer).tell(older)
    assert story.held() == {SHELF}
    assert story.state(GANG).listings[f"L-{GANG}"].price == 1500
