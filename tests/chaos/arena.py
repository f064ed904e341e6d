"""Where the faults happen: servers of its own, a marketplace on them, and a crew of workers under a supervisor."""

import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from kafka.errors import KafkaError
from redis.exceptions import RedisError

from tests.chaos.proxy import Wire
from tests.chaos.servers import Servers
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.worker_process import Worker

PARTITIONS = 5
CREW = 3
PATIENCE_SECONDS = 240.0


class Arena:
    """`crew` are the workers that should run. One that ends by itself is counted and replaced, as a supervisor does."""

    def __init__(self, folder: Path, servers: Path, rng: random.Random, pace_ms: int) -> None:
        self.rng = rng
        self.folder = folder
        self.servers = Servers(servers)
        self.here = Marketplace(self.servers.stack, folder, PARTITIONS)
        self.wire = Wire(int(self.servers.stack.redis_url.rsplit(":", 1)[1].partition("/")[0]), rng)
        self.crew: list[Worker] = []
        self.ended: list[str] = []
        self.pace = {"pace_ms": pace_ms, "max_poll_records": 8, "seller_cache": 2}

    @property
    def slow_redis_url(self) -> str:
        """Redis behind the wire."""
        return f"redis://127.0.0.1:{self.wire.port}/0"

    # ---- the crew

    def hire(self, **settings: object) -> Worker:
        self.crew.append(self.here.worker(pace_seed=self.rng.randrange(1 << 32), **{**self.pace, **settings}))
        return self.crew[-1]

    def begin(self, count: int = CREW) -> None:
        """So many start, and share the partitions."""
        for _ in range(count):
            self.hire()
        self.until_all_share()

    def until_all_share(self) -> None:
        self.until("the workers share the partitions", lambda: self.here.sharing() == len(self.crew))

    def dismiss(self, worker: Worker, by: signal.Signals = signal.SIGTERM) -> int:
        self.crew.remove(worker)
        return worker.end(by)

    def dismiss_in_order(self) -> None:
        """One of them leaves as an operator would make it leave."""
        worker = self.rng.choice(self.crew)
        code = self.dismiss(worker)
        assert code == 0, f"told to leave, {worker.log.name} ended with {code}: {worker.said()[-2000:]}"

    def abandon_all(self) -> None:
        """Whatever still runs of a run that failed."""
        for worker in self.crew:
            worker.end(signal.SIGKILL)
        self.crew.clear()

    def dismiss_all(self) -> None:
        """Each leaves in order; one that has not quite started yet ends by the signal."""
        crew, self.crew = self.crew, []
        for worker in crew:
            worker.process.terminate()
        codes = {worker.end(None) for worker in crew}
        assert codes <= {0, -signal.SIGTERM}, f"workers ended with {codes}\n{self.here.logs()}"

    def tend(self) -> None:
        """Whoever ended by itself is replaced."""
        for worker in [each for each in self.crew if each.process.poll() is not None]:
            self.crew.remove(worker)
            lines = worker.said().splitlines()
            self.ended.append(f"exit code {worker.process.returncode}: {lines[-1] if lines else 'without a word'}")
            self.hire()

    def anyone_says(self, words: str) -> bool:
        return any(words in worker.said() for worker in self.here.workers)

    # ---- waiting

    def until(
        self, what: str, so: Callable[[], bool], seconds: float = PATIENCE_SECONDS, *, tending: bool = True
    ) -> None:
        """As the marketplace's, with servers that may be away."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if so():
                    return
            except (RedisError, KafkaError, KeyError):
                pass
            if time.monotonic() > deadline:
                pytest.fail(f"Not in {seconds:.0f} s: {what}.\n{self.here.logs()}")
            if tending:
                self.tend()
            time.sleep(0.05)

    def until_all_move(self) -> float:
        """Until every partition was taken over or judged on, or has nothing left to judge; how many seconds it took."""
        began, before, ends = time.monotonic(), self.here.epochs(), self.here.log_ends()

        def moved() -> bool:
            stored, now = self.here.stored(), self.here.epochs()
            still = {number for number in before if before[number] == now[number]}
            return all(stored.get(lane) == end for lane, end in ends.items() if lane[1] in still)

        self.until("every partition is judged on", moved)
        return time.monotonic() - began

    def left_to_judge(self) -> int:
        """How many records lie there that no commit covers."""
        return sum(self.here.log_ends().values()) - sum(self.here.stored().values())

    def close(self) -> None:
        self.servers.start()
        for worker in self.here.workers:
            if worker.process.poll() is None:
                worker.end(signal.SIGKILL)
        self.here.redis.close()
        self.wire.close()
        self.servers.close()
