"""A Kafka, a Redis and one worker of a benchmark's own, and what is asked of them from outside."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import redis
from aiokafka import AIOKafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic, OffsetSpec
from kafka.structs import TopicPartition
from measured import cpu_s, waited_s

from detectors.records import Core, decode
from schemas import topics
from streams.settings import Settings, load
from streams.upkeep import create_topics

ROOT: Final = Path(__file__).parent.parent
STACK: Final = ROOT / "deploy" / "stack.py"
WORKER_ENDS_S: Final = 30.0
LEADERS_S: Final = 3.0
_NAMES: Final = {str(word.__struct_config__.tag).encode(): topic.name for word, topic in topics.TOPIC_OF.items()}


class Servers:
    """A fresh stack in `folder` with topics of so many partitions."""

    def __init__(self, folder: Path, partitions: int) -> None:
        self.folder = folder.resolve()
        self.partitions = partitions
        subprocess.run([sys.executable, STACK, "start", "--dir", self.folder, "--fresh"], check=True)
        lines = (self.folder / "env").read_text().split()
        self.environment = {**os.environ, **dict(line.split("=", 1) for line in lines)}
        create_topics(self.settings(partitions=partitions))
        time.sleep(LEADERS_S)  # until every partition has its leader, else the first sends are refused
        self.redis = redis.Redis.from_url(self.settings().redis_url)

    def settings(self, **options: Any) -> Settings:
        return load(None, options, environment=self.environment, folder=self.folder).settings

    def stop(self) -> None:
        self.__dict__.pop("admin", None)
        subprocess.run([sys.executable, STACK, "stop", "--dir", self.folder], check=True)

    def pid(self, name: str) -> int:
        return int((self.folder / name / "pid").read_text())

    def cpu_of(self, name: str) -> float:
        """CPU seconds so far of `redis` or `kafka`."""
        return cpu_s(self.pid(name))

    def cpu(self, *worker_pids: int) -> dict[str, float]:
        """CPU seconds so far of the workers together, Redis and broker, and those the workers waited for a core."""
        servers = {"redis": self.cpu_of("redis"), "broker": self.cpu_of("kafka")}
        return servers | {"worker": sum(map(cpu_s, worker_pids)), "worker_waiting": sum(map(waited_s, worker_pids))}

    @cached_property
    def admin(self) -> KafkaAdminClient:
        """For looking at groups and topics; blocking."""
        return KafkaAdminClient(bootstrap_servers=self.settings().kafka_bootstrap)

    def stored_offsets(self) -> dict[TopicPartition, int]:
        """The next offset of each topic-partition as committed in Redis."""
        with self.redis.pipeline(transaction=False) as pipe:
            for number in range(self.partitions):
                pipe.hgetall(f"assay:{{{number}}}:offsets")
            held = pipe.execute()
        return {
            TopicPartition(name.removeprefix(b"offset:").decode(), number): int(at)
            for number, fields in enumerate(held)
            for name, at in fields.items()
            if name.startswith(b"offset:")
        }

    @property
    def inputs(self) -> list[str]:
        """The names of the six topics that events lie on."""
        return [topic.name for topic in topics.MARKETPLACE]

    def make_topics(self, names: Iterable[str]) -> None:
        """Topics beside those of assay, with as many partitions."""
        self.admin.create_topics([NewTopic(name, self.partitions, 1) for name in names])
        time.sleep(LEADERS_S)

    def drop_topics(self, part: str) -> None:
        """Every topic whose name has that part."""
        names = [name for name in self.admin.list_topics() if part in name]
        if names:
            self.admin.delete_topics(names)

    def ends(self, topic: str) -> dict[int, int]:
        """The end offset of each partition of a topic."""
        wanted = {TopicPartition(topic, number): OffsetSpec.LATEST for number in range(self.partitions)}
        return {tp.partition: end.offset for tp, end in self.admin.list_partition_offsets(wanted).items()}

    def judged(self) -> int:
        """How many records are judged and committed, summed over all partitions."""
        return sum(self.stored_offsets().values())

    def remembered(self) -> tuple[int, int]:
        """Events and deadlines that the stored sellers have taken in, and how many compacted lines are remembered."""
        keys = list(self.redis.scan_iter("assay:{*}:seller:*", count=10_000))
        cores = [core for at in range(0, len(keys), 1_000) for core in self.redis.mget(keys[at : at + 1_000])]
        lines = sum(self.redis.hlen(f"assay:{{{number}}}:lines") for number in range(self.partitions))
        return sum(decode(Core, core).sequence for core in cores if core is not None), lines

    def epochs(self) -> list[bytes | None]:
        """Of each partition, that of the worker that took it over last."""
        with self.redis.pipeline(transaction=False) as pipe:
            for number in range(self.partitions):
                pipe.hget(f"assay:{{{number}}}:offsets", "epoch")
            return pipe.execute()

    def wait_until_open(self, worker: subprocess.Popen[bytes], timeout_s: float) -> None:
        """Until the worker has taken every partition over: each then has an epoch."""
        until_s = time.monotonic() + timeout_s
        while True:
            with self.redis.pipeline(transaction=False) as pipe:
                for number in range(self.partitions):
                    pipe.hexists(f"assay:{{{number}}}:offsets", "epoch")
                if all(pipe.execute()):
                    return
            if worker.poll() is not None or time.monotonic() > until_s:
                raise SystemExit(f"The worker did not take its partitions over: see the logs in {self.folder}.")
            time.sleep(0.01)

    @contextmanager
    def worker(self, group: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
        """One `assay worker`; its log is in the folder."""
        run = self.folder / "run"
        run.mkdir(exist_ok=True)
        named = {f"ASSAY_{name.upper()}": str(held) for name, held in {"consumer_group": group, **options}.items()}
        with (self.folder / f"{group}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "assay", "worker"],
                env={**self.environment, **named},
                cwd=run,
                stdout=log,
                stderr=log,
            )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(WORKER_ENDS_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def wait_for(self, records: int, worker: subprocess.Popen[bytes], timeout_s: float, every_s: float = 0.25) -> float:
        """Until so many records are judged; the monotonic time at which that was seen."""
        until_s = time.monotonic() + timeout_s
        while self.judged() < records:
            if worker.poll() is not None:
                raise SystemExit(f"The worker ended with {worker.returncode}: see the logs in {self.folder}.")
            if time.monotonic() > until_s:
                raise SystemExit(f"Only {self.judged():,} of {records:,} records were judged in {timeout_s:.0f} s.")
            time.sleep(every_s)
        return time.monotonic()


async def publish(
    bootstrap: str, partitions: int, lines: Iterable[bytes], reference: Iterable[bytes], prefix: str = ""
) -> int:
    """Sends events to their topics, by Java's partitioner, and products to theirs; how many events."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=20, max_batch_size=256 * 1024, acks=1)
    await producer.start()
    count = 0
    try:
        for line in reference:
            await producer.send(topics.PRODUCTS.name, line, key_in(line, b"product_id"), 0)
        for line in lines:
            key = key_in(line, b"seller_id")
            await producer.send(prefix + topic_of(line), line, key, topics.partition_of(key, partitions))
            count += 1
    finally:
        await producer.stop()
    return count


def load_topics(servers: Servers, events: Path, reference: Path, prefix: str = "") -> int:
    """The files into the topics, or into those with the prefix, before anything is measured."""
    products = [line for line in reference.read_bytes().splitlines() if b'"product_id"' in line]
    with events.open("rb") as file:
        lines = (line.rstrip(b"\n") for line in file)
        return asyncio.run(publish(servers.settings().kafka_bootstrap, servers.partitions, lines, products, prefix))


def topic_of(line: bytes) -> str:
    """The topic that an event belongs on; the benchmarks' own lines are written without spaces."""
    return _NAMES[key_in(line, b"type")]


def key_in(line: bytes, field: bytes) -> bytes:
    """The text of a field that is in the line once and holds no escape."""
    return line.partition(b'"' + field + b'":"')[2].partition(b'"')[0]
