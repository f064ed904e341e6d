"""contested_returns: three buyers and over three of ten; who was right takes his dispute out of it."""

from decimal import Decimal
from typing import Any

import pytest

import schemas
from tests.detectors.aftersales import SELLER, Desk, hour_us, said
from tests.detectors.complaining import about, asked, decided, found, holds

CODE = "contested_returns"


def back(number: int, at: float = 0, disputed: bool = False, **fields: Any) -> list[Any]:
    """A return that came back, and a refund or the seller's dispute ten hours later."""
    told = [asked(number, at, **fields), about(schemas.ReturnDelivered, number, at + 10, signed=True)]
    if disputed:
        return [*told, about(schemas.ReturnDisputed, number, at + 20, by="seller")]
    paid = {"refund_id": f"F{number}", "amount": Decimal(1000), "currency": "CNY", "paid_by": "seller"}
    return [*told, about(schemas.RefundIssued, number, at + 20, **paid)]


def returns(count: int, disputed: int, **fields: Any) -> list[Any]:
    return [each for number in range(count) for each in back(number, disputed=number < disputed, **fields)]


def test_it_fires_over_three_of_ten_and_says_how_many_of_whom() -> None:
    seen = found(Desk().take(returns(10, disputed=4)), CODE)
    assert seen is not None
    assert (seen.reason_code, seen.grade, seen.facts) == (CODE, "seen", 4)
    assert (seen.subject_kind, seen.subject_id) == ("seller", SELLER)
    assert seen.sentence == (
        "the seller disputed 4 of the 10 returns that came back in the last 90 days, those of 4 buyers"
    )
    assert seen.numbers == {"disputed": 4, "came_back": 10, "buyers": 4, "share_of_returns": 0.4}
    assert seen.event_ids[:2] == ("ReturnDelivered-0-10", "ReturnDisputed-0-20")
    assert seen.event_count == 8


def test_the_share_is_told_to_three_decimals() -> None:
    seen = found(Desk().take(returns(9, disputed=3)), CODE)
    assert seen is not None
    assert seen.numbers["share_of_returns"] == 0.333


@pytest.mark.parametrize(("count", "disputed", "fires"), [(10, 3, False), (9, 3, True), (2, 2, False), (3, 3, True)])
def test_three_of_ten_and_two_buyers_are_near_misses(count: int, disputed: int, fires: bool) -> None:
    assert (found(Desk().take(returns(count, disputed)), CODE) is not None) == fires


def test_one_buyer_counts_once() -> None:
    same = [each for number in range(2, 6) for each in back(number, disputed=True, buyer_id="B0")]
    assert found(Desk().take(returns(2, disputed=2), same), CODE) is None


def test_what_is_not_back_and_what_a_buyer_disputes_do_not_count() -> None:
    away = [
        each for number in range(5) for each in (asked(number), about(schemas.ReturnDisputed, number, 5, by="seller"))
    ]
    assert found(Desk().take(away), CODE) is None
    theirs = [about(schemas.ReturnDisputed, number, 30, by="buyer") for number in range(5)]
    assert found(Desk().take(returns(5, disputed=0), theirs), CODE) is None


def test_a_seller_who_was_right_is_not_accused() -> None:
    """The honest seller it would hurt: buyers send back stones, the platform says so."""
    desk = Desk().take(returns(9, disputed=3))
    assert found(desk, CODE) is not None
    complaints = [
        said(schemas.ComplaintOpened, 30, complaint_id=f"C{one}", kind="no_refund", return_id=f"R{one}")
        for one in (0, 1)
    ]
    desk.take(complaints, decided(0, at=40, outcome="dismissed"))
    assert found(desk, CODE) is None
    assert holds(desk) == []


def test_a_buyer_who_takes_the_return_back_takes_the_dispute_with_it() -> None:
    desk = Desk().take(returns(9, disputed=3), about(schemas.ReturnCancelled, 1, 50, by="buyer"))
    assert found(desk, CODE) is None
    desk = Desk().take(returns(9, disputed=3), about(schemas.ReturnCancelled, 1, 50, by="seller"))
    assert found(desk, CODE) is not None


def test_what_came_back_longer_ago_is_in_neither_count() -> None:
    later = 95 * 24
    old = [each for number in range(20, 40) for each in back(number)]
    desk = Desk().take(old).fire(hour_us(later)).take(returns(4, disputed=3, at=later))
    seen = found(desk, CODE)
    assert seen is not None
    assert seen.numbers["came_back"] == 4


def test_disputes_of_nothing_raise_nothing_and_accuse_nobody() -> None:
    strange = "\u202e：🧨" * 60
    desk = Desk().take(
        (said(schemas.ReturnDisputed, 0, return_id=f"{strange}{number}", by="seller") for number in range(300)),
        (said(schemas.ReturnDelivered, 1, return_id=f"{strange}{number}", signed=True) for number in range(300)),
    )
    assert found(desk.fire(hour_us(2_000)), CODE) is None


def test_a_share_of_a_hundred_thousand_days_is_a_share_of_what_is_known() -> None:
    desk = Desk().take(returns(9, disputed=3), asked(50))
    detector = type(desk.judge.policy.by_code[CODE].detector)
    seen = detector(window_days=1e15).look(desk.state, asked(1), hour_us(50), desk.around)  # type: ignore[call-arg]
    assert not isinstance(seen, type(None))
