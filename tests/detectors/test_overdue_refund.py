"""overdue_refund: what it says of a refund that never came, when it is quiet, and what it makes of odd input."""

from decimal import Decimal
from typing import Any

import pytest

import schemas
from detectors.detector import DeadlineReached, Finding
from detectors.returns import MAX_STEPS_OF_A_KIND, MAX_STEPS_WITH_IDS
from schemas.fields import HOUR_US
from tests.detectors.aftersales import POLICY, SELLER, Desk, hour_us, said
from tests.detectors.prices import World

BACK = 96  # hours from a signed delivery to the deadline


def unpaid(number: int, at: float = 0, **fields: Any) -> list[Any]:
    """A return that comes back ten hours after it was asked for, each by another buyer."""
    named = {"return_id": f"R{number}", "order_id": f"O{number}", "buyer_id": f"B{number}", **fields}
    return [
        said(schemas.ReturnRequested, at, event_id=f"asked-{number}", **named),
        said(schemas.ReturnDelivered, at + 10, event_id=f"back-{number}", return_id=named["return_id"], signed=True),
    ]


def found(desk: Desk) -> Finding | None:
    return desk.state.findings.get("overdue_refund")


def test_it_fires_once_at_the_deadline_and_names_the_return_its_events_and_the_sum() -> None:
    desk = Desk().take(unpaid(1, amount=Decimal("1234.5")))
    assert found(desk.fire(hour_us(10 + BACK) - 1)) is None
    seen = found(desk.fire(hour_us(10 + BACK)))
    assert seen is not None
    assert (seen.subject_kind, seen.subject_id, seen.grade, seen.facts) == ("seller", SELLER, "one_buyer", 1)
    assert seen.sentence == "1 buyer waits for 1,234.50 CNY after a returned parcel came back to the seller (R1)"
    assert seen.numbers == {"returns": 1, "buyers": 1, "longest_overdue_hours": 0.0}
    assert (seen.event_ids, seen.event_count) == (("asked-1", "back-1"), 2)
    assert seen.opened_by == f"refund:R1:{hour_us(10 + BACK)}"
    alerts = [word for judged in desk.judged for word in judged.words if isinstance(word, schemas.Alert)]
    assert [(alert.status, alert.mode) for alert in alerts] == [("opened", "alert")]


def test_more_buyers_are_another_grade_and_one_finding() -> None:
    desk = Desk().take(unpaid(1), unpaid(2, at=48.12345, amount=Decimal(20), currency="EUR"))
    seen = found(desk.fire(hour_us(58.12345 + BACK)))
    assert seen is not None
    assert (seen.grade, seen.facts) == ("more_buyers", 2)
    assert seen.numbers == {"returns": 2, "buyers": 2, "longest_overdue_hours": 48.123}
    assert "2 buyers wait for 1,000.00 CNY and 20.00 EUR after 2 returned parcels" in seen.sentence
    assert seen.event_ids == ("asked-1", "back-1", "asked-2", "back-2")
    assert seen.since_us == hour_us(10 + BACK), "it stands since the first of them"


def test_of_more_than_three_returns_the_first_three_are_named() -> None:
    desk = Desk().take(*(unpaid(number, at=number) for number in (1, 2, 3))).fire(hour_us(200))
    seen = found(desk)
    assert seen is not None
    assert seen.sentence.endswith("(R1, R2, R3)")
    seen = found(desk.take(unpaid(4, at=201)).fire(hour_us(400)))
    assert seen is not None
    assert seen.sentence == (
        "4 buyers wait for 4,000.00 CNY after 4 returned parcels came back to the seller (R1, R2, R3 and others)"
    )


def test_two_returns_of_one_buyer_are_one_buyer() -> None:
    seen = found(Desk().take(unpaid(1), unpaid(2, buyer_id="B1")).fire(hour_us(200)))
    assert seen is not None
    assert (seen.grade, seen.numbers["returns"], seen.numbers["buyers"]) == ("one_buyer", 2, 1)


