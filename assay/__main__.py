"""`assay`: the command line. One file a command; whoever adds one adds it to `COMMANDS`."""

import importlib.metadata
from pathlib import Path

import click

from assay.config import config
from assay.console import console
from assay.dead_letters import dead_letters
from assay.demo import demo
from assay.doctor import doctor
from assay.evaluate import evaluate
from assay.failure import Commands
from assay.forget import forget
from assay.hash import hash_identifiers
from assay.invocation import Invocation
from assay.policy import policy
from assay.rebuild import rebuild
from assay.replay import replay
from assay.resolve import resolve
from assay.simulate import simulate
from assay.topics import topics
from assay.worker import worker
from streams.settings import Settings

COMMANDS = (
    demo,
    worker,
    console,
    replay,
    simulate,
    evaluate,
    resolve,
    policy,
    topics,
    rebuild,
    forget,
    dead_letters,
    config,
    hash_identifiers,
    doctor,
)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(importlib.metadata.version("assay"), message="%(version)s")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file with settings.  [default: assay.toml in the current folder, where there is one]",
)
@click.option(
    "--set", "overrides", multiple=True, metavar="NAME=VALUE", help="One setting for this run; may be given many times."
)
@click.pass_context
def main(context: click.Context, config: Path | None, overrides: tuple[str, ...]) -> None:
    """Finds counterfeit listings in a marketplace's streams.

    Settings come from assay.toml, then from the environment (ASSAY_KAFKA_BOOTSTRAP=...), then from options; later
    ones win, and `assay config show` says what is in force and where it came from. A local stack started by
    `make stack` is found by itself.

    Exit codes: 0 done, 1 it could not do what was asked, 2 wrong usage.
    """
    given = dict(override.partition("=")[::2] for override in overrides)
    for override in overrides:
        name, equals, _ = override.partition("=")
        if not equals or name not in Settings.__struct_fields__:
            # The value stays out of the sentence: it may be a secret behind a misspelt name.
            raise click.BadParameter(f"--set {name} is not NAME=VALUE with a name that `assay config show` lists.")
    context.obj = Invocation(config, given)


for command in COMMANDS:
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="assay")
