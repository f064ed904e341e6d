"""What the tree promises about its names."""

import importlib.metadata
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("schemas", "detectors", "streams", "console", "simulator", "assay")
NOTHING_SAYING = {"utils", "helpers", "common", "misc", "manager"}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_provides_the_import_package(package: str) -> None:
    providers = importlib.metadata.packages_distributions().get(package, [])
    assert set(providers) <= {"assay"}


def test_the_distribution_cannot_be_uploaded() -> None:
    assert "Private :: Do Not Upload" in importlib.metadata.metadata("assay").get_all("Classifier", [])


def test_no_module_has_a_name_that_says_nothing() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [Path(line) for line in listed.stdout.splitlines()]
    assert Path("schemas/__init__.py") in paths
    named = [str(path) for path in paths if NOTHING_SAYING & {*path.parts[:-1], path.stem}]
    assert named == []
