"""Fetching: the consumer's thread. It drains what aiokafka has fetched and knows the exact position of every lane."""

import asyncio
import time
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from aiokafka import TopicPartition
from aiokafka.errors import (
    CommitFailedError,
    ConsumerStoppedError,
    IllegalStateError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from mode import get_logger

from streams.polls import TP, CannotGoOnError, Stretch, Tenure

logger = get_logger(__name__)


class FetchLimits(NamedTuple):
    """How much a fetch may bring, and how long a broker holds an empty one.

    Topic-partitions x `max_partition_bytes` is what a worker buffers at most. A record above it still passes (a broker
    gives the first batch of an answer whole), it may only wait for its turn.
    """

    max_wait_ms: int = 50
    max_bytes: int = 50 << 20
    max_partition_bytes: int = 1 << 20
    max_poll_records: int = 2_000


class BatchConsumerThread(AIOKafkaConsumerThread):  # type: ignore[misc]  # Faust's classes are untyped here
    """aiokafka's consumer in a thread of its own, so that heartbeats go on while a batch is judged."""

    limits: FetchLimits

    def _create_worker_consumer(self, transport: Any) -> Any:
        """Faust gives no way to these settings, fixes a wait of 1.5 s, and makes the fetcher from them at start."""
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = self.limits.max_wait_ms
        consumer._fetch_max_bytes = self.limits.max_bytes
        return consumer

    async def on_start(self) -> None:
        await super().on_start()
        fetcher = self._ensure_consumer()._fetcher
        fetch = fetcher._proc_fetch_request

        async def stamped(assignment: Any, node_id: int, request: Any) -> bool:
            # aiokafka stamps an answer when it reads it. A process that was stopped meanwhile would take an old
            # answer for the present; the time before the request was sent never claims too much.
            sent_at_ms = int(time.time() * 1_000)
            woken: bool = await fetch(assignment, node_id, request)
            self._stamp(assignment, request, sent_at_ms)
            return woken

        fetcher._proc_fetch_request = stamped
        self._tenure: Tenure | None = None
        self._draining: asyncio.Task[dict[TP, Stretch]] | None = None

    def _stopped_set(self) -> None:
        """A crash ends the thread by itself; its loop is closed then."""
        if not self.thread_loop.is_closed():
            super()._stopped_set()

    def _stamp(self, assignment: Any, request: Any, sent_at_ms: int) -> None:
        tenure = self._tenure
        if tenure is None or tenure.assignment is not assignment:
            return
        books: Mapping[Any, Any] = tenure.books
        fetched_at_ms: dict[Any, int] = tenure.fetched_at_ms
        for topic, partitions in request.topics:
            for asked in partitions:
                tp = topic, asked[0]  # equal to a `TP`, and made in a fifth of the time: there may be hundreds
                read_at_ms = books[tp].timestamp
                if read_at_ms is not None and read_at_ms > sent_at_ms:
                    fetched_at_ms[tp] = sent_at_ms

    def assignment_in_force(self) -> Any | None:
        """aiokafka's own object, one for each rebalance; None in the middle of one. Read from any thread."""
        subscriptions = self._ensure_consumer()._subscription
        subscription = subscriptions.subscription
        if subscription is None or subscription.assignment is None or subscriptions.reassignment_in_progress:
            return None
        return subscription.assignment if subscription.assignment.active else None

    def _holds(self, tenure: Tenure) -> bool:
        return tenure is self._tenure and self.assignment_in_force() is tenure.assignment

    async def committed(self, assignment: Any) -> dict[TP, int]:
        """The group's offsets, in one request: aiokafka's own `committed` asks when the group is at rest."""
        found = await self._ensure_consumer()._coordinator.fetch_committed_offsets(list(assignment.tps))
        return {TP(*tp): stored.offset for tp, stored in found.items() if stored.offset > 0}

    async def take(self, assignment: Any, positions: Mapping[TP, int]) -> Tenure | None:
        """Seeks all that is assigned to `positions`, or to the log's start; None when a rebalance came between."""
        consumer = self._ensure_consumer()
        absent = [tp for tp in assignment.tps if tp not in positions]
        starts = await consumer.beginning_offsets(absent) if absent else {}
        tenure = Tenure(
            assignment=assignment,
            books={tp: assignment.state_value(tp) for tp in assignment.tps},
            handed={TP(*tp): starts[tp] if tp in starts else positions[tp] for tp in assignment.tps},
            seek=self.seek_soon,
        )
        if self._draining is not None:
            # A poll that has waited since before the rebalance would take this tenure's records and throw them away.
            self._draining.cancel()
            await asyncio.wait({self._draining})
        if self.assignment_in_force() is not assignment:
            return None
        self._tenure = tenure
        self._seek(tenure, tenure.handed)
        return tenure

    def seek_soon(self, tenure: Tenure, positions: Mapping[TP, int]) -> None:
        """From the event loop; done before any poll that is asked for later."""
        self.thread_loop.call_soon_threadsafe(self._seek, tenure, dict(positions))

    def _seek(self, tenure: Tenure, positions: Mapping[TP, int]) -> None:
        if self._holds(tenure):
            for tp, position in positions.items():
                self._ensure_consumer().seek(tp, position)
                tenure.reached[tp] = position

    async def poll(self, tenure: Tenure, wanted: Collection[TP]) -> dict[TP, Stretch]:
        """The lanes that moved, waiting for one no longer than a fetch; none once the tenure has ended."""
        consumer = self._ensure_consumer()
        if consumer._closed:
            raise ConsumerStoppedError
        if not self._holds(tenure):
            return {}
        consumer._coordinator.check_errors()
        if consumer._fetcher.error_future.done():  # it would be silence for ever
            consumer._fetcher.error_future.result()
        with consumer._subscription.fetch_context():
            draining = self._draining = asyncio.create_task(self._drain(tenure, wanted))
            await asyncio.wait({draining})
        return {} if draining.cancelled() else draining.result()

    async def _drain(self, tenure: Tenure, wanted: Collection[TP]) -> dict[TP, Stretch]:
        fetcher = self._ensure_consumer()._fetcher
        limits = self.limits
        try:
            drained: Mapping[TP, Any] = await fetcher.fetched_records(
                wanted, timeout=limits.max_wait_ms / 1_000, max_records=limits.max_poll_records
            )
        except NoOffsetForPartitionError:
            # A rebalance during the wait: aiokafka looks for positions that `take` is about to set.
            return {}
        except OffsetOutOfRangeError as error:
            for tp, position in error.args[0].items():
                await self._back_into_log(tenure, TP(*tp), position)
            return {}
        # Records and positions move together, so nothing is awaited from here on: somebody else's would get mixed in.
        if not self._holds(tenure):
            return {}
        # What a poll had no room for would come first again: a backlog would keep the others waiting until its end.
        for tp in drained:
            if tp in fetcher._records:
                fetcher._records.move_to_end(tp)
        lanes: dict[TP, Stretch] = {}
        for tp, book in tenure.books.items():
            end: int = book.position  # type: ignore[attr-defined]  # this thread's own part of the book
            start = tenure.reached[tp]
            if end != start:
                lanes[tp] = Stretch(drained.get(tp, ()), start, end)
                tenure.reached[tp] = end
        return lanes

    async def _back_into_log(self, tenure: Tenure, tp: TP, position: int) -> None:
        """Seeks to the log's start without moving `reached`: the next lane then bridges what the log has lost."""
        consumer = self._ensure_consumer()
        start = (await consumer.beginning_offsets([tp]))[tp]
        end = (await consumer.end_offsets([tp]))[tp]
        if not self._holds(tenure):
            return
        if position > end:
            raise CannotGoOnError(
                f"Position {position} stored for {tp.topic} partition {tp.partition} lies beyond its log's end {end}:"
                " the topic was made anew or has lost records; restore the topic, or rebuild the state from it."
            )
        if position < start:
            logger.warning(
                "The log of %s partition %s starts at %s: the %s offsets from %s on are gone and were never judged.",
                tp.topic,
                tp.partition,
                start,
                start - position,
                position,
            )
            consumer.seek(tp, start)

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """False where a rebalance came between: whoever holds the partitions now commits."""
        consumer = self._ensure_consumer()
        assigned = consumer.assignment()
        held = {TopicPartition(*tp): OffsetAndMetadata(at, "") for tp, at in offsets.items() if tp in assigned}
        if not held:
            return False
        try:
            await consumer.commit(held)
        except (CommitFailedError, IllegalStateError):
            return False
        return True
