"""A live hop on one partition, with clocks, a broker and a store that are the test's: no server, no waiting."""

import asyncio
from collections.abc import Coroutine, Iterable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

import schemas
from detectors.judge import Judge
from detectors.policy import make_policy
from detectors.reference import Reference
from schemas import topics, wire
from schemas.fields import HOUR_US, SECOND_US, to_us
from streams import live
from streams.hop import Hop, HopTerms
from streams.memory_store import MemoryStore
from streams.outbox import ProcessOutbox
from streams.polls import TP, Control, PlainRecord, Poll, Stretch, Tenure
from streams.settings import read_policy
from streams.store import Line
from streams.surroundings import Surroundings

LATENESS_US = 60 * SECOND_US
INPUTS = tuple(topic.name for topic in topics.MARKETPLACE)


class Room:
    """What was sent of a topic is judged once it is fetched. `run` runs the test's story; the hop's ticker is with it.

    `wall_us` is what the wall clock says; `jump` moves it alone, `wait` moves time itself.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, starts: datetime) -> None:
        self.wall_us = to_us(starts)
        self._monotonic_s = 1_000.0
        self.store = MemoryStore()
        self.lines: list[Line] = []
        self.sent: dict[str, list[bytes]] = {name: [] for name in INPUTS}
        monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: self._monotonic_s))
        monkeypatch.setattr(live, "TICK_IDLE_S", 0.001)
        monkeypatch.setattr(live, "TICK_WAITING_S", 0.001)

    def run(self, story: Coroutine[Any, Any, None]) -> None:
        async def told() -> None:
            try:
                await story
            finally:
                await self.live.close()

        asyncio.run(told())

    async def start(self) -> None:
        """A worker takes the partition over; one that was there is gone without a word."""
        if hasattr(self, "live"):
            await self.live.close()
        hop = Hop(
            Judge(make_policy(read_policy(None))),
            self.store,
            ProcessOutbox(self.lines.append),
            Surroundings(Reference(), fresh_us=None),
            HopTerms(by_events=False, lateness_us=LATENESS_US),
            clock=lambda: self.wall_us,
        )
        self.control = Control()
        self.live = live.LiveHop(hop, self.control, INPUTS, stop=self._fail)
        positions = await self.live.assigned({0})
        handed = {TP(name, 0): positions.get(TP(name, 0), 0) for name in INPUTS}
        self.books = {tp: SimpleNamespace(highwater=None) for tp in handed}
        self.control.tenure = Tenure(assignment=None, books=self.books, handed=handed, seek=lambda *_: None)

    def send(self, *events: schemas.Event) -> None:
        """Appends to the topics' logs; nobody has read it yet."""
        for one in events:
            self.sent[topics.TOPIC_OF[type(one)].name].append(wire.encode(one))

    async def fetch(self, *names: str, most: int = 1_000) -> None:
        """The broker answers now for these topics (all where none is named), with so many records each at most."""
        await self.live.polled(self.hand_over(*names, most=most))
        self.wall_us += 1_000
        await self.tick()

    def hand_over(self, *names: str, most: int = 1_000) -> Poll:
        """What the broker answers, on its way to the hop."""
        tenure = self.control.tenure
        assert tenure is not None
        lanes = {}
        for tp in [TP(name, 0) for name in names or INPUTS]:
            log, start = self.sent[tp.topic], tenure.handed[tp]
            values = log[start : start + most]
            records = [PlainRecord(*tp, start + number, None, value) for number, value in enumerate(values)]
            lanes[tp] = Stretch(records, start, start + len(values))
            self.books[tp].highwater = len(log)
            tenure.fetched_at_ms[tp] = self.wall_us // 1_000
        return tenure.hand_over(Poll(lanes))

    async def tick(self) -> None:
        """The ticker has gone round at least once since."""
        for _ in range(3):
            await asyncio.sleep(0.003)

    async def wait(self, hours: float) -> None:
        """Time goes by."""
        self.wall_us += round(hours * HOUR_US)
        self._monotonic_s += hours * 3600
        await self.tick()

    async def jump(self, hours: float) -> None:
        """The wall clock is set."""
        self.wall_us += round(hours * HOUR_US)
        await self.tick()

    def alerts(self) -> list[tuple[str, datetime]]:
        """Every line of an alert about returns: what it says of it, and the event time."""
        values = [line.value for line in self.lines if line.topic == topics.ALERTS.name and line.value is not None]
        decoded: Iterable[schemas.Alert] = (msgspec.json.decode(value, type=schemas.Alert) for value in values)
        return [(one.status, one.event_time) for one in decoded if one.family == "aftersale"]

    def _fail(self, error: Exception) -> None:
        raise AssertionError("the hop's ticker ended") from error
