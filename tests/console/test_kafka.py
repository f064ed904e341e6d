"""The console on a real Kafka: what it reads, what it writes, and where that lands."""

import asyncio
import re
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from console.edges import Record, Unsent
from console.kafka import SPOKEN, TOLD, KafkaFeed, KafkaSink
from console.projection import Projection
from schemas import VerdictGiven, topics, wire
from streams.settings import Settings
from streams.upkeep import create_topics
from tests.console.records import alert, entry, hold, letter, listing, record, verdict
from tests.console.running import PASSWORD, WAIT_S, Running, running_console

pytestmark = pytest.mark.stack
PARTITIONS = 5


@pytest.fixture
def kafka(no_topics: Any) -> str:
    settings = Settings(kafka_bootstrap=no_topics.kafka_bootstrap, redis_url=no_topics.redis_url, partitions=PARTITIONS)
    create_topics(settings)
    return str(no_topics.kafka_bootstrap)


async def produce(kafka: str, *records: Record) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        for one in records:
            await producer.send_and_wait(one.topic, one.value, key=one.key)
    finally:
        await producer.stop()


async def stored(kafka: str, topic: str) -> list[Any]:
    """Every record of a topic."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        found = await consumer.getmany(timeout_ms=5_000)
        return [one for records in found.values() for one in records]
    finally:
        await consumer.stop()


async def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not look():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def following(feed: KafkaFeed, take: Callable[[Record], Any], then: Callable[[], Awaitable[None]]) -> None:
    task = asyncio.create_task(feed.follow(take))
    try:
        await then()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_the_console_knows_the_past_and_then_what_comes(kafka: str) -> None:
    async def told() -> None:
        await produce(kafka, record(alert()), record(alert(revision=3, severity="critical")), record(listing()))
        memory, seen, feed = Projection(), [], KafkaFeed({"bootstrap_servers": [kafka]}, history_days=400)

        def take(one: Record) -> None:
            seen.append(one.topic)
            memory.take(one)

        async def then() -> None:
            await until(lambda: feed.is_caught_up)
            assert [one.severity for one in memory.alerts] == ["critical"]
            assert topics.LISTINGS.name in seen
            await produce(kafka, record(hold()), record(verdict()), record(entry("noted", reason="x")))
            await until(lambda: len(memory.holds) == len(memory.verdicts) == len(memory.audit) == 1)

        await following(feed, take, then)

    asyncio.run(told())


def test_events_of_longer_ago_than_asked_for_are_left_out(kafka: str) -> None:
    async def told() -> None:
        await produce(kafka, record(listing()), record(alert()))
        seen: list[str] = []
        feed = KafkaFeed({"bootstrap_servers": [kafka]}, history_days=0)

        async def then() -> None:
            await until(lambda: feed.is_caught_up)
            await produce(kafka, record(hold()))
            await until(lambda: topics.HOLDS.name in seen)

        await following(feed, lambda one: seen.append(one.topic), then)
        assert topics.LISTINGS.name not in seen
        assert topics.ALERTS.name in seen

    asyncio.run(told())


def test_a_verdict_lands_where_the_worker_looks_for_its_seller(kafka: str) -> None:
    async def told() -> None:
        sink = KafkaSink({"bootstrap_servers": [kafka]})
        sellers = [f"seller-{number}" for number in range(40)]
        for seller in sellers:
            await sink.send(topics.VERDICTS, seller, verdict(seller_id=seller))
        await sink.close()
        found = await stored(kafka, topics.VERDICTS.name)
        assert len(found) == len(sellers)
        for one in found:
            given = wire.decode_event(one.value, topics.VERDICTS.name)
            assert isinstance(given, tuple)
            assert isinstance(given[0], VerdictGiven)
            assert one.key == given[0].seller_id.encode()
            assert one.partition == topics.partition_of(one.key, PARTITIONS)
        assert len({one.partition for one in found}) == PARTITIONS

    asyncio.run(told())


def test_a_refused_record_is_sent_again_whole_and_one_that_is_gone_is_not(kafka: str) -> None:
    async def told() -> None:
        sink, broken = KafkaSink({"bootstrap_servers": [kafka]}), Record(topics.ORDERS.name, b"s1", b"{oops" * 30_000)
        await produce(kafka, broken)
        (first,) = await stored(kafka, topics.ORDERS.name)
        await sink.send_again(topics.ORDERS.name, first.partition, first.offset)
        found = await stored(kafka, topics.ORDERS.name)
        assert [one.value for one in found] == [broken.value] * 2
        assert {one.key for one in found} == {b"s1"}
        with pytest.raises(Unsent, match="no longer in its topic"):
            await sink.send_again(topics.ORDERS.name, first.partition, 99)
        await sink.close()

    asyncio.run(told())


def test_a_dead_letter_is_replayed_from_the_command_line(kafka: str) -> None:
    async def told() -> list[Any]:
        await produce(kafka, Record(topics.ORDERS.name, b"s1", b"{oops"))
        (first,) = await stored(kafka, topics.ORDERS.name)
        said = letter(first.offset)
        said = msgspec.structs.replace(said, partition=first.partition)
        await produce(kafka, record(said))
        return await stored(kafka, topics.DEAD_LETTERS.name)

    (stored_letter,) = asyncio.run(told())
    command = [sys.executable, "-m", "assay", "--set", f"kafka_bootstrap={kafka}", "dead-letters", "replay"]
    position = f"{stored_letter.partition}:{stored_letter.offset}"
    ran = subprocess.run([*command, position], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("marketplace.orders.v1:")
    assert [one.value for one in asyncio.run(stored(kafka, topics.ORDERS.name))] == [b"{oops"] * 2
    ran = subprocess.run([*command, "0:99"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.count("\n") == 1


def test_without_its_topics_the_console_says_what_to_do_and_goes_on_when_they_are_there(no_topics: Any) -> None:
    async def told() -> None:
        feed = KafkaFeed({"bootstrap_servers": [no_topics.kafka_bootstrap]}, history_days=1)

        async def then() -> None:
            await until(lambda: "run `assay topics create`" in feed.trouble)
            assert not feed.is_caught_up
            await asyncio.to_thread(create_topics, Settings(kafka_bootstrap=no_topics.kafka_bootstrap))
            await until(lambda: feed.is_caught_up)
            assert feed.trouble == ""

        await following(feed, lambda _: None, then)

    asyncio.run(told())


def test_the_console_reads_every_topic_that_it_needs_and_no_other() -> None:
    assert {topic.name for topic in (*SPOKEN, *TOLD)} == {
        topic.name for topic in topics.ALL if topic not in topics.REFERENCE
    }


@pytest.fixture
def console(kafka: str, tmp_path: Path) -> Iterator[Running]:
    with running_console(kafka, tmp_path) as running:
        yield running


def test_assay_console_serves_rules_and_ends_when_it_is_told_to(kafka: str, console: Running) -> None:
    running, address = console
    asyncio.run(produce(kafka, record(alert(when=alert().event_time)), record(hold())))
    with httpx.Client(base_url=address, follow_redirects=True) as client:
        deadline = time.monotonic() + WAIT_S
        console.until_caught_up()
        page = client.post("/sign-in", data={"user": "mia", "password": PASSWORD}).text
        csrf = re.findall(r'data-csrf="([^"]+)"', page)[0]
        while not client.get("/v1/alerts").json()["items"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        answer = client.post(
            "/v1/alerts/a1/verdicts",
            json={"verdict": "rejected", "cause": "honest"},
            headers={"x-csrf-token": csrf, "idempotency-key": "k"},
        )
        assert answer.status_code == 202
        while not client.get("/v1/alerts/a1").json()["verdicts"]:
            assert time.monotonic() < deadline, "it comes back from Kafka"
            time.sleep(0.1)
    (given,) = asyncio.run(stored(kafka, topics.VERDICTS.name))
    assert b'"moderator":"mia"' in given.value
    running.send_signal(signal.SIGTERM)
    assert running.wait(WAIT_S) == 0
