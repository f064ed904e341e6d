"""The hop: decode, load (`streams.loading`), judge (`streams.judging`), commit; `streams.publishing` does the rest.

Knows neither Kafka nor Redis.

Its three edges are a source that fills the partitions' lanes, a `Store`, and an `Outbox`. Any trouble between load
and commit ends the same way: the partitions involved are dropped as they stand in memory and opened again from the
store, so that nothing is judged on a state that was already changed.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from types import MappingProxyType
from typing import Final, NamedTuple

from detectors.judge import Judge
from schemas import topics, wire
from schemas.fields import SECOND_US
from streams import shares, steps
from streams.batch import Batch, take_all
from streams.books import Books
from streams.days import table_of
from streams.deadlines import HEAD, Deadlines
from streams.judging import Judging, Work
from streams.lives import Lives
from streams.loading import Loading
from streams.memory_lost import compare
from streams.outbox import Outbox
from streams.partition import Item, Partition
from streams.polls import Record
from streams.publishing import Publisher
from streams.store import Fenced, Store
from streams.surroundings import Surroundings

SELLERS_KEPT: Final = 200_000
NOTHING: Final[Mapping[str, int]] = MappingProxyType({})


class HopTerms(NamedTuple):
    """`by_events`: history, where no wall clock counts; `lateness_us` is the allowed lateness.

    `by_stamps`: a history that was judged live; an event's time is measured by the broker's time for its record.
    """

    by_events: bool
    lateness_us: int = 0
    batch: int = 2_000
    sellers_kept: int = SELLERS_KEPT
    partitions: int = 1
    checks_keys: bool = False
    by_stamps: bool = False


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
        self.store = store
        self.publisher = Publisher(store, outbox)
        self.lives = Lives(store, terms.batch, f"{version('assay')} {judge.policy.version}")
        self.around = around
        self.terms = terms
        self.clock = clock
        self.judging = Judging(judge, around, terms.by_events, clock)
        self.counts = self.judging.counts
        self.loading = Loading(store, around, terms.partitions, clock)

    async def open(
        self, number: int, lanes: Sequence[str], known: Mapping[str, int] = NOTHING, *, was_fenced: bool = False
    ) -> Partition:
        """Takes a partition over and publishes what its last owner committed and did not get out.

        `known`: the next offset of each topic as this worker or Kafka knows it to have been stored; `StateLostError`
        where nothing is. `was_fenced`: as in `streams.lives.begun`.
        """
        head = await self.store.open(number)
        compare(number, head.offsets, known)
        life = await self.lives.begin(number, head, was_fenced=was_fenced)
        deadlines = Deadlines(await self.store.next_due(number, HEAD), HEAD)
        books = Books(number, self.terms.partitions, head.counts, self.judging.judge.policy, self.around.tripped)
        partition = Partition(number, head, lanes, deadlines, books, known)
        partition.life = life
        self.around.learn_shares(await self.store.load_table(shares.TABLE))
        await self.publisher.take_over(number, head)
        await self.publisher.reemit(partition)
        return partition

    def decode(self, partition: Partition, records: Iterable[Record]) -> None:
        """Step 1: bytes to events, into the lanes of their topics. Bad bytes stay in their place as dead letters."""
        now_us = None if self.terms.by_events else self.clock()
        for record in records:
            lane = partition.lanes.get(record.topic) or next(iter(partition.lanes.values()))
            if partition.life.accused and (refused := partition.life.verdict_on((record.topic, record.offset))):
                lane.add(Item(0, None, refused, record))
                continue
            at_us = record.timestamp * 1_000 if self.terms.by_stamps else now_us
            decoded = wire.decode_event(record.value, record.topic, at_us)
            if isinstance(decoded, tuple):
                event, time_us = decoded
                refused = self._misplaced(partition, event.seller_id, record) if self.terms.checks_keys else None
                item = Item(0, None, refused, record) if refused else Item(time_us, event, None, record)
            else:
                item = Item(0, None, None if isinstance(decoded, wire.Ignored) else decoded, record)
            lane.add(item)
        steps.done("decode")

    async def step(self, partitions: Iterable[Partition]) -> int:
        """Steps 2 to 4 over what the lanes hold; how many records were judged.

        Raises `PartitionLostError` for partitions that have another owner, and `StoreUnavailableError` or what the
        outbox raised when no outcome is known: in all cases the state in memory is not to be used.
        """
        partitions = list(partitions)
        await self.publisher.wait(partition for partition in partitions if partition.has_arrived)
        await self.loading.gather(partitions)
        terms = self.terms
        batches = take_all(partitions, terms.batch, terms.lateness_us, terms.by_events)
        if not batches:
            return 0
        events, began_s = sum(len(batch.items) for batch in batches), time.perf_counter()
        lost = await self.loading.load(batches)
        await self.lives.before(batches)
        steps.done("load")
        loaded_s = time.perf_counter()
        works = [self.judging.judge_batch(batch) for batch in batches if batch.partition not in lost]
        self.lives.after(works, batches)
        steps.done("judge")
        judged_s = time.perf_counter()
        lost |= await self._commit(works)
        self.counts.note_step(events, began_s, loaded_s, judged_s, time.perf_counter())
        self.around.evict()
        for partition in lost:
            await self.publisher.report(partition)
        if lost:
            raise PartitionLostError(list(lost.items()))
        return events

    async def finish(self, partition: Partition, until_us: int) -> None:
        """The end of a replay: deadlines due up to `until_us`, inclusive, fall due."""
        batch = Batch(partition, [], max(until_us + 1, partition.watermark_us))
        is_done = False
        while not is_done:
            lost = await self.loading.load([batch]) or await self._commit([self.judging.judge_batch(batch)])
            if lost:
                raise PartitionLostError(list(lost.items()))
            is_done = not partition.deadlines.is_due(batch.watermark_us)
        await self.publisher.wait([partition])

    # ---- the steps

    async def _commit(self, works: Sequence[Work]) -> dict[Partition, str]:
        """Step 4, once the lines of the commit before have arrived; what follows is published meanwhile.

        Partitions whose commit was refused come back with the reason.
        """
        await self.publisher.wait([work.partition for work in works])
        for work in works:
            work.commit.arrived, work.partition.arrived = work.partition.arrived, []
        outcomes = await self.store.commit([work.commit for work in works], *self.around.news())
        steps.done("commit")
        lost = {}
        for (partition, commit, touched), outcome in zip(works, outcomes, strict=True):
            if isinstance(outcome, Fenced):
                lost[partition] = outcome.why
                continue
            self.counts.commits["stood"] += 1
            partition.epoch = outcome.epoch
            partition.stored.update(commit.offsets)
            partition.deadlines.trim()
            for seller_id in touched:
                partition.sellers.move_to_end(seller_id)
            partition.evict(self.terms.sellers_kept)
            self.publisher.begin(partition, commit.outbox, outcome.outbox_ids, commit.offsets)
            if done := partition.books.days.done:
                await self.store.forget_tables([table_of(partition.number, day) for day in done])
                done.clear()
        return lost

    # ---- small things

    def _misplaced(self, partition: Partition, seller_id: str, record: Record) -> wire.Refused | None:
        """The reason when a record does not lie where its seller's records belong."""
        key = seller_id.encode("utf-8", "surrogatepass")
        if record.key != key:
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
