"""The events that Kafka still has, of all partitions, through one hop: none of them far ahead of the others.

Prices cross partitions, and a market knows the newest of each seller alone. So all partitions judge an hour of events
before any begins the next.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from schemas import topics
from schemas.fields import HOUR_US
from streams.hop import Hop, HopTerms
from streams.kafka_access import KafkaOptions
from streams.meta import INPUTS
from streams.partition import Item, Lane, Partition
from streams.polls import TP, Record

POLL_MS: Final = 500
AHEAD_MOST: Final = 2_000  # records of one topic-partition that are read and wait for their hour


class Span(NamedTuple):
    """What is read of one topic-partition: from `begins`, or from where an interrupted rebuild came, up to `ends`."""

    begins: int
    ends: int


def consumer_of(kafka: KafkaOptions) -> AIOKafkaConsumer:
    """Not started, of no group."""
    return AIOKafkaConsumer(
        **kafka,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=topics.MAX_MESSAGE_BYTES,
    )


class History:
    """Judges `spans` with this hop; `tell` hears how far it is."""

    def __init__(self, hop: Hop, kafka: KafkaOptions, spans: Mapping[TP, Span], tell: Callable[[str], None]) -> None:
        self._hop = hop
        self._kafka = kafka
        self._spans = spans
        self._tell = tell
        self._partitions: dict[int, Partition] = {}
        self._ahead: dict[TP, deque[Item]] = {tp: deque() for tp in spans}
        self._read_to: dict[TP, int] = {}

    async def judge(self) -> int:
        """All of it; how many records that were."""
        hop, judged = self._hop, 0
        for number in sorted({tp.partition for tp in self._spans}):
            self._partitions[number] = await hop.open(number, INPUTS)
        partitions = list(self._partitions.values())
        consumer = consumer_of(self._kafka)
        await consumer.start()
        try:
            self._seek(consumer)
            while await self._next_hour(consumer):
                while any(partition.is_waiting for partition in partitions):
                    judged += await hop.step(partitions)
                self._tell(f"{judged:,} events judged")
        finally:
            await consumer.stop()
        while any(_is_due(partition, hop.terms) for partition in partitions):
            await hop.step(partitions)
        await hop.publisher.wait(partitions)
        for partition in partitions:
            await hop.publisher.tidy(partition)
        await hop.lives.end(partitions)
        return judged

    def _lanes(self) -> Iterator[tuple[TP, Lane]]:
        for tp in self._spans:
            yield tp, self._partitions[tp.partition].lanes[tp.topic]

    def _seek(self, consumer: Any) -> None:
        """To where each log begins, or to where an interrupted rebuild came."""
        consumer.assign([TopicPartition(*tp) for tp in self._spans])
        for tp, lane in self._lanes():
            self._read_to[tp] = self._spans[tp].begins if lane.read_to is None else lane.read_to
            consumer.seek(TopicPartition(*tp), self._read_to[tp])
            lane.ended_us = 1  # what is given to a lane is all there is of its hour

    async def _next_hour(self, consumer: Any) -> bool:
        """Gives the lanes what is not much later than the first of all; False where nothing is left."""
        while any(not ahead and self._read_to[tp] < self._spans[tp].ends for tp, ahead in self._ahead.items()):
            await self._read(consumer)
        heads = [ahead[0].time_us for ahead in self._ahead.values() if ahead]
        until_us = min(heads, default=0) + HOUR_US
        for tp, lane in self._lanes():
            ahead = self._ahead[tp]
            while ahead and ahead[0].time_us <= until_us:
                lane.items.append(ahead.popleft())
            at = ahead[0].record.offset if ahead else self._read_to[tp]
            lane.read_to = at or None  # a topic that never held anything has no offset
        return bool(heads)

    async def _read(self, consumer: Any) -> None:
        full = [
            TopicPartition(*tp) for tp, ahead in self._ahead.items() if len(ahead) >= AHEAD_MOST or self._is_read(tp)
        ]
        consumer.resume(*consumer.paused())
        consumer.pause(*full)
        polled = await consumer.getmany(timeout_ms=POLL_MS, max_records=AHEAD_MOST)
        for tp, lane in self._lanes():
            if not self._is_read(tp):
                self._decode(tp, lane, polled.get(TopicPartition(*tp), ()))
                # By position, not by the last record: markers and compaction leave gaps at the end.
                self._read_to[tp] = min(await consumer.position(TopicPartition(*tp)), self._spans[tp].ends)

    def _is_read(self, tp: TP) -> bool:
        return self._read_to[tp] >= self._spans[tp].ends

    def _decode(self, tp: TP, lane: Lane, records: Sequence[Record]) -> None:
        within = [record for record in records if record.offset < self._spans[tp].ends]
        self._hop.decode(self._partitions[tp.partition], within)
        self._ahead[tp].extend(lane.items)
        lane.items.clear()


def _is_due(partition: Partition, terms: HopTerms) -> bool:
    """Whether anything falls due now that all its events have been judged."""
    watermark_us = partition.idle_watermark(terms.lateness_us, terms.by_events)
    return partition.deadlines.is_due(watermark_us) or watermark_us >= partition.books.days.ends_us
