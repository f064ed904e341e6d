"""A Redis Cluster of three masters: a slot that moves and a master that dies lose nothing and decide nothing else.

Turned red by: `_ask_in_turn` that reads nothing again (the look at the epoch is then older than what it vouches for).
"""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.crc import key_slot

from streams.redis_cluster import ClusterPipe
from streams.redis_commit import partition_key
from streams.redis_store import RedisStore
from streams.store import (
    ENTRY_HEAD,
    Committed,
    MarketWrite,
    PartitionCommit,
    SellerChange,
    StoreUnavailableError,
    TakenOverError,
)
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.test_kills import LAST_DAY, LAST_US, Left, assert_same, left
from tests.guarantees.workload import closing, workload
from tests.streams.conftest import BINARIES, USUAL, Cluster, Server

PARTITIONS = 6


@pytest.fixture
def own_cluster(tmp_path: Path) -> Iterator[Cluster]:
    """One that the test may break; what it answered for is on its disk."""
    running = Cluster(BINARIES[USUAL], tmp_path, "--appendonly", "yes", "--appendfsync", "always")
    yield running
    running.kill()


def holder(cluster: Cluster, key: str) -> Server:
    """The master that has the key's slot."""
    port = cluster.client.get_node_from_key(key).port
    return next(master for master in cluster.masters if master.port == port)


class Move:
    """A partition's slot on its way from its master to another, key by key."""

    def __init__(self, cluster: Cluster, partition: int) -> None:
        self.slot = key_slot(partition_key("assay", partition).encode())
        self.source = holder(cluster, partition_key("assay", partition))
        self.target = next(master for master in cluster.masters if master is not self.source)
        self._masters = cluster.masters
        ids = {id(each): each.client.execute_command("CLUSTER MYID").decode() for each in cluster.masters}
        self._target_id = ids[id(self.target)]
        self.target.client.execute_command("CLUSTER SETSLOT", self.slot, "IMPORTING", ids[id(self.source)])
        self.source.client.execute_command("CLUSTER SETSLOT", self.slot, "MIGRATING", self._target_id)

    def carry(self, *keys: bytes) -> None:
        """Some of the keys, or all that there are."""
        for key in keys or self.source.client.execute_command("CLUSTER GETKEYSINSLOT", self.slot, 100_000):
            self.source.client.execute_command("MIGRATE", "127.0.0.1", self.target.port, key, 0, 10_000)

    def end(self) -> None:
        for master in (self.target, self.source, *self._masters):
            master.client.execute_command("CLUSTER SETSLOT", self.slot, "NODE", self._target_id)


async def filled(store: RedisStore, partition: int) -> int:
    """The epoch of a partition with three sellers in it."""
    epoch = (await store.open(partition)).epoch
    sellers = {name: SellerChange(name.encode(), orders={"o": b"1"}) for name in ("a", "b", "c")}
    (committed,) = await store.commit([PartitionCommit(partition, epoch, offsets={"t": 1}, sellers=sellers)])
    assert isinstance(committed, Committed)
    return committed.epoch


def told(cluster: Cluster, story: Callable[[RedisStore], Any]) -> None:
    async def run() -> None:
        store = RedisStore(cluster.url)
        try:
            await story(store)
        finally:
            await store.close()

    asyncio.run(run())


def test_a_slot_on_its_way_is_read_whole_and_written_once_it_has_arrived(own_cluster: Cluster) -> None:
    async def story(store: RedisStore) -> None:
        epoch = await filled(store, 0)
        before = await store.load_sellers(0, ["a", "b", "c", "never"], epoch)
        move = Move(own_cluster, 0)
        move.carry(b"assay:{0}:seller:b", b"assay:{0}:orders:c")
        assert await store.load_sellers(0, ["a", "b", "c", "never"], epoch) == before
        commit = PartitionCommit(0, epoch, expected={"t": 1}, offsets={"t": 2}, sellers={"b": SellerChange(b"new")})
        waiting = asyncio.create_task(store.commit([commit]))
        await asyncio.sleep(0.3)
        assert not waiting.done(), "keys of one script lie on two masters"
        move.carry()
        move.end()
        (committed,) = await waiting
        assert isinstance(committed, Committed)
        head = await store.open(0)
        assert head.offsets == {"t": 2}
        assert (await store.load_sellers(0, ["b"]))["b"].core == b"new"

    told(own_cluster, story)


