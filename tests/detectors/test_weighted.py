"""The arithmetic, against its definitions written out the slow way."""

from collections.abc import Sequence
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from detectors.measures.weighted import sorted_mad, sorted_quantile

pairs = st.lists(
    st.tuples(st.integers(-50, 50).map(lambda n: n / 8), st.integers(0, 5)), min_size=1, max_size=40
).filter(lambda rows: any(weight for _, weight in rows))


def spelled_out(values: list[float], weights: list[int]) -> float:
    """The median as the middle of a list in which every value stands as often as it weighs."""
    written = sorted(value for value, weight in zip(values, weights, strict=True) for _ in range(weight))
    return written[(len(written) - 1) // 2]


def measured(values: Sequence[float], weights: Sequence[int]) -> tuple[float, float]:
    """Weighted median and weighted MAD of values in any order."""
    ordered = sorted(zip(values, weights, strict=True), key=lambda pair: pair[0])
    sorted_values, cumulative = [value for value, _ in ordered], list(accumulate(weight for _, weight in ordered))
    middle = sorted_quantile(cumulative, 1, 2)
    return sorted_values[middle], sorted_mad(sorted_values, cumulative, middle)


@given(pairs)
def test_a_weight_of_three_counts_like_three_observations(rows: list[tuple[float, int]]) -> None:
    values, weights = [value for value, _ in rows], [weight for _, weight in rows]
    middle = spelled_out(values, weights)
    assert measured(values, weights) == (middle, spelled_out([abs(value - middle) for value in values], weights))


@given(pairs, st.randoms())
def test_the_order_of_observations_does_not_matter(rows: list[tuple[float, int]], random: object) -> None:
    mixed = rows.copy()
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert measured(*zip(*rows, strict=True)) == measured(*zip(*mixed, strict=True))


def test_the_median_is_the_smallest_value_that_reaches_half() -> None:
    assert measured([1.0, 2.0, 3.0, 4.0], [1, 1, 1, 1])[0] == 2.0
    assert measured([1.0, 2.0, 3.0], [2, 1, 1])[0] == 1.0
