"""The case that the system was drawn from: what happened, and what the system says at each step and when.

The marketplace of the story does what marketplaces did then: it lets the shops sell, decides the buyers' complaints
from their papers, and pays first. What the system says stands in the margin; nobody reads it until the shops are gone.
"""

from datetime import timedelta

import schemas
from detectors.records import Sums
from tests.detectors.tale import SHOPS, YUAN, Tale, day
from tests.story import Story, at, event, listing, market, refund, registered, sold_and_back

GANG = SHOPS[0]
BUYERS = ("feng", "li", "wang")
FAKE = (
    "1,500.00 CNY; 20 other sellers ask 2,700 to 3,120 for the Samsung Galaxy S II i9100 16GB new; half the usual price"
)


def test_the_news_story_is_seen_step_by_step() -> None:
    tale = Tale()
    # In February three shops are registered, one of them as "samsung direct sales store". Nothing is wrong with that.
    tale.happens("02-20 09:00", schemas.SellerRegistered, shop_name="{shop}")
    assert tale.until("03-04 00:00") == []

    # In March they list the Samsung i9100 at 1,500 yuan. Twenty others ask about 3,000 for it.
    tale.listed("03-04 09:00", 1500)
    assert tale.until("03-05 00:00") == [
        "03-04 09:00 listing held by policy",
        f"03-04 09:00 price alert, high, 0.9608: below_market_price: {FAKE}",
    ]
    first = tale.story.alerts[0]
    assert (first.subject_id, first.evidence[0].weight, first.evidence[0].numbers["ratio"]) == (f"L-{GANG}", 6.5, 0.515)
    hold = tale.story.holds[0]
    assert hold.expires_at - hold.placed_at == timedelta(days=7)
    assert "0.55" not in hold.notice, "thresholds are nobody's business"

    # Ms. Feng shops around and asks: "Why is the price so low? Is it the real thing?"
    tale.writes("03-05 20:10", "buyer", "价格怎么这么低？是真货吗？")
    # "The shop wants its diamonds, and these phones' channel is different, so the price is lower, but it is genuine."
    tale.writes("03-05 20:12", "seller", "因为店铺要冲钻，而且这批手机的渠道不同，所以价格会低一些，但是保证是正品。")
    # After half an hour she pays. So do two others.
    for buyer, when in zip(BUYERS, ("03-05 20:40", "03-06 09:00", "03-06 22:00"), strict=True):
        tale.bought(when, buyer)
    assert tale.until("03-07 00:00") == [
        "03-05 20:12 price alert, high, 0.9715: "
        'reassuring_messages: the seller reassures its buyers, last with "冲钻" (1 conversation in 90 days)',
    ]
    assert tale.at_stake() == {"undelivered": 4500}

    # The phones arrive, and are fakes. The sellers are generous: send it back, the money comes as soon as it is here.
    for buyer, when in zip(BUYERS, ("03-09 10:00", "03-09 15:00", "03-10 11:00"), strict=True):
        tale.sent_back(when, buyer)
    # Two days later the gatekeeper signs for the first parcels. Meanwhile nobody has looked at the listing.
    assert tale.until("03-13 00:00") == [
        "03-10 09:00 price alert, high, 0.9715: A hold expires within a day; confirm it to keep it.",
        "03-11 09:00 listing released by expiry",
        "03-11 09:00 price alert, medium, 0.9715: "
        "A hold has expired while its finding still stands; only a moderator places it again.",
    ]
    assert tale.at_stake() == {"unrefunded": 4500}

    # New buyers are still answered; those who wait for their money are not. Four days after the parcels it is overdue.
    tale.writes("03-14 18:00", "seller", "亲，在的，都有货")
    assert tale.until("03-15 18:00") == [
        "03-15 15:00 aftersale alert, medium, 0.9996: overdue_refund: "
        f"1 buyer waits for 1,500.00 CNY after a returned parcel came back to the seller (R-feng-{GANG})",
    ]
    assert tale.until("03-15 22:00") == [
        "03-15 20:00 payout held by policy",
        "03-15 20:00 aftersale alert, critical, 1.0: "
        "unpaid_refunds: 2 buyers have sent their parcels back and wait for "
        "3,000.00 CNY; 2 of the 3 returns of the last 30 days are unpaid; "
        "overdue_refund: 2 buyers wait for 3,000.00 CNY "
        f"after 2 returned parcels came back to the seller (R-feng-{GANG}, R-li-{GANG})",
    ]
    assert tale.until("03-16 22:00") == [
        "03-16 16:00 aftersale alert, critical, 1.0: "
        "unpaid_refunds: 3 buyers have sent their parcels back and wait for "
        "4,500.00 CNY; 3 of the 3 returns of the last 30 days are unpaid; "
        "overdue_refund: 3 buyers wait for 4,500.00 CNY "
        f"after 3 returned parcels came back to the seller (R-feng-{GANG}, R-li-{GANG}, R-wang-{GANG})",
    ]

    # And then the seller has disappeared.
    assert tale.until("03-18 00:00") == [
        "03-17 18:00 seller held by policy",
        "03-17 18:00 aftersale alert, critical, 1.0: "
        "vanished_seller: 3 buyers wait for 4,500.00 CNY after their parcels "
        "came back, and nobody was answered since 03-14 18:00 UTC",
    ]
    held = {(scope, shop) for scope in ("payout", "seller") for shop in SHOPS}
    assert tale.story.held() == held

    # This is where the stories part: a moderator looks, and the money of all three shops stays where it is.
    for minute, scope in enumerate(("payout", "seller")):
        told = {"verdict": "confirmed", "moderator": "mo", "reason": "three buyers, one answer", "cause": "counterfeit"}
        when = f"03-18 10:{minute:02}"
        tale.happens(when, schemas.VerdictGiven, subject=scope, subject_id="{shop}", **told)
    assert tale.until("03-19 00:00") == ["03-18 10:00 payout held by mo", "03-18 10:01 seller held by mo"]

    # In desperation the buyers complain; the platform decides from their papers that they are right.
    for buyer in BUYERS:
        about = {"complaint_id": f"C-{buyer}-{{shop}}", "return_id": f"R-{buyer}-{{shop}}"}
        papers = {"buyer_id": f"{buyer} of {{shop}}", "evidence_refs": ("chat", "waybill")}
        tale.happens("03-19 09:00", schemas.ComplaintOpened, kind="no_refund", **about, **papers)
    for buyer, when in zip(BUYERS, ("03-25 15:00", "03-25 16:00", "03-26 16:00"), strict=True):
        tale.happens(when, schemas.ComplaintDecided, complaint_id=f"C-{buyer}-{{shop}}", outcome="upheld")
    assert tale.until("03-27 00:00") == [
        "03-25 15:00 aftersale alert, critical, 1.0: "
        "vanished_seller: 3 buyers wait for 4,500.00 CNY after their parcels "
        "came back, and nobody was answered since 03-14 18:00 UTC; 3 complaints fit; "
        "upheld_complaint: the platform upheld complaints of 1 buyer: 1 of no refund",
        "03-25 16:00 aftersale alert, critical, 1.0: "
        "upheld_complaint: the platform upheld complaints of 2 buyers: 2 of no refund",
        "03-26 16:00 aftersale alert, critical, 1.0: "
        "upheld_complaint: the platform upheld complaints of 3 buyers: 3 of no refund",
    ]

    # So that the buyers lose nothing it pays first. What they waited for is owed to the platform now.
    assert tale.ledger() == Sums(sold=13_500)
    for buyer in BUYERS:
        paid = {"compensation_id": f"K-{buyer}-{{shop}}", "complaint_id": f"C-{buyer}-{{shop}}", "amount": 1500}
        tale.happens("03-27 10:00", schemas.CompensationPaid, **paid, **YUAN)
    assert tale.until("03-28 12:00") == [
        "03-28 00:00 aftersale alert, critical, 1.0: compensation_drain: "
        "the platform has paid 4,500.00 CNY to 3 buyers since 2012-12-31, beside 4,500.00 CNY delivered",
    ]
    assert tale.at_stake() == {"owed_to_platform": 4500}
    assert tale.ledger() == Sums(paid=13_500, sold=13_500)
    frozen_at = min(hold.event_time for hold in tale.story.holds if hold.scope == "payout")
    assert day("03-27 10:00") - frozen_at == timedelta(days=11, hours=14), "what it pays had been frozen long before"
    assert tale.story.held() == held
    newest = {line.alert_id: line for line in tale.story.alerts}.values()
    assert {(line.family, line.status) for line in newest} == {("price", "updated"), ("aftersale", "updated")}
    assert len(newest) == 2 * len(SHOPS), "two alerts a shop, however much was said"
    assert not tale.story.dead_letters


# ---- and had it gone otherwise


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
