"""A decision that the broker finds too large lies in the dead letters, and what comes after it arrives."""

import asyncio
import base64
import json

import pytest
from kafka.admin import KafkaAdminClient, NewTopic

from schemas import topics
from streams.outbox import KafkaOutbox
from streams.store import Line
from tests.conftest import Stack
from tests.guarantees.lines import read_topic

pytestmark = pytest.mark.stack
MOST_BYTES = 2_000


@pytest.fixture
def bootstrap(no_topics: Stack) -> str:
    """A broker that takes no alert beyond `MOST_BYTES`."""
    small = {**topics.ALERTS.configuration(), "max.message.bytes": str(MOST_BYTES)}
    made = [NewTopic(topics.ALERTS.name, 2, 1, topic_configs=small), NewTopic(topics.DEAD_LETTERS.name, 2, 1)]
    with KafkaAdminClient(bootstrap_servers=no_topics.kafka_bootstrap) as admin:
        admin.create_topics(made)
    return no_topics.kafka_bootstrap


def alert(key: str, length: int) -> Line:
    return Line(topics.ALERTS.name, key.encode(), key.encode() * (length // len(key)), True)


def test_a_line_that_is_too_large_is_a_dead_letter_and_the_others_arrive_in_order(bootstrap: str) -> None:
    lines = [alert("one", 900), alert("two", 900), alert("large", 5_000), alert("three", 900)]

    async def publish() -> None:
        outbox = KafkaOutbox({"bootstrap_servers": bootstrap}, linger_ms=50)
        await outbox.publish(1, lines)
        await outbox.publish(1, [alert("four", 900)])
        await outbox.close()

    asyncio.run(publish())
    arrived = asyncio.run(read_topic(bootstrap, topics.ALERTS.name, 2))
    assert [line.key for line in arrived][-4:] == [b"one", b"two", b"three", b"four"]
    (letter,) = asyncio.run(read_topic(bootstrap, topics.DEAD_LETTERS.name, 2))
    told = json.loads(letter.value or b"")
    assert (told["reason"], told["topic"], told["partition"], told["key"]) == (
        "too_large",
        topics.ALERTS.name,
        1,
        "large",
    )
    assert base64.b64decode(told["value"]) == lines[2].value
    assert "max.message.bytes" in told["error"]
