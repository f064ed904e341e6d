"""The part of the doctor that looks at Redis: by INFO alone, which servers that forbid CONFIG answer too."""

from dataclasses import dataclass
from typing import Any, Final

import redis
from redis.exceptions import RedisError

from streams.settings import Settings, without_password

OLDEST: Final = (6, 2)
ANSWER_SECONDS: Final = 5.0
META_KEY: Final = "assay:meta"
REBUILD_KEY: Final = "assay:rebuild"  # there while `assay rebuild` has not ended: how far it is


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `sentence` says what is so, or what is wrong and how to mend it."""

    name: str
    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class RedisSeen:
    """What a Redis that answers says of itself, and what it was told about the state in it."""

    version: str
    append_only: bool
    eviction: str
    meta: dict[str, str]
    is_rebuilding: bool = False

    def partitions_among(self, settings: Settings, partitions: set[int]) -> set[int]:
        """Those of the partitions that Redis holds offsets for; all of them where it stopped answering."""
        try:
            with _connected(settings) as client:
                return {number for number in partitions if client.exists(f"assay:{{{number}}}:offsets")}
        except RedisError:
            return partitions


def look_at_redis(settings: Settings) -> RedisSeen | str:
    """What Redis says, or one sentence that says why it does not."""
    try:
        with _connected(settings) as client:
            info: dict[str, Any] = client.info("everything")
            meta: dict[str, str] = client.hgetall(META_KEY)
            rebuilding = bool(client.exists(REBUILD_KEY))
    except (RedisError, ValueError) as error:
        reason = str(error).rstrip(".").partition("\n")[0]
        where = without_password(settings.redis_url)
        return f"Redis does not answer at {where} ({reason}): start it (`make stack`), or set redis_url."
    return RedisSeen(
        str(info["redis_version"]), bool(info["aof_enabled"]), str(info["maxmemory_policy"]), meta, rebuilding
    )


def check_redis(seen: RedisSeen | str) -> list[Check]:
    """The checks of Redis alone: one that failed where it did not answer."""
    if isinstance(seen, str):
        return [Check("redis", False, seen)]
    old = tuple(int(part) for part in seen.version.split(".")[:2]) < OLDEST
    least = ".".join(map(str, OLDEST))
    keeps = "Redis logs every write (appendonly yes)."
    loses = "Redis loses its state when it restarts: set `appendonly yes` in its configuration."
    evicts = f"Redis may drop state (maxmemory-policy {seen.eviction}): set `maxmemory-policy noeviction`."
    mend = f"Redis {seen.version} is too old: assay needs {least} or newer, or Valkey."
    return [
        Check("redis", not old, mend if old else f"Redis {seen.version} answers."),
        Check("redis log", seen.append_only, keeps if seen.append_only else loses),
        Check(
            "redis eviction",
            seen.eviction == "noeviction",
            evicts if seen.eviction != "noeviction" else "Redis evicts nothing.",
        ),
    ]


def _connected(settings: Settings) -> Any:
    return redis.Redis.from_url(
        settings.redis_url,
        decode_responses=True,
        socket_connect_timeout=ANSWER_SECONDS,
        socket_timeout=ANSWER_SECONDS,
    )
