"""Published until acknowledged: to Kafka, to files, or in process."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from detectors.judged import Tombstone
from schemas import Alert, Hold, SellerStanding, topics, wire
from schemas.fields import to_time
from streams.kafka_access import KafkaOptions
from streams.spread import Spread
from streams.store import Line

LATENCY_S: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 30.0, 300.0)


class Outbox(Protocol):
    """Where decisions go."""

    async def publish(self, partition: int, lines: Sequence[Line]) -> None:
        """Returns when every line has arrived, in order; raises when that is not known."""


def line_of(word: Alert | Hold | SellerStanding | Tombstone, since_ms: int = 0) -> Line:
    """A decision as a record of its topic; `since_ms` as in `Line`."""
    if isinstance(word, Alert):
        return Line(topics.ALERTS.name, word.alert_id.encode(), wire.encode(word), True, since_ms)
    if isinstance(word, Hold):
        return Line(topics.HOLDS.name, _hold_key(word.scope, word.subject_id), wire.encode(word), True, since_ms)
    if isinstance(word, Tombstone):
        return Line(topics.HOLDS.name, _hold_key(word.scope, word.subject_id), None, True)
    return Line(topics.STANDINGS.name, word.seller_id.encode(), wire.encode(word), True)


def letter_of(
    refused: wire.Refused, topic: str, partition: int, offset: int, key: bytes | None, value: bytes | None, at_us: int
) -> Line:
    """The dead letter of a record that was refused, as a line of its topic."""
    letter = wire.dead_letter(
        refused, topic=topic, partition=partition, offset=offset, key=key, value=value, at=to_time(at_us)
    )
    return Line(topics.DEAD_LETTERS.name, f"{topic}:{partition}:{offset}".encode(), wire.encode(letter), False)


def _hold_key(scope: str, subject_id: str) -> bytes:
    return f"{scope}:{subject_id}".encode()


class KafkaOutbox:
    """Each line to the partition of its seller's number, so that a key never changes partition.

    The producer belongs to the event loop that publishes first.
    """

    def __init__(self, kafka: KafkaOptions, linger_ms: int) -> None:
        self._kafka = kafka
        self._linger_ms = linger_ms
        self._starting: asyncio.Task[AIOKafkaProducer] | None = None

    async def publish(self, partition: int, lines: Sequence[Line]) -> None:
        """Waits for the broker's acknowledgement of every line."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        try:
            producer = await self._starting
        except KafkaError:
            self._starting = None
            raise
        sent = [await producer.send(line.topic, line.value, line.key, partition) for line in lines]
        for acknowledged in sent:
            await acknowledged

    async def close(self) -> None:
        """Sends what is on its way and gives the connection back."""
        if self._starting is not None:
            try:
                producer = await self._starting
            except KafkaError:
                return
            await producer.stop()

    async def _start(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **self._kafka,
            acks="all",
            enable_idempotence=True,
            linger_ms=self._linger_ms,
            max_request_size=topics.MAX_MESSAGE_BYTES,
        )
        await producer.start()
        return producer


class FileOutbox:
    """One file a topic, one line a record; tombstones are the topic's business and are left out."""

    FILES: Final[Mapping[str, str]] = {
        topics.ALERTS.name: "alerts.jsonl",
        topics.HOLDS.name: "holds.jsonl",
        topics.STANDINGS.name: "sellers.jsonl",
        topics.DEAD_LETTERS.name: "dead-letters.jsonl",
    }

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, IO[bytes]] = {topic: (folder / name).open("wb") for topic, name in self.FILES.items()}

    async def publish(self, partition: int, lines: Sequence[Line]) -> None:
        """Appends the lines."""
        for line in lines:
            if line.value is not None:
                self._files[line.topic].write(line.value + b"\n")

    def close(self) -> None:
        """Flushes and closes the files."""
        for file in self._files.values():
            file.close()


class ProcessOutbox:
    """Hands every line to a function of this process."""

    def __init__(self, take: Callable[[Line], Any]) -> None:
        self._take = take

    async def publish(self, partition: int, lines: Sequence[Line]) -> None:
        """Calls it line by line."""
        for line in lines:
            self._take(line)


class CountedOutbox:
    """Another outbox, with what it has published: `lines` by topic, and how old their causes were by then, in seconds.

    The age is that of the record that led to an alert or a hold, by the broker's time for it and this machine's now.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.lines: Counter[str] = Counter()
        self.latency = {topic.name: Spread(LATENCY_S) for topic in (topics.ALERTS, topics.HOLDS)}

    async def publish(self, partition: int, lines: Sequence[Line]) -> None:
        """Publishes, then counts."""
        await self._outbox.publish(partition, lines)
        now_ms = time.time() * 1_000
        self.lines.update([line.topic for line in lines])
        for line in lines:
            if line.since_ms:
                self.latency[line.topic].add(max(0.0, (now_ms - line.since_ms) / 1_000))
