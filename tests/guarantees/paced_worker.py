"""`assay worker`, paced for tests: it pauses at its steps, or stops or dies at one of them.

    python paced_worker.py worker

PACE_MS        a pause of random length up to so many milliseconds before and after every step
PACE_SEED      what these lengths come from
PACE_STOP      <step>:<before|after>:<n>: SIGSTOP there, the n-th time
PACE_DIE       the same with SIGKILL
PACE_HANG      the same, going no further, with the rest of the process alive

The steps are calls that leave the worker: `tell` (markets and flags), `commit`, `publish` (to Kafka), `published` (the
outbox is trimmed where no commit does it), `reemit` (a fenced worker reports), `reemitted` (the owner has published
again). The last two say so on standard error. Markets, flags and commits travel in one round trip, which can break off
in its middle: it is cut where one kind of script follows another, and `tell` is what comes before.
"""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from assay.__main__ import main
from streams import redis_store
from streams.outbox import KafkaOutbox
from streams.redis_pipe import RedisPipe
from streams.redis_scripts import COMMIT, Call, run
from streams.redis_store import RedisStore

STEPS: dict[str, tuple[type[Any], str]] = {
    "commit": (RedisStore, "commit"),
    "publish": (KafkaOutbox, "publish"),
    "published": (RedisStore, "published"),
    "reemit": (RedisStore, "reemit"),
    "reemitted": (RedisStore, "reemitted"),
}
TOLD = ("reemit", "reemitted")


class Pace:
    """What happens before and after each step."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._pause_s = float(environment.get("PACE_MS", "0")) / 1_000
        self._signals = {
            environment[name]: number
            for name, number in (("PACE_STOP", signal.SIGSTOP), ("PACE_DIE", signal.SIGKILL))
            if name in environment
        }
        self._hang = environment.get("PACE_HANG")
        self._rng = random.Random(environment.get("PACE_SEED"))
        self._times: Counter[str] = Counter()

    async def keep(self, step: str, when: str) -> None:
        moment = f"{step}:{when}"
        self._times[moment] += 1
        this_time = f"{moment}:{self._times[moment]}"
        if (number := self._signals.get(this_time)) is not None:
            os.kill(os.getpid(), number)
        if this_time == self._hang:
            sys.stderr.write(f"paced: hangs at {this_time}\n")
            await asyncio.Event().wait()
        if self._pause_s:
            await asyncio.sleep(self._rng.uniform(0, self._pause_s))

    def set_on(self, step: str, owner: type[Any], name: str) -> None:
        call: Callable[..., Any] = getattr(owner, name)

        async def paced(*given: Any) -> Any:
            await self.keep(step, "before")
            answer = await call(*given)
            await self.keep(step, "after")
            if step in TOLD:
                sys.stderr.write(f"paced: {step} {len(list(given[-1]))} of partition {given[1]}\n")
            return answer

        setattr(owner, name, paced)

    async def cut(self, pipe: RedisPipe, calls: Sequence[Call]) -> list[Any]:
        """`run`, in two round trips where the scripts are of two kinds."""
        first = [at for at, call in enumerate(calls) if (call.script is COMMIT) != (calls[0].script is COMMIT)]
        if not first:
            return await run(pipe, calls)
        await self.keep("tell", "before")
        told = await run(pipe, calls[: first[0]])
        await self.keep("tell", "after")
        return told + await run(pipe, calls[first[0] :])


def run_paced() -> None:
    pace = Pace(dict(os.environ))
    for each, (owner, name) in STEPS.items():
        pace.set_on(each, owner, name)
    redis_store.run = pace.cut  # type: ignore[assignment]
    main(prog_name="assay")


if __name__ == "__main__":
    run_paced()
