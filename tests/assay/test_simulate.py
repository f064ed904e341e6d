"""`assay simulate` writes a labelled history that the codec reads."""

import json
from pathlib import Path

from click.testing import CliRunner

from assay.simulate import simulate
from schemas.wire import decode_event, decode_reference, encode
from simulator import Marketplace
from simulator.labels import decode_label

ARGUMENTS = ["--seed", "3", "--sellers", "20", "--days", "6", "--gangs", "1"]


def test_it_writes_the_events_reference_and_labels_of_the_seed(tmp_path: Path) -> None:
    ran = CliRunner().invoke(simulate, [*ARGUMENTS, "--out", str(tmp_path / "new" / "run")])
    assert (ran.exit_code, ran.output) == (0, "")
    labels: list[bytes] = []
    made = Marketplace(3, 20, 6, gangs=1, label=lambda label: labels.append(encode(label)))
    written = {path.name: path.read_bytes().splitlines() for path in (tmp_path / "new" / "run").iterdir()}
    assert written == {
        "events.jsonl": [encode(event) for event in made],
        "reference.jsonl": [encode(word) for word in made.reference()],
        "labels.jsonl": labels,
    }
    assert all(isinstance(decode_event(line), tuple) for line in written["events.jsonl"])
    assert not [line for line in written["reference.jsonl"] if hasattr(decode_reference(line), "reason")]
    assert {json.loads(line)["kind"] for line in written["labels.jsonl"]} == {"gang", "seller", "listing", "order"}
    assert all(decode_label(line) for line in written["labels.jsonl"])


def test_a_directory_that_cannot_be_made_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = CliRunner().invoke(simulate, [*ARGUMENTS, "--out", str(tmp_path / "file" / "run")])
    assert ran.exit_code == 1
    assert ran.output.count("\n") == 1
    assert "name another --out" in ran.output


def test_a_negative_count_is_wrong_usage(tmp_path: Path) -> None:
    ran = CliRunner().invoke(simulate, ["--sellers", "-1", "--out", str(tmp_path)])
    assert ran.exit_code == 2


def test_the_first_day_is_told_and_a_long_run_has_three_gangs(tmp_path: Path) -> None:
    told = ["--sellers", "3", "--days", "90", "--start", "2026-09-01", "--out", str(tmp_path)]
    assert CliRunner().invoke(simulate, told).exit_code == 0
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_bytes().splitlines()]
    first = min(event["event_time"] for event in events if event["type"] == "order_paid")
    assert first.startswith("2026-09-0")
    labels = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_bytes().splitlines()]
    assert len({label["habit"] for label in labels if label["kind"] == "gang"}) == 3


def test_a_first_day_that_no_replay_takes_is_wrong_usage(tmp_path: Path) -> None:
    ran = CliRunner().invoke(simulate, [*ARGUMENTS, "--start", "1960-01-01", "--out", str(tmp_path)])
    assert ran.exit_code == 2
    assert "from 2005 to 2098" in ran.output
