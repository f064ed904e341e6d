"""How values lie: a histogram that costs a bisection a value."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate


class Spread:
    """How many values lie up to each of `bounds` (inclusive, ascending) and above the last, and their sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Counts one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def cumulative(self) -> list[int]:
        """How many values were at most each bound, and behind the last bound how many there are in all."""
        return list(accumulate(self.counts))
