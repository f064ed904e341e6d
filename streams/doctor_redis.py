"""The part of the doctor that looks at Redis: by INFO alone, which servers that forbid CONFIG answer too."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from streams.redis_access import RedisAccess, redis_access, trouble
from streams.redis_cluster import ClusterPipe, pipe_to
from streams.redis_pipe import Command
from streams.settings import Settings, SettingsError
from streams.store import StoreUnavailableError

OLDEST: Final = (6, 2)
ANSWER_SECONDS: Final = 5.0
META_KEY: Final = "assay:meta"
KEEPS: Final = "noeviction"
INFO: Final[Command] = ("INFO",)
REBUILD_KEY: Final = "assay:rebuild"  # there while `assay rebuild` has not ended: how far it is


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `sentence` says what is so, or what is wrong and how to mend it."""

    name: str
    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class RedisSeen:
    """What a Redis that answers says of itself, and what it was told about the state in it.

    Of a cluster: the oldest version, whether every master logs, and what any of them may evict.
    """

    version: str
    append_only: bool
    eviction: str
    meta: dict[str, str]
    is_rebuilding: bool = False

    def partitions_among(self, settings: Settings, partitions: set[int]) -> set[int]:
        """Those of the partitions that Redis holds offsets for; all of them where it stopped answering.

        A worker that met an emptied Redis leaves its epoch there, which is no state.
        """
        try:
            asked = [("HGETALL", f"assay:{{{number}}}:offsets") for number in partitions]
            held = zip(partitions, asyncio.run(ask(settings, *asked)), strict=True)
            return {number for number, told in held if any(name.startswith(b"offset:") for name in told[::2])}
        except StoreUnavailableError:
            return partitions


def look_at_redis(settings: Settings) -> RedisSeen | str:
    """What Redis says, or one sentence that says why it does not."""
    try:
        access = redis_access(settings)
    except SettingsError as error:
        return str(error)
    try:
        return asyncio.run(_look(access))
    except StoreUnavailableError as error:
        return why_not(error, access)


def why_not(error: StoreUnavailableError, access: RedisAccess) -> str:
    """One sentence that says why Redis does not do what it was asked."""
    known = trouble(error, access)
    if known is not None:
        return f"Redis at {access.shown} cannot be used: {known}."
    reason = str(error.__cause__ or error).partition("\n")[0].rstrip(".")
    return f"Redis does not answer at {access.shown} ({reason}): start it (`make stack`), or set redis_url."


async def _look(access: RedisAccess) -> RedisSeen:
    pipe = pipe_to(access, ANSWER_SECONDS)
    try:
        if isinstance(pipe, ClusterPipe):
            told = list((await pipe.ask_each(INFO)).values())
        else:
            told = await pipe.ask_surely([INFO])
        meta, rebuilding = await pipe.ask_surely([("HGETALL", META_KEY), ("EXISTS", REBUILD_KEY)])
    finally:
        await pipe.close()
    infos = [dict(line.partition(":")[::2] for line in each.decode().splitlines() if ":" in line) for each in told]
    if not access.nodes and infos[0].get("cluster_enabled") == "1":
        raise StoreUnavailableError("MOVED")
    evictions = [info["maxmemory_policy"] for info in infos]
    return RedisSeen(
        version=min((info["redis_version"] for info in infos), key=_numbers),
        append_only=all(info["aof_enabled"] == "1" for info in infos),
        eviction=next((each for each in evictions if each != KEEPS), KEEPS),
        meta={name.decode(): value.decode() for name, value in zip(meta[::2], meta[1::2], strict=True)},
        is_rebuilding=bool(rebuilding),
    )


async def ask(settings: Settings, *commands: Command) -> list[Any]:
    """Replies to a few commands, each with a key. Raises `StoreUnavailableError`."""
    pipe = pipe_to(redis_access(settings), ANSWER_SECONDS)
    try:
        return await pipe.ask_surely(commands)
    finally:
        await pipe.close()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


def check_redis(seen: RedisSeen | str) -> list[Check]:
    """The checks of Redis alone: one that failed where it did not answer."""
    if isinstance(seen, str):
        return [Check("redis", False, seen)]
    old = _numbers(seen.version) < OLDEST
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
            seen.eviction == KEEPS,
            evicts if seen.eviction != KEEPS else "Redis evicts nothing.",
        ),
    ]
