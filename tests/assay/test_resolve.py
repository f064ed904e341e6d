"""`assay resolve`: titles from files or standard input, JSON lines out."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from assay.resolve import resolve

PRODUCTS = [
    {"product_id": "a11", "brand": "Nordlys", "name": "Aurora 11 64GB"},
    {"product_id": "a12", "brand": "Nordlys", "name": "Aurora 12 64GB"},
]


@pytest.fixture
def reference(tmp_path: Path) -> str:
    path = tmp_path / "products.jsonl"
    path.write_text("\n".join(map(json.dumps, PRODUCTS)), encoding="utf-8")
    return str(path)


def test_titles_of_standard_input_are_answered_a_line_each(reference: str) -> None:
    given = "Nordlys Aurora 12 64 GB\n\nfridge\n"
    outcome = CliRunner().invoke(resolve, ["--reference", reference], input=given)
    answers = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert [answer["title"] for answer in answers] == ["Nordlys Aurora 12 64 GB", "fridge"]
    assert [answer["product_id"] for answer in answers] == ["a12", None]
    assert answers[0]["candidates"][0] == {"product_id": "a12", "confidence": answers[0]["confidence"]}
    assert "why" not in answers[0]


def test_titles_of_files_are_answered_with_what_decided_on_request(reference: str, tmp_path: Path) -> None:
    titles = tmp_path / "titles.txt"
    titles.write_text("aurora 11, 64gb\n", encoding="utf-8")
    outcome = CliRunner().invoke(resolve, ["--reference", reference, "--why", str(titles)])
    (answer,) = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert "aurora11" in answer["why"]


def test_bytes_that_are_no_text_are_a_title_like_any_other(reference: str) -> None:
    outcome = CliRunner().invoke(resolve, ["--reference", reference], input=b"Aurora \xff\xfe 12 64gb\n")
    assert outcome.exit_code == 0
    assert json.loads(outcome.stdout)["title"].startswith("Aurora")


def test_a_catalogue_without_products_and_a_missing_file_end_in_a_sentence(reference: str, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("", encoding="utf-8")
    outcome = CliRunner().invoke(resolve, ["--reference", str(empty)], input="x\n")
    assert outcome.exit_code == 1
    assert "There is no product in empty.jsonl" in outcome.stderr
    outcome = CliRunner().invoke(resolve, ["--reference", reference, str(tmp_path / "none.txt")])
    assert outcome.exit_code == 1
    assert "cannot be read" in outcome.stderr


def test_a_line_of_the_reference_that_is_no_product_is_left_out_and_said(reference: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"product_id": 3}\n', encoding="utf-8")
    outcome = CliRunner().invoke(resolve, ["--reference", str(broken), "--reference", reference], input="fridge\n")
    assert outcome.exit_code == 0
    assert "left out" in outcome.stderr
