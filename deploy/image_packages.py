"""The packages of the image, out of requirements.lock: those of the worker and the console, without any tool.

    python deploy/image_packages.py pyproject.toml requirements.lock

Plain Python without packages. The lock says of each package on whose behalf it is there ("# via"); what nobody in the
image asks for is left out. So there is one lock, and what was tested is what is shipped. Setuptools is in it to build
the wheel with.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

EXTRAS = ("console",)
BUILD = ("setuptools",)


class Pinned(NamedTuple):
    """One package of the lock: its lines, and who asks for it."""

    name: str
    text: str
    via: frozenset[str]


def read(lock: str) -> Iterator[Pinned]:
    """The packages of a lock; one may be there twice, for two Pythons."""
    for text in re.split(r"\n(?=\S)(?!#)", lock.strip() + "\n"):
        pins = "".join(line + "\n" for line in text.splitlines() if not line.lstrip().startswith("#"))
        said = "\n".join(line.strip().removeprefix("#").strip() for line in text.splitlines() if "#" in line)
        via = frozenset(name for name in said.removeprefix("via").split() if re.fullmatch(r"[a-z0-9.-]+", name))
        yield Pinned(text.partition("==")[0], pins, via)


def wanted(project: dict[str, Any], pinned: Iterable[Pinned]) -> list[Pinned]:
    """What the project's dependencies and the image's extras need, and what these need in turn."""
    pinned, table = list(pinned), project["project"]
    asked = [*table["dependencies"], *BUILD]
    for extra in EXTRAS:
        asked += table["optional-dependencies"][extra]
    names = {re.split(r"[^A-Za-z0-9.-]", each)[0].lower() for each in asked}
    while more := {one.name for one in pinned if one.name not in names and one.via & names}:
        names |= more
    return [one for one in pinned if one.name in names]


def main() -> None:
    project, lock = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3])
    sys.stdout.write("".join(one.text for one in wanted(tomllib.loads(project), read(lock))))


if __name__ == "__main__":
    main()
