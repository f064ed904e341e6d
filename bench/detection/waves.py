"""Waves of fakes against the usual price, and how fast an old price loses its weight."""

import random
from math import exp, log
from statistics import fmean
from typing import Any, Final, NamedTuple

from bench.detection.simulated import ESTABLISHED_DAYS, NEW_DAYS, NOW_US, STRONG, USUAL, Bench, honest, table
from detectors.entries import Entry, Flags
from detectors.market import Market, learn_flags
from schemas.fields import DAY_US

SEEDS: Final = 200
SPREAD: Final = 0.15
HONEST: Final = 30
HALF: Final = log(USUAL / 2)
#: Days since the last sign that a listing lives.
AGES: Final = (0, 7, 14, 21, 30, 44, 60, 74, 90, 104, 134, 180, 365)


class Wave(NamedTuple):
    """Fakes at half price over three days, and since how many days their shops are there.

    `oldest_days`: the honest listings showed their last sign of life 0 to so many days ago. `judged`: each fake is
    judged as it comes, and one that is held weighs nothing.
    """

    fakes: int
    shop_days: int
    oldest_days: int
    judged: bool = False

    @property
    def name(self) -> str:
        how = ", each judged as it comes" if self.judged else ""
        return f"{self.fakes} shops of {self.shop_days} days, honest prices 0 to {self.oldest_days} days old{how}"


#: New shops, which is what the design promises to withstand; then shops that were kept for two months before.
WAVES: Final = (
    *(Wave(fakes, 2, 180) for fakes in (20, 200, 300)),
    *(Wave(fakes, 60, 14) for fakes in (5, 10, 20)),
    *(Wave(fakes, 60, oldest, judged=True) for oldest in (14, 180) for fakes in (5, 20)),
)


class Struck(NamedTuple):
    """By how much the usual price fell (share), and whether one more such fake is strong before and after."""

    fall: float
    strong_before: bool
    strong_after: bool


def before(draw: random.Random, oldest_days: int, known: dict[str, Flags]) -> Market:
    """Thirty established sellers, in a market that shares what is `known` of sellers."""
    entries = {}
    for at, price in enumerate(honest(draw, HONEST, SPREAD)):
        sign_us = _ago_us(draw.uniform(0, oldest_days))
        entries[f"honest-{at:02}"] = Entry(sign_us, at, sign_us - ESTABLISHED_DAYS * DAY_US, price, sign_us)
    return Market(entries, known)


def struck(bench: Bench, seed: int, wave: Wave) -> Struck:
    """One market before and after the wave."""
    draw = random.Random(seed)
    known: dict[str, Flags] = {}
    market = before(draw, wave.oldest_days, known)
    was, was_strong = market.estimate(NOW_US).middle, bench.ask(market, HALF).grade in STRONG
    for at in range(wave.fakes):
        seen_us = _ago_us(draw.uniform(0, 3))
        joined_us = seen_us - wave.shop_days * DAY_US
        if wave.judged and bench.ask(market, HALF).held:
            flags = Flags(seen_us, at, joined_us, seen_us, held=True, held_unseen=True)
            learn_flags(known, f"fake-{at:03}", flags, (market,))
        market.write(f"fake-{at:03}", Entry(seen_us, at, joined_us, HALF, seen_us))
    fall = 1 - exp(market.estimate(NOW_US).middle - was)
    return Struck(fall, was_strong, bench.ask(market, HALF).grade in STRONG)


def weight(days: float, *, removed: bool = False, shop_days: float = ESTABLISHED_DAYS) -> float:
    """What one listing adds to a market of nine fresh ones, in fresh established sellers.

    `days`: since its last sign of life, or since its removal.
    """
    fresh = {f"s-{at}": Entry(NOW_US, at, _ago_us(ESTABLISHED_DAYS), log(USUAL), NOW_US) for at in range(9)}
    sign_us = _ago_us(days)
    market = Market(fresh)
    alone = market.estimate(NOW_US).size
    market.write("one", Entry(sign_us, 1, _ago_us(shop_days), log(USUAL), sign_us, sign_us if removed else 0))
    return market.estimate(NOW_US).size - alone


def _ago_us(days: float) -> int:
    return NOW_US - round(days * DAY_US)


def report(bench: Bench) -> dict[str, Any]:
    """Shifts of each wave over the seeds (shares, either way), and weights by age in days: live, removed."""
    shifts = {}
    for wave in WAVES:
        runs = [struck(bench, seed, wave) for seed in range(SEEDS)]
        moved = sorted(abs(run.fall) for run in runs)
        shifts[wave.name] = {
            "mean": round(fmean(moved), 5),
            "p95": round(moved[int(0.95 * SEEDS)], 5),
            "largest": round(moved[-1], 5),
            "strong_before": fmean(run.strong_before for run in runs),
            "strong_after": fmean(run.strong_after for run in runs),
        }
    weights = {str(days): [round(weight(days), 4), round(weight(days, removed=True), 4)] for days in AGES}
    return {"shifts": shifts, "weights": weights, "young": round(weight(0, shop_days=NEW_DAYS), 4)}


def shift_table(found: dict[str, Any]) -> str:
    """In percent."""
    names = ("mean", "p95", "largest", "strong_before", "strong_after")
    head = ["half-price fakes among 30 honest", "mean shift %", "p95 %", "largest %", "strong before %", "after %"]
    rows = [[who, *(f"{100 * held[name]:.1f}" for name in names)] for who, held in found["shifts"].items()]
    return table(head, rows)


def decay_table(found: dict[str, Any]) -> str:
    """Weights, 1 for a fresh established seller."""
    pairs = found["weights"].values()
    rows = [[name, *(f"{pair[at]:.2f}" for pair in pairs)] for at, name in enumerate(("live", "removed"))]
    return table(["days since the last sign, since the removal", *found["weights"]], rows)
