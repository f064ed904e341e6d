"""`assay evaluate`: what a replay of a simulated marketplace got right, how soon, and what that was worth."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import click
import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from assay.evaluation import tables
from assay.failure import Failure
from assay.table import echo_table
from detectors.catalogue import CATALOGUE
from schemas.outputs import Alert, Hold
from schemas.wire import encode
from simulator.accused import Spoken
from simulator.labels import decode_label
from simulator.scoring import Scoring

T = TypeVar("T")
SPOKEN: Final = {entry.reason_code: Spoken(entry.family, entry.about) for entry in CATALOGUE}
_decode_alert = msgspec.json.Decoder(Alert).decode
_decode_hold = msgspec.json.Decoder(Hold).decode


@click.command
@click.option("--labels", type=click.Path(path_type=Path), required=True, help="labels.jsonl of `assay simulate`.")
@click.option("--out-of", type=click.Path(path_type=Path), required=True, help="What `assay replay` wrote.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def evaluate(labels: Path, out_of: Path, as_json: bool) -> None:
    """Scores a replay by the labels of a simulated marketplace: precision, recall, time to hold, and money."""
    scoring = Scoring(SPOKEN)
    label_count = _read(
        labels, decode_label, scoring.label, "label", "give --labels the labels.jsonl of `assay simulate`"
    )
    if label_count == 0:
        raise Failure(f"{labels} is empty: give --labels the labels.jsonl of `assay simulate`.")
    advice = "give --out-of the directory that `assay replay` wrote"
    _read(out_of / "alerts.jsonl", _decode_alert, scoring.alert, "alert", advice)
    _read(out_of / "holds.jsonl", _decode_hold, scoring.hold, "hold", advice)
    report = scoring.report()
    if as_json:
        click.echo(encode(report))
        return
    for table in tables(report):
        (_on_terminal if sys.stdout.isatty() else _plain)(*table)
    if report.unlabelled:
        click.echo(
            f"{report.unlabelled} judged subjects have no label: are labels and outputs of the same run?", err=True
        )


def _read(path: Path, decode: Callable[[bytes], T], take: Callable[[T], None], what: str, advice: str) -> int:
    """Hands each line to `take` and answers how many there were. Raises Failure, in one sentence."""
    read = 0
    try:
        with path.open("rb") as lines:
            for line in lines:
                take(decode(line))
                read += 1
    except OSError as error:
        raise Failure(f"{path} cannot be read ({error.strerror}): {advice}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Failure(f"{path} line {read + 1} is no {what} ({error}): {advice}.") from error
    return read


def _plain(title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    click.echo(title)
    echo_table(header, rows)
    click.echo()


def _on_terminal(title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for at, name in enumerate(header):
        table.add_column(name, justify="left" if at == 0 else "right", no_wrap=at < 2, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console = Console()
    console.print(title, style="bold", highlight=False)
    console.print(table)
