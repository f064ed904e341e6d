"""Writes what is generated beside the worker: `python -m deploy.boards [--check]`.

The boards under `deploy/grafana/dashboards/`, and the tables of series and of limits in `docs/operations.md`; all are
committed, so that a change of a series or a limit shows in a review.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from console import metrics as of_console
from deploy.boards import limits
from deploy.boards.marketplace import marketplace
from deploy.boards.quality import quality
from deploy.boards.worker import worker
from streams import metrics as of_worker

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = Path("deploy/grafana/dashboards")
OPERATIONS: Final = Path("docs/operations.md")
BEGIN: Final = "<!-- generated: {} -->\n"
END: Final = "<!-- end of generated -->\n"


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


def boards() -> tuple[Dashboard, ...]:
    """Every board."""
    return marketplace(), worker(), quality()


def table(shown: Iterable[Listed]) -> str:
    """Every series of them, as a table."""
    lines = ["| series | kind | labels | what it says |", "|---|---|---|---|"]
    for series in shown:
        labels = ", ".join(f"`{label}`" for label in series.labels)
        lines.append(f"| `{series.name}` | {series.kind} | {labels} | {series.help} |")
    return "\n".join(lines) + "\n"


def documents(root: Path) -> dict[Path, str]:
    """Path below `root` -> text of every file that is generated, whole or in part."""
    made = {FOLDER / f"{board.uid}.json": _json(board) for board in boards()}
    said = (root / OPERATIONS).read_text(encoding="utf-8")
    tables = {
        "series": table(of_worker.SERIES),
        "limits": limits.table(),
        "series of the console": table(of_console.SERIES),
    }
    for name, text in tables.items():
        said = _between(said, BEGIN.format(name), text)
    return {**made, OPERATIONS: said}


def _between(said: str, begin: str, text: str) -> str:
    before, mark, rest = said.partition(begin)
    _, end, after = rest.partition(END)
    if not (mark and end):
        sys.exit(f"{OPERATIONS} has lost the marks between which a generated table stands: {begin}{END}")
    return f"{before}{begin}{text}{END}{after}"


def stale(root: Path) -> list[str]:
    """Files that are missing, differ from what the code gives, or belong to no board."""
    made = documents(root)
    left = {path.relative_to(root) for path in (root / FOLDER).glob("*.json")} - made.keys()
    changed = [path for path, text in made.items() if not _holds(root / path, text)]
    return sorted(str(path) for path in (*changed, *left))


def write(root: Path) -> None:
    """Makes every generated file what the code gives, and removes boards that there are no more."""
    made = documents(root)
    for name in stale(root):
        path = root / name
        if Path(name) in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[Path(name)], encoding="utf-8")
        else:
            path.unlink()


def main(arguments: list[str] | None = None, root: Path = ROOT) -> None:
    """The command line; with --check it exits 1 and one sentence where a file is stale."""
    parser = argparse.ArgumentParser(prog="python -m deploy.boards", description="Boards and the table of series.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    if not parser.parse_args(arguments).check:
        write(root)
    elif names := stale(root):
        sys.exit(f"stale: {', '.join(names)}; run make generate and commit them.")


def _json(board: Dashboard) -> str:
    return json.dumps(board, cls=JSONEncoder, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    main()
