"""`assay replay`'s inputs: what cannot be read is answered, the rest is judged."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

import schemas
from detectors.policy import make_policy
from schemas import wire
from streams.replay import read_reference, replay
from streams.settings import read_policy
from tests.story import PHONE, market


def test_a_broken_line_of_the_catalogue_is_one_dead_letter_and_the_others_load(tmp_path: Path) -> None:
    products, events, out = tmp_path / "products.jsonl", tmp_path / "events.jsonl", tmp_path / "out"
    spare = wire.encode(schemas.Product(product_id="spare", brand="B", name="Spare"))
    products.write_bytes(b"\n".join((wire.encode(PHONE), b'{"product_id": 7}', b"", spare)))
    events.write_bytes(b"\n".join(wire.encode(one) for one in market(2)) + b"\n{\n")
    catalogue = read_reference([str(products)])
    assert len(catalogue.reference) == 2
    summary = asyncio.run(replay([str(events)], catalogue, make_policy(read_policy(None)), out))
    assert summary["dead_letters"] == 2
    letters = [json.loads(line) for line in (out / "dead-letters.jsonl").read_text().splitlines()]
    assert [(one["topic"], one["offset"], one["reason"]) for one in letters] == [
        (str(products), 1, "bad_field"),
        ("", 4, "not_json"),
    ]


@pytest.mark.parametrize(("lines", "letters"), [(b"", 0), (b"no event\n", 1)])
def test_files_without_a_single_event_end_like_others(tmp_path: Path, lines: bytes, letters: int) -> None:
    events, out = tmp_path / "events.jsonl", tmp_path / "out"
    events.write_bytes(lines)
    command = [sys.executable, "-m", "assay", "replay", str(events), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["judged"], summary["dead_letters"]) == (0, letters)
