"""The Poisson CUSUM, against sums written out, against draws, and against what is published of it."""

import random
from itertools import accumulate
from math import exp, log
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.measures.cusum import LEAST_THRESHOLD, reference, run_length, step, threshold

counts = st.lists(st.integers(0, 20), min_size=1, max_size=40)


def poisson(draw: random.Random, rate: float) -> int:
    count, left = 0, draw.random()
    while left > exp(-rate):
        count, left = count + 1, left * draw.random()
    return count


def days_until(draw: random.Random, rate: float, expected: float, limit: float) -> int:
    total, days = 0.0, 0
    while total < limit:
        total, days = step(total, poisson(draw, rate), expected, 1.5), days + 1
    return days


@given(counts, st.floats(0.1, 10))
def test_the_sum_is_the_largest_excess_over_the_reference_since_any_day(told: list[int], expected: float) -> None:
    total = 0.0
    for count in told:
        total = step(total, count, expected, 1.5)
    excess = [count - reference(1.5) * expected for count in told]
    longest = max([0.0, *accumulate(reversed(excess))])
    assert total == pytest.approx(longest, abs=1e-4)


def test_a_day_may_bring_what_lies_between_the_expected_and_the_risen_count() -> None:
    assert reference(1.5) == pytest.approx(0.5 / log(1.5))
    assert step(0.0, 12, 10, 1.5) == 0.0, "a fifth more is not yet a rise"
    assert step(1.0, 15, 10, 1.5) == pytest.approx(1 + 15 - 12.3315, abs=1e-3)


@pytest.mark.parametrize(("expected", "limit"), [(0.1, 3.0), (1.0, 5.0), (10.0, 6.0)])
def test_the_average_run_length_is_that_of_draws(expected: float, limit: float) -> None:
    draw = random.Random(f"runs/{expected}")
    for rate in (expected, 1.5 * expected):
        drawn = mean(days_until(draw, rate, expected, limit) for _ in range(1_000))
        assert run_length(rate, expected, limit, 1.5) == pytest.approx(drawn, rel=0.13)


@pytest.mark.parametrize("rate", [0.004, 0.01, 0.05])
def test_two_counts_within_a_hundred_days_pass_a_limit_that_one_count_alone_just_misses(rate: float) -> None:
    """Worked out by hand: each day takes a hundredth off, so that one count is 0.99, and nothing 99 days later."""
    expected = 0.01 / reference(1.5)
    none, one = exp(-rate), rate * exp(-rate)
    until_it_has_gone = (1 - none**99) / (1 - none)  # days after one count, if no other comes
    days = (1 + one * until_it_has_gone) / (1 - none - one * none**99)
    assert run_length(rate, expected, 1.0, 1.5) == pytest.approx(days, rel=1e-6)


def test_a_threshold_keeps_the_run_length_that_it_was_made_for_and_no_more() -> None:
    for expected in (0.05, 1.0, 12.0, 60.0):
        for days in (365.25, 36_525.0):
            limit = threshold(expected, days, 1.5)
            assert run_length(expected, expected, limit, 1.5) > 0.75 * days
            assert run_length(expected, expected, 0.95 * limit, 1.5) < 1.05 * days


def test_a_rise_is_found_within_days_that_is_otherwise_called_once_a_year() -> None:
    limit = threshold(10.0, 365.25, 1.5)
    assert run_length(15.0, 10.0, limit, 1.5) < 6
    assert run_length(10.0, 10.0, limit, 1.5) > 300


def test_seldom_false_means_a_higher_threshold_and_no_count_is_too_small_or_too_large() -> None:
    for expected in (0.0, 1e-9, 0.01, 3.0, 399.0, 1e6):
        yearly, in_a_century = (threshold(expected, years * 365.25, 1.5) for years in (1, 100))
        assert LEAST_THRESHOLD <= yearly <= in_a_century <= 25
