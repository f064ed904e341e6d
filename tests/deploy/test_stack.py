"""The local stack: started once, mended when half dead, ended whole."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as redis_client
from kafka.admin import KafkaAdminClient

STACK = Path(__file__).resolve().parents[2] / "deploy/stack.py"


def _run(*arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | ({"PATH": path, "JAVA_HOME": ""} if path is not None else {})
    command = [sys.executable, str(STACK), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _env(folder: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (folder / "env").read_text().splitlines())


def _brokers(folder: Path) -> int:
    with KafkaAdminClient(bootstrap_servers=_env(folder)["ASSAY_KAFKA_BOOTSTRAP"]) as admin:
        return len(admin.describe_cluster()["brokers"])


def _redis(folder: Path) -> redis_client.Redis:
    return redis_client.Redis.from_url(_env(folder)["ASSAY_REDIS_URL"], decode_responses=True)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    _run("stop", "--dir", str(tmp_path))


@pytest.mark.stack
def test_a_stack_starts_once_is_mended_and_ends(folder: Path) -> None:
    """One test for the whole life, because each start of Kafka takes seconds."""
    first = _run("start", "--dir", str(folder))
    assert first.returncode == 0, first.stderr
    assert _brokers(folder) == 1
    env, pids = _env(folder), [(folder / name / "pid").read_text() for name in ("kafka", "redis")]
    with _redis(folder) as client:
        assert client.config_get("appendonly")["appendonly"] == "yes"
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        client.set("kept", "1")

    assert "runs already" in _run("start", "--dir", str(folder)).stdout
    assert [(folder / name / "pid").read_text() for name in ("kafka", "redis")] == pids

    os.kill(int(pids[0]), signal.SIGKILL)
    assert "is mended" in _run("start", "--dir", str(folder)).stdout
    assert _env(folder) == env
    assert _brokers(folder) == 1
    assert (folder / "redis/pid").read_text() == pids[1]
    with _redis(folder) as client:
        assert client.get("kept") == "1"

    assert _run("start", "--dir", str(folder), "--fresh").returncode == 0
    with _redis(folder) as client:
        assert client.get("kept") is None

    assert "has stopped" in _run("stop", "--dir", str(folder)).stdout
    assert not (folder / "env").exists()
    assert "was not running" in _run("stop", "--dir", str(folder)).stdout


def test_missing_tools_are_named_in_one_sentence(tmp_path: Path) -> None:
    ended = _run("start", "--dir", str(tmp_path / "stack"), path=str(tmp_path))
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert "Java 17 or newer" in ended.stderr
    assert "install openjdk-17-jre-headless" in ended.stderr
    assert not (tmp_path / "stack").exists()


def test_a_pid_that_was_given_to_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "redis").mkdir()
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (tmp_path / "redis/pid").write_text(str(other.pid))
        (tmp_path / "redis/ports.json").write_text('{"redis": 1}')
        assert "was not running" in _run("stop", "--dir", str(tmp_path)).stdout
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
