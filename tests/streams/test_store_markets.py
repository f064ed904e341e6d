"""Markets and flags: repetition and reordering do not show, and memory and Redis agree beyond the caps as well.

Seen red: stamps compared as `>=` or not at all, in `market.lua`, `newest.lua` and in memory; sequences read as one
number in `market.lua`; ids compared with `<` backwards; the cap of the young taken out; the cap of all taken out;
caps held only for sellers that are new.
"""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.entries import MARKET_SELLERS, MARKET_YOUNG_SELLERS, YOUNG_US
from streams.memory_store import MemoryStore
from streams.store import (
    ENTRY_HEAD,
    STAMP,
    FlagWrite,
    MarketWrite,
    TableWrite,
)

NOW = 1_700_000_000_000_000
OLD = NOW - 10 * YOUNG_US
BIG = 1 << 62

PLAIN = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def entry(time_us: int, sequence: int = 0, registered_us: int = OLD, tail: bytes = b"") -> bytes:
    return ENTRY_HEAD.pack(time_us, sequence, registered_us) + tail


def writes_of(sellers: range, time_us: int, registered_us: int) -> list[MarketWrite]:
    return [MarketWrite("m", f"s{i:04}", entry(time_us + i, 0, registered_us)) for i in sellers]


async def market(store, key: str = "m") -> dict[str, bytes]:
    return (await store.load_markets([key]))[key]


def test_the_newest_entry_of_a_seller_stays_and_an_equal_one_changes_nothing(world):
    async def story():
        store = world.store()
        for time_us, sequence, tail, stays in (
            (NOW, 5, b"a", True),
            (NOW, 5, b"equal", False),
            (NOW - 1, BIG, b"older", False),
            (NOW, 4, b"older", False),
            (NOW, BIG, b"b", True),
            (NOW, BIG + 1, b"one more in 63 bits", True),
            (NOW, BIG, b"older", False),
            (NOW, -1, b"negative is older", False),
            (NOW + 1, -BIG, b"c", True),
        ):
            await store.commit((), [MarketWrite("m", "s", entry(time_us, sequence, OLD, tail))])
            assert ((await market(store))["s"][ENTRY_HEAD.size :] == tail) is stays

    world.run(story())


def test_markets_are_apart_and_any_text_names_them(world):
    async def story():
        store = world.store()
        names = ["m", "m:1", "{m}", "", "é\x00", "flags"]
        writes = [MarketWrite(key, f"s\x00{key}", entry(NOW, 0, OLD, b"\x00\xff\r\n")) for key in names]
        await store.commit((), writes)
        await store.commit((), [])
        assert await store.load_markets([*names, "never"]) == {
            **{key: {seller_id: packed} for key, seller_id, packed in writes},
            "never": {},
        }
        loaded = await market(store)
        loaded.clear()
        assert len(await market(store)) == 1
        assert await store.load_markets([]) == {}

    world.run(story())


