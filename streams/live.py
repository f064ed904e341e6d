"""Live running: polls into lanes, ends confirmed, steps taken, and what to do when a commit is refused or lost.

Everything here is about when; what happens to an event is in `streams.hop`.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

from aiokafka.errors import KafkaError

from schemas.fields import SECOND_US
from streams.hop import Hop, PartitionLostError
from streams.partition import Partition
from streams.patience import lasting
from streams.polls import TP, Control, Poll, Record
from streams.store import StoreUnavailableError, TakenOverError

LOGGER = logging.getLogger(__name__)
LANE_FULL: Final = 20_000  # records of one topic-partition that may wait
TICK_WAITING_S: Final = 0.005  # while something is buffered and an end has to be confirmed
TICK_IDLE_S: Final = 0.1
REEMIT_EVERY_S: Final = 5.0
CLOCK_JUMP_US: Final = 5 * SECOND_US
LETTING_GO_S: Final = 10.0  # a rebalance waits for it
SECOND_LOOK_S: Final = 1.0  # after a refused commit, so that a rebalance under way can be seen


class LiveHop:
    """What the transport hands its polls to; implements `streams.polls.Handler`."""

    def __init__(self, hop: Hop, control: Control, topics: Sequence[str], stop: Callable[[Exception], None]) -> None:
        self.hop = hop
        self.control = control
        self.topics = topics
        self.partitions: dict[int, Partition] = {}
        self._let_go: dict[TP, int] = {}
        self._stop = stop
        self._turn = asyncio.Lock()
        self._ticker: asyncio.Task[None] | None = None
        self._clock_at = (hop.clock(), time.monotonic())
        self._is_whole = True
        self._fetched_after_ms = 0
        self._confirmed_ms = 0

    # ---- what the transport calls

    async def assigned(self, partitions: set[int]) -> Mapping[TP, int]:
        """Takes the partitions over; the positions are those stored beside their states."""
        async with self._turn:
            for number in sorted(partitions):
                committed = {tp.topic: at for tp, at in self.control.committed.items() if tp.partition == number}
                self.partitions[number] = await lasting(partial(self.hop.open, number, self.topics, committed))
            self._let_go.clear()
            self._is_whole = True
            self._distrust_clock()
        LOGGER.info("Judging partitions %s", sorted(partitions))
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick_for_ever(), name="assay-ticker")
        return {
            TP(topic, number): offset
            for number in partitions
            for topic, offset in self.partitions[number].stored.items()
        }

    async def revoked(self, partitions: set[int]) -> None:
        """Lets go of the partitions; what was committed is published, what was not is judged by the next owner."""
        async with self._turn:
            self._let_go = dict(self.published())
            gone = [partition for number in partitions if (partition := self.partitions.pop(number, None)) is not None]
            try:
                await lasting(partial(self.hop.publisher.let_go, gone), LETTING_GO_S)
                if self._is_whole:  # else the process is about to end with an error, and that is no good order
                    await lasting(partial(self.hop.lives.end, gone), LETTING_GO_S)
            except StoreUnavailableError as error:
                LOGGER.warning("Whether partitions were lost before they were given up is not known: %s", error)
        LOGGER.info("Gave up partitions %s", sorted(partitions))

    async def polled(self, poll: Poll) -> None:
        """Judges what can be judged of everything read so far."""
        async with self._turn:
            self._is_whole = False
            for tp, lane in poll.lanes.items():
                await self._take(TP(*tp), lane.records, lane.start, lane.end)
            await self._run()
            self._is_whole = True

    def published(self) -> Mapping[TP, int]:
        """Up to where everything is judged, committed and on the broker; of what was just let go too."""
        return self._let_go | {
            TP(topic, number): offset
            for number, partition in self.partitions.items()
            for topic, offset in partition.published.items()
        }

    def wanted(self, tp: TP) -> bool:
        """Whether there is room for more of it."""
        partition = self.partitions.get(tp.partition)
        return partition is None or len(partition.lanes[tp.topic].items) < LANE_FULL

    async def close(self) -> None:
        """Ends the ticker."""
        if self._ticker is not None:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker

    # ---- polls

    async def _take(self, tp: TP, records: Iterable[Record], start: int, end: int) -> None:
        """The records of one lane that follow what was read before; a hole is sought back, an overlap trimmed."""
        partition = self.partitions.get(tp.partition)
        if partition is None:
            return
        lane = partition.lanes[tp.topic]
        if lane.read_to is not None and start > lane.read_to:
            self.control.rewind({tp: lane.read_to})
            return
        known = lane.read_to or 0
        fresh = [record for record in records if record.offset >= known]
        if partition.life.alone:
            await self._decode_alone(partition, fresh)
        else:
            self.hop.decode(partition, fresh)
        lane.read_to = max(known, end)

    async def _decode_alone(self, partition: Partition, records: Sequence[Record]) -> None:
        for record in records:
            await lasting(partial(self.hop.lives.name, partition, record))
            self.hop.decode(partition, [record])
        await lasting(partial(self.hop.lives.name, partition, None))

    def _confirm_ends(self) -> None:
        """Notes which topics have been read to their end, and up to when that is certain.

        What was certain stays so, and by the wall clock a partition where nothing waits has only deadlines to fire: it
        is looked at ten times a second and not, with all its lanes, at every poll of others.
        """
        now_ms = self.hop.clock() // 1000
        every = self.hop.terms.by_events or now_ms - self._confirmed_ms >= TICK_IDLE_S * 1_000
        if every:
            self._confirmed_ms = now_ms
        for partition in self.partitions.values():
            if every or partition.is_waiting:
                self._confirm_ends_of(partition, now_ms)

    def _confirm_ends_of(self, partition: Partition, now_ms: int) -> None:
        for topic, lane in partition.lanes.items():
            status = self.control.status_of(TP(topic, partition.number))
            if status is None:
                continue
            at_end = (
                status.highwater is not None
                and status.fetched_at_ms is not None
                and status.fetched_at_ms >= self._fetched_after_ms
                # not the position: what has been handed over may still be waiting for its turn
                and (status.begun if lane.read_to is None else lane.read_to) >= status.highwater
            )
            lane.ended_us = min(status.fetched_at_ms or 0, now_ms) * 1000 if at_end else None

    async def _run(self) -> None:
        """Steps until nothing more can be judged now."""
        while True:
            self._confirm_ends()
            try:
                if not await self.hop.step(list(self.partitions.values())):
                    return
            except PartitionLostError as error:
                self.hop.counts.commits["refused"] += len(error.lost)
                await self._lost(error)
            except (StoreUnavailableError, KafkaError) as error:
                self.hop.counts.commits["unknown"] += 1
                LOGGER.warning("The outcome of a commit is not known, everything is read again: %s", error)
                await self._reopen({number: partition.stored for number, partition in self.partitions.items()})

    # ---- trouble

    async def _lost(self, error: PartitionLostError) -> None:
        """A refused commit: whoever is still the owner reads again, whoever is not stops judging it."""
        for partition, why in error.lost:
            LOGGER.warning("A commit was refused: %s", why)
            self.partitions.pop(partition.number, None)
        self.hop.around.forget()
        await asyncio.sleep(SECOND_LOOK_S)
        assigned = {tp.partition for tp in self.control.assignment()}
        known = {partition.number: partition.stored for partition, _ in error.lost if partition.number in assigned}
        await self._reopen(known)

    async def _reopen(self, known: Mapping[int, Mapping[str, int]]) -> None:
        """Drops what is in memory of these partitions and starts again from the store; `known`: what that had."""
        self.hop.around.forget()
        gone = [partition for number in known if (partition := self.partitions.pop(number, None)) is not None]
        await lasting(partial(self.hop.publisher.let_go, gone))
        for number, offsets in known.items():
            partition = await lasting(partial(self.hop.open, number, self.topics, offsets, was_fenced=True))
            self.partitions[number] = partition
            self.control.rewind({TP(topic, number): partition.stored.get(topic, 0) for topic in self.topics})
        self._distrust_clock()

    # ---- time

    async def _tick_for_ever(self) -> None:
        """Ends are confirmed and deadlines fall due without any poll."""
        reemitted_s = time.monotonic()
        while True:
            waiting = any(partition.is_waiting for partition in self.partitions.values())
            await asyncio.sleep(TICK_WAITING_S if waiting else TICK_IDLE_S)
            try:
                async with self._turn:
                    self._watch_clock()
                    await self._run()
                    if not waiting:
                        for partition in list(self.partitions.values()):
                            await lasting(partial(self.hop.publisher.tidy, partition))
                    if time.monotonic() - reemitted_s > REEMIT_EVERY_S:
                        reemitted_s = time.monotonic()
                        for partition in list(self.partitions.values()):
                            await lasting(partial(self._look_at, partition))
            except Exception as error:  # noqa: BLE001 - re-routed: the worker ends with it
                self._is_whole = False
                self._stop(error)
                return

    async def _look_at(self, partition: Partition) -> None:
        """Where nothing is judged nothing else would tell that another owns the partition, or that Redis went back."""
        try:
            await self.hop.store.load_sellers(partition.number, (), partition.epoch)
        except TakenOverError as error:
            await self.hop.publisher.let_go([partition])
            await self._lost(PartitionLostError([(partition, str(error))]))
        else:
            await self.hop.publisher.reemit(partition)

    def _watch_clock(self) -> None:
        """After a jump of the wall clock or a sleep nothing fires until every topic was fetched again."""
        wall_us, monotonic_s = self.hop.clock(), time.monotonic()
        before_us, before_s = self._clock_at
        self._clock_at = wall_us, monotonic_s
        if abs((wall_us - before_us) - (monotonic_s - before_s) * SECOND_US) > CLOCK_JUMP_US:
            LOGGER.warning("The wall clock has jumped; deadlines wait until every topic has been fetched again")
            self._distrust_clock()

    def _distrust_clock(self) -> None:
        self._fetched_after_ms = self.hop.clock() // 1000
        for partition in self.partitions.values():
            for lane in partition.lanes.values():
                lane.ended_us = None
