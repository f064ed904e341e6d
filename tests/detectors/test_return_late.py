"""The overdue returns of a seller together, kept up by differences, are what counting them anew gives."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from detectors.late import Late
from detectors.overview import Overview
from detectors.returns import fold
from schemas.fields import to_us
from tests.detectors.aftersales import POLICY, Desk, hour_us, said

TERMS = POLICY.terms.returns
RETURNS = st.integers(0, 5)
AMOUNTS = st.sampled_from([Decimal("1000"), Decimal("999.5"), Decimal("12.34567891"), Decimal("3")])
CURRENCIES = st.sampled_from(["CNY", "CNY", "EUR"])


def told(number: int, back: int, hour: int, what: str, amount: Decimal, currency: str) -> Any:
    """Something about return `R{back}`; two returns are always one buyer's."""
    about = {"return_id": f"R{back}", "event_id": f"e{number}"}
    money = {"amount": amount, "currency": currency}
    if what == "asked":
        return said(schemas.ReturnRequested, hour, order_id=f"O{back}", buyer_id=f"B{back // 2}", **money | about)
    if what == "back":
        return said(schemas.ReturnDelivered, hour, signed=True, **about)
    if what == "cancelled":
        return said(schemas.ReturnCancelled, hour, by="buyer", **about)
    return said(schemas.RefundIssued, hour, refund_id=f"f{number}", paid_by=what, **money | about)


KINDS = st.sampled_from(["asked", "asked", "asked", "back", "back", "back", "seller", "platform", "cancelled"])
HAPPENED = st.lists(st.tuples(RETURNS, st.integers(0, 400), KINDS, AMOUNTS, CURRENCIES), max_size=40)


def seen(late: Late) -> tuple[Any, ...]:
    """All that it can be asked."""
    between = [dict(late.due_between(hour_us(hour), hour_us(hour + 100))) for hour in (150, 0, 200)]
    since_us = late.since_us if len(late) else 0
    return late.by_id, late.buyers, dict(late.missing), late.events, since_us, late.named(3), late.evidence(5), between


def refunded(overview: Overview) -> list[Any]:
    """What was due and paid in several stretches."""
    hours = (100, 250, 0, 300)
    return [dict(overview.refunded(TERMS, hour_us(0)).due_between(hour_us(at), hour_us(at + 168))) for at in hours]


@settings(max_examples=150, deadline=None)
@given(HAPPENED)
def test_what_is_kept_up_is_what_is_counted_anew(happened: list[tuple[int, int, str, Decimal, str]]) -> None:
    desk = Desk()
    for number, one in enumerate(sorted(happened, key=lambda one: one[1])):
        event = told(number, *one)
        desk.fire(to_us(event.event_time) - 1)
        kept = desk.state.late(TERMS)
        desk.take(event)
        assert desk.state.late(TERMS) is kept
        anew = Late(TERMS, {key: fold(desk.state.returns[key], TERMS) for key in desk.state.overdue})
        assert seen(kept) == seen(anew)
        assert refunded(desk.state.overview) == refunded(Overview(desk.state.returns))
        returns = desk.state.returns.items()
        back = sorted((held.delivered_us, "", key) for key, held in returns if held.delivered_us)
        assert desk.state.overview.came_back().things == back


def test_of_many_the_newest_events_are_the_evidence_in_the_order_in_which_refunds_fell_due() -> None:
    desk = Desk()
    for number in range(30):
        desk.take(
            said(schemas.ReturnRequested, number, event_id=f"a{number}", return_id=f"R{number}", order_id=f"O{number}"),
            said(schemas.ReturnDelivered, 60 - number, event_id=f"b{number}", return_id=f"R{number}", signed=True),
        )
    late = desk.fire(hour_us(500)).state.late(TERMS)
    assert late.evidence(4) == ("a1", "b1", "a0", "b0")
    assert len(late.evidence(1_000)) == late.events == 60
    assert late.since_us == hour_us(31 + 96)
    assert late.named(3) == ["R0", "R1", "R10"]


def test_other_terms_are_not_answered_with_these() -> None:
    desk = Desk().take(told(0, 0, 0, "asked", Decimal(5), "CNY"), told(1, 0, 1, "back", Decimal(5), "CNY"))
    late = desk.fire(hour_us(200)).state.late(TERMS)
    other = type(TERMS)(refund_sla_hours=1)
    assert desk.state.late(other).since_us < late.since_us


def test_one_buyer_who_waits_for_ten_days_does_so_from_the_day_that_is_told_last() -> None:
    """The parcel is said to be back after it fired for a later day: ten days of waiting began earlier by as much."""
    asked = told(0, 0, 0, "asked", Decimal(500), "CNY")
    desk = Desk().take(asked, told(1, 0, 20, "back", Decimal(500), "CNY")).fire(hour_us(20 + 96))
    desk.take(told(2, 0, 5, "back", Decimal(500), "CNY"))
    due = 5 + 96
    assert desk.state.late(TERMS).since_us == hour_us(due)
    assert "vanished_seller" not in desk.fire(hour_us(due + 240) - 1).state.findings
    assert "vanished_seller" in desk.fire(hour_us(due + 240)).state.findings


def test_a_parcel_that_is_forgotten_is_no_longer_among_those_that_came_back() -> None:
    some = [(back, what) for back in (1, 2) for what in ("asked", "back", "seller")]
    desk = Desk()
    for number, (back, what) in enumerate(some):
        desk.take(told(number, back, 1, what, Decimal(1000), "CNY"))
    assert desk.state.overview.came_back().since(hour_us(1)) == 2
    desk.fire(hour_us(24 * 400))
    assert desk.state.returns == {}
    assert desk.state.overview.came_back().things == []
