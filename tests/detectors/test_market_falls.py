"""Prices fall, and nobody is a fake: a successor comes out, a category is on sale. Told to the real hop in memory."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from math import exp
from statistics import median_low

import pytest

import schemas
from detectors.standing import has_standing
from schemas.fields import to_us
from tests.story import Story, at, event, listing, registered

SELLERS = tuple(f"honest-{number:02}" for number in range(24))
PRODUCTS = ("i9100", "i9000")
USUAL = 3000  # yuan


def share(seller: str) -> float:
    """What this seller asks of the usual price, always the same: 0.87 to 1.13 in steps, the steps well mixed."""
    return 0.87 + 0.26 * (SELLERS.index(seller) * 7 % len(SELLERS)) / (len(SELLERS) - 1)


def asks(
    when: datetime,
    seller: str,
    level: float,
    product: str = PRODUCTS[0],
    word: type[schemas.ListingPublished] | type[schemas.ListingChanged] = schemas.ListingChanged,
) -> schemas.Event:
    """The seller's listing of that product where `level` yuan is the usual price."""
    price = f"{level * share(seller):.2f}"
    return listing(when, seller, price, listing_id=f"L-{seller}-{product}", product_id=product, word=word)


def opening(products: Iterable[str] = PRODUCTS[:1]) -> Iterator[schemas.Event]:
    """All sellers joined long ago and list within the first days."""
    for number, seller in enumerate(SELLERS):
        yield registered(at(-400), seller)
        for product in products:
            yield asks(at(0, number), seller, USUAL, product, schemas.ListingPublished)


def delivered(seller: str, orders: int = 110) -> Iterator[schemas.Event]:
    """So many orders, paid and delivered within the ten days before the sale: with its age, standing."""
    for number in range(orders):
        when, order = at(15) + timedelta(hours=2 * number), f"O-{seller}-{number}"
        told = {"order_id": order, "listing_id": f"L-{seller}-{PRODUCTS[0]}", "buyer_id": f"B-{number}"}
        yield event(schemas.OrderPaid, when, seller, amount=USUAL, currency="CNY", **told)
        yield event(schemas.OrderDelivered, when + timedelta(hours=20), seller, order_id=order)


def market_price(story: Story, when: datetime, product: str = PRODUCTS[0]) -> float:
    """In yuan, as the detectors see it."""
    return exp(story.hop.around.market(f"p:{product}:new:CNY").estimate(to_us(when)).middle)


class TestSuccessor:
    """It comes out on day 10; within 60 days honest prices fall by 40 %. Whoever is awake goes along once a week."""

    release, days, last = 10, 60, 77

    def level(self, day: float) -> float:
        return USUAL * (1 - 0.4 * min(max(day - self.release, 0) / self.days, 1))

    def told(self, awake: Sequence[str]) -> list[schemas.Event]:
        return [
            asks(at(self.release + 7 * (week + number / len(awake))), seller, self.level(self.release + 7 * week))
            for number, seller in enumerate(awake)
            for week in range(10)
        ]

    @pytest.mark.parametrize("awake", [SELLERS, SELLERS[:18]], ids=["all awake", "a quarter asleep"])
    def test_no_listing_is_held_and_there_is_no_alert(self, awake: Sequence[str]) -> None:
        story = Story().tell(opening())
        guards = dict(story.hop.counts.guards)
        story.tell(self.told(awake), until=at(self.last))
        assert not story.holds
        assert not story.alerts
        assert dict(story.hop.counts.guards) == guards, "every price of the fall was judged"

    @pytest.mark.parametrize(
        ("awake", "days_behind"), [(SELLERS, 7), (SELLERS[:18], 14)], ids=["all awake", "a quarter asleep"]
    )
    @pytest.mark.parametrize("day", [20, 30, 40, 50, 60, 70, 77])
    def test_the_market_price_follows_within_a_week_or_two_where_a_quarter_is_asleep(
        self, day: int, awake: Sequence[str], days_behind: int
    ) -> None:
        """It is no more than what those who are awake asked so many days before; awake all, it is what they ask now."""
        told = [one for one in self.told(awake) if one.event_time <= at(day)]
        found = market_price(Story().tell(opening(), told), at(day))
        assert found <= self.asked(told, awake, day - days_behind)
        assert found == pytest.approx(self.asked(told, awake, day), rel=0.005 if awake == SELLERS else 0.10)

    @staticmethod
    def asked(told: Sequence[schemas.Event], awake: Sequence[str], day: int) -> float:
        """The median of what those who are awake ask on that day, in yuan."""
        newest = {seller: USUAL * share(seller) for seller in awake}
        for one in sorted(told, key=lambda one: one.event_time):
            if isinstance(one, schemas.ListingChanged) and one.event_time <= at(day):
                newest[one.seller_id] = float(one.price)
        return median_low(newest.values())

    def test_a_new_shop_that_asks_what_is_usual_now_is_quiet_and_one_that_asks_half_of_it_is_held(self) -> None:
        story = Story().tell(opening(), self.told(SELLERS))
        story.tell(registered(at(76), "new"), listing(at(self.last, 1), "new", 1700))
        assert not story.alerts
        story.tell(registered(at(76), "fake"), listing(at(self.last, 2), "fake", 850))
        assert story.held() == {("listing", "L-fake")}


class TestSaleWeekend:
    """From Friday evening to Monday morning 18 sellers with standing sell a whole category at 40 % off."""

    friday, monday = 25.75, 28.25
    on_sale = SELLERS[:18]

    def begun(self) -> Iterator[schemas.Event]:
        yield from opening(PRODUCTS)
        for seller in self.on_sale:
            yield from delivered(seller)
        yield from self.asked(self.friday, 0.6 * USUAL)

    def asked(self, day: float, level: float) -> Iterator[schemas.Event]:
        for number, seller in enumerate(self.on_sale):
            for product in PRODUCTS:
                yield asks(at(day, number / 6), seller, level, product)

    def test_no_listing_is_held_and_no_alert_outlives_the_sale(self) -> None:
        story = Story().tell(self.begun())
        assert all(has_standing(story.state(seller), to_us(at(26))) for seller in self.on_sale)
        story.tell(self.asked(self.monday, USUAL), until=at(40))
        assert not story.holds
        assert not story.open_alerts()

    @pytest.mark.parametrize("product", PRODUCTS)
    def test_the_market_price_is_down_on_saturday_and_back_on_tuesday(self, product: str) -> None:
        story = Story().tell(self.begun())
        sale = 0.6 * USUAL * median_low(map(share, self.on_sale))
        assert market_price(story, at(26.5), product) == pytest.approx(sale, rel=0.12)
        story.tell(self.asked(self.monday, USUAL))
        assert market_price(story, at(29), product) == pytest.approx(USUAL * median_low(map(share, SELLERS)), rel=0.02)

    def test_a_new_shop_that_joins_is_not_held_though_on_any_other_day_it_would_be(self) -> None:
        """Half an hour after the beginning only a few sellers are on sale, and the market price is the old one."""
        new = registered(at(20), "new")
        story = Story().tell(opening(), new, listing(at(24), "new", 1590))
        assert story.held() == {("listing", "L-new")}
        story = Story()
        begun = [one for one in self.begun() if one.event_time <= at(self.friday, 1)]
        story.tell(begun, new, listing(at(self.friday, 1.1), "new", 1590))
        assert market_price(story, at(self.friday, 1.1)) > 0.9 * USUAL
        assert not story.held()
