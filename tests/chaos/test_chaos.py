"""Faults under load change nothing: states, deadlines, markets, decisions, last records are those of a quiet run.

`CHAOS_SEED=<seed>` plays the same events, faults and pauses again (what the machine does in between is its own);
`CHAOS_ONLY=<words>` plays those faults whose names have the words in them. CHAOS_LONG=1, or `make chaos`, is the long
form. What turned it red stands in docs/guarantees.md.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from random import SystemRandom

import pytest

from tests.chaos.faults import FAULTS
from tests.chaos.report import Report
from tests.chaos.runner import Runner
from tests.chaos.surge import surge
from tests.conftest import FOLDERS

pytestmark = pytest.mark.stack
IS_LONG = bool(os.environ.get("CHAOS_LONG"))
ONLY = os.environ.get("CHAOS_ONLY", "")
PLAYED = [fault for fault in FAULTS if ONLY in fault.name and fault.times(IS_LONG)]
EVERYTHING = "all of it together"
SURGE = "ten times the sustainable rate"


@pytest.fixture(scope="module")
def report() -> Report:
    return Report(int(os.environ.get("CHAOS_SEED") or SystemRandom().randrange(1 << 32)), IS_LONG)


@pytest.fixture(scope="module")
def runner(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    servers: Path = FOLDERS / f"test-{os.getpid()}-chaos"
    folder = tmp_path_factory.mktemp("workers")
    runner = Runner(report.seed, folder, servers, shops=45, pace_ms=60, is_long=IS_LONG)
    yield runner
    runner.close()


@pytest.mark.parametrize("name", [fault.name for fault in PLAYED] if IS_LONG else [EVERYTHING])
def test_what_is_left_after_faults_is_what_an_undisturbed_run_leaves(name: str, runner: Runner, report: Report) -> None:
    faults = [fault for fault in PLAYED if name in (fault.name, EVERYTHING)]
    with report.of(name) as figures:
        runner.play(figures, faults)


def test_ten_times_what_a_worker_can_judge_becomes_lag_and_drains(runner: Runner, report: Report) -> None:
    """The last one here: it makes the topics anew."""
    with report.of(SURGE) as figures:
        surge(runner.arena, figures, seconds=60.0 if IS_LONG else 3.0)
