"""When a refund is due in another country: days off, seasons, and where the seller was when the parcel came back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from detectors.calendars import DAYS_OFF_MOST, Calendar, Season
from detectors.countries import MAX_COUNTRIES, country_at, with_country
from detectors.policy import make_policy
from detectors.records import Core, Return, decode
from detectors.returns import ReturnTerms
from schemas.fields import HOUR_US, to_time, to_us
from streams.settings import read_policy
from tests.detectors.aftersales import Desk, hour_us, said
from tests.detectors.test_overdue_refund import found, unpaid
from tests.story import Story, at, event, refund, sold_and_back

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


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["CN", "DE", "US"])), max_size=8), st.randoms())
def test_where_a_seller_was_is_the_same_in_whatever_order_it_is_told(told: list[tuple[int, str]], chance: Any) -> None:
    def taken(order: Sequence[tuple[int, str]]) -> Any:
        known: Any = ()
        for one in order:
            known = with_country(known, *one)
        return known

    mixed = list(told)
    chance.shuffle(mixed)
    known = taken(mixed)
    assert known == taken(sorted(told))
    distinct = sorted(set(told))
    if len(distinct) <= MAX_COUNTRIES:
        for time_us in range(10):
            before = [country for since_us, country in distinct if since_us <= time_us]
            assert country_at(known, time_us) == (before[-1] if before else distinct[0][1] if distinct else "")


# ---- a seller and its parcels. New Year 2026 is a Thursday; hours count from its first.

POLICY = make_policy(
    read_policy(None),
    {
        "returns": {
            "calendars": {
                "DE": {"utc_offset_hours": 0, "seasons": {"christmas": {"extra_hours": 0}}},
                "PL": {"refund_sla_hours": 24, "scan_grace_hours": 0},
                "CN": {"holidays_count": True},
            }
        }
    },
)
BACK = 34 + 96  # the parcel of `unpaid(1, at=24)` comes back on Friday at ten, and everybody's hours
IN_GERMANY = BACK + 48  # ... of which a weekend is none


def registered(hours: float, country: str | None, word: Any = schemas.SellerRegistered) -> Any:
    return said(word, hours, country=country)


def moved(hours: float, country: str | None) -> Any:
    return registered(hours, country, schemas.SellerChanged)


def fires_at(*told: Any) -> list[float]:
    """When `overdue_refund` opens, in hours, if everything has been told beforehand."""
    desk = Desk(POLICY).take(*told).fire(hour_us(1000))
    alerts = [word for judged in desk.judged for word in judged.words if isinstance(word, schemas.Alert)]
    return [
        (to_us(one.event_time) - hour_us(0)) / HOUR_US
        for one in alerts
        if one.family == "aftersale" and one.status == "opened"
    ]


def test_a_german_seller_is_not_accused_on_tuesday_of_a_parcel_that_came_on_friday() -> None:
    assert fires_at(unpaid(1, at=24)) == [BACK]
    assert fires_at(registered(-5, "DE"), unpaid(1, at=24)) == [IN_GERMANY]
    assert fires_at(registered(-5, "PL"), unpaid(1, at=24)) == [34 + 24]
    assert fires_at(registered(-5, "FR"), unpaid(1, at=24)) == [BACK]


def test_a_country_that_is_learned_later_moves_the_deadline_of_what_is_open() -> None:
    for country, hours in (("DE", IN_GERMANY), ("PL", 34 + 24)):
        desk = Desk(POLICY).take(unpaid(1, at=24), registered(-5, country))
        assert desk.deadlines["refund", "R1"] == hour_us(hours)
        assert desk.state.returns["R1"].country == country


def test_a_country_that_is_learned_after_the_deadline_takes_the_alert_back_until_the_refund_is_due_there() -> None:
    desk = Desk(POLICY).take(unpaid(1, at=24)).fire(hour_us(BACK + 1))
    assert found(desk) is not None
    assert found(desk.take(registered(-5, "DE"))) is None
    assert not desk.state.overdue
    assert found(desk.fire(hour_us(IN_GERMANY) - 1)) is None
    assert found(desk.fire(hour_us(IN_GERMANY))) is not None


def test_the_first_country_that_is_known_counts_for_what_came_before() -> None:
    assert fires_at(unpaid(1, at=24), moved(60, "DE")) == [IN_GERMANY]


def test_an_event_that_names_no_country_says_nothing_of_it() -> None:
    desk = Desk(POLICY).take(registered(-5, "DE"), moved(0, None), unpaid(1, at=24))
    assert desk.deadlines["refund", "R1"] == hour_us(IN_GERMANY)
    assert desk.state.core.countries == ((hour_us(-5), "DE"),)


def test_who_moves_to_a_country_with_longer_terms_gains_nothing_for_a_parcel_that_is_back() -> None:
    moves = [moved(100 + number, ("DE", "CN")[number % 2]) for number in range(20)]
    assert fires_at(registered(-5, "PL"), unpaid(1, at=24), moves) == [34 + 24]
    assert fires_at(registered(-5, "PL"), moved(20, "DE"), unpaid(1, at=24)) == [IN_GERMANY], "it had moved before"


def test_a_frozen_payout_is_not_released_by_a_move() -> None:
    told = [each for number in range(3) for each in sold_and_back("gang", number, at(0))]
    story = Story().tell(event(schemas.SellerRegistered, at(-30), "gang", country="CN"), told, until=at(9))
    assert ("payout", "gang") in story.held()
    moves = [event(schemas.SellerChanged, at(10 + number), "gang", country="DE") for number in range(6)]
    assert ("payout", "gang") in story.tell(moves).held()


def test_a_move_writes_only_the_returns_whose_terms_it_changes() -> None:
    desk = Desk(POLICY).take(registered(-5, "CN"), unpaid(1, at=24), unpaid(2, at=2400))
    desk.state.changes.returns.clear()
    desk.take(moved(1000, "DE"))
    assert desk.state.changes.returns == {"R2"}


def test_a_refund_in_time_by_the_seller_s_own_calendar_is_never_an_alert() -> None:
    told = sold_and_back("shop", 1, at(-3))  # the parcel is back on Friday at midnight
    german = event(schemas.SellerRegistered, at(-30), "shop", country="DE")
    paid = refund(at(6), "shop", 1)  # on Wednesday, five days later
    assert [one.family for one in Story().tell(told, paid, until=at(30)).alerts] == ["aftersale"] * 2
    assert Story().tell(german, told, paid, until=at(30)).alerts == []


def test_a_state_that_was_stored_before_countries_were_known_is_read() -> None:
    assert decode(Core, b"\x91\x01").countries == ()
    held = decode(Return, b"\x9b\x90\x00\x00\xc2\x00\xa0\x00\x00\xc2\xc2\xa0")
    assert (held.steps, held.doubt, held.country) == ([], "", "")
