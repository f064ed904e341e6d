"""What a wave of fakes can do to a market, and how often a half-price fake is strong. Seeded, so always the same."""

import random
from math import exp, log
from statistics import fmean

import pytest

from detectors.entries import Entry
from detectors.market import Market
from tests.detectors.prices import NOW_US, days

SEEDS = 200


def honest(source: random.Random, number: int, spread: float, oldest_days: float) -> dict[str, Entry]:
    found = {}
    for index in range(number):
        sign_us = NOW_US - days(source.uniform(0, oldest_days))
        price = log(3000) + source.gauss(0, spread)
        found[f"honest-{index:02}"] = Entry(sign_us, index, sign_us - days(400), price, sign_us)
    return found


def shift(seed: int, fakes: int) -> float:
    """By how much the usual price moves, as a share of it."""
    source = random.Random(seed)
    market = Market(honest(source, 30, 0.15, 180))
    before = market.estimate(NOW_US).middle
    for index in range(fakes):
        seen_us = NOW_US - days(source.uniform(0, 3))
        market.write(f"fake-{index:03}", Entry(seen_us, index, seen_us - days(2), log(1500), seen_us))
    return abs(exp(market.estimate(NOW_US).middle - before) - 1)


@pytest.mark.parametrize("fakes", [20, 200, 300])
def test_a_wave_of_new_shops_at_half_price_does_not_move_the_market(fakes: int) -> None:
    """Thirty established sellers with offers 0 to 180 days old; new shops at half price in any number."""
    assert fmean(shift(seed, fakes) for seed in range(SEEDS)) < 0.03


@pytest.mark.parametrize(("spread", "least", "most"), [(0.12, 0.85, 1.0), (0.15, 0.7, 0.95), (0.20, 0.4, 0.7)])
def test_a_half_price_fake_is_strong_about_as_often_as_documented(spread: float, least: float, most: float) -> None:
    """Twelve fresh established sellers; the fake asks half of the true middle."""
    found = 0
    for seed in range(5 * SEEDS):
        estimate = Market(honest(random.Random(seed), 12, spread, 10)).estimate(NOW_US)
        found += estimate.ratio(log(1500)) <= 0.55 and estimate.z(log(1500)) >= 3
    assert least <= found / (5 * SEEDS) <= most
