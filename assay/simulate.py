"""`assay simulate`: a labelled history of a marketplace, as files."""

import sys
from pathlib import Path

import click

from assay.failure import Failure
from schemas.wire import encode
from simulator import Marketplace
from simulator.labels import Label

_PROGRESS_EVENTS = 50_000


@click.command
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The same seed, the same bytes.")
@click.option("--sellers", type=click.IntRange(min=0), default=200, show_default=True, help="Honest sellers.")
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True, help="Days of trade.")
@click.option("--gangs", type=click.IntRange(min=0), default=1, show_default=True, help="Gangs of three shops each.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Directory for the three files.")
def simulate(seed: int, sellers: int, days: int, gangs: int, out: Path) -> None:
    """Write a simulated marketplace to DIR: events.jsonl, reference.jsonl, labels.jsonl.

    Events are in the order of event time, ties by event id. The labels say who is a gang, what is fake and what was
    lost, for `assay evaluate`. All data are made up; product and brand names are real ones.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        _write(seed, sellers, days, gangs, out)
    except OSError as error:
        raise Failure(f"Cannot write to {out}: {error.strerror}; name another --out.") from error


def _write(seed: int, sellers: int, days: int, gangs: int, out: Path) -> None:
    with (
        (out / "events.jsonl").open("wb") as events,
        (out / "reference.jsonl").open("wb") as reference,
        (out / "labels.jsonl").open("wb") as labels,
    ):

        def keep(label: Label) -> None:
            labels.write(encode(label) + b"\n")

        made = Marketplace(seed, sellers, days, gangs=gangs, label=keep)
        reference.writelines(encode(word) + b"\n" for word in made.reference())
        on_terminal = sys.stderr.isatty()
        for count, event in enumerate(made, 1):
            events.write(encode(event) + b"\n")
            if on_terminal and count % _PROGRESS_EVENTS == 0:
                click.echo(f"\r{count:,} events, at {event.event_time:%Y-%m-%d}", nl=False, err=True)
        if on_terminal:
            click.echo(err=True)
