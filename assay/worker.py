"""`assay worker`: the Faust worker."""

import sys

import click

from assay.invocation import Invocation, pass_invocation
from assay.policy import policy_in_force
from streams.app import run_worker


@click.command()
@pass_invocation
def worker(invocation: Invocation) -> None:
    """Judges the marketplace topics until it is told to stop (SIGTERM or Ctrl-C).

    Run as many as there are cores; they share the partitions. A worker may be killed at any time: whoever takes over
    goes on from the state in Redis.
    """
    policy = policy_in_force(invocation)
    settings = invocation.settings()
    sys.argv = sys.argv[:1]  # Faust's worker reads the command line once more; there is nothing for it
    run_worker(settings, policy)
