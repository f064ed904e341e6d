"""Brands and categories: complaints about the goods of many sellers, none of whom has enough of them to be noticed."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

import schemas
from detectors.tally import Subject
from schemas import Alert, topics
from tests.story import Story, at, event, listing, registered

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SHOPS = 40
MONEY: dict[str, Any] = {"amount": Decimal(3000), "currency": "CNY"}


def shops() -> Iterator[schemas.Event]:
    for number in range(SHOPS):
        yield registered(at(-400), f"shop-{number}")
        yield listing(at(0), f"shop-{number}", 3000)


def orders(first_day: int, last_day: int, a_day: int = 20) -> Iterator[schemas.Event]:
    """Paid and delivered; the shops take turns."""
    for day in range(first_day, last_day):
        for number in range(a_day):
            seller, when = f"shop-{(day * a_day + number) % SHOPS}", at(day, 1 + 0.5 * number)
            order = f"O-{day}-{number}"
            bought = {"order_id": order, "listing_id": f"L-{seller}", "buyer_id": f"B-{order}"}
            yield event(schemas.OrderPaid, when, seller, **bought, **MONEY)
            yield event(schemas.OrderDelivered, when + DAY, seller, order_id=order)


def complaints(
    first_day: int, last_day: int, a_day: int, kind: str = "counterfeit", a_day_of: int = 20
) -> Iterator[schemas.Event]:
    """About orders of `orders` that were delivered the day before; the shops take turns."""
    for day in range(first_day, last_day):
        for number in range(a_day):
            seller, order = f"shop-{((day - 2) * a_day_of + number) % SHOPS}", f"O-{day - 2}-{number}"
            fields = {"complaint_id": f"C-{kind}-{order}", "kind": kind, "order_id": order, "buyer_id": f"B-{order}"}
            yield event(schemas.ComplaintOpened, at(day, 12), seller, **fields)


def payments(first_day: int, last_day: int, a_day: int) -> Iterator[schemas.Event]:
    """The platform compensates what was complained about."""
    for one in complaints(first_day, last_day, a_day, "other"):
        assert isinstance(one, schemas.ComplaintOpened)
        paid = {"compensation_id": f"P-{one.complaint_id}", "complaint_id": one.complaint_id}
        yield one
        yield event(schemas.CompensationPaid, one.event_time + HOUR, one.seller_id, **paid, **MONEY)


def about_brands(alerts: Iterable[Alert]) -> list[Alert]:
    return [alert for alert in alerts if alert.subject_kind in ("brand", "category")]


def test_complaints_that_rise_across_shops_are_an_alert_on_the_brand_and_its_category() -> None:
    story = Story().tell(shops(), orders(0, 150), complaints(2, 120, 1), complaints(120, 150, 4), until=at(150))
    first = {alert.subject_kind: alert for alert in reversed(about_brands(story.alerts))}
    assert set(first) == {"brand", "category"}
    brand = first["brand"]
    assert (brand.subject_id, brand.family, brand.status, brand.mode) == ("samsung", "aftersale", "opened", "alert")
    assert (brand.severity, brand.reason_codes, brand.exposure) == ("medium", ("complaint_surge",), ())
    assert brand.seller_id is schemas.Alert.__struct_defaults__[0]
    assert "complaints of counterfeit goods about samsung have risen since" in brand.evidence[0].sentence
    assert at(120) < brand.event_time < at(135)
    assert all(alert.seller_id != "shop-0" for alert in story.alerts if "complaint_surge" in alert.reason_codes)


def test_more_complaints_because_more_was_sold_are_no_rise() -> None:
    """Buyers complain within two weeks of the parcel, so their number follows the sales half that time later."""
    sold = [orders(0, 120), orders(120, 150, 80)]
    said = [complaints(2, 120, 1), complaints(123, 127, 1, a_day_of=80), complaints(127, 132, 2, a_day_of=80)]
    story = Story().tell(shops(), *sold, *said, complaints(132, 150, 4, a_day_of=80), until=at(150))
    assert about_brands(story.alerts) == []


def test_the_alert_is_withdrawn_when_the_complaints_are_back_to_usual() -> None:
    told = [orders(0, 240), complaints(2, 120, 1), complaints(120, 135, 4), complaints(135, 240, 1)]
    story = Story().tell(shops(), *told, until=at(240))
    lines = [alert.status for alert in about_brands(story.alerts) if alert.subject_kind == "brand"]
    assert (lines[0], lines[-1]) == ("opened", "withdrawn")
    assert [alert.revision for alert in about_brands(story.alerts) if alert.subject_kind == "brand"] == list(
        range(1, len(lines) + 1)
    )


def test_dismissed_complaints_are_taken_back() -> None:
    raised = [*complaints(120, 130, 4)]
    dismissed = [
        event(
            schemas.ComplaintDecided,
            one.event_time + 5 * HOUR,
            one.seller_id,
            complaint_id=one.complaint_id,
            outcome=out,
        )
        for one in raised
        for out in ["dismissed"]
    ]
    story = Story().tell(shops(), orders(0, 135), complaints(2, 120, 1), raised, dismissed, until=at(135))
    assert about_brands(story.alerts) == []


def test_what_the_platform_pays_for_a_brand_is_an_alert_when_it_is_much_beside_what_was_sold() -> None:
    story = Story().tell(shops(), orders(0, 60), payments(10, 60, 1), until=at(60))
    drains = [alert for alert in about_brands(story.alerts) if "compensation_drain" in alert.reason_codes]
    assert drains, "one in twenty orders was paid for by the platform"
    assert "payments for samsung goods in the last 45 to 90 days" in drains[0].evidence[0].sentence


def test_a_new_owner_goes_on_with_what_is_known_of_the_brand() -> None:
    told = [shops(), orders(0, 150), complaints(2, 120, 1), complaints(120, 150, 4)]
    events = sorted((one for part in told for one in part), key=lambda one: one.event_time)
    undisturbed = Story().tell(events, until=at(150))
    half = len(events) // 2
    story = Story().tell(events[:half])
    story._partition = asyncio.run(story.hop.open(0, [""]))
    story.tell(events[half:], until=at(150))
    assert about_brands(story.alerts) == about_brands(undisturbed.alerts)


@pytest.mark.parametrize("size", [1, 7, 5_000])
def test_the_size_of_a_batch_does_not_show(size: int) -> None:
    told = [shops(), orders(0, 140), complaints(2, 120, 1), complaints(120, 140, 4)]
    events = sorted((one for part in told for one in part), key=lambda one: one.event_time)
    events = [one for one in events if one.event_time >= at(-1)][: 30 if size == 1 else None]
    story, other = Story(), Story()
    for start in range(0, len(events), size):
        story.tell(events[start : start + size])
    other.tell(events)
    assert [line for line in story.lines if line.topic == topics.ALERTS.name] == [
        line for line in other.lines if line.topic == topics.ALERTS.name
    ]


def test_a_brand_of_which_nothing_is_heard_any_more_is_forgotten() -> None:
    story = Story().tell(shops(), orders(0, 20), until=at(180))
    assert story.partition is not None
    subjects = story.partition.books.days.subjects
    assert set(subjects) == {("brand", "samsung"), ("category", "phones")}
    story.tell(until=datetime.fromisoformat("2090-01-01T00:00:00+00:00"))
    assert subjects == {}
    assert about_brands(story.alerts) == []


def test_a_buyer_who_complains_of_three_parcels_of_a_shop_is_counted_once() -> None:
    bought = [*orders(0, 7)]
    mine = [one for one in bought if isinstance(one, schemas.OrderPaid) and one.seller_id == "shop-1"][:3]
    assert len(mine) == 3
    angry = [
        event(
            schemas.ComplaintOpened,
            at(8, number),
            "shop-1",
            complaint_id=f"C-{number}",
            kind="counterfeit",
            order_id=one.order_id,
            buyer_id="B-angry",
        )
        for number, one in enumerate(mine)
    ]
    story = Story().tell(shops(), bought, angry)
    assert story.partition is not None
    assert story.partition.books.days._open[Subject("brand", "samsung")].counts["counterfeit"] == 1
