"""Plays faults on one workload again and again, and compares what each run leaves with an undisturbed run.

All topics lie there beforehand, so that what is compared is exact. A run ends when little is left to judge; what faults
are still to come happen in the next run, over the same events.
"""

import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from random import Random

from schemas.fields import to_us
from tests.chaos.accounts import assert_accounted
from tests.chaos.arena import PARTITIONS, Arena
from tests.chaos.faults import Fault
from tests.chaos.report import Figures
from tests.guarantees.left import assert_same, left
from tests.guarantees.told import DAY, START
from tests.guarantees.workload import closing, workload

LAST_DAY = 50.0
LAST_US = to_us(START + LAST_DAY * DAY)
LEAST_LEFT = 0.1  # of the events: a fault that comes later might meet no load


class Runner:
    """`seed` decides the events, the order of faults, their moments and the workers' pauses."""

    def __init__(self, seed: int, folder: Path, servers: Path, *, shops: int, pace_ms: int, is_long: bool) -> None:
        self.seed = seed
        self.rng = Random(seed)
        self.is_long = is_long
        self.arena = Arena(folder, servers, self.rng, pace_ms)
        self.told = workload(seed, shops)
        here = self.arena.here
        here.refer(self.told.reference)
        here.send(self.told.warm)
        here.judge_all(workers=1)
        self.warm = here.snapshot()
        self.events = [*self.told.busy, *closing(PARTITIONS, LAST_DAY)]
        here.send(self.events)
        here.judge_all(workers=1, until_us=LAST_US)
        self.expected = left(here)
        assert_accounted(here, self.told.warm, self.events)
        assert sum(map(len, self.expected.said.values())) > 20 * shops, "too little is said for the outbox to matter"

    def play(self, figures: Figures, faults: Sequence[Fault]) -> None:
        """All of these faults in an order of the seed's; raises AssertionError at the first run that differs."""
        began_s = time.monotonic()
        coming = [fault for fault in faults for _ in range(fault.times(self.is_long))]
        self.rng.shuffle(coming)
        queue = deque(coming)
        while queue:
            self._run(queue, figures)
            figures.seconds = time.monotonic() - began_s

    def _run(self, queue: deque[Fault], figures: Figures) -> None:
        arena, here, met = self.arena, self.arena.here, len(queue)
        arena.abandon_all()
        arena.ended.clear()
        here.workers.clear()
        here.restore(self.warm)
        here.forget_outputs()
        arena.begin()
        while queue:
            time.sleep(self.rng.uniform(0.0, 1.0))
            if arena.left_to_judge() < LEAST_LEFT * len(self.events):
                break
            fault = queue.popleft()
            figures.faults[fault.name] = figures.faults.get(fault.name, 0) + 1
            fault.meet(arena, self.is_long)
            figures.recovered_s.append(round(arena.until_all_move(), 2))
        assert len(queue) < met, "all was judged before the first fault: make the workload larger"
        arena.dismiss_all()
        here.judge_all(workers=1, until_us=LAST_US)
        self._compare(figures)

    def _compare(self, figures: Figures) -> None:
        here = self.arena.here
        found = left(here)
        figures.runs += 1
        figures.events += len(self.events)
        figures.lines += found.lines
        figures.repeated_lines += found.repeated
        figures.refused_lines += sum(map(len, found.unsaid.values()))
        figures.ended_by_themselves += self.arena.ended
        assert not self.arena.ended, f"workers ended by themselves: {self.arena.ended}"
        assert_same(found, self.expected)
        assert_accounted(here, self.told.warm, self.events)

    def close(self) -> None:
        self.arena.close()
