"""A refund's deadline: once, at its time and not before, whatever clocks, idle topics, backlogs and restarts do.

Turned red by: an end that counts as confirmed up to now, not up to the last fetch; an end that need not be reached;
no allowed lateness; a horizon that is taken for the end of all deadlines; a deadline that stays when it has fired.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

import schemas
from detectors.detector import DeadlineReached
from detectors.judged import Judged
from detectors.policy import make_policy
from detectors.reference import Reference
from schemas import topics
from schemas.fields import SECOND_US, to_us
from streams.deadlines import HEAD, deadline_id
from streams.hop import Hop, HopTerms
from streams.memory_store import MemoryStore
from streams.outbox import ProcessOutbox
from streams.settings import read_policy
from streams.store import PartitionCommit
from streams.surroundings import Surroundings
from tests.guarantees.live_room import LATENESS_US, Room
from tests.story import at, event, refund, sold_and_back

LATENESS = timedelta(microseconds=LATENESS_US)
HOUR = timedelta(hours=1)
BACK = at(4)  # when the parcel of `sold_and_back` sent at New Year is back
DUE = BACK + 96 * HOUR
OTHERS = [topic.name for topic in topics.MARKETPLACE if topic is not topics.RETURNS]


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    """The parcel is back and everything is read; it is one hour later."""
    return Room(monkeypatch, BACK + HOUR)


async def parcel_is_back(room: Room) -> None:
    room.send(*sold_and_back("shop", 1, at(0)))
    await room.start()
    await room.fetch()


def hours_until(when: datetime, room: Room) -> float:
    return (to_us(when) - room.wall_us) / SECOND_US / 3600


def a_message(when: datetime) -> schemas.Event:
    said: schemas.Event = event(
        schemas.MessageSent, when, "shop", conversation_id="c", sender="seller", text="好的，稍后处理"
    )
    return said


def test_on_an_idle_partition_it_fires_once_by_the_wall_clock_when_its_end_is_confirmed(room: Room) -> None:
    async def story() -> None:
        await parcel_is_back(room)
        await room.wait(hours_until(DUE + LATENESS, room))
        await room.fetch()
        assert room.alerts() == [], "the lateness is not quite over"
        await room.wait(1 / 3600)
        assert room.alerts() == [], "what the broker said a second ago does not speak for now"
        await room.fetch()
        assert room.alerts() == [("opened", DUE)]
        for _ in range(3):
            await room.wait(24)
            await room.fetch()
        assert [status for status, _ in room.alerts()].count("opened") == 1

    room.run(story())


def test_a_returns_topic_an_hour_behind_lets_nothing_fire_early(room: Room) -> None:
    """The refund was paid in time and lies in the topic, behind others; the other topics are up to date."""

    async def story() -> None:
        await parcel_is_back(room)
        room.send(*(refund(DUE - 2 * HOUR, "another", number) for number in range(5)), refund(DUE - HOUR, "shop", 1))
        room.send(a_message(DUE + HOUR))
        await room.wait(hours_until(DUE + HOUR + LATENESS, room))
        await room.fetch(*OTHERS)
        await room.fetch(topics.RETURNS.name, most=3)
        assert room.alerts() == [], "it has not been read to its end"
        await room.fetch(*OTHERS)
        assert room.alerts() == []
        await room.fetch(topics.RETURNS.name, most=10)
        await room.wait(100)
        await room.fetch()
        assert room.alerts() == []

    room.run(story())


def test_when_the_topic_that_was_behind_has_no_refund_either_it_fires_then(room: Room) -> None:
    async def story() -> None:
        await parcel_is_back(room)
        room.send(*(refund(DUE - 2 * HOUR, "another", number) for number in range(5)), a_message(DUE + HOUR))
        await room.wait(hours_until(DUE + HOUR + 2 * LATENESS, room))
        await room.fetch(*OTHERS)
        await room.fetch(topics.RETURNS.name, most=3)
        assert room.alerts() == []
        await room.fetch(topics.RETURNS.name)
        assert room.alerts()[0] == ("opened", DUE)

    room.run(story())


@pytest.mark.parametrize("is_paid", [True, False])
def test_after_the_clock_has_jumped_forward_it_waits_until_every_topic_was_fetched(room: Room, is_paid: bool) -> None:
    """As after a sleep: the refund came while nobody listened."""

    async def story() -> None:
        await parcel_is_back(room)
        await room.jump(24 * 30)
        assert room.alerts() == []
        if is_paid:
            room.send(refund(DUE - HOUR, "shop", 1))
        await room.fetch(*OTHERS)
        assert room.alerts() == [], "nobody knows yet what lies in the returns"
        await room.fetch(topics.RETURNS.name)
        assert room.alerts()[:1] == ([] if is_paid else [("opened", DUE)])

    room.run(story())


def test_a_clock_that_was_ahead_and_is_set_back_fires_nothing_before_its_time(room: Room) -> None:
    async def story() -> None:
        await parcel_is_back(room)
        await room.wait(48)
        await room.fetch()
        await room.jump(-24)
        await room.fetch()
        await room.wait(hours_until(DUE, room))
        await room.fetch()
        assert room.alerts() == []
        await room.wait(hours_until(DUE + LATENESS, room) + 1 / 3600)
        await room.fetch()
        assert room.alerts() == [("opened", DUE)]

    room.run(story())


def test_a_refund_that_comes_after_it_has_fired_withdraws_the_alert(room: Room) -> None:
    async def story() -> None:
        await parcel_is_back(room)
        await room.wait(hours_until(DUE + HOUR, room))
        await room.fetch()
        room.send(refund(DUE - HOUR, "shop", 1))
        await room.fetch()
        assert [status for status, _ in room.alerts()] == ["opened", "withdrawn"]

    room.run(story())


def test_a_worker_that_starts_after_it_was_due_fires_it_once_and_the_next_one_not_again(room: Room) -> None:
    async def story() -> None:
        await parcel_is_back(room)
        await room.wait(hours_until(DUE + HOUR, room))
        await room.start()
        assert room.alerts() == [], "a new owner knows nothing before it has fetched"
        await room.fetch()
        assert room.alerts() == [("opened", DUE)]
        await room.start()
        await room.wait(24)
        await room.fetch()
        assert room.alerts() == [("opened", DUE)]

    room.run(story())


# ---- many at once


class Listed:
    """Takes the judge's place: notes what falls due."""

    def __init__(self) -> None:
        self.policy = make_policy(read_policy(None))
        self.reached: list[tuple[int, str]] = []

    def judge(self, state: Any, cause: Any, *_: Any) -> Judged:
        assert isinstance(cause, DeadlineReached)
        self.reached.append((cause.due_us, deadline_id(state.seller_id, cause.kind, cause.subject_id)))
        return Judged()


