"""The documentation: what it links to and names exists, the reference pages have everything, the site builds.

Each was turned red once: a link to a heading that is not there, a path without its last letter, a detector's part and a
word on a topic left out, a setting that no group takes, a threshold without a word about it, a page of yesterday, and
in the build a link to no page and a command that is not shown.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import click
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from assay.__main__ import main
from deploy.generated import REFERENCE, documents
from deploy.site.tables import anchor
from detectors.catalogue import CATALOGUE
from schemas import topics
from streams.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "bench/NOTES.md"])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
MARKDOWN = MarkdownIt("commonmark").enable("table")
A_PATH = re.compile(r"(assay|bench|console|deploy|detectors|docs|schemas|simulator|streams|tests)/[\w./-]+")
NOWHERE = "http://127.0.0.1:9"
MADE = {path.name: text for path, text in documents(ROOT).items() if path.parent == REFERENCE}


def inline(page: Path) -> Iterator[Token]:
    for token in MARKDOWN.parse(page.read_text(encoding="utf-8")):
        yield from token.children or ()


@cache
def anchors(page: Path) -> set[str]:
    """What the headings of a page are linked by; of several that read alike the later ones are numbered."""
    tokens = MARKDOWN.parse(page.read_text(encoding="utf-8"))
    found: set[str] = set()
    for opening, text in pairwise(tokens):
        if opening.type == "heading_open":
            name = anchor("".join(each.content for each in text.children or ()))
            numbered = (f"{name}-{number}" for number in range(1, 99))
            found.add(name if name not in found else next(one for one in numbered if one not in found))
    return found


def links(page: Path) -> Iterator[str]:
    for token in inline(page):
        target = token.attrGet("href") or token.attrGet("src")
        if isinstance(target, str) and "://" not in target:
            yield target


@pytest.mark.parametrize("name", NAMES)
def test_every_relative_link_leads_to_a_file_and_a_heading_that_exist(name: str) -> None:
    page, broken = ROOT / name, []
    for target in links(page):
        path, _, heading = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (heading and heading not in anchors(file)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("name", [name for name in NAMES if name != "DECISIONS.md"])  # which also names what is gone
def test_every_path_that_a_page_names_in_code_exists(name: str) -> None:
    named = {token.content for token in inline(ROOT / name) if token.type == "code_inline"}
    paths = {each for each in named if A_PATH.fullmatch(each)}
    assert {path for path in paths if not (ROOT / path).exists()} == set()


def test_the_detectors_page_has_every_detector_with_its_four_parts() -> None:
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", MADE["detectors.md"], re.MULTILINE | re.DOTALL))
    assert sections.keys() == {entry.reason_code for entry in CATALOGUE}
    for entry in CATALOGUE:
        said = sections[entry.reason_code]
        assert f"Mode *{entry.mode}*" in said
        assert all(f"**{part}" in said for part in ("Fires when", "Stays quiet when", "Known gaps", "Moderator"))


def test_every_threshold_that_a_policy_may_change_says_what_it_is() -> None:
    assert re.findall(r"^\| `(\w+)` \| [\d.]+ \|\s*\|$", MADE["detectors.md"], re.MULTILINE) == []


def test_the_contracts_page_has_every_topic_with_every_word_on_it() -> None:
    headings = set(re.findall(r"^###? (.+)$", MADE["contracts.md"], re.MULTILINE))
    assert {topic.name for topic in topics.ALL} <= headings
    assert {word.__name__ for topic in topics.ALL for word in topic.words} <= headings


def test_the_settings_page_has_every_setting_once() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", MADE["settings.md"], re.MULTILINE)
    assert sorted(listed) == sorted(Settings.__struct_fields__)


def test_the_site_is_built_without_a_warning_and_shows_every_command(tmp_path: Path) -> None:
    """It needs no network: what it looks up is in the tree."""
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--quiet", "-d", str(tmp_path / "doctrees")]
    without_network = {**os.environ, "PYTHONPATH": str(ROOT), "http_proxy": NOWHERE, "https_proxy": NOWHERE}
    done = subprocess.run(
        [*command, str(ROOT / "docs"), str(tmp_path / "site")],
        env=without_network,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown = set(
        re.findall(r'<section id="(assay[\w-]*)"', (tmp_path / "site/commands.html").read_text(encoding="utf-8"))
    )
    assert {anchor(path.replace(" ", "-")) for path in commands(main, "assay")} <= shown


def commands(group: click.Group, path: str) -> Iterator[str]:
    for name, command in group.commands.items():
        yield f"{path} {name}"
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
