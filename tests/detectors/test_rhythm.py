"""The rhythm of a seller: what it learns, when it calls somebody silent, and what no act can do to it."""

from itertools import accumulate
from math import exp, isfinite, log
from statistics import NormalDist, mean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.rhythm import MAX_AWAY, UNKNOWN, Rhythm, SilenceTerms, acted, announced, silent_after_us
from schemas.fields import DAY_US, HOUR_US

TERMS = SilenceTerms()
START_US = 1_767_225_600_000_000
gaps = st.lists(st.floats(0.01, 5_000), max_size=80)


def after(hours: list[float]) -> Rhythm:
    """The rhythm after acts with these hours between them."""
    rhythm = acted(UNKNOWN, START_US, TERMS)
    for at in accumulate(hours):
        rhythm = acted(rhythm, START_US + round(at * HOUR_US), TERMS)
    return rhythm


def silent_after(rhythm: Rhythm) -> float:
    return silent_after_us(rhythm, TERMS) / HOUR_US


def test_before_twenty_gaps_a_week_is_silence() -> None:
    assert silent_after(UNKNOWN) == silent_after(after([12.0] * 19)) == 168
    assert silent_after(after([12.0] * 20)) == 72


def test_acts_of_one_session_are_one_act() -> None:
    busy = after([0.1, 7.9, 0.5, 3.0] * 50)
    assert (busy.gaps, busy.mean, busy.variance) == (0, 0.0, 0.0)
    assert after([0.5, 12.0] * 20).gaps == 20


def test_twenty_gaps_weigh_alike_and_the_threshold_is_the_quantile_of_their_log_normal() -> None:
    told = [12.0, 30.0, 14.0, 60.0] * 5
    logs = [log(one) for one in told]
    rhythm = after(told)
    assert rhythm.mean == pytest.approx(mean(logs))
    assert rhythm.variance == pytest.approx(pstdev(logs) ** 2)
    wanted = exp(NormalDist(mean(logs), max(pstdev(logs), 0.5)).inv_cdf(0.999))
    assert silent_after(rhythm) == pytest.approx(wanted, abs=1 / 60)
    assert silent_after(rhythm) * 60 % 1 == 0, "whole minutes: the last bit of a logarithm is not the same everywhere"


def test_what_was_called_silent_is_learned_as_no_longer_than_that() -> None:
    weeks = [14.0, 14.0, 14.0, 14.0, 62.0] * 12
    assert 100 < silent_after(after(weeks)) < 130
    assert silent_after(after([*weeks, 336.0])) < 210, "one holiday does not buy the next silence all the time there is"
    assert silent_after(after([*weeks, *[150.0] * 5])) > 150, "a seller that has become slower is silent later"


def test_an_announced_absence_teaches_nothing_and_is_a_sign_of_life_at_its_end() -> None:
    usual = after([14.0] * 30)
    back = acted(usual, usual.last_us + 400 * HOUR_US, TERMS, is_telling=False)
    assert back == Rhythm(usual.last_us + 400 * HOUR_US, usual.gaps, usual.mean, usual.variance)


@given(gaps, st.floats(0, 5_000))
def test_a_late_act_changes_nothing(told: list[float], hours_late: float) -> None:
    rhythm = after(told)
    assert acted(rhythm, rhythm.last_us - round(hours_late * HOUR_US), TERMS) is rhythm


@given(gaps)
def test_no_gaps_lead_out_of_three_to_ten_days(told: list[float]) -> None:
    rhythm = after(told)
    assert isfinite(rhythm.mean)
    assert rhythm.variance >= 0
    assert silent_after(rhythm) == 168 if rhythm.gaps < 20 else 72 <= silent_after(rhythm) <= 240


intervals = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=12)


@given(intervals, st.integers(0, 100), st.randoms(use_true_random=False))
def test_announced_absences_are_few_and_the_same_in_any_order(
    told: list[tuple[int, int]], last: int, draw: object
) -> None:
    def known(order: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        away: tuple[tuple[int, int], ...] = ()
        for from_day, until_day in order:
            away = announced(away, from_day * DAY_US, until_day * DAY_US, last * DAY_US, TERMS)
        return away

    mixed = list(told)
    draw.shuffle(mixed)  # type: ignore[attr-defined]
    assert known(told) == known(mixed)
    assert len(known(told)) <= MAX_AWAY
    for from_us, until_us in known(told):
        assert from_us < until_us <= from_us + 30 * DAY_US
        assert until_us > last * DAY_US


def test_of_too_many_absences_those_that_end_last_are_remembered_however_early_they_began() -> None:
    away: tuple[tuple[int, int], ...] = ()
    hours = [(0, 100), *((begin, begin + 1) for begin in range(1, MAX_AWAY + 1))]
    for begin, until in hours:
        away = announced(away, begin * HOUR_US, until * HOUR_US, 0, SilenceTerms())
    assert [(begin // HOUR_US, until // HOUR_US) for begin, until in away] == [hours[0], *hours[2:]]
