"""What the faults do. Each meets the arena under load, and leaves servers and crew running."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from schemas import topics
from tests.chaos.arena import CREW, Arena
from tests.guarantees.marketplace import SESSION_SECONDS
from tests.guarantees.worker_process import Worker

SMALL_LINE_BYTES = 1_200
ROLL_BACK_SECONDS = 3.0

# ---- workers


def kill(arena: Arena) -> None:
    """`kill -9`; another starts."""
    arena.dismiss(arena.rng.choice(arena.crew), signal.SIGKILL)
    arena.hire()


def freeze(arena: Arena) -> None:
    """Anywhere, past its session timeout: it goes on when others have taken over what it held, and judged on."""
    frozen = arena.rng.choice(arena.crew)
    frozen.process.send_signal(signal.SIGSTOP)
    _wake_late(arena, frozen)


def freeze_before_a_commit(arena: Arena) -> None:
    """The same with a judged batch in its hands, which it commits when it wakes."""
    arena.until_all_share()
    arena.dismiss_in_order()
    frozen = arena.hire(pace_stop=f"commit:before:{arena.rng.randint(3, 9)}")
    arena.until("it has stopped", lambda: frozen.is_stopped() or not arena.left_to_judge())
    _wake_late(arena, frozen)


def _wake_late(arena: Arena, frozen: Worker) -> None:
    arena.until("the others share the partitions", lambda: arena.here.sharing() == len(arena.crew) - 1)
    arena.until_all_move()
    time.sleep(arena.rng.uniform(1.0, 4.0))  # else it would write what they have just written
    frozen.process.send_signal(signal.SIGCONT)


def come_and_go(arena: Arena) -> None:
    """One leaves in order and two come, then one leaves again."""
    arena.until_all_share()
    arena.dismiss_in_order()
    arena.hire()
    arena.hire()
    arena.until_all_share()
    arena.dismiss_in_order()


# ---- Redis


def freeze_redis(arena: Arena, seconds: float) -> None:
    with stopped(arena, "redis"):
        time.sleep(seconds)


def restart_redis(arena: Arena, seconds: float) -> None:
    """Shut down or killed, it comes back with its data."""
    arena.servers.end("redis", arena.rng.choice([signal.SIGTERM, signal.SIGKILL]))
    time.sleep(seconds)
    arena.servers.start()


def roll_redis_back(arena: Arena, seconds: float = ROLL_BACK_SECONDS) -> None:
    """It comes back as it was some seconds ago: whoever holds a partition says so and judges again from there."""
    copy = arena.folder / "older"
    arena.servers.copy_redis(copy)
    before = arena.here.committed()
    arena.until("Kafka has heard of progress", lambda: arena.here.committed() != before)
    time.sleep(seconds)
    arena.servers.end("redis", signal.SIGKILL)
    arena.servers.put_redis_back(copy)
    arena.servers.start()
    arena.until("somebody says that Redis has gone back", lambda: arena.anyone_says("Redis has gone back in time"))


def empty_redis(arena: Arena) -> None:
    """All workers end with a sentence, none starts; with its data brought back they judge on. Or amid a rebalance."""
    copy = arena.folder / "older"
    arena.servers.copy_redis(copy)
    if arena.rng.random() < 0.5:
        kill(arena)
        time.sleep(arena.rng.uniform(0.0, SESSION_SECONDS))
    arena.here.redis.flushall()
    crew, arena.crew = list(arena.crew), []
    arena.until("all workers have ended", lambda: all(worker.process.poll() is not None for worker in crew))
    for worker in (*crew, arena.here.worker()):
        assert worker.end(None) == 1, worker.said()
        assert "Redis holds no state" in worker.said(), worker.said()
    arena.servers.end("redis", signal.SIGKILL)
    arena.servers.put_redis_back(copy)
    arena.servers.start()
    arena.begin(CREW)


def forget_scripts(arena: Arena) -> None:
    arena.here.redis.script_flush()


def fill_redis(arena: Arena, seconds: float) -> None:
    """No write is taken until there is room again; the workers wait and say why."""
    said = "Redis is full"
    before = [worker.said().count(said) for worker in arena.here.workers]
    arena.here.redis.config_set("maxmemory", 1)
    arena.until(
        "somebody says that Redis is full",
        lambda: [worker.said().count(said) for worker in arena.here.workers][: len(before)] != before,
    )
    time.sleep(seconds)
    arena.here.redis.config_set("maxmemory", 0)


def slow_redis(arena: Arena, seconds: float) -> None:
    """Every piece takes up to 40 ms, and every second or so all connections are cut."""
    arena.dismiss_all()
    for _ in range(CREW):
        arena.hire(redis_url=arena.slow_redis_url)
    arena.until_all_share()
    arena.wire.delay_ms = 40.0
    cut, until_s = 0, time.monotonic() + seconds
    while time.monotonic() < until_s:
        time.sleep(arena.rng.uniform(0.5, 1.5))
        cut += arena.wire.cut()
        arena.tend()
    assert cut, "no connection was there to be cut"
    arena.wire.delay_ms = 0.0


# ---- Kafka


def restart_kafka(arena: Arena, seconds: float) -> None:
    """Shut down or killed, it comes back with its data."""
    arena.servers.end("kafka", arena.rng.choice([signal.SIGTERM, signal.SIGKILL]))
    time.sleep(seconds)
    arena.servers.start()


def freeze_kafka(arena: Arena, seconds: float) -> None:
    with stopped(arena, "kafka"):
        time.sleep(seconds)


def refuse_lines(arena: Arena, seconds: float) -> None:
    """The broker takes no alert that is longer than most."""
    _limit(arena, topics.ALERTS, SMALL_LINE_BYTES)
    arena.until("somebody says that a line was refused", lambda: arena.anyone_says("Kafka refused a line"))
    time.sleep(seconds)
    _limit(arena, topics.ALERTS, topics.MAX_MESSAGE_BYTES)


def _limit(arena: Arena, topic: topics.Topic, most_bytes: int) -> None:
    configs = {**topic.configuration(), "max.message.bytes": str(most_bytes)}
    with KafkaAdminClient(bootstrap_servers=arena.here.settings.kafka_bootstrap) as admin:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, configs)])


@contextmanager
def stopped(arena: Arena, which: str) -> Iterator[None]:
    arena.servers.send(which, signal.SIGSTOP)  # type: ignore[arg-type]
    try:
        yield
    finally:
        arena.servers.send(which, signal.SIGCONT)  # type: ignore[arg-type]
