"""What any store promises about one partition, in memory and on each Redis, a cluster of one node included.

Seen red: with the comparison of the epoch taken out of `commit.lua` and of `MemoryStore`, the two tests of a takeover;
with that of the offsets taken out, the test of an offset that moved; with epochs compared as numbers in `commit.lua`,
the test of neighbouring epochs; with the watermark's maximum taken out, its test.
"""

import pytest

from streams.store import Committed, Fenced, Line, PartitionCommit, SellerBytes, SellerChange, TakenOverError
from tests.streams.commits import ALERTS, DEAD, everything


def test_a_partition_never_read_has_neither_offsets_nor_a_watermark_nor_lines(world):
    async def story():
        head = await world.store().open(3)
        assert (head.offsets, head.watermark_us, head.unpublished, head.reemit) == ({}, 0, [], [])

    world.run(story())


def test_what_is_committed_is_what_the_next_owner_finds(world):
    async def story():
        first, second = world.store(), world.store()
        epoch = (await first.open(0)).epoch
        (committed,) = await first.commit([everything(epoch, {"orders": None})])
        assert isinstance(committed, Committed)
        head = await second.open(0)
        assert head.epoch not in (epoch, committed.epoch)
        assert head.offsets == {"orders": 10, "returns": 4}
        assert head.watermark_us == 1_700_000_000_000_000
        assert head.counts == {"c": b"4"}
        assert [each.line for each in head.unpublished] == everything(0, {}).outbox
        assert tuple(each.id for each in head.unpublished) == committed.outbox_ids
        assert await second.load_sellers(0, ["s", "never"]) == {
            "s": SellerBytes(b"core", {"o": b"1"}, {"r": b"2"}, {"l": b"3"}),
            "never": SellerBytes(),
        }
        assert await second.next_due(0, 9) == [("d", 1_700_000_000_000_001)]

    world.run(story())


def test_whoever_opens_a_partition_fences_its_owner(world):
    async def story():
        first, second = world.store(), world.store()
        old = (await first.open(0)).epoch
        new = (await second.open(0)).epoch
        before = world.dump()
        (refused,) = await first.commit([everything(old, {"orders": None})])
        assert isinstance(refused, Fenced)
        assert world.dump() == before
        (committed,) = await second.commit([everything(new, {"orders": None})])
        assert isinstance(committed, Committed)

    world.run(story())


def test_an_epoch_serves_one_commit(world):
    async def story():
        store = world.store()
        epoch = (await store.open(0)).epoch
        first, again = await store.commit([everything(epoch, {}), everything(epoch, {})])
        assert isinstance(first, Committed)
        assert isinstance(again, Fenced)
        assert len((await store.open(0)).unpublished) == 2

    world.run(story())


def test_an_epoch_is_not_taken_for_its_neighbour(world):
    async def story():
        store = world.store()
        epoch = (await store.open(0)).epoch
        before = world.dump()
        refused = await store.commit([everything(epoch ^ 1, {}), everything(0, {})])
        assert [type(each) for each in refused] == [Fenced, Fenced]
        assert world.dump() == before

    world.run(story())


def test_a_partition_that_nobody_opened_takes_no_commit(world):
    async def story():
        store = world.store()
        refused = await store.commit([everything(epoch, {}) for epoch in (0, 1)])
        assert [type(each) for each in refused] == [Fenced, Fenced]
        assert (await store.open(0)).offsets == {}
        assert await store.load_sellers(0, ["s"]) == {"s": SellerBytes()}

    world.run(story())


@pytest.mark.parametrize(
    "expected",
    [{"orders": 10, "returns": 5}, {"orders": None}, {"orders": 10, "sellers": 0}, {"orders": 9}, {"epoch": 1}],
)
def test_a_batch_that_does_not_begin_where_the_state_ends_changes_nothing(world, expected):
    async def story():
        store = world.store()
        (committed,) = await store.commit([everything((await store.open(0)).epoch, {"orders": None})])
        before = world.dump()
        (refused,) = await store.commit([everything(committed.epoch, expected, "other")])
        assert isinstance(refused, Fenced)
        assert "offset" in refused.why
        assert world.dump() == before
        (committed,) = await store.commit([everything(committed.epoch, {"orders": 10, "returns": 4, "sellers": None})])
        assert isinstance(committed, Committed)

    world.run(story())


def test_of_several_partitions_each_stands_or_falls_alone(world):
    async def story():
        store = world.store()
        epochs = [(await store.open(number)).epoch for number in range(3)]
        commits = [PartitionCommit(number, epoch, offsets={"t": 1}) for number, epoch in enumerate(epochs)]
        commits[1].epoch += 1
        answers = await store.commit(commits)
        assert [type(each) for each in answers] == [Committed, Fenced, Committed]
        assert [(await store.open(number)).offsets for number in range(3)] == [{"t": 1}, {}, {"t": 1}]
        assert await store.commit([]) == []

    world.run(story())


