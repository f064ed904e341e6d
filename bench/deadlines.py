"""A million open deadlines of one partition: what each takes in Redis, and to schedule, cancel and fire it.

`store`: ids and times alone, through what a worker uses: `streams.deadlines` in memory and the commit script on a real
Redis (append-only file, every second), 2,000 to a commit. A seller's return is named by short ids, then by UUIDs.
`hop`: overdue refunds judged by the whole hop, all due within one second after an hour's pause, as after an outage.
CPU is the process's and Redis's own, per deadline; the clock beside it depends on what else the machine does.
"""

import asyncio
import os
import random
import resource
import time
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import redis
from measured import command, cpu_s, keep

import schemas
from detectors.judge import Judge
from detectors.policy import make_policy
from detectors.reference import Reference
from schemas import wire
from schemas.fields import DAY_US, HOUR_US, SECOND_US, to_us
from streams.deadlines import HEAD, Deadlines, deadline_id
from streams.embedded import embedded_redis
from streams.hop import Hop, HopTerms
from streams.outbox import ProcessOutbox
from streams.polls import PlainRecord
from streams.redis_store import RedisStore
from streams.replay import LANE, feed
from streams.settings import read_policy
from streams.store import Committed, PartitionCommit
from streams.surroundings import Surroundings

BATCH: Final = 2_000
SELLERS: Final = 10_000
CANCELLED: Final = 0.1  # of all, before any falls due
START: Final = datetime(2026, 3, 1, tzinfo=UTC)
SPAN_US: Final = 4 * DAY_US
RETURNS_A_SELLER: Final = 5


class Meter:
    """CPU of this process and of Redis, and the clock, since it was made."""

    def __init__(self, redis_pid: int) -> None:
        self._pid = redis_pid
        self._since = self._now()

    def _now(self) -> tuple[float, float, float]:
        return time.process_time(), cpu_s(self._pid), time.perf_counter()

    def each(self, count: int) -> dict[str, float]:
        """Microseconds a deadline."""
        worker, server, clock = (
            round(1e6 * (now - then) / count, 1) for now, then in zip(self._now(), self._since, strict=True)
        )
        return {"worker_cpu_us": worker, "redis_cpu_us": server, "clock_us": clock}


class World:
    """One partition on a Redis of its own."""

    def __init__(self, url: str) -> None:
        self.client = redis.Redis.from_url(url)
        self.pid = int(self.client.info("server")["process_id"])
        self.store = RedisStore(url)
        self.epoch = 0

    async def commit(self, deadlines: dict[str, int | None], watermark_us: int = 0) -> None:
        """The deadlines of one batch, as the hop commits them."""
        commit = PartitionCommit(0, self.epoch, watermark_us=watermark_us, deadlines=deadlines)
        (outcome,) = await self.store.commit([commit])
        if not isinstance(outcome, Committed):
            raise SystemExit(outcome.why)
        self.epoch = outcome.epoch

    def memory(self) -> int:
        return int(self.client.info("memory")["used_memory"])


def short_ids(count: int) -> Iterator[str]:
    """As the simulator names them."""
    for number in range(count):
        yield deadline_id(f"s-{number % SELLERS:06d}", "refund", f"r-{number:09d}")


def uuids(count: int) -> Iterator[str]:
    """As many marketplaces name them."""
    draw = random.Random(1)
    sellers = [str(uuid.UUID(int=draw.getrandbits(128))) for _ in range(SELLERS)]
    for number in range(count):
        yield deadline_id(sellers[number % SELLERS], "refund", str(uuid.UUID(int=draw.getrandbits(128))))


