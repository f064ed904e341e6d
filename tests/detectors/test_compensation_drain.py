"""compensation_drain: the platform pays for a seller more than chance costs; a buyer counts once."""

from decimal import Decimal
from typing import Any

import pytest

import schemas
from detectors import ledger
from detectors.detector import Abstained
from detectors.records import encode
from detectors.rules.compensation_drain import CompensationDrain, Drained, finding, share_of
from detectors.tally import Subject
from tests.detectors.aftersales import POLICY, SELLER, Desk, hour_us, said
from tests.detectors.complaining import asked, complaint, decided, found, holds
from tests.detectors.prices import World
from tests.detectors.test_ledger import DAY, compensated, in_half, order, refunded
from tests.story import Story, at, event, listing, market, registered

CODE = "compensation_drain"
START = in_half(2)  # the window then reaches back to the half before, in which nothing happens


def sold(count: int, at: float = START, amount: int = 1000) -> list[Any]:
    """As many orders with which nobody is unhappy."""
    return [one for number in range(1000, 1000 + count) for one in order(number, at, amount)]


def drained(count: int, at: float = START, amount: int = 1500) -> list[Any]:
    """As many buyers who sent a fake back and whom the platform paid in the end."""
    return [
        one
        for number in range(count)
        for one in (
            *order(number, at, amount),
            asked(number, at + 2 * DAY, amount=Decimal(amount)),
            complaint(number, at + 9 * DAY, return_id=f"R{number}"),
            decided(number, at + 10 * DAY),
            compensated(number, at + 10 * DAY, amount),
        )
    ]


def looked(desk: Desk, at: float = START + 11 * DAY) -> Any:
    """What stands once the day of the payments is over."""
    return found(desk.fire(hour_us(at)), CODE)


def test_the_platform_paid_three_buyers_of_a_shop_that_sold_to_thirty() -> None:
    seen = looked(Desk().take(sold(27), drained(3)))
    assert (seen.subject_kind, seen.subject_id, seen.grade, seen.facts) == ("seller", SELLER, "one_seller", 3)
    assert seen.sentence == (
        "the platform has paid 4,500.00 CNY to 3 buyers since 2026-01-22, beside 31,500.00 CNY delivered"
    )
    assert seen.numbers == {
        "paid": "4500.00",
        "came_back": "0.00",
        "delivered": "31500.00",
        "currency": "CNY",
        "buyers": 3,
        "share": 0.095,
    }
    assert seen.event_ids == tuple(f"k{number}-{START + 10 * DAY:g}" for number in range(3))


