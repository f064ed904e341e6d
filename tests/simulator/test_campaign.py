"""Half a year in small: gangs that look alive, complaints that rise, seasons, sales, buyer fraud, shops that close."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from schemas import (
    ComplaintDecided,
    ComplaintOpened,
    ListingChanged,
    ListingPublished,
    MessageSent,
    OrderPaid,
    RefundIssued,
    ReturnDelivered,
    ReturnDisputed,
    ReturnRequested,
    SellerActive,
    SellerAway,
    SellerClosed,
    SellerRegistered,
)
from simulator import Marketplace
from simulator.calendar import CATEGORIES
from simulator.chance import Chance
from simulator.clock import tell
from simulator.gang import Gang
from simulator.labels import GangLabel, Label, OrderLabel
from simulator.population import honest
from simulator.scene import DAY_S, Scene
from simulator.shop import Shop
from simulator.siege import sieges

from .conftest import History

START = datetime(2026, 9, 1, tzinfo=UTC)
DAYS = 150
END = START + timedelta(days=DAYS)


@pytest.fixture(scope="module")
def half_year() -> History:
    labels: list[Label] = []
    marketplace = Marketplace(3, 70, DAYS, START, label=labels.append)
    return History(marketplace, list(marketplace), labels)


def scene_of(days: int) -> Scene:
    start_s = int(START.timestamp())
    return Scene(start_s, start_s + days * DAY_S, lambda label: None)


def gang(history: History, habit: str) -> GangLabel:
    return next(label for label in history.labels if isinstance(label, GangLabel) and label.habit == habit)


def test_a_long_run_has_three_gangs_of_different_habits_that_all_vanish(half_year: History) -> None:
    gangs = [label for label in half_year.labels if isinstance(label, GangLabel)]
    assert {one.habit for one in gangs} == {"pays the first", "disputes", "logs in"}
    assert len({one.category for one in gangs}) == 3
    for one in gangs:
        assert one.vanishes_at
        assert one.vanishes_at < END - timedelta(days=15)
        theirs = [event.event_time for event in half_year.events if event.seller_id in one.shops]
        acts = [
            event.event_time
            for event in half_year.events
            if event.seller_id in one.shops and isinstance(event, ListingPublished | RefundIssued | ReturnDisputed)
        ]
        assert min(theirs) >= (one.opens_at or END)
        assert max(acts) < one.vanishes_at


def test_a_large_marketplace_draws_larger_gangs_whose_shops_open_faster_and_faster() -> None:
    scene = scene_of(180)
    large = Gang(scene, Chance(1), 0, 2_000)
    opened = [life.opens_s for life in large.lives]
    assert len(opened) == 13
    assert opened == sorted(opened)
    gaps = [later - earlier for earlier, later in pairwise(opened)]
    assert sum(gaps[6:]) < sum(gaps[:6]) / 1.5
    assert len(Gang(scene, Chance(1), 0, 100).lives) == 3


def test_complaints_about_gangs_rise_over_the_weeks(half_year: History) -> None:
    gangs = [label for label in half_year.labels if isinstance(label, GangLabel)]
    shops = {shop for one in gangs for shop in one.shops}
    by_third = Counter(
        (event.event_time - START) // timedelta(days=DAYS / 3)
        for event in half_year.events
        if isinstance(event, ComplaintOpened) and event.seller_id in shops
    )
    assert by_third[0] * 1.5 < by_third[1]
    assert by_third[0] * 1.5 < by_third[2]


def test_one_gang_pays_its_first_buyers_and_nobody_after_them(half_year: History) -> None:
    shops = gang(half_year, "pays the first").shops
    refunds = Counter(event.seller_id for event in half_year.events if isinstance(event, RefundIssued))
    back = Counter(event.seller_id for event in half_year.events if isinstance(event, ReturnDelivered))
    for shop in shops:
        assert 4 <= refunds[shop] <= 10
        assert back[shop] > 2 * refunds[shop]
    lost = {label.order_id for label in half_year.labels if isinstance(label, OrderLabel) and label.lost}
    paid = {"o" + event.return_id[1:] for event in half_year.events if isinstance(event, RefundIssued)}
    assert not lost & paid


def test_one_gang_disputes_every_return_it_does_not_flee_from(half_year: History) -> None:
    label = gang(half_year, "disputes")
    disputed = {event.return_id for event in half_year.events if isinstance(event, ReturnDisputed)}
    assert label.vanishes_at
    for shop in label.shops:
        events = [event for event in half_year.events if event.seller_id == shop]
        assert not [event for event in events if isinstance(event, RefundIssued)]
        gone = max(event.event_time for event in events if isinstance(event, SellerActive))
        back = [event for event in events if isinstance(event, ReturnDelivered)]
        early = [event for event in back if event.event_time < gone - timedelta(days=4)]
        assert len(early) > 4
        assert all(event.return_id in disputed for event in early)


def test_one_gang_logs_in_daily_and_writes_to_nobody(half_year: History) -> None:
    label = gang(half_year, "logs in")
    for shop in label.shops:
        events = [event for event in half_year.events if event.seller_id == shop]
        assert not [event for event in events if isinstance(event, MessageSent) and event.sender == "seller"]
        assert [event for event in events if isinstance(event, MessageSent) and event.sender == "buyer"]
        activity = [event for event in events if isinstance(event, SellerActive)]
        shipped = [event.event_time for event in activity if event.activity == "shipment"]
        logins = [event.event_time for event in activity if event.activity == "login"]
        assert max(logins) - max(shipped) > timedelta(days=10)
        assert all(later - earlier < timedelta(days=2) for earlier, later in pairwise(logins))


def test_a_lost_order_says_when_its_goods_were_back(half_year: History) -> None:
    back = {
        "o" + event.return_id[1:]: event.event_time for event in half_year.events if isinstance(event, ReturnDelivered)
    }
    lost = [label for label in half_year.labels if isinstance(label, OrderLabel) and label.lost]
    returned = [label for label in lost if label.returned_at and label.returned_at <= END]
    assert len(returned) > 100
    for label in returned:
        assert back[label.order_id] == label.returned_at
    assert not [label for label in lost if label.order_id in back and not label.returned_at]


def test_people_buy_more_in_november(half_year: History) -> None:
    months = Counter(
        event.event_time.month for event in half_year.events if isinstance(event, OrderPaid) and event.seller_id < "s-9"
    )
    assert months[11] > 1.35 * months[9]


def test_many_shops_with_standing_cut_a_whole_category_and_take_it_back(half_year: History) -> None:
    """The festival of 10 November: only shops that are half a year old take part."""
    begins, ends = datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 11, 13, tzinfo=UTC)
    registered = {
        event.seller_id: event.event_time for event in half_year.events if isinstance(event, SellerRegistered)
    }
    price: dict[str, Decimal] = {}
    before: dict[str, Decimal] = {}
    cut: defaultdict[str, set[str]] = defaultdict(set)
    for event in half_year.events:
        if not isinstance(event, ListingPublished | ListingChanged):
            continue
        if begins <= event.event_time < begins + timedelta(hours=4) and event.price < price.get(event.listing_id, 0):
            before[event.listing_id] = price[event.listing_id]
            cut[event.seller_id].add(event.listing_id)
        if ends <= event.event_time < ends + timedelta(hours=1) and event.listing_id in before:
            assert event.price == before.pop(event.listing_id)
        price[event.listing_id] = event.price
    taking_part = {seller_id for seller_id, theirs in cut.items() if len(theirs) > 2}
    assert len(taking_part) > 10
    assert all(begins - registered[seller_id] >= timedelta(days=180) for seller_id in taking_part)
    assert len(before) < sum(len(theirs) for theirs in cut.values()) / 4
    assert len(CATEGORIES) == 6


def test_shops_close_over_the_national_holiday_most_of_them_after_saying_so(half_year: History) -> None:
    golden_week = datetime(2026, 9, 30, 16, tzinfo=UTC)
    announced = {
        event.seller_id for event in half_year.events if isinstance(event, SellerAway) and event.from_ == golden_week
    }
    shipping = {
        event.seller_id
        for event in half_year.events
        if isinstance(event, SellerActive)
        and event.activity == "shipment"
        and golden_week <= event.event_time < golden_week + timedelta(days=6)
    }
    assert len(announced) > 8
    assert not announced & shipping
    assert len(shipping) > len(announced)


def test_most_false_claims_of_fakes_are_dismissed_after_days(half_year: History) -> None:
    opened = {
        event.complaint_id: event
        for event in half_year.events
        if isinstance(event, ComplaintOpened) and event.kind == "counterfeit" and event.seller_id < "s-9"
    }
    outcome = {}
    for event in half_year.events:
        if isinstance(event, ComplaintDecided) and event.complaint_id in opened:
            assert event.event_time - opened[event.complaint_id].event_time >= timedelta(days=3)
            outcome[event.complaint_id] = event.outcome
    assert len(outcome) > 20
    assert Counter(outcome.values())["dismissed"] / len(outcome) > 0.8
    claimants = [event.buyer_id for event in opened.values()]
    assert len(set(claimants)) < len(claimants), "who succeeds comes back"


def test_some_buyers_return_nearly_everything(half_year: History) -> None:
    honest = [event for event in half_year.events if event.seller_id < "s-9"]
    orders = Counter(event.buyer_id for event in honest if isinstance(event, OrderPaid))
    returns = Counter(event.buyer_id for event in honest if isinstance(event, ReturnRequested))
    often = [buyer for buyer, count in returns.items() if count >= 2]
    assert often
    assert sum(returns[buyer] for buyer in often) / sum(orders[buyer] for buyer in often) > 0.6


@pytest.mark.parametrize("abruptly", [False, True])
def test_a_shop_that_closes_pays_every_refund_and_sells_nothing_any_more(abruptly: bool) -> None:
    scene = scene_of(90)
    seller = next(iter(honest(scene, Chance("closing"), Chance("peculiar"), 1)))
    seller.orders_a_day, seller.absences = 20.0, ()
    seller.closes_s, seller.closes_abruptly = scene.start_s + 40 * DAY_S, abruptly
    events = list(tell([Shop(scene, Chance("shop"), seller).tell()], scene.end_s))
    (closed,) = (event for event in events if isinstance(event, SellerClosed))
    last_order = max(event.event_time for event in events if isinstance(event, OrderPaid))
    assert START + timedelta(days=39) < last_order < START + timedelta(days=41)
    assert (closed.event_time - last_order < timedelta(days=5)) == abruptly
    assert not seller.live
    settled = {event.return_id for event in events if isinstance(event, RefundIssued)}
    settled |= {
        "r" + event.complaint_id[1:]
        for event in events
        if isinstance(event, ComplaintDecided) and event.outcome == "dismissed"
    }
    back = [event for event in events if isinstance(event, ReturnDelivered)]
    assert any(event.event_time > closed.event_time for event in back) == abruptly
    assert not [event for event in back if event.return_id not in settled]


def test_some_new_shops_begin_with_low_prices_and_raise_them() -> None:
    scene = scene_of(60)
    some = list(honest(scene, Chance("some"), Chance("peculiar"), 300))
    low = [shop for shop in some if shop.opening_share < 1]
    assert 2 < len(low) < 20
    seller = low[0]
    assert {"joins", "low opening prices"} <= set(seller.traits)
    raised = 0
    published: dict[str, ListingPublished] = {}
    for event in tell([Shop(scene, Chance("shop"), seller).tell()], scene.end_s):
        if isinstance(event, ListingPublished):
            published[event.listing_id] = event
        elif isinstance(event, ListingChanged) and int(event.event_time.timestamp()) == seller.opening_until_s:
            first = published[event.listing_id].price
            assert abs(float(first / event.price) - seller.opening_share) < 0.06
            raised += 1
    assert raised


def test_a_siege_is_several_accounts_against_one_shop_that_is_named_in_its_label() -> None:
    scene = scene_of(100)
    shops = list(honest(scene, Chance("shops"), Chance("peculiar"), 1_300))
    stories = sieges(scene, Chance("sieges"), shops)
    besieged = [shop for shop in shops if "besieged by buyers" in shop.traits]
    assert len(stories) == 2
    assert 1 <= len(besieged) <= 2
    quiet = [Shop(scene, Chance("shop"), shop) for shop in besieged]
    for shop in quiet:
        shop.seller.orders_a_day = 0.0
    events = list(tell([*(shop.tell() for shop in quiet), *stories], scene.end_s))
    buyers = {event.buyer_id for event in events if isinstance(event, OrderPaid)}
    assert len(buyers) >= 4
    doubted = [event for event in events if isinstance(event, ComplaintOpened | ReturnDisputed)]
    assert len(doubted) >= len(buyers) / 2
