"""What an owner of a partition may read and is told, and that one commit leaves alone what it does not name.

Each stands for mutants of `MemoryStore` that no other test of the store saw.
"""

import pytest

from streams.store import Committed, Fenced, Line, PartitionCommit, SellerBytes, SellerChange, TakenOverError


def test_only_its_owner_reads_a_partitions_sellers_by_epoch(world):
    async def story():
        first, second = world.store(), world.store()
        await second.open(0)
        old = (await first.open(3)).epoch
        assert await first.load_sellers(3, ["s"], old) == {"s": SellerBytes()}
        new = (await second.open(3)).epoch
        with pytest.raises(TakenOverError, match="partition 3 has been taken over"):
            await first.load_sellers(3, ["s"], old)
        assert await second.load_sellers(3, ["s"], new) == {"s": SellerBytes()}

    world.run(story())


def test_each_commit_gives_another_epoch_and_whoever_is_refused_is_told_which_partition(world):
    async def story():
        store = world.store()
        epochs = [(await store.open(3)).epoch]
        for _ in range(3):
            (committed,) = await store.commit([PartitionCommit(3, epochs[-1])])
            assert isinstance(committed, Committed)
            epochs.append(committed.epoch)
        assert len(set(epochs)) == 4
        assert all(isinstance(each, int) for each in epochs)
        (refused,) = await store.commit([PartitionCommit(3, epochs[0])])
        assert refused == Fenced("partition 3 has been taken over: its epoch is another one")

    world.run(story())


def test_offsets_of_topics_that_a_commit_does_not_name_stay_and_a_gap_is_told_with_both_ends(world):
    async def story():
        store = world.store()
        epoch = (await store.open(3)).epoch
        (one,) = await store.commit([PartitionCommit(3, epoch, offsets={"orders": 10, "returns": 4})])
        (two,) = await store.commit([PartitionCommit(3, one.epoch, expected={"orders": 10}, offsets={"orders": 12})])
        (refused,) = await store.commit([PartitionCommit(3, two.epoch, expected={"orders": 11})])
        assert refused == Fenced("partition 3 of orders stands at offset 12, not at 11")
        assert (await store.open(3)).offsets == {"orders": 12, "returns": 4}

    world.run(story())


def test_a_seller_is_remembered_by_whatever_is_left_of_it_and_then_gone(world):
    async def story():
        store = world.store()
        epoch = (await store.open(0)).epoch
        left = {
            "by order": SellerChange(orders={"x": b"1"}),
            "by return": SellerChange(returns={"x": b"1"}),
            "by listing": SellerChange(listings={"x": b"1"}),
        }
        (one,) = await store.commit([PartitionCommit(0, epoch, sellers=left)])
        loaded = await store.load_sellers(0, left)
        assert [len(each.orders) + len(each.returns) + len(each.listings) for each in loaded.values()] == [1, 1, 1]
        none = {"x": None}
        gone = {name: SellerChange(orders=none, returns=none, listings=none) for name in left}
        await store.commit([PartitionCommit(0, one.epoch, sellers=gone)])
        assert await store.load_sellers(0, left) == dict.fromkeys(left, SellerBytes())
        assert "by order" not in str(world.dump()), "nor is its name kept"

    world.run(story())


def test_what_is_not_there_is_taken_away_without_harm(world):
    async def story():
        store = world.store()
        epoch = (await store.open(0)).epoch
        (committed,) = await store.commit([PartitionCommit(0, epoch, arrived=["7-0"])])
        assert isinstance(committed, Committed)
        await store.reemitted(0, ["7-0"])
        await store.forget_tables(["never told"])

    world.run(story())


def test_a_note_and_the_newest_lines_are_the_partitions_own(world):
    async def story():
        store = world.store()
        epoch = (await store.open(3)).epoch
        await store.note(3, "seen", b"1")
        line = Line("assay.alerts.v1", b"k", b"alert", True)
        await store.commit([PartitionCommit(3, epoch, outbox=[line])])
        assert await store.load_lines(3) == {("assay.alerts.v1", b"k"): b"alert"}
        assert await store.load_lines(4) == {}
        assert (await store.open(3)).counts == {"seen": b"1"}
        assert (await store.open(4)).counts == {}

    world.run(story())
