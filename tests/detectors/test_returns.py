"""A return ends in the same place whatever the order of arrival, and that place is the one the rules say."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import schemas
from detectors.policy import make_policy
from detectors.returns import fold
from schemas.fields import DAY_US, HOUR_US, to_us
from streams.settings import read_policy
from tests.detectors.aftersales import Desk, hour_us, said
from tests.detectors.return_rules import by_rules

HOURS_IN = {"DE": 200.0, "PL": 24.0}
POLICY = make_policy(
    read_policy(None),
    {
        "returns": {
            "calendars": {
                "DE": {
                    "refund_sla_hours": 200,
                    "scan_grace_hours": 0,
                    "weekends_count": True,
                    "holidays_count": True,
                    "seasons": {"christmas": {"extra_hours": 0}},
                },
                "PL": {"refund_sla_hours": 24, "scan_grace_hours": 0},
            }
        }
    },
)
ABOUT_THE_ORDER = (schemas.OrderPaid, schemas.OrderDelivered, schemas.OrderCancelled)
ABOUT_THE_RETURN = ("overdue_refund", "ignored_return", "upheld_complaint")

hours = st.integers(0, 40 * 12).map(lambda half: half / 2)
first_days = st.integers(0, 4 * 12).map(float)  # what is said of an order that was closed for a week is not taken back
amounts = st.sampled_from([Decimal(text) for text in ("1000", "995", "994.99", "999", "500", "495", "5", "0.50", "0")])
currencies = st.sampled_from(["CNY", "CNY", "CNY", "CNY", "EUR"])
by = st.sampled_from(["seller", "seller", "buyer", "platform"])
outcomes = st.sampled_from(["upheld", "dismissed"])
complaint_kinds = st.sampled_from(["no_refund", "counterfeit", "seller_unreachable", "other"])
#: What a complaint is about, by its id.
COMPLAINTS: dict[str, dict[str, str]] = {
    "by order": {"order_id": "O"},
    "by return": {"return_id": "R"},
    "by both": {"order_id": "O", "return_id": "R"},
    "by listing": {"listing_id": "L"},
}
complained = st.lists(st.sampled_from([*COMPLAINTS, "never opened"]), min_size=1, max_size=2, unique=True)
COUNTRY = {"country": st.sampled_from([None, "DE", "PL", "FR"])}
PAID = {"amount": amounts, "currency": currencies}


@st.composite
def histories(draw: st.DrawFn) -> list[Any]:
    """The events of one order and its return, in no order: most have a request and a delivery, all may repeat."""
    amount = draw(st.sampled_from([Decimal(1000), Decimal(1000), Decimal(60), Decimal("0.80"), Decimal(0)]))
    reason = draw(st.sampled_from(["counterfeit", "not_received"]))
    complaints = st.sampled_from(draw(complained))
    kinds: list[tuple[type[Any], int, dict[str, Any]]] = [
        (schemas.OrderPaid, 2, {"amount": st.just(Decimal(1000))}),
        (schemas.OrderDelivered, 2, {}),
        (schemas.OrderCancelled, 1, {"by": st.sampled_from(["seller", "buyer"])}),
        (schemas.ReturnRequested, 2, {"amount": st.just(amount), "reason": st.just(reason)}),
        (schemas.ReturnAccepted, 2, {}),
        (schemas.ReturnRefused, 2, {}),
        (schemas.ReturnShipped, 1, {}),
        (schemas.ReturnDelivered, 3, {"signed": st.booleans()}),
        (schemas.ReturnDisputed, 3, {"by": st.sampled_from(["seller", "seller", "buyer"])}),
        (schemas.ReturnCancelled, 2, {"by": by}),
        (
            schemas.RefundIssued,
            4,
            {
                "refund_id": st.sampled_from(["f1", "f2", "f3"]),
                "paid_by": st.sampled_from(["seller", "platform"]),
                **PAID,
            },
        ),
        (
            schemas.CompensationPaid,
            2,
            {
                "compensation_id": st.sampled_from(["c1", "c2"]),
                "return_id": st.sampled_from([None, None, "R"]),
                "complaint_id": complaints,
                **PAID,
            },
        ),
        (schemas.ComplaintDecided, 4, {"complaint_id": complaints, "outcome": outcomes}),
        (schemas.SellerRegistered, 1, COUNTRY),
        (schemas.SellerChanged, 2, COUNTRY),
    ]
    usual = (schemas.OrderPaid, schemas.ReturnRequested, schemas.ReturnDelivered)
    told: list[Any] = []

    def tell(word: type[Any], **fields: Any) -> None:
        at = draw(first_days if word in ABOUT_THE_ORDER else hours)
        told.append(said(word, at, event_id=f"e{len(told):02}", **fields))

    for word, most, fields in kinds:
        least = 1 if word in usual and draw(st.integers(0, 9)) else 0
        for _ in range(draw(st.integers(least, max(least, draw(st.integers(0, most)))))):
            tell(word, **{name: draw(values) for name, values in fields.items()})
    for complaint_id, about in COMPLAINTS.items():
        for _ in range(draw(st.sampled_from([0, 1, 1, 2]))):
            tell(schemas.ComplaintOpened, complaint_id=complaint_id, kind=draw(complaint_kinds), **about)
    return told


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    """A history, and an order in which its events arrive, some of them twice."""
    told = draw(histories())
    repeats = draw(st.lists(st.sampled_from(told), max_size=6)) if told else []
    return told, draw(st.permutations([*told, *repeats]))


@st.composite
def late_arrivals(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    """A history, and its events as they arrive, each at once or up to four days late, some of them twice."""
    told = draw(histories())
    repeats = draw(st.lists(st.sampled_from(told), max_size=4)) if told else []
    lateness = st.sampled_from([0.0, 0.0, 0.1, 5.0, 30.0, 96.0])
    arriving = [(to_us(one.event_time) + draw(lateness) * HOUR_US, number) for number, one in enumerate(told)]
    arriving += [(to_us(one.event_time) + draw(lateness) * HOUR_US, told.index(one)) for one in repeats]
    return told, [told[number] for _, number in sorted(arriving)]


many = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
hours_later = st.integers(0, 200 * 24)


@many
@given(arrivals(), st.booleans(), hours_later)
def test_any_order_of_arrival_ends_in_the_same_state(
    told: tuple[list[Any], list[Any]], forgetful: bool, hours_later: int
) -> None:
    history, arrived = told
    in_order = Desk(POLICY).take(sorted(history, key=lambda one: (one.event_time, one.event_id)))
    mixed = Desk(POLICY, forgetful=forgetful).take(arrived)
    assert mixed.aftersale() == in_order.aftersale()
    until_us = _last_us(history) + hours_later * HOUR_US
    assert mixed.fire(until_us).aftersale() == in_order.fire(until_us).aftersale()
    assert _standing(mixed) == _standing(in_order)


@many
@given(histories(), hours_later)
def test_the_state_is_what_the_rules_say_of_the_whole_history(history: list[Any], hours_later: int) -> None:
    until_us = _last_us(history) + hours_later * HOUR_US
    _assert_by_rules(Desk(POLICY).take(history).fire(until_us), history, until_us)


@many
@given(late_arrivals(), st.booleans(), st.integers(0, 30 * 24))
def test_what_arrives_after_deadlines_have_fired_ends_where_the_rules_say(
    told: tuple[list[Any], list[Any]], forgetful: bool, hours_later: int
) -> None:
    """As the hop does it: what is due before the newest event's time fires before that event is judged."""
    history, arrived = told
    desk, reached_us = Desk(POLICY, forgetful=forgetful), 0
    for one in arrived:
        reached_us = max(reached_us, to_us(one.event_time))
        desk.fire(reached_us - 1).take(one)
    until_us = _last_us(history) + hours_later * HOUR_US
    _assert_by_rules(desk.fire(until_us), history, until_us)