def test_the_watermark_never_goes_back(world):
    async def story():
        store = world.store()
        epoch = (await store.open(0)).epoch
        for proposed, standing in ((-5, 0), (5, 5), (3, 5), (1_700_000_000_000_001, 1_700_000_000_000_001), (9, None)):
            (committed,) = await store.commit([PartitionCommit(0, epoch, watermark_us=proposed)])
            head = await store.open(0)
            assert head.watermark_us == (standing if standing is not None else 1_700_000_000_000_001)
            assert head.epoch != committed.epoch
            epoch = head.epoch

    world.run(story())


def test_topics_named_like_the_fields_beside_them_are_topics(world):
    async def story():
        store = world.store()
        offsets = {"epoch": 1, "watermark": 2, "offset:t": 3, "t": 4}
        epoch = (await store.open(0)).epoch
        await store.commit([PartitionCommit(0, epoch, expected=dict.fromkeys(offsets), offsets=offsets)])
        head = await store.open(0)
        assert (head.offsets, head.watermark_us) == (offsets, 0)

    world.run(story())


def test_a_seller_changes_entry_by_entry(world):
    async def story():
        store = world.store()
        epoch = (await store.open(0)).epoch
        for change, standing in (
            (SellerChange(b"1", orders={"a": b"1", "b": b""}), SellerBytes(b"1", {"a": b"1", "b": b""})),
            (SellerChange(orders={"a": None, "c": b"3"}), SellerBytes(b"1", {"b": b"", "c": b"3"})),
            (SellerChange(b"", listings={"l": b"4"}), SellerBytes(b"", {"b": b"", "c": b"3"}, {}, {"l": b"4"})),
            (SellerChange(b"tombstone", gone=True, returns={"r": b"5"}), SellerBytes(b"tombstone", {}, {"r": b"5"})),
            (SellerChange(gone=True), SellerBytes()),
            (SellerChange(orders={"never": None}), SellerBytes()),
        ):
            (committed,) = await store.commit([PartitionCommit(0, epoch, sellers={"s": change})])
            epoch = committed.epoch
            assert await store.load_sellers(0, ["s"]) == {"s": standing}

    world.run(story())


def test_what_was_loaded_is_the_callers_own(world):
    async def story():
        store = world.store()
        await store.commit([everything((await store.open(0)).epoch, {})])
        loaded = (await store.load_sellers(0, ["s"]))["s"]
        loaded.orders.clear()
        loaded.core = None
        assert (await store.load_sellers(0, ["s"]))["s"].orders == {"o": b"1"}
        assert (await store.load_sellers(1, ["s"]))["s"] == SellerBytes()
        assert await store.load_sellers(0, []) == {}

    world.run(story())


def test_counts_change_field_by_field(world):
    async def story():
        store = world.store()
        epoch = (await store.open(0)).epoch
        (first,) = await store.commit([PartitionCommit(0, epoch, counts={"a": b"1", "b": b"2"})])
        await store.commit([PartitionCommit(0, first.epoch, counts={"a": None, "c": b"3"})])
        assert (await store.open(0)).counts == {"b": b"2", "c": b"3"}
        assert (await store.open(1)).counts == {}

    world.run(story())


def test_sellers_are_not_given_to_whom_the_partition_was_taken_from(world):
    async def story():
        first, second = world.store(), world.store()
        (committed,) = await first.commit([everything((await first.open(0)).epoch, {})])
        assert (await first.load_sellers(0, ["s"], committed.epoch))["s"].core == b"core"
        await second.open(0)
        with pytest.raises(TakenOverError):
            await first.load_sellers(0, ["s"], committed.epoch)

    world.run(story())


def test_the_last_line_of_each_key_of_a_compacted_topic_is_remembered(world):
    async def story():
        store = world.store()
        epoch = (await store.open(0)).epoch
        first = [Line(ALERTS, b"a", b"1", True), Line(ALERTS, b"b", b"1", True), Line(DEAD, b"a", b"1", False)]
        for lines in (first, [Line(ALERTS, b"a", b"2", True), Line(ALERTS, b"b", None, True)]):
            (committed,) = await store.commit([PartitionCommit(0, epoch, outbox=lines)])
            epoch = committed.epoch
        assert await store.load_lines(0) == {(ALERTS, b"a"): b"2"}
        assert await store.load_lines(1) == {}

    world.run(story())


def test_the_watermarks_of_all_partitions_are_read_at_once(world):
    async def story():
        store = world.store()
        epoch = (await store.open(2)).epoch
        await store.commit([PartitionCommit(2, epoch, watermark_us=5)])
        assert await store.watermarks(4) == [0, 0, 5, 0]
        assert await store.watermarks(0) == []

    world.run(story())
