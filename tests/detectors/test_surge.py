"""A series of complaints: what it expects, when it is raised, when it is calm again, and how little it holds."""

import random
from collections.abc import Callable, Iterable
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.baseline import SurgeTerms, limit_of
from detectors.surge import KEPT_WEEKS, Series, surge_finding
from tests.detectors.test_cusum import poisson

TERMS = SurgeTerms()
START = 20_454  # the first of January 2026, a Thursday: the first day of a week as weeks are counted here
YEAR = 365
SERIES = msgspec.msgpack.Decoder(Series)


def day_by_day(
    counts: Iterable[int], delivered: Callable[[int], int] = lambda _: 0, terms: SurgeTerms = TERMS
) -> Series:
    series = Series(START)
    for day, count in enumerate(counts):
        series.close_day(START + day, count, delivered(day), terms)
    return series


def drawn(seed: str, rates: Iterable[float]) -> list[int]:
    draw = random.Random(seed)
    return [poisson(draw, rate) for rate in rates]


def openings(counts: Iterable[int], delivered: Callable[[int], int] = lambda _: 0) -> int:
    """How often the series is raised."""
    series, seen = Series(START), [False]
    for day, count in enumerate(counts):
        series.close_day(START + day, count, delivered(day), TERMS)
        seen.append(series.raised)
    return sum(after and not before for before, after in pairwise(seen))


def test_complaints_that_double_are_found_and_said_in_a_sentence() -> None:
    series = day_by_day([*[10] * 130, *[15] * 5])
    found = surge_finding({"counterfeit": series}, "brand", "samsung", "market", "Samsung")
    assert found is not None
    assert found.sentence == (
        "complaints of counterfeit goods about Samsung have risen since 11 May 2026: "
        "75 in 5 days where 50 were to be expected"
    )
    assert found.numbers == {
        "counterfeit": 75,
        "counterfeit_expected": pytest.approx(50, abs=0.1),
        "counterfeit_ratio": pytest.approx(1.5, abs=0.01),
        "counterfeit_days": 5,
    }
    assert (found.subject_kind, found.subject_id, found.grade) == ("brand", "samsung", "market")


def test_as_many_as_ever_and_a_tenth_more_are_no_rise() -> None:
    assert not day_by_day([10] * 300).raised
    assert not day_by_day([*[10] * 130, *[11] * 100]).raised


def test_each_weekday_is_measured_by_its_own() -> None:
    weekly = [30, 10, 10, 10, 10, 10, 60]
    assert openings(weekly * 60) == 0
    calm = day_by_day(weekly * 20)
    expected = [calm.expects(START + 140 + day, TERMS) for day in range(7)]
    assert [round(one.today) for one in expected if one] == [29, 11, 11, 11, 11, 11, 57]


def test_counts_that_scatter_need_more_of_a_rise() -> None:
    even, wide = (day_by_day(counts * 65) for counts in ([10, 10], [5, 15]))
    expected = [one.expects(one.day + 1, TERMS) for one in (even, wide)]
    dispersions = [one.dispersion for one in expected if one]
    assert dispersions == [1, pytest.approx(25 / 10 * 84 / 77, rel=0.03)]
    limits = [limit_of(one, TERMS) for one in expected if one]
    assert limits[1] > 1.5 * limits[0]


def test_the_measure_stays_where_it_is_while_the_sum_is_above_0() -> None:
    rising = [*[10] * 130, *[round(10 * 2 ** (day / 60)) for day in range(60)]]
    series = day_by_day(rising)
    assert series.raised
    usual = series.expects(series.day + 1, TERMS)
    assert usual is not None
    assert usual.today == pytest.approx(10, rel=0.05)


def test_what_has_risen_for_good_is_learned_in_half_a_year() -> None:
    series = day_by_day([*[10] * 130, *[20] * 100])
    assert series.raised
    series = day_by_day([*[10] * 130, *[20] * 200])
    assert not series.raised
    assert series.total == 0


def test_a_series_that_is_raised_is_calm_again_when_half_of_the_excess_is_used_up_and_not_before() -> None:
    risen = [*[10] * 130, *[20] * 10]
    seen = [day_by_day([*risen, *[10] * days]) for days in range(12)]
    usual = seen[0].expects(seen[0].day + 1, TERMS)
    assert usual is not None
    half = limit_of(usual, TERMS) / 2
    assert [one.raised for one in seen] == [one.total > half for one in seen]
    assert [one.raised for one in seen] == sorted((one.raised for one in seen), reverse=True)
    assert sum(one.raised for one in seen) in range(4, 8)
    assert (seen[-1].total, seen[-1].observed) == (0, 0), "what comes next is measured anew"


def test_twice_the_orders_may_bring_twice_the_complaints() -> None:
    counts = [*[10] * 130, *[20] * 60]
    assert openings(counts, lambda day: 1_000 if day < 116 else 2_000) == 0
    assert openings(counts, lambda _: 1_000) == 1


def test_where_sales_have_ended_complaints_about_the_last_orders_are_no_rise() -> None:
    ends = 130
    counts = [*[10] * ends, *[round(10 * (1 - day / 21)) for day in range(21)]]  # up to three weeks after the delivery
    assert openings(counts, lambda day: 100 if day < ends else 0) == 0


