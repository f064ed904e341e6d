"""A return's rules, one by one: absence, tolerance, disputes, decisions, cancellations, and what the platform paid."""

from decimal import Decimal
from typing import Any

import pytest

import schemas
from detectors.returns import fold
from schemas.fields import HOUR_US, to_us
from tests.detectors.aftersales import POLICY, Desk, hour_us, said

BACK = 96  # hours from a signed delivery to the deadline
LATER = 24 * 365


def requested(at: float = 0, **fields: Any) -> Any:
    return said(schemas.ReturnRequested, at, **fields)


def delivered(at: float, **fields: Any) -> Any:
    return said(schemas.ReturnDelivered, at, **{"signed": True, **fields})


def refunded(at: float, amount: str = "1000", **fields: Any) -> Any:
    told = {"refund_id": f"f{at}", "amount": Decimal(amount), "currency": "CNY", "paid_by": "seller"}
    return said(schemas.RefundIssued, at, **told | fields)


def disputed(at: float, by: str = "seller") -> Any:
    return said(schemas.ReturnDisputed, at, by=by)


def decided(at: float, outcome: str, **fields: Any) -> list[Any]:
    """A complaint about the return, opened an hour before it was decided."""
    told = {"complaint_id": "c", **fields}
    opened = said(schemas.ComplaintOpened, at - 1, kind="no_refund", return_id="R", **told)
    return [opened, said(schemas.ComplaintDecided, at, outcome=outcome, **told)]


def judged(*told: Any, until: float = LATER) -> Desk:
    """The desk after these events and every deadline up to `until`, each before the events that come after it."""
    desk = Desk()
    events = [each for one in told for each in (one if isinstance(one, list) else [one])]
    for each in sorted(events, key=lambda one: one.event_time):
        desk.fire(to_us(each.event_time) - 1).take(each)
    return desk.fire(hour_us(until))


def overdue_at(*told: Any, until: float = LATER) -> bool:
    return judged(*told, until=until).state.overdue == {"R"}


def deadline(*told: Any) -> float | None:
    """When the refund is due, in hours, before anything has fallen due."""
    due_us = Desk().take(*told).deadlines.get(("refund", "R"))
    return None if due_us is None else (due_us - hour_us(0)) / HOUR_US


def test_a_refund_after_the_parcel_is_no_absence() -> None:
    assert not overdue_at(requested(), delivered(10), refunded(10 + BACK - 1))


def test_a_refund_before_the_parcel_is_no_absence() -> None:
    assert not overdue_at(requested(), refunded(5), delivered(10))


def test_a_refund_of_another_return_does_not_end_the_absence() -> None:
    desk = judged(requested(), delivered(10), refunded(11, return_id="another"))
    assert desk.state.overdue == {"R"}
    assert desk.state.changes.unmatched == 1


def test_a_parcel_without_any_refund_is_overdue_at_its_deadline_and_not_before() -> None:
    assert not overdue_at(requested(), delivered(10), until=10 + BACK - 0.001)
    assert overdue_at(requested(), delivered(10), until=10 + BACK)


@pytest.mark.parametrize(
    ("amount", "paid", "is_overdue"),
    [
        ("1000", "995", False),
        ("1000", "994.99", True),
        ("100", "99", False),
        ("100", "98.99", True),
        ("0.99", None, False),
        ("0", None, False),
    ],
)
def test_a_rest_of_one_unit_or_half_a_percent_is_not_missed(amount: str, paid: str | None, is_overdue: bool) -> None:
    refunds = [] if paid is None else [refunded(20, paid)]
    assert overdue_at(requested(amount=Decimal(amount)), delivered(10), *refunds) == is_overdue


def test_parts_add_up_by_whatever_route() -> None:
    parts = [refunded(12, "300"), refunded(13, "300", paid_by="platform")]
    compensation = said(
        schemas.CompensationPaid, 14, compensation_id="c", amount=Decimal(400), currency="CNY", return_id="R"
    )
    assert overdue_at(requested(), delivered(10), *parts)
    assert not overdue_at(requested(), delivered(10), *parts, compensation)


