"""Whether an engine did the job: its holds and its state beside the oracle's. Anything else ends the comparison."""

import asyncio
import json
import math
import random
import time
from collections.abc import Iterable
from statistics import median_low
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition
from oracle import ENOUGH, SHARE, Outcome
from running import Run
from servers import Servers

from detectors.entries import unpack
from detectors.products import market_key
from schemas import topics
from streams.redis_store import RedisStore
from streams.sellers import seller_from

MISSING_SHARE: Final = 0.01  # of holds: partitions are read one ahead of another, so some markets are not full yet
MISSING_FEW: Final = 3  # where there are only few holds at all
CALLED_SELLERS: Final = 200
CALLED_PRODUCTS: Final = 50
ANSWERS_S: Final = 180.0
CALLED_EVERY_S: Final = 30.0
COUNTS: Final = ("published", "changed", "requested", "refunded")


class NotTheJobError(Exception):
    """The engine did not do the job; one sentence that says what is missing."""


async def read_all(servers: Servers, topic: str, start: dict[int, int]) -> list[dict[str, Any]]:
    """Every line of the topic from those offsets on to its end now."""
    consumer = AIOKafkaConsumer(bootstrap_servers=servers.settings().kafka_bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        all_ = [TopicPartition(topic, number) for number in range(servers.partitions)]
        consumer.assign(all_)
        for tp in all_:
            consumer.seek(tp, start.get(tp.partition, 0))
        ends = await consumer.end_offsets(all_)
        lines: list[dict[str, Any]] = []
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                lines += [json.loads(record.value) for record in records if record.value is not None]
        return lines
    finally:
        await consumer.stop()


def check_holds(run: Run, lines: Iterable[dict[str, Any]], expected: Outcome) -> dict[str, int]:
    """The set of holds; how many are missing (a few may be) and how many came twice."""
    if run.engine.is_assay:
        told = [line["subject_id"] for line in lines if line["scope"] == "listing" and line["action"] == "placed"]
        wanted = set(expected.held.values())
    else:
        told = [line["event_id"] for line in lines if "median" in line]
        wanted = set(expected.held)
    extra, missing = set(told) - wanted, wanted - set(told)
    if extra:
        raise NotTheJobError(f"{run.engine.shown} held {len(extra):,} it should not have, {min(extra)} among them.")
    if len(missing) > max(MISSING_FEW, MISSING_SHARE * len(wanted)):
        raise NotTheJobError(
            f"{run.engine.shown} did not hold {len(missing):,} of {len(wanted):,}, {min(missing)} among them."
        )
    return {"holds": len(wanted), "holds_missing": len(missing), "holds_repeated": len(told) - len(set(told))}


async def call_the_roll(run: Run, expected: Outcome, exact: bool) -> dict[str, int]:
    """Asks for the state of a sample of sellers and markets, and compares. `exact`: nothing was done twice.

    Who stays silent is called again: this is about what is remembered. How many had to be is among what is reported.
    """
    chance = random.Random(1)
    sellers = chance.sample(sorted(expected.sellers), min(CALLED_SELLERS, len(expected.sellers)))
    full = sorted(product for product, market in expected.markets.items() if len(market) >= ENOUGH)
    products = chance.sample(full, min(CALLED_PRODUCTS, len(full)))
    answers: dict[str, dict[str, Any]] = {}
    medians: dict[str, float] = {}
    until_s, called = time.monotonic() + ANSWERS_S, 0
    while silent := [*(set(sellers) - answers.keys()), *(set(products) - medians.keys())]:
        if time.monotonic() > until_s:
            raise NotTheJobError(f"{run.engine.shown} did not answer for {', '.join(sorted(silent))}.")
        called += len(silent)
        await _call(run, [_call_for(name, expected) for name in silent])
        again_s = time.monotonic() + CALLED_EVERY_S
        while time.monotonic() < again_s and (len(answers) < len(sellers) or len(medians) < len(products)):
            await asyncio.sleep(0.5)
            lines = await read_all(run.servers, run.holds, {})
            answers = {line["seller_id"]: line for line in lines if "events" in line}
            holds = [line for line in lines if line.get("listing_id", "").startswith("call-")]
            medians = {hold["product_id"]: hold["median"] for hold in holds}
    for seller_id in sellers:
        _compare_seller(run, seller_id, answers[seller_id], expected.sellers[seller_id], exact)
    for product in products:
        _compare_price(run, product, medians[product], median_low(expected.markets[product].values()))
    asked = len(sellers) + len(products)
    return {"sellers_asked": len(sellers), "markets_asked": len(products), "calls_repeated": called - asked}


def _call_for(name: str, expected: Outcome) -> dict[str, str]:
    """An event that makes the seller, or the market of the product, tell what is remembered of it."""
    event = {"event_id": f"call-{name}", "event_time": "2026-04-01T00:00:00Z"}
    if name in expected.sellers:
        return {**event, "type": "seller_active", "seller_id": name}
    price = 0.9 * SHARE * median_low(expected.markets[name].values())
    listing = {"listing_id": f"call-{name}", "product_id": name, "price": f"{price:.6f}"}
    return {**event, "type": "listing_published", "seller_id": f"caller-{name}", **listing}


async def _call(run: Run, events: Iterable[dict[str, str]]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=run.servers.settings().kafka_bootstrap, acks="all")
    await producer.start()
    try:
        for event in events:
            key = event["seller_id"].encode()
            partition = topics.partition_of(key, run.servers.partitions)
            await producer.send_and_wait(run.calls, json.dumps(event).encode(), key, partition)
    finally:
        await producer.stop()


async def read_redis(run: Run, expected: Outcome) -> dict[str, int]:
    """assay's state as it lies in Redis: every seller and every market."""
    store, partitions = RedisStore(run.servers.settings().redis_url), run.servers.partitions
    by_partition: dict[int, list[str]] = {}
    for seller_id in expected.sellers:
        by_partition.setdefault(topics.partition_of(seller_id.encode(), partitions), []).append(seller_id)
    try:
        for number, seller_ids in by_partition.items():
            for seller_id, stored in (await store.load_sellers(number, seller_ids)).items():
                state = seller_from(seller_id, stored)
                kinds = {key: {step.kind for step in held.steps} for key, held in state.returns.items()}
                said = {
                    "events": state.core.sequence,
                    "open": sorted(key for key, steps in kinds.items() if "refund" not in steps),
                }
                _compare_seller(run, seller_id, said, expected.sellers[seller_id], exact=False)
        keys = {market_key(f"p:{product}", "new", "CNY"): product for product in expected.markets}
        for key, entries in (await store.load_markets(keys)).items():
            said_prices = {seller_id: math.exp(unpack(entry).log_price) for seller_id, entry in entries.items()}
            wanted = expected.markets[keys[key]]
            if said_prices.keys() != wanted.keys():
                lost = wanted.keys() ^ said_prices.keys()
                raise NotTheJobError(
                    f"{run.engine.shown} has other sellers in the market of {keys[key]}: {sorted(lost)[:3]}."
                )
            for seller_id, price in said_prices.items():
                _compare_price(run, keys[key], price, wanted[seller_id])
    finally:
        await store.close()
    return {"sellers_asked": len(expected.sellers), "markets_asked": len(expected.markets)}


def _compare_seller(run: Run, seller_id: str, said: dict[str, Any], wanted: dict[str, Any], exact: bool) -> None:
    counted = (
        all(said[name] == wanted[name] for name in ("events", *COUNTS)) if exact else said["events"] >= wanted["events"]
    )
    if not counted or said["open"] != wanted["open"]:
        raise NotTheJobError(f"{run.engine.shown} remembers of {seller_id} {said}, but it should be {wanted}.")


def _compare_price(run: Run, product: str, said: float, wanted: float) -> None:
    if not math.isclose(said, wanted, rel_tol=1e-9):
        raise NotTheJobError(f"{run.engine.shown} knows {said} of the market of {product}, but it should be {wanted}.")
