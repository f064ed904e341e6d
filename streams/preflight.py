"""What must be so before a worker judges anything: topics, partition counts, and a Redis that knows them."""

import asyncio
from collections.abc import Sequence
from typing import Final

from schemas import topics
from streams import doctor
from streams.doctor_redis import META_KEY, RedisSeen, ask, look_at_redis
from streams.meta import VERSION, meta
from streams.redis_access import redis_access
from streams.redis_store import RedisStore
from streams.settings import Settings
from streams.store import StoreUnavailableError
from streams.upkeep import what_lacks


class CannotStartError(Exception):
    """One sentence that says why a worker does not start, and what to do."""


_NEEDED: Final = (
    *topics.MARKETPLACE,
    *topics.REFERENCE,
    topics.HOLDS,
    topics.ALERTS,
    topics.STANDINGS,
    topics.DEAD_LETTERS,
)


def preflight(settings: Settings) -> int:
    """The partition count of the marketplace topics, once everything is as a worker needs it.

    Writes `assay:meta` to a Redis that has none. Raises `CannotStartError` or `UpkeepError`.
    """
    counts, seen = look(settings, "worker", _NEEDED, CannotStartError)
    partitions = counts[topics.LISTINGS.name]
    if not seen.meta:
        asyncio.run(_write_meta(settings, partitions))
    elif seen.meta[VERSION] != (newer := meta(partitions)[VERSION]):
        # The first worker of a newer release: none of the older starts from here on.
        asyncio.run(ask(settings, ("HSET", META_KEY, VERSION, newer)))
    return partitions


def look(
    settings: Settings, role: str, needed: Sequence[topics.Topic], cannot: type[Exception]
) -> tuple[dict[str, int], RedisSeen]:
    """How many partitions each topic has, and what Redis holds.

    Raises `UpkeepError`, or `cannot` with one sentence where the role lacks a right, a topic is missing, or the state
    in Redis is not whole or not of these topics.
    """
    kafka = doctor.look_at_kafka(settings)
    lacking = what_lacks(role, settings, kafka.seen)
    if lacking is not None:
        raise cannot(lacking)
    counts = kafka.partitions()
    missing = [topic.name for topic in needed if topic.name not in counts]
    if missing:
        raise cannot(f"Kafka has no topic {', '.join(missing)}: run `assay topics create`.")
    seen = look_at_redis(settings)
    if not isinstance(seen, RedisSeen):
        raise cannot(seen)
    checks = [doctor.check_partitions(kafka), doctor.check_meta(seen, kafka), doctor.check_rebuild(seen)]
    for check in (*checks, doctor.check_state(settings, seen, kafka)):
        if not check.ok:
            raise cannot(check.sentence)
    return counts, seen


async def _write_meta(settings: Settings, partitions: int) -> None:
    store = RedisStore(redis_access(settings))
    try:
        await store.set_meta(meta(partitions))
    except StoreUnavailableError as error:
        raise CannotStartError(f"{error}.") from None
    finally:
        await store.close()
