"""Whether producers put a seller's events where assay looks for them, judged by the newest records themselves.

Read through aiokafka, which decodes whatever compression a marketplace's producers chose.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas import topics
from streams.kafka_access import kafka_access
from streams.settings import Settings
from streams.upkeep import UpkeepError, said_by

RECORDS_PER_PARTITION: Final = 50
SAMPLE_SECONDS: Final = 15.0
REQUEST_MS: Final = 10_000


class _Owner(msgspec.Struct):
    seller_id: str


@dataclass(frozen=True, slots=True)
class Sample:
    """What the newest records of one topic show; counts of records, each counted under its first fault."""

    topic: str
    records: int = 0
    without_key: int = 0
    elsewhere: int = 0
    other_key: int = 0


def sample_marketplace(settings: Settings, partitions: dict[str, int]) -> list[Sample]:
    """The newest records of the marketplace topics, looked at; `partitions` has each topic's number of partitions.

    Raises `UpkeepError` where Kafka refuses, or answers too slowly.
    """
    try:
        return asyncio.run(asyncio.wait_for(_sample(settings, partitions), SAMPLE_SECONDS))
    except TimeoutError:
        raise UpkeepError(
            f"Kafka took more than {SAMPLE_SECONDS:.0f} s to show its newest records: try again."
        ) from None
    except (KafkaError, OSError) as error:
        raise UpkeepError(f"The newest records could not be read: {said_by(error)}.") from None


async def _sample(settings: Settings, partitions: dict[str, int]) -> list[Sample]:
    consumer = AIOKafkaConsumer(
        **kafka_access(settings).options, enable_auto_commit=False, request_timeout_ms=REQUEST_MS
    )
    await consumer.start()
    samples = {name: Sample(name) for name in partitions}
    try:
        assigned = [TopicPartition(name, number) for name, count in partitions.items() for number in range(count)]
        consumer.assign(assigned)
        begins, ends = await consumer.beginning_offsets(assigned), await consumer.end_offsets(assigned)
        for partition in assigned:
            consumer.seek(partition, max(begins[partition], ends[partition] - RECORDS_PER_PARTITION))
        unread = {partition for partition in assigned if begins[partition] < ends[partition]}
        while unread:
            fetched = await consumer.getmany(*unread, timeout_ms=500)
            for (name, number), records in fetched.items():
                for record in records:
                    samples[name] = _looked_at(samples[name], record.key, record.value, number, partitions[name])
            unread = {partition for partition in unread if await consumer.position(partition) < ends[partition]}
    finally:
        await consumer.stop()
    return list(samples.values())


def _looked_at(sample: Sample, key: bytes | None, value: bytes | None, partition: int, partitions: int) -> Sample:
    sample = replace(sample, records=sample.records + 1)
    if key is None:
        return replace(sample, without_key=sample.without_key + 1)
    if topics.partition_of(key, partitions) != partition:
        return replace(sample, elsewhere=sample.elsewhere + 1)
    try:
        seller_id = msgspec.json.decode(value or b"", type=_Owner).seller_id
    except (msgspec.DecodeError, UnicodeDecodeError):
        return sample  # what cannot be read is the dead letters' business
    return sample if key == seller_id.encode() else replace(sample, other_key=sample.other_key + 1)