def _assert_by_rules(desk: Desk, history: list[Any], until_us: int) -> None:
    """Where it stands, what is at stake, what was found, and which deadlines are still to come."""
    state, expected = desk.state, by_rules(history, until_us, HOURS_IN)
    overdue = "overdue_refund" in expected.findings
    assert state.overdue == ({"R"} if overdue else set())
    assert desk.exposure() == expected.exposure
    assert {code for code in state.findings if code in ABOUT_THE_RETURN} == expected.findings
    assert desk.deadlines.get(("refund", "R"), 0) == (0 if overdue else expected.due_us)
    if until_us < expected.answer_us:
        assert desk.deadlines["answer", ""] == expected.answer_us
    if "R" in state.returns:
        assert fold(state.returns["R"], POLICY.terms.returns).stage == expected.stage
    elif expected.stage != "unknown":
        assert not expected.due_us
        assert until_us > _last_us(history) + 20 * DAY_US, "forgotten too early"


def _standing(desk: Desk) -> list[Any]:
    """What stands; a finding that an event opened stands since whichever event told of it first.

    How many buyers had parcels is a figure as of when the detector was asked last, which no delivery makes it be.
    """
    standing = []
    for code, one in sorted(desk.state.findings.items()):
        numbers = {name: number for name, number in one.numbers.items() if name != "buyers_delivered_to"}
        opening = {} if code == "overdue_refund" else {"since_us": 0, "opened_by": ""}
        standing.append(msgspec.structs.replace(one, numbers=numbers, **opening))
    return standing


def _last_us(history: Sequence[Any]) -> int:
    return max((hour_us(0), *(to_us(one.event_time) for one in history)))