def test_it_is_looked_at_when_the_day_is_over_and_holds_nothing() -> None:
    desk = Desk().take(drained(3))
    (due_us,) = (due_us for (kind, _), due_us in desk.deadlines.items() if kind == ledger.KIND)
    assert due_us == (hour_us(START + 10 * DAY) // (24 * 3_600_000_000) + 1) * 24 * 3_600_000_000
    assert found(desk.fire(due_us - 1), CODE) is None
    assert found(desk.fire(due_us), CODE) is not None
    alone = Desk().take(sold(3), (compensated(number, START, return_id=None) for number in range(3)))
    for number in range(3):
        alone.state.payments[f"cK{number}"].buyer_id = f"B{number}"
    assert looked(alone) is not None
    assert holds(alone) == []
    alerts = [word for one in alone.judged for word in one.words if isinstance(word, schemas.Alert)]
    assert {alert.mode for alert in alerts} == {"shadow"}, "two nats alone are shown on request"


@pytest.mark.parametrize(
    ("paid", "others", "grade"),
    [
        (5, 0, "large_share"),
        (4, 0, "one_seller"),
        (5, 12, "large_share"),
        (5, 13, "one_seller"),
        (12, 30, "large_share"),
    ],
)
def test_five_buyers_paid_for_much_of_all_that_was_ever_sold_are_an_alert(paid: int, others: int, grade: str) -> None:
    """What is paid without the buyer who got most beside all sales: 6,000 of 19,500 are 0.308, of 20,500 0.293."""
    desk = Desk().take(sold(others), drained(paid))
    seen = looked(desk)
    assert (seen.grade, seen.facts) == (grade, paid)
    alone = POLICY.weight(CODE, seen.grade) + POLICY.prior
    assert (alone > 0) == (grade == "large_share"), "more likely than not, so an alert"


def test_who_sold_much_before_and_little_since_is_no_worse_than_before() -> None:
    late = in_half(4)
    desk = Desk().take(sold(40), drained(5, late))
    assert looked(desk, late + 11 * DAY).grade == "one_seller"


def test_refunds_that_the_platform_paid_as_such_are_not_taken_for_its_losses() -> None:
    def refund(number: int) -> Any:
        return refunded(number, START + 10 * DAY, 1500, paid_by="platform")

    told = [one for one in drained(9) if not isinstance(one, schemas.CompensationPaid)]
    desk = Desk().take(told, (refund(number) for number in range(9)))
    assert (looked(desk).grade, looked(desk).facts) == ("one_seller", 9)
    desk = Desk().take(drained(4), told, (refund(number) for number in range(4, 9)))
    assert (looked(desk).grade, looked(desk).facts) == ("one_seller", 9), "four compensated and five refunded"


@pytest.mark.parametrize(("price", "held"), [(2000, {("listing", "L")}), (3000, set())])
def test_a_large_share_holds_a_listing_whose_price_is_low_too_and_never_the_payout(price: int, held: set[Any]) -> None:
    story = Story().tell(market(), registered(at(-400), SELLER), listing(at(2), SELLER, price, listing_id="L"))
    money = {"amount": Decimal(price), "currency": "CNY"}
    for number in range(5):
        order, claim = f"O{number}", f"C{number}"
        named = {"order_id": order, "listing_id": "L", "buyer_id": f"B{number}"}
        story.tell(
            event(schemas.OrderPaid, at(3), SELLER, **named, **money),
            event(schemas.OrderDelivered, at(4), SELLER, order_id=order),
            event(schemas.ComplaintOpened, at(6), SELLER, complaint_id=claim, kind="other", **named),
            event(schemas.CompensationPaid, at(10), SELLER, compensation_id=claim, complaint_id=claim, **money),
        )
    story.tell(until=at(12))
    assert story.held() == held
    assert story.open_alerts()["aftersale"].evidence[0].reason_code == CODE


def test_two_buyers_and_the_usual_share_are_near_misses() -> None:
    assert looked(Desk().take(sold(10), drained(2))) is None
    large = Desk().take(sold(200), drained(3, amount=1000))
    assert looked(large) is None, "what a large honest shop costs"
    assert (
        CompensationDrain(least_share=0.0).look(
            large.state, said(schemas.SellerActive, 0, activity="login"), hour_us(START + 11 * DAY), World()
        )
        is not None
    )


def test_one_buyer_counts_once_whatever_was_paid_and_the_largest_sum_tips_nothing_alone() -> None:
    same = [one for number in range(30) for one in (asked(number, START, buyer_id="B"), compensated(number, START + 1))]
    assert looked(Desk().take(sold(5), same)) is None
    dear = [*order(0, START, 3000), asked(0, START + DAY), compensated(0, START + 2 * DAY, 3000)]
    cheap = [one for number in (1, 2) for one in (asked(number, START), compensated(number, START + DAY, 10))]
    assert looked(Desk().take(sold(5), dear, cheap)) is None
    assert looked(Desk().take(sold(5), dear, *(cheap[:1], compensated(1, START + DAY, 300)), *cheap[2:])) is not None


def test_what_the_seller_refunds_later_comes_back_and_takes_the_finding_back() -> None:
    desk = Desk().take(sold(10), drained(4))
    assert looked(desk).facts == 4
    desk.take(refunded(0, START + 12 * DAY, 1500), refunded(1, START + 12 * DAY, 500))
    seen = looked(desk, START + 13 * DAY)
    assert seen.sentence.startswith("the platform has paid 4,000.00 CNY to 3 buyers")
    assert seen.sentence.endswith("; 2,000.00 CNY more came back")
    assert looked(desk.take(refunded(1, START + 14 * DAY, 1000, refund_id="rest")), START + 15 * DAY) is None


def test_it_lapses_when_the_payments_are_out_of_the_window() -> None:
    desk = Desk().take(sold(10), drained(3))
    assert looked(desk) is not None
    assert looked(desk, in_half(4) + DAY) is None
    assert looked(desk, START + 400 * DAY) is None
    assert (ledger.KIND, "") not in desk.deadlines


def test_a_shop_that_sold_long_ago_and_nothing_since_is_drained_and_one_of_whom_nothing_is_known_is_not_judged() -> (
    None
):
    late = in_half(4) + 1
    paid = [one for number in range(3) for one in (asked(number, START), compensated(number, late))]
    seen = looked(Desk().take(sold(10), paid), late + DAY)
    assert seen.sentence.endswith(", and nothing was delivered")
    assert seen.numbers["share"] == 1
    desk = Desk().take(paid)
    assert looked(desk, late + DAY) is None
    answer = CompensationDrain().look(
        desk.state, said(schemas.SellerActive, 0, activity="login"), hour_us(late), World()
    )
    assert answer == Abstained("no_sales_known")


def test_each_currency_is_measured_by_its_own_sales() -> None:
    euros = [
        one
        for number in range(3)
        for one in (asked(number, START, currency="EUR"), compensated(number, START + DAY, 5, currency="EUR"))
    ]
    few = order(2000, START, 100, currency="EUR")
    seen = looked(Desk().take(sold(100), few, euros))
    assert seen.numbers["currency"] == "EUR"
    assert "15.00 EUR to 3 buyers" in seen.sentence


@pytest.mark.parametrize(("euros", "worst"), [(20, "CNY"), (100, "EUR")])
def test_of_two_currencies_it_speaks_of_the_one_of_which_more_was_paid(euros: int, worst: str) -> None:
    told = [one for number in range(2000, 2010) for one in order(number, START, 100, currency="EUR")]
    for number in range(3):
        told += [
            asked(100 + number, START, currency="EUR"),
            compensated(100 + number, START + DAY, euros, currency="EUR"),
        ]
    seen = looked(Desk().take(sold(27), drained(3), told))
    assert seen.numbers["currency"] == worst
    assert seen.event_count == 3


def test_what_one_buyer_was_paid_twice_is_added_up() -> None:
    again = [one for number in range(3) for one in (asked(number, START), compensated(number, START + DAY, 200))]
    more = [compensated(number, START + 2 * DAY, 300, compensation_id=f"more-{number}") for number in range(3)]
    seen = looked(Desk().take(sold(20), again, more))
    assert (seen.numbers["paid"], seen.numbers["buyers"], seen.event_count) == ("1500.00", 3, 6)
    assert seen.numbers["share"] == 0.05, "without the 500 of the buyer who got most"


@pytest.mark.parametrize(
    ("paid", "most", "sold_for", "share"),
    [("40", "10", "1000", 0.03), ("10", "10", "0", 0.0), ("10.5", "10", "0", 1.0), ("10.25", "10", "0.5", 0.5)],
)
def test_the_share_is_of_what_was_sold_and_all_of_it_where_nothing_was(
    paid: str, most: str, sold_for: str, share: float
) -> None:
    seen = Drained("CNY", Decimal(paid), Decimal(0), Decimal(most), 3, Decimal(sold_for))
    assert share_of(seen) == share
    assert CompensationDrain().is_drain(seen) == (share >= 0.03), "three per cent are enough"
    said_of_sales = f"beside {float(sold_for):,.2f} CNY delivered" if Decimal(sold_for) else "and nothing was delivered"
    assert finding("seller", SELLER, seen, "", "in 90 days").sentence.endswith(said_of_sales)


@pytest.mark.parametrize(
    ("named", "buyers"),
    [({"return_id": None, "complaint_id": "C"}, 3), ({"return_id": None, "complaint_id": None}, 0)],
)
def test_whom_it_went_to_is_known_by_the_complaint_or_not_at_all(named: dict[str, Any], buyers: int) -> None:
    told = []
    for number in range(3):
        about = {key: f"C{number}" if value else None for key, value in named.items()}
        told += [complaint(number, START + DAY, "no_refund"), compensated(number, START + 2 * DAY, **about)]
    seen = looked(Desk().take(sold(5), told))
    assert (seen.facts if seen is not None else 0) == buyers


def test_strange_buyers_and_a_flood_raise_nothing_and_stay_bounded() -> None:
    told = [
        one
        for number in range(300)
        for one in (
            asked(number, START, buyer_id="\u202e：🧨\ud800" * 40 + str(number), amount=Decimal("0.00000001")),
            compensated(number, START + DAY, "999999999999.99", compensation_id="🧨" * 200 + str(number)),
        )
    ]
    seen = looked(Desk().take(sold(1), told))
    assert seen.facts == 300
    assert (len(seen.event_ids), seen.event_count) == (50, 300)
    assert len(encode(seen)) < 20_000


def test_a_brand_or_category_is_told_in_the_same_words() -> None:
    samsung = Drained("CNY", Decimal(48_200), Decimal(0), Decimal(3_000), 32, Decimal(600_000))
    assert CompensationDrain().is_drain(samsung)
    seen = finding("brand", "samsung", samsung, "Samsung goods", "in 90 days")
    assert seen.sentence == (
        "the platform has paid 48,200.00 CNY in 32 payments for Samsung goods in 90 days, "
        "beside 600,000.00 CNY delivered"
    )
    assert (seen.subject_kind, seen.grade, seen.numbers["share"]) == ("brand", "across_sellers", 0.075)
    assert share_of(samsung._replace(sold=Decimal(0))) == 1


def of_brand(currency: str = "CNY", paid: int = 48_200, payments: int = 32, sold_for: int = 600_000) -> Drained:
    return Drained(currency, Decimal(paid), Decimal(0), Decimal(0), payments, Decimal(sold_for))


def test_of_a_brand_or_category_the_worst_currency_is_told_and_again_when_payments_have_doubled() -> None:
    samsung, rule = Subject("brand", "samsung"), CompensationDrain()
    for euros, worst in ((9_000, "EUR"), (900, "CNY")):
        seen = rule.look_at_market(samsung, [of_brand(), of_brand("EUR", euros, 20, 20_000)])
        assert seen is not None
        assert seen.numbers["currency"] == worst
    assert (seen.subject_kind, seen.subject_id, seen.numbers["payments"]) == ("brand", "samsung", 32)
    assert seen.sentence == (
        "the platform has paid 48,200.00 CNY in 32 payments for samsung goods in the last 45 to 90 days, "
        "beside 600,000.00 CNY delivered"
    )
    facts = []
    for payments in (32, 63, 64):
        told = rule.look_at_market(Subject("category", "phones"), [of_brand(payments=payments)])
        assert told is not None
        assert "for goods in phones in the last" in told.sentence
        facts.append(told.facts)
    assert facts[0] == facts[1] < facts[2]


def test_of_a_brand_nineteen_payments_a_small_share_and_unknown_sales_are_near_misses() -> None:
    samsung, rule = Subject("brand", "samsung"), CompensationDrain()
    assert rule.look_at_market(samsung, [of_brand(payments=20)]) is not None
    for quiet in (of_brand(payments=19), of_brand(paid=17_000), of_brand(sold_for=0)):
        assert rule.look_at_market(samsung, [quiet]) is None
    assert rule.look_at_market(samsung, []) is None
