"""When a refund is due in another country: days off and seasons."""

from datetime import UTC, datetime, timedelta

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.calendars import DAYS_OFF_MOST, Calendar, Season
from detectors.returns import ReturnTerms
from schemas.fields import HOUR_US, to_time, to_us

SINGLES_DAY = {"singles_day": Season("11-11", "11-30", 48)}
OVER_NEW_YEAR = {"holidays": Season("12-20", "01-06", 24)}
TERMS = ReturnTerms(
    calendars={
        "CN": Calendar(utc_offset_hours=8, holidays_count=False, seasons=SINGLES_DAY),
        "DE": Calendar(utc_offset_hours=1, weekends_count=False, holidays_count=False),
        "US": Calendar(
            utc_offset_hours=-5, weekends_count=False, holidays_count=False, scan_grace_hours=0, seasons=OVER_NEW_YEAR
        ),
        "SA": Calendar(utc_offset_hours=3, weekends_count=False),
        "JP": Calendar(refund_sla_hours=100, scan_grace_hours=8),
    }
)


def due(country: str, back: str, terms: ReturnTerms = TERMS) -> str:
    """Both in UTC, as "year-month-day hour:minute"."""
    back_us = to_us(datetime.fromisoformat(back).replace(tzinfo=UTC))
    return to_time(terms.due_us(country, back_us)).strftime("%Y-%m-%d %H:%M")


def test_hours_of_a_weekend_do_not_count_where_weekends_are_days_off() -> None:
    """Friday 15 May 2026, 18:00 in Berlin: six hours of it, four working days of which the last has 18 hours."""
    assert due("DE", "2026-05-15 17:00") == "2026-05-21 17:00"


def test_a_parcel_before_golden_week_waits_for_its_end_with_the_weekend_in_its_middle() -> None:
    """30 September 2025, 18:00 in Beijing; days off from the 1st to the 8th, of which the 4th and 5th a weekend."""
    assert due("CN", "2025-09-30 10:00") == "2025-10-12 10:00"


def test_where_weekends_are_working_days_a_holiday_is_still_a_day_off() -> None:
    assert due("CN", "2025-05-16 10:00") == "2025-05-20 10:00", "a Friday"
    assert due("CN", "2025-05-30 10:00") == "2025-06-06 10:00", "before the three days of the dragon boats"


def test_a_parcel_on_christmas_eve_waits_for_the_holidays_and_has_the_seasons_hours_more() -> None:
    """Thursday 24 December 2026, 10:00 in New York: 72 + 0 + 24 hours, 14 of them that day, 72 from Monday on."""
    assert due("US", "2026-12-24 15:00") == "2026-12-31 15:00"
    assert due("US", "2026-12-30 15:00") == "2027-01-06 15:00"


def test_a_weekend_is_that_of_the_country() -> None:
    assert due("SA", "2026-05-14 12:00") == "2026-05-20 12:00", "a Thursday, before Friday and Saturday"
    assert due("SA", "2026-05-10 12:00") == "2026-05-14 12:00", "a Sunday is a working day"


def test_a_day_begins_at_the_countrys_own_midnight() -> None:
    assert due("DE", "2026-05-15 22:59") == "2026-05-21 22:59", "Friday, one minute to midnight in Berlin"
    assert due("DE", "2026-05-15 23:01") == "2026-05-21 23:00", "Saturday, so nothing counts before Monday"
    assert due("CN", "2026-11-10 15:59") == "2026-11-14 15:59"
    assert due("CN", "2026-11-10 16:00") == "2026-11-16 16:00", "the first moment of Singles' Day in Beijing"
    assert due("CN", "2026-11-30 15:59") == "2026-12-06 15:59", "the last moment of the season"
    assert due("CN", "2026-11-30 16:00") == "2026-12-04 16:00"


def test_a_season_may_run_over_new_year_and_may_be_of_one_year_only() -> None:
    once = {"floods": Season("2026-07-01", "2026-07-10", 100)}
    terms = ReturnTerms(calendars={"DE": Calendar(seasons=once), "US": Calendar(seasons=OVER_NEW_YEAR)})
    for year in (2026, 2027):
        assert due("US", f"{year}-12-31 00:00", terms) == f"{year + 1}-01-05 00:00"
        assert due("US", f"{year}-01-06 00:00", terms) == f"{year}-01-11 00:00"
        assert due("US", f"{year}-01-07 00:00", terms) == f"{year}-01-11 00:00"
    assert due("DE", "2026-07-05 00:00", terms) == "2026-07-13 04:00"
    assert due("DE", "2027-07-05 00:00", terms) == "2027-07-09 00:00"


