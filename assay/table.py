"""Plain text for people: aligned columns, and nothing that a terminal would obey."""

import unicodedata
from collections.abc import Iterable, Sequence

import click


def printable(text: str) -> str:
    """`text` with control and formatting characters written out: what strangers sent must not steer a terminal."""
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in ("Cc", "Cf", "Cs") else char
        for char in text
    )


def echo_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns as wide as their widest cell, the last one unpadded; nothing is cut off."""
    lines = [tuple(headings), *(tuple(printable(str(cell)) for cell in row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings) - 1)]
    for line in lines:
        padded = [cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=True)]
        click.echo("  ".join([*padded, line[-1]]))
