"""What lies outside a seller, as one worker sees it: the reference catalogue, markets and flags, kept in memory.

A market that was read is fresh for `fresh_us` of the worker's clock; the worker's own writes are seen at once, so
that the size of a batch never shows. With `fresh_us` None (history, one process) memory is all there is: nothing is
told to anybody, and nothing read again.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from detectors.beta import CategoryRate
from detectors.breaker import Fuse
from detectors.entries import Entry, Flags, pack, pack_flags, unpack, unpack_flags
from detectors.market import Market, learn_flags
from detectors.reference import Reference
from streams.shares import Rates, rates_of
from streams.store import FlagWrite, MarketWrite, Store, TableWrite

MARKETS_KEPT: Final = 20_000  # at 32 KB for one of 64 sellers


class _Held:
    """A market in memory, the bytes it was made of, and when they were read."""

    __slots__ = ("market", "read_us", "stored")

    def __init__(self, market: Market, stored: dict[str, bytes]) -> None:
        self.market = market
        self.stored = stored
        self.read_us = 0


class Surroundings:
    """Implements `detectors.detector.Around`, and collects what this worker has to tell the others."""

    def __init__(self, reference: Reference, fresh_us: int | None, exchange: Mapping[str, float] | None = None) -> None:
        """`exchange`: the policy's rates, see `detectors.detector.Around`."""
        self.reference = reference
        self.exchange = exchange or {}
        self.tripped: set[Fuse] = set()
        self._fresh_us = fresh_us
        self._markets: OrderedDict[str, _Held] = OrderedDict()
        self._flags: dict[str, Flags] = {}
        self._stored_flags: dict[str, bytes] = {}
        self._where: defaultdict[str, set[str]] = defaultdict(set)  # seller -> markets in memory that it is in
        self._entry_writes: list[MarketWrite] = []
        self._flag_writes: list[FlagWrite] = []
        self._table_writes: list[TableWrite] = []
        self._shares: dict[str, bytes] = {}
        self._rates: Rates = {}

    def market(self, key: str) -> Market:
        """The market of that key; empty where nothing is known."""
        held = self._markets.get(key)
        if held is None:
            held = self._markets[key] = _Held(Market(flags=self._flags), {})
        return held.market

    def category_rate(self, category: str, reason: str) -> CategoryRate | None:
        """What the sellers of the category come to, as was told at the end of the last day."""
        return self._rates.get((reason, category))

    def tell_shares(self, writes: Sequence[TableWrite]) -> None:
        """What a partition's sellers come to at the end of a day; known here at once."""
        self._table_writes += writes
        self.learn_shares({field: told for _, field, told in writes})

    def learn_shares(self, table: Mapping[str, bytes]) -> None:
        """What partitions have told of their sellers' shares."""
        if table:
            self._shares.update(table)
            self._rates = rates_of(self._shares)

    def stale(self, keys: Iterable[str], now_us: int) -> list[str]:
        """Which of these markets have to be read before they are used."""
        held = self._markets
        if self._fresh_us is None:
            return [key for key in keys if key not in held]
        return [key for key in keys if key not in held or now_us - held[key].read_us >= self._fresh_us]

    async def refresh(self, store: Store, keys: Sequence[str], now_us: int) -> None:
        """Reads markets, and the flags of whoever is in them."""
        if not keys:
            return
        loaded = await store.load_markets(keys)
        await self._refresh_flags(store, set().union(*loaded.values()))
        for key, stored in loaded.items():
            held = self._markets.get(key)
            if held is None or not self._catch_up(key, held, stored):
                held = self._markets[key] = self._made_of(key, stored)
            held.read_us = now_us
            self._markets.move_to_end(key)

    async def _refresh_flags(self, store: Store, seller_ids: set[str]) -> None:
        known = self._stored_flags
        for seller_id, stored in (await store.load_flags(seller_ids)).items() if seller_ids else ():
            before = known.get(seller_id)
            if before is None and seller_id not in self._where:  # in none of the markets in memory
                self._flags[seller_id], known[seller_id] = unpack_flags(stored), stored
            elif before != stored:
                self._take_flags(seller_id, unpack_flags(stored), stored)

    def _made_of(self, key: str, stored: dict[str, bytes]) -> _Held:
        for seller_id in stored:
            self._where[seller_id].add(key)
        return _Held(Market({seller_id: unpack(entry) for seller_id, entry in stored.items()}, self._flags), stored)

    def _catch_up(self, key: str, held: _Held, stored: dict[str, bytes]) -> bool:
        """Brings a market to what the store has; False where it has to be made anew. Mostly nothing has changed."""
        before = held.stored
        if before != stored:
            for seller_id, entry in stored.items():
                if before.get(seller_id) != entry:
                    self._where[seller_id].add(key)
                    if not held.market.write(seller_id, unpack(entry)):
                        return False
            held.stored = stored
        return held.market.entries().keys() == stored.keys()

    def write(self, seller_id: str, key: str, entry: Entry) -> None:
        """The seller's new entry in a market, seen here at once and by the others with the next commit."""
        self._where[seller_id].add(key)
        stands = self.market(key).write(seller_id, entry)
        if self._fresh_us is not None:
            packed = pack(entry)
            if stands:
                self._markets[key].stored[seller_id] = packed
            self._entry_writes.append(MarketWrite(key, seller_id, packed))

    def flag(self, seller_id: str, flags: Flags) -> None:
        """The seller's new flags, seen here at once in every market that it is in, and told with the next commit."""
        packed = b"" if self._fresh_us is None else pack_flags(flags)
        self._take_flags(seller_id, flags, packed)
        if self._fresh_us is not None:
            self._flag_writes.append(FlagWrite(seller_id, packed))

    def tell(self, writes: Iterable[TableWrite]) -> None:
        """What a partition counted, for those that own what was counted."""
        self._table_writes += writes

    def news(self) -> tuple[list[MarketWrite], list[FlagWrite], list[TableWrite]]:
        """What was collected for the others since it was last asked for; it goes out with the next commit.

        Repeating it is harmless, so it may be told beside a commit that is refused.
        """
        entries, self._entry_writes = self._entry_writes, []
        flags, self._flag_writes = self._flag_writes, []
        tables, self._table_writes = self._table_writes, []
        return entries, flags, tables

    def forget(self) -> None:
        """Drops what was not told and what was read: after a refused commit memory is not to be trusted."""
        self._entry_writes, self._flag_writes, self._table_writes = [], [], []
        self._markets.clear()
        self._flags.clear()
        self._stored_flags.clear()
        self._where.clear()

    def evict(self) -> None:
        """Bounds what is kept; only where the store can be asked again."""
        while self._fresh_us is not None and len(self._markets) > MARKETS_KEPT:
            key, held = self._markets.popitem(last=False)
            for seller_id in held.market.entries():
                others = self._where[seller_id]
                others.discard(key)
                if not others:
                    del self._where[seller_id]
                    self._flags.pop(seller_id, None)
                    self._stored_flags.pop(seller_id, None)

    def _take_flags(self, seller_id: str, flags: Flags, stored: bytes) -> None:
        markets = (self._markets[key].market for key in self._where.get(seller_id, ()) if key in self._markets)
        if learn_flags(self._flags, seller_id, flags, markets):
            self._stored_flags[seller_id] = stored
