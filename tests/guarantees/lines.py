"""What lies on an output topic."""

from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition


class Line(NamedTuple):
    """A published record."""

    partition: int
    key: bytes
    value: bytes | None


async def read_topic(bootstrap: str, topic: str, partitions: int) -> list[Line]:
    """All of it up to its ends of this moment, partition by partition."""
    lanes = [TopicPartition(topic, number) for number in range(partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(lanes)
        ends = await consumer.end_offsets(lanes)
        found: dict[TopicPartition, list[Line]] = {lane: [] for lane in lanes}
        while [lane for lane in lanes if await consumer.position(lane) < ends[lane]]:
            for lane, records in (await consumer.getmany(timeout_ms=200)).items():
                found[lane] += [Line(lane.partition, record.key, record.value) for record in records]
        return [line for lane in lanes for line in found[lane]]
    finally:
        await consumer.stop()
