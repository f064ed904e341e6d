"""How long a seller in one country has for a refund: days off, and seasons in which parcels pile up.

Hours that fall on a day off do not count. Days begin at midnight of one offset from UTC per country; summer time and
holidays of single provinces are not known. The holidays are those of the `holidays` package: for a year that a
government has not announced yet they are computed.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version
from itertools import combinations
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta

from schemas.fields import DAY_US, HOUR_US

DAYS_OFF_MOST: Final = 30  # beyond so many in one deadline every day counts
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_LAST_DAY: Final = date.max.toordinal() - _EPOCH_DAY
_YEARLY: Final = re.compile(r"\d\d-\d\d")
_DATED: Final = re.compile(r"20\d\d-\d\d-\d\d")
_ORDINARY_YEAR: Final = 2001  # neither it nor the next has a 29 February
_DAY: Final = timedelta(days=1)
_USUAL_WEEKEND: Final = (5, 6)  # Saturday, Sunday

Hours = Annotated[float, Meta(ge=0, le=10_000)]


class Season(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Days, both included, on which a parcel that comes back gives `extra_hours` more.

    `from` and `until` are both "month-day", each year (it may run over New Year), or both "year-month-day".
    """

    from_: str
    until: str
    extra_hours: Hours

    def holds(self, day: str) -> bool:
        """Whether a day, as "year-month-day", lies in it."""
        day = day[-len(self.from_) :]
        if self.from_ <= self.until:
            return self.from_ <= day <= self.until
        return day >= self.from_ or day <= self.until


