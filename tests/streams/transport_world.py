"""What the tests of the transport do to Kafka and to worker processes."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import redis
from aiokafka import AIOKafkaProducer
from kafka import OffsetAndMetadata, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic, OffsetSpec
from kafka.errors import CoordinatorNotAvailableError, NotCoordinatorError

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0


class Sent(NamedTuple):
    topic: str
    partition: int
    value: bytes | None
    key: bytes | None = b"seller"


class Worker:
    """A `polling_worker.py`, and what it has written in its diary."""

    def __init__(self, world: "World", number: int, **config: Any) -> None:
        self.diary = world.folder / f"diary-{number}"
        self.log = world.folder / f"log-{number}"
        self.diary.touch()
        config |= {"bootstrap": world.bootstrap, "redis": world.redis_url, "group": world.group}
        command = [sys.executable, str(Path(__file__).with_name("polling_worker.py"))]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, json.dumps(config | {"diary": str(self.diary)})], stdout=log, stderr=log, cwd=ROOT
            )

    def entries(self) -> list[tuple[str, Any]]:
        whole, _, _ = self.diary.read_text().rpartition("\n")  # it may be writing, or was killed while it did
        return [entry for line in whole.splitlines() for entry in json.loads(line).items()]

    def lines(self, what: str) -> list[Any]:
        return [content for name, content in self.entries() if name == what]

    def polls(self) -> list[dict[tuple[str, int], tuple[int, int, list[Any]]]]:
        """Of each poll, by topic and partition: start, end, and (offset, key, length, value) of each record."""
        return [{(lane[0], lane[1]): tuple(lane[2:]) for lane in lanes} for lanes in self.lines("lanes")]

    def values(self) -> list[str]:
        return [value for poll in self.polls() for *_, records in poll.values() for *_, value in records]

    def assigned(self) -> list[int]:
        """The partitions it holds now."""
        given = [(name, partitions) for name, partitions in self.entries() if name in ("assigned", "revoked")]
        name, partitions = given[-1] if given else ("revoked", [])
        return partitions if name == "assigned" else []

    def wait_for(self, what: str, told: Callable[["Worker"], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not told(self):
            self.check_alive(what)
            assert time.monotonic() < deadline, f"no {what}:\n{self.log.read_text()[-3000:]}"
            time.sleep(0.05)

    def check_alive(self, before: str) -> None:
        assert self.process.poll() is None, f"the worker ended before {before}:\n{self.log.read_text()[-3000:]}"

    def end(self, by: signal.Signals | None = signal.SIGTERM) -> int:
        """Its exit code, after `by` was sent or when it ends by itself."""
        if by is not None:
            self.process.send_signal(by)
        return self.process.wait(PATIENCE_SECONDS)


class World:
    """One consumer group of its own, its topics, and its workers, which end with the test."""

    def __init__(self, bootstrap: str, redis_url: str, folder: Path, name: str) -> None:
        self.bootstrap = bootstrap
        self.redis_url = redis_url
        self.folder = folder
        self.group = name
        self.workers: list[Worker] = []
        self.admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        self.redis = redis.Redis.from_url(redis_url)

    def topic(self, what: str, partitions: int, **configs: str) -> str:
        name = f"{self.group}.{what}"
        settings = {key.replace("_", "."): value for key, value in configs.items()}
        self.admin.create_topics([NewTopic(name, partitions, 1, topic_configs=settings)])
        return name

    def worker(self, topics: Iterable[str], **config: Any) -> Worker:
        worker = Worker(self, len(self.workers), topics=list(topics), **config)
        self.workers.append(worker)
        return worker

    def send(self, records: Iterable[Sent], **options: Any) -> None:
        async def sending(producer: AIOKafkaProducer) -> None:
            for topic, partition, value, key in records:
                await producer.send(topic, value, key=key, partition=partition)

        self._producing(sending, **options)

    def send_in_transaction(self, record: Sent) -> int:
        """The offset of the marker that ends the transaction; the broker writes it a moment after the commit."""

        async def sending(producer: AIOKafkaProducer) -> None:
            async with producer.transaction():
                await producer.send(record.topic, record.value, key=record.key, partition=record.partition)

        lane = (record.topic, record.partition)
        marker = self.log_ends([record.topic], record.partition + 1)[lane] + 1
        self._producing(sending, transactional_id=self.group)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.log_ends([record.topic], record.partition + 1)[lane] <= marker:
            assert time.monotonic() < deadline, "the transaction has no marker"
            time.sleep(0.02)
        return marker

    def _producing(self, sending: Callable[[AIOKafkaProducer], Awaitable[None]], **options: Any) -> None:
        servers = {"bootstrap_servers": self.bootstrap, "max_request_size": 16 << 20}

        async def work() -> None:
            async with AIOKafkaProducer(**servers, **options) as producer:
                await sending(producer)
                await producer.flush()

        asyncio.run(work())

    def store(self, topic: str, partition: int, position: int) -> None:
        self.redis.hset(f"positions:{self.group}", f"{topic}:{partition}", position)

    def stored(self) -> dict[tuple[str, int], int]:
        found = self.redis.hgetall(f"positions:{self.group}")
        return {
            (name.decode().rpartition(":")[0], int(name.rpartition(b":")[2])): int(at) for name, at in found.items()
        }

    def commit(self, offsets: dict[tuple[str, int], int]) -> None:
        kept = {TopicPartition(*lane): OffsetAndMetadata(at, "", -1) for lane, at in offsets.items()}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:  # a new broker's coordinator takes a moment
            try:
                self.admin.alter_group_offsets(self.group, kept)
            except (CoordinatorNotAvailableError, NotCoordinatorError):
                assert time.monotonic() < deadline, "the broker has no group coordinator"
                time.sleep(0.1)
            else:
                return

    def committed(self) -> dict[tuple[str, int], int]:
        found = self.admin.list_group_offsets([self.group])[self.group]
        return {tuple(tp): at.offset for tp, at in found.items() if at.offset >= 0}

    def members(self) -> int:
        return len(self.admin.describe_groups([self.group])[self.group]["members"])

    def log_ends(self, topics: Iterable[str], partitions: int) -> dict[tuple[str, int], int]:
        lanes = [TopicPartition(topic, number) for topic in topics for number in range(partitions)]
        found = self.admin.list_partition_offsets(dict.fromkeys(lanes, OffsetSpec.LATEST))
        return {tuple(lane): at.offset for lane, at in found.items()}

    def cut(self, topic: str, partition: int, before: int) -> None:
        """The log loses what lies before that offset."""
        self.admin.delete_records({TopicPartition(topic, partition): before})

    def close(self) -> None:
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.process.kill()
                worker.process.wait()
        self.admin.close()
        self.redis.close()
