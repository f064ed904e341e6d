"""More events than a worker can judge, for a while: consumption goes on at its own pace, the lag grows, and drains."""

import asyncio
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from aiokafka import AIOKafkaProducer

import schemas
from detectors.records import Core, decode
from schemas import topics
from tests.chaos.arena import Arena
from tests.chaos.report import Figures
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.told import START, Record, Told

SELLERS = 60
MEASURED = 800
TIMES = 10
SLICE_SECONDS = 0.1


def surge(arena: Arena, figures: Figures, seconds: float) -> None:
    """A slow worker is measured, then sent ten times what it can judge. Two others come, and the lag drains.

    Makes the topics anew. Only signs of life are sent, which nothing but themselves counts, so that each seller's state
    says how many were judged.
    """
    here = arena.here = Marketplace(arena.servers.stack, arena.folder, arena.here.partitions)
    slow = here.worker(**arena.pace)
    here.until("the worker has partitions", lambda: here.sharing() == 1)
    sent: Counter[str] = Counter()
    _send(here, _signs(0, MEASURED, sent), seconds=0)
    began_s = time.monotonic()
    here.wait_until_judged()
    sustainable = MEASURED / (time.monotonic() - began_s)

    count = round(TIMES * sustainable * seconds)
    took_s = _send(here, _signs(MEASURED, count, sent), seconds)
    lag = sum(here.log_ends().values()) - sum(here.stored().values())
    resident_mib = _peak_mib(slow.process.pid)
    drained_s = time.monotonic()
    others = [here.worker() for _ in range(2)]
    here.wait_until_judged(seconds=600)
    figures.recovered_s.append(round(time.monotonic() - drained_s, 2))
    assert [worker.end() for worker in (slow, *others)] == [0, 0, 0], here.logs()

    judged = {seller: _counted(here, seller) for seller in sent}
    assert judged == sent, f"sellers judged {sum(judged.values())} of {sum(sent.values())} events"
    assert not here.published(topics.DEAD_LETTERS.name)
    assert lag > count / 2, f"only {lag} of {count} events had to wait: the surge was none"
    figures.events, figures.runs, figures.faults = sum(sent.values()), 1, {figures.name: 1}
    figures.notes = (
        f"sustainable {sustainable:.0f}/s, sent {count / took_s:.0f}/s for {took_s:.0f} s, lag {lag}, "
        f"the slow worker's memory at most {resident_mib} MiB"
    )
    figures.result = "every event judged once"


def _signs(first: int, count: int, sent: Counter[str]) -> list[Record]:
    told = Told()
    for number in range(first, first + count):
        seller = f"seller-{number % SELLERS:03}"
        sent[seller] += 1
        told.tell(schemas.SellerActive, START + timedelta(seconds=number), seller, activity="login")
    return told.records()


def _send(here: Marketplace, records: list[Record], seconds: float) -> float:
    """Spread over so many seconds; how many it took."""
    return asyncio.run(_produce(here, records, seconds))


async def _produce(here: Marketplace, records: list[Record], seconds: float) -> float:
    producer = AIOKafkaProducer(bootstrap_servers=here.settings.kafka_bootstrap, linger_ms=20)
    await producer.start()
    began_s = time.monotonic()
    slices = max(1, round(seconds / SLICE_SECONDS))
    try:
        for number in range(slices):
            for record in records[number * len(records) // slices : (number + 1) * len(records) // slices]:
                await producer.send(record.topic, record.value, record.key, here.partition_of(record))
            await asyncio.sleep(max(0.0, began_s + number * seconds / slices - time.monotonic()))
    finally:
        await producer.stop()
    return time.monotonic() - began_s


def _counted(here: Marketplace, seller: str) -> int:
    number = topics.partition_of(seller.encode(), here.partitions)
    return decode(Core, here.redis.get(f"assay:{{{number}}}:seller:{seller}") or b"").sequence


def _peak_mib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024
