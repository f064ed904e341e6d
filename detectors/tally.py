"""What is counted of a brand or category, whoever sells it: day by day, in each partition for itself.

A seller's events add to `SellerState.changes.counted`; the hop takes it from there. A day is a number: days since 1970.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Literal, NamedTuple

import msgspec

SubjectKind = Literal["brand", "category"]

DELIVERED: Final = "delivered"
COMPENSATED: Final = "compensated"


class Subject(NamedTuple):
    """A brand or a category; `name` is case-folded."""

    kind: SubjectKind
    name: str


class Count(NamedTuple):
    """Something that happened to goods of a brand and category ("" where unknown): how often, and the money in it.

    `by` is -1 where it is taken back, 0 where only the money counts.
    """

    counter: str
    brand: str
    category: str
    by: int = 1
    amount: Decimal = Decimal(0)
    currency: str = ""

    def subjects(self) -> Iterator[Subject]:
        if self.brand:
            yield Subject("brand", self.brand.casefold())
        if self.category:
            yield Subject("category", self.category.casefold())


class Tally(msgspec.Struct, array_like=True):
    """The counts of one subject on one day; `sums` of money by (counter, currency). `notes` grows with each count."""

    notes: int = 0
    counts: dict[str, int] = {}
    sums: dict[tuple[str, str], Decimal] = {}

    def note(self, count: Count) -> None:
        self.notes += 1
        self.counts[count.counter] = self.counts.get(count.counter, 0) + count.by
        if count.amount:
            key = (count.counter, count.currency)
            self.sums[key] = self.sums.get(key, Decimal(0)) + count.amount

    def add(self, other: "Tally") -> None:
        """Takes in what another partition counted on the same day."""
        self.notes += other.notes
        for counter, number in other.counts.items():
            self.counts[counter] = self.counts.get(counter, 0) + number
        for key, amount in other.sums.items():
            self.sums[key] = self.sums.get(key, Decimal(0)) + amount
