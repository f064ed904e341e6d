"""The hop: decode, load, judge, commit; `streams.publishing` does the rest. Knows neither Kafka nor Redis.

Its three edges are a source that fills the partitions' lanes, a `Store`, and an `Outbox`. Any trouble between load
and commit ends the same way: the partitions involved are dropped as they stand in memory and opened again from the
store, so that nothing is judged on a state that was already changed.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from detectors.detector import DeadlineReached
from detectors.judge import LISTING_EVENTS, Judge
from detectors.judged import Judged
from detectors.products import markets_of
from detectors.state import SellerState
from schemas import topics, wire
from schemas.fields import SECOND_US
from streams.counts import Counts
from streams.deadlines import HEAD, Deadlines, deadline_id, parts_of
from streams.outbox import Outbox, letter_of, line_of
from streams.partition import Arrival, Item, Partition
from streams.publishing import Publisher
from streams.sellers import change_of, seller_from
from streams.store import Fenced, PartitionCommit, Store, TakenOverError
from streams.surroundings import Surroundings

SELLERS_KEPT: Final = 200_000


class HopTerms(NamedTuple):
    """`by_events`: history, where no wall clock counts; `lateness_us` is the allowed lateness."""

    by_events: bool
    lateness_us: int = 0
    batch: int = 2_000
    sellers_kept: int = SELLERS_KEPT
    partitions: int = 1
    checks_keys: bool = False


class Batch(NamedTuple):
    """What one step takes from one partition: records with the watermark before each, and the one after them all."""

    partition: Partition
    items: list[tuple[Item, int]]
    watermark_us: int


class Work(NamedTuple):
    """What one step has to commit and to publish of one partition."""

    partition: Partition
    commit: PartitionCommit
    touched: dict[str, SellerState]


class PartitionLostError(Exception):
    """A commit was refused: these partitions have to be dropped and looked at again."""

    def __init__(self, lost: Sequence[tuple[Partition, str]]) -> None:
        super().__init__("; ".join(why for _, why in lost))
        self.lost = lost


class Hop:
    """The six steps over the partitions that this worker owns."""

    def __init__(
        self,
        judge: Judge,
        store: Store,
        outbox: Outbox,
        around: Surroundings,
        terms: HopTerms,
        clock: Callable[[], int],
    ) -> None:
        self.judge = judge
        self.store = store
        self.publisher = Publisher(store, outbox)
        self.around = around
        self.terms = terms
        self.clock = clock
        self.counts = Counts()

    async def open(self, number: int, lanes: Sequence[str]) -> Partition:
        """Takes a partition over and publishes what its last owner committed and did not get out."""
        head = await self.store.open(number)
        deadlines = Deadlines(await self.store.next_due(number, HEAD))
        partition = Partition(number, head, lanes, deadlines)
        await self.publisher.take_over(number, head)
        await self.publisher.reemit(partition)
        return partition

    def decode(self, partition: Partition, arrivals: Iterable[Arrival]) -> None:
        """Step 1: bytes to events, into the lanes of their topics. Bad bytes stay in their place as dead letters."""
        now_us = None if self.terms.by_events else self.clock()
        for arrival in arrivals:
            decoded = wire.decode_event(arrival.value, arrival.topic, now_us)
            if isinstance(decoded, tuple):
                event, time_us = decoded
                refused = self._misplaced(partition, event.seller_id, arrival) if self.terms.checks_keys else None
                item = Item(0, None, refused, arrival) if refused else Item(time_us, event, None, arrival)
            else:
                item = Item(0, None, None if isinstance(decoded, wire.Ignored) else decoded, arrival)
            lane = partition.lanes.get(arrival.topic) or next(iter(partition.lanes.values()))
            lane.add(item)

    async def step(self, partitions: Iterable[Partition]) -> int:
        """Steps 2 to 4 over what the lanes hold; how many records were judged.

        Raises `PartitionLostError` for partitions that have another owner, and `StoreUnavailableError` or what the
        outbox raised when no outcome is known: in all cases the state in memory is not to be used.
        """
        partitions = list(partitions)
        await self.publisher.wait(partition for partition in partitions if partition.has_arrived)
        batches = [batch for batch in map(self._take, partitions) if batch is not None]
        if not batches:
            return 0
        lost = await self._load(batches)
        lost |= await self._commit([self._judge(batch) for batch in batches if batch.partition not in lost])
        self.around.evict()
        for partition in lost:
            await self.publisher.report(partition)
        if lost:
            raise PartitionLostError(list(lost.items()))
        return sum(len(batch.items) for batch in batches)

    async def finish(self, partition: Partition, until_us: int) -> None:
        """The end of a replay: deadlines due up to `until_us`, inclusive, fall due."""
        batch = Batch(partition, [], max(until_us + 1, partition.watermark_us))
        lost = await self._load([batch]) or await self._commit([self._judge(batch)])
        if lost:
            raise PartitionLostError(list(lost.items()))
        await self.publisher.wait([partition])

    # ---- the steps

    def _take(self, partition: Partition) -> Batch | None:
        terms = self.terms
        items = partition.merged(terms.batch, terms.lateness_us, terms.by_events)
        watermark_us = partition.idle_watermark(terms.lateness_us, terms.by_events)
        if not items and not partition.deadlines.is_due(watermark_us):
            return None
        return Batch(partition, items, watermark_us)

    async def _load(self, batches: Sequence[Batch]) -> dict[Partition, str]:
        """Step 2: sellers that are not in memory, markets that are not fresh, deadlines beyond the horizon.

        Partitions that turn out to have another owner come back with the reason. A sleeper's events on a state that
        is further on would be refused in the commit, but not before they were told to the markets.
        """
        self.around.reference.catch_up()
        now_us = self.clock()
        keys: set[str] = set()
        missing: dict[int, list[str]] = {}
        for partition, items, watermark_us in batches:
            limit = HEAD
            while watermark_us > partition.deadlines.horizon_us:
                partition.deadlines = Deadlines(await self.store.next_due(partition.number, limit), limit)
                limit *= 2
            sellers = partition.deadlines.sellers_due(watermark_us)
            for item, _ in items:
                event = item.event
                if event is None:
                    continue
                sellers.add(event.seller_id)
                if isinstance(event, LISTING_EVENTS):
                    keys.update(markets_of(event, self.around))
            missing[partition.number] = [seller_id for seller_id in sellers if seller_id not in partition.sellers]
        stale = self.around.stale(keys, now_us)
        *lost, _ = await asyncio.gather(
            *(self._load_sellers(batch.partition, missing[batch.partition.number]) for batch in batches),
            self.around.refresh(self.store, stale, now_us),
        )
        return {batch.partition: why for batch, why in zip(batches, lost, strict=True) if why is not None}

    async def _load_sellers(self, partition: Partition, missing: Sequence[str]) -> str | None:
        if not missing:
            return None
        try:
            loaded = await self.store.load_sellers(partition.number, missing, partition.epoch)
        except TakenOverError as error:
            return str(error)
        for seller_id, stored in loaded.items():
            partition.sellers[seller_id] = seller_from(seller_id, stored)
        return None

    def _judge(self, batch: Batch) -> Work:
        """Step 3: every record and deadline in order, into one commit."""
        partition = batch.partition
        commit = PartitionCommit(partition.number, partition.epoch)
        work = Work(partition, commit, {})
        deadlines, sellers, decided_us = partition.deadlines, partition.sellers, self._decided_us()
        for item, watermark_us in batch.items:
            if watermark_us > deadlines.first_us:
                self._fire(work, watermark_us)
            event, time_us = item.event, item.time_us
            if event is None:
                self._set_aside(work, item, watermark_us)
                continue
            state = sellers[event.seller_id]
            judged = self.judge.judge(state, event, time_us, self.around, decided_us)
            self.counts.note(judged, is_late=time_us < watermark_us)
            if judged.is_news:
                self._collect(work, state, judged, item.arrival, watermark_us)
        self._fire(work, batch.watermark_us)
        partition.watermark_us = batch.watermark_us
        commit.watermark_us = batch.watermark_us
        if batch.items:
            commit.offsets = partition.offsets()
            commit.expected = {topic: partition.stored.get(topic) for topic in commit.offsets}
        for seller_id, state in work.touched.items():
            commit.sellers[seller_id] = change_of(state)
        return work

    def _fire(self, work: Work, watermark_us: int) -> None:
        """Every deadline that is due before the watermark, those included that the firing sets."""
        partition = work.partition
        while (first := partition.deadlines.pop(watermark_us)) is not None:
            stored_id, due_us = first
            seller_id, kind, subject_id = parts_of(stored_id)
            work.commit.deadlines[stored_id] = None
            state = partition.sellers[seller_id]
            reached = DeadlineReached(seller_id, kind, subject_id, due_us)
            judged = self.judge.judge(state, reached, due_us, self.around, self._decided_us())
            self.counts.deadlines += 1
            self.counts.note_words(judged)
            self._collect(work, state, judged, None, watermark_us)

    def _collect(self, work: Work, state: SellerState, judged: Judged, arrival: Arrival | None, at_us: int) -> None:
        """What one judgement changes and says, into the commit and the surroundings."""
        seller_id = state.seller_id
        work.touched[seller_id] = state
        if state.changes.deadlines:
            for (kind, subject_id), due_us in state.changes.deadlines.items():
                stored_id = deadline_id(seller_id, kind, subject_id)
                work.partition.deadlines.schedule(stored_id, due_us)
                work.commit.deadlines[stored_id] = due_us
            state.changes.deadlines.clear()
        if judged.flags is not None:
            self.around.flag(seller_id, judged.flags)
        for key, entry in judged.entries.items():
            self.around.write(seller_id, key, entry)
        for word in judged.words:
            work.commit.outbox.append(line_of(word))
        for failure in judged.failures:
            if arrival is not None:
                refused = wire.Refused("detector_failed", failure.error)
                self._dead_letter(work, refused, arrival, at_us)

    def _set_aside(self, work: Work, item: Item, watermark_us: int) -> None:
        """Bytes that are no event: a dead letter, or an unknown type that is only counted."""
        if item.refused is None:
            self.counts.ignored += 1
            return
        self._dead_letter(work, item.refused, item.arrival, watermark_us)

    def _dead_letter(self, work: Work, refused: wire.Refused, arrival: Arrival, watermark_us: int) -> None:
        self.counts.dead_letters += 1
        at_us = watermark_us if self.terms.by_events else self.clock()
        topic = arrival.topic or topics.topic_named_by(arrival.value or b"")
        line = letter_of(refused, topic, arrival.partition, arrival.offset, arrival.key, arrival.value, at_us)
        work.commit.outbox.append(line)

    async def _commit(self, works: Sequence[Work]) -> dict[Partition, str]:
        """Step 4, once the lines of the commit before have arrived; what follows is published meanwhile.

        Partitions whose commit was refused come back with the reason.
        """
        await self.publisher.wait([work.partition for work in works])
        for work in works:
            work.commit.arrived, work.partition.arrived = work.partition.arrived, []
        entries, flags = self.around.news()
        outcomes = await self.store.commit([work.commit for work in works], entries, flags)
        lost = {}
        for (partition, commit, touched), outcome in zip(works, outcomes, strict=True):
            if isinstance(outcome, Fenced):
                lost[partition] = outcome.why
                continue
            partition.epoch = outcome.epoch
            partition.stored.update(commit.offsets)
            for seller_id in touched:
                partition.sellers.move_to_end(seller_id)
            partition.evict(self.terms.sellers_kept)
            self.publisher.begin(partition, commit.outbox, outcome.outbox_ids, commit.offsets)
        return lost

    # ---- small things

    def _decided_us(self) -> int | None:
        return None if self.terms.by_events else self.clock()

    def _misplaced(self, partition: Partition, seller_id: str, arrival: Arrival) -> wire.Refused | None:
        """The reason when a record does not lie where its seller's records belong."""
        key = seller_id.encode("utf-8", "surrogatepass")
        if arrival.key != key:
            return wire.Refused("wrong_partition", "the record's key is not its seller_id")
        if seller_id not in partition.sellers and topics.partition_of(key, self.terms.partitions) != partition.number:
            right = topics.partition_of(key, self.terms.partitions)
            return wire.Refused(
                "wrong_partition",
                f"partition {right} is the seller's by murmur2; with librdkafka set partitioner=murmur2_random",
            )
        return None


def wall_clock_us() -> int:
    """The wall clock in microseconds since 1970; the hop is given it, nothing below reads a clock."""
    return int(time.time() * SECOND_US)
