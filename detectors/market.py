"""Markets: what each seller asks for one product, in one condition class and currency."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import exp
from typing import Final, TypeVar

from detectors import estimate as estimates
from detectors.entries import MARKET_SELLERS, MARKET_YOUNG_SELLERS, YOUNG_US, Entry, Flags
from detectors.estimate import MAX_EXPONENT, MIN_SIZE, REFERENCE_US, Columns, Estimate, ReferencePrice
from schemas.fields import DAY_US

FRESH_US: Final = 14 * DAY_US
FOREVER_US: Final = 1 << 62
NOBODY: Final[frozenset[str]] = frozenset()

Number = TypeVar("Number", int, float)


class Market:
    """The entries of one market; those that weigh are also kept in columns sorted by price.

    What it answers depends on entries, flags and the time asked, never on the order in which they came.
    """

    __slots__ = (
        "_answer",
        "_asked",
        "_entries",
        "_flags",
        "_fresh_until_us",
        "_linked",
        "_sellers",
        "_stale_us",
        "_values",
        "_weighing",
        "_young_entries",
        "_young_until_us",
        "_youngest_us",
    )

    def __init__(self, entries: Mapping[str, Entry] | None = None, flags: dict[str, Flags] | None = None) -> None:
        """`flags` may be shared with other markets: change it only by `learn_flags`."""
        self._entries: dict[str, Entry] = dict(entries or {})
        self._flags: dict[str, Flags] = {} if flags is None else flags
        # A ring's mark never equals a seller's id, which holds no control characters.
        self._linked: dict[str, str] = {}
        rows = sorted(self._rows())
        self._weighing = {row[1]: row[0] for row in rows}  # the price of each seller that has a row
        self._values = [row[0] for row in rows]
        self._sellers = [row[1] for row in rows]
        self._stale_us = [row[2] for row in rows]
        self._young_until_us = [row[3] for row in rows]
        self._youngest_us = max(self._young_until_us, default=0)  # nobody here is young from then on
        self._fresh_until_us = min(self._stale_us, default=FOREVER_US)  # no price here is stale until then
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
        flags = self._flags.get(seller_id)
        if flags is None or not flags.ring:
            return frozenset((seller_id,))
        mark = _mark_of(flags.ring)
        return frozenset([seller_id, *(other for other, linked in self._linked.items() if linked == mark)])

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

    def flags_changed(self, seller_id: str) -> None:
        """What is known of the seller has changed, and more of it than its activity."""
        entry = self._entries.get(seller_id)
        if entry is not None:
            self._asked = None
            self._take_out(seller_id)
            self._put_in(seller_id, entry)

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
        del self._entries[seller_id]
        self._take_out(seller_id)
        self._young_entries -= young

    def _rows(self) -> Iterator[tuple[float, str, int, int]]:
        for seller_id, entry in self._entries.items():
            flags = self._flags.get(seller_id)
            if flags is None or flags.counts:
                self._link(seller_id, flags)
                yield (entry.log_price, seller_id, *_limits(entry, flags))

    def _link(self, seller_id: str, flags: Flags | None) -> None:
        if flags is not None and flags.ring:
            self._linked[seller_id] = _mark_of(flags.ring)

    def _put_in(self, seller_id: str, entry: Entry) -> None:
        flags = self._flags.get(seller_id)
        if flags is not None and not flags.counts:
            return
        stale_us, young_until_us = _limits(entry, flags)
        row = bisect_right(self._values, entry.log_price)
        self._values.insert(row, entry.log_price)
        self._sellers.insert(row, seller_id)
        self._stale_us.insert(row, stale_us)
        self._young_until_us.insert(row, young_until_us)
        self._weighing[seller_id] = entry.log_price
        self._youngest_us = max(self._youngest_us, young_until_us)
        self._fresh_until_us = min(self._fresh_until_us, stale_us)
        self._link(seller_id, flags)

    def _take_out(self, seller_id: str) -> None:
        """Takes out the seller's row, if it weighs."""
        row = self._row(seller_id)
        if row >= 0:
            del self._values[row], self._sellers[row], self._stale_us[row], self._young_until_us[row]
            del self._weighing[seller_id]
            self._linked.pop(seller_id, None)

    def _sign_us(self, seller_id: str) -> int:
        entry, flags = self._entries[seller_id], self._flags.get(seller_id)
        sign_us = entry.last_sign_us if flags is None else max(entry.last_sign_us, flags.last_active_us)
        return min(sign_us, entry.removed_us) if entry.removed_us else sign_us

    def _row(self, seller_id: str) -> int:
        """Where the seller stands in the columns, -1 where it does not."""
        log_price = self._weighing.get(seller_id)
        return -1 if log_price is None else self._sellers.index(seller_id, bisect_left(self._values, log_price))

    def _is_any_stale(self, now_us: int) -> bool:
        """Whether a price may be stale; only then is newer activity of its seller looked up."""
        if now_us <= self._fresh_until_us:
            return False
        stale_us = self._stale_us
        for row, until_us in enumerate(stale_us):
            if until_us < now_us:
                seller_id = self._sellers[row]
                stale_us[row], _ = _limits(self._entries[seller_id], self._flags.get(seller_id))
        self._fresh_until_us = min(stale_us, default=FOREVER_US)
        return now_us > self._fresh_until_us

    # ---- asking

    def estimate(
        self, now_us: int, without: frozenset[str] = NOBODY, reference: ReferencePrice | None = None
    ) -> Estimate:
        """What everybody but `without` asks at `now_us`; `reference` only for new goods, in this currency."""
        if reference is not None and now_us - reference.as_of_us > REFERENCE_US:
            reference = None
        asked = (now_us, without, reference)
        if asked != self._asked or self._answer is None:
            any_stale, any_young = self._is_any_stale(now_us), self._youngest_us > now_us
            rows = [row for seller_id in without if (row := self._row(seller_id)) >= 0]
            if any_stale or any_young or len(self._linked) > 1 or len(self._values) - len(rows) < MIN_SIZE:
                columns = self._columns(without, rows)
                self._answer = estimates.estimate(columns, any_stale, any_young, now_us, reference)
            else:
                self._answer = estimates.of_equals(_left_of(self._values, rows))
            self._asked = None if any_stale else asked  # a seller's activity can make a stale price fresh
        return self._answer

    def _columns(self, without: frozenset[str], rows: Sequence[int]) -> Columns:
        units = None
        if len(self._linked) > 1:
            linked = self._linked
            units = [linked.get(seller_id, seller_id) for seller_id in self._sellers if seller_id not in without]
        values, stale_us = _left_of(self._values, rows), _left_of(self._stale_us, rows)
        return Columns(values, stale_us, _left_of(self._young_until_us, rows), units)

    def standing_sellers(self, log_price: float, ratio: float, now_us: int, without: frozenset[str]) -> int:
        """How many unlinked sellers with standing ask no more than `ratio` times that price, live and fresh.

        A ring is one seller; prices are compared as ratios rounded to 3 decimals.
        """
        found = set()
        self._is_any_stale(now_us)
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


