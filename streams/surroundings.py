"""What lies outside a seller, as one worker sees it: the reference catalogue, markets and flags, kept in memory.

A market that was read is fresh for `fresh_us` of the worker's clock; the worker's own writes are seen at once, so
that the size of a batch never shows. With `fresh_us` None (history, one process) memory is all there is: nothing is
told to anybody, and nothing read again.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

from detectors.entries import Entry, Flags, pack, pack_flags, unpack, unpack_flags
from detectors.market import Market
from detectors.products import Reference
from schemas import Product
from streams.store import FlagWrite, MarketWrite, Store

MARKETS_KEPT: Final = 20_000  # at 22 KB for one of 64 sellers


class Surroundings:
    """Implements `detectors.detector.Around`, and collects what this worker has to tell the others."""

    def __init__(self, reference: Reference, fresh_us: int | None) -> None:
        self.reference = reference
        self._fresh_us = fresh_us
        self._markets: OrderedDict[str, tuple[Market, int]] = OrderedDict()
        self._flags: dict[str, Flags] = {}
        self._entry_writes: list[MarketWrite] = []
        self._flag_writes: list[FlagWrite] = []

    def market(self, key: str) -> Market:
        """The market of that key; empty where nothing is known."""
        held = self._markets.get(key)
        if held is not None:
            return held[0]
        market = Market()
        self._markets[key] = market, 0
        return market

    def product(self, product_id: str) -> Product | None:
        """A product of the reference catalogue."""
        return self.reference.product(product_id)

    def product_by_gtin(self, gtin: str) -> Product | None:
        """A product of the reference catalogue by GTIN."""
        return self.reference.product_by_gtin(gtin)

    def stale(self, keys: Iterable[str], now_us: int) -> list[str]:
        """Which of these markets have to be read before they are used."""
        held = self._markets
        if self._fresh_us is None:
            return [key for key in keys if key not in held]
        return [key for key in keys if key not in held or now_us - held[key][1] >= self._fresh_us]

    async def refresh(self, store: Store, keys: Sequence[str], now_us: int) -> None:
        """Reads markets, and the flags of whoever is in them."""
        if not keys:
            return
        loaded = await store.load_markets(keys)
        sellers = {seller_id for entries in loaded.values() for seller_id in entries}
        if sellers:
            for seller_id, stored in (await store.load_flags(sellers)).items():
                self._take_flags(seller_id, unpack_flags(stored))
        for key, entries in loaded.items():
            known = {seller_id: self._flags[seller_id] for seller_id in entries if seller_id in self._flags}
            market = Market({seller_id: unpack(stored) for seller_id, stored in entries.items()}, known)
            self._markets[key] = market, now_us
            self._markets.move_to_end(key)

    def write(self, seller_id: str, key: str, entry: Entry) -> None:
        """The seller's new entry in a market, seen here at once and by the others with the next `tell`."""
        market = self.market(key)
        flags = self._flags.get(seller_id)
        if flags is not None:
            market.set_flags(seller_id, flags)
        market.write(seller_id, entry)
        if self._fresh_us is not None:
            self._entry_writes.append(MarketWrite(key, seller_id, pack(entry)))

    def flag(self, seller_id: str, flags: Flags, keys: Iterable[str]) -> None:
        """The seller's new flags, for the markets (`keys`) that it is in."""
        self._take_flags(seller_id, flags)
        for key in keys:
            if key in self._markets:
                self._markets[key][0].set_flags(seller_id, flags)
        if self._fresh_us is not None:
            self._flag_writes.append(FlagWrite(seller_id, pack_flags(flags)))

    async def tell(self, store: Store) -> None:
        """Writes what was collected. Repeating it is harmless, so it may come before a commit that is refused."""
        entries, self._entry_writes = self._entry_writes, []
        flags, self._flag_writes = self._flag_writes, []
        if flags:
            await store.write_flags(flags)
        if entries:
            await store.write_markets(entries)

    def forget(self) -> None:
        """Drops what was not told and what was read: after a refused commit memory is not to be trusted."""
        self._entry_writes, self._flag_writes = [], []
        self._markets.clear()
        self._flags.clear()

    def evict(self) -> None:
        """Bounds what is kept; only where the store can be asked again."""
        while self._fresh_us is not None and len(self._markets) > MARKETS_KEPT:
            _, (market, _) = self._markets.popitem(last=False)
            for seller_id in market.entries():
                self._flags.pop(seller_id, None)

    def _take_flags(self, seller_id: str, flags: Flags) -> None:
        held = self._flags.get(seller_id)
        if held is None or held[:2] < flags[:2]:
            self._flags[seller_id] = flags
