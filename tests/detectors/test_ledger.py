"""The compensation ledger adds up to the events: each payment once by its own id, in whatever order they arrive."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import schemas
from detectors import ledger
from detectors.buyers import HALF_US
from detectors.eviction import review
from detectors.records import Core, Payment, Sums, decode, encode
from schemas.fields import DAY_US, to_us
from streams.sellers import change_of, seller_from
from streams.store import SellerBytes
from tests.detectors.aftersales import SELLER, Desk, hour_us, said
from tests.detectors.complaining import asked, complaint
from tests.detectors.test_returns import arrivals

DAY = 24


def compensated(number: int, at: float, amount: int | str = 1000, **fields: Any) -> schemas.CompensationPaid:
    """Compensation `K{number}`, on return `R{number}` unless told otherwise."""
    told = {
        "compensation_id": f"K{number}",
        "return_id": f"R{number}",
        "currency": "CNY",
        "event_id": f"k{number}-{at:g}",
    }
    made: schemas.CompensationPaid = said(schemas.CompensationPaid, at, amount=Decimal(amount), **told | fields)
    return made


def refunded(number: int, at: float, amount: int | str = 1000, **fields: Any) -> schemas.RefundIssued:
    """Refund `F{number}` on return `R{number}`, by the seller unless told otherwise."""
    told = {"refund_id": f"F{number}", "return_id": f"R{number}", "currency": "CNY", "paid_by": "seller"}
    made: schemas.RefundIssued = said(schemas.RefundIssued, at, amount=Decimal(amount), **told | fields)
    return made


def order(number: int, at: float, amount: int | str = 1000, **fields: Any) -> list[Any]:
    """Order `O{number}` of buyer `B{number}`, delivered a day later."""
    named = {"order_id": f"O{number}", "buyer_id": f"B{number}", "amount": Decimal(amount)} | fields
    return [
        said(schemas.OrderPaid, at, **named),
        said(schemas.OrderDelivered, at + DAY, order_id=named["order_id"]),
    ]


def ever(desk: Desk, currency: str = "CNY") -> tuple[Decimal, Decimal, Decimal]:
    """Paid, repaid and sold since ever."""
    return desk.state.core.ledger[currency].ever


def test_what_the_platform_paid_and_what_the_seller_then_refunded() -> None:
    desk = Desk().take(order(1, 0), asked(1, 30), compensated(1, 60, 600), refunded(1, 61, 400, paid_by="platform"))
    assert ever(desk) == (1000, 0, 1000)
    desk.take(refunded(1, 90, 300, refund_id="own"))
    assert ever(desk) == (1000, 300, 1000)
    assert desk.exposure() == {("owed_to_platform", "CNY"): 700}, "the same rest"
    assert [one.repaid for one in desk.state.payments.values()] == [300, 0], "the oldest payment comes back first"


def test_what_the_seller_paid_before_was_the_buyers_and_goodwill_does_not_come_back() -> None:
    half = Desk().take(asked(1, 0), refunded(1, 1, 400), compensated(1, 2, 600))
    assert ever(half)[:2] == (600, 0)
    too_much = Desk().take(asked(1, 0), compensated(1, 2, 1500), refunded(1, 3, 1000))
    assert ever(too_much)[:2] == (1500, 1000)


def test_a_payment_that_names_neither_complaint_nor_return_is_counted_and_each_currency_by_itself() -> None:
    nowhere = {"return_id": None, "complaint_id": None}
    desk = Desk().take(compensated(1, 0, **nowhere), compensated(2, 1, "7.25", currency="EUR", **nowhere))
    assert ever(desk) == (1000, 0, 0)
    assert ever(desk, "EUR") == (Decimal("7.25"), 0, 0)


def test_a_compensation_and_a_refund_may_bear_the_same_id() -> None:
    paid_by_platform = refunded(1, 1, paid_by="platform", refund_id="K1")
    assert ever(Desk().take(asked(1, 0), compensated(1, 0), paid_by_platform))[0] == 2000


def test_a_sale_counts_once_however_its_delivery_becomes_known() -> None:
    paid, there = order(1, 0)
    assert ever(Desk().take(there, paid)).sold == 1000  # type: ignore[attr-defined]
    desk = Desk(forgetful=True).take(paid, there, paid, there)
    assert ever(desk)[2] == 1000
    assumed = Desk().take(paid).fire(hour_us(7 * DAY))
    assert ever(assumed)[2] == 1000, "nobody says so, it is taken for delivered"
    assert ever(assumed.take(there))[2] == 1000
    cheaper = msgspec.structs.replace(paid, event_id="earlier", amount=Decimal(900), event_time=paid.event_time)
    cheaper = said(schemas.OrderPaid, -1, order_id="O1", amount=Decimal(900))
    assert ever(desk.take(cheaper))[2] == 900, "the payment that was made first is the one that counts"


def in_half(number: int) -> float:
    """An hour in that half of the window's calendar, after New Year."""
    first = hour_us(0) // HALF_US + number
    return (first * HALF_US - hour_us(0)) / 3_600_000_000 + 1


