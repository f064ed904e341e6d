"""The measuring window of a run, the same rule for every engine; `job.md` says why it is this one.

It opens when the engine's process has its partitions and its first event in hand. Progress is what is committed: an
event counts when what it brought about would outlive a `kill -9`. From a `kill -9` until the new process has its first
event in hand the clock stands still, and CPU time is not counted; that time is told apart. `reading.py` says at which
commit the rate is read.
"""

import time
from typing import Final

from kafka.admin import OffsetSpec
from kafka.structs import TopicPartition
from reading import Sample, Window, effects_of
from running import Run

TIMEOUT_S: Final = 1_800.0
READY_S: Final = 180.0
SAMPLE_EVERY_S: Final = 0.1
UNDISTURBED_S: Final = 2.0  # after half of the events is committed: what came since then has to be done again


def wait_until_in_work(run: Run, total: int) -> float:
    """How long it took; where everything was committed before, nothing comes into its hands."""
    began_s = time.monotonic()
    while not run.is_in_work() and not _is_done(run, total):
        run.pid  # noqa: B018 - says so where the process has ended
        if time.monotonic() - began_s > READY_S:
            raise SystemExit(f"{run.engine.shown} had no event in hand after {READY_S:.0f} s: see {run.log}.")
        time.sleep(0.02)
    return time.monotonic() - began_s


def restart(run: Run, total: int) -> float:
    """`kill -9` and a new process; how long until that has its first event in hand."""
    began_s = time.monotonic()
    run.kill()
    run.start()
    wait_until_in_work(run, total)
    return time.monotonic() - began_s


def measure(run: Run, total: int, kills: bool) -> Window:
    """Runs the engine from its start to the commit of the last event; `kills` it once at half of them."""
    run.start()
    start_up_s = wait_until_in_work(run, total)
    opened, recovery_s, half_s = _spent(run), 0.0, None
    samples: list[Sample] = []
    while True:
        effects = _effects(run, run.committed())
        spent = _spent(run)
        samples.append(Sample(effects, *_less(spent, opened)))
        if effects >= total and _is_done(run, total):
            run.note_memory()
            return Window(samples, start_up_s, recovery_s)
        if spent[0] - opened[0] > TIMEOUT_S:
            raise SystemExit(f"{run.engine.shown} committed {effects:,} of {total:,} events in {TIMEOUT_S:.0f} s.")
        if kills and not recovery_s and effects >= total // 2:
            half_s = half_s or spent[0]
            if spent[0] - half_s > UNDISTURBED_S:
                recovery_s = restart(run, total)
                stood = _less(_spent(run), spent)
                opened = tuple(at + gap for at, gap in zip(opened, stood, strict=True))
        time.sleep(SAMPLE_EVERY_S)


def _spent(run: Run) -> tuple[float, ...]:
    """The clock and the CPU seconds of engine, Redis and broker, so far."""
    return time.monotonic(), run.cpu(), run.servers.cpu_of("redis"), run.servers.cpu_of("kafka")


def _less(these: tuple[float, ...], those: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(this - that for this, that in zip(these, those, strict=True))


def _effects(run: Run, committed: dict[TopicPartition, int]) -> int:
    return effects_of(committed, run.prefix, run.engine.repartitions)


def _is_done(run: Run, total: int) -> bool:
    """Whether nothing is left, between the two steps neither: after a kill more lies there than there were prices."""
    committed = run.committed()
    if _effects(run, committed) < total:
        return False
    between = [tp for tp in committed if "repartition" in tp.topic]
    ends = run.servers.admin.list_partition_offsets(dict.fromkeys(between, OffsetSpec.LATEST)) if between else {}
    return all(committed[tp] >= end.offset for tp, end in ends.items())