def test_a_part_that_is_told_twice_counts_once() -> None:
    part = refunded(12, "500", refund_id="f", event_id="first")
    assert overdue_at(requested(), delivered(10), part, refunded(13, "500", refund_id="f", event_id="again"))


def test_a_refund_in_another_currency_is_none() -> None:
    assert overdue_at(requested(), delivered(10), refunded(12, currency="EUR"))


def test_a_parcel_that_nobody_signed_for_gives_seven_days_more() -> None:
    assert deadline(requested(), delivered(10, signed=False)) == 10 + BACK + 7 * 24
    assert deadline(requested(), delivered(10, signed=False), delivered(30)) == 30 + BACK, "signed for after all"


def test_a_sellers_dispute_pauses_the_deadline_once_for_ten_days() -> None:
    assert deadline(requested(), delivered(10), disputed(20)) == 10 + BACK + 240
    assert deadline(requested(), delivered(10), disputed(20), disputed(200)) == 10 + BACK + 240
    assert deadline(requested(), delivered(10, signed=False), disputed(20)) == 10 + BACK + 168 + 240
    assert deadline(requested(), disputed(0), delivered(100)) == 100 + BACK + 140, "only what is left of the ten days"
    assert overdue_at(requested(), delivered(10), disputed(10 + BACK + 1), until=10 + BACK + 2), "too late"


def test_a_return_is_contested_by_a_dispute_that_came_in_time_and_by_no_other() -> None:
    for told, contested in (([], False), ([disputed(20)], True), ([disputed(10 + BACK + 1)], False)):
        desk = judged(requested(), delivered(10), *told, until=10 + BACK + 2)
        assert fold(desk.state.returns["R"], POLICY.terms.returns).contested == contested


def test_the_sum_under_dispute_stays_at_stake() -> None:
    desk = judged(requested(), delivered(10), disputed(20), until=200)
    assert desk.exposure() == {("unrefunded", "CNY"): 1000}


def test_a_buyers_dispute_changes_nothing() -> None:
    assert deadline(requested(), delivered(10), disputed(20, by="buyer")) == 10 + BACK


def test_an_upheld_complaint_makes_it_overdue_at_once_and_no_dispute_pauses_after_it() -> None:
    assert overdue_at(requested(), delivered(10), decided(30, "upheld"), until=30)
    assert overdue_at(requested(), delivered(10), disputed(12), decided(30, "upheld"), until=30)
    assert overdue_at(requested(), decided(5, "upheld"), disputed(7), delivered(10), until=10)


def test_a_dismissed_complaint_settles_it() -> None:
    assert not overdue_at(requested(), delivered(10), decided(30, "dismissed"))
    assert not overdue_at(requested(), delivered(10), decided(500, "dismissed")), "even when it was overdue"


def test_the_newest_decision_on_a_complaint_counts() -> None:
    upheld = said(schemas.ComplaintDecided, 40, complaint_id="c", outcome="upheld")
    assert overdue_at(requested(), delivered(10), decided(30, "dismissed"), upheld, until=40)
    dismissed = said(schemas.ComplaintDecided, 40, complaint_id="c", outcome="dismissed")
    settled = judged(requested(), delivered(10), decided(30, "upheld"), dismissed)
    assert not settled.state.overdue
    assert not settled.state.core.last_upheld_us, "nor does it count against the seller's standing"


def test_a_late_refund_withdraws_what_has_fired() -> None:
    late = [requested(), delivered(10), refunded(10 + BACK + 50)]
    assert overdue_at(*late[:2])
    assert not overdue_at(*late)


def test_a_refund_that_arrives_late_cancels_a_deadline_that_has_not_fired_and_undoes_one_that_has() -> None:
    desk = Desk().take(requested(), delivered(10))
    assert ("refund", "R") not in desk.take(refunded(50)).deadlines
    desk = judged(requested(), delivered(10))
    assert not desk.take(refunded(50)).state.overdue