@pytest.mark.parametrize("paid_by", ["seller", "platform"])
def test_a_refund_in_the_last_minute_is_a_near_miss(paid_by: str) -> None:
    paid = {"refund_id": "f", "return_id": "R1", "amount": Decimal(995), "currency": "CNY", "paid_by": paid_by}
    desk = Desk().take(unpaid(1), said(schemas.RefundIssued, 10 + BACK, **paid))
    assert found(desk.fire(hour_us(1000))) is None


def test_it_is_quiet_again_when_the_refund_comes() -> None:
    desk = Desk().take(unpaid(1), unpaid(2)).fire(hour_us(200))
    paid = {"refund_id": "f", "amount": Decimal(1000), "currency": "CNY", "paid_by": "seller"}
    desk.take(said(schemas.RefundIssued, 201, return_id="R1", **paid))
    seen = found(desk)
    assert seen is not None
    assert seen.numbers["returns"] == 1
    assert found(desk.take(said(schemas.RefundIssued, 202, return_id="R2", **paid | {"refund_id": "g"}))) is None


def test_what_is_missing_is_named_without_what_the_seller_has_paid() -> None:
    paid = {"refund_id": "f", "return_id": "R1", "amount": Decimal(400), "currency": "CNY", "paid_by": "seller"}
    seen = found(Desk().take(unpaid(1), said(schemas.RefundIssued, 20, **paid)).fire(hour_us(200)))
    assert seen is not None
    assert "600.00 CNY" in seen.sentence


def test_a_flood_of_steps_keeps_neither_a_parcel_nor_a_refund_out() -> None:
    steps = [said(schemas.ReturnAccepted, 1, event_id=f"again-{number}", return_id="R1") for number in range(500)]
    desk = Desk().take(steps, unpaid(1)).fire(hour_us(200))
    assert len(desk.state.returns["R1"].steps) == MAX_STEPS_OF_A_KIND + 2
    seen = found(desk)
    assert seen is not None
    assert seen.event_count == MAX_STEPS_OF_A_KIND + 2
    paid = {"return_id": "R1", "amount": Decimal(5), "currency": "CNY", "paid_by": "seller"}
    desk.take(said(schemas.RefundIssued, 201, refund_id=f"f{number}", **paid) for number in range(400))
    assert len(desk.state.returns["R1"].steps) == MAX_STEPS_OF_A_KIND + 2 + MAX_STEPS_WITH_IDS
    seen = found(desk)
    assert seen is not None, "the parts that fit do not reach the sum"
    assert (len(seen.event_ids), seen.event_count) == (50, MAX_STEPS_OF_A_KIND + 2 + MAX_STEPS_WITH_IDS)
    desk = Desk().take(
        unpaid(1), steps, said(schemas.RefundIssued, 12, refund_id="f", **paid | {"amount": Decimal(999)})
    )
    assert found(desk.fire(hour_us(200))) is None


def test_returns_without_a_request_free_ones_and_strange_ids_raise_nothing_and_accuse_nobody() -> None:
    strange = "R\u202e：🧨:" + "é" * 200
    desk = Desk().take(
        said(schemas.ReturnDelivered, 0, return_id="never asked for", signed=False),
        said(
            schemas.RefundIssued, 1, refund_id="f", return_id="x", amount=Decimal(0), currency="CNY", paid_by="seller"
        ),
        unpaid(1, amount=Decimal(0)),
        unpaid(2, amount=Decimal("1E-300")),
    )
    assert found(desk.fire(hour_us(1000))) is None
    seen = found(desk.take(unpaid(3, at=1000, return_id=strange)).fire(hour_us(2000)))
    assert seen is not None
    assert strange in seen.sentence


def test_it_judges_what_is_overdue_now_whatever_it_is_asked_at() -> None:
    detector = POLICY.by_code["overdue_refund"].detector
    desk = Desk().take(unpaid(1)).fire(hour_us(200))
    asked = DeadlineReached(SELLER, "refund", "another", hour_us(150))
    seen = detector.look(desk.state, asked, hour_us(106) + HOUR_US, World())
    assert isinstance(seen, Finding)
    assert seen.numbers["longest_overdue_hours"] == 1.0
