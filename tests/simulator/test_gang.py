"""A gang behaves as in the story: half the price, returns taken, parcels signed for, no refund, silence."""

from collections import defaultdict
from datetime import datetime, timedelta
from statistics import median

from schemas import (
    CompensationPaid,
    ComplaintDecided,
    ListingPublished,
    MessageSent,
    OrderCancelled,
    OrderPaid,
    PayoutReleased,
    RefundIssued,
    ReturnAccepted,
    ReturnDelivered,
    ReturnRequested,
    SellerActive,
    SellerRegistered,
)
from simulator import START
from simulator.catalogue import ITEMS
from simulator.labels import GangLabel, ListingLabel, OrderLabel
from simulator.words import REASSURANCE

from .conftest import DAYS, History

LIFE = (SellerActive, ReturnAccepted, ListingPublished)


def gangs(history: History) -> list[GangLabel]:
    return [label for label in history.labels if isinstance(label, GangLabel)]


def test_fakes_ask_the_gangs_share_of_what_honest_shops_ask(history: History) -> None:
    honest: dict[str, list[float]] = defaultdict(list)
    fakes = {label.listing_id for label in history.labels if isinstance(label, ListingLabel) and label.fake}
    published = [event for event in history.events if isinstance(event, ListingPublished)]
    for event in published:
        if event.listing_id not in fakes and event.product_id and event.condition == "new" and event.currency == "CNY":
            honest[event.product_id].append(float(event.price))
    tag = {item.product_id: item.cny for item in ITEMS}
    for gang in gangs(history):
        of_gang = [event for event in published if event.seller_id in gang.shops and event.product_id]
        assert of_gang
        for event in of_gang:
            share = float(event.price) / tag[event.product_id or ""]
            assert abs(share / gang.depth - 1) < 0.05
            others = honest[event.product_id or ""]
            assert len(others) < 5 or abs(median(others) / tag[event.product_id or ""] - 1) < 0.25
    assert next(gang for gang in gangs(history) if gang.gang == "g-001").depth == 0.5


def test_the_shops_of_a_gang_open_within_days_and_share_a_bank_account(history: History) -> None:
    registered = {event.seller_id: event for event in history.events if isinstance(event, SellerRegistered)}
    accounts = []
    for gang in gangs(history):
        shops = [registered[shop] for shop in gang.shops]
        assert len(shops) == 3
        times = [shop.event_time for shop in shops]
        assert max(times) - min(times) < timedelta(days=4)
        banks = {one.value for shop in shops for one in shop.identifiers or () if one.kind == "bank_account"}
        assert len(banks) == 1
        accounts.append(banks.pop())
        phones = {one.value for shop in shops for one in shop.identifiers or () if one.kind == "phone"}
        assert len(phones) == 3
    assert len(set(accounts)) == len(accounts)
    assert "direct sales store" in (registered[gangs_first(history)].shop_name or "")


def gangs_first(history: History) -> str:
    return next(gang for gang in gangs(history) if gang.gang == "g-001").shops[0]


def test_a_vanishing_gang_takes_returns_signs_for_them_pays_nobody_and_falls_silent(history: History) -> None:
    for gang in (gang for gang in gangs(history) if gang.vanishes):
        events = [event for event in history.events if event.seller_id in gang.shops]
        signed = [event for event in events if isinstance(event, ReturnDelivered)]
        assert len(signed) > 20
        assert all(event.signed for event in signed)
        assert {event.reason for event in events if isinstance(event, ReturnRequested)} == {
            "counterfeit",
            "not_as_described",
        }
        assert not [event for event in events if isinstance(event, RefundIssued)]
        assert all(event.return_address for event in events if isinstance(event, ReturnAccepted))
        opened = min(event.event_time for event in events)
        life = [event.event_time for event in events if isinstance(event, LIFE)]
        life += [event.event_time for event in events if isinstance(event, MessageSent) and event.sender == "seller"]
        assert max(life) - opened < timedelta(days=13)
        complaints = [event for event in events if isinstance(event, ComplaintDecided)]
        assert len(complaints) > 10
        assert all(event.outcome == "upheld" for event in complaints)
        late = [event for event in events if isinstance(event, OrderPaid) and event.event_time > max(life)]
        assert late, "nobody ordered from the silent shops"


def test_wary_buyers_are_talked_round(history: History) -> None:
    shop = gangs_first(history)
    lines = [
        event.text
        for event in history.events
        if isinstance(event, MessageSent) and event.sender == "seller" and event.seller_id == shop
    ]
    assert len(set(lines) & set(REASSURANCE)) == len(REASSURANCE)
    assert any("channel is different" in line for line in lines)


def test_lost_orders_are_those_of_fakes_that_the_seller_never_refunded(history: History) -> None:
    """Judged where the story had time to end; an order that was never sent goes back to the buyer from the platform."""
    fakes = {label.listing_id for label in history.labels if isinstance(label, ListingLabel) and label.fake}
    orders = [label for label in history.labels if isinstance(label, OrderLabel)]
    settled = {"o" + event.return_id[1:] for event in history.events if isinstance(event, RefundIssued)}
    settled |= {event.order_id for event in history.events if isinstance(event, OrderCancelled)}
    ended: datetime = START + timedelta(days=DAYS - 15)
    judged = [order for order in orders if order.listing_id in fakes and order.paid_at < ended]
    assert {order.lost for order in judged} == {True, False}
    for order in judged:
        assert order.lost == (order.order_id not in settled)
    assert not [order for order in orders if order.lost and order.listing_id not in fakes]


def test_a_lost_order_is_paid_out_to_the_gang_when_its_label_says(history: History) -> None:
    paid_out = {
        order_id: event.event_time
        for event in history.events
        if isinstance(event, PayoutReleased)
        for order_id in event.order_ids
    }
    end = START + timedelta(days=DAYS)
    lost = [label for label in history.labels if isinstance(label, OrderLabel) and label.lost]
    in_time = [label for label in lost if label.payout_at and label.payout_at <= end]
    assert len(in_time) > 100
    assert all(paid_out[label.order_id] == label.payout_at for label in in_time)
    assert all(label.payout_at for label in lost)


def test_the_platform_compensates_in_full_and_gets_back_only_what_was_not_lost(history: History) -> None:
    lost = {label.order_id: label for label in history.labels if isinstance(label, OrderLabel) and label.lost}
    compensated = [event for event in history.events if isinstance(event, CompensationPaid)]
    assert len(compensated) > 50
    repaid = {
        event.return_id: event.amount
        for event in history.events
        if isinstance(event, RefundIssued) and event.paid_by == "seller"
    }
    ended = START + timedelta(days=DAYS - 25)
    of_honest = 0
    for event in compensated:
        order_id = "o" + (event.return_id or "")[1:]
        if order_id in lost:
            assert event.amount == lost[order_id].amount
            assert event.return_id not in repaid
        elif event.return_id in repaid:
            assert event.amount == repaid[event.return_id]
            of_honest += 1
        else:
            assert event.event_time > ended, "an honest seller repays the platform"
    assert of_honest


def test_a_gang_that_stays_pays_back_those_who_notice(history: History) -> None:
    staying = next(gang for gang in gangs(history) if not gang.vanishes)
    orders = [label for label in history.labels if isinstance(label, OrderLabel) and label.seller_id in staying.shops]
    share_lost = sum(label.lost for label in orders) / len(orders)
    assert 0.15 < share_lost < 0.45
    assert [event for event in history.events if isinstance(event, RefundIssued) and event.seller_id in staying.shops]