def test_what_is_read_in_a_moving_slot_is_not_older_than_the_look_at_its_epoch(own_cluster: Cluster) -> None:
    """The first key is with the new master and the epoch with the old one: the epoch may not be what is read first."""

    async def story(store: RedisStore) -> None:
        epoch = await filled(store, 0)
        await store.load_sellers(0, ["a"], epoch)
        move = Move(own_cluster, 0)
        move.carry(b"assay:{0}:seller:a")
        pipe = store.pipe
        assert isinstance(pipe, ClusterPipe)
        follow = pipe._follow
        stolen = False

        async def slowly(slot: int, command: Any) -> Any:
            nonlocal stolen
            if not stolen:  # somebody else takes the partition over while the first key is asked for elsewhere
                stolen = True
                move.source.client.hset("assay:{0}:offsets", "epoch", 7)
            return await follow(slot, command)

        pipe._follow = slowly  # type: ignore[method-assign]
        with pytest.raises(TakenOverError):
            await store.load_sellers(0, ["a"], epoch)

    told(own_cluster, story)


def test_a_slot_that_has_moved_is_found_again_without_an_error(own_cluster: Cluster) -> None:
    async def story(store: RedisStore) -> None:
        epochs = [await filled(store, number) for number in range(4)]
        move = Move(own_cluster, 2)
        move.carry()
        move.end()
        commits = [PartitionCommit(number, epoch, offsets={"t": 9}) for number, epoch in enumerate(epochs)]
        assert [type(each) for each in await store.commit(commits)] == [Committed] * 4
        assert [(await store.open(number)).offsets for number in range(4)] == [{"t": 9}] * 4
        pipe = store.pipe
        assert isinstance(pipe, ClusterPipe)
        assert pipe._master_of[move.slot] == ("127.0.0.1", move.target.port)

    told(own_cluster, story)


def test_a_master_that_comes_back_is_used_again(own_cluster: Cluster) -> None:
    async def story(store: RedisStore) -> None:
        epochs = [await filled(store, number) for number in range(4)]
        master = holder(own_cluster, partition_key("assay", 1))
        master.kill()
        with pytest.raises(StoreUnavailableError):
            await store.commit([PartitionCommit(1, epochs[1], offsets={"t": 2})])
        master.start()
        async with asyncio.timeout(60):
            while True:
                try:
                    head = await store.open(1)
                    break
                except StoreUnavailableError:
                    await asyncio.sleep(0.1)
        assert head.offsets == {"t": 1}

    told(own_cluster, story)


def test_markets_are_told_before_any_commit_stands(own_cluster: Cluster) -> None:
    """On one server they are ahead in the same round trip; here the commits wait for what they rest on."""

    async def story(store: RedisStore) -> None:
        down = own_cluster.masters[0]
        market = next(f"m{n}" for n in range(99) if holder(own_cluster, f"assay:market:m{n}") is down)
        partition = next(n for n in range(99) if holder(own_cluster, partition_key("assay", n)) is not down)
        epoch = await filled(store, partition)
        down.kill()
        commit = PartitionCommit(partition, epoch, offsets={"t": 2})
        with pytest.raises(StoreUnavailableError):
            await store.commit([commit], [MarketWrite(market, "s", ENTRY_HEAD.pack(1, 1, 1))])
        key = f"{partition_key('assay', partition)}offsets"
        up = holder(own_cluster, key).client
        up.config_set("cluster-require-full-coverage", "no")
        assert up.hget(key, "offset:t") == b"1"

    told(own_cluster, story)


@pytest.mark.stack
def test_a_worker_on_a_cluster_decides_what_it_decides_on_one_server(
    marketplace: Callable[[int], Marketplace], own_cluster: Cluster
) -> None:
    """Under way one slot moves and one master is killed and comes back."""
    told_of = workload(seed=21, shops=16, rounds=4)
    here = marketplace(PARTITIONS)
    here.refer(told_of.reference)
    here.send(told_of.warm)
    here.judge_all(workers=1)
    warm = here.snapshot()
    here.send([*told_of.busy, *closing(PARTITIONS, LAST_DAY)])
    here.judge_all(workers=1, until_us=LAST_US)
    expected: Left = left(here)
    assert sum(map(len, expected.said.values())) > 100, "too little is said for the outbox to matter"

    here.forget_outputs()
    here.use_redis(own_cluster.url)
    here.restore(warm)
    running = [here.worker(pace_ms=10, max_poll_records=12, seller_cache=6) for _ in range(2)]
    here.until("two workers share the partitions", lambda: here.sharing() == 2)
    here.wait_until_all_move()
    move = Move(own_cluster, 3)
    time.sleep(0.5)
    move.carry()
    move.end()
    here.wait_until_all_move()
    assert here.stored() != here.log_ends(), "all was judged before the master died"
    move.target.kill()
    time.sleep(1.0)
    move.target.start()
    here.wait_until_judged(until_us=LAST_US)
    assert [worker.end(signal.SIGTERM) for worker in running] == [0, 0], here.logs()
    assert_same(left(here), expected)