def test_hours_that_a_calendar_does_not_give_are_those_of_everybody() -> None:
    assert due("JP", "2026-05-15 00:00") == "2026-05-19 12:00"
    assert due("DE", "2026-05-11 00:00", ReturnTerms(refund_sla_hours=1, calendars=TERMS.calendars)) == (
        "2026-05-12 01:00"
    )


@pytest.mark.parametrize("country", ["", "XX", "UK", "FR"])
def test_a_country_without_a_calendar_has_the_terms_of_everybody(country: str) -> None:
    assert due(country, "2026-12-24 15:00") == "2026-12-28 15:00"


WORKING = Calendar(weekends_count=False, holidays_count=False)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["CN", "DE", "US", "SA", "IN", "BR", "IL", "IR", "ZW"]),
    st.integers(0, 366 * 24 * 4 * 12).map(
        lambda quarters: to_us(datetime(2015, 1, 1, tzinfo=UTC)) + quarters * HOUR_US // 4
    ),
    st.sampled_from([0, 24, 72, 96, 120]),
    st.sampled_from([0, 8, -5, 5.5]),
)
def test_a_deadline_is_where_a_clock_that_stands_still_on_days_off_has_run_for_the_hours(
    country: str, back_us: int, hours: int, offset_hours: float
) -> None:
    calendar = Calendar(hours, 0, offset_hours, weekends_count=False, holidays_count=False)
    found_us = calendar.due_us(country, back_us, 72, 24)
    quarter = timedelta(minutes=15)
    local, left = to_time(back_us) + timedelta(hours=offset_hours), hours * 4
    known = holidays.country_holidays(country, years=range(local.year, local.year + 2), expand=False)
    while left or not known.is_working_day(local.date()):
        if known.is_working_day(local.date()):
            left -= 1
            if not left:
                local += quarter
                break
        local += quarter
    assert to_time(found_us) + timedelta(hours=offset_hours) == local


@settings(max_examples=200, deadline=None)
@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2), st.integers(2000, 2105), st.integers(0, 400 * 24))
def test_no_country_and_no_year_raises_or_lets_a_deadline_wait_for_ever(country: str, year: int, hours: int) -> None:
    back_us = to_us(datetime(year, 1, 1, tzinfo=UTC)) + hours * HOUR_US
    due_us = WORKING.due_us(country, back_us, 72, 24)
    assert back_us + 96 * HOUR_US <= due_us <= back_us + (96 + 24 * DAYS_OFF_MOST) * HOUR_US


def test_of_a_country_or_year_without_known_holidays_the_weekend_is_still_off() -> None:
    terms = ReturnTerms(calendars=dict.fromkeys(("XX", "ME"), WORKING))
    assert due("XX", "2026-05-15 12:00", terms) == "2026-05-21 12:00"
    assert due("ME", "2104-05-16 12:00", terms) == "2104-05-22 12:00"
    assert holidays.country_holidays("ME").end_year < 2104


def test_after_thirty_days_off_every_day_counts() -> None:
    """Fifteen weeks from a Monday on: 75 working days and 30 days off; the 200 hours that are left are on any days."""
    terms = ReturnTerms(calendars={"XX": Calendar(2_000, 0, weekends_count=False)})
    assert due("XX", "2026-01-05 00:00", terms) == "2026-04-28 08:00"


def test_the_bound_of_a_calendar_has_every_hour_that_it_may_add() -> None:
    seasons = {"a": Season("11-11", "11-30", 48.0), "b": Season("12-15", "01-06", 24.0)}
    assert Calendar(seasons=seasons).longest_hours(72, 24) == 72 + 24 + 48 + 24 * DAYS_OFF_MOST
    assert Calendar(refund_sla_hours=10, scan_grace_hours=1).longest_hours(72, 24) == 11 + 24 * DAYS_OFF_MOST