class Calendar(msgspec.Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    """What differs for sellers of one country; hours that are not given are those of everybody.

    `weekends_count`, `holidays_count`: whether hours on such days count; a weekend between two holidays is one of them.
    `utc_offset_hours`: where its days begin.
    """

    refund_sla_hours: Hours | None = None
    scan_grace_hours: Hours | None = None
    utc_offset_hours: Annotated[float, Meta(ge=-12, le=14)] = 0.0
    weekends_count: bool = True
    holidays_count: bool = True
    seasons: dict[str, Season] = {}

    @lru_cache(maxsize=20_000)  # noqa: B019 - a policy's calendars live as long as the process
    def due_us(self, country: str, from_us: int, sla_hours: float, grace_hours: float) -> int:
        """When a refund is due whose time counts from `from_us`; both hours are those of everybody."""
        sla_hours = sla_hours if self.refund_sla_hours is None else self.refund_sla_hours
        grace_hours = grace_hours if self.scan_grace_hours is None else self.scan_grace_hours
        offset_us = int(self.utc_offset_hours * HOUR_US)
        local_us = from_us + offset_us
        hours = sla_hours + grace_hours + self._extra_hours(local_us // DAY_US)
        return self._passed(country, local_us, int(hours * HOUR_US)) - offset_us

    def longest_hours(self, sla_hours: float, grace_hours: float) -> float:
        """A bound: no refund is ever due later than this after its time began."""
        sla_hours = sla_hours if self.refund_sla_hours is None else self.refund_sla_hours
        grace_hours = grace_hours if self.scan_grace_hours is None else self.scan_grace_hours
        extra = max((season.extra_hours for season in self.seasons.values()), default=0.0)
        return sla_hours + grace_hours + extra + 24 * DAYS_OFF_MOST

    def _extra_hours(self, day: int) -> float:
        if not self.seasons:
            return 0.0
        shown = _date(day).isoformat()
        return next((season.extra_hours for season in self.seasons.values() if season.holds(shown)), 0.0)

    def _passed(self, country: str, local_us: int, left_us: int) -> int:
        """The local time at which `left_us` have passed, days off left out."""
        if self.weekends_count and self.holidays_count:
            return local_us + left_us
        day = local_us // DAY_US
        off = _days_off(country, _date(day).year, self.weekends_count, self.holidays_count)
        off_left = DAYS_OFF_MOST
        while True:
            ends_us = (day + 1) * DAY_US
            if off_left and day in off:
                off_left -= 1
            elif left_us <= ends_us - local_us:
                return local_us + left_us
            else:
                left_us -= ends_us - local_us
            local_us = ends_us
            day += 1


Table = TypeVar("Table", Season, Calendar)


class CalendarError(Exception):
    """Calendars that cannot be used; the message is one sentence that says what to change."""


def check_calendars(given: Mapping[str, Any]) -> None:
    """Raises `CalendarError` for the first thing in the policy's `returns.calendars` that does not fit."""
    for country, table in given.items():
        where = f"The policy's [returns.calendars.{country}]"
        if country not in _countries():
            raise CalendarError(f"{where} names no country; write its two capital letters of ISO 3166, such as DE.")
        if not isinstance(table, Mapping):
            raise CalendarError(f"{where} must be a table, not {table!r}.")
        seasons = table.get("seasons", {})
        if not isinstance(seasons, Mapping):
            raise CalendarError(f"{where} must have a table for each of its seasons, not {seasons!r}.")
        days = {name: _days(season, f"{where[:-1]}.seasons.{name}]") for name, season in seasons.items()}
        _convert(table, Calendar, where)
        for (one, first), (other, second) in combinations(days.items(), 2):
            if _overlap(first, second):
                raise CalendarError(f"{where} has two seasons, {one} and {other}, on the same days; part them.")


def holidays_version(calendars: Mapping[str, Calendar]) -> str:
    """Which holidays are meant: another version of the package may know other ones; "" where none matter."""
    if all(calendar.holidays_count and calendar.weekends_count for calendar in calendars.values()):
        return ""
    return version("holidays")


def _days(given: Any, where: str) -> tuple[str, str]:
    """The season's first and last day."""
    season = _convert(given, Season, where)
    days = season.from_, season.until
    for form, year in ((_YEARLY, f"{_ORDINARY_YEAR}-"), (_DATED, "")):
        if all(form.fullmatch(day) for day in days):
            for day in days:
                _parsed(year + day, day, where)
            if form is _DATED and days[0] > days[1]:
                raise CalendarError(f"{where} must not end ({days[1]}) before it begins ({days[0]}).")
            return days
    raise CalendarError(
        f'{where} must have `from` and `until` alike, "11-11" for every year or "2026-11-11" for one, '
        f"not {days[0]!r} and {days[1]!r}."
    )


def _parsed(text: str, day: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CalendarError(f"{where} has no day {day!r}; write one that every such year has.") from None


def _convert(given: Any, kind: type[Table], where: str) -> Table:
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        what = str(error).replace(" - at `$.", " for `").replace("[...]", "").replace("`null`", "nothing")
        raise CalendarError(f"{where} does not fit: {what[0].lower()}{what[1:]}.") from None


def _overlap(first: tuple[str, str], second: tuple[str, str]) -> bool:
    years = [int(days[0][:4]) for days in (first, second) if _DATED.fullmatch(days[0])] or [_ORDINARY_YEAR]
    span = range(min(years) - 1, max(years) + 2)
    return any(
        begins <= other_ends and other_begins <= ends
        for begins, ends in _ranges(first, span)
        for other_begins, other_ends in _ranges(second, span)
    )


def _ranges(days: tuple[str, str], years: range) -> Iterator[tuple[str, str]]:
    """A season's first and last day in each of these years."""
    if _DATED.fullmatch(days[0]):
        yield days
        return
    for year in years:
        yield f"{year}-{days[0]}", f"{year if days[0] <= days[1] else year + 1}-{days[1]}"


def _date(day: int) -> date:
    """The date of a day since 1970; beyond the calendar's end its last."""
    return date.fromordinal(_EPOCH_DAY + min(day, _LAST_DAY))


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    from holidays import list_supported_countries  # noqa: PLC0415 - slow to import, needed only with calendars

    return frozenset(list_supported_countries(include_aliases=False))


@lru_cache(maxsize=4_096)
def _days_off(country: str, year: int, weekends_count: bool, holidays_count: bool) -> frozenset[int]:
    """The days off of a year and the next, as days since 1970: more than `DAYS_OFF_MOST` after any day of the first.

    Of a country or year that nobody knows anything about, Saturdays and Sundays.
    """
    first, last = date(year, 1, 1).toordinal(), date(min(year + 1, date.max.year), 12, 31).toordinal()
    known = _known(country, year)
    off = set()
    for ordinal in range(first, last + 1):
        day = date.fromordinal(ordinal)
        if known is None:
            is_weekend, is_holiday = day.weekday() in _USUAL_WEEKEND, False
        else:
            is_weekend = known.is_weekend(day) and day not in known.weekend_workdays
            is_holiday = day in known or (is_weekend and _is_between(day, known))
        if (is_weekend and not weekends_count) or (is_holiday and not holidays_count):
            off.add(ordinal - _EPOCH_DAY)
    return frozenset(off)


def _known(country: str, year: int) -> Any:
    """The country's holidays in that year and the next, where the package knows of them; None for no such country."""
    from holidays import country_holidays  # noqa: PLC0415 - slow to import, needed only with calendars

    if country not in _countries():
        return None
    known = country_holidays(country, expand=False)
    years = [each for each in (year, year + 1) if known.start_year <= each <= known.end_year]
    return country_holidays(country, years=years, expand=False)


def _is_between(day: date, known: Any) -> bool:
    """Whether a day of a weekend has a holiday on either side of the weekend."""
    before, after = day - _DAY, day + _DAY
    while known.is_weekend(before) and before not in known:
        before -= _DAY
    while known.is_weekend(after) and after not in known:
        after += _DAY
    return before in known and after in known
