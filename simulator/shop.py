"""A day in an honest shop: orders, questions, new prices, promotions, goods that come and go."""

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

from schemas.events import SellerActive, SellerAway, SellerChanged, SellerRegistered
from simulator import listings, trade
from simulator.chance import Chance, Weighted
from simulator.clock import Story
from simulator.labels import SellerLabel
from simulator.listings import Listing
from simulator.scene import DAY_S, HOUR_S, MINUTE_S, Scene, moment
from simulator.sellers import CLOSES_H, OPENS_H, Seller, payouts
from simulator.words import TRADES

STOCKED_DAYS = 12  # how long before the start the shelves were last filled

# Chances a day: a listing's new price, a cut for a while, its end; something new on the shelf, a new name of the shop.
NEW_PRICE, PROMOTION, SOLD_OUT, NEW_LISTING, NEW_NAME = 0.02, 0.008, 0.004, 0.05, 0.002
HOLIDAY_TRADE = 0.3  # share of the usual orders that come in while a shop is away

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

    __slots__ = ("chance", "scene", "seller")

    def __init__(self, scene: Scene, chance: Chance, seller: Seller) -> None:
        self.scene, self.chance, self.seller = scene, chance, seller

    def tell(self) -> Story:
        scene, seller = self.scene, self.seller
        yield seller.registered_s
        scene.label(SellerLabel(seller_id=seller.seller_id, label="honest"))
        yield SellerRegistered(
            **scene.stamp(seller.seller_id, seller.registered_s),
            shop_name=seller.shop_name,
            country=seller.country,
            identifiers=seller.identifiers,
        )
        yield payouts(scene, seller)
        yield from self._fill_the_shelf()
        # A shop that joins during the run trades from the next day on.
        opened_s = max(scene.start_s, (seller.registered_s // DAY_S + 1) * DAY_S)
        for day_s in range(opened_s // DAY_S * DAY_S, scene.end_s, DAY_S):
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
            yield listings.publish(scene, seller, listings.draw(scene, chance, seller), at_s)

    def _day(self, day_s: int) -> Iterator[tuple[int, _Act]]:
        seller, chance = self.seller, self.chance
        away = seller.away[0] <= day_s < seller.away[1]
        if seller.announces_away and day_s <= seller.away[0] < day_s + DAY_S:
            yield seller.away[0], self._leave
        for _ in range(chance.count(seller.orders_a_day * (HOLIDAY_TRADE if away else 1.0))):
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

    def _moment(self, day_s: int) -> int:
        return moment_of_day(self.chance, day_s, self.seller.utc_offset_h)

    def _leave(self, at_s: int) -> Story:
        away = self.seller.away
        yield SellerAway(**self.scene.stamp(self.seller.seller_id, at_s), from_=moment(away[0]), until=moment(away[1]))

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
            share = self.chance.between(0.78, 0.93) if self.chance.often(0.95) else self.chance.between(0.60, 0.75)
            cents = listings.priced(listing.regular_cents * share / 100)
            yield listings.change(self.scene, self.seller, listing, cents, at_s)
            yield self._end_promotion(listing, at_s + self.chance.hours(24, 120))

    def _end_promotion(self, listing: Listing, at_s: int) -> Story:
        yield at_s
        if not listing.removed:
            yield listings.change(self.scene, self.seller, listing, listing.regular_cents, at_s)

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
