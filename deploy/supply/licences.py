"""The licences of what is shipped beside assay, read from the metadata of the installed packages.

What counts is `License-Expression`; then `License` and the classifiers, where they name one licence in a known
spelling; then what a person has read in the licence file. Names are those of SPDX.
"""

import importlib.metadata
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from packaging.licenses import canonicalize_license_expression
from packaging.requirements import Requirement

from deploy import image_packages

ROOT: Final = Path(__file__).resolve().parents[2]
#: Each lets a company run and pass on what it covers beside code of its own, as long as the notices go with it.
ALLOWED: Final = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Modification", "CC0-1.0"),
        *("MIT", "MIT-0", "PSF-2.0", "Zlib"),
        "MPL-2.0",  # a changed file of it has to be given away; assay changes none
    }
)
SPELLINGS: Final = {
    "Apache 2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "MIT License": "MIT",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
}
#: Metadata that say "BSD" do not say which. Read in the licence files of the versions of November 2026.
READ: Final = {
    "faust-streaming": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "mode-streaming": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 AND BSD-3-Clause",
    "rich-click": "MIT",
    "venusian": "BSD-3-Clause-Modification",
}


def shipped() -> list[str]:
    """Names of all packages that `pip install assay[console]` brings to Linux, on either Python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    pinned = image_packages.read((ROOT / "requirements.lock").read_text("utf-8"))
    wanted = [one for one in image_packages.wanted(project, pinned) if one.name not in image_packages.BUILD]
    return sorted({one.name for one in wanted if _is_for_linux(one.text)})


def _is_for_linux(pins: str) -> bool:
    """`pins` are the lines of one package in the lock."""
    marker = Requirement(pins.partition("\\")[0].strip()).marker
    pythons = ("3.11", "3.12")
    return marker is None or any(
        marker.evaluate({"sys_platform": "linux", "python_version": each, "python_full_version": f"{each}.9"})
        for each in pythons
    )


def said(name: str) -> str | None:
    """What the metadata say as an SPDX expression; None where they name none, or several without saying how they join.

    `PackageNotFoundError` where the package is not installed.
    """
    metadata = importlib.metadata.metadata(name)
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    classified = [each for each in metadata.get_all("Classifier") or () if each.startswith("License ::")]
    alternatives = [*(metadata.get_all("License") or ()), *(classified if len(classified) == 1 else ())]
    for each in alternatives:
        try:
            return str(canonicalize_license_expression(SPELLINGS.get(each, each)))
        except ValueError:
            continue
    return None


def licence_of(name: str) -> str | None:
    """An SPDX expression, or None: somebody has to read the licence file and add to `READ`."""
    return said(name) or READ.get(name)


def is_allowed(expression: str) -> bool:
    """Whether one of the alternatives asks for nothing but what `ALLOWED` has.

    An expression with parentheses or an exception is not understood, and so not allowed.
    """
    return any(
        all(each.strip() in ALLOWED for each in alternative.split(" AND ")) for alternative in expression.split(" OR ")
    )


def refused(names: Iterable[str]) -> list[str]:
    """A sentence for each package that must not be shipped, or of which nobody knows yet whether it may."""
    found = []
    for name in names:
        licence = licence_of(name)
        if licence is None:
            found.append(f"{name} does not say its licence: read its licence file and add it to READ.")
        elif not is_allowed(licence):
            found.append(f"{name} is under {licence}, which is not in ALLOWED: do without it, or have it allowed.")
    return found


def table() -> str:
    """Every package that is shipped, with its licence."""
    lines = ["| package | licence |", "|---|---|"]
    lines += [f"| {name} | {licence_of(name) or 'not said'} |" for name in shipped()]
    return "\n".join(lines) + "\n"
