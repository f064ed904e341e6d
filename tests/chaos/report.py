"""What was seen of each fault: a line while it goes on, a JSON file and a table at the end."""

import json
import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from tests.conftest import ROOT

SAME = "same as undisturbed"


@dataclass
class Figures:
    """What was seen of one fault, or of several in the same runs; `recovered_s` holds one figure a fault.

    Recovered: from the end of the fault until every partition was judged on or taken over.
    """

    name: str
    faults: dict[str, int] = field(default_factory=dict)
    runs: int = 0
    events: int = 0
    lines: int = 0
    repeated_lines: int = 0
    refused_lines: int = 0
    recovered_s: list[float] = field(default_factory=list)
    ended_by_themselves: list[str] = field(default_factory=list)
    seconds: float = 0.0
    notes: str = ""
    result: str = SAME

    def row(self) -> tuple[str, ...]:
        middle = f"{statistics.median(self.recovered_s):.1f}" if self.recovered_s else ""
        longest = f"{max(self.recovered_s):.1f}" if self.recovered_s else ""
        counted = (sum(self.faults.values()), self.runs, self.events, middle, longest)
        lines = (self.lines, self.repeated_lines, self.refused_lines)
        return (self.name, *map(str, (*counted, *lines)), f"{self.seconds:.0f}", f"{self.result} {self.notes}".strip())


HEAD = ("fault", "times", "runs", "events", "recovered s, median", "longest", "lines", "repeated", "refused")
COLUMNS = (*HEAD, "seconds", "result")


class Report:
    def __init__(self, seed: int, is_long: bool) -> None:
        self.seed = seed
        self._is_long = is_long
        self._all: list[Figures] = []
        self._say(f"CHAOS_SEED={seed}")

    @contextmanager
    def of(self, name: str) -> Iterator[Figures]:
        """Figures to be filled in; what goes wrong is their result, and named with the seed."""
        figures = Figures(name)
        self._all.append(figures)
        try:
            yield figures
        except BaseException as error:  # told in the report, and raised again
            figures.result = f"FAILED: {str(error).partition(chr(10))[0]}"
            form = "CHAOS_LONG=1 " if self._is_long else ""
            error.add_note(f"Again: {form}CHAOS_SEED={self.seed}, and CHAOS_ONLY as it was")
            raise
        finally:
            self.write()
            self._say(" | ".join(figures.row()))

    def write(self) -> None:
        """Into out/, apart for the two forms."""
        out = ROOT / "out"
        out.mkdir(exist_ok=True)
        form = "long" if self._is_long else "short"
        told = {"seed": self.seed, "at": datetime.now(UTC).isoformat(timespec="seconds"), "load": os.getloadavg()}
        faults = [asdict(figures) for figures in self._all]
        (out / f"chaos-{form}.json").write_text(json.dumps(told | {"faults": faults}, indent=1) + "\n")
        rows = [COLUMNS, tuple("---" for _ in COLUMNS), *(figures.row() for figures in self._all)]
        table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
        (out / f"chaos-{form}.md").write_text(table)

    def _say(self, line: str) -> None:
        sys.stderr.write(f"\n{line}\n")
