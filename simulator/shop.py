"""A day in an honest shop: orders, questions, new prices, promotions, sales, goods that come and go."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal, TypeAlias

from schemas.events import SellerActive, SellerAway, SellerChanged
from simulator import calendar, listings, trade
from simulator.calendar import Sale
from simulator.chance import Chance, Weighted
from simulator.clock import Story
from simulator.closing import close
from simulator.labels import SellerLabel
from simulator.listings import Listing
from simulator.scene import DAY_S, HOUR_S, MINUTE_S, Scene, moment
from simulator.sellers import CLOSES_H, OPENS_H, Absence, Seller, registered
from simulator.words import TRADES

STOCKED_DAYS = 12  # how long before the start the shelves were last filled

# Chances a day: a listing's new price, a cut for a while, its end; something new on the shelf, a new name of the shop.
NEW_PRICE, PROMOTION, SOLD_OUT, NEW_LISTING, NEW_NAME = 0.02, 0.008, 0.004, 0.05, 0.002
HOLIDAY_TRADE = 0.3  # share of the usual orders that come in while a shop is away
DEEP = {"phones": 0.003, "tablets": 0.003}  # share of the promotions that are clearances at 30 to 60 % off
DEEP_ELSEWHERE = 0.02
SALE_STANDING_S = 180 * DAY_S  # only a shop that has been there so long is asked to take part in a sale
TAKES_PART = 0.5

_Act: TypeAlias = Callable[[int], Story]

#: When people shop: share of a day's orders by local hour.
_HOURS = Weighted(
    [
        (hour, weight)
        for hour, weight in enumerate(
            (1.5, 0.8, 0.4, 0.3, 0.3, 0.5, 1, 2, 3.5, 5, 6, 6, 6, 5.5, 5, 5, 5, 5, 5.5, 6.5, 8, 8.5, 6.5, 3.5)
        )
    ]
)


def moment_of_day(chance: Chance, day_s: int, utc_offset_h: int) -> int:
    """A second of the UTC day that begins at `day_s`, at an hour when people are awake at this offset."""
    hour = (chance.weighted(_HOURS) - utc_offset_h) % 24
    return day_s + hour * HOUR_S + chance.whole(0, HOUR_S - 1)


class Shop:
    """The story of an honest seller, from its registration on."""

    __slots__ = ("chance", "sale_until_s", "scene", "seller")

    def __init__(self, scene: Scene, chance: Chance, seller: Seller) -> None:
        self.scene, self.chance, self.seller = scene, chance, seller
        self.sale_until_s = 0

    def tell(self) -> Story:
        scene, seller = self.scene, self.seller
        label = SellerLabel(seller_id=seller.seller_id, label="honest", traits=seller.traits)
        yield from registered(scene, seller, label)
        yield from self._fill_the_shelf()
        # A shop that joins during the run trades from the next day on.
        opened_s = max(scene.start_s, (seller.registered_s // DAY_S + 1) * DAY_S)
        for day_s in range(opened_s // DAY_S * DAY_S, scene.end_s, DAY_S):
            if day_s >= seller.closes_s:
                yield from close(scene, self.chance, seller, day_s)
                return
            for at_s, act in sorted(self._day(day_s), key=lambda planned: planned[0]):
                if at_s >= opened_s:
                    yield at_s
                    yield from act(at_s)

    def _fill_the_shelf(self) -> Story:
        """Before the start, or on the day of registration for a shop that joins later: events in the order of time."""
        scene, seller, chance = self.scene, self.seller, self.chance
        first_s = max(seller.registered_s, scene.start_s - STOCKED_DAYS * DAY_S)
        joins = seller.registered_s >= scene.start_s
        last_s = (seller.registered_s // DAY_S + 1) * DAY_S - 1 if joins else scene.start_s - 1
        for at_s in sorted(chance.whole(first_s, last_s) for _ in range(seller.shelf)):
            yield at_s
            listing = listings.draw(scene, chance, seller)
            if at_s < seller.opening_until_s:
                listing.cents = listings.priced(listing.regular_cents * seller.opening_share / 100)
                yield self._end_cut([listing], seller.opening_until_s)
            yield listings.publish(scene, seller, listing, at_s)

    def _day(self, day_s: int) -> Iterator[tuple[int, _Act]]:
        seller, chance = self.seller, self.chance
        for absence in seller.absences:
            if absence.is_announced and day_s <= absence.from_s < day_s + DAY_S:
                yield absence.from_s, self._leave
        for sale in calendar.sales(day_s):
            if day_s - seller.registered_s >= SALE_STANDING_S and chance.often(TAKES_PART):
                self.sale_until_s = sale.until_s
                yield day_s + chance.whole(0, 3 * HOUR_S), partial(self._join, sale)
        for _ in range(chance.count(seller.orders_a_day * self._demand(day_s))):
            yield self._moment(day_s), self._sell
        for _ in range(chance.count(seller.orders_a_day * 0.3)):
            yield self._moment(day_s), self._answer
        goods = len(seller.live)
        for share, act in (
            (0.9, self._log_in),
            (NEW_PRICE * goods, self._reprice),
            (PROMOTION * goods, self._promote),
            (SOLD_OUT * goods, self._sell_out),
            (NEW_LISTING, self._list_more),
            (NEW_NAME, self._rename),
        ):
            if chance.often(share):
                at_s = day_s + (chance.whole(OPENS_H, CLOSES_H - 1) - seller.utc_offset_h) % 24 * HOUR_S
                at_s += chance.whole(0, HOUR_S - 1)
                if seller.open_at(at_s) == at_s:
                    yield at_s, act

    def _demand(self, day_s: int) -> float:
        """The day's orders as a share of the shop's ordinary ones."""
        share = calendar.demand(self.seller.country, day_s)
        if self.seller.is_away(day_s):
            share *= HOLIDAY_TRADE
        return share * calendar.SALE_DEMAND if day_s < self.sale_until_s else share

    def _moment(self, day_s: int) -> int:
        return moment_of_day(self.chance, day_s, self.seller.utc_offset_h)

    def _leave(self, at_s: int) -> Story:
        away: Absence = next(one for one in self.seller.absences if one.from_s == at_s)
        yield SellerAway(
            **self.scene.stamp(self.seller.seller_id, at_s), from_=moment(away.from_s), until=moment(away.until_s)
        )

    def _sell(self, at_s: int) -> Story:
        if self.seller.live:
            yield trade.order(self.scene, self.chance, self.seller, self.chance.pick(self.seller.live), at_s)

    def _answer(self, at_s: int) -> Story:
        if self.seller.live:
            yield trade.conversation(self.scene, self.chance, self.seller, self.chance.pick(self.seller.live), at_s)

    def _log_in(self, at_s: int) -> Story:
        yield SellerActive(**self.scene.stamp(self.seller.seller_id, at_s), activity="login")
        if self.chance.often(0.5):
            yield self._reply(at_s + self.chance.whole(MINUTE_S, HOUR_S))

    def _reply(self, at_s: int) -> Story:
        yield at_s
        yield SellerActive(**self.scene.stamp(self.seller.seller_id, at_s), activity="reply")

    def _reprice(self, at_s: int) -> Story:
        listing = self._regular_one()
        if listing:
            listing.regular_cents = listings.priced(listing.regular_cents * self.chance.between(0.96, 1.04) / 100)
            yield listings.change(self.scene, self.seller, listing, listing.regular_cents, at_s)

    def _promote(self, at_s: int) -> Story:
        listing = self._regular_one()
        if listing:
            if self.chance.often(DEEP.get(listing.category or "", DEEP_ELSEWHERE)):
                share = self.chance.between(0.40, 0.70)
            else:
                share = self.chance.between(0.78, 0.93) if self.chance.often(0.95) else self.chance.between(0.60, 0.75)
            yield self._cut([listing], share, at_s, at_s + self.chance.hours(24, 120))

    def _join(self, sale: Sale, at_s: int) -> Story:
        """Everything that the sale is about, at one share of its price until the sale is over."""
        seller = self.seller
        for_sale = [
            listing
            for listing in seller.live
            if listing.category in sale.categories and listing.cents == listing.regular_cents
        ]
        yield self._cut(for_sale, self.chance.between(0.65, 0.88), at_s, sale.until_s)

    def _cut(self, goods: list[Listing], share: float, at_s: int, until_s: int) -> Story:
        """Prices at `share` of the regular ones, a few seconds apart, until they end."""
        for listing in goods:
            yield at_s
            if not listing.removed:
                cents = listings.priced(listing.regular_cents * share / 100)
                yield listings.change(self.scene, self.seller, listing, cents, at_s)
            at_s += self.chance.whole(2, 40)
        yield from self._end_cut(goods, max(at_s, until_s))

    def _end_cut(self, goods: list[Listing], at_s: int) -> Story:
        for listing in goods:
            yield at_s
            if not listing.removed:
                yield listings.change(self.scene, self.seller, listing, listing.regular_cents, at_s)
            at_s += self.chance.whole(2, 40)

    def _regular_one(self) -> Listing | None:
        """A live listing that has no promotion running."""
        if not self.seller.live:
            return None
        listing = self.chance.pick(self.seller.live)
        return listing if listing.cents == listing.regular_cents else None

    def _sell_out(self, at_s: int) -> Story:
        if len(self.seller.live) > 1:
            reason: Literal["sold_out", "seller"] = "sold_out" if self.chance.often(0.8) else "seller"
            yield listings.remove(self.scene, self.seller, self.chance.pick(self.seller.live), reason, at_s)
            yield from self._list_more(at_s)

    def _list_more(self, at_s: int) -> Story:
        yield listings.publish(self.scene, self.seller, listings.draw(self.scene, self.chance, self.seller), at_s)

    def _rename(self, at_s: int) -> Story:
        seller = self.seller
        if not seller.flagship_of:
            seller.shop_name = f"{seller.shop_name.rpartition(' ')[0]} {self.chance.pick(TRADES[seller.trade])}"
            yield SellerChanged(**self.scene.stamp(seller.seller_id, at_s), shop_name=seller.shop_name)
