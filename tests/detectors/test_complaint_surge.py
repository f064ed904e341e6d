"""complaint_surge of a seller, from events alone: who counts on which day, when it speaks, when it is over."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import pytest

import schemas
from detectors.baseline import SurgeTerms
from detectors.detector import Finding
from detectors.records import Complaint, Core, decode, encode
from detectors.rules.complaint_surge import ComplaintSurge
from detectors.state import SellerState
from detectors.surge import Series
from detectors.surging import KIND, day_over
from schemas.fields import DAY_US, to_us
from streams.sellers import change_of, seller_from
from streams.store import SellerBytes
from tests.detectors.aftersales import START_US, Desk, hour_us, said
from tests.detectors.complaining import complaint, decided, found

CODE = "complaint_surge"
DAY = 24
NEW_YEAR_DAY = START_US // DAY_US
BASELINE = 140  # days


def on(day: int, number: int, **fields: Any) -> schemas.ComplaintOpened:
    """A complaint of a buyer of its own, at noon."""
    name = f"{day}-{number}"
    told = {"complaint_id": f"C{name}", "event_id": f"opened-{name}", "buyer_id": f"B{name}"}
    return complaint(number, day * DAY + 12, **told | fields)


def arrived(day: int, count: int) -> list[Any]:
    """As many orders, paid and delivered on the day."""
    told: list[Any] = []
    for number in range(count):
        order = f"O{day}-{number}"
        told += [
            said(schemas.OrderPaid, day * DAY + 1, event_id=f"p{order}", order_id=order, buyer_id=order),
            said(schemas.OrderDelivered, day * DAY + 2, event_id=f"d{order}", order_id=order),
        ]
    return told


def lived(days: int, complaints: Callable[[int], int], orders: Callable[[int], int] = lambda _: 0) -> Desk:
    """A seller's life: so many complaints and delivered orders on each of its days."""
    return live_on(Desk(), range(days), complaints, orders)


def live_on(
    desk: Desk, days: Iterable[int], complaints: Callable[[int], int], orders: Callable[[int], int] = lambda _: 0
) -> Desk:
    for day in days:
        told = [*arrived(day, orders(day)), *(on(day, number) for number in range(complaints(day)))]
        for one in sorted(told, key=lambda one: one.event_time):
            desk.fire(to_us(one.event_time) - 1).take(one)
        desk.fire(hour_us((day + 1) * DAY))
        desk.judged.clear()
    return desk


def usual(day: int) -> int:
    """One complaint every second day."""
    return 1 - day % 2


def rising(day: int) -> int:
    return usual(day) if day < BASELINE else 4


def surge_of(desk: Desk) -> Finding | None:
    return found(desk, CODE)


def test_a_seller_whose_complaints_rise_is_told_of_with_what_was_to_be_expected() -> None:
    desk = lived(BASELINE + 5, rising)
    assert surge_of(desk) is None
    seen = surge_of(live_on(desk, range(BASELINE + 5, BASELINE + 9), rising))
    assert seen is not None
    assert (seen.subject_kind, seen.grade, seen.event_count) == ("seller", "seller", seen.numbers["counterfeit"])
    days, expected = seen.numbers["counterfeit_days"], seen.numbers["counterfeit_expected"]
    assert seen.sentence == (
        f"complaints of counterfeit goods have risen since 21 May 2026: "
        f"{seen.numbers['counterfeit']} in {days} days where {float(expected):.0f} were to be expected"
    )
    assert float(seen.numbers["counterfeit_ratio"]) > 4
    assert seen.event_ids[-1] == f"opened-{desk.state.surges['counterfeit'].day - NEW_YEAR_DAY}-3"


