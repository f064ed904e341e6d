"""What must be so before a worker judges anything: topics, partition counts, and a Redis that knows them."""

from typing import Final

import redis

from schemas import topics
from streams import doctor
from streams.doctor_redis import META_KEY, RedisSeen, look_at_redis
from streams.meta import VERSION, meta
from streams.settings import Settings


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
    kafka = doctor.look_at_kafka(settings)
    counts = kafka.partitions()
    missing = [topic.name for topic in _NEEDED if topic.name not in counts]
    if missing:
        raise CannotStartError(f"Kafka has no topic {', '.join(missing)}: run `assay topics create`.")
    checks = [doctor.check_partitions(kafka)]
    seen = look_at_redis(settings)
    if not isinstance(seen, RedisSeen):
        raise CannotStartError(seen)
    partitions: int = counts[topics.LISTINGS.name]
    checks += [doctor.check_meta(seen, kafka), doctor.check_rebuild(seen), doctor.check_state(settings, seen, kafka)]
    for check in checks:
        if not check.ok:
            raise CannotStartError(check.sentence)
    with redis.Redis.from_url(settings.redis_url) as client:
        if not seen.meta:
            client.hset(META_KEY, mapping=meta(partitions))
        elif seen.meta[VERSION] != meta(partitions)[VERSION]:  # the first worker of a newer release: none of the older
            client.hset(META_KEY, VERSION, meta(partitions)[VERSION])  # starts from here on
    return partitions
