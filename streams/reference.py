"""Products and brands, followed: read to the end before the first event is judged, then as they change.

What cannot be read is left out and becomes a dead letter. Every worker reads it; the owner of partition 0 publishes it,
once each time it starts.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from detectors.reference import Reference
from schemas import Brand, Product, topics, wire
from streams.kafka_access import KafkaOptions
from streams.outbox import Outbox, letter_of
from streams.store import Line

LOGGER = logging.getLogger(__name__)
POLL_MS: Final = 500
FETCH_BYTES: Final = topics.MAX_MESSAGE_BYTES
_KIND: Final[dict[str, type[Product] | type[Brand]]] = {topics.PRODUCTS.name: Product, topics.BRANDS.name: Brand}


class ReferenceTopics:
    """Keeps a `Reference` as the two compacted topics have it."""

    def __init__(self, kafka: KafkaOptions, reference: Reference) -> None:
        self._kafka = kafka
        self.reference = reference
        self._refused: list[Line] = []
        self._offsets: dict[TopicPartition, int] = {TopicPartition(topic.name, 0): 0 for topic in topics.REFERENCE}

    async def read_to_end(self) -> None:
        """Reads what is there now."""
        consumer = await self._start()
        try:
            ends = await consumer.end_offsets(list(self._offsets))
            self._offsets = {tp: await consumer.position(tp) for tp in ends}
            while any(self._offsets[tp] < end for tp, end in ends.items()):
                self._take(await consumer.getmany(timeout_ms=POLL_MS))
                self._offsets = {tp: await consumer.position(tp) for tp in ends}
        finally:
            await consumer.stop()
        self.reference.catch_up()
        LOGGER.info("The reference catalogue has %d products", len(self.reference))

    async def follow(self, outbox: Outbox, is_first: Callable[[], bool]) -> None:
        """Takes in every change from there on, for ever; `is_first` says whether this worker owns partition 0."""
        consumer = await self._start()
        try:
            while True:
                self._take(await consumer.getmany(timeout_ms=POLL_MS))
                if self._refused and is_first():
                    await self._answer(outbox)
                await asyncio.sleep(0)
        finally:
            await consumer.stop()

    async def _answer(self, outbox: Outbox) -> None:
        refused = self._refused.copy()
        try:
            await outbox.publish(0, refused)
        except KafkaError as error:
            LOGGER.warning("What was left out of the catalogue is told later: %s", error)
        else:
            del self._refused[: len(refused)]

    async def _start(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            **self._kafka,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=FETCH_BYTES,
        )
        await consumer.start()
        consumer.assign(list(self._offsets))
        for tp, offset in self._offsets.items():
            if offset:
                consumer.seek(tp, offset)
            else:
                await consumer.seek_to_beginning(tp)
        return consumer

    def _take(self, polled: dict[TopicPartition, list[Any]]) -> None:
        for tp, records in polled.items():
            for record in records:
                if record.value is None:
                    key = (record.key or b"").decode("utf-8", "replace")
                    self.reference.change_later((_KIND[tp.topic], key))
                    continue
                word = wire.decode_reference(record.value)
                if isinstance(word, wire.Refused):
                    LOGGER.warning("%s at offset %d was left out: %s", tp.topic, record.offset, word.error)
                    at_us = record.timestamp * 1_000
                    letter = letter_of(word, tp.topic, tp.partition, record.offset, record.key, record.value, at_us)
                    self._refused.append(letter)
                else:
                    self.reference.change_later(word)
