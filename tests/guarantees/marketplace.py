"""A marketplace on real Kafka and Redis for these tests: its topics, its worker processes, and what came out."""

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis
from aiokafka import AIOKafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError

from schemas import topics
from schemas.fields import DAY_US
from streams.settings import Settings
from streams.store import STAMP
from streams.upkeep import create_topics
from tests.conftest import Stack
from tests.guarantees.lines import Line, read_topic
from tests.guarantees.told import Record
from tests.guarantees.worker_process import PATIENCE_SECONDS, Worker

ROOT = Path(__file__).resolve().parents[2]
SESSION_SECONDS = 6
CODECS = (None, "lz4", "zstd", "snappy", "gzip")
INPUTS = tuple(topic.name for topic in topics.MARKETPLACE)
OUTPUTS = (topics.ALERTS, topics.HOLDS, topics.STANDINGS, topics.DEAD_LETTERS)
SHARES = b"assay:table:shares"
COMPACTED = tuple(topic.name for topic in OUTPUTS if topic.compacted)


def _redis_at(url: str) -> Any:
    """One server, or all masters of a cluster."""
    if not url.startswith("redis+cluster://"):
        return redis.Redis.from_url(url)
    host, _, port = url.removeprefix("redis+cluster://").partition(",")[0].partition(":")
    return redis.RedisCluster(host=host, port=int(port), protocol=2)


