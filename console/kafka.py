"""The console's edges on Kafka: one consumer without a group, one producer. Whatever fails is tried again."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from console.edges import Record, Take, Unsent
from schemas import topics, wire
from schemas.topics import Topic

log = logging.getLogger(__name__)

#: What is read from its beginning: it is the console's memory.
SPOKEN: Final = (
    topics.ALERTS,
    topics.HOLDS,
    topics.STANDINGS,
    topics.DEAD_LETTERS,
    topics.VERDICTS,
    topics.AUDIT,
)
#: What is read from some days ago on: it explains an alert.
TOLD: Final = tuple(topic for topic in topics.MARKETPLACE if topic is not topics.VERDICTS)

_RETRY_S: Final = 3.0
_POLL_MS: Final = 200
_RECORDS_AT_ONCE: Final = 500  # taken in between two looks at the pages' requests
_SEND_S: Final = 10.0
_DAY_MS: Final = 86_400_000


class KafkaFeed:
    """Every partition of the console's topics; positions are kept here, so that trouble loses and repeats nothing."""

    def __init__(
        self, kafka: Mapping[str, Any], history_days: float, why: Callable[[], str | None] = lambda: None
    ) -> None:
        """`kafka` are any client's arguments; `why` says why Kafka cannot be reached, where that can be told."""
        self._kafka = kafka
        self._why = why
        self._history_days = history_days
        self._positions: dict[TopicPartition, int] = {}
        self._behind: dict[TopicPartition, int] | None = None  # where each ended when the console started
        self._trouble = ""

    @property
    def is_caught_up(self) -> bool:
        """Whether everything that was there at the start has been handed over."""
        return self._behind is not None and not self._behind

    @property
    def trouble(self) -> str:
        """Why nothing new can be read now."""
        return self._trouble

    async def follow(self, take: Take) -> None:
        """Reads until it is cancelled; what fails is tried again after a moment."""
        while True:
            consumer = AIOKafkaConsumer(
                **self._kafka,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                max_partition_fetch_bytes=topics.MAX_MESSAGE_BYTES,
            )
            try:
                await consumer.start()
                await self._begin(consumer)
                self._trouble = ""
                await self._read(consumer, take)
            except (KafkaError, OSError) as error:
                said = str(error) if isinstance(error, _Missing) else await asyncio.to_thread(self._why)
                said = said or f"{type(error).__name__}; it is tried again"
                self._trouble = f"Kafka at {','.join(self._kafka['bootstrap_servers'])} cannot be read: {said}"
                log.warning("%s", self._trouble)
            finally:
                with contextlib.suppress(KafkaError, OSError):
                    await consumer.stop()
            await asyncio.sleep(_RETRY_S)

    async def _begin(self, consumer: Any) -> None:
        """Assigns every partition and goes to where it left off, or where the console begins."""
        partitions = await _partitions(self._kafka, (*SPOKEN, *TOLD))
        explaining = {topic.name for topic in TOLD}
        spoken = [one for one in partitions if one.topic not in explaining]
        told = [one for one in partitions if one.topic in explaining]
        consumer.assign([*spoken, *told])
        beginnings = await consumer.beginning_offsets([*spoken, *told])
        ends = await consumer.end_offsets([*spoken, *told])
        since_ms = int(time.time() * 1000 - self._history_days * _DAY_MS)
        recent = await consumer.offsets_for_times(dict.fromkeys(told, since_ms)) if told else {}
        for partition in (*spoken, *told):
            first = beginnings[partition]
            if partition in recent:
                found = recent[partition]
                first = found.offset if found is not None else ends[partition]
            at = max(self._positions.get(partition, first), beginnings[partition])
            self._positions[partition] = at
            consumer.seek(partition, at)
        if self._behind is None:
            self._behind = dict(ends)
            self._catch_up()

    async def _read(self, consumer: Any, take: Take) -> None:
        while True:
            fetched = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_RECORDS_AT_ONCE)
            for partition, records in fetched.items():
                for one in records:
                    take(
                        Record(
                            one.topic, one.key or b"", one.value, one.partition, one.offset, max(0, one.timestamp or 0)
                        )
                    )
                    self._positions[partition] = one.offset + 1
            if self._behind:
                # By position: compaction and markers leave gaps at the end.
                for partition in self._behind:
                    self._positions[partition] = max(self._positions[partition], await consumer.position(partition))
                self._catch_up()
            await asyncio.sleep(0)

    def _catch_up(self) -> None:
        behind = self._behind or {}
        self._behind = {one: end for one, end in behind.items() if self._positions[one] < end}


class KafkaSink:
    """Verdicts and audit entries, each to the partition of its key by Java's default partitioner (aiokafka's too)."""

    def __init__(self, kafka: Mapping[str, Any]) -> None:
        self._kafka = kafka
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def send(self, topic: Topic, key: str, word: msgspec.Struct) -> None:
        """Waits until the broker has it."""
        await self._send(topic.name, key.encode(), wire.encode(word))

    async def send_again(self, topic: str, partition: int, offset: int) -> None:
        """The whole record from where it was refused, to the same topic."""
        try:
            record = await asyncio.wait_for(self._fetch(topic, partition, offset), _SEND_S)
        except (KafkaError, OSError, TimeoutError) as error:
            raise Unsent(f"Kafka did not give the record back ({type(error).__name__}): try again later.") from error
        if record is None:
            raise Unsent("The record is no longer in its topic: its producer has to send it again.")
        await self._send(topic, record.key, record.value)

    async def close(self) -> None:
        """Sends what is on its way and gives the connection back."""
        if self._producer is not None:
            await self._producer.stop()

    async def _send(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        try:
            producer = await self._ready()
            await asyncio.wait_for(producer.send_and_wait(topic, value, key=key), _SEND_S)
        except (KafkaError, OSError, TimeoutError) as error:
            raise Unsent(f"Kafka did not confirm it ({type(error).__name__}): send it once more.") from error

    async def _ready(self) -> Any:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._kafka,
                    acks="all",
                    enable_idempotence=True,
                    max_request_size=topics.MAX_MESSAGE_BYTES,
                )
                await producer.start()
                self._producer = producer
            return self._producer

    async def _fetch(self, topic: str, partition: int, offset: int) -> Any:
        consumer = AIOKafkaConsumer(
            **self._kafka,
            enable_auto_commit=False,
            max_partition_fetch_bytes=topics.MAX_MESSAGE_BYTES,
        )
        await consumer.start()
        try:
            place = TopicPartition(topic, partition)
            consumer.assign([place])
            beginning, end = await consumer.beginning_offsets([place]), await consumer.end_offsets([place])
            if not beginning[place] <= offset < end[place]:
                return None
            consumer.seek(place, offset)
            record = await consumer.getone(place)
            return record if record.offset == offset else None
        finally:
            await consumer.stop()


class _Missing(KafkaError):  # type: ignore[misc]  # aiokafka's classes are untyped here
    """A topic that is not there; its text is one sentence."""


async def _partitions(kafka: Mapping[str, Any], wanted: Iterable[Topic]) -> list[TopicPartition]:
    """Every partition of these topics; `_Missing` where one is not there."""
    admin = AIOKafkaAdminClient(**kafka)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        names = [topic.name for topic in wanted]
        missing = [name for name in names if name not in there]
        if missing:
            mend = "run `assay topics create`, or allow this user to read them"
            raise _Missing(f"Kafka has no topic {', '.join(missing)}: {mend}.")
        described = await admin.describe_topics(names)
        return [TopicPartition(one["topic"], part["partition"]) for one in described for part in one["partitions"]]
    finally:
        await admin.close()
