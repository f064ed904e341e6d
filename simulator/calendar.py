"""The calendar: national holidays, seasons, sales. Days are of UTC; nothing here is drawn from chance.

The dates are those of the real calendar as far as they are fixed; the Chinese new year is known for some years. How
much more is bought in November and how much slower parcels are is made up.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

from simulator.scene import DAY_S

CATEGORIES = ("phones", "tablets", "headphones", "sneakers", "perfume", "accessories")

#: Country to (month, day, days) of the holidays on which shops close.
_HOLIDAYS = {
    "CN": ((1, 1, 1), (5, 1, 5), (10, 1, 7)),
    "US": ((7, 4, 1), (12, 24, 3)),
    "DE": ((5, 1, 1), (10, 3, 1), (12, 24, 4)),
    "FR": ((5, 1, 1), (7, 14, 1), (12, 24, 3)),
}
#: The eve of the Chinese new year; shops close for eight days from it.
_NEW_YEARS_EVE = (
    date(2025, 1, 28),
    date(2026, 2, 16),
    date(2027, 2, 5),
    date(2028, 1, 25),
    date(2029, 2, 12),
    date(2030, 2, 2),
)
_NEW_YEAR_DAYS = 8
#: Orders by month as a share of an ordinary month's.
_DEMAND = (0.95, 0.85, 1.0, 1.0, 1.0, 1.1, 0.95, 0.95, 1.0, 1.05, 1.55, 1.4)
#: Festivals in which every category is on sale: (month, day) of the first day, days.
_FESTIVALS = ((6, 17, 3), (11, 10, 3), (12, 12, 2))
_FRIDAY, _THANKSGIVING_BEFORE = 4, 22
_WEEKEND_DAYS = 3
_WEEKS_BETWEEN_SALES = 7  # of one category
SALE_DEMAND = 2.0  # orders while a shop takes part in a sale


class Holiday(NamedTuple):
    """A national holiday; seconds since 1970."""

    from_s: int
    until_s: int


class Sale(NamedTuple):
    """Days on which many shops cut the prices of these categories."""

    until_s: int
    categories: tuple[str, ...]


def holidays(country: str, start_s: int, end_s: int) -> Iterator[Holiday]:
    """The country's holidays that begin between the two."""
    for year in range(_day(start_s).year, _day(end_s).year + 1):
        spans = [(date(year, month, day), days) for month, day, days in _HOLIDAYS.get(country, ())]
        if country == "CN":
            spans += [(eve, _NEW_YEAR_DAYS) for eve in _NEW_YEARS_EVE if eve.year == year]
        for first, days in sorted(spans):
            from_s = _second(first)
            if start_s <= from_s < end_s:
                yield Holiday(from_s, from_s + days * DAY_S)


@lru_cache(maxsize=4_096)
def is_holiday(country: str, day_s: int) -> bool:
    """Whether the day is a national holiday."""
    year_s = 366 * DAY_S
    return any(one.from_s <= day_s < one.until_s for one in holidays(country, day_s - year_s, day_s + 1))


@lru_cache(maxsize=4_096)
def demand(country: str, day_s: int) -> float:
    """A day's orders as a share of an ordinary day's."""
    day = _day(day_s)
    week = 1.15 if day.weekday() > _FRIDAY else 0.94
    return _DEMAND[day.month - 1] * week * (0.6 if is_holiday(country, day_s) else 1.0)


@lru_cache(maxsize=4_096)
def parcel_time(country: str, day_s: int) -> float:
    """How long a parcel that is sent on that day takes, as a share of the usual time: holidays and festivals clog."""
    if is_holiday(country, day_s):
        return 1.7
    day = _day(day_s)
    is_peak = (day.month == 11 and day.day >= 10) or (day.month == 12 and day.day >= 10)
    return 1.25 if is_peak else 1.0


@lru_cache(maxsize=1_024)
def sales(day_s: int) -> tuple[Sale, ...]:
    """The sales that begin on that day: festivals, and a weekend for each category in turn."""
    day = _day(day_s)
    begun = [
        Sale(day_s + days * DAY_S, CATEGORIES)
        for month, first, days in _FESTIVALS
        if (day.month, day.day) == (month, first)
    ]
    if day.weekday() != _FRIDAY:
        return tuple(begun)
    if day.month == 11 and _THANKSGIVING_BEFORE < day.day <= _THANKSGIVING_BEFORE + 7:
        return (*begun, Sale(day_s + 4 * DAY_S, CATEGORIES))
    turn = day.toordinal() // 7 % _WEEKS_BETWEEN_SALES
    if turn < len(CATEGORIES):
        begun.append(Sale(day_s + _WEEKEND_DAYS * DAY_S, (CATEGORIES[turn],)))
    return tuple(begun)


def _day(at_s: int) -> date:
    return datetime.fromtimestamp(at_s, UTC).date()


def _second(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
