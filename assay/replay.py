"""`assay replay`: files through the hop."""

import asyncio
from pathlib import Path

import click

from assay.failure import Failure
from assay.invocation import Invocation, pass_invocation
from assay.policy import policy_in_force
from streams.interpreter import relax_collector
from streams.replay import UnreadableError, parse_time, read_reference
from streams.replay import replay as replay_files


@click.command()
@click.argument("events", nargs=-1, required=True)
@click.option("--reference", multiple=True, help="JSON lines of products and brands; may be repeated.")
@click.option("--policy", type=click.Path(path_type=Path), help="A policy that overrides the packaged one key by key.")
@click.option("--until", help="Move the watermark on to this time (RFC 3339) after the last event.")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for the results.")
@pass_invocation
def replay(
    invocation: Invocation,
    events: tuple[str, ...],
    reference: tuple[str, ...],
    policy: Path | None,
    until: str | None,
    out: Path,
) -> None:
    """Judges EVENTS (JSON lines, .gz, or - for standard input) as a worker would have.

    Writes alerts.jsonl, holds.jsonl, sellers.jsonl, dead-letters.jsonl and summary.json to the folder of --out.
    """
    in_force = policy_in_force(invocation, policy)
    try:
        until_us = None if until is None else parse_time(until)
    except ValueError as error:
        raise click.BadParameter(f"{until!r} is not an RFC 3339 time: {error}.", param_hint="--until") from error
    try:
        catalogue = read_reference(reference)
        relax_collector()
        summary = asyncio.run(replay_files(events, catalogue, in_force, out, until_us))
    except UnreadableError as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{out} cannot be written ({error.strerror}): name another --out.") from error
    click.echo(
        f"{summary['events']:,} events in {summary['seconds']} s ({summary['events_per_second']:,} a second): "
        f"{summary['alerts']['status'].get('opened', 0)} alerts, {summary['holds']['action'].get('placed', 0)} holds, "
        f"{summary['dead_letters']} dead letters; see {out}/summary.json",
        err=True,
    )
