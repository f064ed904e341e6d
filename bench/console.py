"""The console under load: many open feeds while alerts come in, and a listing service that asks for holds.

    python bench/console.py feeds [--readers 50] [--rate 20] [--seconds 20]
    python bench/console.py holds [--rate 500] [--seconds 20] [--rounds 5]

The console runs in a process of its own over a feed in that process, so what is measured is the console, not Kafka.
"Before" is Python's own loop and HTTP parser, and a socket whose second write waits for an acknowledgement.
"""

import argparse
import asyncio
import hashlib
import socket
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from argon2 import PasswordHasher

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.asking import Service
from bench.measured import conditions, cpu_s, keep, percentile, summary, waited_s
from console.app import make_app
from console.edges import Record, Take
from console.office import Office, Terms
from console.serving import address_of, bound, new_loop, serving
from console.users import users_of
from detectors.policy import make_policy
from schemas import wire
from streams.settings import read_policy
from tests.console.records import alert, hold, record

PASSWORD: Final = "a password for measuring"
TOKEN: Final = "a token for measuring"
SELLERS: Final = 500
HELD: Final = 50_000


def child(rate: int, as_before: bool) -> None:
    """The console, with alerts of `rate` a second and many holds; prints its address."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop if as_before else new_loop) as runner:
        runner.run(_serve(rate, as_before))


async def _serve(rate: int, as_before: bool) -> None:
    class Feed:
        is_caught_up, trouble = True, ""

        async def follow(self, take: Take) -> None:
            now = datetime.now(UTC)
            for number in range(HELD):
                take(record(hold(f"h{number}", when=now, subject_id=f"l{number}", seller=f"s{number % SELLERS}")))
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            revision = 0
            while rate:
                await asyncio.sleep(1 / rate)
                revision += 1
                seller, sent = f"s{revision % SELLERS}", datetime.now(UTC)
                said = alert(f"a-{seller}", revision, when=sent, seller=seller, score=0.9 + revision % 10 / 100)
                take(Record("assay.alerts.v1", b"", wire.encode(said)))

    class Sink:
        async def send(self, *_: Any) -> None: ...

        async def send_again(self, *_: Any) -> None: ...

    told = {
        "users": {"mia": {"role": "moderator", "password": PasswordHasher().hash(PASSWORD)}},
        "tokens": {"shop": {"role": "viewer", "sha256": hashlib.sha256(TOKEN.encode()).hexdigest()}},
    }
    users = users_of(told, "bench")
    office = Office(
        feed=Feed(),
        sink=Sink(),
        users=lambda: users,
        policy=make_policy(read_policy(None)),
        now=lambda: datetime.now(UTC),
        terms=Terms(is_secure=False),
    )
    listening = bound("127.0.0.1", 0)
    if as_before:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
    sys.stdout.write(address_of(listening) + "\n")
    sys.stdout.flush()
    async with serving(make_app(office), listening, "h11" if as_before else "auto"):
        await asyncio.Event().wait()


async def feeds(readers: int, rate: int, seconds: float) -> dict[str, Any]:
    """Milliseconds from an alert's arrival to its row at each reader; CPU and memory of the console."""
    async with _Console(rate) as console:
        lags: list[float] = []
        limits = httpx.Limits(max_connections=readers + 4)
        async with httpx.AsyncClient(base_url=console.address, limits=limits, timeout=None) as client:
            await client.post("/sign-in", data={"user": "mia", "password": PASSWORD})
            reading = [asyncio.create_task(_read(client, lags)) for _ in range(readers)]
            await asyncio.sleep(3)
            lags.clear()
            before_s, began = cpu_s(console.pid), time.monotonic()
            await asyncio.sleep(seconds)
            spent_s, took_s = cpu_s(console.pid) - before_s, time.monotonic() - began
            page_s = await _timed(client, "/")
            for task in reading:
                task.cancel()
            await asyncio.gather(*reading, return_exceptions=True)
        lags.sort()
        return {
            "rows_received": len(lags),
            "row_ms": {"p50": round(percentile(lags, 0.5)), "p99": round(percentile(lags, 0.99))},
            "feed_page_ms": round(page_s * 1000),
            "cpu_share": round(spent_s / took_s, 3),
            "memory_mib": console.memory_mib(),
        }


