"""While the feed of refunds has stalled nobody is accused: deadlines wait, an alert says so, and then they fire."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

import schemas
from schemas.fields import to_us
from tests.story import Story, at, event, refund, sold_and_back

HOUR = timedelta(hours=1)


def usual_refunds(first_day: float, last_day: float, every_minutes: float = 12) -> Iterator[schemas.Event]:
    """Refunds of other sellers, day and night; what they are of is not known here."""
    when, number = at(first_day), 0
    while when < at(last_day):
        yield refund(when, "others", number)
        when, number = when + timedelta(minutes=every_minutes), number + 1


def parcel_due(due: datetime, seller: str = "shop", number: int = 0) -> list[schemas.Event]:
    """A return whose refund is due then: 72 hours and 24 of grace after it was delivered back."""
    return sold_and_back(seller, number, due - timedelta(days=4 + 4))


def release(when: datetime, seller: str = "shop") -> schemas.Event:
    fields = {"action": "release_pending", "moderator": "mo", "role": "lead", "reason": "the feed is up"}
    made: schemas.Event = event(schemas.OverrideGiven, when, seller, **fields)
    return made


def overdue(story: Story) -> list[datetime]:
    """When a refund was first said to be overdue."""
    return [alert.event_time for alert in story.alerts if alert.status == "opened" and alert.family == "aftersale"]


def accused(story: Story) -> set[Any]:
    return {alert.seller_id for alert in story.alerts if "overdue_refund" in alert.reason_codes}


def system(story: Story) -> list[tuple[str, str]]:
    return [(alert.status, alert.subject_id) for alert in story.alerts if alert.family == "system"]


def test_a_refund_that_is_due_while_the_feed_is_silent_is_not_overdue_and_an_alert_says_why() -> None:
    due = at(8, 9)
    story = Story().tell(usual_refunds(0, 8), parcel_due(due), until=due + 20 * HOUR)
    assert overdue(story) == []
    (alert,) = [one for one in story.alerts if one.family == "system"]
    assert (alert.status, alert.subject_kind, alert.mode, alert.event_time) == ("opened", "system", "alert", due)
    assert alert.evidence[0].sentence == (
        "no refund has come in for 9 hours, where 45 were to be expected; deadlines of refunds wait for 24 hours"
    )
    assert alert.seller_id is not alert.subject_id
    assert story.held() == set()


def test_what_was_put_off_fires_a_day_later_when_no_refund_came() -> None:
    due = at(8, 9)
    story = Story().tell(usual_refunds(0, 8), parcel_due(due), until=due + 30 * HOUR)
    assert overdue(story) == [due + 24 * HOUR]


def test_a_refund_that_arrives_late_settles_what_was_put_off_and_ends_the_alert() -> None:
    due = at(8, 9)
    story = Story().tell(usual_refunds(0, 8), parcel_due(due), until=due + 1 * HOUR)
    story.tell(refund(due - 2 * HOUR, "shop", 0), until=due + 60 * HOUR)
    assert overdue(story) == []
    assert system(story) == [("opened", "refunds:0"), ("withdrawn", "refunds:0")]


def test_a_moderator_lets_the_deadlines_of_one_seller_fire_at_once() -> None:
    due = at(8, 9)
    story = Story().tell(usual_refunds(0, 8), parcel_due(due), parcel_due(due, "other"), until=due + 1 * HOUR)
    story.tell(release(due + 2 * HOUR), until=due + 3 * HOUR)
    assert [(one.seller_id, one.event_time) for one in story.alerts if one.family == "aftersale"] == [
        ("shop", due + 2 * HOUR)
    ]


@pytest.mark.parametrize("days", [8, 20])
def test_nights_without_refunds_are_no_stall(days: int) -> None:
    """Shops of one country refund by day: twelve silent hours each night are nothing new."""
    by_day = [one for one in usual_refunds(0, days, every_minutes=5) if 8 <= one.event_time.hour < 20]
    due = at(days - 1, 6)
    story = Story().tell(by_day, parcel_due(due), until=at(days))
    assert overdue(story) == [due]
    assert system(story) == []


def test_a_small_partition_is_never_called_silent() -> None:
    due = at(8, 9)
    story = Story().tell(usual_refunds(0, 8, every_minutes=24), parcel_due(due), until=due + 1 * HOUR)
    assert overdue(story) == [due]


def usually_paid(first_day: int, late_every_days: int = 4) -> Iterator[schemas.Event]:
    """Four refunds a day that come in time and, every so many days, one that never comes: one in seventeen is late."""
    for day in range(first_day, 40):
        for number in range(4):
            due = at(day, 3 * number)
            yield from [*parcel_due(due, f"s{number}", day), refund(due - 30 * HOUR, f"s{number}", day)]
        if day % late_every_days == 0:
            yield from parcel_due(at(day, 1), "late", day)


def fall_due_at_once(parcels: int) -> list[schemas.Event]:
    """Parcels of as many sellers, whose refunds are due within an hour and are never heard of."""
    return [one for n in range(parcels) for one in parcel_due(at(40, 5) + n * timedelta(minutes=1), f"v{n}")]


def test_when_many_more_fall_due_unpaid_than_usual_they_wait_although_refunds_go_on() -> None:
    told = [usual_refunds(0, 40.2, every_minutes=120), usually_paid(8), fall_due_at_once(30)]
    story = Story().tell(*told, until=at(40, 7))
    assert accused(story) == {"late"}
    (alert,) = [one for one in story.alerts if one.family == "system"]
    assert alert.evidence[0].numbers["overdue_in_hour"] == 30
    story.tell(until=at(41, 6))
    assert len(accused(story)) == 31


@pytest.mark.parametrize(("parcels", "accused_sellers"), [(20, 21), (21, 1)])
def test_twenty_that_fall_due_unpaid_in_an_hour_are_a_busy_hour_and_not_a_stall(
    parcels: int, accused_sellers: int
) -> None:
    told = [usual_refunds(0, 40.2, every_minutes=120), usually_paid(8), fall_due_at_once(parcels)]
    assert len(accused(Story().tell(*told, until=at(40, 7)))) == accused_sellers


def test_where_a_third_is_late_as_a_rule_thirty_in_an_hour_are_not_called_a_stall() -> None:
    """All of them are not three times as many."""
    days = range(8, 40)
    late = [one for day in days for hour in (1, 2) for one in parcel_due(at(day, hour), "late", 10 * day + hour)]
    told = [usual_refunds(0, 40.2, every_minutes=120), usually_paid(8, 99), late, fall_due_at_once(30)]
    story = Story().tell(*told, until=at(40, 7))
    assert system(story) == []
    assert len(accused(story)) == 31


def test_before_four_weeks_are_known_nothing_is_called_unusual() -> None:
    told = [usual_refunds(14, 40.2, every_minutes=120), usually_paid(20), fall_due_at_once(30)]
    story = Story().tell(*told, until=at(40, 7))
    assert system(story) == []
    assert len(accused(story)) == 31


def test_what_was_put_off_survives_another_owner() -> None:
    due = at(8, 9)
    story = Story().tell(usual_refunds(0, 8), parcel_due(due), until=due + 1 * HOUR)
    story._partition = asyncio.run(story.hop.open(0, [""]))
    story.tell(until=due + 25 * HOUR)
    assert overdue(story) == [due + 24 * HOUR]
    assert story._partition.books.refunds.feed.last_refund_us == to_us(at(8) - timedelta(minutes=12))


def test_amounts_do_not_matter_to_a_feed() -> None:
    """A cent is a refund: what counts is whether the platform hears of refunds at all."""
    cents = [refund(one.event_time, "others", 0, amount=1) for one in usual_refunds(0, 8)]
    assert {one.amount for one in cents} == {Decimal(1)}
    due = at(8, 9)
    assert overdue(Story().tell(cents, parcel_due(due), until=due + 1 * HOUR)) == []
