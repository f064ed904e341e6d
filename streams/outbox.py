"""Published until acknowledged: to Kafka, to files, or in process."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from detectors.judged import Tombstone
from schemas import Alert, Hold, SellerStanding, topics, wire
from schemas.fields import SECOND_US, to_time
from streams.kafka_access import KafkaOptions
from streams.spread import Spread
from streams.store import Line

LOGGER = logging.getLogger(__name__)
TOO_LARGE: Final = (MessageSizeTooLargeError, RecordListTooLargeError)
NOWHERE: Final = -1  # the offset of a line that the broker did not take
LATENCY_S: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 30.0, 300.0)


class Outbox(Protocol):
    """Where decisions go."""

    async def publish(self, partition: int, lines: Sequence[Line]) -> None:
        """Returns when every line has arrived, in order; raises when that is not known."""


def line_of(word: Alert | Hold | SellerStanding | Tombstone, since_ms: int = 0) -> Line:
    """A decision as a record of its topic; `since_ms` as in `Line`."""
    if isinstance(word, Alert):
        is_last = word.status == "withdrawn" and word.subject_kind != "system"  # whose one key is opened again
        return Line(topics.ALERTS.name, word.alert_id.encode(), wire.encode(word), True, since_ms, is_last)
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


def letter_of_line(line: Line, partition: int, at_us: int) -> Line:
    """The dead letter of a decision that the broker refused as too large; its key has the line's own for an offset."""
    refused = wire.Refused("too_large", "the broker refused this line: raise max.message.bytes of its topic")
    letter = letter_of(refused, line.topic, partition, NOWHERE, line.key, line.value, at_us)
    return letter._replace(key=f"{line.topic}:{partition}:".encode() + line.key)


def _raise_first(troubles: Sequence[BaseException]) -> None:
    for trouble in troubles:
        raise trouble


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
        self._ending: asyncio.Task[None] | None = None

    async def publish(self, partition: int, lines: Sequence[Line]) -> None:
        """Waits for the broker's acknowledgement of every line; those that it finds too large become dead letters."""
        troubles = await self._send(partition, lines)
        if not any(isinstance(trouble, TOO_LARGE) for trouble in troubles):
            _raise_first(troubles)
            return
        # The broker refuses a whole batch, and what was sent after it may have arrived: all of them again, in order.
        for line in lines:
            await self._send_alone(partition, line)

    async def _send_alone(self, partition: int, line: Line) -> None:
        troubles = await self._send(partition, [line])
        if any(isinstance(trouble, TOO_LARGE) for trouble in troubles):
            letter = letter_of_line(line, partition, int(time.time() * SECOND_US))
            troubles = await self._send(partition, [letter])
            if not troubles:
                LOGGER.error(
                    "Kafka refused a line of %d bytes as too large, it lies in %s: raise max.message.bytes of %s to %d",
                    len(line.value or b""),
                    letter.topic,
                    line.topic,
                    topics.MAX_MESSAGE_BYTES,
                )
        _raise_first(troubles)

    async def _send(self, partition: int, lines: Sequence[Line]) -> list[BaseException]:
        """What went wrong; nothing is on its way any more when it returns."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        starting = self._starting
        try:
            producer = await starting
        except KafkaError:
            self._starting = None
            raise
        sent, troubles = [], list[BaseException]()
        for line in lines:
            try:
                sent.append(await producer.send(line.topic, line.value, line.key, partition))
            except KafkaError as error:  # the client's own limit
                troubles.append(error)
        outcomes = await asyncio.gather(*sent, return_exceptions=True)
        troubles += [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        if troubles and self._starting is starting:
            # An idempotent producer numbers its batches: after one that failed the broker takes none from it.
            self._starting = None
            self._ending = asyncio.create_task(producer.stop())
        return troubles

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
