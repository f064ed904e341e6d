"""What all commands have in common: help, exit codes, one sentence instead of a traceback."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from assay.__main__ import main
from assay.failure import Commands
from assay.table import printable
from streams.settings import Settings
from streams.upkeep import UpkeepError

SECRET = "0123456789abcdef"


def _commands(command: click.Command, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield names
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from _commands(child, (*names, name))


@pytest.fixture(autouse=True)
def _bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's own reaches a test."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("ASSAY_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize("names", list(_commands(main)), ids=" ".join)
def test_every_command_explains_itself(names: tuple[str, ...]) -> None:
    ended = CliRunner().invoke(main, [*names, "--help"])
    assert ended.exit_code == 0
    assert re.search(r"Usage: .*\n\n  [A-Z]", ended.output)


def test_help_works_beside_a_broken_configuration(tmp_path: Path) -> None:
    (tmp_path / "assay.toml").write_text("[")
    assert CliRunner().invoke(main, ["topics", "create", "--help"]).exit_code == 0


def test_the_settings_in_force_are_shown_with_their_sources_and_without_secrets(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(f'hash_key = "{SECRET}"\nredis_url = "redis://u:{SECRET}@h/0"\n')
    shown = CliRunner().invoke(main, ["--config", "mine.toml", "--set", "partitions=6", "config", "show"])
    assert shown.exit_code == 0
    assert SECRET not in shown.output
    assert re.search(r"^partitions +6 +the options ", shown.output, re.MULTILINE)
    assert re.search(r"^hash_key +\*\*\* +mine\.toml ", shown.output, re.MULTILINE)
    assert re.search(r"^linger_ms +0 +default ", shown.output, re.MULTILINE)


def test_the_settings_can_be_read_by_machines() -> None:
    shown = CliRunner().invoke(main, ["config", "show", "--json"])
    assert set(json.loads(shown.stdout)) == set(Settings.__struct_fields__)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("partitons = 3\n", "assay.toml has the unknown setting partitons; the nearest known one is partitions.\n"),
        ("partitions = 0\n", "partitions in assay.toml does not fit: expected int >= 1.\n"),
    ],
)
def test_a_wrong_configuration_ends_with_one_sentence(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "assay.toml").write_text(content)
    ended = CliRunner().invoke(main, ["config", "show"])
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", said)


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["--set", "partitons=3", "config", "show"],
        ["--set", "partitions", "config", "show"],
        ["--config", "none.toml", "config", "show"],
        ["topics", "create", "--partitions", "0"],
        ["dead-letters", "show", "first"],
        ["dead-letters", "list", "--reason", "bad_luck"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_exit_code_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2


def test_a_misspelt_secret_is_not_repeated() -> None:
    ended = CliRunner().invoke(main, ["--set", f"hash_kee={SECRET}", "config", "show"])
    assert ended.exit_code == 2
    assert SECRET not in ended.output


@pytest.mark.parametrize("command", ["topics create", "dead-letters list"])
def test_a_kafka_that_is_away_ends_with_one_sentence(command: str) -> None:
    ended = CliRunner().invoke(main, ["--set", "kafka_bootstrap=127.0.0.1:1", *command.split()])
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("Kafka does not answer at 127.0.0.1:1")
    assert ended.stderr.count("\n") == 1


def test_an_error_of_the_packages_below_becomes_a_sentence_in_every_command() -> None:
    @click.group(cls=Commands)
    def group() -> None:
        """A group."""

    @group.command()
    def fails() -> None:
        raise UpkeepError("Kafka is away: start it.")

    ended = CliRunner().invoke(group, ["fails"])
    assert (ended.exit_code, ended.stderr) == (1, "Kafka is away: start it.\n")


def test_an_interrupted_command_leaves_no_traceback() -> None:
    asked = [sys.executable, "-m", "assay", "--set", f"hash_key={SECRET}", "hash", "--kind", "device"]
    command = ["env", "--default-signal=INT", *asked]  # a shell lets what runs in its background ignore Ctrl-C
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write("one\n" * 10_000)
        running.stdin.flush()
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, said = running.communicate()
    assert running.returncode == 1
    assert "Traceback" not in said


def test_what_strangers_sent_cannot_steer_a_terminal() -> None:
    assert printable("a\x1b[31mb\n\u202ec三") == "a\\x1b[31mb\\n\\u202ec三"
