"""The mutants of the Lua scripts, written by hand: mutmut reads Python only."""

import shutil
import tomllib
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[3]
SCRIPTS: Final = ROOT / "streams"
LISTED: Final = ROOT / "tests/streams/lua_mutants.toml"


class Mutant(NamedTuple):
    """`old` stands once in the script `streams/<script>.lua`, and `new` in its place breaks what `breaks` says."""

    script: str
    old: str
    new: str
    breaks: str

    def text(self) -> str:
        """The broken script; `ValueError` where `old` does not stand in it exactly once."""
        text = (SCRIPTS / f"{self.script}.lua").read_text("utf-8")
        if (found := text.count(self.old)) != 1:
            raise ValueError(f"{self.old!r} stands {found} times in {self.script}.lua: make it one place.")
        return text.replace(self.old, self.new)

    def write(self, folder: Path) -> None:
        """All scripts into a new folder, this one broken."""
        copy_scripts(folder)
        (folder / f"{self.script}.lua").write_text(self.text(), "utf-8")


def copy_scripts(folder: Path) -> None:
    """All scripts into a new folder, as they are."""
    folder.mkdir()
    for path in sorted(SCRIPTS.glob("*.lua")):
        shutil.copy(path, folder)


def read() -> list[Mutant]:
    """The list, in its order."""
    listed = tomllib.loads(LISTED.read_text("utf-8"))
    return [Mutant(script, **each) for script, mutants in listed.items() for each in mutants]
