"""Tests on real servers are never left out in silence."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MARKED = "tests/deploy/test_stack.py::test_a_stack_starts_once_is_mended_and_ends"
BROWSED = "tests/console/test_browser.py"
WITH_PROMETHEUS = "tests/deploy/test_rules.py::test_prometheus_takes_its_configuration"
UNMARKED = "tests/deploy/test_stack.py::test_a_pid_that_was_given_to_somebody_else_is_left_alone"


def _pytest(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A session on a machine that has neither Java nor Maven nor Redis."""
    environment = os.environ | {"PATH": str(tmp_path), "JAVA_HOME": ""}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_what_could_not_run_is_said_in_the_closing_lines_and_fails_the_session(tmp_path: Path) -> None:
    ended = _pytest(tmp_path, MARKED, UNMARKED)
    assert ended.returncode == 1
    assert "1 passed" in ended.stdout
    closing = ended.stdout.splitlines()[-2]
    assert closing.startswith("NOT RUN: 1 test on real Kafka and Redis, because: Java 17 or newer")


def test_two_processes_say_once_what_neither_could_run(tmp_path: Path) -> None:
    ended = _pytest(tmp_path, "--numprocesses", "2", "--dist", "loadfile", MARKED, UNMARKED)
    assert ended.returncode == 1
    assert "1 passed" in ended.stdout
    assert ended.stdout.count("NOT RUN: ") == 1
    closing = ended.stdout.splitlines()[-2]
    assert closing.startswith("NOT RUN: 1 test on real Kafka and Redis, because: Java 17 or newer")


def test_what_no_browser_could_try_is_said_in_the_closing_lines_and_fails_the_session(tmp_path: Path) -> None:
    ended = _pytest(tmp_path, BROWSED, UNMARKED)
    assert ended.returncode == 1
    assert "1 passed" in ended.stdout
    assert re.fullmatch(r"NOT RUN: \d+ tests in a real browser, because: Chromium .*", ended.stdout.splitlines()[-2]), (
        ended.stdout[-500:]
    )


def test_what_needs_prometheus_is_said_apart(tmp_path: Path) -> None:
    ended = _pytest(tmp_path, MARKED, WITH_PROMETHEUS, UNMARKED)
    assert ended.returncode == 1
    assert "1 passed" in ended.stdout
    first, second = ended.stdout.splitlines()[-3:-1]
    assert first.startswith("NOT RUN: 1 test with Prometheus, because: Prometheus cannot be found here: install prom")
    assert second.startswith("NOT RUN: 1 test on real Kafka and Redis")


def test_a_session_of_unmarked_tests_needs_no_servers(tmp_path: Path) -> None:
    ended = _pytest(tmp_path, UNMARKED)
    assert ended.returncode == 0
    assert "NOT RUN" not in ended.stdout
