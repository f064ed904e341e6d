"""A return ends in the same place whatever the order of arrival, and that place is the one the rules say."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import schemas
from schemas.fields import HOUR_US, to_us
from tests.detectors.aftersales import Desk, by_rules, hour_us, said

hours = st.integers(0, 40 * 12).map(lambda half: half / 2)
amounts = st.sampled_from([Decimal(text) for text in ("1000", "995", "994.99", "999", "500", "495", "5", "0.50", "0")])
currencies = st.sampled_from(["CNY", "CNY", "CNY", "CNY", "EUR"])


@st.composite
def histories(draw: st.DrawFn) -> list[Any]:
    """The events of one order and its return, in no order: most have a request and a delivery, all may repeat."""
    amount = draw(st.sampled_from([Decimal(1000), Decimal(1000), Decimal(60), Decimal("0.80"), Decimal(0)]))
    reason = draw(st.sampled_from(["counterfeit", "not_received"]))
    kinds: list[tuple[type[Any], int, dict[str, Any]]] = [
        (schemas.OrderPaid, 2, {"amount": st.just(Decimal(1000))}),
        (schemas.OrderDelivered, 2, {}),
        (schemas.OrderCancelled, 1, {"by": st.sampled_from(["seller", "buyer"])}),
        (schemas.ReturnRequested, 2, {"amount": st.just(amount), "reason": st.just(reason)}),
        (schemas.ReturnAccepted, 1, {}),
        (schemas.ReturnRefused, 1, {}),
        (schemas.ReturnShipped, 1, {}),
        (schemas.ReturnDelivered, 3, {"signed": st.booleans()}),
        (schemas.ReturnDisputed, 3, {"by": st.sampled_from(["seller", "seller", "buyer"])}),
        (schemas.ReturnCancelled, 2, {"by": st.sampled_from(["seller", "seller", "buyer", "platform"])}),
        (
            schemas.RefundIssued,
            4,
            {
                "refund_id": st.sampled_from(["f1", "f2", "f3"]),
                "amount": amounts,
                "currency": currencies,
                "paid_by": st.sampled_from(["seller", "platform"]),
            },
        ),
        (
            schemas.CompensationPaid,
            2,
            {
                "compensation_id": st.sampled_from(["c1", "c2"]),
                "amount": amounts,
                "currency": currencies,
                "return_id": st.sampled_from([None, "R"]),
                "complaint_id": st.just("by order"),
            },
        ),
        (
            schemas.ComplaintDecided,
            3,
            {"complaint_id": st.sampled_from(["by order", "by return"]), "outcome": _OUTCOME},
        ),
    ]
    usual = (schemas.OrderPaid, schemas.ReturnRequested, schemas.ReturnDelivered)
    told: list[Any] = []
    for word, most, fields in kinds:
        least = 1 if word in usual and draw(st.integers(0, 9)) else 0
        for _ in range(draw(st.integers(least, max(least, draw(st.integers(0, most)))))):
            drawn = {name: draw(values) for name, values in fields.items()}
            told.append(said(word, draw(hours), event_id=f"e{len(told):02}", **drawn))
    for complaint_id, link in (("by order", {"order_id": "O"}), ("by return", {"return_id": "R"})):
        if draw(st.booleans()):
            fields = {"complaint_id": complaint_id, "kind": "no_refund", "event_id": f"e{len(told):02}", **link}
            told.append(said(schemas.ComplaintOpened, draw(hours), **fields))
    return told


_OUTCOME = st.sampled_from(["upheld", "dismissed"])


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    """A history, and an order in which its events arrive, some of them twice."""
    told = draw(histories())
    repeats = draw(st.lists(st.sampled_from(told), max_size=6)) if told else []
    return told, draw(st.permutations([*told, *repeats]))


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(arrivals(), st.booleans(), st.integers(0, 200 * 24))
def test_any_order_of_arrival_ends_in_the_same_state(
    told: tuple[list[Any], list[Any]], forgetful: bool, hours_later: int
) -> None:
    history, arrived = told
    in_order = Desk().take(sorted(history, key=lambda one: (one.event_time, one.event_id)))
    mixed = Desk(forgetful=forgetful).take(arrived)
    assert mixed.aftersale() == in_order.aftersale()
    until_us = _last_us(history) + hours_later * HOUR_US
    assert mixed.fire(until_us).aftersale() == in_order.fire(until_us).aftersale()
    assert _standing(mixed) == _standing(in_order)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(histories(), st.integers(0, 200 * 24))
def test_the_state_is_what_the_rules_say_of_the_whole_history(history: list[Any], hours_later: int) -> None:
    until_us = _last_us(history) + hours_later * HOUR_US
    desk = Desk().take(history).fire(until_us)
    expected = by_rules(history, until_us)
    assert desk.state.overdue == ({"R"} if expected.overdue else set())
    assert desk.exposure() == expected.exposure
    waits_until = desk.deadlines.get(("refund", "R"), 0)
    assert waits_until == (0 if expected.overdue else expected.due_us)


def _standing(desk: Desk) -> list[Any]:
    """What stands; a finding that an event opened stands since whichever event told of it first."""
    by_deadline = {"overdue_refund"}
    return [
        one if code in by_deadline else msgspec.structs.replace(one, since_us=0, opened_by="")
        for code, one in sorted(desk.state.findings.items())
    ]


def _last_us(history: Sequence[Any]) -> int:
    return max((hour_us(0), *(to_us(one.event_time) for one in history)))