def learn_flags(known: dict[str, Flags], seller_id: str, flags: Flags, markets: Iterable[Market]) -> bool:
    """Takes newer flags of a seller into `known`, which the `markets` share that it is in. Whether they were newer."""
    before = known.get(seller_id)
    if before is not None and (before is flags or before[:2] >= flags[:2]):
        return False
    known[seller_id] = flags
    # Every seller is a day longer active every day: markets look that up when a price is stale, nobody is told.
    if before is None or before[4:] != flags[4:] or before.registered_us != flags.registered_us:
        for market in markets:
            market.flags_changed(seller_id)
    return True


def _limits(entry: Entry, flags: Flags | None) -> tuple[int, int]:
    """Until when the price is fresh, and until when its seller is young."""
    sign_us, joined_us = entry.last_sign_us, entry.registered_us
    if flags is not None:
        sign_us = max(sign_us, flags.last_active_us)
        joined_us = flags.registered_us or joined_us
    stale_us = sign_us + FRESH_US
    if entry.removed_us:
        stale_us = min(stale_us, entry.removed_us)
    return stale_us, joined_us + YOUNG_US


def _left_of(column: list[Number], rows: Sequence[int]) -> list[Number]:
    """The column without these rows; itself, where there are none."""
    if not rows:
        return column
    left = column.copy()
    for row in sorted(rows, reverse=True) if len(rows) > 1 else rows:
        del left[row]
    return left


def _mark_of(ring: str) -> str:
    return f"\0{ring}"
