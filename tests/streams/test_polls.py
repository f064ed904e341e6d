"""Lanes follow each other, whatever gets lost or overtaken between the consumer's thread and the handler."""

from collections.abc import Mapping
from types import SimpleNamespace

import pytest

from streams.polls import TP, Control, LaneStatus, Poll, Stretch, Tenure

ORDERS, RETURNS = TP("orders", 0), TP("returns", 0)


@pytest.fixture
def seeks() -> list[dict[TP, int]]:
    return []


@pytest.fixture
def tenure(seeks: list[dict[TP, int]]) -> Tenure:
    """Two topic-partitions, both handed over up to offset 10."""

    def seek(_: Tenure, positions: Mapping[TP, int]) -> None:
        seeks.append(dict(positions))

    books = {ORDERS: SimpleNamespace(highwater=20), RETURNS: SimpleNamespace(highwater=None)}
    return Tenure(assignment=None, books=books, handed={ORDERS: 10, RETURNS: 10}, seek=seek)


def poll(lanes: Mapping[TP, tuple[int, int]]) -> Poll:
    return Poll({tp: Stretch((), start, end) for tp, (start, end) in lanes.items()})


def test_a_lane_that_follows_is_handed_over(tenure: Tenure, seeks: list[dict[TP, int]]) -> None:
    came = poll({ORDERS: (10, 12), RETURNS: (10, 15)})
    assert tenure.hand_over(came) == came
    assert tenure.handed == {ORDERS: 12, RETURNS: 15}
    assert seeks == []


def test_after_a_lost_poll_the_lane_is_fetched_again(tenure: Tenure, seeks: list[dict[TP, int]]) -> None:
    """The other lanes of the poll are not held up, and what else comes of the lane before the seek is dropped."""
    assert tenure.hand_over(poll({ORDERS: (12, 14), RETURNS: (10, 11)})) == poll({RETURNS: (10, 11)})
    assert seeks == [{ORDERS: 10}]
    assert tenure.hand_over(poll({ORDERS: (14, 16)})) == poll({})
    assert seeks == [{ORDERS: 10}]
    assert tenure.hand_over(poll({ORDERS: (10, 16)})) == poll({ORDERS: (10, 16)})
    assert tenure.hand_over(poll({ORDERS: (18, 19)})) == poll({})
    assert seeks == [{ORDERS: 10}, {ORDERS: 16}]


def test_after_a_rewind_only_the_lane_from_there_counts(tenure: Tenure, seeks: list[dict[TP, int]]) -> None:
    control = Control()
    control.tenure = tenure
    control.rewind({ORDERS: 4, TP("orders", 1): 7})
    assert seeks == [{ORDERS: 4}]
    assert control.status()[ORDERS].position == 4
    assert tenure.hand_over(poll({ORDERS: (10, 12)})) == poll({})
    assert tenure.hand_over(poll({ORDERS: (4, 12)})) == poll({ORDERS: (4, 12)})


def test_a_lane_of_an_earlier_assignment_is_dropped(tenure: Tenure, seeks: list[dict[TP, int]]) -> None:
    assert tenure.hand_over(poll({TP("orders", 1): (10, 12)})) == poll({})
    assert seeks == []


def test_a_status_tells_apart_what_was_never_fetched(tenure: Tenure) -> None:
    control = Control()
    assert control.status() == {}
    assert control.assignment() == set()
    control.tenure = tenure
    tenure.fetched_at_ms[ORDERS] = 1_700_000_000_000
    assert control.status() == {
        ORDERS: LaneStatus(10, 20, 1_700_000_000_000, 10),
        RETURNS: LaneStatus(10, None, None, 10),
    }
    assert control.assignment() == {ORDERS, RETURNS}
