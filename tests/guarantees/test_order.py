"""A topic that was never read before counts as read to its end only when its records have come.

Turned red by: the position of what was handed over taken for what was read.
"""

from datetime import UTC, datetime, timedelta

import pytest

import schemas
from detectors.records import Core, decode
from schemas import topics
from tests.guarantees.live_room import Room

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_what_is_on_its_way_from_a_new_topic_is_judged_before_what_came_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hop looks around between the moment when a poll is handed over and the moment when it gets it."""
    room = Room(monkeypatch, START)
    asked = {"conversation_id": "c", "sender": "buyer", "text": "Is it still there?"}
    first = schemas.MessageSent(event_id="first", event_time=START - timedelta(hours=3), seller_id="shop", **asked)
    second = schemas.SellerActive(
        event_id="second", event_time=START - timedelta(hours=2), seller_id="shop", activity="reply"
    )
    judged: list[int] = []

    async def story() -> None:
        await room.start()
        room.send(first, second)
        await room.fetch(topics.SELLERS.name)
        on_its_way = room.hand_over(*[topic.name for topic in topics.MARKETPLACE if topic is not topics.SELLERS])
        await room.tick()
        judged.append(len(room.store.partitions[0].sellers))
        await room.live.polled(on_its_way)
        await room.tick()
        judged.append(decode(Core, room.store.partitions[0].sellers["shop"].core or b"").sequence)

    room.run(story())
    assert judged == [0, 2]
