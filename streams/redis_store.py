"""RedisStore: the store of a live worker.

    <prefix>:{p}:offsets       hash    offset:<topic> -> next offset; epoch; watermark
    <prefix>:{p}:seller:<id>   string  core
    <prefix>:{p}:orders:<id>   hash    order -> entry; likewise returns and listings
    <prefix>:{p}:deadlines     zset    id -> microseconds since 1970
    <prefix>:{p}:outbox        stream  t, k, v, f: topic, key, value, kind of line
    <prefix>:{p}:lines         hash    <topic> NUL <key> -> last value of a compacted line
    <prefix>:{p}:ended         zset    the same name of a key that said its last -> when, microseconds since 1970
    <prefix>:{p}:reemit        set     8 random bytes <topic> NUL <key>
    <prefix>:{p}:counts        hash    what the partition keeps beside its sellers
    <prefix>:market:<key>      hash    seller -> entry
    <prefix>:flags             hash    seller -> flags
    <prefix>:table:<table>     hash    what each partition counted, such as on a day, by field
    <prefix>:meta              hash

The braces make the partition a hash tag: all of it lies in one slot, so that `commit.lua` changes it at once on a
Redis Cluster too.
"""

import os
from collections.abc import Iterable, Mapping, Sequence

from streams.redis_access import RedisAccess
from streams.redis_cluster import ClusterPipe, pipe_to
from streams.redis_commit import HASHES, OFFSET, commit_call, line_of, partition_key, read_answer
from streams.redis_pipe import Command, RedisPipe
from streams.redis_scripts import META, Call, run
from streams.redis_told import flags_key, market_key, table_key, told_calls
from streams.store import (
    Committed,
    Fenced,
    FlagWrite,
    Line,
    MarketWrite,
    PartitionCommit,
    PartitionHead,
    SellerBytes,
    TableWrite,
    TakenOverError,
    Unpublished,
)

_OUTBOX_PAGE = 10_000
_EPOCH_BYTES = 8
_REPORT_BYTES = 8