def test_the_window_is_this_half_and_the_one_before() -> None:
    desk = Desk().take(
        one for number in (1, 2, 3) for one in (asked(number, in_half(number)), compensated(number, in_half(number)))
    )
    now_us = hour_us(in_half(3))
    begins_us = ledger.since_us(desk.state, now_us)
    assert begins_us == hour_us(in_half(2) - 1)
    assert ledger.recent(desk.state, "CNY", begins_us) == Sums(Decimal(2000))
    assert [ledger.recent(desk.state, "CNY", begins_us + halves * HALF_US).paid for halves in (1, 2)] == [1000, 0]
    desk.take(compensated(4, in_half(2)), compensated(5, in_half(1)), compensated(6, in_half(-9)))
    assert ledger.recent(desk.state, "CNY", begins_us) == Sums(Decimal(3000)), "late ones lie where they belong"
    assert ever(desk) == (6000, 0, 0)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_sale_counts_in_the_half_in_which_its_parcel_arrived_or_was_taken_to_have(is_known: bool) -> None:
    border = in_half(1)
    there = [said(schemas.OrderDelivered, border, order_id="O1")] if is_known else []
    desk = Desk().take(order(1, border - 30)[0], there).fire(hour_us(border + 7 * DAY))
    begins_us = hour_us(in_half(1) - 1)
    assert [ledger.recent(desk.state, "CNY", begins_us + by).sold for by in (0, HALF_US)] == [1000, 0]
    assert desk.state.core.ledger["CNY"].before.sold == 0


def test_a_payment_that_is_put_on_a_return_later_is_no_longer_among_those_without() -> None:
    money = compensated(1, 0, return_id=None, complaint_id="C1")
    desk = Desk().take(order(1, 0), asked(1, 30), money)
    assert desk.state.paid_on == {"": {"cK1"}}
    desk.take(complaint(1, 31, return_id="R1"))
    assert desk.state.paid_on == {"R1": {"cK1"}}


def test_payments_are_forgotten_after_ninety_days_and_the_sums_are_not() -> None:
    desk = Desk().take(asked(1, 0), compensated(1, 1), asked(2, 2), compensated(2, 3), refunded(2, 4))
    desk.fire(hour_us(89 * DAY))
    assert set(desk.state.payments) == {"cK1", "cK2"}
    desk.fire(hour_us(400 * DAY))
    assert (desk.state.payments, desk.state.paid_on) == ({}, {})
    assert desk.state.core.ledger_due_us == 0
    assert (ledger.KIND, "") not in desk.deadlines
    assert ever(desk) == (2000, 1000, 0)


def test_a_payment_is_remembered_as_long_as_the_refund_of_its_return_is_awaited() -> None:
    desk = Desk().take(asked(1, 0), said(schemas.ReturnDelivered, 1, return_id="R1", signed=True))
    desk.fire(hour_us(10 * DAY)).take(compensated(1, 10 * DAY)).fire(hour_us(300 * DAY))
    assert desk.state.overdue == {"R1"}
    assert ever(desk.take(refunded(1, 300 * DAY)))[:2] == (1000, 1000)


def test_a_tombstone_keeps_the_sums() -> None:
    desk = Desk().take(asked(1, 0), compensated(1, 1)).fire(hour_us(399 * DAY))
    assert desk.state.core.entombed_us
    assert ever(desk) == (1000, 0, 0)


def test_nobody_with_payments_is_forgotten() -> None:
    desk = Desk().take(compensated(1, 0, return_id=None))
    review(desk.state, hour_us(181 * DAY))
    assert not desk.state.core.entombed_us


def test_beyond_the_cap_a_payment_is_not_counted_and_the_alert_will_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detectors.ledger.MAX_PAYMENTS", 2)
    desk = Desk().take(compensated(number, 0, return_id=None) for number in range(5))
    assert ever(desk)[0] == 2000
    assert desk.state.core.truncated


