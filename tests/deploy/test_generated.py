"""What is generated and committed is what the code gives, and `make generate` mends what is not.

Turned red by: a page that is left in the tree when nothing makes it any more; files that are compared by name alone.
"""

import shutil
from pathlib import Path

import pytest

from deploy.generated import DASHBOARDS, OPERATIONS, PUBLISHED, REFERENCE, ROOT, main, stale


def test_what_is_committed_is_what_the_code_gives() -> None:
    assert stale(ROOT) == []


def test_what_is_stale_is_named_and_make_generate_mends_it(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / OPERATIONS, tmp_path / OPERATIONS)
    for folder in (PUBLISHED, DASHBOARDS, REFERENCE):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    main(["--check"], tmp_path)
    wrong = {DASHBOARDS / "assay-worker.json": "{}", DASHBOARDS / "old.json": "{}"}
    wrong |= {REFERENCE / "of-nothing.md": "of a page that there is no more", REFERENCE / "settings.md": "of yesterday"}
    wrong |= {PUBLISHED / "asyncapi.json": "{}", PUBLISHED / "marketplace.offers.v1.schema.json": "{}"}
    for name, text in wrong.items():
        (tmp_path / name).write_text(text)
    table = tmp_path / OPERATIONS
    table.write_text(table.read_text().replace("| `assay_lag_events` |", "| `assay_log_events` |"))
    missing = PUBLISHED / "assay.holds.v1.schema.json"
    (tmp_path / missing).unlink()
    named = ", ".join(sorted(map(str, (*wrong, missing, OPERATIONS)))).replace(".", r"\.")
    with pytest.raises(SystemExit, match=f"^stale: {named}; run make generate and commit them"):
        main(["--check"], tmp_path)
    assert (tmp_path / PUBLISHED / "asyncapi.json").read_text() == "{}", "--check writes nothing"
    main([], tmp_path)
    main(["--check"], tmp_path)
    assert (tmp_path / missing).exists()
    assert not (tmp_path / REFERENCE / "of-nothing.md").exists()
    assert not (tmp_path / DASHBOARDS / "old.json").exists()


def test_a_page_that_has_lost_its_marks_says_so(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / OPERATIONS).write_text("nothing")
    with pytest.raises(SystemExit, match="has lost the marks between which its generated part stands"):
        main([], tmp_path)
