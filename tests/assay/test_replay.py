"""`assay replay`: files in, files out, by the command line.

Turned red by: a watermark that `--until` does not move, a time without its offset that is taken, sentences left out.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assay.__main__ import main
from schemas import wire
from tests.story import at, sold_and_back


def replay(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["replay", str(folder / "events.jsonl"), "--out", str(folder / "judged"), *words])


def alerts(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "judged/alerts.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """A folder with one sale whose parcel is back, and whose refund nobody has paid when the file ends."""
    events = sorted(sold_and_back("shop", 0, at(3)), key=lambda one: one.event_time)
    (tmp_path / "events.jsonl").write_bytes(b"".join(wire.encode(one) + b"\n" for one in events))
    return tmp_path


def test_what_falls_due_after_the_last_event_is_judged_up_to_the_time_that_is_given(told: Path) -> None:
    assert replay(told).exit_code == 0
    assert alerts(told) == []
    done = replay(told, "--until", at(12).isoformat())
    assert done.exit_code == 0, done.output
    (alert,) = alerts(told)
    assert alert["reason_codes"] == ["overdue_refund"]
    assert "1 alerts, 0 holds, 0 dead letters" in done.stderr


@pytest.mark.parametrize(
    ("until", "said"), [("tomorrow", "is not an RFC 3339 time"), ("2026-03-01T00:00:00", "needs an offset, such as Z")]
)
def test_a_time_that_is_none_is_wrong_usage(told: Path, until: str, said: str) -> None:
    done = replay(told, "--until", until)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


def test_a_file_that_cannot_be_read_ends_with_one_sentence(tmp_path: Path) -> None:
    done = replay(tmp_path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"{tmp_path}/events.jsonl cannot be read: No such file or directory.\n"


def test_a_folder_that_cannot_be_made_ends_with_one_sentence(told: Path) -> None:
    (told / "file").touch()
    done = CliRunner().invoke(main, ["replay", str(told / "events.jsonl"), "--out", str(told / "file/judged")])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"{told}/file/judged cannot be written (Not a directory): name another --out.\n"
