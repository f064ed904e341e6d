"""docs/architecture.md speaks of what is there: every file, every function, every picture.

Turned red by: a file renamed, `_fire` renamed in `streams/judging.py`, a box of a picture changed without drawing it.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/architecture.md"
DRAW = ROOT / "docs/pictures/draw.py"
FILE = re.compile(r"\b(?:assay|console|detectors|schemas|simulator|streams)/[\w/]*\.(?:py|lua|toml)")
NAMED = re.compile(r"`([A-Z]\w+)\.(\w+)`")


def files_named() -> list[str]:
    return sorted({*FILE.findall(PAGE.read_text("utf-8")), *FILE.findall(DRAW.read_text("utf-8"))})


@pytest.mark.parametrize("name", files_named())
def test_every_file_that_the_page_or_a_picture_names_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_every_method_that_the_page_names_is_there() -> None:
    named = set(NAMED.findall(PAGE.read_text("utf-8")))
    assert len(named) >= 5
    there = set()
    for path in (*ROOT.glob("streams/*.py"), *ROOT.glob("detectors/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                methods = (one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
                there |= {(node.name, one.name) for one in methods}
    assert named <= there, f"not there any more: {named - there}"


def test_the_pictures_are_those_that_the_boxes_give() -> None:
    done = subprocess.run([sys.executable, str(DRAW), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
