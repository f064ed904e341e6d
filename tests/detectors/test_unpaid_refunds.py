"""unpaid_refunds: three buyers, or two and over a quarter of what came back, freeze the payout; less does not."""

from decimal import Decimal
from typing import Any

import pytest

import schemas
from detectors.detector import Finding
from tests.detectors.aftersales import SELLER, Desk, hour_us, said
from tests.detectors.test_overdue_refund import unpaid


def paid(number: int, at: float = 20, **fields: Any) -> Any:
    told = {"refund_id": f"F{number}", "return_id": f"R{number}", "amount": Decimal(1000), "currency": "CNY"}
    return said(schemas.RefundIssued, at, **{"paid_by": "seller", **told, **fields})


def returns(count: int, unpaid_ones: int, at: float = 0) -> list[Any]:
    """`count` returns by as many buyers, all back, the first `unpaid_ones` without a refund."""
    told = [each for number in range(count) for each in unpaid(number, at)]
    return told + [paid(number, at + 20) for number in range(unpaid_ones, count)]


def found(desk: Desk) -> Finding | None:
    return desk.state.findings.get("unpaid_refunds")


def holds(desk: Desk) -> list[schemas.Hold]:
    return [word for judged in desk.judged for word in judged.words if isinstance(word, schemas.Hold)]


def test_three_buyers_freeze_the_payout_and_the_evidence_says_why() -> None:
    desk = Desk().take(returns(40, unpaid_ones=3)).fire(hour_us(106))
    seen = found(desk)
    assert seen is not None
    assert (seen.subject_kind, seen.subject_id, seen.grade, seen.facts) == ("seller", SELLER, "seen", 3)
    assert seen.numbers == {"returns": 3, "buyers": 3, "share_of_returns": 0.075}
    assert seen.sentence == (
        "3 buyers have sent their parcels back and wait for 3,000.00 CNY; "
        "3 of the 40 returns of the last 30 days are unpaid"
    )
    assert seen.event_ids == ("asked-0", "back-0", "asked-1", "back-1", "asked-2", "back-2")
    assert [(hold.scope, hold.subject_id, hold.action) for hold in holds(desk)] == [("payout", SELLER, "placed")]


def test_of_more_than_fifty_events_it_says_how_many_there_are() -> None:
    seen = found(Desk().take(returns(30, unpaid_ones=30)).fire(hour_us(106)))
    assert seen is not None
    assert (len(seen.event_ids), seen.event_count) == (50, 60)


@pytest.mark.parametrize(("count", "fires"), [(7, True), (8, False), (9, False)])
def test_two_buyers_are_enough_only_when_they_are_over_a_quarter_of_what_came_back(count: int, fires: bool) -> None:
    answers = said(schemas.SellerActive, 190, activity="reply")  # nobody has vanished
    desk = Desk().take(returns(count, unpaid_ones=2), answers).fire(hour_us(200))
    assert (found(desk) is not None) == fires
    assert bool(holds(desk)) == fires


def test_only_what_came_back_in_the_last_thirty_days_is_in_the_share() -> None:
    old = [each for number in range(100, 110) for each in unpaid(number)] + [paid(number) for number in range(100, 110)]
    desk = Desk().take(old, returns(3, unpaid_ones=2, at=31 * 24)).fire(hour_us(40 * 24))
    seen = found(desk)
    assert seen is not None
    assert seen.numbers["share_of_returns"] == 0.667


def test_three_returns_of_two_buyers_or_of_one_are_near_misses() -> None:
    many = returns(20, unpaid_ones=1)
    same = [each for number in (20, 21) for each in unpaid(number, buyer_id="B0")]
    assert found(Desk().take(many, same).fire(hour_us(200))) is None
    assert found(Desk().take(unpaid(0), unpaid(1, buyer_id="B0"), unpaid(2, buyer_id="B0")).fire(hour_us(200))) is None


def test_a_disputed_return_does_not_count_while_its_deadline_is_paused() -> None:
    dispute = said(schemas.ReturnDisputed, 50, return_id="R2", by="seller")
    desk = Desk().take(returns(20, unpaid_ones=3), dispute)
    assert found(desk.fire(hour_us(200))) is None
    assert found(desk.fire(hour_us(10 + 96 + 240))) is not None


def test_the_payout_is_released_when_too_few_wait() -> None:
    desk = Desk().take(returns(20, unpaid_ones=3)).fire(hour_us(200))
    desk.take(paid(0, 210))
    assert found(desk) is None
    assert [hold.action for hold in holds(desk)] == ["placed", "released"]


def test_a_share_of_what_is_not_all_remembered_holds_nothing() -> None:
    desk = Desk().take(returns(4, unpaid_ones=2))
    desk.state.core.truncated = True
    assert found(desk.fire(hour_us(200))) is None
    desk.take(unpaid(50, at=200))
    assert found(desk.fire(hour_us(400))) is not None, "three buyers are three buyers"


def test_floods_free_goods_and_strange_ids_raise_nothing_and_accuse_nobody() -> None:
    desk = Desk().take(
        (said(schemas.ReturnDelivered, 0, return_id=f"unasked {number}", signed=False) for number in range(300)),
        (each for number in range(5) for each in unpaid(number, amount=Decimal(0))),
        (each for number in range(5, 8) for each in unpaid(number, amount=Decimal("0.99"), buyer_id="\u202e🧨" * 60)),
    )
    assert found(desk.fire(hour_us(2000))) is None


@pytest.mark.parametrize(("part", "fires"), [(0, True), (300, True), (499, True), (500, False), (950, False)])
def test_who_keeps_less_than_half_of_each_refund_is_overdue_and_freezes_no_payout(part: int, fires: bool) -> None:
    parts = [paid(number, 20, amount=Decimal(part)) for number in range(4) if part]
    desk = Desk().take(returns(4, unpaid_ones=4), *parts).fire(hour_us(106))
    assert "overdue_refund" in desk.state.findings
    assert (found(desk) is not None) == fires
    assert bool(holds(desk)) == fires


def test_those_who_got_most_of_their_money_are_not_counted_among_the_unpaid() -> None:
    desk = Desk().take(returns(6, unpaid_ones=6), paid(0, 20, amount=Decimal(900))).fire(hour_us(106))
    seen = found(desk)
    assert seen is not None
    assert seen.numbers == {"returns": 5, "buyers": 5, "share_of_returns": 0.833}
    desk.take(*(paid(number, 108, amount=Decimal(900)) for number in (1, 2)), paid(3, 109), paid(4, 110))
    assert found(desk) is None
