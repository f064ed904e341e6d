"""`assay rebuild`: the state built again in an empty Redis."""

import sys

import click

from assay.invocation import Invocation, pass_invocation
from assay.policy import policy_in_force
from streams.rebuild import rebuild as build


@click.command()
@click.option("--accept-gap", is_flag=True, help="Build it although Kafka no longer has the first events.")
@pass_invocation
def rebuild(invocation: Invocation, accept_gap: bool) -> None:
    """Builds the state in Redis again from the topics that Kafka still has; nothing is published twice.

    For a Redis that has lost everything. Stop all workers first; none starts before this has ended. When it was
    interrupted, run it again: it goes on where it stopped.
    """
    is_terminal = sys.stderr.isatty()

    def tell(progress: str) -> None:
        if is_terminal:
            click.echo(f"\r{progress}", err=True, nl=False)

    rebuilt = build(invocation.settings(), policy_in_force(invocation), accept_gap, tell)
    if is_terminal:
        click.echo(err=True)
    handed = rebuilt.handed
    click.echo(f"{rebuilt.events:,} events judged again, {handed.lines:,} lines published that differ.")
    for gap in rebuilt.gaps:
        click.echo(f"Lost: {gap}; what came before it is not known any more.")
    if handed.kept:
        click.echo(f"Kept: {handed.kept:,} open alerts and holds whose events are gone, for now.")
    if handed.lost:
        click.echo(f"Lost: {handed.lost:,} open alerts and holds about what nobody knows; holds end by time.")
