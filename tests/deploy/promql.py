"""What stands in an expression of Prometheus: names and labels, read with a few patterns."""

import re
from typing import NamedTuple

from console import metrics as of_console
from streams import metrics as of_worker

Series = of_worker.Series | of_console.Series

_BY_PROMETHEUS = {"le", "instance", "job"}
_OF_HISTOGRAMS = re.compile(r"_(bucket|sum|count)$")
_KNOWN: dict[str, Series] = {series.name: series for series in (*of_worker.SERIES, *of_console.SERIES)}


class Used(NamedTuple):
    """The series in an expression, those of them that nobody shows, and the labels that none of the others has."""

    series: list[Series]
    unknown: list[str]
    strange_labels: set[str]


def used(expr: str) -> Used:
    """Strings are left out first: a topic's name looks like anything."""
    bare = re.sub(r'"[^"]*"', '""', expr)
    names = re.findall(r"\bassay_[a-z_]+", bare)
    found = [_series(name) for name in names]
    grouped = re.findall(r"\bby \(([^)]*)\)", bare)
    matched = re.findall(r"\{([^}]*)\}", bare)
    labels = {label.strip() for group in grouped for label in group.split(",")}
    labels |= {re.split(r"[=!~]", each)[0].strip() for match in matched for each in match.split(",")}
    series = [one for one in found if one is not None]
    allowed = {label for one in series for label in one.labels} | _BY_PROMETHEUS
    unknown = [name for name, one in zip(names, found, strict=True) if one is None]
    return Used(series, unknown, labels - allowed)


def _series(name: str) -> Series | None:
    known = _KNOWN.get(name)
    if known is not None:
        return None if known.kind == "histogram" else known
    known = _KNOWN.get(_OF_HISTOGRAMS.sub("", name))
    return known if known is not None and known.kind == "histogram" else None