def test_it_weighs_2_and_so_is_shown_alone_only_on_request() -> None:
    desk = lived(BASELINE, usual)
    for day in range(BASELINE, BASELINE + 12):
        desk.take(*(on(day, number) for number in range(4))).fire(hour_us((day + 1) * DAY))
    alerts = [word for one in desk.judged for word in one.words if isinstance(word, schemas.Alert)]
    assert [(one.status, one.mode, one.evidence[0].weight) for one in alerts[:1]] == [("opened", "shadow", 2.0)]
    assert len(alerts) < 4, "told again when the complaints have doubled, not every day"


def test_as_many_as_ever_and_a_few_more_are_near_misses() -> None:
    assert surge_of(lived(BASELINE + 40, usual)) is None
    assert surge_of(lived(BASELINE + 30, lambda day: usual(day) if day < BASELINE else int(day % 3 > 0))) is None


def test_a_large_honest_seller_whose_sales_double_is_not_told_of() -> None:
    def doubled(of: int) -> Callable[[int], int]:
        return lambda day: of if day < BASELINE else 2 * of

    def complaints(day: int) -> int:  # a fortnight after the orders
        return 2 if day < BASELINE + 14 else 4

    assert surge_of(lived(BASELINE + 40, complaints, doubled(5))) is None
    assert surge_of(lived(BASELINE + 40, complaints, lambda _: 5)) is not None


def test_a_weekly_pattern_is_no_rise() -> None:
    assert surge_of(lived(BASELINE + 60, lambda day: 4 if day % 7 < 2 else 0)) is None


def test_a_new_seller_has_nothing_to_be_compared_with() -> None:
    assert surge_of(lived(12 * 7, lambda day: 0 if day < 70 else 5)) is None
    assert surge_of(lived(40, lambda _: 5)) is None


def test_counterfeit_goods_are_counted_apart_from_money_that_never_came() -> None:
    desk = lived(BASELINE, usual)
    for day in range(BASELINE, BASELINE + 10):
        kinds = ("no_refund", "seller_unreachable", "other", "other")
        desk.take(*(on(day, number, kind=kind) for number, kind in enumerate(kinds))).fire(hour_us((day + 1) * DAY))
    assert surge_of(desk) is None
    assert {kind: sum(map(sum, one.weeks)) for kind, one in desk.state.surges.items()}["unpaid"] == 20


def test_one_buyer_counts_once_and_the_nameless_once_a_day() -> None:
    desk = lived(BASELINE, usual)
    for day in range(BASELINE, BASELINE + 10):
        desk.take(*(on(day, number, buyer_id="angry") for number in range(50)))
        desk.take(*(on(day, 100 + number, buyer_id=None) for number in range(50))).fire(hour_us((day + 1) * DAY))
    assert surge_of(desk) is None
    assert sum(one.counted > 0 for one in desk.state.complaints.values()) == BASELINE // 2 + 1 + 10


def test_who_complained_is_asked_of_the_order_too() -> None:
    desk = Desk().take(said(schemas.OrderPaid, 0, buyer_id="B"))
    desk.take(*(on(0, number, buyer_id=None, order_id="O") for number in range(3)), on(1, 9, buyer_id="B"))
    desk.fire(hour_us(2 * DAY))
    assert [one.counted for one in desk.state.complaints.values()] == [NEW_YEAR_DAY + 1, -1, -1, -1]


def test_dismissed_complaints_are_taken_back_from_their_days_and_the_alert_with_them() -> None:
    desk = lived(BASELINE + 9, rising)
    assert surge_of(desk) is not None
    at = (BASELINE + 9) * DAY
    for key in [key for key, one in desk.state.complaints.items() if one.counted >= NEW_YEAR_DAY + BASELINE]:
        told = {"complaint_id": key, "outcome": "dismissed"}
        desk.take(said(schemas.ComplaintDecided, at, event_id=f"no-{key}", **told))
    assert surge_of(desk) is None
    assert desk.state.surges["counterfeit"].total == 0
    assert sum(map(sum, desk.state.surges["counterfeit"].weeks)) == BASELINE // 2


