"""How many buyers a seller has: counted in a few bytes, each once, over the last 45 to 90 days."""

import pytest

from detectors.buyers import HALF_US, note, recent
from detectors.records import encode
from detectors.state import SellerState

START_US = 400 * HALF_US


def noted(count: int, at_us: int = START_US, prefix: str = "b") -> SellerState:
    state = SellerState("shop")
    for number in range(count):
        note(state, f"{prefix}{number}", at_us)
    return state


@pytest.mark.parametrize(("count", "off"), [(0, 0), (1, 0), (10, 1), (100, 6), (500, 20), (2_000, 150)])
def test_it_counts_buyers_well_enough(count: int, off: int) -> None:
    assert recent(noted(count), START_US).count_with(()) == pytest.approx(count, abs=off)


def test_one_buyer_a_hundred_times_is_one() -> None:
    state = SellerState("shop")
    for day in range(100):
        note(state, "b", START_US + day * 1_000_000)
    assert recent(state, START_US).count_with(["b"]) == 1


def test_those_who_are_named_count_whether_noted_or_not() -> None:
    state = noted(3)
    assert recent(state, START_US).count_with(["b1", "b2"]) == 3
    assert recent(state, START_US).count_with(["other", "another"]) == 5
    assert recent(SellerState("shop"), START_US).count_with(["x", "y", "z"]) == 3


def test_a_buyer_leaves_with_the_half_of_the_window() -> None:
    state = noted(10)
    note(state, "late", START_US - HALF_US)
    assert recent(state, START_US).count_with(()) == 11
    assert recent(state, START_US + HALF_US).count_with(()) == 10
    assert recent(state, START_US + 2 * HALF_US).count_with(()) == 0
    note(state, "new", START_US + HALF_US)
    assert recent(state, START_US + HALF_US).count_with(()) == 11
    note(state, "much later", START_US + 5 * HALF_US)
    assert recent(state, START_US + 5 * HALF_US).count_with(()) == 1
    note(state, "far too late", START_US)
    assert recent(state, START_US + 5 * HALF_US).count_with(()) == 1


def test_however_many_there_are_it_stays_small() -> None:
    state = noted(20_000)
    note(state, "", START_US)
    assert len(encode(state.core)) < 320
    assert recent(state, START_US).count_with(()) > 5_000
