"""What was said before the command's name, and the settings that follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from streams.settings import Loaded, Settings, load


@dataclass(frozen=True)
class Invocation:
    """`--config` and `--set`; read when a command asks, so that `--help` works beside a broken file."""

    config: Path | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)

    def loaded(self, **options: Any) -> Loaded:
        """The settings and where they come from; `options` of the command win, None was not given."""
        return load(
            self.config, {**self.overrides, **{name: held for name, held in options.items() if held is not None}}
        )

    def settings(self, **options: Any) -> Settings:
        """The settings in force for this command; `SettingsError` is turned into a sentence by the group."""
        return self.loaded(**options).settings


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)
