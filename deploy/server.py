"""A server that outlives whoever started it: its pid, ports and log are kept in a folder of its own."""

import json
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from needed import StackError, last_line

START_SECONDS = 90.0
STOP_SECONDS = 30.0
ANSWER_SECONDS = 2.0


@dataclass(frozen=True)
class Server:
    """`program` stands in its command line beside its port or folder; `ports` are its listeners, clients' first."""

    folder: Path
    program: str
    ports: tuple[str, ...]
    answers: Callable[[int], bool]

    def pid(self) -> int | None:
        """The pid of the running process; a recycled pid is told apart by its command line."""
        try:
            pid = int((self.folder / "pid").read_text())
            ours = (str(self.folder), f":{self._recorded()[self.ports[0]]}")
        except (FileNotFoundError, ValueError, KeyError):
            return None
        command = command_line(pid)
        return pid if self.program in command and any(mark in command for mark in ours) else None

    def port(self) -> int:
        """Where clients connect; `pick_ports` has been called."""
        return self._recorded()[self.ports[0]]

    def pick_ports(self) -> dict[str, int]:
        """The ports of last time, so that a mended stack answers where it did; others where those are taken."""
        recorded = self._recorded()
        if recorded and (self.pid() is not None or all(is_free(port) for port in recorded.values())):
            return recorded
        held = {name: socket.create_server(("127.0.0.1", 0)) for name in self.ports}
        picked = {name: listener.getsockname()[1] for name, listener in held.items()}
        for listener in held.values():
            listener.close()
        (self.folder / "ports.json").write_text(json.dumps(picked))
        return picked

    def works(self) -> bool:
        return self.pid() is not None and self.answers(self.port())

    def launch(self, command: list[str]) -> None:
        """Starts it and waits until it answers; `StackError` with the last line of its log where it does not."""
        log = self.folder / "log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd=self.folder
            )
        (self.folder / "pid").write_text(str(process.pid))
        deadline = time.monotonic() + START_SECONDS
        while not self.answers(self.port()):
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                said = last_line(log.read_text(encoding="utf-8", errors="replace"))
                raise StackError(f"{self.program} did not start; its log {log} ends with: {said}")
            time.sleep(0.05)

    def stop(self) -> bool:
        """Ends the process, by force where asking does not help; whether there was one."""
        pid = self.pid()
        for number in (signal.SIGTERM, signal.SIGKILL):
            deadline = time.monotonic() + STOP_SECONDS
            if pid is not None and self.pid() == pid:
                os.kill(pid, number)
            while pid is not None and self.pid() == pid and time.monotonic() < deadline:
                time.sleep(0.05)
        (self.folder / "pid").unlink(missing_ok=True)
        return pid is not None

    def _recorded(self) -> dict[str, int]:
        try:
            recorded: dict[str, int] = json.loads((self.folder / "ports.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return recorded


def command_line(pid: int) -> str:
    """What runs under `pid`; empty where nothing does, or only a process that has ended and is not yet collected."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if Path("/proc/self/cmdline").exists():
            return ""
    said = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return said.stdout


def is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def kafka_answers(port: int) -> bool:
    """Whether a broker says that it is in service: its metadata names one."""
    metadata_v1_of_no_topics = struct.pack(">hhihi", 3, 1, 7, -1, 0)
    said = _ask(port, struct.pack(">i", len(metadata_v1_of_no_topics)) + metadata_v1_of_no_topics, 12)
    return len(said) == 12 and struct.unpack(">iii", said)[2] > 0


def redis_answers(port: int) -> bool:
    """Whether Redis answers and has read its data."""
    return _ask(port, b"PING\r\n", 7) == b"+PONG\r\n"


def _ask(port: int, question: bytes, size: int) -> bytes:
    said = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS) as connection:
            connection.sendall(question)
            while len(said) < size and (more := connection.recv(size - len(said))):
                said += more
    except OSError:
        return b""
    return said
