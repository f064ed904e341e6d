"""Operating characteristics of silence by simulation: `python -m bench.detection.silence`.

How often honest sellers count as silent, and how long a seller is gone before it does. Sellers write at random times
while they are open, from about 9 to about 21 o'clock, with or without weekends, and are away for two weeks a year of
which nobody is told. Needs no data.
"""

import random
from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import exp, sqrt
from statistics import mean, quantiles
from typing import Final, NamedTuple

from bench.detection.simulated import table
from bench.detection.tables import options
from bench.measured import keep
from detectors.rhythm import UNKNOWN, SilenceTerms, acted, silent_after_us
from schemas.fields import HOUR_US

RATES: Final = (1, 2, 5, 20, 200)  # acts on a day that is open
OPENS, CLOSES, WOBBLE = 9.0, 21.0, 1.0  # o'clock
YEARS: Final = 3
YEAR: Final = 365  # days
HOLIDAY: Final = 14  # days
KNOWN_FROM: Final = 120  # days until a seller's rhythm counts as known
WEEK: Final = {"every day": range(7), "no weekends": range(5)}
SELLERS: Final = 60


class Seen(NamedTuple):
    """Of one kind of seller. A year counts from day `KNOWN_FROM`; a gap is a holiday's if the holiday lies in it."""

    silences_on_holiday: float
    other_silences: float
    other_gaps_of_three_days: float
    hours_until_gone: tuple[float, float, float]


def acts(draw: random.Random, rate: float, days: range, holidays: list[int]) -> Iterator[float]:
    """Hours of acts over the years."""
    for day in range(YEARS * YEAR):
        if day % 7 in days and not any(first <= day < first + HOLIDAY for first in holidays):
            opens, closes = (moment + draw.uniform(-WOBBLE, WOBBLE) for moment in (OPENS, CLOSES))
            yield from sorted(24 * day + draw.uniform(opens, closes) for _ in range(_poisson(draw, rate)))


def seen(seed: int, sellers: int, rate: float, week: str, terms: SilenceTerms) -> Seen:
    """The real rhythm over `sellers` of that kind."""
    on_holiday = others = long_gaps = 0
    gone: list[float] = []
    for number in range(sellers):
        draw = random.Random(f"silence/{seed}/{rate}/{week}/{number}")
        holidays = [year * YEAR + draw.randrange(KNOWN_FROM + 1, YEAR - HOLIDAY) for year in range(YEARS)]
        rhythm = UNKNOWN
        for before, after in pairwise([round(at * HOUR_US) + 1 for at in acts(draw, rate, WEEK[week], holidays)]):
            rhythm = acted(rhythm, before, terms)
            if before < KNOWN_FROM * 24 * HOUR_US:
                continue
            gap_us, limit_us = after - before, silent_after_us(rhythm, terms)
            if draw.random() < gap_us / (HOUR_US * 24 * 50):  # somebody vanishes at a random moment, every 50 days
                gone.append(limit_us / HOUR_US)
            is_holiday = any(before <= (first + 1) * 24 * HOUR_US <= after for first in holidays)
            on_holiday += is_holiday and gap_us >= limit_us
            others += not is_holiday and gap_us >= limit_us
            long_gaps += not is_holiday and gap_us >= terms.unanswered_hours * HOUR_US
    years = sellers * (YEARS - KNOWN_FROM / YEAR)
    tails = quantiles(gone, n=20)
    holidays_seen = sellers * YEARS  # none lies before the rhythm is known
    return Seen(on_holiday / holidays_seen, others / years, long_gaps / years, (tails[0], mean(gone), tails[-1]))


def _poisson(draw: random.Random, rate: float) -> int:
    """Knuth's method, and the normal approximation where that would be slow."""
    if rate > 30:
        return max(0, round(draw.gauss(rate, sqrt(rate))))
    count, left = 0, draw.random()
    while left > exp(-rate):
        count, left = count + 1, left * draw.random()
    return count


def shown(found: Mapping[tuple[str, int], Seen]) -> str:
    """A markdown table."""
    head = ["open", "acts a day", "silent a holiday", "other silences a year", "other gaps over 72 h a year"]
    rows = [
        [
            week,
            rate,
            f"{one.silences_on_holiday:.2f}",
            f"{one.other_silences:.2f}",
            f"{one.other_gaps_of_three_days:.1f}",
            f"{one.hours_until_gone[1]:.0f} ({one.hours_until_gone[0]:.0f} to {one.hours_until_gone[2]:.0f})",
        ]
        for (week, rate), one in found.items()
    ]
    return table([*head, "hours until gone, mean (5 to 95 %)"], rows)


def main() -> None:
    """Prints the table and writes everything as JSON."""
    given = options(__doc__, "sellers of each kind", SELLERS)
    terms = SilenceTerms()
    found = {(week, rate): seen(given.seed, given.draws, rate, week, terms) for week in WEEK for rate in RATES}
    print(shown(found))
    results = {f"{week}, {rate} a day": one._asdict() for (week, rate), one in found.items()}
    keep("silence", {"seed": given.seed, "sellers": given.draws, "years": YEARS}, results)


if __name__ == "__main__":
    main()
