"""Where a person's id lies: found among more than one look takes, on each server of Redis's kind and on a cluster.

Turned red by: one look alone, at entries or at keys; a pattern whose special characters are not escaped; one master
alone (cluster); no separator behind the seller's id; a line that has the id in another field.
"""

from collections.abc import Callable
from typing import Any

import pytest

from schemas import topics, wire
from streams import redis_search
from streams.deadlines import deadline_id
from streams.redis_search import Across, Search
from streams.store import ENTRY_HEAD, STAMP, FlagWrite, Line, MarketWrite, PartitionCommit, SellerChange
from tests.console.records import alert
from tests.streams.conftest import BINARIES, RedisWorld

pytestmark = pytest.mark.parametrize("world", [*BINARIES, "cluster"], indirect=True)
ODD = "s*[1]?\\"  # whatever a pattern could take for something else
ALIKE = (ODD + "2", "s-1", "s", "sX1?\\")
MARKETS = 40


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIECE", "LINES_AT_ONCE", "HASHES_AT_ONCE"):
        monkeypatch.setattr(redis_search, name, 7)


def line(seller_id: str, number: int) -> Line:
    """An alert's, which says the other's id elsewhere."""
    told = alert(f"a-{seller_id}-{number}", seller=seller_id, note=ODD)
    return Line(topics.ALERTS.name, told.alert_id.encode(), wire.encode(told), True)


def looked(world: RedisWorld, look: Callable[[Search], Any], *changes: Any, **others: Any) -> Any:
    """What a look finds after a commit with these."""
    found: list[Any] = []

    async def story() -> None:
        store: Any = world.store()
        for number, change in enumerate(changes):
            head = await store.open(number)
            await store.commit([change(PartitionCommit(number, head.epoch))], **others)
        found.append(await look(Search(store.pipe, world.prefix)))

    world.run(story())
    return found[0]


def test_the_sellers_own_deadlines_are_found_among_all(world: RedisWorld) -> None:
    own = sorted(deadline_id(ODD, "refund", f"R{number}") for number in range(200))

    def change(commit: PartitionCommit) -> PartitionCommit:
        others = [deadline_id(seller, "refund", f"R{number}") for seller in ALIKE for number in range(200)]
        commit.deadlines = {one: 1_000 + number for number, one in enumerate((*own, *others))}
        return commit

    assert looked(world, lambda search: search.deadlines_of(0, ODD), change) == own


def test_the_lines_about_the_seller_are_found_and_no_others(world: RedisWorld) -> None:
    def change(commit: PartitionCommit) -> PartitionCommit:
        commit.outbox = [line(seller, number) for seller in (ODD, *ALIKE) for number in range(40)]
        return commit

    wanted = {(topics.ALERTS.name, f"a-{ODD}-{number}".encode()) for number in range(40)}
    assert looked(world, lambda search: search.lines_of(0, ODD), change) == wanted


def test_the_seller_is_found_among_others_and_taken_out(world: RedisWorld) -> None:
    entry = ENTRY_HEAD.pack(9, 1, 9)
    entries = [MarketWrite(f"m{at}", seller, entry) for at in range(MARKETS) for seller in ALIKE]
    entries += [MarketWrite(f"m{at}", ODD, entry) for at in range(0, MARKETS, 2)]
    flags = [FlagWrite(seller, STAMP.pack(1, 1)) for seller in (ODD, *ALIKE)]

    async def look(search: Search) -> tuple[Across, Across]:
        before = await search.across(ODD)
        await search.take_out(ODD, before.markets)
        assert (await search.across("s-1")).markets == sorted(f"assay:market:m{at}" for at in range(MARKETS))
        return before, await search.across(ODD)

    before, after = looked(world, look, lambda commit: commit, entries=entries, flags=flags)
    assert before == Across(sorted(f"assay:market:m{at}" for at in range(0, MARKETS, 2)), True)
    assert after == Across([], False)


def test_sellers_are_found_that_hold_a_buyers_name(world: RedisWorld) -> None:
    """Wherever it lies in orders or returns, and in any partition; not in listings, and not in keys."""

    def change(commit: PartitionCommit) -> PartitionCommit:
        for number in range(60):
            commit.sellers[f"s:{number}"] = SellerChange(orders={"o": b"x"}, listings={"l": b"b-7", "b-7": b""})
        commit.sellers["s:bought"] = SellerChange(
            orders={f"o{number}": b"other" for number in range(30)} | {"o": b"(b-7)"}
        )
        commit.sellers["s:returned"] = SellerChange(returns={"r": b"b-7"})
        return commit

    found = looked(world, lambda search: search.sellers_naming("b-7"), change, change, change)
    assert found == {number: {"s:bought", "s:returned"} for number in range(3)}
