"""Chance from one seed: the same draws on every Python, platform and hash seed.

Only `random.Random.random` is drawn from; what the standard library builds on it may change between versions.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Choices with their weights, which need not add up to anything."""

    __slots__ = ("bounds", "choices")

    def __init__(self, pairs: Sequence[tuple[T, float]]) -> None:
        self.choices = [choice for choice, _ in pairs]
        self.bounds: list[float] = []
        total = 0.0
        for _, weight in pairs:
            total += weight
            self.bounds.append(total)


class Chance:
    """A stream of draws; streams with different seeds do not disturb one another."""

    __slots__ = ("random",)

    def __init__(self, *seed: object) -> None:
        self.random = Random("/".join(str(part) for part in seed)).random

    def often(self, share: float) -> bool:
        """True in `share` of the cases."""
        return self.random() < share

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.random()

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int((high - low + 1) * self.random())

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(len(choices) * self.random())]

    def weighted(self, weighted: Weighted[T]) -> T:
        return weighted.choices[bisect_right(weighted.bounds, weighted.bounds[-1] * self.random())]

    def normal(self) -> float:
        """Mean 0, deviation 1, by adding twelve uniform draws: no transcendental function, none beyond 6."""
        drawn = -6.0
        for _ in range(12):
            drawn += self.random()  # `sum` rounds differently from Python 3.12 on
        return drawn

    def lognormal(self, deviation: float) -> float:
        """Median 1; `deviation` is that of the logarithm."""
        return math.exp(deviation * self.normal())

    def count(self, mean: float) -> int:
        """A Poisson draw by Knuth's product of uniform draws; meant for means below 100."""
        limit, product, drawn = math.exp(-mean), self.random(), 0
        while product > limit:
            product *= self.random()
            drawn += 1
        return drawn

    def hours(self, low: float, high: float) -> int:
        """Seconds, uniform between so many hours."""
        return int(self.between(low, high) * 3_600)
