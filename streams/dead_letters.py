"""The dead letters read back: kafka-python, blocking, outside the hop.

kafka-python decodes neither lz4, snappy nor zstd, so it reads assay's own topics only.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import kafka
import msgspec
from kafka.errors import KafkaError, UnsupportedCodecError

from schemas import topics
from schemas.outputs import DeadLetter
from streams.kafka_access import kafka_access
from streams.settings import Settings
from streams.upkeep import BOOTSTRAP_MS, UpkeepError, refused, unreachable

NAME: Final = topics.DEAD_LETTERS.name
POLL_MS: Final = 500


@dataclass(frozen=True, slots=True)
class StoredDeadLetter:
    """A dead letter and its own position in `assay.dead-letters.v1`."""

    partition: int
    offset: int
    letter: DeadLetter

    @property
    def position(self) -> str:
        """What `assay dead-letters show` takes."""
        return f"{self.partition}:{self.offset}"


def read_dead_letters(
    settings: Settings,
    *,
    reason: str | None = None,
    topic: str | None = None,
    limit: int | None = None,
) -> list[StoredDeadLetter]:
    """The newest `limit` (None: all) dead letters with that reason and from that topic, oldest first.

    Order is by their time, then position. A line that is no dead letter is an `UpkeepError`.
    """
    wanted = (
        stored
        for stored in _dead_letters(settings)
        if (reason is None or stored.letter.reason == reason) and (topic is None or stored.letter.topic == topic)
    )
    if limit is None:
        return sorted(wanted, key=_age)
    return heapq.nlargest(limit, wanted, key=_age)[::-1]


def read_dead_letter(settings: Settings, partition: int, offset: int) -> StoredDeadLetter:
    """The dead letter at that position of `assay.dead-letters.v1`; `UpkeepError` where there is none."""
    stored = next(_dead_letters(settings, (partition, offset)), None)
    if stored is None or stored.offset != offset:
        known = "`assay dead-letters list` shows what there is"
        raise UpkeepError(f"{NAME} has no record at {partition}:{offset}; {known}.")
    return stored


def _age(stored: StoredDeadLetter) -> tuple[datetime, int, int]:
    return stored.letter.at, stored.partition, stored.offset


def _dead_letters(settings: Settings, only: tuple[int, int] | None = None) -> Iterator[StoredDeadLetter]:
    """All of them up to the ends of this moment, or those of one partition from one offset on."""
    decode = msgspec.json.Decoder(DeadLetter).decode
    for record in _records_until_now(settings, NAME, only):
        try:
            yield StoredDeadLetter(record.partition, record.offset, decode(record.value or b""))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            where = f"{NAME} {record.partition}:{record.offset}"
            raise UpkeepError(f"{where} is no dead letter ({error}): only assay may write that topic.") from None


def _records_until_now(settings: Settings, name: str, only: tuple[int, int] | None) -> Iterator[Any]:
    """The records below the end offsets of this moment; kafka-python's errors as one sentence."""
    options = kafka_access(settings).options
    try:
        consumer = kafka.KafkaConsumer(
            **options,
            bootstrap_timeout_ms=BOOTSTRAP_MS,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
        )
    except (KafkaError, OSError) as error:
        raise unreachable(settings, error) from None
    try:
        numbers = consumer.partitions_for_topic(name)
        if not numbers:
            raise UpkeepError(f"Kafka has no topic {name}: run `assay topics create`.")
        partitions = [kafka.TopicPartition(name, number) for number in numbers if only is None or number == only[0]]
        if partitions:
            yield from _read(consumer, partitions, 0 if only is None else only[1])
    except UnsupportedCodecError:
        raise UpkeepError(f"{name} holds compressed records, and assay writes none: only assay may write it.") from None
    except (KafkaError, OSError) as error:
        raise refused(settings, error) from None
    finally:
        consumer.close()


def _read(consumer: Any, partitions: list[Any], first_offset: int) -> Iterator[Any]:
    ends = consumer.end_offsets(partitions)
    consumer.assign(partitions)
    for partition, begin in consumer.beginning_offsets(partitions).items():
        consumer.seek(partition, max(begin, first_offset))
    waiting = [partition for partition in partitions if consumer.position(partition) < ends[partition]]
    while waiting:
        for partition, records in consumer.poll(timeout_ms=POLL_MS).items():
            yield from (record for record in records if record.offset < ends[partition])
        # By position, not by the last record: transaction markers and compaction leave gaps at the end.
        waiting = [partition for partition in waiting if consumer.position(partition) < ends[partition]]
