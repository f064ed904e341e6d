"""One market in memory: the newest entry of each seller, within the caps. `market.lua` is the same for Redis."""

from detectors.entries import MARKET_SELLERS, MARKET_YOUNG_SELLERS, YOUNG_US
from streams.memory_times import Times
from streams.store import ENTRY_HEAD


class Market:
    """The entries by seller, the young by time, and the established by time once there are too many of them."""

    __slots__ = ("_established", "_young", "entries")

    def __init__(self) -> None:
        self.entries: dict[str, bytes] = {}
        self._young = Times()
        self._established: Times | None = None

    def write(self, seller_id: str, entry: bytes) -> None:
        """Newest stamp wins, an equal one changes nothing; the caps hold afterwards."""
        time_us, sequence, registered_us = ENTRY_HEAD.unpack_from(entry)
        old = self.entries.get(seller_id)
        if old is not None and (time_us, sequence) <= ENTRY_HEAD.unpack_from(old)[:2]:
            return
        self.entries[seller_id] = entry
        is_young = time_us - registered_us < YOUNG_US
        self._young.put(seller_id, time_us if is_young else None)
        if self._established is not None:
            self._established.put(seller_id, None if is_young else time_us)
        if len(self._young.at_us) > MARKET_YOUNG_SELLERS:
            self._evict_oldest(self._young)
        if len(self.entries) > MARKET_SELLERS:
            self._evict_oldest(self._established or self._follow_established())

    def _follow_established(self) -> Times:
        self._established = Times()
        for seller_id, entry in self.entries.items():
            if seller_id not in self._young.at_us:
                self._established.put(seller_id, ENTRY_HEAD.unpack_from(entry)[0])
        return self._established

    def _evict_oldest(self, group: Times) -> None:
        ((oldest, _),) = group.first(1)
        group.put(oldest, None)
        del self.entries[oldest]
