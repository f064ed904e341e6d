"""Markets: what each seller asks for one product, in one condition class and currency."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from math import exp
from typing import Final

from detectors import estimate as estimates
from detectors.entries import (
    MARKET_SELLERS,
    MARKET_YOUNG_SELLERS,
    YOUNG_US,
    Entry,
    Flags,
    pack,
    pack_flags,
    unpack,
    unpack_flags,
)
from detectors.estimate import MAX_EXPONENT, REFERENCE_US, Columns, Estimate, ReferencePrice
from detectors.products import classify, market_key, split_key
from schemas.fields import DAY_US

__all__ = [
    "Entry",
    "Estimate",
    "Flags",
    "Market",
    "ReferencePrice",
    "classify",
    "market_key",
    "pack",
    "pack_flags",
    "split_key",
    "unpack",
    "unpack_flags",
]

FRESH_US: Final = 14 * DAY_US
NOBODY: Final[frozenset[str]] = frozenset()


class Market:
    """The entries of one market; those that weigh are also kept in columns sorted by price.

    What it answers depends on entries, flags and the time asked, never on the order in which they came.
    """

    __slots__ = (
        "_answer",
        "_asked",
        "_entries",
        "_flags",
        "_linked",
        "_sellers",
        "_stale_us",
        "_values",
        "_young_entries",
        "_young_until_us",
        "_youngest_us",
    )

    def __init__(self, entries: Mapping[str, Entry] | None = None, flags: Mapping[str, Flags] | None = None) -> None:
        self._entries: dict[str, Entry] = dict(entries or {})
        self._flags: dict[str, Flags] = dict(flags or {})
        # A ring's mark never equals a seller's id, which holds no control characters.
        self._linked = {seller_id: f"\0{flag.ring}" for seller_id, flag in self._flags.items() if flag.ring}
        rows = [(entry.log_price, seller_id, *self._limits(seller_id, entry)) for seller_id, entry in self._weighing()]
        rows.sort()
        self._values = [row[0] for row in rows]
        self._sellers = [row[1] for row in rows]
        self._stale_us = [row[2] for row in rows]
        self._young_until_us = [row[3] for row in rows]
        self._youngest_us = max(self._young_until_us, default=0)  # nobody here is young from then on
        self._young_entries = sum([entry.stamp_us - entry.registered_us < YOUNG_US for entry in self._entries.values()])
        self._asked: tuple[int, frozenset[str], ReferencePrice | None] | None = None
        self._answer: Estimate | None = None
        self._hold_caps()

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, seller_id: str) -> Entry | None:
        """A seller's entry."""
        return self._entries.get(seller_id)

    def entries(self) -> Mapping[str, Entry]:
        """All entries by seller, those that weigh nothing included; not to be changed."""
        return self._entries

    def kin(self, seller_id: str) -> frozenset[str]:
        """The seller and whoever in this market is of its ring: whom its own price must not be compared with."""
        ring = self._linked.get(seller_id)
        if ring is None:
            return frozenset((seller_id,))
        return frozenset(other for other, linked in self._linked.items() if linked == ring)

    # ---- writing

    def write(self, seller_id: str, entry: Entry) -> bool:
        """Takes an entry in, unless one as new is there. Caps hold afterwards. Whether the entry now stands."""
        held = self._entries.get(seller_id)
        if held is not None:
            if held[:2] >= entry[:2]:
                return False
            self._take_out(seller_id)
            self._young_entries -= held.stamp_us - held.registered_us < YOUNG_US
        self._asked = None
        self._entries[seller_id] = entry
        self._young_entries += entry.stamp_us - entry.registered_us < YOUNG_US
        self._put_in(seller_id, entry)
        self._hold_caps()
        return self._entries.get(seller_id) is entry

    def set_flags(self, seller_id: str, flags: Flags) -> bool:
        """Takes newer flags of a seller in, before or after its entry. Whether they were newer."""
        held = self._flags.get(seller_id)
        if held is not None and (held is flags or held[:2] >= flags[:2]):
            return False
        self._asked = None
        entry = self._entries.get(seller_id)
        if entry is not None:
            self._take_out(seller_id)
        self._flags[seller_id] = flags
        if flags.ring:
            self._linked[seller_id] = f"\0{flags.ring}"
        else:
            self._linked.pop(seller_id, None)
        if entry is not None:
            self._put_in(seller_id, entry)
        return True

    def _hold_caps(self) -> None:
        while self._young_entries > MARKET_YOUNG_SELLERS:
            self._drop_oldest(young=True)
        while len(self._entries) > MARKET_SELLERS:
            self._drop_oldest(young=False)

    def _drop_oldest(self, young: bool) -> None:
        # Strings compare by code point, which is how their UTF-8 bytes compare.
        _, seller_id = min(
            (entry.stamp_us, seller_id)
            for seller_id, entry in self._entries.items()
            if (entry.stamp_us - entry.registered_us < YOUNG_US) is young
        )
        self._take_out(seller_id)
        del self._entries[seller_id]
        self._young_entries -= young
        self._flags.pop(seller_id, None)
        self._linked.pop(seller_id, None)

    def _weighing(self) -> Iterator[tuple[str, Entry]]:
        for seller_id, entry in self._entries.items():
            flags = self._flags.get(seller_id)
            if flags is None or flags.counts:
                yield seller_id, entry

    def _limits(self, seller_id: str, entry: Entry) -> tuple[int, int]:
        """Until when the price is fresh, and until when its seller is young."""
        stale_us, joined_us = entry.last_sign_us + FRESH_US, entry.registered_us
        flags = self._flags.get(seller_id)
        if flags is not None:
            stale_us = max(stale_us, flags.last_active_us + FRESH_US)
            joined_us = flags.registered_us or joined_us
        if entry.removed_us:
            stale_us = min(stale_us, entry.removed_us)
        return stale_us, joined_us + YOUNG_US

    def _put_in(self, seller_id: str, entry: Entry) -> None:
        flags = self._flags.get(seller_id)
        if flags is not None and not flags.counts:
            return
        stale_us, young_until_us = self._limits(seller_id, entry)
        row = bisect_right(self._values, entry.log_price)
        self._values.insert(row, entry.log_price)
        self._sellers.insert(row, seller_id)
        self._stale_us.insert(row, stale_us)
        self._young_until_us.insert(row, young_until_us)
        self._youngest_us = max(self._youngest_us, young_until_us)

    def _take_out(self, seller_id: str) -> None:
        row = self._row(seller_id)
        if row >= 0:
            del self._values[row], self._sellers[row], self._stale_us[row], self._young_until_us[row]

    def _sign_us(self, seller_id: str) -> int:
        entry, flags = self._entries[seller_id], self._flags.get(seller_id)
        sign_us = entry.last_sign_us if flags is None else max(entry.last_sign_us, flags.last_active_us)
        return min(sign_us, entry.removed_us) if entry.removed_us else sign_us

    def _row(self, seller_id: str) -> int:
        """Where the seller stands in the columns, -1 where it does not."""
        entry = self._entries.get(seller_id)
        flags = self._flags.get(seller_id)
        if entry is None or (flags is not None and not flags.counts):
            return -1
        return self._sellers.index(seller_id, bisect_left(self._values, entry.log_price))

    # ---- asking

    def estimate(
        self, now_us: int, without: frozenset[str] = NOBODY, reference: ReferencePrice | None = None
    ) -> Estimate:
        """What everybody but `without` asks at `now_us`; `reference` only for new goods, in this currency."""
        if reference is not None and now_us - reference.as_of_us > REFERENCE_US:
            reference = None
        asked = (now_us, without, reference)
        if asked != self._asked or self._answer is None:
            self._answer = estimates.estimate(self._columns(without), self._youngest_us > now_us, now_us, reference)
            self._asked = asked
        return self._answer

    def _columns(self, without: frozenset[str]) -> Columns:
        values, sellers, stale_us, young_until_us = self._values, self._sellers, self._stale_us, self._young_until_us
        rows = sorted([row for seller_id in without if (row := self._row(seller_id)) >= 0], reverse=True)
        if rows:
            values, stale_us, young_until_us = values.copy(), stale_us.copy(), young_until_us.copy()
            for row in rows:
                del values[row], stale_us[row], young_until_us[row]
        units = None
        if len(self._linked) > 1:
            linked = self._linked
            units = [linked.get(seller_id, seller_id) for seller_id in sellers if seller_id not in without]
        return Columns(values, stale_us, young_until_us, units)

    def standing_sellers(self, log_price: float, ratio: float, now_us: int, without: frozenset[str]) -> int:
        """How many unlinked sellers with standing ask no more than `ratio` times that price, live and fresh.

        A ring is one seller; prices are compared as ratios rounded to 3 decimals.
        """
        found = set()
        for row, value in enumerate(self._values):
            if round(exp(min(value - log_price, MAX_EXPONENT)), 3) > ratio:
                break
            seller_id = self._sellers[row]
            flags = self._flags.get(seller_id)
            if flags is None or not flags.standing or seller_id in without:
                continue
            if self._stale_us[row] >= now_us:  # a removed listing is stale from its removal
                found.add(self._linked.get(seller_id, seller_id))
        return len(found)

    def days_since_sign(self, now_us: int, without: frozenset[str] = NOBODY) -> float:
        """How old the prices of those who weigh are: median days since the last sign that their listing lives."""
        signs_us = sorted(self._sign_us(seller_id) for seller_id in self._sellers if seller_id not in without)
        return max(now_us - signs_us[len(signs_us) // 2], 0) / DAY_US if signs_us else 0.0
