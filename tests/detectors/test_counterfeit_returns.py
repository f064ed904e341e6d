"""counterfeit_returns: when a share of buyers is more than chance, looked at once a day, each buyer once."""

import math
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

import schemas
from detectors.beta import CategoryRate
from detectors.marks import RATING
from detectors.records import encode
from detectors.rules.counterfeit_returns import CounterfeitReturns
from detectors.state import EVENT_MARK_BYTES, REMEMBERED_EVENTS
from tests.detectors.aftersales import SELLER, Desk, hour_us, said
from tests.detectors.complaining import about, asked, decided, found, holds
from tests.detectors.prices import USUAL, World, sellers, world

CODE = "counterfeit_returns"
DAY = 24


def delivered(count: int, at: float = 0, prefix: str = "N") -> list[Any]:
    """Orders of as many buyers, all delivered, about which nobody says anything."""
    told: list[Any] = []
    for number in range(count):
        order = {"order_id": f"{prefix}{number}", "buyer_id": f"{prefix}{number}"}
        told += [
            said(schemas.OrderPaid, at, event_id=f"paid-{prefix}{number}", **order),
            said(schemas.OrderDelivered, at + 1, event_id=f"there-{prefix}{number}", order_id=order["order_id"]),
        ]
    return told


def sent_back(count: int, at: float = 2, **fields: Any) -> list[Any]:
    return [asked(number, at, **fields) for number in range(count)]


def test_it_is_looked_at_when_the_day_is_over_and_says_how_sure_it_is() -> None:
    desk = Desk().take(delivered(20), sent_back(6))
    assert found(desk, CODE) is None
    assert desk.deadlines[RATING, ""] == hour_us(DAY)
    seen = found(desk.fire(hour_us(DAY)), CODE)
    assert seen is not None
    assert (seen.subject_kind, seen.subject_id, seen.grade, seen.facts) == ("seller", SELLER, "counterfeit", 6)
    assert seen.sentence == "6 of about 26 buyers sent it back as counterfeit (23.1%, usual are 1.0%)"
    certainty = seen.numbers.pop("certainty")
    assert isinstance(certainty, float)
    assert certainty > 0.95
    assert seen.numbers == {
        "buyers": 6,
        "buyers_delivered_to": 26,
        "share": 0.231,
        "usual_share": 0.01,
        "disputed": 0,
    }
    assert seen.event_ids == tuple(f"asked-{number}-2" for number in range(6))


def test_not_as_described_is_another_grade_and_the_two_are_not_added_up() -> None:
    desk = Desk().take(delivered(20), sent_back(6, reason="not_as_described"))
    seen = found(desk.fire(hour_us(DAY)), CODE)
    assert seen is not None
    assert seen.grade == "not_as_described"
    assert "as not as described" in seen.sentence
    assert holds(desk) == []
    both = [asked(number, 2, reason="counterfeit" if number % 2 else "not_as_described") for number in range(6)]
    assert found(Desk().take(delivered(20), both).fire(hour_us(DAY)), CODE) is None


def fewest(buyers: int) -> int:
    """From how many of that many buyers on it fires."""
    rule = CounterfeitReturns()
    return next(said for said in range(3, buyers + 1) if rule._certainty(said, buyers, 0.01, 50.0) >= rule.certainty)


def test_the_more_buyers_there_are_the_more_have_to_say_so() -> None:
    assert [fewest(buyers) for buyers in (5, 10, 20, 30, 50, 100, 200, 500, 1000)] == [4, 5, 5, 6, 6, 9, 13, 24, 41]


def test_two_of_two_and_a_usual_share_are_near_misses() -> None:
    assert found(Desk().take(sent_back(2)).fire(hour_us(9 * DAY)), CODE) is None
    assert found(Desk().take(delivered(200), sent_back(4)).fire(hour_us(DAY)), CODE) is None


def test_one_buyer_counts_once_whatever_the_number_of_returns() -> None:
    assert found(Desk().take(delivered(5), sent_back(30, buyer_id="B")).fire(hour_us(DAY)), CODE) is None


def test_a_seller_cannot_order_its_share_away_with_one_account() -> None:
    wash = [
        one
        for number in range(200)
        for one in (
            said(schemas.OrderPaid, 0, event_id=f"w{number}", order_id=f"W{number}", buyer_id="me"),
            said(schemas.OrderDelivered, 1, event_id=f"d{number}", order_id=f"W{number}"),
        )
    ]
    assert found(Desk().take(wash, sent_back(5)).fire(hour_us(DAY)), CODE) is not None
    assert found(Desk().take(delivered(200), sent_back(5)).fire(hour_us(DAY)), CODE) is None


