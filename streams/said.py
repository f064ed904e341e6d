"""What was said of one partition's sellers: its records in the compacted topics, from their beginning to their end."""

from collections.abc import AsyncIterator
from typing import Final

from aiokafka.structs import TopicPartition

from schemas import topics
from streams.history import consumer_of
from streams.kafka_access import KafkaOptions

SAID: Final = (topics.ALERTS, topics.HOLDS, topics.STANDINGS)
POLL_MS: Final = 500


async def said_in(kafka: KafkaOptions, number: int) -> AsyncIterator[tuple[tuple[str, bytes], bytes | None]]:
    """((topic, key), value) of every record that is there now, those of one topic in their order."""
    lanes = [TopicPartition(topic.name, number) for topic in SAID]
    consumer = consumer_of(kafka)
    await consumer.start()
    try:
        consumer.assign(lanes)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(lanes)
        while any([await consumer.position(lane) < end for lane, end in ends.items()]):
            for lane, records in (await consumer.getmany(timeout_ms=POLL_MS)).items():
                for one in records:
                    yield (lane.topic, one.key or b""), one.value
    finally:
        await consumer.stop()
