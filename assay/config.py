"""`assay config`: the settings in force."""

import click
import msgspec

from assay.invocation import Invocation, pass_invocation
from assay.table import echo_table
from streams.settings import described, shown


@click.group()
def config() -> None:
    """Shows what this command line runs with."""


@config.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object with all settings.")
@pass_invocation
def show(invocation: Invocation, as_json: bool) -> None:
    """Shows every setting, where it came from and what it is about; secrets are masked."""
    loaded = invocation.loaded()
    values = shown(loaded.settings)
    if as_json:
        click.echo(msgspec.json.encode(values))
        return
    about = described()
    rows = [
        (name, "" if value is None else value, loaded.sources.get(name, "default"), about[name])
        for name, value in values.items()
    ]
    echo_table(("setting", "value", "from", "about"), rows)
