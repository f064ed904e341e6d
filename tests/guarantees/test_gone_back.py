"""A store that was set back, or emptied, while its partition was idle: nothing is judged that would notice.

Turned red by: no look at the epoch beside the re-emission (all); `streams.memory_lost.compare` left out (first, last);
`is_behind` always false (the one of the key).
"""

from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

import schemas
from schemas import topics
from streams import live
from streams.memory_lost import StateLostError
from tests.guarantees.live_room import Room
from tests.heard import heard

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
LOOKED_HOURS = 0.01  # longer than a worker leaves a partition alone


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.setattr(live, "SECOND_LOOK_S", 0.0)
    return Room(monkeypatch, START)


def sign(number: int) -> schemas.Event:
    when = START - timedelta(hours=2) + timedelta(minutes=number)
    return schemas.SellerActive(event_id=f"e{number}", event_time=when, seller_id="shop", activity="reply")


def test_what_a_set_back_store_has_forgotten_is_judged_again(room: Room) -> None:
    async def story() -> None:
        await room.start()
        room.send(sign(1))
        await room.fetch()
        older = deepcopy(room.store.partitions)
        room.send(sign(2), sign(3))
        await room.fetch()
        newest = deepcopy(room.store.partitions[0].sellers)
        room.store.partitions = older
        await room.wait(LOOKED_HOURS)
        assert room.store.partitions[0].sellers != newest
        await room.fetch()
        assert room.store.partitions[0].sellers == newest
        assert room.store.partitions[0].offsets[topics.SELLERS.name] == 3

    with heard("streams.memory_lost") as messages:
        room.run(story())
    assert messages == [
        "Redis has gone back in time: 2 events of partition 0 that were judged before are judged again"
        f" ({topics.SELLERS.name} from 1 to 3)"
    ]


def test_a_key_that_a_set_back_store_has_not_heard_of_yet_is_not_deleted(room: Room) -> None:
    """A fenced worker reports what it sent; a tombstone in its place would let go of a hold that stands."""
    sent = [(topics.HOLDS.name, b"listing:l")]

    async def story() -> None:
        await room.start()
        room.send(sign(1))
        await room.fetch()
        older = deepcopy(room.store.partitions)
        room.send(sign(2))
        await room.fetch()
        room.store.partitions = older
        await room.store.reemit(0, sent)
        await room.wait(LOOKED_HOURS)
        assert not await room.store.to_reemit(0)
        assert not room.lines
        await room.fetch()
        await room.store.reemit(0, sent)
        await room.wait(LOOKED_HOURS)
        assert [(line.topic, line.key, line.value) for line in room.lines] == [(*sent[0], None)]

    room.run(story())


def test_an_emptied_store_ends_the_worker(room: Room) -> None:
    async def story() -> None:
        await room.start()
        room.send(sign(1), sign(2))
        await room.fetch()
        room.store.partitions.clear()
        await room.wait(LOOKED_HOURS)

    with pytest.raises(AssertionError) as ended:
        room.run(story())
    assert isinstance(ended.value.__cause__, StateLostError)
