"""`assay evaluate` reads labels and a replay's output and prints tables or JSON."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from assay.evaluate import SPOKEN, evaluate
from detectors.catalogue import CATALOGUE

LABELS = """
{"kind":"gang","gang":"g-1","depth":0.5,"vanishes":true,"brand":"Samsung","shops":["s-9"]}
{"kind":"seller","seller_id":"s-9","label":"gang","gang":"g-1"}
{"kind":"seller","seller_id":"s-1","label":"honest"}
{"kind":"listing","listing_id":"l-9","seller_id":"s-9","fake":true,"published_at":"2026-01-01T00:00:00Z"}
{"kind":"listing","listing_id":"l-1","seller_id":"s-1","fake":false,"published_at":"2026-01-01T00:00:00Z"}
{"kind":"order","order_id":"o-1","listing_id":"l-9","seller_id":"s-9","paid_at":"2026-01-01T01:00:00Z","lost":true}
{"kind":"order","order_id":"o-2","listing_id":"l-9","seller_id":"s-9","paid_at":"2026-01-01T04:00:00Z","lost":true,"amount":"1500.00","currency":"CNY"}
{"kind":"order","order_id":"o-3","listing_id":"l-1","seller_id":"s-1","paid_at":"2026-01-01T04:00:00Z","lost":false}
"""

ALERT = {
    "alert_id": "a-1",
    "revision": 1,
    "status": "opened",
    "family": "price",
    "subject_kind": "listing",
    "subject_id": "l-9",
    "seller_id": "s-9",
    "reason_codes": ["below_market_price"],
    "score": 0.93,
    "severity": "high",
    "exposure": [],
    "evidence": [],
    "mode": "hold",
    "policy_version": "p",
    "event_time": "2026-01-01T02:30:00Z",
    "detected_at": "2026-01-01T02:30:00Z",
}
HOLD = {
    "hold_id": "h-1",
    "revision": 1,
    "action": "placed",
    "scope": "listing",
    "subject_id": "l-9",
    "seller_id": "s-9",
    "reason_codes": ["below_market_price"],
    "score": 0.93,
    "decided_by": "policy",
    "notice": "Withheld.",
    "policy_version": "p",
    "event_time": "2026-01-01T02:30:00Z",
    "placed_at": "2026-01-01T02:30:00Z",
    "expires_at": "2026-01-08T02:30:00Z",
}


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    (tmp_path / "labels.jsonl").write_text(LABELS.lstrip())
    (tmp_path / "out").mkdir()
    (tmp_path / "out/alerts.jsonl").write_text(json.dumps(ALERT) + "\n")
    (tmp_path / "out/holds.jsonl").write_text(json.dumps(HOLD) + "\n")
    return ["--labels", str(tmp_path / "labels.jsonl"), "--out-of", str(tmp_path / "out")]


def test_json_holds_the_whole_report(arguments: list[str]) -> None:
    ran = CliRunner().invoke(evaluate, [*arguments, "--json"])
    assert ran.exit_code == 0
    report = json.loads(ran.output)
    assert report["reasons"][0]["precision"] == report["reasons"][0]["recall"] == 1.0
    assert report["listing_hold"] == {"subjects": 1, "held": 1, "median_hours": 2.5, "p90_hours": 2.5}
    assert report["lost"] == [
        {
            "currency": "",
            "orders": {"prevented": 0, "frozen": 0, "gone": 1},
            "amounts": {"prevented": "0.00", "frozen": "0.00", "gone": "0.00"},
            "saved": None,
        },
        {
            "currency": "CNY",
            "orders": {"prevented": 1, "frozen": 0, "gone": 0},
            "amounts": {"prevented": "1500.00", "frozen": "0.00", "gone": "0.00"},
            "saved": 1.0,
        },
    ]
    assert (report["honest_sellers"], report["honest_sellers_held"], report["unlabelled"]) == (1, 0, 0)


def test_without_a_terminal_the_tables_are_plain_text(arguments: list[str]) -> None:
    ran = CliRunner().invoke(evaluate, arguments)
    assert ran.exit_code == 0
    assert ran.output.isascii()
    assert "below_market_price" in ran.output
    assert "1500.00" in ran.output
    assert "0 of 1 honest sellers" in ran.output
    assert "g-1" in ran.output


def test_every_reason_code_of_the_catalogue_is_counted_for_whom_it_is_about() -> None:
    assert len(SPOKEN) == len(CATALOGUE)
    assert SPOKEN["guard_shopping"].about == "seller"
    assert SPOKEN["below_market_price"].about == "listing"


@pytest.mark.parametrize("missing", ["labels.jsonl", "out/alerts.jsonl", "out/holds.jsonl"])
def test_a_missing_input_is_one_sentence_and_exit_code_1(arguments: list[str], tmp_path: Path, missing: str) -> None:
    (tmp_path / missing).unlink()
    ran = CliRunner().invoke(evaluate, arguments)
    assert ran.exit_code == 1
    assert ran.output.count("\n") == 1
    assert Path(missing).name in ran.output
    assert "assay replay" in ran.output or "assay simulate" in ran.output


@pytest.mark.parametrize(
    ("file", "line"),
    [("labels.jsonl", '{"kind":"planet"}'), ("out/holds.jsonl", "no json"), ("out/alerts.jsonl", "{}")],
)
def test_a_line_of_another_kind_is_named_with_its_number(
    arguments: list[str], tmp_path: Path, file: str, line: str
) -> None:
    with (tmp_path / file).open("a") as lines:
        lines.write(line + "\n")
    number = len((tmp_path / file).read_text().splitlines())
    ran = CliRunner().invoke(evaluate, arguments)
    assert ran.exit_code == 1
    assert f"line {number} is no" in ran.output
    assert ran.output.count("\n") == 1


def test_empty_labels_are_refused(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text("")
    ran = CliRunner().invoke(evaluate, arguments)
    assert ran.exit_code == 1
    assert "is empty" in ran.output
