"""Products and brands, followed: read to the end before the first event is judged, then as they change."""

import asyncio
import logging
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from detectors.reference import Reference
from schemas import Brand, Product, topics, wire

LOGGER = logging.getLogger(__name__)
POLL_MS: Final = 500
FETCH_BYTES: Final = topics.MAX_MESSAGE_BYTES
_KIND: Final[dict[str, type[Product] | type[Brand]]] = {topics.PRODUCTS.name: Product, topics.BRANDS.name: Brand}


class ReferenceTopics:
    """Keeps a `Reference` as the two compacted topics have it."""

    def __init__(self, bootstrap: str, reference: Reference) -> None:
        self._bootstrap = bootstrap
        self._reference = reference
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
        self._reference.catch_up()
        LOGGER.info("The reference catalogue has %d products", len(self._reference))

    async def follow(self) -> None:
        """Takes in every change from there on, for ever."""
        consumer = await self._start()
        try:
            while True:
                self._take(await consumer.getmany(timeout_ms=POLL_MS))
                await asyncio.sleep(0)
        finally:
            await consumer.stop()

    async def _start(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
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
                    self._reference.change_later((_KIND[tp.topic], key))
                    continue
                word = wire.decode_reference(record.value)
                if isinstance(word, wire.Refused):
                    LOGGER.warning("%s at offset %d was left out: %s", tp.topic, record.offset, word.error)
                else:
                    self._reference.change_later(word)
