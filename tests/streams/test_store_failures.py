"""A Redis that forgets, is full, read-only, slow, dead or restarted leaves no half commit and no wrong answer.

Seen red: `run` without its second try; `ZREM` before the first `HSET` of `commit.lua`; a connection kept after a
timeout; `_Link.is_open` always true.
"""

import asyncio
import os
import signal
from contextlib import contextmanager

import pytest

from streams.store import (
    ENTRY_HEAD,
    STAMP,
    Committed,
    Fenced,
    FlagWrite,
    MarketWrite,
    SellerBytes,
    StoreUnavailableError,
)
from tests.streams.commits import emptying, filling


@contextmanager
def frozen(server):
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


def test_a_server_that_forgot_the_scripts_applies_each_commit_once(redis_world):
    async def story():
        store = redis_world.store()
        epochs = [(await store.open(number)).epoch for number in range(3)]
        for _ in range(2):
            redis_world.server.client.script_flush()
            commits = [filling(epoch, number) for number, epoch in enumerate(epochs)]
            answers = await store.commit([*commits, filling(1, 7)])
            assert [type(each) for each in answers] == [Committed, Committed, Committed, Fenced]
            epochs = [each.epoch for each in answers[:-1]]
        assert [len((await store.open(number)).unpublished) for number in range(3)] == [2, 2, 2]
        redis_world.server.client.script_flush()
        await store.commit((), [MarketWrite(key, "s", ENTRY_HEAD.pack(1, 1, 1)) for key in "ab"])
        await store.commit((), (), [FlagWrite("s", STAMP.pack(1, 1))])
        assert await store.load_flags("s") == {"s": STAMP.pack(1, 1)}
        assert len(await store.load_markets("ab")) == 2

    redis_world.run(story())


@pytest.mark.parametrize("trouble", ["full", "read-only"])
def test_a_server_that_takes_no_writes_is_left_as_it_was(redis_world, trouble):
    client = redis_world.server.client
    begin = {"full": lambda: client.config_set("maxmemory", 1), "read-only": lambda: client.replicaof("127.0.0.1", 1)}
    end = {"full": lambda: client.config_set("maxmemory", 0), "read-only": lambda: client.replicaof("NO", "ONE")}

    async def story():
        store = redis_world.store()
        (filled,) = await store.commit([filling((await store.open(0)).epoch)])
        before = redis_world.dump()
        begin[trouble]()
        for commit in (filling(filled.epoch), emptying(filled.epoch)):
            with pytest.raises(StoreUnavailableError, match=r"OOM|READONLY"):
                await store.commit([commit])
        with pytest.raises(StoreUnavailableError, match=r"OOM|READONLY"):
            await store.commit((), [MarketWrite("m", "s", ENTRY_HEAD.pack(1, 1, 1))])
        with pytest.raises(StoreUnavailableError, match=r"OOM|READONLY"):
            await store.open(0)
        assert redis_world.dump() == before
        end[trouble]()
        (emptied,) = await store.commit([emptying(filled.epoch)])
        assert isinstance(emptied, Committed)
        assert await store.load_sellers(0, ["s"]) == {"s": SellerBytes()}

    redis_world.run(story())


def test_a_server_that_dies_in_the_middle_of_a_commit_leaves_the_outcome_unknown(redis_world):
    async def story():
        store = redis_world.store()
        (filled,) = await store.commit([filling((await store.open(0)).epoch)])  # the server knows the script now
        with frozen(redis_world.server):
            under_way = asyncio.create_task(store.commit([filling(filled.epoch)]))
            await asyncio.sleep(0.05)
            assert not under_way.done()
            redis_world.server.process.kill()
        with pytest.raises(StoreUnavailableError):
            await under_way

    redis_world.run(story())


@pytest.mark.parametrize("ends", ["late", "cancelled"])
def test_a_reply_nobody_waited_for_is_not_taken_for_another(redis_world, ends):
    async def story():
        store = redis_world.store(timeout_s=0.2 if ends == "late" else 30.0)
        (filled,) = await store.commit([filling((await store.open(0)).epoch)])  # the server knows the script now
        with frozen(redis_world.server):
            under_way = asyncio.create_task(store.commit([filling(filled.epoch)]))
            await asyncio.sleep(0.05)
            if ends == "late":
                with pytest.raises(StoreUnavailableError, match="did not answer within"):
                    await under_way
            else:
                under_way.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await under_way
        async with asyncio.timeout(20):
            while redis_world.server.client.xlen("assay:{0}:outbox") < 2:
                await asyncio.sleep(0.01)
        assert await store.meta() == {}
        assert await store.next_due(0, 9) == [("d", 1)]
        head = await store.open(0)
        assert (head.offsets, len(head.unpublished)) == ({"t": 1}, 2)
        (refused,) = await store.commit([filling(filled.epoch)])
        assert isinstance(refused, Fenced)

    redis_world.run(story())


def test_a_restarted_server_is_found_again_without_an_error(redis_world):
    async def story():
        store = redis_world.store()
        await store.set_meta({"partitions": "1"})
        redis_world.server.kill()
        redis_world.server.start()
        await asyncio.sleep(0.05)  # lets the event loop see that the connection has been closed
        assert await store.meta() == {}

    redis_world.run(story())


def test_without_a_server_every_question_says_that_the_store_is_unavailable(redis_world):
    redis_world.server.kill()

    async def story():
        store = redis_world.store()
        for question in (
            store.open(0),
            store.load_sellers(0, ["s"]),
            store.due(0, 1, 1),
            store.next_due(0, 1),
            store.commit([filling(1)]),
            store.published(0, ["1-0"]),
            store.reemit(0, [("t", b"k")]),
            store.to_reemit(0),
            store.reemitted(0, ["x"]),
            store.load_markets(["m"]),
            store.commit((), [MarketWrite("m", "s", ENTRY_HEAD.pack(1, 1, 1))]),
            store.load_flags(["s"]),
            store.commit((), (), [FlagWrite("s", STAMP.pack(1, 1))]),
            store.meta(),
            store.set_meta({"a": "b"}),
        ):
            with pytest.raises(StoreUnavailableError, match="cannot be reached"):
                await question

    redis_world.run(story())
