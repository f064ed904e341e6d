"""Known weaknesses of the locked packages, as pip-audit hears of them from the package registry."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

COMMAND: Final = ("-m", "pip_audit", "--disable-pip", "--require-hashes", "--format=json", "--progress-spinner=off")


class Audit(NamedTuple):
    """How many packages were looked up, those of which the registry knew nothing, and advisories by package."""

    asked: int
    unanswered: tuple[str, ...]
    known: Mapping[str, tuple[str, ...]]

    def sentence(self) -> str:
        """What came of it. A package without an answer is not one without advisories, which pip-audit itself says."""
        if self.known:
            listed = "; ".join(f"{name}: {', '.join(ids)}" for name, ids in self.known.items())
            return f"Known weaknesses, update the lock: {listed}."
        if len(self.unanswered) == self.asked:
            return f"The package registry serves no advisories here: none of {self.asked} packages was audited."
        if self.unanswered:
            names = ", ".join(self.unanswered)
            return f"No advisory for {self.asked - len(self.unanswered)} packages; not audited: {names}."
        return f"No advisory for any of {self.asked} packages."


def read(report: str) -> Audit:
    """Out of pip-audit's JSON."""
    packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    unanswered = tuple(one["name"] for one in packages if "skip_reason" in one)
    known = {one["name"]: tuple(each["id"] for each in one["vulns"]) for one in packages if one.get("vulns")}
    return Audit(len(packages), unanswered, known)


def run(lock: Path) -> Audit | str:
    """Asks; where there was no answer at all, a sentence that says why."""
    done = subprocess.run(
        [sys.executable, *COMMAND, "--requirement", str(lock)], capture_output=True, text=True, check=False
    )
    if not done.stdout.strip():
        why = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
        return f"The package registry could not be asked for advisories, nothing was audited: {why}"
    return read(done.stdout)
