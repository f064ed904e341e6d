"""The calendar knows holidays, seasons and sales by their dates."""

from datetime import UTC, datetime

from simulator import calendar


def second(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp())


def test_national_holidays_are_those_of_the_country_and_year() -> None:
    year = second(2026, 9, 1), second(2027, 9, 1)
    china = [(one.from_s, one.until_s) for one in calendar.holidays("CN", *year)]
    assert (second(2026, 10, 1), second(2026, 10, 8)) in china
    assert (second(2027, 2, 5), second(2027, 2, 13)) in china
    assert len(china) == 4
    assert [one.from_s for one in calendar.holidays("US", *year)] == [second(2026, 12, 24), second(2027, 7, 4)]
    assert calendar.is_holiday("CN", second(2026, 10, 7))
    assert not calendar.is_holiday("CN", second(2026, 10, 8))
    assert not calendar.is_holiday("DE", second(2026, 10, 7))


def test_people_buy_more_in_november_and_wait_longer_over_holidays() -> None:
    assert calendar.demand("CN", second(2026, 11, 18)) > 1.4 * calendar.demand("CN", second(2026, 9, 16))
    assert calendar.demand("CN", second(2026, 10, 2)) < calendar.demand("US", second(2026, 10, 2))
    assert calendar.parcel_time("CN", second(2026, 10, 2)) > 1.5
    assert calendar.parcel_time("CN", second(2026, 9, 16)) == 1.0


def test_each_category_has_its_weekends_and_festivals_are_for_all() -> None:
    days = range(second(2026, 9, 1), second(2027, 3, 1), 86_400)
    begun = [(day, sale) for day in days for sale in calendar.sales(day)]
    for_all = [day for day, sale in begun if sale.categories == calendar.CATEGORIES]
    assert for_all == [second(2026, 11, 10), second(2026, 11, 27), second(2026, 12, 12)]
    weekends = [sale.categories for _, sale in begun if len(sale.categories) == 1]
    assert {one for (one,) in weekends} == set(calendar.CATEGORIES)
    assert all(3 <= weekends.count((one,)) <= 4 for one in calendar.CATEGORIES)