def test_orders_that_nobody_reports_delivered_count_a_week_after_they_were_paid() -> None:
    paid = [one for one in delivered(200) if isinstance(one, schemas.OrderPaid)]
    desk = Desk().take(paid, sent_back(6)).fire(hour_us(DAY))
    assert found(desk, CODE) is not None
    assert found(desk.fire(hour_us(9 * DAY)), CODE) is None


@pytest.mark.parametrize("count", [1, 2])
def test_a_disputed_return_counts_and_is_marked(count: int) -> None:
    disputes = [about(schemas.ReturnDisputed, number, 3, by="seller") for number in range(count)]
    seen = found(Desk().take(delivered(20), sent_back(6), disputes).fire(hour_us(DAY)), CODE)
    assert seen is not None
    assert seen.numbers["disputed"] == count
    assert seen.sentence.endswith(f", {count} of them disputed by the seller")


def test_who_says_the_one_does_not_hide_who_says_the_other() -> None:
    others = [asked(number, 2, reason="not_as_described") for number in range(6, 12)]
    seen = found(Desk().take(delivered(20), sent_back(6), others).fire(hour_us(DAY)), CODE)
    assert seen is not None
    assert (seen.grade, seen.facts, seen.event_count) == ("counterfeit", 6, 6)


def test_of_a_buyer_who_sends_two_things_back_the_newer_request_is_named() -> None:
    again = [asked(100 + number, 5, buyer_id=f"B{number}", order_id=f"O{number}") for number in range(6)]
    told = [*again, *sent_back(6)]
    seen = found(Desk().take(delivered(20), told).fire(hour_us(DAY)), CODE)
    assert seen is not None
    assert seen.event_ids == tuple(f"asked-{100 + number}-5" for number in range(6))


def test_dismissed_complaints_and_withdrawn_returns_take_back_at_the_next_look() -> None:
    desk = Desk().take(delivered(20), sent_back(6)).fire(hour_us(DAY))
    assert found(desk, CODE) is not None
    desk.take(said(schemas.ComplaintOpened, 30, complaint_id="C1", kind="counterfeit", return_id="R0"))
    desk.take(decided(1, at=31, outcome="dismissed"), about(schemas.ReturnCancelled, 1, 32, by="buyer"))
    assert found(desk.fire(hour_us(2 * DAY) - 1), CODE) is not None
    assert found(desk.fire(hour_us(2 * DAY)), CODE) is None
    assert desk.state.doubted == {"R2", "R3", "R4", "R5"}


def test_it_lapses_and_leaves_no_deadline_behind() -> None:
    desk = Desk().take(delivered(5), sent_back(6)).fire(hour_us(200 * DAY))
    assert found(desk, CODE) is None
    assert (RATING, "") not in desk.deadlines
    assert desk.state.core.rating_due_us == 0


def test_a_late_return_is_looked_at_at_once_and_not_once_for_every_day_since() -> None:
    desk = Desk().take(delivered(5), said(schemas.SellerActive, 60 * DAY, activity="login"), sent_back(5, at=DAY))
    before = len(desk.judged)
    desk.fire(hour_us(60 * DAY))
    assert found(desk, CODE) is not None
    assert desk.deadlines[RATING, ""] == hour_us(61 * DAY)
    assert len(desk.judged) - before < 20


def test_an_honest_seller_of_clothes_is_quiet_at_three_percent_and_shown_at_most_on_request_at_six() -> None:
    at_three = Desk().take(delivered(291), sent_back(9, reason="not_as_described")).fire(hour_us(DAY))
    assert found(at_three, CODE) is None
    at_six = Desk().take(delivered(283), sent_back(18, reason="not_as_described"))
    at_six.state.core.registered_us = hour_us(-400 * DAY)
    seen = found(at_six.fire(hour_us(DAY)), CODE)
    assert seen is not None
    alerts = [word for one in at_six.judged for word in one.words if isinstance(word, schemas.Alert)]
    assert {alert.mode for alert in alerts} == {"shadow"}


def shelved(at: float = -1, listing_id: str = "L", category: str = "Phones") -> Any:
    return said(
        schemas.ListingPublished, at, listing_id=listing_id, title="a phone", price=Decimal(2900), currency="CNY",
        price_kind="fixed", condition="new", category=category, event_id=f"shelved-{listing_id}-{category}",
    )  # fmt: skip


def bought(count: int, listing_id: str = "L", first: int = 0) -> list[Any]:
    numbers = range(first, first + count)
    return [
        said(schemas.OrderPaid, 0, order_id=f"O{number}", buyer_id=f"B{number}", listing_id=listing_id)
        for number in numbers
    ]


