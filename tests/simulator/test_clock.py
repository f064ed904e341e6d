"""The clock tells stories side by side in the order of time."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from schemas import Event, SellerClosed
from simulator.clock import Story, tell


def closed(name: str) -> SellerClosed:
    return SellerClosed(event_id=name, event_time=datetime(2026, 1, 1, tzinfo=UTC), seller_id="s", by="seller")


def names(events: Iterator[Event]) -> list[str]:
    return [event.event_id for event in events]


def story(*steps: int | str) -> Story:
    for step in steps:
        yield closed(step) if isinstance(step, str) else step


def test_stories_are_merged_by_time_and_within_a_second_by_when_they_fell_asleep() -> None:
    assert names(tell([story(5, "b", 9, "d"), story(1, "a", 5, "c"), story(5, "b2")], 100)) == [
        "a",
        "b",
        "b2",
        "c",
        "d",
    ]


def test_a_story_that_begins_inside_another_goes_on_beside_it() -> None:
    def parent() -> Story:
        yield 3
        yield closed("parent")
        yield story("child at once", 8, "child later")
        yield 5
        yield closed("parent again")

    assert names(tell([parent()], 100)) == ["parent", "child at once", "parent again", "child later"]


def test_nothing_happens_after_the_end() -> None:
    assert names(tell([story(10, "last", 11, "too late")], 10)) == ["last"]


def test_waking_in_the_past_is_refused() -> None:
    with pytest.raises(ValueError, match="second 7 wants to wake at second 6"):
        list(tell([story(7, 6)], 100))