def test_an_overturned_dismissal_counts_again_on_its_day_and_one_before_the_day_is_over_never_does() -> None:
    desk = Desk().take(on(0, 1), on(0, 2), on(0, 3)).fire(hour_us(DAY))
    before = encode(desk.state.surges["counterfeit"])
    no = said(schemas.ComplaintDecided, 30, event_id="no", complaint_id="C0-1", outcome="dismissed")
    assert encode(desk.take(no).state.surges["counterfeit"]) != before
    yes = said(schemas.ComplaintDecided, 40, event_id="yes", complaint_id="C0-1", outcome="upheld")
    assert encode(desk.take(yes).state.surges["counterfeit"]) == before
    early = Desk().take(on(0, 1), decided(1, 13, "dismissed", complaint_id="C0-1")).fire(hour_us(DAY))
    assert early.state.surges == {}


def test_it_is_over_when_the_excess_is_used_up_and_leaves_no_deadline() -> None:
    desk = lived(BASELINE + 10, rising)
    assert surge_of(desk) is not None
    desk.fire(hour_us((BASELINE + 60) * DAY))
    assert surge_of(desk) is None
    assert (KIND, "") not in desk.deadlines


def test_there_is_a_deadline_only_while_there_is_something_to_look_at() -> None:
    desk = Desk().take(on(0, 1))
    assert desk.deadlines[KIND, ""] == hour_us(DAY)
    assert (KIND, "") not in desk.fire(hour_us(DAY)).deadlines
    desk.take(on(20, 1, kind="other"))
    assert (KIND, "") not in desk.deadlines


def test_a_seller_without_complaints_carries_nothing() -> None:
    desk = lived(30, lambda _: 0, lambda _: 5)
    assert desk.state.surges == {}
    assert desk.state.core.surge == (0, 0)
    desk = lived(30, lambda day: int(day == 0), lambda _: 5)
    assert desk.state.core.surge == (NEW_YEAR_DAY + 29, 5)
    assert len(encode(desk.state.surges["counterfeit"])) < 70
    assert desk.fire(hour_us(200 * DAY)).state.surges == {}
    assert desk.state.core.surge == (0, 0)


def test_a_late_complaint_counts_on_the_day_that_is_open() -> None:
    desk = lived(12, lambda day: int(day == 0), lambda _: 1)
    desk.take(on(5, 7)).fire(hour_us(12 * DAY))
    assert desk.state.complaints["C5-7"].counted == NEW_YEAR_DAY + 12 - 1


def test_an_order_delivered_at_midnight_does_not_close_a_day_without_its_complaints() -> None:
    desk = Desk().take(on(0, 1)).fire(hour_us(DAY)).take(on(1, 2), *arrived(1, 1))
    at_midnight = [said(schemas.OrderPaid, 30, order_id="X"), said(schemas.OrderDelivered, 2 * DAY, order_id="X")]
    desk.take(at_midnight).fire(hour_us(2 * DAY))
    assert desk.state.complaints["C1-2"].counted == NEW_YEAR_DAY + 1
    assert desk.state.core.surge == (NEW_YEAR_DAY + 2, 1)


def test_a_seller_as_stored_goes_on_as_if_it_had_stayed_in_memory() -> None:
    desk = lived(BASELINE + 6, rising, lambda _: 2)
    desk.take(on(BASELINE + 6, 1))
    changed, kept = change_of(desk.state), SellerBytes()
    kept.core = changed.core
    for stored, part in ((kept.returns, changed.returns), (kept.orders, changed.orders)):
        stored.update({key: held for key, held in part.items() if held is not None})
    again = Desk()
    again.state, again.deadlines = seller_from("shop", kept), dict(desk.deadlines)
    assert again.state.uncounted == {f"C{BASELINE + 6}-1"}
    for one in (desk, again):
        live_on(one, range(BASELINE + 7, BASELINE + 12), rising)
    assert surge_of(desk) == surge_of(again) is not None
    assert again.state.surges == desk.state.surges