def test_a_market_keeps_the_newest_of_its_young_and_of_all_sellers(world):
    async def story():
        store = world.store()
        established = writes_of(range(MARKET_SELLERS + 5), NOW, OLD)
        await store.commit((), established[::-1])
        assert set(await market(store)) == {f"s{i:04}" for i in range(5, MARKET_SELLERS + 5)}
        await store.commit((), writes_of(range(1000, 1000 + MARKET_YOUNG_SELLERS + 3), NOW - YOUNG_US // 2, NOW - 1))
        young = {f"s{1000 + i}" for i in range(3, MARKET_YOUNG_SELLERS + 3)}
        kept = {f"s{i:04}" for i in range(5 + MARKET_YOUNG_SELLERS, MARKET_SELLERS + 5)}
        assert set(await market(store)) == young | kept

    world.run(story())


def test_of_sellers_of_one_instant_those_with_the_greater_id_bytes_stay(world):
    async def story():
        store = world.store()
        ids = ["a", "B", "é", "z", "\U0001f600", "\uffee", "a\x00", "ab", ""]
        rest = [f"~{i:04}" for i in range(MARKET_SELLERS - 4)]
        for order in (ids, ids[::-1]):
            await store.commit((), [MarketWrite(order[0], id_, entry(NOW)) for id_ in [*order, *rest]])
            stay = sorted([*ids, *rest], key=str.encode)[-MARKET_SELLERS:]
            assert sorted(await market(store, order[0]), key=str.encode) == stay

    world.run(story())


def test_a_seller_that_turns_young_counts_against_the_young(world):
    async def story():
        store = world.store()
        await store.commit((), writes_of(range(MARKET_YOUNG_SELLERS), NOW, NOW))
        await store.commit((), [MarketWrite("m", "turns", entry(NOW, 0, NOW - YOUNG_US))])
        assert len(await market(store)) == MARKET_YOUNG_SELLERS + 1
        await store.commit((), [MarketWrite("m", "turns", entry(NOW + 1, 0, NOW + 2 - YOUNG_US))])
        assert set(await market(store)) == {"turns", *(f"s{i:04}" for i in range(1, MARKET_YOUNG_SELLERS))}

    world.run(story())


@given(
    writes=st.lists(
        st.builds(
            lambda key, seller, time_us, sequence, registered: MarketWrite(
                key, seller, entry(time_us, sequence, registered, b"%d %d" % (time_us, sequence))
            ),
            st.sampled_from("mn"),
            st.sampled_from(["a", "b", "é", "\x00"]),
            st.integers(NOW - 2, NOW + 2) | st.integers(0, 1 << 52),
            st.integers(-2, 2) | st.integers(-(1 << 63), (1 << 63) - 1),
            st.sampled_from([OLD, NOW]),
        ),
        max_size=20,
        unique_by=lambda write: (write.key, write.seller_id, write.entry[: STAMP.size]),
    ),
    data=st.data(),
)
@PLAIN
def test_below_the_caps_any_order_and_repetition_gives_the_same_market(twins, writes, data):
    memory, redis = twins()
    repeated = data.draw(
        st.permutations(writes + data.draw(st.lists(st.sampled_from(writes), max_size=9))) if writes else st.just([])
    )

    async def story():
        plain, shuffled, remote = MemoryStore(), memory.store(), redis.store()
        await plain.commit((), writes)
        for each in repeated:
            await shuffled.commit((), [each])
        await remote.commit((), repeated)
        expected = await plain.load_markets("mn")
        assert await shuffled.load_markets("mn") == expected
        assert await remote.load_markets("mn") == expected

    redis.run(story())


crowds = st.lists(
    st.tuples(st.integers(0, 400), st.integers(-3, 3), st.sampled_from([0, 1, YOUNG_US - 1, YOUNG_US, YOUNG_US + 2])),
    min_size=1,
    max_size=120,
)


@given(crowd=crowds, young=st.integers(0, 70), split=st.integers(1, 50))
@PLAIN
def test_beyond_the_caps_memory_and_redis_agree_on_the_same_sequence(twins, crowd, young, split):
    memory, redis = twins()
    writes = writes_of(range(250 - young), NOW - 200, OLD) + writes_of(range(300, 300 + young), NOW - 500, NOW)
    writes += [MarketWrite("m", f"s{i:04}", entry(NOW + later, 0, NOW - age)) for i, later, age in crowd]

    async def story():
        local, remote = memory.store(), redis.store()
        await local.commit((), writes)
        for start in range(0, len(writes), split):
            await remote.commit((), writes[start : start + split])
        assert await market(remote) == await market(local)
        assert len(await market(local)) <= MARKET_SELLERS

    redis.run(story())


@given(crowd=st.lists(st.tuples(st.integers(0, 400), st.integers(-3, 3)), max_size=60), data=st.data())
@PLAIN
def test_beyond_the_caps_order_does_not_show_while_each_seller_stays_in_its_group(crowd, data):
    writes = writes_of(range(400), NOW, OLD)
    writes += [MarketWrite("m", f"s{i:04}", entry(NOW + later * 100, 0, OLD)) for i, later in crowd]
    writes = [
        w._replace(entry=entry(ENTRY_HEAD.unpack(w.entry)[0], 0, NOW)) if w.seller_id[-1] in "037" else w
        for w in writes
    ]

    async def story():
        one, other = MemoryStore(), MemoryStore()
        await one.commit((), writes)
        await other.commit((), data.draw(st.permutations(writes)))
        assert await market(one) == await market(other)

    asyncio.run(story())


def test_the_newest_flags_of_a_seller_stay_and_equal_ones_change_nothing(world):
    async def story():
        store = world.store()
        assert await store.load_flags(["s"]) == {}
        assert await store.load_flags([]) == {}
        await store.commit((), (), [])
        for time_us, sequence, tail, stays in (
            (NOW, BIG, b"a", True),
            (NOW, BIG, b"equal", False),
            (NOW, BIG - 1, b"older", False),
            (NOW, BIG + 1, b"b", True),
            (NOW - 1, BIG + 2, b"older", False),
            (NOW + 1, -5, b"\x00\xff", True),
        ):
            await store.commit(
                (), (), [FlagWrite("s", STAMP.pack(time_us, sequence) + tail), FlagWrite("\x00", STAMP.pack(1, 1))]
            )
            assert ((await store.load_flags(["s"]))["s"][STAMP.size :] == tail) is stays
        assert await store.load_flags(["never", "\x00"]) == {"\x00": STAMP.pack(1, 1)}

    world.run(story())


def test_the_newest_word_of_each_partition_stays_in_a_table_until_it_is_forgotten(world):
    async def story():
        one, other = world.store(), world.store()
        told = [("day:3", "0 brand", STAMP.pack(2, 0) + b"two"), ("day:4", "0 brand", STAMP.pack(1, 0))]
        await one.commit((), (), (), [TableWrite(*each) for each in told])
        await other.commit((), (), (), [TableWrite("day:3", "0 brand", STAMP.pack(1, 0) + b"one")])
        await other.commit((), (), (), [TableWrite("day:3", "1 brand", STAMP.pack(1, 0) + b"his")])
        assert await one.load_table("day:3") == {
            "0 brand": STAMP.pack(2, 0) + b"two",
            "1 brand": STAMP.pack(1, 0) + b"his",
        }
        assert await one.load_table("day:5") == {}
        await one.forget_tables(["day:3"])
        assert await other.load_table("day:3") == {}
        assert await other.load_table("day:4") == {"0 brand": STAMP.pack(1, 0)}
        await other.commit((), (), (), [TableWrite("day:3", "0 brand", STAMP.pack(1, 0))])
        await one.forget_tables(["day:3", "day:4"])
        assert [await other.load_table(each) for each in ("day:3", "day:4")] == [{}, {}]

    world.run(story())