def fired(due: Sequence[tuple[int, str]], until_us: int) -> list[tuple[int, str]]:
    """What a hop fires that opens a store with these deadlines in it."""

    async def told() -> list[tuple[int, str]]:
        store, judge = MemoryStore(), Listed()
        around = Surroundings(Reference(), fresh_us=None)
        hop = Hop(judge, store, ProcessOutbox(lambda _: None), around, HopTerms(by_events=True), clock=lambda: 0)  # type: ignore[arg-type]
        commit = PartitionCommit(0, (await store.open(0)).epoch)
        commit.deadlines = {stored_id: due_us for due_us, stored_id in due}
        await store.commit([commit])
        partition = await hop.open(0, [""])
        await hop.finish(partition, until_us)
        assert not await store.next_due(0, 10)
        return judge.reached

    return asyncio.run(told())


@pytest.mark.parametrize("apart_us", [0, 1], ids=["in one second", "one after the other"])
def test_more_than_are_kept_in_memory_fall_due_by_time_and_id_and_none_is_lost(apart_us: int) -> None:
    count, first_us = HEAD + 5_000, to_us(at(4))
    due = [
        (first_us + apart_us * (number // 100), deadline_id(f"s{number * 7919 % 1000}", "order", f"O{number}"))
        for number in range(count)
    ]
    assert fired(due, first_us + SECOND_US) == sorted(due)