def test_what_the_platform_pays_before_the_deadline_closes_the_return_and_after_it_does_not() -> None:
    in_time = [requested(), delivered(10), refunded(10 + BACK, paid_by="platform")]
    late = [requested(), delivered(10), refunded(10 + BACK + 1, paid_by="platform")]
    assert not overdue_at(*in_time)
    assert overdue_at(*late)
    for paid in (in_time, late):
        assert judged(*paid, until=300).exposure() == {("owed_to_platform", "CNY"): 1000}
        assert judged(*paid, refunded(290), until=300).exposure() == {}
        assert not overdue_at(*paid, refunded(290))


def test_a_parcel_without_a_known_request_waits_for_it() -> None:
    desk = Desk().take(delivered(10))
    assert ("refund", "R") not in desk.deadlines
    assert not desk.fire(hour_us(500)).state.overdue
    assert desk.take(requested()).deadlines["refund", "R"] == hour_us(10 + BACK)


@pytest.mark.parametrize(("by", "is_overdue"), [("seller", True), ("buyer", False), ("platform", False)])
def test_after_the_parcel_only_the_buyers_or_the_platforms_cancellation_counts(by: str, is_overdue: bool) -> None:
    assert overdue_at(requested(), delivered(10), said(schemas.ReturnCancelled, 20, by=by)) == is_overdue


def test_a_seller_that_cancels_before_the_parcel_comes_back_has_it_all_the_same() -> None:
    assert not overdue_at(requested(), said(schemas.ReturnCancelled, 5, by="seller"))
    assert overdue_at(requested(), said(schemas.ReturnCancelled, 5, by="seller"), delivered(10))


def test_a_second_return_of_the_same_order_does_not_hide_the_first() -> None:
    other = [requested(200, return_id="R2"), said(schemas.ReturnRefused, 201, return_id="R2")]
    desk = judged(requested(), delivered(10), *other)
    assert desk.exposure() == {("unrefunded", "CNY"): 1000}
    decision = [
        said(schemas.ComplaintOpened, 300, complaint_id="c", kind="no_refund", order_id="O"),
        said(schemas.ComplaintDecided, 301, complaint_id="c", outcome="dismissed"),
    ]
    assert not judged(requested(), delivered(10), *other, *decision).state.overdue, "it is about both"


def test_of_two_requests_with_one_id_the_oldest_says_which_order_it_is_about() -> None:
    desk = Desk().take(requested(2, order_id="wrong"), delivered(10)).take(requested(1))
    assert desk.exposure() == {("unrefunded", "CNY"): 1000}
    assert desk.take(refunded(20)).exposure() == {}


def test_a_return_in_foreign_money_counts_in_its_own_currency() -> None:
    paid = said(schemas.OrderPaid, 0)
    desk = judged(paid, requested(1, amount=Decimal(130), currency="EUR"), delivered(10))
    assert desk.exposure() == {("unrefunded", "EUR"): 130}


def test_a_complaint_about_an_order_finds_its_return_long_after_the_order_was_closed() -> None:
    order = [said(schemas.OrderPaid, 0), said(schemas.OrderDelivered, 24)]
    complaint = [
        said(schemas.ComplaintOpened, 1200, complaint_id="c", kind="no_refund", order_id="O"),
        said(schemas.ComplaintDecided, 1300, complaint_id="c", outcome="upheld"),
    ]
    desk = judged(*order, requested(30), delivered(1290), *complaint, until=1300)
    assert desk.state.overdue == {"R"}


def test_a_return_and_its_order_are_forgotten_when_they_are_closed_and_old() -> None:
    desk = judged(said(schemas.OrderPaid, 0), requested(5), delivered(10), refunded(20), until=20 + 89 * 24)
    assert set(desk.state.returns) == {"R"}
    desk.fire(hour_us(20 + 91 * 24))
    assert not desk.state.returns
    assert not desk.state.orders
    assert not {key for key in desk.deadlines if key[0] != "seller"}
