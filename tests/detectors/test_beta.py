"""The beta distribution's upper tail against closed forms: for whole parameters it is a sum of binomials."""

import math
from fractions import Fraction

import pytest

from detectors.beta import PLACES, beta_tail


def exact(a: int, b: int, x: float) -> float:
    """P(Beta(a, b) > x) = P(Binomial(a + b - 1, x) < a), in whole numbers."""
    share, trials = Fraction(x), a + b - 1
    return float(sum(math.comb(trials, hits) * share**hits * (1 - share) ** (trials - hits) for hits in range(a)))


@pytest.mark.parametrize("x", [0.001, 0.01, 0.03, 0.1, 0.26, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("b", [1, 2, 7, 60, 900])
@pytest.mark.parametrize("a", [1, 2, 3, 5, 40, 200])
def test_for_whole_parameters_it_is_a_sum_of_binomials(a: int, b: int, x: float) -> None:
    assert beta_tail(a, b, x) == pytest.approx(exact(a, b, x), abs=0.51 * 10**-PLACES)


@pytest.mark.parametrize("x", [0.02, 0.3, 0.5, 0.77])
def test_half_and_half_is_the_arcsine_law(x: float) -> None:
    assert beta_tail(0.5, 0.5, x) == pytest.approx(1 - 2 / math.pi * math.asin(math.sqrt(x)), abs=1e-6)


@pytest.mark.parametrize(("a", "b", "x"), [(3.2, 46.8, 0.03), (0.7, 12.1, 0.26), (25.5, 4e5, 1e-4)])
def test_mirrored_it_is_what_is_left(a: float, b: float, x: float) -> None:
    assert beta_tail(a, b, x) + beta_tail(b, a, 1 - x) == pytest.approx(1, abs=1e-6)


def test_at_the_ends_and_without_parameters_it_is_certain() -> None:
    assert [beta_tail(2, 3, x) for x in (-1, 0, 1, 2)] == [1, 1, 0, 0]
    assert beta_tail(0, 3, 0.5) == 0
    assert beta_tail(3, 0, 0.5) == 1
    assert beta_tail(3, 1e6, 0.5) == 0
