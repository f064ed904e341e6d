"""The case that the system was drawn from, told step by step."""

import schemas
from tests.story import Story, at, event, listing, market, refund, registered, sold_and_back

GANG = "samsung direct sales store"


def test_a_listing_at_half_the_market_price_of_a_young_seller_is_held_at_once() -> None:
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 1500))
    assert story.held() == {("listing", f"L-{GANG}")}
    alert = story.open_alerts()["price"]
    assert (alert.status, alert.mode, alert.severity, alert.seller_id) == ("opened", "hold", "high", GANG)
    assert alert.reason_codes[0] == "below_market_price"
    assert alert.evidence[0].weight == 6.5
    assert alert.evidence[0].numbers["ratio"] == 0.515
    assert [one.reason_code for one in alert.evidence] == ["below_market_price", "young"]
    hold = story.holds[-1]
    assert hold.decided_by == "policy"
    assert hold.expires_at - hold.placed_at == at(7) - at(0)
    assert "0.55" not in hold.notice


def test_the_refund_that_never_comes_is_an_alert_at_its_deadline_and_freezes_the_payout_at_the_third_buyer() -> None:
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 2900))
    assert not story.alerts
    story.tell(sold_and_back(GANG, 1, at(3)), until=at(10.9))
    assert not story.alerts, "the parcel came back on day 7; its refund is due 96 hours later"
    story.tell(until=at(11.1))
    alert = story.open_alerts()["aftersale"]
    assert (alert.mode, alert.severity, alert.score) == ("alert", "medium", 0.7109)
    assert not story.held(), "one overdue refund is an alert, not a hold"
    story.tell(sold_and_back(GANG, 2, at(12)), sold_and_back(GANG, 3, at(13)), until=at(30))
    assert story.held() == {("payout", GANG)}
    alert = story.open_alerts()["aftersale"]
    assert (alert.status, alert.mode, alert.severity) == ("updated", "hold", "critical")
    assert alert.alert_id == story.alerts[0].alert_id
    assert [(money.amount, money.currency) for money in alert.exposure] == [("4500.00", "CNY")]


def test_the_refunds_that_come_late_withdraw_the_alert_and_release_the_payout() -> None:
    story = Story().tell(registered(at(1), GANG), *(sold_and_back(GANG, number, at(3)) for number in (1, 2, 3)))
    story.tell(until=at(12))
    assert story.held() == {("payout", GANG), ("seller", GANG)}, "it was silent as well"
    story.tell(refund(at(13), GANG, 1), refund(at(13, 1), GANG, 2), refund(at(13, 2), GANG, 3))
    assert not story.held()
    assert not story.open_alerts()
    assert story.alerts[-1].status == "withdrawn"
    assert story.holds[-1].decided_by == "policy"


def test_what_the_platform_paid_in_the_sellers_place_stays_at_stake_as_owed_to_it() -> None:
    story = Story().tell(registered(at(1), GANG), sold_and_back(GANG, 1, at(3)), until=at(12))
    story.tell(refund(at(13), GANG, 1, paid_by="platform"))
    assert story.open_alerts()["aftersale"], "after the deadline only the seller's own refund settles it"
    assert story.state(GANG).core.exposure["CNY"][1] == 1500
    story.tell(event(schemas.SellerActive, at(110), GANG, activity="login"))
    assert not story.state(GANG).core.exposure, "at most 90 days"
