"""What complaints were to be expected on a day, from the weeks before it.

The mean of the same weekday, offset by the orders that were delivered in the 14 days before. A weekday's level leans on
that of all days as far as few complaints are known of it (a Poisson mean under a gamma prior). Counts that scatter more
than a Poisson's count for less: the threshold is that of counts divided by the dispersion (P. McCullagh and J. A.
Nelder, "Generalized Linear Models", 1989, section 6.2.3).
"""

from math import sqrt
from typing import Final, NamedTuple

import msgspec

from detectors.measures.cusum import PLACES, threshold

WEEK_DAYS: Final = 7
YEAR_DAYS: Final = 365.25


class SurgeTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When complaints have risen.

    The sum is made for a rise by a standard deviation of a day's count, to at most `design_shift` times the expected
    and at least `least_shift` times. It reaches its threshold once in `false_alarm_years` without a rise. `margin`:
    standard errors of the level by which more is granted than was seen. `pooled_complaints`: how much the level of all
    days weighs in a weekday's. A baseline is at least `least_weeks` long. The offset never takes what is expected below
    `least_offset` of the baseline: complaints about the last orders go on when sales have ended.
    """

    design_shift: float = 1.5
    least_shift: float = 1.2
    false_alarm_years: float = 1.0
    margin: float = 0.15
    pooled_complaints: float = 20.0
    least_weeks: float = 8
    least_offset: float = 0.5


class Surges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The terms of a seller's complaints, and of a brand's or category's."""

    seller: SurgeTerms = SurgeTerms(least_shift=1.5, false_alarm_years=100.0, margin=1.25)
    market: SurgeTerms = SurgeTerms()


class Expected(NamedTuple):
    """What a day brings when nothing has risen, and how much more than a Poisson's such counts scatter (from 1 on).

    `today` is the mean, `granted` what the sum starts from: the margin more.
    """

    today: float
    granted: float
    a_day: float  # over the week
    dispersion: float


def shift_of(usual: Expected, terms: SurgeTerms) -> float:
    """The rise that the sum is made for, in steps of 0.05: each asks for thresholds of its own."""
    told = 1 + sqrt(usual.dispersion / max(usual.a_day, 10**-PLACES))
    return max(terms.least_shift, min(terms.design_shift, round(told * 20) / 20))


def limit_of(usual: Expected, terms: SurgeTerms) -> float:
    """The sum that means a rise, in complaints."""
    days = terms.false_alarm_years * YEAR_DAYS
    return round(usual.dispersion * threshold(usual.a_day / usual.dispersion, days, shift_of(usual, terms)), PLACES)


def expected_of(weeks: list[list[int]], weekday: int, offset: int, terms: SurgeTerms) -> Expected:
    """The mean of a weekday, from whole weeks as they are stored, offset by today's orders."""
    known = len(weeks)
    by_day = [sum(week[1 + day] for week in weeks if len(week) > 1 + day) for day in range(WEEK_DAYS)]
    seen = sum(by_day)
    level = (seen + 1) / (WEEK_DAYS * known)
    pooled = terms.pooled_complaints
    means = [(count + pooled) / (known + pooled / level) for count in by_day]
    usual_offset = sum(week[0] for week in weeks if week) / (WEEK_DAYS * known)
    scale = max(terms.least_offset, (offset + 1) / (usual_offset + 1))
    margin = 1 + terms.margin / sqrt(seen + 1)
    return Expected(
        round(means[weekday] * scale, PLACES),
        round(means[weekday] * scale * margin, PLACES),
        round(sum(means) / WEEK_DAYS * scale * margin, PLACES),
        _dispersion(weeks, means, usual_offset),
    )


def _dispersion(weeks: list[list[int]], means: list[float], usual_offset: float) -> float:
    """Pearson's, against the weekdays' means and each week's offset; at least 1. By weeks where days say little."""
    squares = 0.0
    by_days = sum(means) >= WEEK_DAYS
    for week in weeks:
        share = ((week[0] if week else 0) / WEEK_DAYS + 1) / (usual_offset + 1)
        counts = [*week[1:], *[0] * (WEEK_DAYS + 1 - max(1, len(week)))]
        cells = zip(counts, means, strict=True) if by_days else [(sum(counts), sum(means))]
        squares += sum((count - mean * share) ** 2 / (mean * share) for count, mean in cells)
    free = (len(weeks) - 1) * (WEEK_DAYS if by_days else 1)
    return round(max(1.0, squares / max(1, free)), PLACES)
