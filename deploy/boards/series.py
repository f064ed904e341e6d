"""Every series as a table for operators."""

from collections.abc import Iterable
from typing import Protocol


class Listed(Protocol):
    """What a worker's and the console's series have in common."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def help(self) -> str: ...


def table(shown: Iterable[Listed]) -> str:
    """Every series of them, as a table."""
    lines = ["| series | kind | labels | what it says |", "|---|---|---|---|"]
    for series in shown:
        labels = ", ".join(f"`{label}`" for label in series.labels)
        lines.append(f"| `{series.name}` | {series.kind} | {labels} | {series.help} |")
    return "\n".join(lines) + "\n"