class RedisStore:
    """Implements `Store` on one Redis 6.2 or newer, or a cluster of them. Two installations share one by prefixes."""

    def __init__(self, where: str | RedisAccess, prefix: str = "assay", timeout_s: float = 30.0) -> None:
        """`timeout_s` bounds one round trip. ValueError for a prefix with braces or a URL that is not Redis's."""
        if "{" in prefix or "}" in prefix:
            raise ValueError(f"Choose a prefix without braces instead of {prefix!r}: they would choose the slot.")
        self._prefix = prefix
        self._pipe = pipe_to(where, timeout_s)

    @property
    def pipe(self) -> RedisPipe | ClusterPipe:
        """What it speaks through."""
        return self._pipe

    async def open(self, partition: int) -> PartitionHead:
        key, epoch = self._key(partition), _fresh_epoch()
        # Who comes after the first command is fenced by it, or is a newer owner that fences this one.
        _, fields, counts = await self._pipe.ask_surely(
            [("HSET", f"{key}offsets", "epoch", epoch), ("HGETALL", f"{key}offsets"), ("HGETALL", f"{key}counts")]
        )
        stored = {name: int(number) for name, number in _by_id(fields).items()}
        return PartitionHead(
            epoch=epoch,
            offsets={name.removeprefix(OFFSET): n for name, n in stored.items() if name.startswith(OFFSET)},
            watermark_us=stored.get("watermark", 0),
            unpublished=await self._unpublished(key),
            reemit=await self.to_reemit(partition),
            counts=_by_id(counts),
        )

    async def _unpublished(self, key: str) -> list[Unpublished]:
        lines: list[Unpublished] = []
        start = "-"
        while True:
            command: Command = ("XRANGE", f"{key}outbox", start, "+", "COUNT", _OUTBOX_PAGE)
            (page,) = await self._pipe.ask_surely([command])
            lines += [Unpublished(id_.decode(), line_of(fields)) for id_, fields in page]
            if len(page) < _OUTBOX_PAGE:
                return lines
            start = f"({lines[-1].id}"

    async def load_sellers(
        self, partition: int, seller_ids: Iterable[str], epoch: int | None = None
    ) -> dict[str, SellerBytes]:
        key, ids = self._key(partition), list(seller_ids)
        commands: list[Command] = []
        for seller_id in ids:
            commands.append(("GET", f"{key}seller:{seller_id}"))
            commands += [("HGETALL", f"{key}{each}:{seller_id}") for each in HASHES]
        if epoch is not None:
            # Asked last: if it is still the same, everything before it was too.
            commands.append(("HGET", f"{key}offsets", "epoch"))
        answered = await self._pipe.ask_surely(commands)
        if epoch is not None and answered.pop() != str(epoch).encode():
            raise TakenOverError(partition)
        replies = iter(answered)
        return {
            seller_id: SellerBytes(core, _by_id(orders), _by_id(returns), _by_id(listings))
            for seller_id, core, orders, returns, listings in zip(ids, *[replies] * 4, strict=True)
        }

    async def due(self, partition: int, before_us: int, limit: int) -> list[tuple[str, int]]:
        return await self._first_deadlines(partition, f"({before_us}", limit)

    async def next_due(self, partition: int, limit: int) -> list[tuple[str, int]]:
        return await self._first_deadlines(partition, "+inf", limit)

    async def _first_deadlines(self, partition: int, until: str, limit: int) -> list[tuple[str, int]]:
        key = f"{self._key(partition)}deadlines"
        # Redis orders members of one score by their bytes
        (found,) = await self._pipe.ask_surely([("ZRANGEBYSCORE", key, "-inf", until, "WITHSCORES", "LIMIT", 0, limit)])
        return [(id_.decode(), int(due_us)) for id_, due_us in zip(found[::2], found[1::2], strict=True)]

    async def commit(
        self,
        commits: Sequence[PartitionCommit],
        entries: Sequence[MarketWrite] = (),
        flags: Sequence[FlagWrite] = (),
        tables: Sequence[TableWrite] = (),
    ) -> list[Committed | Fenced]:
        told = told_calls(self._prefix, entries, flags, tables)
        epochs = [_fresh_epoch() for _ in commits]
        calls = [commit_call(self._prefix, commit, epoch) for commit, epoch in zip(commits, epochs, strict=True)]
        if told and not self._pipe.keeps_order:
            await run(self._pipe, told)
            told = []
        answers = await run(self._pipe, [*told, *calls])
        return [read_answer(*each) for each in zip(answers[len(told) :], commits, epochs, strict=True)]

    async def published(self, partition: int, ids: Sequence[str]) -> None:
        if ids:
            await self._pipe.ask_surely([("XDEL", f"{self._key(partition)}outbox", *ids)])

    async def reemit(self, partition: int, keys: Iterable[tuple[str, bytes]]) -> None:
        reports = [os.urandom(_REPORT_BYTES) + _field(topic, key) for topic, key in keys]
        if reports:
            await self._pipe.ask_surely([("SADD", f"{self._key(partition)}reemit", *reports)])

    async def to_reemit(self, partition: int) -> list[Unpublished]:
        key = self._key(partition)
        (members,) = await self._pipe.ask_surely([("SMEMBERS", f"{key}reemit")])
        if not members:
            return []
        reports = sorted((*_topic_and_key(member[_REPORT_BYTES:]), member) for member in members)
        fields = [_field(topic, line_key) for topic, line_key, _ in reports]
        (values,) = await self._pipe.ask_surely([("HMGET", f"{key}lines", *fields)])
        return [
            Unpublished(member.decode("latin-1"), Line(topic, line_key, value, True))
            for (topic, line_key, member), value in zip(reports, values, strict=True)
        ]

    async def reemitted(self, partition: int, ids: Sequence[str]) -> None:
        if ids:
            members = [id_.encode("latin-1") for id_ in ids]
            await self._pipe.ask_surely([("SREM", f"{self._key(partition)}reemit", *members)])

    async def note(self, partition: int, name: str, value: bytes) -> None:
        await self._pipe.ask_surely([("HSET", f"{self._key(partition)}counts", name, value)])

    async def load_lines(self, partition: int) -> dict[tuple[str, bytes], bytes]:
        (found,) = await self._pipe.ask_surely([("HGETALL", f"{self._key(partition)}lines")])
        return {_topic_and_key(field): value for field, value in zip(found[::2], found[1::2], strict=True)}

    async def load_markets(self, keys: Iterable[str]) -> dict[str, dict[str, bytes]]:
        wanted = list(keys)
        replies = await self._pipe.ask_surely([("HGETALL", market_key(self._prefix, key)) for key in wanted])
        return {key: _by_id(reply) for key, reply in zip(wanted, replies, strict=True)}

    async def load_flags(self, seller_ids: Iterable[str]) -> dict[str, bytes]:
        ids = list(seller_ids)
        if not ids:
            return {}
        (found,) = await self._pipe.ask_surely([("HMGET", flags_key(self._prefix), *ids)])
        return {seller_id: flags for seller_id, flags in zip(ids, found, strict=True) if flags is not None}

    async def watermarks(self, partitions: int) -> list[int]:
        keys = [f"{self._key(number)}offsets" for number in range(partitions)]
        found = await self._pipe.ask_surely([("HGET", key, "watermark") for key in keys])
        return [int(watermark_us or 0) for watermark_us in found]

    async def load_table(self, table: str) -> dict[str, bytes]:
        (fields,) = await self._pipe.ask_surely([("HGETALL", table_key(self._prefix, table))])
        return _by_id(fields)

    async def forget_tables(self, tables: Iterable[str]) -> None:
        await self._pipe.ask_surely([("UNLINK", table_key(self._prefix, table)) for table in tables])

    async def meta(self) -> Mapping[str, str]:
        (fields,) = await self._pipe.ask_surely([("HGETALL", f"{self._prefix}:meta")])
        return {name: value.decode() for name, value in _by_id(fields).items()}

    async def set_meta(self, meta: Mapping[str, str]) -> None:
        if meta:
            await run(
                self._pipe, [Call(META, (f"{self._prefix}:meta",), [each for pair in meta.items() for each in pair])]
            )

    async def close(self) -> None:
        await self._pipe.close()

    def _key(self, partition: int) -> str:
        return partition_key(self._prefix, partition)


def _fresh_epoch() -> int:
    return int.from_bytes(os.urandom(_EPOCH_BYTES))


def _by_id(fields: list[bytes]) -> dict[str, bytes]:
    return dict(zip(map(bytes.decode, fields[::2]), fields[1::2], strict=True))


def _field(topic: str, key: bytes) -> bytes:
    # no topic of Kafka's contains NUL, so that the first one ends it
    return topic.encode() + b"\0" + key


def _topic_and_key(field: bytes) -> tuple[str, bytes]:
    topic, _, key = field.partition(b"\0")
    return topic.decode(), key
