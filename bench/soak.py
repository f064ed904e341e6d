"""A soak: one worker for half an hour at a steady rate; does its memory, or the time an event waits, grow?

The events are those of the job mix in time-lapse, 20 days for every 300,000 of them, so that after some minutes as much
is settled and forgotten as begins. Four times a second: what was sent and is not committed yet, as the time it took
to send. One row a minute, with the memory of worker and Redis.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from statistics import median
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from measured import command, keep, percentile, resident_mib
from mix import SPAN_S, Mix
from servers import Servers, publish, topic_of

from schemas import topics

PARTITIONS: Final = 4
SELLERS: Final = 3_000
EVENTS_A_SPAN: Final = 300_000
SAMPLE_S: Final = 0.25
TICK_S: Final = 0.005
CATCH_UP_S: Final = 300.0
COLUMNS: Final = ("minute", "events", "wait p50 ms", "wait p99 ms", "worker MiB", "Redis MiB", "worker cores")


def mix_of(rate: int, seconds: float) -> Mix:
    events = int(rate * seconds)
    return Mix(events, sellers=SELLERS, span_s=SPAN_S * events / EVENTS_A_SPAN)


async def _produce(bootstrap: str, rate: int, seconds: float, sent: "Synchronized[int]") -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=2, acks=1)
    await producer.start()
    began_s, number = time.perf_counter(), 0
    try:
        for key, line in mix_of(rate, seconds).lines():
            while number > (time.perf_counter() - began_s) * rate:
                await asyncio.sleep(TICK_S)
            where = topics.partition_of(key.encode(), PARTITIONS)
            await producer.send(topic_of(line), line, key.encode(), where)
            number += 1
            sent.value = number
    finally:
        await producer.stop()


def _run_produce(bootstrap: str, rate: int, seconds: float, sent: "Synchronized[int]") -> None:
    asyncio.run(_produce(bootstrap, rate, seconds, sent))


def soak(options: argparse.Namespace) -> list[dict[str, float]]:
    """One row a minute."""
    servers = Servers(options.dir / "soak", PARTITIONS)
    context = get_context("spawn")
    sent: Synchronized[int] = context.Value("q", 0)
    rows: list[dict[str, float]] = []
    seconds = 60.0 * options.minutes
    try:
        bootstrap = servers.settings().kafka_bootstrap
        asyncio.run(publish(bootstrap, PARTITIONS, (), mix_of(options.rate, seconds).reference()))
        with servers.worker("soak", clock="events") as worker:
            servers.wait_until_open(worker, CATCH_UP_S)
            flow = context.Process(target=_run_produce, args=(bootstrap, options.rate, seconds, sent), daemon=True)
            flow.start()
            for minute in range(1, options.minutes + 1):
                rows.append(_minute(servers, worker.pid, options.rate, sent, minute))
                print(" | ".join(f"{rows[-1][name]:,.1f}" for name in COLUMNS), flush=True)
            flow.join()
            if flow.exitcode:
                raise SystemExit("The producer ended with an error: look above.")
            servers.wait_for(sent.value, worker, CATCH_UP_S)
    finally:
        servers.stop()
    return rows


def _minute(servers: Servers, pid: int, rate: int, sent: "Synchronized[int]", number: int) -> dict[str, float]:
    until_s, waits_ms, judged = time.monotonic() + 60.0, [], servers.judged()
    before, first = servers.cpu(pid), judged
    while time.monotonic() < until_s:
        # What was sent before the question, so that nothing waits less than it did.
        so_far = sent.value
        judged = servers.judged()
        waits_ms.append(1e3 * max(0, so_far - judged) / rate)
        time.sleep(SAMPLE_S)
    waits_ms.sort()
    cores = (servers.cpu(pid)["worker"] - before["worker"]) / 60.0
    memory = servers.redis.info("memory")["used_memory"] / 2**20
    found = (number, judged - first, percentile(waits_ms, 0.5), percentile(waits_ms, 0.99), resident_mib(pid), memory)
    return dict(zip(COLUMNS, (*found, cores), strict=True))


def verdict(rows: Sequence[dict[str, float]]) -> dict[str, dict[str, float]]:
    """The medians of the second and of the last third, by column, and their ratio."""
    third = max(1, len(rows) // 3)
    middle, last = rows[third : 2 * third], rows[-third:]
    told = {}
    for name in COLUMNS[2:]:
        before, after = median(row[name] for row in middle), median(row[name] for row in last)
        told[name] = {"second third": before, "last third": after, "ratio": after / before if before else 0.0}
    return told


def main() -> None:
    parser = command(__doc__, has_folder=True)
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--rate", type=int, default=6_000, help="events/s, about half of what a worker sustains [6000]")
    options = parser.parse_args()
    print(" | ".join(COLUMNS))
    rows = soak(options)
    told: dict[str, Any] = verdict(rows)
    for name, held in told.items():
        print(f"{name}: {held['second third']:,.1f}, then {held['last third']:,.1f} ({held['ratio']:.2f} x)")
    settings = {"minutes": options.minutes, "rate": options.rate, "sellers": SELLERS, "partitions": PARTITIONS}
    keep("soak", settings, {"minutes": rows, "verdict": told})


if __name__ == "__main__":
    main()
