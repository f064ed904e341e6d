"""`assay simulate`: a labelled history of a marketplace, as files."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from assay.failure import Failure
from schemas.wire import encode
from simulator import START, Marketplace
from simulator.labels import Label

_PROGRESS_EVENTS = 50_000
_YEARS = range(2005, 2099)  # sellers register years before; a replay takes 2000 to 2099


def _first_day(_context: click.Context, _parameter: click.Parameter, day: datetime) -> datetime:
    if day.year not in _YEARS:
        raise click.BadParameter(f"the year has to be from {_YEARS[0]} to {_YEARS[-1]}.")
    return day.replace(tzinfo=UTC)


@click.command
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The same seed, the same bytes.")
@click.option("--sellers", type=click.IntRange(min=0), default=200, show_default=True, help="Honest sellers.")
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True, help="Days of trade.")
@click.option("--gangs", type=click.IntRange(min=0), help="Gangs.  [default: 1, from 90 days on 3 with more shops]")
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d"]),
    default=f"{START:%Y-%m-%d}",
    show_default=True,
    callback=_first_day,
    help="First day of trade, in UTC; it decides which seasons, sales and holidays there are.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the three files.")
def simulate(seed: int, sellers: int, days: int, gangs: int | None, start: datetime, out: Path) -> None:
    """Writes a simulated marketplace: events.jsonl, reference.jsonl and labels.jsonl.

    Events are in the order of event time, ties by event id. The labels say who is a gang, what is fake and what was
    lost, for `assay evaluate`. All data are made up; product and brand names are real ones.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        _write(partial(Marketplace, seed, sellers, days, start, gangs=gangs), out)
    except OSError as error:
        raise Failure(f"{out} cannot be written ({error.strerror}): name another --out.") from error


def _write(make: Callable[..., Marketplace], out: Path) -> None:
    with (
        (out / "events.jsonl").open("wb") as events,
        (out / "reference.jsonl").open("wb") as reference,
        (out / "labels.jsonl").open("wb") as labels,
    ):

        def keep(label: Label) -> None:
            labels.write(encode(label) + b"\n")

        made = make(label=keep)
        reference.writelines(encode(word) + b"\n" for word in made.reference())
        on_terminal = sys.stderr.isatty()
        for count, event in enumerate(made, 1):
            events.write(encode(event) + b"\n")
            if on_terminal and count % _PROGRESS_EVENTS == 0:
                click.echo(f"\r{count:,} events, at {event.event_time:%Y-%m-%d}", nl=False, err=True)
        if on_terminal:
            click.echo(err=True)
