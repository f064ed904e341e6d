"""The same operations on memory and on Redis give the same answers and leave the same state.

Seen red: each of the changes named in the other store tests, made on one side only.
"""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.store import (
    ENTRY_HEAD,
    LAST_LINE_KEPT_US,
    STAMP,
    Committed,
    FlagWrite,
    Line,
    MarketWrite,
    PartitionCommit,
    SellerChange,
    TableWrite,
)

IDS = ["a", "b", "é", "{1}", "\x00"]
TOPICS = ["orders", "epoch"]
PARTITIONS = [0, 1]
ids = st.sampled_from(IDS)
partitions = st.sampled_from(PARTITIONS)
content = st.binary(max_size=4)
entries = st.dictionaries(ids, st.none() | content, max_size=3)
numbers = st.integers(0, 3)
compacted_topics, keys = st.sampled_from(["alerts", "holds"]), st.sampled_from([b"k", b"\x00"])
last_lines = st.builds(Line, compacted_topics, keys, content, st.just(True), is_last=st.just(True))
lines = last_lines | st.builds(Line, compacted_topics, keys, st.none() | content, st.booleans(), is_last=st.just(False))
changes = st.builds(SellerChange, st.none() | content, st.booleans(), entries, entries, entries)
commits = st.builds(
    PartitionCommit,
    partition=partitions,
    epoch=st.just(0),
    expected=st.dictionaries(st.sampled_from(TOPICS), st.none() | numbers, max_size=1),
    offsets=st.dictionaries(st.sampled_from(TOPICS), numbers, max_size=2),
    watermark_us=st.integers(-5, 5) | st.just(1_700_000_000_000_000),
    sellers=st.dictionaries(ids, changes, max_size=3),
    deadlines=st.dictionaries(ids, st.none() | st.integers(-9, 9), max_size=4),
    counts=entries,
    outbox=st.lists(lines, max_size=3),
    now_us=st.integers(0, 4).map(lambda halves: halves * LAST_LINE_KEPT_US // 2 + halves),
)
stamps = st.builds(STAMP.pack, numbers, numbers)
operations = st.one_of(
    st.tuples(st.just("open"), partitions, st.booleans()),
    st.tuples(st.just("commit"), st.lists(st.tuples(commits, st.booleans(), st.booleans()), max_size=3)),
    st.tuples(st.just("due"), partitions, st.integers(-10, 10), numbers),
    st.tuples(st.just("next_due"), partitions, numbers),
    st.tuples(st.just("published"), partitions, st.lists(st.integers(0, 9), max_size=4)),
    st.tuples(
        st.just("reemit"),
        partitions,
        st.lists(st.tuples(st.sampled_from(["alerts", "holds"]), st.just(b"k")), max_size=2),
    ),
    st.tuples(st.just("reemitted"), partitions),
    st.tuples(
        st.just("entries"),
        st.lists(st.builds(MarketWrite, ids, ids, st.builds(ENTRY_HEAD.pack, numbers, numbers, numbers)), max_size=4),
    ),
    st.tuples(st.just("flags"), st.lists(st.builds(FlagWrite, ids, stamps), max_size=4)),
    st.tuples(st.just("tables"), st.lists(st.builds(TableWrite, ids, ids, stamps), max_size=4)),
    st.tuples(st.just("load_table"), ids),
    st.tuples(st.just("forget_tables"), st.lists(ids, max_size=2)),
    st.tuples(st.just("watermarks"), numbers),
    st.tuples(st.just("set_meta"), st.dictionaries(ids, st.text(max_size=3), max_size=2)),
)


class Player:
    """Plays operations on a store and says what it answered, without the ids that each store makes up."""

    def __init__(self, store):
        self.store = store
        self.epochs: dict[tuple[int, bool], int] = {}
        self.offsets: dict[int, dict[str, int]] = {number: {} for number in PARTITIONS}
        self.outbox_ids: dict[int, list[str]] = {number: [] for number in PARTITIONS}

    async def play(self, operation):
        match operation:
            case ("open", partition, worker):
                head = await self.store.open(partition)
                self.epochs[partition, worker] = head.epoch
                return (
                    head.offsets,
                    head.watermark_us,
                    head.counts,
                    [each.line for each in head.unpublished],
                    [each.line for each in head.reemit],
                )
            case ("commit", drawn):
                return await self._commit(drawn)
            case ("published", partition, places):
                known = self.outbox_ids[partition]
                return await self.store.published(partition, [known[place] for place in places if place < len(known)])
            case ("reemitted", partition):
                reports = await self.store.to_reemit(partition)
                await self.store.reemitted(partition, [each.id for each in reports[::2]])
                return [each.line for each in reports]
            case ("entries", writes):
                return await self.store.commit((), writes)
            case ("flags", writes):
                return await self.store.commit((), (), writes)
            case ("tables", writes):
                return await self.store.commit((), (), (), writes)
            case (name, *arguments):
                return await getattr(self.store, name)(*arguments)

    async def _commit(self, drawn):
        commits = []
        for commit, worker, honest in drawn:
            offsets = self.offsets[commit.partition]
            expected = {topic: offsets.get(topic) for topic in commit.expected} if honest else commit.expected
            epoch = self.epochs.get((commit.partition, worker), 0)
            commits.append((replace(commit, epoch=epoch, expected=expected), worker))
        answers = await self.store.commit([commit for commit, _ in commits])
        for (commit, worker), answer in zip(commits, answers, strict=True):
            if isinstance(answer, Committed):
                self.epochs[commit.partition, worker] = answer.epoch
                self.offsets[commit.partition] |= commit.offsets
                self.outbox_ids[commit.partition] += answer.outbox_ids
        return [len(answer.outbox_ids) if isinstance(answer, Committed) else answer for answer in answers]

    async def all_that_is_stored(self):
        parts = []
        for number in PARTITIONS:
            every = [(topic, key) for topic in ("alerts", "holds") for key in (b"k", b"\x00")]
            await self.store.reemit(number, every)
            parts.append(await self.play(("open", number, True)))
            parts += [await self.store.load_sellers(number, IDS), await self.store.next_due(number, 99)]
        shared = await self.store.load_markets(IDS), await self.store.load_flags(IDS), await self.store.meta()
        return parts, shared, [await self.store.load_table(each) for each in IDS]


@given(played=st.lists(operations, max_size=25))
@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_sequence_of_operations_means_the_same_in_memory_and_in_redis(twins, played):
    local_world, remote_world = twins()

    async def story():
        local, remote = Player(local_world.store()), Player(remote_world.store())
        for operation in [("open", number, True) for number in PARTITIONS] + played:
            assert await remote.play(operation) == await local.play(operation)
        assert await remote.all_that_is_stored() == await local.all_that_is_stored()

    remote_world.run(story())
