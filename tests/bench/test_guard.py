"""What judging an event takes stays what it was: counted, not timed."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

GUARD = Path(__file__).resolve().parent.parent.parent / "bench" / "guard.py"
compare = runpy.run_path(str(GUARD))["compare"]


def test_judging_an_event_takes_no_more_than_a_tenth_more_than_was_committed() -> None:
    done = subprocess.run([sys.executable, GUARD, "bytecodes"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_rise_by_more_than_a_tenth_is_refused_and_by_less_is_not(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text(json.dumps({"bytecodes": 1_000}))
    compare("bytecodes", 1_099.0, figures, write=False)
    with pytest.raises(SystemExit, match="more than a tenth"):
        compare("bytecodes", 1_101.0, figures, write=False)


def test_a_figure_that_was_never_taken_refuses_nothing(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text("{}")
    compare("bytecodes", 1_000_000.0, figures, write=False)
