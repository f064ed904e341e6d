"""`python -m deploy.supply`: advisories, bills of materials into out/, licences; `page [--check]` only the table.

Exit codes: 0 nothing to do, 1 a known weakness, a licence that is not allowed, or a page that is stale.
"""

import argparse
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

from deploy import image_packages
from deploy.marked import with_part
from deploy.supply import audit, licences

ROOT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = ROOT / "requirements.lock"
PROJECT: Final = ROOT / "pyproject.toml"
OUT: Final = ROOT / "out"
PAGE: Final = ROOT / "docs/supply.md"


def page(text: str) -> str:
    """The page with the table of now between its marks."""
    return with_part(text, "licences", licences.table())


def image_lock() -> str:
    """The part of the lock that the image is made of, less what only builds it."""
    project = tomllib.loads(PROJECT.read_text("utf-8"))
    wanted = image_packages.wanted(project, image_packages.read(LOCK.read_text("utf-8")))
    return "".join(one.text for one in wanted if one.name not in image_packages.BUILD)


def write_bill(requirements: str, name: str) -> Path:
    """Pins as CycloneDX 1.6 into out/; the same pins give the same bytes."""
    OUT.mkdir(exist_ok=True)
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "--output-reproducible"]
    command += ["--pyproject", str(PROJECT), "--output-file", str(OUT / name), "-"]
    subprocess.run(command, input=requirements, text=True, check=True)
    return OUT / name


def supply() -> int:
    """Everything, said line by line."""
    found = audit.run(LOCK)
    bad = isinstance(found, audit.Audit) and bool(found.known)
    print(found.sentence() if isinstance(found, audit.Audit) else found)
    for text, name, what in (
        (image_lock(), "sbom-image.cdx.json", "the image"),
        (LOCK.read_text("utf-8"), "sbom-lock.cdx.json", "the lock, tools of development included"),
    ):
        print(f"{write_bill(text, name).relative_to(ROOT)}: the bill of materials of {what}.")
    refused = licences.refused(licences.shipped())
    print("\n".join(refused) or "Every licence of what is shipped is allowed: docs/supply.md.")
    return int(bad or bool(refused))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.supply")
    parser.add_argument("what", nargs="?", choices=("page",), help="only the table in docs/supply.md")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is stale")
    given = parser.parse_args()
    if not given.what:
        return supply()
    text = PAGE.read_text("utf-8")
    made = page(text)
    if not given.check:
        PAGE.write_text(made, "utf-8")
    elif made != text:
        sys.exit(f"stale: {PAGE.name}; run python -m deploy.supply page and commit it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
