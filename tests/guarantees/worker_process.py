"""A worker process of these tests."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

#: One worker judges 100,000 events in the long form; a machine with others at work on it needs its time.
PATIENCE_SECONDS = 900.0 if os.environ.get("GUARANTEES_LONG") else 300.0


class Worker:
    """A worker process; `main` may be another program than `assay worker` that runs the same worker."""

    def __init__(self, command: Sequence[str], log: Path, environment: dict[str, str]) -> None:
        self.log = log
        with log.open("w") as written:
            self.process = subprocess.Popen(
                command, stdout=written, stderr=written, stdin=subprocess.DEVNULL, cwd=log.parent, env=environment
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def is_stopped(self) -> bool:
        """Whether SIGSTOP holds it."""
        return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def end(self, by: signal.Signals | None = signal.SIGTERM) -> int:
        """Its exit code, after `by` was sent or when it ends by itself."""
        if by is not None and self.process.poll() is None:
            self.process.send_signal(by)
        return self.process.wait(PATIENCE_SECONDS)