async def holds(rate: int, seconds: float, rounds: int) -> dict[str, Any]:
    """Milliseconds and CPU of `GET /v1/listings/{id}/hold`: as it is served and as it was before, in turn."""
    kinds: dict[str, dict[str, list[float]]] = {"before": {}, "now": {}}
    for _ in range(rounds):
        for kind, kept in kinds.items():
            for name, value in (await _holds(rate, seconds, kind == "before")).items():
                kept.setdefault(name, []).append(value)
    return {kind: {name: summary(values, 1) for name, values in kept.items()} for kind, kept in kinds.items()}


async def _holds(rate: int, seconds: float, as_before: bool) -> dict[str, float]:
    def some(count: float) -> list[str]:
        return [f"/v1/listings/l{number * 7 % (2 * HELD)}/hold" for number in range(int(count))]

    async with _Console(0, as_before) as console, Service(urlsplit(console.address).port or 0, TOKEN) as service:
        await service.ask(some(rate), rate)
        service.took_ms.clear()
        cpu, waited, own = cpu_s(console.pid), waited_s(console.pid), time.process_time()
        await service.ask(some(rate * seconds), rate)
        took, count = sorted(service.took_ms), len(service.took_ms)
        return {
            "p50_ms": percentile(took, 0.5),
            "p99_ms": percentile(took, 0.99),
            "cpu_us_each": (cpu_s(console.pid) - cpu) / count * 1e6,
            "waited_for_a_core_us_each": (waited_s(console.pid) - waited) / count * 1e6,
            "client_cpu_us_each": (time.process_time() - own) / count * 1e6,
            "memory_mib": console.memory_mib(),
        }


async def _timed(client: httpx.AsyncClient, path: str) -> float:
    began = time.monotonic()
    (await client.get(path)).raise_for_status()
    return time.monotonic() - began


async def _read(client: httpx.AsyncClient, lags: list[float]) -> None:
    async with client.stream("GET", "/stream") as answer:
        kind = ""
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: ") and kind == "row":
                at = line.index("datetime=") + len('datetime=\\"')
                sent = datetime.fromisoformat(line[at : line.index("\\", at)])
                lags.append((datetime.now(UTC) - sent).total_seconds() * 1000)


class _Console:
    """The child process while the body runs."""

    def __init__(self, rate: int, as_before: bool = False) -> None:
        self._arguments = ["child", "--rate", str(rate), *(["--as-before"] if as_before else [])]
        self.address = ""
        self.pid = 0

    async def __aenter__(self) -> "_Console":
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, __file__, *self._arguments, stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdout is not None
        self.address = (await self._process.stdout.readline()).decode().strip()
        await self._process.stdout.readline()
        self.pid = self._process.pid
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    def memory_mib(self) -> int:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) // 1024
        return 0


def main() -> None:
    """Runs one measurement and keeps it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("feeds", "holds", "child"))
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--rate", type=int)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--as-before", action="store_true")
    given = parser.parse_args()
    if given.what == "child":
        child(given.rate, given.as_before)
        return
    rate = given.rate or (20 if given.what == "feeds" else 500)
    if given.what == "feeds":
        results = asyncio.run(feeds(given.readers, rate, given.seconds))
    else:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            results = runner.run(holds(rate, given.seconds, given.rounds))
    print(conditions()["load_average_1m"], results)
    keep(f"console-{given.what}", {"readers": given.readers, "rate": rate, "seconds": given.seconds}, results)


if __name__ == "__main__":
    main()
