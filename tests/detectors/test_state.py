"""What a seller's state says of its records, what a tombstone keeps, and when the listing of a removed offer goes."""

from decimal import Decimal

import pytest

import schemas
from detectors.findings import keep
from detectors.records import Core, Listing, Order, decode, encode
from detectors.state import SellerState
from tests.detectors.aftersales import Desk, hour_us, said
from tests.story import Story, at, event, refund, sold_and_back

SHOP = "shop"


def login(day: float) -> schemas.SellerActive:
    made: schemas.SellerActive = event(schemas.SellerActive, at(day), SHOP, activity="login")
    return made


@pytest.mark.parametrize(("brand", "category", "said"), [("acme", "", "acme"), ("", "phones", ""), ("", "", "other")])
def test_of_what_brand_goods_are_the_order_says_and_where_it_says_nothing_the_listing(
    brand: str, category: str, said: str
) -> None:
    order = Order(amount=Decimal(1), currency="CNY", brand=brand, category=category)
    listed = Listing(0, "", 0, "", 0.0, Decimal(1), "", brand="other")
    state = SellerState(SHOP, orders={"O": order}, listings={"L": listed})
    goods = state.goods("O", "L")
    assert goods is not None
    assert goods.brand == said


def test_a_detector_that_is_quiet_where_nothing_was_found_changes_nothing() -> None:
    state = SellerState(SHOP)
    assert not keep(state, "", "overdue_refund", None, 1, "e")
    assert not state.changes.records


def test_a_tombstone_keeps_what_is_asked_of_an_old_seller() -> None:
    told = [
        event(schemas.SellerRegistered, at(0), SHOP, country="CN"),
        sold_and_back(SHOP, 1, at(1)),
        refund(at(6), SHOP, 1),
        login(10),
        event(schemas.SellerClosed, at(11), SHOP, by="seller"),
    ]
    story = Story()
    for one in told:
        story.tell(one)
    before = decode(Core, encode(story.state(SHOP).core))
    after = story.tell(until=at(11 + 180 + 31)).state(SHOP).core
    assert after.entombed_us
    assert not after.seen
    kept = ("first_seen_us", "registered_us", "last_seen_us", "delivered_orders", "deliveries_known", "closed_by")
    kept += ("closed_us", "countries", "ledger", "watched_us", "revision", "last_upheld_us")
    for name in kept:
        assert getattr(after, name) == getattr(before, name), name
    assert (before.closed_by, [country for _, country in before.countries]) == ("seller", ["CN"])


def test_a_seller_is_looked_at_when_it_may_be_idle_and_every_thirty_days_while_something_is_open() -> None:
    desk = Desk().take(said(schemas.SellerActive, 0, activity="login"), said(schemas.SellerActive, 1, activity="login"))
    assert desk.deadlines == {("seller", ""): hour_us(180 * 24 + 1)}
    desk.take(said(schemas.ReturnRequested, 2), said(schemas.ReturnDelivered, 2, signed=True)).fire(
        hour_us(180 * 24 + 2)
    )
    assert desk.state.overdue
    assert desk.deadlines["seller", ""] == hour_us(210 * 24 + 2)