def test_a_state_of_the_release_before_is_read_and_its_complaints_do_not_count_all_at_once() -> None:
    told = Complaint(kind="counterfeit", buyer_id="B", opened_us=1, opened_by="e")
    before = decode(Complaint, msgspec.msgpack.encode(msgspec.structs.astuple(told)[:-1]))
    assert before == told
    core = decode(Core, msgspec.msgpack.encode(msgspec.structs.astuple(Core(sequence=7))[:-1]))
    assert (core.sequence, core.surge) == (7, (0, 0))
    assert SellerState("shop", core, complaints={"C": before}).uncounted == set()


@pytest.mark.parametrize("strange", ["\u202e：🧨" * 60, "B\ud800", "\x00"])
def test_strange_buyers_a_flood_and_days_out_of_order_raise_nothing_and_stay_bounded(strange: str) -> None:
    desk = Desk()
    for day in (400, 0, 200, 399, 5_000, 1):
        desk.take(*(on(day, number, buyer_id=f"{strange}{day}{number}") for number in range(300)))
        desk.fire(hour_us(day * DAY))
    desk.fire(hour_us(5_001 * DAY))
    assert len(encode(desk.state.core)) < 1_024
    assert all(len(encode(series)) < 400 for series in desk.state.surges.values())
    desk.fire(hour_us(6_000 * DAY))
    assert (desk.state.surges, desk.deadlines.get((KIND, ""))) == ({}, None)


def test_of_a_brand_it_is_the_other_grade_and_names_it() -> None:
    series = Series(NEW_YEAR_DAY)
    series.total, series.rising_day, series.day, series.observed, series.expected, series.raised = (
        9.0,
        0,
        13,
        41,
        18,
        True,
    )
    seen = ComplaintSurge().look_at_market({"unpaid": series}, "brand", "samsung", "Samsung")
    assert seen is not None
    assert (seen.grade, seen.subject_kind, seen.subject_id) == ("market", "brand", "samsung")
    assert seen.sentence.startswith("complaints of refunds or answers that never came about Samsung have risen since")
    assert ComplaintSurge(fewest_complaints=42).look_at_market({"unpaid": series}, "brand", "samsung") is None
    just = ComplaintSurge(fewest_complaints=41).look_at_market({"unpaid": series}, "brand", "samsung")
    assert just is not None
    assert " about samsung have risen since" in just.sentence, "its own name, where no other is known"


def test_an_older_opening_takes_a_complaint_back_from_its_day_only_where_it_was_of_another_kind() -> None:
    desk = Desk().take(on(0, 1), on(0, 2)).fire(hour_us(DAY))
    weeks = desk.state.surges["counterfeit"].weeks
    assert sum(map(sum, weeks)) == 2
    older = {"complaint_id": "C0-1", "event_id": "before"}
    desk.take(complaint(1, 11, **older))
    assert sum(map(sum, desk.state.surges["counterfeit"].weeks)) == 2
    desk.take(complaint(1, 10, **older | {"event_id": "before that", "kind": "no_refund"}))
    assert sum(map(sum, desk.state.surges["counterfeit"].weeks)) == 1


def test_orders_of_a_day_that_is_closed_together_with_a_later_one_are_not_lost() -> None:
    state = SellerState("shop", surges={"counterfeit": Series(NEW_YEAR_DAY)})
    state.surges["counterfeit"].close_day(NEW_YEAR_DAY, 1, 0, SurgeTerms())
    state.core.surge = NEW_YEAR_DAY + 1, 7
    day_over(state, (NEW_YEAR_DAY + 4) * DAY_US, SurgeTerms())
    assert state.surges["counterfeit"].delivered == [0, 0, 7]
    assert state.core.surge == (NEW_YEAR_DAY + 4, 0)
