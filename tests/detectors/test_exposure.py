"""The money at stake: four parts, each order once, kept up by differences and always what a recount would give."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import schemas
from detectors.exposure import PARTS, place, total
from detectors.returns import fold
from tests.detectors.aftersales import POLICY, Desk, hour_us, said

WEEK = 7 * 24


def paid(at: float, **fields: Any) -> Any:
    return said(schemas.OrderPaid, at, **fields)


def returned(at: float = 30, **fields: Any) -> list[Any]:
    """Asked for, and back at the seller a day later."""
    return [
        said(schemas.ReturnRequested, at, **fields),
        said(schemas.ReturnDelivered, at + 24, signed=True, return_id=fields.get("return_id", "R")),
    ]


def compensation(at: float, amount: int = 1000, **fields: Any) -> Any:
    told = {"compensation_id": f"c{at}", "amount": Decimal(amount), "currency": "CNY", **fields}
    return said(schemas.CompensationPaid, at, **told)


def at_stake(*told: Any, until: float) -> dict[tuple[str, str], Decimal]:
    events = [each for one in told for each in (one if isinstance(one, list) else [one])]
    return Desk().take(sorted(events, key=lambda one: one.event_time)).fire(hour_us(until)).exposure()


def test_what_is_paid_and_not_delivered_is_at_stake() -> None:
    assert at_stake(paid(0), until=1) == {("undelivered", "CNY"): 1000}
    assert at_stake(paid(0), said(schemas.OrderCancelled, 1, by="seller"), until=2) == {}


def test_what_is_delivered_is_at_stake_inside_the_payout_window_and_no_longer() -> None:
    told = [paid(0), said(schemas.OrderDelivered, 24)]
    assert at_stake(told, until=24 + WEEK - 0.001) == {("in_payout_window", "CNY"): 1000}
    assert at_stake(told, until=24 + WEEK) == {}


def test_a_payout_that_names_the_order_ends_its_window() -> None:
    released = said(schemas.PayoutReleased, 30, payout_id="p", amount=Decimal(1000), currency="CNY", order_ids=("O",))
    others = said(schemas.PayoutReleased, 30, payout_id="p", amount=Decimal(1000), currency="CNY", order_ids=("X",))
    told = [paid(0), said(schemas.OrderDelivered, 24)]
    assert at_stake(told, released, until=31) == {}
    assert at_stake(told, others, until=31) == {("in_payout_window", "CNY"): 1000}


def test_without_any_known_delivery_an_order_counts_as_delivered_after_seven_days() -> None:
    assert at_stake(paid(0), until=WEEK - 0.001) == {("undelivered", "CNY"): 1000}
    assert at_stake(paid(0), until=WEEK) == {("in_payout_window", "CNY"): 1000}
    assert at_stake(paid(0), until=2 * WEEK) == {}


def test_once_any_order_of_the_seller_was_delivered_the_others_wait_for_theirs() -> None:
    told = [paid(0), paid(1, order_id="other"), said(schemas.OrderDelivered, 24, order_id="other")]
    assert at_stake(told, until=3 * WEEK) == {("undelivered", "CNY"): 1000}
    assert at_stake(told, until=181 * 24) == {}, "half a year is the end of waiting"
    desk = Desk().take(paid(0)).fire(hour_us(WEEK + 1))
    assert desk.exposure() == {("in_payout_window", "CNY"): 1000}
    desk.take(said(schemas.OrderDelivered, WEEK + 1, order_id="other"))
    assert desk.exposure() == {("undelivered", "CNY"): 1000}, "it was only assumed to have arrived"


@pytest.mark.parametrize(("reason", "part"), [("counterfeit", "in_payout_window"), ("not_received", "undelivered")])
def test_who_asks_for_a_return_has_received_the_order_unless_that_is_the_reason(reason: str, part: str) -> None:
    asked = said(schemas.ReturnRequested, 30, reason=reason)
    assert at_stake(paid(0), asked, until=31) == {(part, "CNY"): 1000}


def test_delivered_back_and_not_refunded_counts_before_everything_else() -> None:
    assert at_stake(paid(0), returned(), until=WEEK) == {("unrefunded", "CNY"): 1000}
    part = said(schemas.RefundIssued, 60, refund_id="f", amount=Decimal(300), currency="CNY", paid_by="seller")
    assert at_stake(paid(0), returned(), part, until=WEEK) == {("unrefunded", "CNY"): 700}
    assert at_stake(paid(0), returned(), part, until=500 * 24) == {("unrefunded", "CNY"): 700}, "until it is paid"


def test_a_sum_that_nobody_misses_is_not_at_stake() -> None:
    assert at_stake(paid(0), returned(amount=Decimal("0.80")), until=WEEK) == {}


def test_what_the_platform_paid_is_owed_to_it_for_ninety_days() -> None:
    told = [paid(0), *returned(), compensation(60, return_id="R")]
    assert at_stake(told, until=61) == {("owed_to_platform", "CNY"): 1000}
    assert at_stake(told, until=60 + 90 * 24 - 0.001) == {("owed_to_platform", "CNY"): 1000}
    assert at_stake(told, until=60 + 90 * 24) == {}


def test_a_part_that_the_platform_paid_does_not_hide_the_rest_that_the_buyer_waits_for() -> None:
    told = [paid(0), *returned(), compensation(60, 400, return_id="R")]
    assert at_stake(told, until=61) == {("unrefunded", "CNY"): 1000}
    assert at_stake(told, until=60 + 90 * 24) == {("unrefunded", "CNY"): 600}


def test_a_compensation_for_an_order_that_never_came_back_counts_whichever_is_known_first() -> None:
    opened = said(schemas.ComplaintOpened, 20, complaint_id="x", kind="seller_unreachable", order_id="O")
    money = compensation(50, complaint_id="x")
    for told in ([paid(0), opened, money], [money, opened, paid(0)], [opened, money, paid(0)]):
        desk = Desk().take(told)
        assert desk.exposure() == {("owed_to_platform", "CNY"): 1000}
        assert desk.fire(hour_us(50 + 90 * 24)).exposure() == {}


def test_two_returns_of_one_order_add_up_and_what_a_buyer_waits_for_comes_first() -> None:
    both = [paid(0), *returned(amount=Decimal(600)), *returned(31, return_id="R2", amount=Decimal(400))]
    assert at_stake(both, until=500 * 24) == {("unrefunded", "CNY"): 1000}
    assert at_stake(both, compensation(60, 400, return_id="R2"), until=61) == {("unrefunded", "CNY"): 600}
    refunds = [
        said(
            schemas.RefundIssued,
            at,
            refund_id=f"f{at}",
            return_id=name,
            amount=amount,
            currency="CNY",
            paid_by="platform",
        )
        for at, name, amount in ((60, "R", Decimal(600)), (100, "R2", Decimal(400)))
    ]
    assert at_stake(both, refunds, until=101) == {("owed_to_platform", "CNY"): 1000}
    assert at_stake(both, refunds, until=60 + 90 * 24) == {("owed_to_platform", "CNY"): 400}
    assert at_stake(both, refunds, until=100 + 90 * 24) == {}


def test_an_order_counts_once_and_orders_add_up_by_currency() -> None:
    told = [
        paid(0),
        *returned(),
        *(paid(at, order_id=f"O{at}", amount=Decimal("10.25"), currency="EUR") for at in (100, 101)),
        paid(102, order_id="O3", amount=Decimal(7)),
    ]
    desk = Desk().take(told)
    assert desk.exposure() == {
        ("unrefunded", "CNY"): Decimal(1000),
        ("undelivered", "CNY"): Decimal(7),
        ("undelivered", "EUR"): Decimal("20.50"),
    }
    assert [(one.amount, one.currency) for one in total(desk.state)] == [("1007.00", "CNY"), ("20.50", "EUR")]


def test_sums_of_large_and_tiny_amounts_come_back_to_exactly_nothing() -> None:
    amounts = ["999999999999.99", "1E-300", "0.00000001", "0.123456789012345", "1E+11", "0"]
    desk = Desk().take(paid(number, order_id=f"O{number}", amount=Decimal(text)) for number, text in enumerate(amounts))
    assert desk.exposure() == {("undelivered", "CNY"): Decimal("1099999999999.99000001") + Decimal("0.12345679")}
    desk.fire(hour_us(15 * 24))
    assert desk.state.core.exposure == {}
    assert desk.state.orders == {}


_MONEY = st.sampled_from([Decimal(text) for text in ("1000", "12.34", "0.005", "3", "999999999999.99", "0")])
_CURRENCY = st.sampled_from(["CNY", "EUR"])
_NAMES = {
    "order_id": st.sampled_from(["O1", "O2", "O3"]),
    "return_id": st.sampled_from(["R1", "R2", "R3"]),
    "complaint_id": st.sampled_from(["X1", "X2"]),
    "refund_id": st.sampled_from(["F1", "F2", "F3"]),
    "compensation_id": st.sampled_from(["K1", "K2"]),
    "amount": _MONEY,
    "currency": _CURRENCY,
}
_WORDS: dict[type[schemas.Event], dict[str, Any]] = {
    schemas.OrderPaid: {},
    schemas.OrderDelivered: {},
    schemas.OrderCancelled: {"by": st.just("buyer")},
    schemas.PayoutReleased: {
        "payout_id": st.just("p"),
        "order_ids": st.lists(_NAMES["order_id"], max_size=3).map(tuple),
    },
    schemas.ReturnRequested: {"reason": st.sampled_from(["counterfeit", "not_received"])},
    schemas.ReturnDelivered: {"signed": st.booleans()},
    schemas.ReturnDisputed: {"by": st.just("seller")},
    schemas.ReturnCancelled: {"by": st.sampled_from(["seller", "buyer"])},
    schemas.RefundIssued: {"paid_by": st.sampled_from(["seller", "platform"])},
    schemas.ComplaintOpened: {"kind": st.just("no_refund")},
    schemas.ComplaintDecided: {"outcome": st.sampled_from(["upheld", "dismissed"])},
    schemas.CompensationPaid: {},
}


@st.composite
def _acts(draw: st.DrawFn) -> Any:
    """An event of a few orders and returns, or (a number) hours that pass."""
    if not draw(st.integers(0, 4)):
        return draw(st.sampled_from([1, 30, 100, WEEK, 30 * 24, 91 * 24]))
    word = draw(st.sampled_from(list(_WORDS)))
    fields = {name: draw(_NAMES[name]) for name in word.__struct_fields__ if name in _NAMES}
    if word in (schemas.ComplaintOpened, schemas.CompensationPaid) and draw(st.booleans()):
        fields["return_id"] = None
    return word, fields | {name: draw(values) for name, values in _WORDS[word].items()}


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(_acts(), max_size=40))
def test_the_sums_are_what_a_recount_of_all_orders_gives(acts: list[Any]) -> None:
    desk, now = Desk(), 0.0
    for act in acts:
        now += act if isinstance(act, int | float) else 0.5
        desk.fire(hour_us(now))
        if not isinstance(act, int | float):
            word, fields = act
            desk.take(said(word, now, **fields)).fire(hour_us(now))
        assert desk.state.core.exposure == _recounted(desk, hour_us(now))
    desk.fire(hour_us(now + 400 * 24))
    owed = {part for part, _ in desk.exposure()}
    assert owed <= {"unrefunded"}, "only what a buyer waits for stays for ever"


def _recounted(desk: Desk, now_us: int) -> dict[str, list[Decimal]]:
    """Every order placed anew, as of now."""
    state, sums = desk.state, {}
    for order in state.orders.values():
        backs = [fold(state.returns[one], POLICY.terms.returns) for one in order.return_ids if one in state.returns]
        where = place(order, backs, now_us, POLICY.terms.exposure, state.core.deliveries_known)
        if where.amount:
            sums.setdefault(where.currency, [Decimal(0)] * 4)[PARTS.index(where.part)] += where.amount
    return sums
