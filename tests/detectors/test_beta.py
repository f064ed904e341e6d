"""The beta distribution's upper tail against closed forms, and its moments against sellers drawn from one."""

import math
from fractions import Fraction
from functools import reduce
from statistics import median

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.beta import PLACES, CategoryRate, Moments, beta_tail, moments_of, rate_of


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


# ---- moments


def drawn(seed: int, sellers: int, share: float, orders: float) -> list[tuple[int, int]]:
    """(hits, trials) of sellers with 5 to 300 trials each, whose own shares come from Beta(share, orders)."""
    draw = numpy.random.default_rng(seed)
    trials = numpy.rint(5 * 60 ** draw.random(sellers)).astype(int)
    own = draw.beta(share * orders, (1 - share) * orders, sellers) if math.isfinite(orders) else share
    return list(zip(draw.binomial(trials, own).tolist(), trials.tolist(), strict=True))


def added(sellers: list[tuple[int, int]]) -> Moments:
    return reduce(Moments.plus, (moments_of(*one) for one in sellers), Moments())


def rates(share: float, orders: float, sellers: int = 1000) -> list[CategoryRate]:
    return [rate for seed in range(21) if (rate := rate_of(added(drawn(seed, sellers, share, orders)))) is not None]


@pytest.mark.parametrize("orders", [20.0, 50.0, 100.0])
@pytest.mark.parametrize("share", [0.01, 0.05, 0.3])
def test_the_moments_find_the_distribution_that_sellers_were_drawn_from(share: float, orders: float) -> None:
    found = rates(share, orders)
    assert median(one.share for one in found) == pytest.approx(share, rel=0.12)
    assert median(one.orders for one in found) == pytest.approx(orders, rel=0.25)
    assert all(one.sellers == 1000 for one in found)


def test_sellers_that_differ_by_chance_alone_weigh_without_end() -> None:
    found = rates(0.05, math.inf)
    assert min(one.orders for one in found) > 300
    assert any(math.isinf(one.orders) for one in found)


def test_a_few_shops_of_fakes_say_that_sellers_differ_a_lot() -> None:
    honest = added(drawn(1, 570, 0.01, math.inf))
    mixed = rate_of(honest.plus(added([(60, 100)] * 30)))
    assert mixed is not None
    assert mixed.orders < 20
    assert 0.03 < mixed.share < 0.07


def test_the_sums_are_those_of_the_formula_over_all_sellers() -> None:
    sellers = drawn(3, 50, 0.1, 30.0)
    total, hits = sum(trials for _, trials in sellers), sum(hits for hits, _ in sellers)
    mean = hits / total
    spread = sum(trials * (hits / trials - mean) ** 2 for hits, trials in sellers)
    chance = mean * (1 - mean) * sum(1 - trials / total for _, trials in sellers)
    room = mean * (1 - mean) * sum((trials - 1) * (1 - trials / total) for _, trials in sellers)
    alike = (spread - chance) / room
    found = rate_of(added(sellers))
    assert found is not None
    assert found.orders == pytest.approx((1 - alike) / alike, rel=1e-4)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=30), st.data())
def test_sums_add_up_over_partitions_and_a_seller_can_be_taken_out_again(
    sellers: list[tuple[int, int]], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations(sellers))
    cut = data.draw(st.integers(0, len(sellers)))
    assert added(mixed[:cut]).plus(added(mixed[cut:])) == added(sellers)
    changed = moments_of(7, 70)
    assert added(sellers).plus(changed).minus(changed) == added(sellers)
    rate = rate_of(added(sellers))
    if rate is not None:
        assert 0 < rate.share < 1
        assert rate.orders >= 0


def test_nothing_follows_from_one_seller_or_from_sellers_who_are_all_the_same_extreme() -> None:
    assert rate_of(Moments()) is None
    assert rate_of(moments_of(3, 10)) is None
    assert rate_of(added([(0, 10), (0, 500)])) is None
    assert rate_of(added([(10, 10), (5, 5)])) is None
    assert moments_of(3, 0) == moments_of(0, -5) == Moments()
    assert moments_of(9, 4) == moments_of(4, 4)
    one_trial_each = rate_of(added([(0, 1), (1, 1)]))
    assert one_trial_each is not None
    assert one_trial_each.orders == math.inf, "from single trials nobody can tell"


@pytest.mark.parametrize(("hits", "trials"), [(1, 2), (1, 3), (5, 7), (999, 1_001)])
def test_a_weighted_square_is_rounded_to_the_nearest(hits: int, trials: int) -> None:
    found = Fraction(moments_of(hits, trials).hits_squared) - Fraction(hits * hits * 10**6, trials)
    assert abs(found) <= Fraction(1, 2)
