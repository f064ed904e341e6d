"""A worker without Kafka that can die at any step: a broker in memory, a live hop on one partition, and its death.

Death is an exception after which its store and its outbox take nothing more; all that it held in memory is dropped.
The next life begins from what the store and the broker have.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from detectors.judge import Judge
from detectors.policy import make_policy
from schemas import topics
from streams import steps
from streams.hop import Hop, HopTerms, wall_clock_us
from streams.live import LiveHop
from streams.partition import Partition
from streams.polls import TP, Control, PlainRecord, Poll, Stretch, Tenure
from streams.settings import read_policy
from streams.store import Line, Store
from streams.surroundings import Surroundings
from tests.guarantees.told import Record
from tests.guarantees.workload import catalogue

INPUTS = tuple(topic.name for topic in topics.MARKETPLACE)
TOLD = "told"  # what crosses sellers is written, and nothing of the commit behind it
POINTS = (*steps.STEPS, TOLD)
BATCH = 60
POLL = 90


class Died(Exception):
    """The process is gone."""


class Moment(NamedTuple):
    """The n-th time that a step is done."""

    step: str
    number: int


class Broker:
    """One partition of each topic; `committed` are the group's offsets."""

    def __init__(self, records: Sequence[Record], products: Sequence[bytes] = ()) -> None:
        self.logs: dict[TP, list[Record]] = {TP(name, 0): [] for name in INPUTS}
        for record in records:
            self.logs[TP(record.topic, 0)].append(record)
        self.reference = catalogue(products)
        self.committed: dict[TP, int] = {}
        self.lines: list[Line] = []

    def ends(self) -> dict[TP, int]:
        return {tp: len(log) for tp, log in self.logs.items()}


class Life:
    """One process, from its start until everything is judged or until it dies. Also its store and its outbox."""

    def __init__(self, broker: Broker, store: Store, dies_at: Moment | None = None) -> None:
        self.broker = broker
        self.store = store
        self.reached: Counter[str] = Counter()
        self.is_dead = False
        self._dies_at = dies_at

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.store, name)

        async def alive(*given: Any, **named: Any) -> Any:
            self._check()
            return await call(*given, **named)

        return alive

    async def commit(self, commits: Any, entries: Any = (), flags: Any = (), tables: Any = ()) -> Any:
        self._check()
        if entries or flags or tables:
            await self.store.commit([], entries, flags, tables)
            self.done(TOLD)
        return await self.store.commit(commits, entries, flags, tables)

    async def publish(self, partition: int, lines: Sequence[Line]) -> None:
        self._check()
        self.broker.lines += lines

    def done(self, step: str) -> None:
        """Stands in the place of `steps.done`."""
        self._check()
        self.reached[step] += 1
        if self._dies_at == (step, self.reached[step]):
            self.is_dead = True
            raise Died

    def _check(self) -> None:
        if self.is_dead:
            raise Died

    async def live(self, judge: type[Judge] = Judge) -> "Life":
        """Judges what lies there, unless it dies."""
        terms = HopTerms(by_events=True, batch=BATCH)
        around = Surroundings(self.broker.reference, fresh_us=0)
        hop = Hop(judge(make_policy(read_policy(None))), self, self, around, terms, clock=wall_clock_us)  # type: ignore[arg-type]
        control = Control()
        worker = LiveHop(hop, control, INPUTS, stop=self._stop)
        usual, steps.done = steps.done, self.done
        try:
            await self._work(worker, control)
        except Died:
            self.is_dead = True
        finally:
            steps.done = usual
            await worker.close()
            for partition in worker.partitions.values():
                if partition.on_its_way is not None:
                    await asyncio.gather(partition.on_its_way, return_exceptions=True)
        return self

    async def _work(self, worker: LiveHop, control: Control) -> None:
        positions = await worker.assigned({0})
        handed = {tp: positions.get(tp, 0) for tp in self.broker.logs}
        books = {tp: SimpleNamespace(highwater=len(log)) for tp, log in self.broker.logs.items()}
        tenure = control.tenure = Tenure(assignment=None, books=books, handed=handed, seek=lambda *_: None)
        while tenure.handed != self.broker.ends():
            await worker.polled(tenure.hand_over(self._fetch(tenure)))
            self._acknowledge(worker)
        await worker.polled(Poll({}))
        while not all(_is_idle(partition) for partition in worker.partitions.values()):
            self._check()
            await asyncio.sleep(0.001)
            await worker.polled(Poll({}))
        await worker.hop.publisher.wait(worker.partitions.values())
        self._acknowledge(worker)
        await worker.revoked({0})
        self._check()

    def _fetch(self, tenure: Tenure) -> Poll:
        lanes, room = {}, POLL
        for tp, log in self.broker.logs.items():
            start = tenure.handed[tp]
            values = log[start : start + max(1, room // 2)]
            room -= len(values)
            records = [PlainRecord(*tp, start + place, one.key, one.value) for place, one in enumerate(values)]
            if values:
                lanes[tp] = Stretch(records, start, start + len(values))
            tenure.fetched_at_ms[tp] = wall_clock_us()
        return Poll(lanes)

    def _acknowledge(self, worker: LiveHop) -> None:
        """What the consumer does each commit interval."""
        self.broker.committed.update(worker.published())
        steps.done("acknowledge")

    def _stop(self, error: Exception) -> None:
        self.is_dead = True
        if not isinstance(error, Died):
            raise AssertionError("the ticker ended") from error


def _is_idle(partition: Partition) -> bool:
    return not partition.is_waiting and not partition.deadlines.is_due(partition.idle_watermark(0, True))
