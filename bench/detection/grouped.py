"""Real listings as groups of what is the same, and how far each lies from the others of its group.

A group is guessed from words (`phones`, `perfumes`); where the words mislead, different goods are compared, which shows
as a false alarm of the price. What raises a guard is in no group: the judge would not compare it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import log, sqrt
from statistics import median
from typing import Final, NamedTuple

from bench.detection.simulated import Around, listing
from bench.detection.tables import price_of
from detectors.market import Market
from detectors.products import classify, split_key

LEAST: Final = 3  # listings of a group whose median says something
MAX_TITLE_CHARS: Final = 300
NEW: Final = "new"
_NOWHERE: Final = Around(Market())


class Named(NamedTuple):
    """What a title says it is: the name, the size (or storage) and the type."""

    name: str
    size: str
    type: str = ""


class Row(NamedTuple):
    """One listing. `condition` is the class of its market; a `guard` keeps it from being compared at all."""

    named: Named
    condition: str
    log_price: float
    title: str
    guard: str = ""


class Goods(NamedTuple):
    """The listings of one table that have a price and a name, and how many have not."""

    rows: list[Row]
    listed: int
    unpriced: int
    unnamed: int

    @property
    def guards(self) -> Counter[str]:
        return Counter(row.guard for row in self.rows if row.guard)

    @property
    def compared(self) -> list[Row]:
        """What no guard holds back."""
        return [row for row in self.rows if not row.guard]

    def groups(self, without: Sequence[str] = (), *, guarded: bool = False) -> list[list[Row]]:
        """Listings that agree in everything but what is left out: `size`, `type`, `condition`.

        `guarded`: those that the judge would not compare stand among them.
        """
        found = defaultdict(list)
        for row in self.rows if guarded else self.compared:
            parts = {**row.named._asdict(), "condition": row.condition}
            found[tuple(value for part, value in parts.items() if part not in without)].append(row)
        return list(found.values())


def goods_of(table: Iterable[tuple[str, str, str | None, Named | None]]) -> Goods:
    """Of (price as written, title, category, what it is)."""
    found: list[Row] = []
    fell: Counter[str] = Counter()
    for written, title, category, named in table:
        fell["listed"] += 1
        price = price_of(written)
        if price is None or named is None:
            fell["unpriced" if price is None else "unnamed"] += 1
            continue
        place = classify(listing(log(price), title[:MAX_TITLE_CHARS], category), _NOWHERE)
        condition = split_key(place.key).condition_class if place.key else NEW
        found.append(Row(named, condition, log(price), title, place.guard))
    return Goods(found, fell["listed"], fell["unpriced"], fell["unnamed"])


class Residual(NamedTuple):
    """How far a log price lies from the median of its group."""

    row: Row
    value: float


def residuals(groups: Iterable[list[Row]], least: int = LEAST) -> list[Residual]:
    """Of groups of at least `least`.

    A listing pulls its own group's median towards itself; residuals are stretched by sqrt(k / (k - 1)), as for a mean
    (Davison and Hinkley, Bootstrap Methods and their Application, 1997, chapter 6).
    """
    found = []
    for group in groups:
        if len(group) >= least:
            middle, stretch = median(row.log_price for row in group), sqrt(len(group) / (len(group) - 1))
            found += [Residual(row, stretch * (row.log_price - middle)) for row in group]
    return found
