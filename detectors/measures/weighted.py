"""Robust location and spread under weights.

Weights are whole numbers (say, ten-thousandths of an observation): sums are then exact, so that neither the order of
the observations nor the way in which the sums were formed can change a result. All take values in ascending order with
their cumulative weights, and cost a few bisections.
"""

from bisect import bisect_left
from collections.abc import Sequence
from math import inf
from typing import Final

#: The MAD of a normal distribution times this is its standard deviation: 1 / Φ⁻¹(3/4).
NORMAL_CONSISTENCY: Final = 1.4826


def sorted_quantile(cumulative: Sequence[int], parts: int, of: int) -> int:
    """The first index at which `cumulative` reaches `parts` / `of` of the whole weight, which must be above 0.

    At one half it is Edgeworth's weighted median (1888), in its lower form: always one of the observations.
    """
    return bisect_left(cumulative, -(-cumulative[-1] * parts // of))


def sorted_mad(values: Sequence[float], cumulative: Sequence[int], middle: int) -> float:
    """The weighted median of the distances from `values[middle]`, where `middle` is the index of the weighted median.

    In the values' unit; times `NORMAL_CONSISTENCY` it estimates a standard deviation. Rousseeuw and Croux (1993),
    Alternatives to the median absolute deviation.

    The smallest distance d for which the weight within d of the median reaches half. For each left end the right end
    follows from the cumulative weights; going left, the distance to the left grows and that to the right shrinks, so
    the best is where the two cross.
    """
    centre, half, count = values[middle], (cumulative[-1] + 1) // 2, len(values)
    low, high, short = 0, middle, inf  # short: the distance to the right where going one further left falls short
    while low < high:
        left = (low + high + 1) // 2
        right = bisect_left(cumulative, half + cumulative[left - 1], middle)
        to_right = values[right] - centre if right < count else inf
        if centre - values[left] >= to_right:
            low = left
        else:
            high, short = left - 1, to_right
    return min(centre - values[low], short)


def sorted_mad_of_equals(values: Sequence[float], middle: int) -> float:
    """`sorted_mad` where every value weighs the same and `middle` is the lower median: a window that half of them fill.

    Of the windows around the median the best is where the distance to its left end, which shrinks as it moves right,
    crosses that to its right end, which grows.
    """
    centre, reach = values[middle], (len(values) + 1) // 2 - 1
    low, high = 0, middle
    while low < high:
        left = (low + high + 1) // 2
        if centre - values[left] >= values[left + reach] - centre:
            low = left
        else:
            high = left - 1
    to_left = centre - values[low]
    return to_left if low == middle else min(to_left, values[low + 1 + reach] - centre)