def test_currencies_without_end_are_capped() -> None:
    nowhere = {"return_id": None}
    codes = ["".join(map(chr, (65 + number // 26, 65 + number % 26, 65))) for number in range(100)]
    desk = Desk().take(compensated(number, 0, currency=code, **nowhere) for number, code in enumerate(codes))
    assert len(desk.state.core.ledger) == 32
    assert desk.state.core.truncated
    desk.take(compensated(99, -1, currency=codes[99], **nowhere), compensated(0, -1, 10, currency=codes[0], **nowhere))
    assert codes[99] not in desk.state.core.ledger
    assert ever(desk, codes[0])[0] == 10


def test_a_state_without_a_ledger_is_read_and_one_with_it_comes_back_whole() -> None:
    before = encode(Core(sequence=7))
    fields = msgspec.msgpack.decode(before)
    old = msgspec.msgpack.encode(fields[: Core.__struct_fields__.index("ledger")])
    assert decode(Core, old) == Core(sequence=7)
    desk = Desk().take(order(1, 0), asked(1, 30), compensated(1, 60), asked(2, 61), compensated(2, 62))
    change = change_of(desk.state)
    returns = {key: held for key, held in change.returns.items() if held is not None}
    read = seller_from(SELLER, SellerBytes(change.core, returns=returns))
    assert read.core == desk.state.core
    assert read.payments == desk.state.payments
    assert read.paid_on == desk.state.paid_on == {"R1": {"cK1"}, "R2": {"cK2"}}
    assert set(read.returns) == {"R1", "R2"}
    assert all(decode(Payment, encode(one)) == one for one in read.payments.values())


# ---- any order of arrival

_AMOUNTS = st.sampled_from([Decimal(text) for text in ("1000", "12.34", "0.005", "999999999999.99", "0")])
_HOURS = st.integers(0, 100 * DAY)


@st.composite
def payments(draw: st.DrawFn) -> list[Any]:
    """Payments of both kinds with few ids, and the returns, orders and complaints that they may belong to."""
    told: list[Any] = [asked(number, draw(_HOURS)) for number in range(draw(st.integers(0, 3)))]
    for number in range(draw(st.integers(0, 3))):
        named = draw(st.sampled_from([{"order_id": f"O{number}"}, {"return_id": f"R{number}"}, {}]))
        told.append(complaint(number, draw(_HOURS), **named))
    for number in range(draw(st.integers(1, 12))):
        some = draw(st.integers(0, 3))
        money = {"currency": draw(st.sampled_from(["CNY", "EUR"])), "event_id": f"e{number:02}"}
        if draw(st.booleans()):
            named = draw(st.sampled_from([{}, {"return_id": None, "complaint_id": f"C{some}"}, {"return_id": None}]))
            told.append(
                compensated(some, draw(_HOURS), **money | named) if named else compensated(some, draw(_HOURS), **money)
            )
        else:
            by = draw(st.sampled_from(["platform", "platform", "seller"]))
            told.append(
                refunded(some, draw(_HOURS), refund_id=f"F{some}{draw(st.integers(0, 1))}", paid_by=by, **money)
            )
        told[-1] = msgspec.structs.replace(told[-1], amount=draw(_AMOUNTS))
    return told


def distinct(history: Iterable[Any]) -> list[Any]:
    """The platform's payments, each once by its own id: the oldest, whoever paid that one."""
    first: dict[tuple[str, str], Any] = {}
    for one in sorted(history, key=lambda one: (one.event_time, one.event_id)):
        if isinstance(one, schemas.CompensationPaid):
            first.setdefault(("compensation", one.compensation_id), one)
        elif isinstance(one, schemas.RefundIssued):
            first.setdefault(("refund", one.refund_id), one)
    return [one for one in first.values() if getattr(one, "paid_by", "platform") == "platform"]


def sums_of(payments: Iterable[Any], since_us: int = 0) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for one in payments:
        if to_us(one.event_time) >= since_us:
            sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.amount
    return {currency: amount for currency, amount in sums.items() if amount}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(payments(), st.data())
def test_in_any_order_of_arrival_the_ledger_is_the_sum_over_the_distinct_payments(
    history: list[Any], data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(history), max_size=6))
    arrived = data.draw(st.permutations([*history, *repeats]))
    desk = Desk(forgetful=True).take(arrived)
    last_us = max(to_us(one.event_time) for one in history)
    begins_us = ledger.since_us(desk.state, last_us)
    accounts = desk.state.core.ledger
    assert {currency: one.ever.paid for currency, one in accounts.items() if one.ever.paid} == sums_of(
        distinct(history)
    )
    recent = {currency: ledger.recent(desk.state, currency, begins_us).paid for currency in accounts}
    assert {key: paid for key, paid in recent.items() if paid} == sums_of(distinct(history), begins_us)
    assert _repaid(desk) == {currency: one.ever.repaid for currency, one in accounts.items() if one.ever.repaid}


def _repaid(desk: Desk) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for one in desk.state.payments.values():
        if one.repaid:
            sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.repaid
    return sums


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(arrivals())
def test_in_any_order_of_arrival_what_came_back_is_what_the_whole_history_says(
    told: tuple[list[Any], list[Any]],
) -> None:
    history, arrived = told
    desk = Desk(forgetful=True).take(arrived)
    requests = [one for one in history if isinstance(one, schemas.ReturnRequested)]
    account = desk.state.core.ledger.get("CNY")
    came_back = account.ever.repaid if account is not None else 0
    if not requests:
        assert came_back == 0
        return
    first = min(requests, key=lambda one: (one.event_time, one.event_id))
    complaints = [one for one in history if isinstance(one, schemas.ComplaintOpened)]
    opened = {one.complaint_id for one in complaints if one.order_id or one.return_id}
    platform = sum(
        one.amount
        for one in distinct(history)
        if one.currency == "CNY" and (one.return_id == "R" or getattr(one, "complaint_id", None) in opened)
    )
    own: dict[str, Any] = {}
    for one in sorted(history, key=lambda one: (one.event_time, one.event_id)):
        if isinstance(one, schemas.RefundIssued):
            own.setdefault(one.refund_id, one)
    seller = sum(one.amount for one in own.values() if one.paid_by == "seller" and one.currency == "CNY")
    assert came_back == min(platform, max(0, seller - max(0, first.amount - platform)))
    assert not desk.fire(hour_us(0) + 900 * DAY_US).state.payments or desk.state.overdue
