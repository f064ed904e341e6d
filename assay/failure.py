"""How a command ends that could not do what was asked: one sentence on stderr, exit code 1, never a traceback."""

from typing import IO, Any, Final

import click

from detectors.policy import PolicyError
from streams.erasing import CannotForgetError
from streams.preflight import CannotStartError
from streams.rebuild import CannotRebuildError
from streams.settings import SettingsError
from streams.upkeep import UpkeepError

#: Errors of the packages below whose text is already one sentence for a person.
SENTENCES: Final = (SettingsError, UpkeepError, PolicyError, CannotStartError, CannotRebuildError, CannotForgetError)


class Failure(click.ClickException):
    """Raise it with one sentence that says what is wrong and what to do."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.format_message(), file=file, err=file is None)


class Commands(click.Group):
    """The group of all commands: what `SENTENCES` names becomes a `Failure` here, once."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SENTENCES as error:
            raise Failure(str(error)) from None
