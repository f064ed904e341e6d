"""vanished_seller: buyers wait for their money and nobody answers; what it says, and what it is quiet about."""

from decimal import Decimal
from typing import Any

import pytest

import schemas
from tests.detectors.aftersales import SELLER, Desk, hour_us, said
from tests.detectors.silent import CNY, DUE, away, closed, day_by_day, found, held, holds, message
from tests.detectors.test_overdue_refund import unpaid
from tests.detectors.test_unpaid_refunds import paid


def test_two_waiting_buyers_and_three_days_without_a_word_hold_payout_and_seller_and_say_why() -> None:
    complaint = said(
        schemas.ComplaintOpened, 120, complaint_id="C", kind="seller_unreachable", event_id="complained", buyer_id="B2"
    )
    told = [*unpaid(1), *unpaid(2, amount=Decimal("20.5"), currency="EUR"), message(100), complaint]
    desk = day_by_day(Desk(), told).fire(hour_us(172) - 1)
    assert found(desk) is None
    seen = found(desk.fire(hour_us(172)))
    assert seen is not None
    assert (seen.subject_kind, seen.subject_id, seen.grade, seen.facts) == ("seller", SELLER, "seen", 2)
    assert seen.sentence == (
        "2 buyers wait for 1,000.00 CNY and 20.50 EUR after their parcels came back, "
        "and nobody was answered since 2026-01-05 04:00 UTC; 1 complaint fits"
    )
    assert seen.numbers == {
        "buyers": 2,
        "returns": 2,
        "complaints": 1,
        "silence": "unanswered_buyers",
        "silent_hours": 72.0,
        "silent_after_hours": 168.0,
        "longest_overdue_hours": 66.0,
        "unrefunded CNY": "1000.00",
        "unrefunded EUR": "20.50",
    }
    assert seen.event_ids == ("asked-1", "back-1", "asked-2", "back-2", "complained")
    assert seen.event_count == 5
    assert seen.opened_by == f"silence::{hour_us(172)}"
    assert held(desk) == {"payout", "seller"}


def test_the_payout_is_held_first_and_the_seller_when_silence_comes() -> None:
    told = [each for number in (1, 2, 3) for each in unpaid(number)]
    desk = day_by_day(Desk(), told, [message(at) for at in range(0, 200, 20)]).fire(hour_us(1000))
    assert holds(desk)[:2] == [("payout", "placed", DUE), ("seller", "placed", 180 + 72)]


def test_who_is_silent_already_is_held_when_the_second_refund_is_due() -> None:
    desk = day_by_day(Desk(), unpaid(1), unpaid(2, at=20)).fire(hour_us(DUE + 20))
    assert holds(desk)[-1] == ("seller", "placed", DUE + 20)


def test_one_buyer_is_enough_when_the_refund_is_overdue_for_ten_days() -> None:
    desk = Desk().take(unpaid(1)).fire(hour_us(DUE + 240) - 1)
    assert found(desk) is None
    seen = found(desk.fire(hour_us(DUE + 240)))
    assert seen is not None
    assert seen.numbers["silence"] == "rhythm"
    assert seen.sentence == (
        "1 buyer waits for 1,000.00 CNY after their parcels came back, "
        "and nobody was answered since 2026-01-01 00:00 UTC"
    )


def test_who_closes_the_shop_is_silent_at_once_and_whom_the_platform_closes_only_by_the_clock() -> None:
    told = [*unpaid(1), *unpaid(2), message(105)]
    seen = found(day_by_day(Desk(), told, closed(110, "seller")))
    assert seen is not None
    assert "and the seller closed the shop on 2026-01-05 14:00 UTC" in seen.sentence
    by_platform = day_by_day(Desk(), told, closed(110, "platform")).fire(hour_us(177) - 1)
    assert found(by_platform) is None
    assert found(by_platform.fire(hour_us(177))) is not None
    answered = day_by_day(Desk(), told, closed(100, "seller")).fire(hour_us(150))
    assert found(answered) is None, "it answered after it closed"
    late = day_by_day(Desk(), told, closed(110, "seller")).take(closed(90, "platform"))
    assert late.state.core.closed_by == "seller", "what is known late does not undo what came after it"


def test_complaints_that_were_dismissed_or_are_about_something_else_are_no_evidence() -> None:
    kinds = ["no_refund", "counterfeit", "other", "no_refund"]
    told = [
        said(schemas.ComplaintOpened, 20 + number, complaint_id=f"C{number}", kind=kind)
        for number, kind in enumerate(kinds)
    ]
    dismissed = said(schemas.ComplaintDecided, 30, complaint_id="C3", outcome="dismissed")
    seen = found(day_by_day(Desk(), unpaid(1), unpaid(2), told, dismissed).fire(hour_us(200)))
    assert seen is not None
    assert seen.numbers["complaints"] == 2


def test_the_disputed_sums_are_told_apart() -> None:
    dispute = said(schemas.ReturnDisputed, 20, return_id="R3", by="seller")
    seen = found(day_by_day(Desk(), unpaid(1), unpaid(2), unpaid(3), dispute).fire(hour_us(150)))
    assert seen is not None
    assert (seen.numbers["unrefunded CNY"], seen.numbers["contested CNY"]) == ("3000.00", "1000.00")


