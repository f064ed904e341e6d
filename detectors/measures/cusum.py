"""The Poisson CUSUM: whether a daily count has risen above what was to be expected, as soon as that can be known.

The sum of the days' excess over a reference between the expected count and the risen one, never below 0 (J. M. Lucas,
"Counted data CUSUM's", 1985). Where the expected count changes from day to day, the reference changes with it (P. A.
Rogerson and I. Yamada, "Approaches to syndromic surveillance when data consist of small regional counts", 2004). The
threshold follows from how seldom it may be passed while nothing has risen: the average run length of a Markov chain
over the sum (D. Brook and D. A. Evans, "An approach to the probability distribution of CUSUM run length", 1972).
"""

from functools import lru_cache
from math import exp, log
from typing import Final

import numpy as np
import numpy.typing as npt

STATES: Final = 100
PLACES: Final = 6  # of sums and expectations: what two machines' logarithms may differ by is far below
LEAST_THRESHOLD: Final = 1.0  # one complaint too many
_STEPS_OF_E: Final = 20  # thresholds are computed for expected counts 5 % apart
_LEAST, _MOST = 0.001, 400.0  # beyond, one day alone says enough
_LONGEST_DAYS: Final = 1e9
_LOG_FACTORIALS: Final = np.cumsum(np.log(np.maximum(1, np.arange(4_096))))
_MOVES: Final = np.arange(STATES)[None, :] - np.arange(STATES)[:, None] + STATES  # from row to column
_PRECISION: Final = 0.01


def reference(design_shift: float) -> float:
    """How often the expected count a day may bring without raising the sum: best against a rise to `design_shift`."""
    return (design_shift - 1) / log(design_shift)


def step(total: float, count: float, expected: float, design_shift: float) -> float:
    """The sum after a day with `count` where `expected` was, in the counts' unit."""
    return max(0.0, round(total + count - reference(design_shift) * expected, PLACES))


def threshold(expected: float, days: float, design_shift: float) -> float:
    """The sum that is reached once in `days` while the mean count stays at `expected` a day.

    `expected` is taken to the nearest of a scale with 5 % between its points; beyond 0.001 and 400 a day its ends.
    """
    place = round(_STEPS_OF_E * log(min(max(expected, _LEAST), _MOST)))
    return _threshold(place, days, design_shift)


@lru_cache(maxsize=4_096)
def _threshold(place: int, days: float, design_shift: float) -> float:
    expected = exp(place / _STEPS_OF_E)
    low = high = LEAST_THRESHOLD
    while run_length(expected, expected, high, design_shift) < days:
        low, high = high, 2 * high
    while high - low > _PRECISION * high:
        middle = (low + high) / 2
        if run_length(expected, expected, middle, design_shift) < days:
            low = middle
        else:
            high = middle
    return round(high, 3)


def run_length(mean: float, expected: float, limit: float, design_shift: float) -> float:
    """Days until the sum, from 0, reaches `limit` on average, when counts of that mean come where `expected` is.

    A sum between two of the chain's states is shared between them, so that the mean step is exact; at most 10^9.
    """
    counts = np.arange(int(limit + reference(design_shift) * expected) + 2)
    chances = np.exp(counts * log(mean) - mean - _LOG_FACTORIALS[: len(counts)])
    moves = (counts - reference(design_shift) * expected) * (STATES / limit)
    below = np.floor(moves).astype(int)
    inside = (below >= -STATES) & (below < STATES)
    shares = np.zeros(2 * STATES + 1)  # of moves by -STATES to STATES states
    shares[0] = chances[below < -STATES].sum()
    np.add.at(shares, below[inside] + STATES, (chances * (1 - moves + below))[inside])
    np.add.at(shares, below[inside] + STATES + 1, (chances * (moves - below))[inside])
    chain = shares[_MOVES]
    chain[:, 0] = np.cumsum(shares)[STATES::-1][:STATES]  # everything that leads to 0 or below
    days = _steps_from_first(np.eye(STATES) - chain)
    return days if 0 < days < _LONGEST_DAYS else _LONGEST_DAYS


def _steps_from_first(left: npt.NDArray[np.float64]) -> float:
    """The first unknown of `left` @ x = 1, the last ones eliminated first.

    Without LAPACK, whose threads wait for each other on a machine that is busy, and whose last bits are its own.
    """
    right = np.ones(len(left))
    for last in range(len(left) - 1, 0, -1):
        factors = left[:last, last] / left[last, last]
        left[:last, :last] -= factors[:, None] * left[last, :last]
        right[:last] -= factors * right[last]
    return float(right[0] / left[0, 0])
