"""Markets in a worker's memory: kept between two reads, and always what a read from nothing would give.

Seen red: with a market kept although the store has lost one of its sellers; with flags handed on to no seller but
those whose entry has changed; with the worker's own writes left out of what is compared.
"""

import asyncio
import random

import pytest

from detectors.entries import Entry, Flags
from detectors.market import Market
from detectors.reference import Reference
from streams.memory_store import MemoryStore
from streams.surroundings import Surroundings

DAY_US = 86_400_000_000
NOW_US = 1_000 * DAY_US
MARKETS = ("p:1:new:CNY", "p:2:new:CNY")


def answers(market: Market) -> object:
    """All that a market says, asked by somebody outside it and by one of its sellers."""
    asked = [market.estimate(NOW_US, without) for without in (frozenset(), frozenset({"s-1"}))]
    return dict(market.entries()), asked, market.standing_sellers(6.9, 1.1, NOW_US, frozenset())


def entry(chance: random.Random, sequence: int) -> Entry:
    registered_us = NOW_US - chance.choice((5, 400)) * DAY_US
    removed_us = chance.choice((0, 0, NOW_US))
    return Entry(NOW_US + sequence, sequence, registered_us, chance.gauss(7, 0.3), NOW_US, removed_us)


def flags(chance: random.Random, sequence: int) -> Flags:
    held, standing = chance.random() < 0.3, chance.random() < 0.3
    ring = chance.choice(("", "", "r-1"))
    return Flags(NOW_US + sequence, sequence, NOW_US - 400 * DAY_US, NOW_US, standing, held, held, False, ring)


@pytest.mark.parametrize("sellers", [6, 90, 300])
def test_a_market_kept_in_memory_answers_as_one_that_was_just_read(sellers: int) -> None:
    async def story() -> None:
        chance, store = random.Random(sellers), MemoryStore()
        workers = [Surroundings(Reference(), fresh_us=0) for _ in range(2)]
        for sequence in range(1, 1_200):
            seller = chance.randrange(sellers)
            worker, seller_id = workers[seller % 2], f"s-{seller}"
            key = chance.choice(MARKETS)
            await worker.refresh(store, worker.stale([key], 0), 0)
            if chance.random() < 0.3:
                worker.flag(seller_id, flags(chance, sequence))
            worker.write(seller_id, key, entry(chance, sequence))
            await store.commit((), *worker.news())
            if sequence % 20 == 0:
                reader, anew = chance.choice(workers), Surroundings(Reference(), fresh_us=0)
                await reader.refresh(store, [key], 0)
                await anew.refresh(store, [key], 0)
                assert answers(reader.market(key)) == answers(anew.market(key))

    asyncio.run(story())


def test_a_market_that_nobody_has_changed_is_not_made_anew() -> None:
    async def story() -> None:
        store, worker = MemoryStore(), Surroundings(Reference(), fresh_us=0)
        worker.write("s-1", MARKETS[0], entry(random.Random(1), 1))
        await store.commit((), *worker.news())
        before = worker.market(MARKETS[0])
        await worker.refresh(store, MARKETS[:1], 0)
        assert worker.market(MARKETS[0]) is before

    asyncio.run(story())
