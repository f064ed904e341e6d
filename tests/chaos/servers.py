"""A broker and a Redis of these tests' own, which may be stopped, killed, frozen and given other data."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

import pytest

from tests.conftest import ROOT, Stack

Which = Literal["kafka", "redis"]
GONE_SECONDS = 60.0


class Servers:
    """Both of them, in a folder; they keep their ports and data when they are started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ask("start", "--fresh")
        lines = (folder / "env").read_text().splitlines()
        env = dict(line.split("=", 1) for line in lines)
        self.stack = Stack(env["ASSAY_KAFKA_BOOTSTRAP"], env["ASSAY_REDIS_URL"], folder)

    def start(self) -> None:
        """Whichever does not run; returns when both answer."""
        self._ask("start")

    def end(self, which: Which, by: signal.Signals) -> None:
        """Returns when it is gone."""
        pid = self._pid(which)
        os.kill(pid, by)
        deadline = time.monotonic() + GONE_SECONDS
        while _runs(pid):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def send(self, which: Which, number: signal.Signals) -> None:
        os.kill(self._pid(which), number)

    def copy_redis(self, to: Path) -> None:
        """Redis's log as it stands, cut off in the middle of a write perhaps."""
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(self._data, to)

    def put_redis_back(self, data: Path) -> None:
        """Redis, which must be down, will start from what `copy_redis` has copied."""
        shutil.rmtree(self._data)
        shutil.copytree(data, self._data)

    def close(self) -> None:
        for which in ("redis", "kafka"):
            if _runs(self._pid(which)):
                os.kill(self._pid(which), signal.SIGCONT)
        self._ask("stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self.folder / "redis/data"

    def _pid(self, which: Which) -> int:
        return int((self.folder / which / "pid").read_text())

    def _ask(self, what: str, *options: str) -> None:
        command = [sys.executable, str(ROOT / "deploy/stack.py"), what, "--dir", str(self.folder), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.fail(done.stderr)


def _runs(pid: int) -> bool:
    """A process that has ended and that nobody has collected yet has no command line."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False