def of_phones(
    rate: CategoryRate | None, returns: int = 9, buyers: int = 91, reason: str = "counterfeit", told: Any = None
) -> Any:
    """What stands against a seller of phones where that is known of the category."""
    around = world(sellers(USUAL))
    around.rates = {("phones", reason): rate} if rate is not None else {}
    goods = [shelved(), *bought(returns)] if told is None else told
    desk = Desk(around=around).take(goods, delivered(buyers), sent_back(returns, reason=reason))
    return found(desk.fire(hour_us(DAY)), CODE)


def test_what_is_usual_is_what_the_sellers_of_the_category_say_once_there_are_enough_of_them() -> None:
    assert of_phones(None).sentence.endswith("(9.0%, usual are 1.0%)")
    seen = of_phones(CategoryRate(0.004, 80.0, 100))
    assert seen.sentence.endswith("(9.0%, usual in phones are 0.5%)")
    assert seen.numbers["usual_share"] == 0.005
    assert of_phones(CategoryRate(0.03, 60.0, 100)) is None, "among phones nine of a hundred are three times the usual"
    assert of_phones(CategoryRate(0.03, 60.0, 99)) is not None
    assert of_phones(CategoryRate(0.90, 60.0, 999), returns=40, buyers=60) is not None, "full of fakes, no excuse"


def test_three_buyers_are_enough_where_hardly_anybody_else_says_so() -> None:
    assert of_phones(CategoryRate(0.001, 5.0, 100), returns=3, buyers=0).facts == 3
    assert of_phones(CategoryRate(0.001, 5.0, 100), returns=2, buyers=0) is None


def test_what_is_usual_is_told_apart_by_reason_and_to_three_decimals() -> None:
    seen = of_phones(CategoryRate(0.01236, 5.0, 100), reason="not_as_described")
    assert seen.sentence.endswith("sent it back as not as described (9.0%, usual in phones are 1.2%)")
    assert seen.numbers["usual_share"] == 0.012


def test_the_category_is_that_of_most_of_them_and_of_the_listing_where_the_order_came_before_it() -> None:
    rate, usual = CategoryRate(0.004, 80.0, 100), "usual in phones are 0.5%)"
    mixed = [shelved(), shelved(listing_id="K", category="Cases"), *bought(6), *bought(3, "K", first=6)]
    assert of_phones(rate, told=mixed).sentence.endswith(usual)
    assert of_phones(rate, told=[*bought(9), shelved(0.5)]).sentence.endswith(usual)
    moved = [shelved(), *bought(9), shelved(0.5, category="Cases")]
    assert of_phones(rate, told=moved).sentence.endswith(usual), "they were sold as phones"
    assert of_phones(rate, told=bought(9)).sentence.endswith("usual are 1.0%)")
    assert of_phones(rate, told=[]).sentence.endswith("usual are 1.0%)")


@pytest.mark.parametrize(("orders", "counted"), [(0.0, 20.0), (5.0, 20.0), (30.0, 30.0), (math.inf, 100.0)])
def test_a_prior_weighs_at_least_twenty_and_at_most_a_hundred_orders(orders: float, counted: float) -> None:
    rule, around = CounterfeitReturns(), World(rates={("phones", "counterfeit"): CategoryRate(0.02, orders, 500)})
    assert rule._usual(around, Counter({"phones": 3, "": 2, "cases": 2}), "counterfeit") == (
        0.02,
        counted,
        " in phones",
    )
    assert rule._usual(around, Counter({"phones": 2, "": 3}), "counterfeit") == (0.01, 50.0, "")


@pytest.mark.parametrize("strange", ["\u202e：🧨" * 60, "B\ud800", ""])
def test_strange_buyers_and_a_flood_raise_nothing_and_stay_bounded(strange: str) -> None:
    told = [asked(number, 2, buyer_id=f"{strange}{number}") for number in range(300)]
    desk = Desk().take(told, delivered(300, prefix=f"x{strange}"))
    seen = found(desk.fire(hour_us(DAY)), CODE)
    assert seen is not None
    assert (len(seen.event_ids), seen.event_count) == (50, 300)
    assert len(encode(desk.state.core)) < 1_024
    assert len(desk.state.core.seen) == REMEMBERED_EVENTS * EVENT_MARK_BYTES


@pytest.mark.parametrize("rate", [-5.0, 0.0, 1.0, 7.0, 1e15])
@pytest.mark.parametrize("orders", [-3.0, 0.0, 1e12])
def test_no_threshold_that_a_policy_may_name_makes_it_raise(rate: float, orders: float) -> None:
    rule = CounterfeitReturns(counterfeit_rate=rate, prior_orders=orders)
    assert 0 <= rule._certainty(4, 10, rate, orders) <= 1