def batched(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for at in range(0, len(items), BATCH):
        yield items[at : at + BATCH]


async def in_store(url: str, ids: list[str]) -> dict[str, Any]:
    """Schedules all, cancels some, reads the head as a new owner does, and fires the rest."""
    draw, world = random.Random(2), World(url)
    due = [to_us(START) + draw.randrange(SPAN_US) for _ in ids]
    world.epoch = (await world.store.open(0)).epoch
    deadlines, empty = Deadlines([], HEAD), world.memory()
    results: dict[str, Any] = {"id_bytes": len(ids[0].encode())}

    meter = Meter(world.pid)
    for some in batched(list(zip(ids, due, strict=True))):
        for stored_id, due_us in some:
            deadlines.schedule(stored_id, due_us)
        await world.commit(dict(some))
        deadlines.trim()
    results["schedule"] = meter.each(len(ids))
    results["redis_bytes"] = round((world.memory() - empty) / len(ids))
    results["kept_in_memory"] = len(deadlines._due)

    cancelled = draw.sample(ids, round(CANCELLED * len(ids)))
    meter = Meter(world.pid)
    for some in batched(cancelled):
        for stored_id in some:
            deadlines.schedule(stored_id, None)
        await world.commit(dict.fromkeys(some))
    results["cancel"] = meter.each(len(cancelled))

    meter = Meter(world.pid)
    deadlines = Deadlines(await world.store.next_due(0, HEAD), HEAD)
    results["take_over_ms"] = round(meter.each(1)["clock_us"] / 1_000)

    left, fired = len(ids) - len(cancelled), 0
    meter, watermark_us = Meter(world.pid), to_us(START)
    while fired < left:
        watermark_us += SPAN_US * BATCH // len(ids)
        if not deadlines.are_enough(watermark_us):
            deadlines = Deadlines(await world.store.next_due(0, HEAD), HEAD)
        gone: dict[str, int | None] = {}
        while (first := deadlines.pop(watermark_us)) is not None:
            gone[first[0]] = None
        fired += len(gone)
        await world.commit(gone, watermark_us)
    results["fire"] = meter.each(fired)
    if fired != left or world.client.zcard("assay:{0}:deadlines"):
        raise SystemExit(f"{fired:,} of {left:,} deadlines fired.")
    await world.store.close()
    return results


def unpaid(count: int) -> Iterator[bytes]:
    """Returns that came back within one second and are not refunded, of a buyer each."""

    def line(word: type[schemas.Event], at: datetime, number: int, **fields: Any) -> bytes:
        seller, back = f"s-{number // RETURNS_A_SELLER:07d}", f"r-{number:09d}"
        event_id = f"e-{word.__name__}-{number}"
        return wire.encode(word(event_id=event_id, event_time=at, seller_id=seller, return_id=back, **fields))

    for number in range(count):
        named = {"order_id": f"o-{number:09d}", "listing_id": f"l-{number:07d}", "buyer_id": f"b-{number:09d}"}
        money = {"amount": Decimal(100), "currency": "CNY", "reason": "changed_mind"}
        yield line(schemas.ReturnRequested, START, number, **named, **money)
    for number in range(count):
        at = START + timedelta(hours=1, microseconds=number * SECOND_US // count)
        yield line(schemas.ReturnDelivered, at, number, signed=True)


async def in_hop(url: str, count: int) -> dict[str, Any]:
    """Judges the returns, then lets the watermark pass all their deadlines at once."""
    world, lines = World(url), Counter[str]()
    around = Surroundings(Reference(), fresh_us=SECOND_US)
    judge = Judge(make_policy(read_policy(None)))
    hop = Hop(
        judge,
        world.store,
        ProcessOutbox(lambda line: lines.update([line.topic])),
        around,
        HopTerms(by_events=True),
        clock=lambda: 0,
    )
    partition = await hop.open(0, [LANE])
    meter = Meter(world.pid)
    values = list(unpaid(count))
    for at in range(0, len(values), BATCH):
        some = values[at : at + BATCH]
        await feed(
            hop, partition, [PlainRecord(LANE, 0, at + number, None, value) for number, value in enumerate(some)]
        )
    results: dict[str, Any] = {"events": meter.each(len(values)), "lines_before": lines.total()}
    before, resident = hop.counts.deadlines, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    meter = Meter(world.pid)
    await hop.finish(partition, to_us(START) + 5 * DAY_US + HOUR_US)
    fired = hop.counts.deadlines - before
    results |= {"fired": fired, "fire": meter.each(fired), "lines": lines.total() - results["lines_before"]}
    results["more_resident_mib"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident) // 1024
    await world.store.close()
    return results


def shown(results: dict[str, Any]) -> str:
    return "\n".join(f"    {name}: {held}" for name, held in results.items())


def on_a_redis(work: Callable[[str], Coroutine[Any, Any, dict[str, Any]]]) -> dict[str, Any]:
    with embedded_redis() as url:
        version = redis.Redis.from_url(url).info("server")["redis_version"]
        return {"redis": version, "load_average_1m": os.getloadavg()[0]} | asyncio.run(work(url))


def main() -> None:
    parser = command(__doc__)
    parser.add_argument("what", choices=("store", "hop"))
    parser.add_argument("--deadlines", type=int, default=1_000_000)
    options = parser.parse_args()
    count, results = options.deadlines, {}
    if options.what == "store":
        for name, ids in (("short ids", short_ids), ("UUIDs", uuids)):
            results[name] = on_a_redis(lambda url, ids=ids: in_store(url, list(ids(count))))
            print(f"{name}\n{shown(results[name])}", flush=True)
    else:
        results["hop"] = on_a_redis(lambda url: in_hop(url, count))
        print(shown(results["hop"]))
    keep(f"deadlines-{options.what}", {"deadlines": count, "batch": BATCH}, results)


if __name__ == "__main__":
    main()
