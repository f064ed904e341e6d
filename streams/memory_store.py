"""MemoryStore: the store of a replay. The behaviour is that of `RedisStore`; the contract tests run on both.

There is one process and one event loop, and no method waits for anything: each is atomic by that.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from streams.memory_market import Market
from streams.memory_times import Times
from streams.store import (
    LAST_LINE_KEPT_US,
    STAMP,
    SWEPT,
    Committed,
    Fenced,
    FlagWrite,
    Line,
    MarketWrite,
    PartitionCommit,
    PartitionHead,
    SellerBytes,
    SellerChange,
    TableWrite,
    TakenOverError,
    Unpublished,
    fenced_by_epoch,
    fenced_by_offset,
)


@dataclass(slots=True)
class Partition:
    """All that is stored under one partition number."""

    epoch: int | None = None
    offsets: dict[str, int] = field(default_factory=dict)
    watermark_us: int = 0
    sellers: dict[str, SellerBytes] = field(default_factory=dict)
    deadlines: Times = field(default_factory=Times)
    outbox: dict[str, Line] = field(default_factory=dict)
    lines: dict[tuple[str, bytes], bytes] = field(default_factory=dict)
    ended: Times = field(default_factory=Times)
    reemit: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    counts: dict[str, bytes] = field(default_factory=dict)


class MemoryStore:
    """Implements `Store` in dictionaries; what it holds ends with it."""

    def __init__(self) -> None:
        self.partitions: dict[int, Partition] = {}
        self.markets: dict[str, Market] = {}
        self.flags: dict[str, bytes] = {}
        self.tables: dict[str, dict[str, bytes]] = {}
        self._meta: dict[str, str] = {}
        self._ids = count(1)

    async def open(self, partition: int) -> PartitionHead:
        stored = self._partition(partition)
        stored.epoch = _fresh_epoch()
        return PartitionHead(
            epoch=stored.epoch,
            offsets=stored.offsets.copy(),
            watermark_us=stored.watermark_us,
            unpublished=[Unpublished(id_, line) for id_, line in stored.outbox.items()],
            reemit=await self.to_reemit(partition),
            counts=stored.counts.copy(),
        )

    async def load_sellers(
        self, partition: int, seller_ids: Iterable[str], epoch: int | None = None
    ) -> dict[str, SellerBytes]:
        if epoch is not None and self._partition(partition).epoch != epoch:
            raise TakenOverError(partition)
        sellers = self._partition(partition).sellers
        loaded = {}
        for seller_id in seller_ids:
            seller = sellers.get(seller_id)
            loaded[seller_id] = (
                SellerBytes()
                if seller is None
                else SellerBytes(seller.core, seller.orders.copy(), seller.returns.copy(), seller.listings.copy())
            )
        return loaded

    async def due(self, partition: int, before_us: int, limit: int) -> list[tuple[str, int]]:
        return self._partition(partition).deadlines.first(limit, before_us)

    async def next_due(self, partition: int, limit: int) -> list[tuple[str, int]]:
        return self._partition(partition).deadlines.first(limit)

    async def commit(
        self,
        commits: Sequence[PartitionCommit],
        entries: Sequence[MarketWrite] = (),
        flags: Sequence[FlagWrite] = (),
        tables: Sequence[TableWrite] = (),
    ) -> list[Committed | Fenced]:
        for seller_id, told in flags:
            _put_newer(self.flags, seller_id, told)
        for table, name, told in tables:
            _put_newer(self.tables.setdefault(table, {}), name, told)
        self._write_markets(entries)
        return [self._commit(commit) for commit in commits]

    def _commit(self, commit: PartitionCommit) -> Committed | Fenced:
        stored = self._partition(commit.partition)
        if stored.epoch != commit.epoch:
            return fenced_by_epoch(commit.partition)
        for topic, expected in commit.expected.items():
            if (offset := stored.offsets.get(topic)) != expected:
                return fenced_by_offset(commit.partition, topic, offset, expected)
        stored.epoch = _fresh_epoch()
        stored.offsets |= commit.offsets
        stored.watermark_us = max(stored.watermark_us, commit.watermark_us)
        for seller_id, change in commit.sellers.items():
            _change(stored.sellers, seller_id, change)
        for id_ in commit.arrived:
            stored.outbox.pop(id_, None)
        for id_, due_us in commit.deadlines.items():
            stored.deadlines.put(id_, due_us)
        _put(stored.counts, commit.counts)
        return Committed(stored.epoch, tuple([self._put_out(stored, line, commit.now_us) for line in commit.outbox]))

    def _put_out(self, stored: Partition, line: Line, now_us: int) -> str:
        id_ = f"{next(self._ids)}-0"
        stored.outbox[id_] = line._replace(since_ms=0)
        if line.compacted:
            _remember(stored, line, now_us)
        return id_

    async def published(self, partition: int, ids: Sequence[str]) -> None:
        outbox = self._partition(partition).outbox
        for id_ in ids:
            outbox.pop(id_, None)

    async def reemit(self, partition: int, keys: Iterable[tuple[str, bytes]]) -> None:
        self._partition(partition).reemit.update((str(next(self._ids)), key) for key in keys)

    async def to_reemit(self, partition: int) -> list[Unpublished]:
        stored = self._partition(partition)
        reports = sorted((topic, key, id_) for id_, (topic, key) in stored.reemit.items())
        return [Unpublished(id_, Line(topic, key, stored.lines.get((topic, key)), True)) for topic, key, id_ in reports]

    async def reemitted(self, partition: int, ids: Sequence[str]) -> None:
        reports = self._partition(partition).reemit
        for id_ in ids:
            reports.pop(id_, None)

    async def note(self, partition: int, name: str, value: bytes) -> None:
        self._partition(partition).counts[name] = value

    async def load_lines(self, partition: int) -> dict[tuple[str, bytes], bytes]:
        return self._partition(partition).lines.copy()

    async def load_markets(self, keys: Iterable[str]) -> dict[str, dict[str, bytes]]:
        markets = self.markets
        return {key: market.entries.copy() if (market := markets.get(key)) else {} for key in keys}

    def _write_markets(self, writes: Sequence[MarketWrite]) -> None:
        for key, seller_id, entry in writes:
            market = self.markets.get(key)
            if market is None:
                market = self.markets[key] = Market()
            market.write(seller_id, entry)

    async def load_flags(self, seller_ids: Iterable[str]) -> dict[str, bytes]:
        flags = self.flags
        return {seller_id: flags[seller_id] for seller_id in seller_ids if seller_id in flags}

    async def watermarks(self, partitions: int) -> list[int]:
        return [self._partition(number).watermark_us for number in range(partitions)]

    async def load_table(self, table: str) -> dict[str, bytes]:
        return self.tables.get(table, {}).copy()

    async def forget_tables(self, tables: Iterable[str]) -> None:
        for table in tables:
            self.tables.pop(table, None)

    async def meta(self) -> Mapping[str, str]:
        return self._meta.copy()

    async def set_meta(self, meta: Mapping[str, str]) -> None:
        self._meta = self._meta or dict(meta)

    async def close(self) -> None:
        """Nothing to give back."""

    def _partition(self, number: int) -> Partition:
        stored = self.partitions.get(number)
        if stored is None:
            stored = self.partitions[number] = Partition()
        return stored


def _put(entries: dict[str, bytes], changes: Mapping[str, bytes | None]) -> None:
    for id_, entry in changes.items():
        if entry is None:
            entries.pop(id_, None)
        else:
            entries[id_] = entry


def _remember(stored: Partition, line: Line, now_us: int) -> None:
    key = line.topic, line.key
    stored.ended.put(_field(*key), None)
    if line.value is None:
        stored.lines.pop(key, None)
    else:
        stored.lines[key] = line.value
    if line.is_last:
        for old, _ in stored.ended.first(SWEPT, now_us - LAST_LINE_KEPT_US):
            stored.ended.put(old, None)
            topic, _, name = old.partition("\0")
            del stored.lines[topic, bytes.fromhex(name)]
        stored.ended.put(_field(*key), now_us)


def _field(topic: str, key: bytes) -> str:
    return f"{topic}\0{key.hex()}"  # sorted as the keys are, which need not be text


def _put_newer(entries: dict[str, bytes], id_: str, entry: bytes) -> None:
    old = entries.get(id_)
    if old is None or STAMP.unpack_from(entry) > STAMP.unpack_from(old):
        entries[id_] = entry


def _fresh_epoch() -> int:
    return int.from_bytes(os.urandom(8))


def _change(sellers: dict[str, SellerBytes], seller_id: str, change: SellerChange) -> None:
    if change.gone:
        sellers.pop(seller_id, None)
    stored = sellers.get(seller_id)
    if stored is None:
        stored = SellerBytes()
    if change.core is not None:
        stored.core = change.core
    for entries, changes in (
        (stored.orders, change.orders),
        (stored.returns, change.returns),
        (stored.listings, change.listings),
    ):
        _put(entries, changes)
    if stored.core is not None or stored.orders or stored.returns or stored.listings:
        sellers[seller_id] = stored
    else:
        sellers.pop(seller_id, None)