class Marketplace:
    """Topics under their real names, made anew; workers of one group on them. It takes the whole stack."""

    def __init__(self, stack: Stack, folder: Path, partitions: int, copies: int = 1) -> None:
        self.settings = Settings(
            kafka_bootstrap=stack.kafka_bootstrap,
            redis_url=stack.redis_url,
            partitions=partitions,
            replication_factor=copies,
            clock="events",
        )
        self.folder = folder
        self.partitions = partitions
        self.workers: list[Worker] = []
        self.redis = redis.Redis.from_url(stack.redis_url)
        self.redis.flushall()
        self._drop(topics.ALL)
        create_topics(self.settings)

    # ---- workers

    def worker(self, program: str = "", **settings: object) -> Worker:
        """Starts one, or another program of this folder that runs the same worker.

        `settings` by their names; those that begin with `pace_` make it a `paced_worker.py`.
        """
        given: dict[str, object] = {
            "kafka_bootstrap": self.settings.kafka_bootstrap,
            "redis_url": self.settings.redis_url,
            "clock": "events",
            "session_timeout_seconds": SESSION_SECONDS,
            "log_level": "warning",
            **settings,
        }
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ASSAY_")}
        for name, value in given.items():
            environment[name.upper() if name.startswith("pace_") else f"ASSAY_{name.upper()}"] = str(value)
        environment["PYTHONPATH"] = str(ROOT)
        paced = any(name.startswith("pace_") for name in settings)
        program = program or ("paced_worker.py" if paced else "")
        run = [str(Path(__file__).with_name(program))] if program else ["-m", "assay"]
        command = [sys.executable, *run, "worker"]
        worker = Worker(command, self.folder / f"worker-{len(self.workers)}.log", environment)
        self.workers.append(worker)
        return worker

    def judge_all(self, workers: int, until_us: int = 0, **settings: object) -> None:
        """So many workers judge what lies there and leave in order."""
        running = [self.worker(**settings) for _ in range(workers)]
        # One that has not joined yet would be ended by the signal, not told to leave.
        self.until("they share the partitions", lambda: self.sharing() == workers)
        self.wait_until_judged(until_us=until_us)
        assert [worker.end() for worker in running] == [0] * workers, self.logs()

    def logs(self) -> str:
        return "\n".join(f"--- {worker.log.name}\n{worker.said()[-2500:]}" for worker in self.workers)

    def kill_workers(self) -> None:
        """Those that a failed test has left."""
        for worker in self.workers:
            worker.end(signal.SIGKILL)

    def close(self) -> None:
        self.kill_workers()
        self.redis.close()

    # ---- Kafka

    def send(self, records: Iterable[Record], partition: Callable[[Record], int] | None = None) -> None:
        """Sends in the order given; the producers of the six topics compress in different ways."""
        asyncio.run(self._send(list(records), partition or self.partition_of))

    def partition_of(self, record: Record) -> int:
        return topics.partition_of(record.key, self.partitions)

    async def _send(self, records: list[Record], partition: Callable[[Record], int]) -> None:
        options: dict[str, Any] = {"linger_ms": 20, "max_batch_size": 1 << 18, "max_request_size": 16 << 20}
        options |= {"acks": "all", "enable_idempotence": True}  # as a marketplace has to, where a broker may die
        producers = {}
        for topic, codec in zip((*INPUTS, *(topic.name for topic in topics.REFERENCE)), 2 * CODECS, strict=False):
            producers[topic] = AIOKafkaProducer(
                bootstrap_servers=self.settings.kafka_bootstrap, compression_type=codec, **options
            )
            await producers[topic].start()
        try:
            for record in records:
                number = partition(record) if record.topic in INPUTS else 0
                await producers[record.topic].send(record.topic, record.value, record.key, number)
        finally:
            for producer in producers.values():
                await producer.stop()

    def refer(self, products: Iterable[bytes]) -> None:
        """Fills the reference topic."""
        self.send(Record(topics.PRODUCTS.name, str(n).encode(), value, 0) for n, value in enumerate(products))

    def published(self, topic: str) -> list[Line]:
        """Every record of an output topic, partition by partition."""
        return asyncio.run(read_topic(self.settings.kafka_bootstrap, topic, self.partitions))

    def outputs(self) -> dict[str, list[Line]]:
        return {topic.name: self.published(topic.name) for topic in OUTPUTS}

    def forget_outputs(self) -> None:
        """The output topics anew and the group gone, for another run over the same input."""
        self._drop(OUTPUTS)
        create_topics(self.settings)

    def _drop(self, which: Iterable[topics.Topic]) -> None:
        with KafkaAdminClient(bootstrap_servers=self.settings.kafka_bootstrap) as admin:
            names = {topic.name for topic in which} & set(admin.list_topics())
            admin.delete_topics(list(names))
            self.until("the topics are gone", lambda: not names & set(admin.list_topics()))
            group = self.settings.consumer_group
            if group in {each["group_id"] for each in admin.list_groups()}:
                self.until("the group is empty", lambda: not admin.describe_groups([group])[group]["members"])
                admin.delete_groups([group])

    def log_ends(self) -> dict[tuple[str, int], int]:
        lanes = [TopicPartition(topic, number) for topic in INPUTS for number in range(self.partitions)]
        found = self._ask(lambda admin: admin.list_partition_offsets(dict.fromkeys(lanes, OffsetSpec.LATEST)))
        return {(lane.topic, lane.partition): at.offset for lane, at in found.items() if at.offset}

    def committed(self) -> dict[tuple[str, int], int]:
        """The group's offsets in Kafka."""
        name = self.settings.consumer_group
        found = self._ask(lambda admin: admin.list_group_offsets([name])).get(name, {})
        return {(lane.topic, lane.partition): at.offset for lane, at in found.items() if at.offset > 0}

    def sharing(self) -> int:
        """How many workers have partitions now."""
        name = self.settings.consumer_group
        group = self._ask(lambda admin: admin.describe_groups([name]))[name]
        return sum(1 for member in group["members"] if member["member_assignment"])

    def _ask(self, question: Callable[[Any], Any]) -> Any:
        """Asks again where a broker has just died or come back."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with KafkaAdminClient(bootstrap_servers=self.settings.kafka_bootstrap) as admin:
                    return question(admin)
            except KafkaError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.5)

    # ---- Redis

    def use_redis(self, url: str) -> None:
        """From here on the state lives there."""
        self.settings = msgspec.structs.replace(self.settings, redis_url=url)
        self.redis.close()
        self.redis = _redis_at(url)

    def epochs(self) -> dict[int, bytes | None]:
        """Who holds each partition's state: changes with every take-over and commit."""
        return {number: self.redis.hget(f"assay:{{{number}}}:offsets", "epoch") for number in range(self.partitions)}

    def stored(self) -> dict[tuple[str, int], int]:
        """The next offset of each topic and partition, as stored beside the states."""
        found = {}
        for number in range(self.partitions):
            for name, at in self.redis.hgetall(f"assay:{{{number}}}:offsets").items():
                if name.startswith(b"offset:"):
                    found[name.decode().removeprefix("offset:"), number] = int(at)
        return {lane: at for lane, at in found.items() if at}

    def held(self, read_stream: Callable[[bytes], Any]) -> dict[bytes, Any]:
        """All that Redis holds, by key; of a stream what `read_stream` gives."""
        read: dict[bytes, Callable[[bytes], Any]] = {
            b"string": self.redis.get,
            b"hash": self.redis.hgetall,
            b"set": self.redis.smembers,
            b"zset": lambda name: self.redis.zrange(name, 0, -1, withscores=True),
            b"stream": read_stream,
        }
        return {name: read[self.redis.type(name)](name) for name in self.redis.scan_iter(count=10_000)}

    def states(self) -> dict[bytes, Any]:
        """All that Redis holds but for what tells runs apart: epochs, owners' lives, the microsecond of an idle end,
        when by the clock of this machine an alert was withdrawn.

        Of the tables it leaves out the day at whose end shares were told, for a new owner tells them all once more, and
        days that were judged: who slept may have told of one once more after it was taken away.
        """
        held = self.held(self.redis.xlen)
        for name, value in held.items():
            if name.endswith(b":offsets"):
                del value[b"epoch"]
                value[b"watermark"] = int(value[b"watermark"]) // 1_000
            if name.endswith(b":counts"):
                value.pop(b"life", None)
            if name.endswith(b":ended"):
                held[name] = {key for key, _ in value}
        if (shares := held.get(SHARES)) is not None:
            held[SHARES] = {name: told[STAMP.size :] for name, told in shares.items()}
        return {name: value for name, value in held.items() if value != 0 and not self._was_judged(name)}

    def _was_judged(self, name: bytes) -> bool:
        """Whether it is the table of a day of which all that its owner owns has been judged."""
        table = re.fullmatch(rb"assay:table:day:(\d+):(\d+)", name)
        return table is not None and int(table[2]) <= self._days(int(table[1]))[1]

    def _days(self, number: int) -> tuple[int, int]:
        """The last day that the partition has closed, and the last of which it has judged what it owns."""
        stored = self.redis.hget(f"assay:{{{number}}}:counts", "days")
        return (-1, -1) if stored is None else msgspec.msgpack.decode(stored, type=tuple[int, int])

    def snapshot(self) -> dict[bytes, bytes]:
        return {name: self.redis.dump(name) for name in self.redis.scan_iter(count=10_000)}

    def restore(self, snapshot: dict[bytes, bytes]) -> None:
        self.redis.flushall()
        for name, value in snapshot.items():
            self.redis.restore(name, 0, value)

    # ---- waiting

    def wait_until_judged(self, *, until_us: int = 0, seconds: float = PATIENCE_SECONDS) -> None:
        """Until everything sent is judged, published and committed, and no deadline up to `until_us` is left."""
        ends = self.log_ends()
        self.until("everything is judged", lambda: self.stored() == ends, seconds)
        self.until("nothing is left to do", lambda: self._is_idle(until_us), seconds)

    def wait_until_all_move(self) -> None:
        """Until every partition was taken over or judged on, or has nothing left to judge."""
        before, ends = self.epochs(), self.log_ends()

        def moved() -> bool:
            stored, now = self.stored(), self.epochs()
            still = {number for number in before if before[number] == now[number]}
            return all(stored.get(lane) == end for lane, end in ends.items() if lane[1] in still)

        self.until("every partition is judged on", moved)

    def _is_idle(self, until_us: int) -> bool:
        marks = [int(self.redis.hget(f"assay:{{{n}}}:offsets", "watermark") or 0) for n in range(self.partitions)]
        told_day = min(marks) // DAY_US - 1
        return all(
            (days := self._days(number))[1] >= min(days[0], told_day)
            and not self.redis.zcount(f"assay:{{{number}}}:deadlines", 0, until_us)
            and not self.redis.xlen(f"assay:{{{number}}}:outbox")
            and not self.redis.scard(f"assay:{{{number}}}:reemit")
            for number in range(self.partitions)
        )

    def until(self, what: str, so: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not so():
            if time.monotonic() > deadline:
                pytest.fail(f"Not in {seconds:.0f} s: {what}.\n{self.logs()}")
            time.sleep(0.05)
