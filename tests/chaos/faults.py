"""Every fault of the runner, by name: add a line here and it is played, in CI and by `make chaos`.

`short` and `long` are how often it happens in the two forms. What it does stands in `trouble.py`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from tests.chaos import trouble
from tests.chaos.arena import Arena


class Fault(NamedTuple):
    """`short_s`, `long_s`: how many seconds it lasts, where it takes them."""

    name: str
    do: Callable[..., Any]
    short: int
    long: int
    short_s: float | None = None
    long_s: float | None = None

    def times(self, is_long: bool) -> int:
        return self.long if is_long else self.short

    def meet(self, arena: Arena, is_long: bool) -> None:
        seconds = self.long_s if is_long else self.short_s
        (self.do if seconds is None else partial(self.do, seconds=seconds))(arena)


FAULTS = (
    #     what                                          does               CI  long  for so many seconds
    Fault("a worker is killed (kill -9)", trouble.kill, 5, 100),
    Fault("a worker is frozen past its session timeout", trouble.freeze, 0, 6),
    Fault("a worker is frozen before a commit", trouble.freeze_before_a_commit, 1, 6),
    Fault("workers come and go", trouble.come_and_go, 1, 12),
    Fault("Redis is frozen", trouble.freeze_redis, 1, 3, 3.0, 30.0),
    Fault("Redis is restarted with its data", trouble.restart_redis, 1, 6, 1.0, 30.0),
    Fault("Redis is restarted from an older log", trouble.roll_redis_back, 1, 6),
    Fault("Redis is emptied, then given its data back", trouble.empty_redis, 1, 3),
    Fault("Redis forgets the scripts (SCRIPT FLUSH)", trouble.forget_scripts, 2, 20),
    Fault("Redis is full (maxmemory)", trouble.fill_redis, 1, 6, 1.0, 10.0),
    Fault("Redis is slow and connections are cut", trouble.slow_redis, 1, 4, 4.0, 30.0),
    Fault("the broker is restarted", trouble.restart_kafka, 1, 6, 0.0, 2.0),
    Fault("the broker is away for a minute", trouble.restart_kafka, 0, 2, None, 60.0),
    Fault("the broker is frozen", trouble.freeze_kafka, 0, 3, None, 15.0),
    Fault("the broker refuses lines as too large", trouble.refuse_lines, 1, 3, 0.5, 2.0),
)