def test_without_a_baseline_nothing_is_said() -> None:
    weeks = int(TERMS.least_weeks) + 4
    assert not day_by_day([*[1] * (7 * weeks - 1), *[50] * 1]).raised
    assert day_by_day([*[1] * (7 * weeks), *[50] * 1]).raised
    assert not day_by_day([50] * (7 * weeks)).raised


def test_days_on_which_nothing_happened_need_not_be_told() -> None:
    told = {0: (3, 50), 1: (4, 40), 9: (1, 0), 60: (2, 90), 200: (5, 10), 800: (6, 1)}
    sparse, dense = Series(START), Series(START)
    for day in range(801):
        if day in told:
            sparse.close_day(START + day, *told[day], TERMS)
        dense.close_day(START + day, *told.get(day, (0, 0)), TERMS)
    assert sparse == dense


def test_a_day_is_closed_once() -> None:
    series = day_by_day([3] * 20)
    before = msgspec.msgpack.encode(series)
    series.close_day(START + 19, 50, 50, TERMS)
    series.close_day(START + 2, 50, 50, TERMS)
    assert msgspec.msgpack.encode(series) == before


def test_what_is_taken_back_is_as_if_it_had_not_been() -> None:
    counts = [*[10] * 130, *[14] * 3]
    amended = day_by_day([*counts[:-1], 18])
    amended.amend(START + 132, -4)
    assert (amended.weeks, amended.observed) == (day_by_day(counts).weeks, day_by_day(counts).observed)
    assert amended.total == pytest.approx(day_by_day(counts).total)
    for day in (130, 131, 132):
        amended.amend(START + day, -4)
    assert (amended.raised, amended.total) == (False, 0)
    assert amended.weeks == day_by_day([10] * 133).weeks
    amended.amend(START + 500, -1)
    amended.amend(START - 500, -1)
    assert amended.weeks == day_by_day([10] * 133).weeks


def test_a_quiet_subject_costs_few_bytes_and_a_busy_one_not_many() -> None:
    quiet = Series(START)
    for week in range(60):
        quiet.close_day(START + 7 * week, 1 if week % 8 == 0 else 0, 1, TERMS)
    assert len(msgspec.msgpack.encode(quiet)) < 120
    busy = day_by_day(drawn("busy", [30.0] * 2 * YEAR), lambda _: 5_000)
    assert len(busy.weeks) == KEPT_WEEKS + 1
    assert len(msgspec.msgpack.encode(busy)) < 400
    assert SERIES.decode(msgspec.msgpack.encode(busy)) == busy


def test_a_century_of_silence_is_passed_over_and_leaves_nothing() -> None:
    series = day_by_day([10] * 130, lambda _: 10)
    series.close_day(START + 36_500, 1, 0, TERMS)
    assert (series.delivered, len(series.weeks)) == ([], 1)


def test_false_alarms_are_about_one_a_year_even_where_counts_scatter() -> None:
    years = 12
    draw = random.Random("scatter")
    plain = drawn("plain", [12.0] * years * YEAR)
    wide = [poisson(draw, draw.gammavariate(24.0, 0.5)) for _ in range(years * YEAR)]  # variance 1.5 times the mean
    assert 0.3 * years <= openings(plain) <= 1.8 * years
    assert openings(wide) <= 3 * years


steps = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 10**9), st.integers(0, 10**9)), max_size=40)


@given(steps, st.integers(-(10**6), 10**6), st.integers(-(10**9), 10**9))
def test_no_counts_make_it_raise_or_grow(told: list[tuple[int, int, int]], gap: int, amends: int) -> None:
    series, day = Series(START), START
    for passed, complaints, delivered in told:
        day += passed
        series.close_day(day, complaints, delivered, TERMS)
        series.amend(day - gap, amends)
        assert series.total >= 0
    series.close_day(day + abs(gap), 1, 1, TERMS)
    assert len(series.weeks) <= KEPT_WEEKS + 1
    assert SERIES.decode(msgspec.msgpack.encode(series)) == series


def test_a_rise_of_one_day_where_less_than_one_was_usual_is_said_so() -> None:
    series = day_by_day([*[1, 0, 0] * 43, 0, 12])
    assert series.raised
    found = surge_finding({"counterfeit": series}, "seller", "shop", "seller")
    assert found is not None
    assert found.sentence.endswith("12 in 1 day where less than 1 were to be expected")
    assert found.numbers["counterfeit_ratio"] == round(12 / series.expected, 3) > 20


def test_a_calm_series_has_not_been_rising_for_a_day() -> None:
    assert day_by_day([10] * 130).rising_days == 0


def test_a_complaint_that_is_added_to_a_day_without_any_counts_on_that_day() -> None:
    series = day_by_day([3, *[0] * 13])
    assert series.weeks == [[0, 3], []]
    series.amend(START + 5, 2)
    series.amend(START + 9, 1)
    assert series.weeks == [[0, 3, 0, 0, 0, 0, 2], [0, 0, 0, 1]]
