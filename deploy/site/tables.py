"""Tables and text in Markdown that a code host and the site show alike."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

_SPEAKS: Final = re.compile(r"(`[^`]*`)|([<>*\[\]])")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already, and a bar or a line break in one does not end it."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def plain(text: str) -> str:
    """Prose of a docstring as Markdown: one line, code in backticks stays code, nothing else is taken for markup."""
    return _SPEAKS.sub(lambda found: found[1] or "\\" + found[2], " ".join(text.split()))


def code(text: object) -> str:
    """Text as code."""
    return f"`{text}`"


def anchor(heading: str) -> str:
    """What a heading is linked by, on a code host and on the site."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def link(heading: str, page: str = "", text: str | None = None) -> str:
    """A link to a heading of this page or another one of `docs/reference/`, shown as code."""
    return f"[{code(text or heading)}]({page}#{anchor(heading)})"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
