"""A genuine fall: how far the market price is behind honest sellers, some of whom are asleep at the old price."""

import random
from math import exp, log
from statistics import fmean, median
from typing import Any, Final, NamedTuple

from bench.detection.simulated import ESTABLISHED_DAYS, NOW_US, honest, table
from detectors.entries import Entry
from detectors.market import Market
from schemas.fields import DAY_US

SELLERS: Final = 24
ASLEEP: Final = (0, 3, 6, 12)
SPREAD: Final = 0.12
SEEDS: Final = 200
#: Days: all prices fall by 40 % from the tenth to the seventieth, whoever is awake goes along once a week.
BEGINS, ENDS, WEEK = 10, 70, 7
LOOKED_AT: Final = (20, 30, 40, 50, 60, 70, 77)


class Ask(NamedTuple):
    """A seller's log price from that day on."""

    day: float
    seller: int
    log_price: float


class Behind(NamedTuple):
    """How much more the market price is than what the awake ask (share), and whether also than a week before."""

    over: float
    later_than_a_week: bool


def level(day: float) -> float:
    """Log of what is left of the usual price."""
    return log(1 - 0.4 * min(max(day - BEGINS, 0), ENDS - BEGINS) / (ENDS - BEGINS))


def asked(draw: random.Random, asleep: int) -> list[Ask]:
    """In order of time; the last `asleep` sellers ask once."""
    own = honest(draw, SELLERS, SPREAD)
    opened = [Ask(0, seller, price) for seller, price in enumerate(own)]
    awake = SELLERS - asleep
    fallen = [
        Ask(BEGINS + WEEK * (week + seller / awake), seller, own[seller] + level(BEGINS + WEEK * week))
        for week in range(10)
        for seller in range(awake)
    ]
    return [*opened, *sorted(fallen)]


def behind(seed: int, asleep: int) -> list[Behind]:
    """On each day looked at."""
    asks, market, done, found = asked(random.Random(seed), asleep), Market(), 0, []
    for day in LOOKED_AT:
        while done < len(asks) and asks[done].day <= day:
            one = asks[done]
            at_us = NOW_US + round(one.day * DAY_US)
            joined_us = NOW_US - ESTABLISHED_DAYS * DAY_US
            market.write(f"s-{one.seller:02}", Entry(at_us, done, joined_us, one.log_price, at_us))
            done += 1
        middle = market.estimate(NOW_US + day * DAY_US).middle
        now, before = (_median_of_the_awake(asks, asleep, when) for when in (day, day - WEEK))
        found.append(Behind(exp(middle - now) - 1, middle > before))
    return found


def _median_of_the_awake(asks: list[Ask], asleep: int, day: float) -> float:
    newest = {one.seller: one.log_price for one in asks if one.day <= day and one.seller < SELLERS - asleep}
    return median(newest.values())


def report() -> dict[str, Any]:
    """Shares, over the days looked at and the seeds."""
    found = {}
    for asleep in ASLEEP:
        days = [day for seed in range(SEEDS) for day in behind(seed, asleep)]
        over = sorted(day.over for day in days)
        found[f"{asleep} of {SELLERS}"] = {
            "mean": round(fmean(over), 4),
            "p95": round(over[int(0.95 * len(over))], 4),
            "later_than_a_week": round(fmean(day.later_than_a_week for day in days), 4),
        }
    return found


def fall_table(found: dict[str, Any]) -> str:
    """In percent."""
    rows = [[name, *(f"{100 * value:+.1f}" for value in one.values())] for name, one in found.items()]
    return table(["asleep", "market price above what is asked now %", "p95 %", "more than a week behind %"], rows)
