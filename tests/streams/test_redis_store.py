"""What only a store on Redis has: an address, a prefix, many connections, scripts, keys and their slot.

Seen red: all calls sent again by `run` instead of those refused; a key left out of the declared ones.
"""

import asyncio

import pytest

from streams.redis_commit import commit_call, read_answer
from streams.redis_pipe import RedisPipe
from streams.redis_scripts import COMMIT, META, Call, run
from streams.redis_store import RedisStore
from streams.store import (
    ENTRY_HEAD,
    STAMP,
    Committed,
    FlagWrite,
    MarketWrite,
    StoreUnavailableError,
)
from tests.streams.commits import emptying, filling


def test_many_questions_at_once_each_get_their_own_answer(redis_world):
    async def story():
        store = redis_world.store()
        heads = await asyncio.gather(*(store.open(number) for number in range(20)))
        await asyncio.gather(*(store.commit([filling(head.epoch, i)]) for i, head in enumerate(heads[:10])))
        found = await asyncio.gather(*(store.next_due(number, 9) for number in range(20)))
        assert found == [[("d", 1)]] * 10 + [[]] * 10

    redis_world.run(story())


def test_the_address_says_user_password_and_database(redis_world):
    client = redis_world.server.client
    client.execute_command("ACL", "SETUSER", "worker", "on", ">s3cret/", "~*", "&*", "+@all")
    client.config_set("requirepass", "other")
    port = redis_world.server.port

    async def story():
        store = RedisStore(f"redis://worker:s3cret%2F@127.0.0.1:{port}/3")
        await store.set_meta({"a": "b"})
        await store.close()
        for stranger in (RedisStore(f"redis://127.0.0.1:{port}/3"), RedisStore(f"redis://worker:x@127.0.0.1:{port}/3")):
            with pytest.raises(StoreUnavailableError, match=r"it wants a user|the password is wrong"):
                await stranger.meta()
            await stranger.close()

    redis_world.run(story())
    client.execute_command("AUTH", "other")
    assert client.execute_command("INFO", "keyspace")["db3"]["keys"] == 1


def test_two_installations_share_one_server_by_their_prefixes(redis_world):
    async def story():
        mine, theirs = redis_world.store(), RedisStore(redis_world.server.url, prefix="assay2")
        epochs = [(await store.open(0)).epoch for store in (mine, theirs)]
        for store, epoch in zip((mine, theirs), epochs, strict=True):
            (committed,) = await store.commit([filling(epoch)])
            assert isinstance(committed, Committed)
        await mine.commit((), (), [FlagWrite("s", STAMP.pack(1, 1))])
        await mine.commit((), [MarketWrite("m", "s", ENTRY_HEAD.pack(1, 1, 1))])
        assert await theirs.load_flags(["s"]) == {}
        assert await theirs.load_markets(["m"]) == {"m": {}}
        await theirs.close()

    redis_world.run(story())


def test_of_several_calls_only_those_whose_script_was_unknown_are_made_again(redis_world):
    async def story():
        store = redis_world.store()
        pipe = RedisPipe(redis_world.server.url, timeout_s=30.0)
        commit = filling((await store.open(0)).epoch)
        redis_world.server.client.script_flush()
        redis_world.server.client.script_load(COMMIT.text)
        answer, _ = await run(pipe, [commit_call("assay", commit, 7), Call(META, ["assay:meta"], ["a", "b"])])
        assert isinstance(read_answer(answer, commit, 7), Committed)
        assert await store.meta() == {"a": "b"}
        assert len((await store.open(0)).unpublished) == 1
        await pipe.close()

    redis_world.run(story())


@pytest.mark.parametrize(
    ("url", "prefix"), [("redis://localhost", "a{b"), ("redis://localhost", "}"), ("http://x", "a")]
)
def test_an_address_or_a_prefix_that_cannot_work_is_refused_at_once(url, prefix):
    with pytest.raises(ValueError, match=r"prefix|URL"):
        RedisStore(url, prefix=prefix)


def test_every_key_the_commit_touches_is_declared_and_in_one_slot(redis_world):
    client = redis_world.server.client

    async def story():
        store = redis_world.store()
        epoch = (await store.open(0)).epoch
        (filled,) = await store.commit([filling(epoch)])
        with client.monitor() as monitor:
            await store.commit([filling(filled.epoch)])
            await store.commit([emptying((await store.open(0)).epoch)])
            client.echo("end")
            declared: set[str] = set()
            touched: set[str] = set()
            for seen in monitor.listen():
                words = seen["command"].split(" ")
                if words[0] == "ECHO":
                    break
                if words[0] == "EVALSHA":
                    declared |= set(words[3 : 3 + int(words[2])])
                elif seen["client_type"] == "lua":
                    touched |= {word for word in words[1:] if word.startswith("assay:")}
        assert touched
        assert touched <= declared
        assert all(key.startswith("assay:{0}:") for key in declared)

    redis_world.run(story())
