"""The rhythm of a seller: how long it usually stays away from its buyers, and from when on that is silence.

Gaps between sessions are taken as log-normal. Their mean and variance are weighted exponentially (T. Finch,
*Incremental calculation of weighted mean and variance*, 2009, section 9); the first gaps weigh alike, so that the very
first one does not count for a third of what is known after twenty. A handful of numbers, however long a seller trades.
"""

from functools import lru_cache
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Final

import msgspec

from schemas.fields import DAY_US, HOUR_US

MAX_AWAY: Final = 4  # announced absences that are remembered
_MINUTES_OF_HOUR: Final = 60


class SilenceTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a seller counts as silent.

    Acts less than `session_hours` apart are one session. `smoothing` is the weight of the newest gap, `least_sd` the
    smallest standard deviation (of natural logarithms of hours) that is believed. Silent is who has been away for a
    time that only `probability` of its gaps reach, but never before `least_hours` and always after `most_hours`;
    before `gaps_enough` gaps are known, after `unknown_hours`. While at least `unanswered_buyers` wait for an overdue
    refund, `unanswered_hours` without an act towards anyone are enough. An announced absence counts for at most
    `longest_away_days`.

    One buyer whose refund is overdue for `long_overdue_hours` is as good as several. Refunds go on while
    `refunded_share` of the sums that fell due in the last `refunded_days` was paid.
    """

    session_hours: float = 8.0
    smoothing: float = 0.05
    least_sd: float = 0.5
    gaps_enough: float = 20
    unknown_hours: float = 168.0
    probability: float = 0.001
    least_hours: float = 72.0
    most_hours: float = 240.0
    unanswered_buyers: float = 2
    unanswered_hours: float = 72.0
    longest_away_days: float = 30.0
    long_overdue_hours: float = 240.0
    refunded_share: float = 0.8
    refunded_days: float = 7.0


DEFAULT_SILENCE: Final = SilenceTerms()


class Rhythm(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What is remembered of a seller's acts; stored, so new fields go to the end and have defaults.

    `last_us`: the newest act, 0 while none is known. `gaps` between sessions were learned; `mean` and `variance` are
    of their logarithms (hours).
    """

    last_us: int = 0
    gaps: int = 0
    mean: float = 0.0
    variance: float = 0.0


UNKNOWN: Final = Rhythm()


def acted(rhythm: Rhythm, at_us: int, terms: SilenceTerms, *, is_telling: bool = True) -> Rhythm:
    """The rhythm after an act at that time; `is_telling` is False where the seller had said that it would be away.

    An act that is not newer than the newest known one changes nothing. It proves no later life, and the gap in which
    it lies has been learned already and cannot be parted: the rhythm reads slower for a while and silence comes later,
    which errs in the seller's favour. The hop sorts what is out of order within the allowed lateness, so this is rare.
    """
    if at_us <= rhythm.last_us:
        return rhythm
    gap_us = at_us - rhythm.last_us
    if not rhythm.last_us or not is_telling or gap_us < terms.session_hours * HOUR_US:
        return Rhythm(at_us, rhythm.gaps, rhythm.mean, rhythm.variance)
    return _learned(rhythm, at_us, min(gap_us, silent_after_us(rhythm, terms)), terms)


def silent_after_us(rhythm: Rhythm, terms: SilenceTerms) -> int:
    """How long after its last act the seller is silent; in whole minutes, so that no machine's `exp` shows in it."""
    hours = terms.unknown_hours
    if rhythm.gaps >= terms.gaps_enough:
        longest = rhythm.mean + _deviations(terms.probability) * max(sqrt(rhythm.variance), terms.least_sd)
        hours = max(terms.least_hours, exp(min(longest, log(terms.most_hours))))
    return round(hours * _MINUTES_OF_HOUR) * HOUR_US // _MINUTES_OF_HOUR


def announced(
    away: tuple[tuple[int, int], ...], from_us: int, until_us: int, last_us: int, terms: SilenceTerms
) -> tuple[tuple[int, int], ...]:
    """The announced absences with one more, by beginning: those that end after the last act, the latest `MAX_AWAY`."""
    until_us = min(until_us, from_us + int(terms.longest_away_days * DAY_US))
    known = {one for one in (*away, (from_us, until_us)) if one[0] < one[1] > last_us}
    return tuple(sorted(sorted(known, key=lambda one: (one[1], one[0]))[-MAX_AWAY:]))


def _learned(rhythm: Rhythm, at_us: int, gap_us: int, terms: SilenceTerms) -> Rhythm:
    gaps = rhythm.gaps + 1
    weight = max(terms.smoothing, 1 / gaps)
    away = log(gap_us / HOUR_US) - rhythm.mean
    mean = rhythm.mean + weight * away
    return Rhythm(at_us, gaps, mean, (1 - weight) * (rhythm.variance + weight * away * away))


@lru_cache(maxsize=8)
def _deviations(probability: float) -> float:
    """How many standard deviations above its mean a normal variable is with that probability."""
    return NormalDist().inv_cdf(1 - probability)
