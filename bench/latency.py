"""From a producer's send to the hold read by a consumer: live workers (`clock = wall`) on real Kafka and Redis.

Markets are warmed first: each product has its established sellers. Then events flow at a fixed rate, half of them new
prices and half returns; a known share of the new prices is a listing of a seller never seen before at half the price,
which must be held. Its listing id carries the moment of its send, so that nothing has to be looked up. Producer and
consumer are processes of their own; all clocks are this machine's. The consumer reads on until everything sent is
judged, so that the slowest holds count too, and only then does the next flow begin: none inherits another's backlog.
"""

import argparse
import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from subprocess import Popen
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from measured import command, keep, percentile, shown, summaries
from servers import Servers, key_in, publish, topic_of
from workers import sharing

from schemas import topics

GROUP: Final = "bench-latency"
PRODUCTS: Final = 200
SELLERS: Final = 400
SELLERS_PER_PRODUCT: Final = 20
PRICE: Final = 1_000.0
FAKE_SHARE: Final = 0.05  # of listings
TICK_S: Final = 0.002
SETTLE_S: Final = 3.0
WARM_S: Final = 5.0  # of the flow, not counted
CATCH_UP_S: Final = 300.0
READ_ON_S: Final = 2.0  # after the last commit, for the lines on their way


def _time(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _event(kind: str, event_id: str, at_s: float, seller: str, rest: str) -> bytes:
    head = f'{{"type":"{kind}","event_id":"{event_id}","event_time":"{_time(at_s)}","seller_id":"{seller}"'
    return f"{head},{rest}}}".encode()


def _listing(kind: str, event_id: str, at_s: float, seller: str, listing: str, product: int, price: float) -> bytes:
    rest = (
        f'"listing_id":"{listing}","title":"Brand Product {product} 128 GB, new and sealed","price":"{price:.2f}",'
        f'"currency":"CNY","price_kind":"fixed","condition":"new","brand":"Brand","product_id":"p-{product}"'
    )
    return _event(kind, event_id, at_s, seller, rest)


def warm(now_s: float, chance: random.Random) -> Iterator[bytes]:
    """Sellers that are a year old, and what each asks."""
    for seller in range(SELLERS):
        yield _event("seller_registered", f"w-r-{seller}", now_s - 400 * 86_400, f"s-{seller}", '"shop_name":"Shop"')
    for product in range(PRODUCTS):
        for place in range(SELLERS_PER_PRODUCT):
            seller = (product * SELLERS_PER_PRODUCT + place) % SELLERS
            price = PRICE * chance.lognormvariate(0, 0.08)
            listing = f"l-{product}-{seller}"
            yield _listing("listing_published", f"w-{listing}", now_s - 3_600, f"s-{seller}", listing, product, price)


def flow(chance: random.Random, number: int) -> bytes:
    """The next event as of now: a new price, a fake, or a return's request."""
    now_s = time.time()
    product, place = chance.randrange(PRODUCTS), chance.randrange(SELLERS_PER_PRODUCT)
    seller = (product * SELLERS_PER_PRODUCT + place) % SELLERS
    listing, event_id = f"l-{product}-{seller}", f"e-{number}-{now_s}"
    if number % 2:
        rest = (
            f'"return_id":"r-{event_id}","order_id":"o-{event_id}","listing_id":"{listing}","buyer_id":"b-{number}",'
            f'"amount":"{PRICE}","currency":"CNY","reason":"changed_mind"'
        )
        return _event("return_requested", event_id, now_s, f"s-{seller}", rest)
    if chance.random() < FAKE_SHARE:
        fake = f"fake-{number}-{time.time_ns()}"
        return _listing("listing_published", event_id, now_s, f"x-{fake}", fake, product, PRICE / 2)
    return _listing(
        "listing_changed", event_id, now_s, f"s-{seller}", listing, product, PRICE * chance.lognormvariate(0, 0.08)
    )


async def _produce(bootstrap: str, partitions: int, rate: int, seconds: float, seed: int) -> dict[str, float]:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=0, acks=1)
    await producer.start()
    chance, late_ms, number, fakes = random.Random(seed), [], 0, 0
    began_s, began_ns = time.perf_counter(), time.time_ns()
    try:
        while (passed_s := time.perf_counter() - began_s) < seconds:
            while number < passed_s * rate:
                late_ms.append(1e3 * (time.perf_counter() - began_s - number / rate))
                line = flow(chance, number)
                key = key_in(line, b"seller_id")
                fakes += key.startswith(b"x-")
                await producer.send(topic_of(line), line, key, topics.partition_of(key, partitions))
                number += 1
            await asyncio.sleep(TICK_S)
        sent_s = time.perf_counter() - began_s
    finally:
        await producer.stop()
    late_ms.sort()
    return {
        "events": number,
        "fakes": fakes,
        "rate": number / sent_s,
        "behind_p99_ms": percentile(late_ms, 0.99),
        "began_ns": began_ns,
    }


class _Held(msgspec.Struct):
    subject_id: str
    action: str


