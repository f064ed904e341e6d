"""A console that is stopped, slow or dead changes nothing for a worker: same decisions, and nothing waits."""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from console.edges import Record as Read
from console.kafka import KafkaFeed
from schemas import topics
from schemas.fields import to_us
from tests.console.running import running_console
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.test_parity import LAST_DAY, replayed, values
from tests.guarantees.told import DAY, START
from tests.guarantees.workload import closing, merged, workload

pytestmark = pytest.mark.stack


class Slow:
    """A console's feed that takes its time with every record, in a thread of its own."""

    def __init__(self, kafka: str) -> None:
        self.taken = 0
        self._is_over = False
        self._feed = KafkaFeed({"bootstrap_servers": kafka}, history_days=400)
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(self._feed.follow(self._take))
        self._thread = threading.Thread(target=self._run, daemon=True)

    @contextmanager
    def reading(self) -> Iterator["Slow"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._is_over = True  # what it was given at once it would go through first
            self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join()

    def _take(self, _: Read) -> None:
        self.taken += 1
        if not self._is_over:
            time.sleep(0.1)

    def _run(self) -> None:
        self._loop.run_until_complete(asyncio.gather(self._task, return_exceptions=True))


def test_a_console_that_is_stopped_slow_or_dead_changes_no_decision_and_keeps_nothing_waiting(
    marketplace: Callable[[int], Marketplace], tmp_path: Path
) -> None:
    told = workload(seed=13, shops=5, rounds=4)
    records = [*told.warm, *told.busy, *closing(1, LAST_DAY)]
    here = marketplace(1)
    here.refer(told.reference)
    here.send(records)
    kafka = here.settings.kafka_bootstrap
    with running_console(kafka, tmp_path) as console, Slow(kafka).reading() as slow:
        console.until_caught_up()
        console.process.send_signal(signal.SIGSTOP)
        worker = here.worker(max_poll_records=100)
        here.until("the worker has begun", lambda: bool(here.stored()))
        assert console.process.poll() is None
        console.process.kill()
        here.wait_until_judged(until_us=to_us(START + LAST_DAY * DAY))
        assert 0 < slow.taken < len(records), "it was to be behind"
        assert worker.end() == 0
    found = here.outputs()
    expected = replayed(tmp_path, merged(records), told.reference)
    for topic in (topics.ALERTS.name, topics.HOLDS.name, topics.STANDINGS.name):
        assert values(found[topic]) == expected[topic]
        assert len(expected[topic]) > 20
