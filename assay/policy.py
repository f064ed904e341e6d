"""`assay policy`: what is in force, and whether a file would do."""

from pathlib import Path

import click
import msgspec

from assay.invocation import Invocation, pass_invocation
from detectors.policy import Policy, make_policy, shown
from streams.settings import read_policy


def policy_in_force(invocation: Invocation, path: Path | None = None) -> Policy:
    """The packaged policy under the team's own: that of `path`, else that of the settings."""
    own = path or invocation.settings().policy_file
    return make_policy(read_policy(None), read_policy(own) if own is not None else None)


@click.group()
def policy() -> None:
    """Checks and shows the policy: what detectors' findings lead to."""


@policy.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_invocation
def check(invocation: Invocation, file: Path) -> None:
    """Says whether FILE fits over the packaged policy, and the version it would have."""
    in_force = policy_in_force(invocation, file)
    click.echo(f"{file} is a valid policy, version {in_force.version}.")


@policy.command()
@click.option(
    "--policy", "file", type=click.Path(path_type=Path, dir_okay=False), help="A policy instead of the set one."
)
@pass_invocation
def show(invocation: Invocation, file: Path | None) -> None:
    """Prints everything in force as JSON: bands, weights, terms, and each detector's mode and thresholds."""
    in_force = shown(policy_in_force(invocation, file))
    click.echo(msgspec.json.format(msgspec.json.encode(in_force), indent=2))
