"""Where a person's id lies in Redis: everything looked through, piece by piece, while workers go on.

What is changed meanwhile may be missed. Whoever has to be sure looks again.
"""

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from streams.deadlines import deadline_id
from streams.redis_cluster import ClusterPipe
from streams.redis_commit import partition_key
from streams.redis_pipe import Command, RedisPipe
from streams.redis_told import flags_key, market_key

PIECE: Final = 5_000  # keys or entries that one look takes, about
LINES_AT_ONCE: Final = 200  # each of 64 KB at most
HASHES_AT_ONCE: Final = 50  # of orders or returns, of which a seller may have tens of thousands
_GLOB: Final = re.compile(r"([\\*?\[\]])")

Key = tuple[str, bytes]  # of a line: its topic and its key there


class Across(NamedTuple):
    """Where sellers are named that are not the partition's own: markets, and whether there are flags."""

    markets: list[str]
    has_flags: bool


def named_in_line(seller_id: str) -> bytes:
    """What every line about a seller holds, and none about others: they are all written by `schemas.wire`."""
    return b'"seller_id":' + msgspec.json.encode(seller_id)


class Search:
    """Over one server or all masters of a cluster."""

    def __init__(self, pipe: RedisPipe | ClusterPipe, prefix: str = "assay") -> None:
        self._pipe = pipe
        self._prefix = prefix

    async def deadlines_of(self, partition: int, seller_id: str) -> list[str]:
        """The ids of the seller's deadlines."""
        begins = deadline_id(seller_id, "", "")[:-1]
        pattern = _GLOB.sub(r"\\\1", begins) + "*"
        key = f"{partition_key(self._prefix, partition)}deadlines"
        found = {
            one.decode() async for piece in self._pieces("ZSCAN", key, PIECE, "MATCH", pattern) for one in piece[::2]
        }
        return sorted(one for one in found if one.startswith(begins))

    async def lines_of(self, partition: int, seller_id: str) -> set[Key]:
        """Of which topics and keys a line about the seller is remembered."""
        named, key = named_in_line(seller_id), f"{partition_key(self._prefix, partition)}lines"
        return {
            (topic.decode(), line_key)
            async for piece in self._pieces("HSCAN", key, LINES_AT_ONCE)
            for field, value in zip(piece[::2], piece[1::2], strict=True)
            if named in value
            for topic, _, line_key in [field.partition(b"\0")]
        }

    async def across(self, seller_id: str) -> Across:
        """Where the seller lies among others."""
        markets: list[str] = []
        async for keys in self._keys(market_key(self._prefix, "*")):
            there = await self._pipe.ask_surely([("HGET", key, seller_id) for key in keys])
            markets += [key.decode() for key, entry in zip(keys, there, strict=True) if entry is not None]
        (flags,) = await self._pipe.ask_surely([("HGET", flags_key(self._prefix), seller_id)])
        return Across(sorted(set(markets)), flags is not None)

    async def take_out(self, seller_id: str, markets: Sequence[str]) -> None:
        """Takes the seller out of these markets and out of the flags."""
        hashes = (*markets, flags_key(self._prefix))
        await self._pipe.ask_surely([("HDEL", key, seller_id) for key in hashes])

    async def sellers_naming(self, buyer_id: str) -> dict[int, set[str]]:
        """Sellers whose orders or returns hold these bytes, by partition; perhaps as a part of another id."""
        named, found = buyer_id.encode(), dict[int, set[str]]()
        owned = re.compile(rf"{re.escape(self._prefix)}:\{{(\d+)\}}:(?:orders|returns):(.*)".encode(), re.DOTALL)
        async for keys in self._keys(f"{self._prefix}:{{*"):
            hashes = [(key, *seen.groups()) for key in keys if (seen := owned.fullmatch(key))]
            for at in range(0, len(hashes), HASHES_AT_ONCE):
                some = hashes[at : at + HASHES_AT_ONCE]
                held = await self._pipe.ask_surely([("HGETALL", key) for key, *_ in some])
                for (_, number, seller_id), entries in zip(some, held, strict=True):
                    if any(named in value for value in entries[1::2]):
                        found.setdefault(int(number), set()).add(seller_id.decode())
        return found

    async def epoch(self, partition: int) -> int:
        """Whose the partition is."""
        (held,) = await self._pipe.ask_surely([("HGET", f"{partition_key(self._prefix, partition)}offsets", "epoch")])
        return int(held or 0)

    async def _keys(self, pattern: str) -> AsyncIterator[list[bytes]]:
        for server in await self._pipe.masters():
            cursor = b"0"
            while True:
                command: Command = ("SCAN", cursor, "MATCH", pattern, "COUNT", PIECE)
                ((cursor, keys),) = await server.ask_surely([command])
                if keys:
                    yield keys
                if cursor == b"0":
                    break

    async def _pieces(self, command: str, key: str, count: int, *match: str) -> AsyncIterator[list[Any]]:
        cursor = b"0"
        while True:
            ((cursor, piece),) = await self._pipe.ask_surely([(command, key, cursor, *match, "COUNT", count)])
            yield piece
            if cursor == b"0":
                return
