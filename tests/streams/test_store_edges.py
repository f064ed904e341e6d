"""What the mutants of the Lua scripts showed that no other test of the store sees (docs/mutation.md).

Seen red: the six mutants that had survived, each by one of these; in memory, `arrived` that takes no line out.
"""

from itertools import pairwise

import pytest

from detectors.entries import MARKET_SELLERS, YOUNG_US
from streams.store import ENTRY_HEAD, STAMP, FlagWrite, Line, MarketWrite, PartitionCommit

NOW = 1_700_000_000_000_000
OLD = NOW - 10 * YOUNG_US
HOUR_US = 3_600_000_000


def entry(time_us: int, sequence: int = 0, registered_us: int = OLD) -> bytes:
    return ENTRY_HEAD.pack(time_us, sequence, registered_us)


def test_a_commit_takes_the_lines_that_have_arrived_out_of_the_outbox(world):
    async def story():
        store = world.store()
        lines = [Line("assay.alerts.v1", b"%d" % i, b"x", True) for i in range(3)]
        (first,) = await store.commit([PartitionCommit(0, (await store.open(0)).epoch, outbox=lines)])
        arrived = [first.outbox_ids[0], first.outbox_ids[2]]
        await store.commit([PartitionCommit(0, first.epoch, arrived=arrived)])
        assert [each.id for each in (await store.open(0)).unpublished] == [first.outbox_ids[1]]

    world.run(story())


#: Newer from one to the next: where the low half of a number begins with a one, and where the number is negative.
SEQUENCES = (-(1 << 62), -(1 << 31), -1, 0, 1, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, (1 << 62) + (1 << 31))


def test_sequences_are_compared_as_whole_numbers_with_their_sign(world):
    async def story():
        store = world.store()
        for older, newer in pairwise(SEQUENCES):
            name = f"{older}"
            for sequence in (older, newer, older):
                flag = FlagWrite(name, STAMP.pack(NOW, sequence))
                await store.commit((), [MarketWrite(name, "s", entry(NOW, sequence))], [flag])
            assert (await store.load_markets([name]))[name] == {"s": entry(NOW, newer)}
            assert (await store.load_flags([name]))[name] == STAMP.pack(NOW, newer)

    world.run(story())


def test_the_seller_that_wrote_longest_ago_goes_where_they_wrote_hours_apart(world):
    async def story():
        store = world.store()
        writes = [MarketWrite("m", f"s{i:03}", entry(NOW + i * HOUR_US)) for i in range(MARKET_SELLERS + 9)]
        for order in (writes, writes[::-1]):
            await store.commit((), [write._replace(key=order[0].seller_id) for write in order])
            found = (await store.load_markets([order[0].seller_id]))[order[0].seller_id]
            assert set(found) == {write.seller_id for write in writes[9:]}

    world.run(story())


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_of_sellers_of_one_instant_capitals_go_before_small_letters(world, gone):
    async def story():
        store = world.store()
        ids = ["B", "C", "a", "b", "c", *(f"~{i:03}" for i in range(MARKET_SELLERS + gone - 5))]
        await store.commit((), [MarketWrite("m", id_, entry(NOW)) for id_ in ids])
        assert set((await store.load_markets(["m"]))["m"]) == set(ids[gone:])

    world.run(story())


def test_a_market_shrinks_to_caps_that_were_lowered_with_its_next_seller(twins, monkeypatch):
    """Only in Redis, where a market outlives the version that wrote it."""
    _, redis = twins()

    async def story():
        store = redis.store()
        writes = [MarketWrite("m", f"old{i}", entry(NOW + i)) for i in range(5)]
        writes += [MarketWrite("m", f"young{i}", entry(NOW + i, 0, NOW)) for i in range(3)]
        await store.commit((), writes)
        monkeypatch.setattr("streams.redis_told.MARKET_SELLERS", 4)
        monkeypatch.setattr("streams.redis_told.MARKET_YOUNG_SELLERS", 1)
        await store.commit((), [MarketWrite("m", "next", entry(NOW + 9))])
        assert set((await store.load_markets(["m"]))["m"]) == {"young2", "old3", "old4", "next"}

    redis.run(story())