def test_hours_are_told_to_three_decimals() -> None:
    act, again = message(100.00017), unpaid(3, at=200.12343)
    seen = found(day_by_day(Desk(), unpaid(1), unpaid(2), act, again))
    assert seen is not None
    told = [seen.numbers[name] for name in ("silent_hours", "silent_after_hours", "longest_overdue_hours")]
    assert told == [110.123, 168.0, 104.123]


def test_a_word_of_a_buyers_or_a_login_leaves_the_finding_and_the_holds_as_they_are() -> None:
    desk = day_by_day(Desk(), unpaid(1), unpaid(2)).fire(hour_us(200))
    seen = found(desk)
    assert seen is not None
    desk.take(message(230, sender="buyer"), said(schemas.SellerActive, 231, activity="login"))
    assert found(desk) is seen, "not even its hours are told anew: buyers who wait write a lot"
    assert held(desk) == {"payout", "seller"}


def test_of_many_events_and_complaints_fifty_are_named_the_ten_newest_complaints_among_them() -> None:
    told = [each for number in range(40) for each in unpaid(number)]
    told += [
        said(
            schemas.ComplaintOpened, 20 + number, complaint_id=f"C{number}", kind="no_refund", event_id=f"said-{number}"
        )
        for number in range(12)
    ]
    seen = found(day_by_day(Desk(), told).fire(hour_us(200)))
    assert seen is not None
    assert (len(seen.event_ids), seen.event_count) == (50, 92)
    assert seen.event_ids[-10:] == tuple(f"said-{number}" for number in range(2, 12))


# ---- near misses


def test_one_buyer_or_two_parcels_of_one_buyer_are_a_near_miss() -> None:
    assert found(Desk().take(unpaid(1), unpaid(2, buyer_id="B1")).fire(hour_us(300))) is None


def test_refunds_that_go_on_are_no_vanishing_until_the_paid_ones_are_old() -> None:
    others = [each for number in range(10, 20) for each in [*unpaid(number), paid(number, 50, paid_by="platform")]]
    desk = day_by_day(Desk(), unpaid(1), unpaid(2), others).fire(hour_us(DUE + 7 * 24) - 1)
    assert found(desk) is None, "10 of 12 were refunded through the platform, in time"
    assert found(desk.fire(hour_us(DUE + 8 * 24))) is not None, "none of the last week's"


@pytest.mark.parametrize(("count", "quiet"), [(8, True), (7, False)])
def test_four_fifths_is_the_share(count: int, quiet: bool) -> None:
    others = [each for number in range(10, 10 + count) for each in [*unpaid(number), paid(number, 20)]]
    desk = day_by_day(Desk(), unpaid(1), unpaid(2), others).fire(hour_us(DUE + 24))
    assert (found(desk) is None) == quiet


def test_what_the_platform_pays_in_the_sellers_place_is_no_refund_of_its() -> None:
    late = [each for number in range(10, 20) for each in [*unpaid(number), paid(number, DUE + 1, paid_by="platform")]]
    instead = [
        each
        for number in range(20, 30)
        for each in [
            *unpaid(number),
            said(schemas.CompensationPaid, 50, compensation_id=f"k{number}", return_id=f"R{number}", **CNY),
        ]
    ]
    assert found(day_by_day(Desk(), unpaid(1), unpaid(2), late).fire(hour_us(DUE + 2))) is not None
    assert found(day_by_day(Desk(), unpaid(1), unpaid(2), instead).fire(hour_us(DUE + 2))) is not None


def test_refunds_in_one_currency_do_not_speak_for_another() -> None:
    euros = [each for number in range(10, 30) for each in [*unpaid(number, currency="EUR"), _euro(number)]]
    assert found(day_by_day(Desk(), unpaid(1), unpaid(2), euros).fire(hour_us(DUE + 60))) is not None


def _euro(number: int) -> Any:
    return paid(number, 20, currency="EUR")


# ---- hostile input


def test_a_closing_from_before_its_time_was_noted_is_none() -> None:
    desk = Desk()
    desk.state.core.closed_by = "seller"
    assert found(day_by_day(desk, unpaid(1), unpaid(2), message(100)).fire(hour_us(150))) is None
    desk = Desk()
    desk.state.core.closed_by = "seller"
    seen = found(day_by_day(desk, unpaid(1), unpaid(2)).fire(hour_us(150)))
    assert seen is not None
    assert seen.numbers["silence"] == "unanswered_buyers"


def test_floods_strange_absences_and_free_goods_raise_nothing_and_accuse_nobody() -> None:
    desk = Desk().take(
        (away(number, number * 7 % 90, number * 5 % 70) for number in range(500)),
        away(1, 600_000, 1),
        (closed(number, by) for number in range(50) for by in ("platform", "seller")),
        (each for number in range(5) for each in unpaid(number, amount=Decimal(0))),
        (said(schemas.ReturnDelivered, 0, return_id=f"unasked {number}", signed=False) for number in range(300)),
        (said(schemas.ComplaintOpened, 1, complaint_id=f"C{number}", kind="no_refund") for number in range(300)),
    )
    assert found(desk.fire(hour_us(3000))) is None
    assert len(desk.state.core.away) <= 4
    seen = found(desk.take(unpaid(8, at=3000, buyer_id="\u202e🧨" * 60), unpaid(9, at=3000)).fire(hour_us(4000)))
    assert seen is not None
    assert (len(seen.event_ids), seen.event_count, seen.numbers["complaints"]) == (14, 304, 300)
