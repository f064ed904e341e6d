"""A Redis that went back in time is judged again from, an emptied one is not judged into."""

import pytest

from streams.memory_lost import StateLostError, compare
from tests.heard import heard


def test_a_redis_that_knows_less_than_it_was_told_is_said_with_its_events() -> None:
    with heard("streams.memory_lost") as messages:
        compare(3, {"orders": 5, "returns": 9}, {"orders": 12, "returns": 9})
    assert messages == [
        "Redis has gone back in time: 7 events of partition 3 that were judged before are judged again"
        " (orders from 5 to 12)"
    ]


def test_a_redis_that_knows_nothing_of_a_judged_partition_ends_the_worker() -> None:
    with pytest.raises(StateLostError, match=r"^Redis holds no state of partition 3, which was judged before: bring"):
        compare(3, {}, {"orders": 12})


@pytest.mark.parametrize(("stored", "known"), [({}, {}), ({"orders": 5}, {"orders": 5}), ({"orders": 5}, {})])
def test_a_redis_that_knows_as_much_or_more_is_nothing_to_speak_of(
    stored: dict[str, int], known: dict[str, int]
) -> None:
    with heard("streams.memory_lost") as messages:
        compare(3, stored, known)
    assert not messages