async def _consume(bootstrap: str, partitions: int, stop: str) -> list[tuple[int, int]]:
    """(sent, read) in nanoseconds of every hold placed on a fake, until that file appears."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, fetch_max_wait_ms=100)
    await consumer.start()
    consumer.assign([TopicPartition(topics.HOLDS.name, number) for number in range(partitions)])
    await consumer.seek_to_end()
    decoder, seen = msgspec.json.Decoder(_Held), []
    try:
        while not Path(stop).exists():
            for records in (await consumer.getmany(timeout_ms=100)).values():
                read_ns = time.time_ns()
                for record in records:
                    held = decoder.decode(record.value) if record.value else None
                    if held is not None and held.action == "placed" and held.subject_id.startswith("fake-"):
                        seen.append((int(held.subject_id.rpartition("-")[2]), read_ns))
    finally:
        await consumer.stop()
    return seen


def _run_produce(*given: Any) -> dict[str, float]:
    return asyncio.run(_produce(*given))


def _run_consume(*given: Any) -> list[tuple[int, int]]:
    return asyncio.run(_consume(*given))


def measure(
    servers: Servers, rate: int, seconds: float, seed: int, workers: Sequence[Popen[bytes]]
) -> dict[str, float]:
    """One flow at one rate over warm workers."""
    pids = [worker.pid for worker in workers]
    bootstrap, stop = servers.settings().kafka_bootstrap, servers.folder / "stop-reading"
    stop.unlink(missing_ok=True)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        reading = pool.submit(_run_consume, bootstrap, servers.partitions, str(stop))
        time.sleep(SETTLE_S)
        already, before = servers.judged(), servers.cpu(*pids)
        sent = pool.submit(_run_produce, bootstrap, servers.partitions, rate, seconds, seed).result()
        after, behind = servers.cpu(*pids), already + int(sent["events"]) - servers.judged()
        servers.wait_for(already + int(sent["events"]), workers[0], CATCH_UP_S)
        time.sleep(READ_ON_S)
        stop.touch()
        holds = reading.result()
    counted_ns = sent["began_ns"] + int(WARM_S * 1e9)
    waits_ms = sorted((read_ns - sent_ns) / 1e6 for sent_ns, read_ns in holds if sent_ns >= counted_ns)
    if not waits_ms:
        raise SystemExit(f"No hold was read: see the worker's log in {servers.folder}.")
    return {
        "p50_ms": percentile(waits_ms, 0.5),
        "p99_ms": percentile(waits_ms, 0.99),
        "p999_ms": percentile(waits_ms, 0.999),
        "max_ms": waits_ms[-1],
        "holds": len(waits_ms),
        "missing": sent["fakes"] - sum(sent_ns >= sent["began_ns"] for sent_ns, _ in holds),
        "behind_at_end": behind,
        "rate": sent["rate"],
        "producer_behind_p99_ms": sent["behind_p99_ms"],
        **{f"{name}_cores": (after[name] - before[name]) / seconds for name in after},
    }


def measure_all(options: argparse.Namespace) -> dict[str, Any]:
    results: dict[str, Any] = {}
    for partitions in options.partitions:
        servers = Servers(options.dir / f"stack-{partitions}", partitions)
        try:
            bootstrap = servers.settings().kafka_bootstrap
            lines = list(warm(time.time(), random.Random(1)))
            asyncio.run(publish(bootstrap, partitions, lines, ()))
            # Of the thousands of fakes each is another seller's: the breaker would take the holds away that are timed.
            policy = servers.folder / "policy.toml"
            policy.write_text("[breaker]\nsellers_most = 10_000\nsellers_enough = 10_000\n")
            with ExitStack() as running:
                started = [
                    servers.worker(GROUP, clock="wall", policy_file=policy.resolve()) for _ in range(options.workers)
                ]
                workers = [running.enter_context(worker) for worker in started]
                servers.wait_for(len(lines), workers[0], CATCH_UP_S)
                while sharing(servers, GROUP) < options.workers:
                    time.sleep(0.1)
                once = partial(measure, servers, seconds=options.seconds, workers=workers)
                runs: dict[int, list[dict[str, float]]] = {rate: [] for rate in options.rates}
                for at in range(options.runs):
                    for rate, held in runs.items():
                        held.append(once(rate, seed=1_000 * at + rate))
            for rate, held in runs.items():
                results[f"{partitions} partitions, {rate:,}/s"] = summaries(held, 2)
        finally:
            servers.stop()
    return results


def main() -> None:
    parser = command(__doc__, has_folder=True)
    parser.add_argument("--rates", type=int, nargs="+", default=[1_000, 5_000], help="events/s")
    parser.add_argument("--partitions", type=int, nargs="+", default=[4, 64])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each flow")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    results = measure_all(options)
    print(
        "| setting | p50 ms | p99 ms | p99.9 ms | holds a run | missing | behind at the end | worker cores | waiting |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name, held in results.items():
        cells = [shown(held[key]) for key in ("p50_ms", "p99_ms", "p999_ms")]
        rest = (
            f"{held['holds']['median']:,.0f} | {held['missing']['max']:g} | {held['behind_at_end']['median']:,.0f} | "
        )
        rest += f"{held['worker_cores']['median']:.2f}"
        rest += f" | {held['worker_waiting_cores']['median']:.2f}"
        print(f"| {name} | {' | '.join(cells)} | {rest} |")
    settings = {
        "clock": "wall",
        "workers": options.workers,
        "seconds": options.seconds,
        "fakes_of_listings": FAKE_SHARE,
        "listings_of_events": 0.5,
        "products": PRODUCTS,
        "sellers_per_product": SELLERS_PER_PRODUCT,
        "warm_up_s": WARM_S,
    }
    keep("latency", settings, results)


if __name__ == "__main__":
    main()
