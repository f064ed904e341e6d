"""`assay console` as operators run it, on a real Kafka."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx

from console.users import hash_password

PASSWORD = "correct horse battery"
WAIT_S = 60.0


class Running(NamedTuple):
    """Its process, and where a browser finds it."""

    process: subprocess.Popen[str]
    address: str

    def until_caught_up(self) -> None:
        """Until it shows all that was there when it started."""
        deadline = time.monotonic() + WAIT_S
        while httpx.get(self.address + "healthy", timeout=WAIT_S).status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@contextlib.contextmanager
def running_console(kafka: str, folder: Path) -> Iterator[Running]:
    """One that mia may sign in to, on a free port."""
    users = folder / "users.toml"
    users.write_text(f"[users.mia]\nrole = 'moderator'\npassword = '{hash_password(PASSWORD)}'\n")
    environment = os.environ | {
        "ASSAY_KAFKA_BOOTSTRAP": kafka,
        "ASSAY_CONSOLE_USERS_FILE": str(users),
        "ASSAY_CONSOLE_PORT": "0",
        "ASSAY_CONSOLE_SECURE": "false",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "assay", "console"], stdout=subprocess.PIPE, env=environment, text=True
    )
    try:
        assert process.stdout is not None
        yield Running(process, re.findall(r"http://\S+/", process.stdout.readline())[0])
    finally:
        process.kill()
        process.wait()
