"""Who is silent for a good reason and who is not: holidays, weekends, platforms that pay, and gangs that seem alive."""

import schemas
from tests.detectors.aftersales import Desk, hour_us, said
from tests.detectors.silent import DUE, away, day_by_day, found, held, holds, message, outside, working
from tests.detectors.test_overdue_refund import unpaid
from tests.detectors.test_unpaid_refunds import paid
from tests.story import Story, at, refund, registered, sold_and_back

HOLIDAY = (100.0, 436.0)  # two weeks


def test_a_holiday_of_which_nobody_was_told_is_no_vanishing_while_one_parcel_comes_back() -> None:
    told = [*outside(working(600), HOLIDAY), *unpaid(1, at=HOLIDAY[0]), paid(1, HOLIDAY[1] + 4)]
    desk = day_by_day(Desk(), told).fire(hour_us(600))
    assert not holds(desk)


def test_the_parcels_of_two_buyers_during_it_are_and_its_first_word_releases_the_account() -> None:
    told = [*outside(working(600), HOLIDAY), *unpaid(1, at=HOLIDAY[0]), *unpaid(2, at=HOLIDAY[0] + 24)]
    desk = day_by_day(Desk(), told).fire(hour_us(600))
    placed, released = [one for one in holds(desk) if one[0] == "seller"]
    assert placed[1:] == ("placed", HOLIDAY[0] + 24 + DUE)
    assert released[1] == "released"
    assert found(desk) is None


def test_an_announced_holiday_holds_no_account_and_no_refund_waits_for_its_end() -> None:
    told = [*outside(working(600), HOLIDAY), away(90, *HOLIDAY), *unpaid(1, at=HOLIDAY[0]), *unpaid(2, at=HOLIDAY[0])]
    desk = day_by_day(Desk(), told).fire(hour_us(600))
    assert holds(desk)[0] == ("payout", "placed", HOLIDAY[0] + DUE), "`unpaid_refunds`: the deadline is the deadline"
    assert not [one for one in holds(desk) if one[0] == "seller"]


def test_who_does_not_come_back_is_silent_three_days_after_the_announced_end() -> None:
    told = [*working(90), away(90, *HOLIDAY), *unpaid(1, at=HOLIDAY[0]), *unpaid(2, at=HOLIDAY[0])]
    desk = day_by_day(Desk(), told).fire(hour_us(900))
    assert next(one for one in holds(desk) if one[0] == "seller") == ("seller", "placed", HOLIDAY[1] + 72)


def test_an_absence_announced_when_it_is_silent_already_quiets_it_from_then_on() -> None:
    desk = day_by_day(Desk(), unpaid(1), unpaid(2)).fire(hour_us(120))
    assert held(desk) == {"payout", "seller"}
    assert held(desk.take(away(130, 150, 200))) == {"payout", "seller"}, "it has not begun"
    assert held(desk.fire(hour_us(150))) == {"payout"}
    assert found(desk.fire(hour_us(272))) is not None


def test_nobody_is_away_for_more_than_a_month() -> None:
    desk = day_by_day(Desk(), unpaid(1), unpaid(2), away(90, 90, 600_000)).fire(hour_us(90 + 30 * 24 + 72) - 1)
    assert found(desk) is None
    assert found(desk.fire(hour_us(90 + 30 * 24 + 72))) is not None


def test_a_shop_that_is_shut_at_weekends_is_not_held_for_two_refunds_that_it_pays_on_monday() -> None:
    week = working(24 * 28, days=(0, 1, 2, 3, 4))  # the first of January is a Monday here
    friday = 18 * 24
    told = [*week, *unpaid(1, at=friday - DUE), *unpaid(2, at=friday - DUE), *(paid(n, 21 * 24 + 10) for n in (1, 2))]
    desk = day_by_day(Desk(), told).fire(hour_us(24 * 28))
    assert not [one for one in holds(desk) if one[0] == "seller"], "from Friday at five to Monday at ten are 65 hours"


def test_a_silent_shop_whose_refunds_the_platform_pays_in_time_is_never_asked() -> None:
    told = [each for n in range(100) for each in [*unpaid(n, at=n * 12), paid(n, n * 12 + 11, paid_by="platform")]]
    desk = day_by_day(Desk(), told).fire(hour_us(3000))
    assert not desk.state.findings
    assert not holds(desk)


# ---- gangs


def test_a_gang_that_logs_in_every_day_is_caught() -> None:
    logins = [said(schemas.SellerActive, at, activity="login") for at in range(0, 240, 6)]
    desk = day_by_day(Desk(), unpaid(1), unpaid(2), message(20), logins)
    assert held(desk) == {"payout", "seller"}


def test_a_gang_that_writes_one_line_a_day_keeps_its_account_and_not_its_payout() -> None:
    lines = [message(at) for at in range(0, 720, 24)]
    told = [each for number in range(5) for each in unpaid(number, at=number * 10)]
    desk = day_by_day(Desk(), told, lines)
    assert found(desk) is None
    assert holds(desk)[0] == ("payout", "placed", DUE + 10), "frozen by `unpaid_refunds` at the second buyer"
    assert not [one for one in holds(desk) if one[0] == "seller"]


def test_the_deadline_of_a_silence_that_comes_after_everything_was_paid_leaves_none() -> None:
    story = Story().tell(registered(at(1), "s"), sold_and_back("s", 1, at(3)), until=at(11.5))
    assert story.state("s").core.silence_due_us
    story.tell(refund(at(11.6), "s", 1), until=at(60))
    assert story.state("s").core.silence_due_us == 0
