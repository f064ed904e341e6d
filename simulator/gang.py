"""A gang after the story that the project began with: phone shops of one hand, fakes at half price, then silence."""

from dataclasses import dataclass
from math import inf
from typing import Literal

from schemas.events import MessageSent, SellerActive, SellerRegistered
from simulator import listings
from simulator.catalogue import ITEMS
from simulator.chance import Chance, Weighted
from simulator.clock import Story
from simulator.fakes import Plan, order
from simulator.labels import GangLabel, SellerLabel
from simulator.scene import DAY_S, HOUR_S, MINUTE_S, Scene
from simulator.sellers import Seller, hashed, payouts
from simulator.shop import moment_of_day
from simulator.words import DOUBTS, GANG_NAMES, REASSURANCE

SHOPS = 3
ASKS_FIRST = 0.5  # share of the buyers who want to know why it is so cheap
AFTERGLOW = 0.3  # share of the usual orders that still come in once the shop is silent


@dataclass(frozen=True, slots=True)
class Kind:
    """How a gang works. `depth` is its price as a share of the market's."""

    brands: tuple[str, ...]
    depth: float
    vanishes: bool
    orders_a_day: float


#: The first is the story's. The others go less deep, or pay back whoever complains and stay.
KINDS = (
    Kind(("Samsung", "Xiaomi"), 0.50, True, 9.0),
    Kind(("Apple",), 0.50, True, 8.0),
    Kind(("Huawei", "Samsung"), 0.62, True, 6.0),
    Kind(("Xiaomi", "Huawei"), 0.40, True, 10.0),
    Kind(("Apple", "Samsung"), 0.75, False, 4.0),
)
_HOT = {
    brand: Weighted([(item, item.heat) for item in ITEMS if item.brand == brand and item.category == "phones"])
    for kind in KINDS
    for brand in kind.brands
}


class Gang:
    """One gang: its three shops open within days of each other and fall silent together."""

    def __init__(self, scene: Scene, chance: Chance, number: int) -> None:
        """`number` counts from 0 and decides the kind; only the draws come from `chance`."""
        self.scene, self.chance = scene, chance
        self.gang_id = f"g-{number + 1:03d}"
        self.kind = KINDS[number % len(KINDS)]
        days = (scene.end_s - scene.start_s) / DAY_S
        opens_day = chance.between(1.0, 2.5) if number == 0 else chance.between(1.0, max(1.5, days * 0.6))
        self.opens_s = scene.start_s + int(opens_day * DAY_S)
        vanish_s = self.opens_s + int(chance.between(10, 13) * DAY_S) if self.kind.vanishes else inf
        self.plan = Plan(scene, chance, vanish_s)
        self.shops = [self._seller(number * SHOPS + at, at) for at in range(SHOPS)]

    def _seller(self, shop: int, at: int) -> Seller:
        chance, brand = self.chance, self.kind.brands[at % len(self.kind.brands)]
        name = GANG_NAMES[shop % len(GANG_NAMES)].format(brand if chance.often(0.5) else brand.lower())
        return Seller(
            seller_id=f"s-9{shop + 1:05d}",
            shop_name=name,
            country="CN",
            currency="CNY",
            utc_offset_h=8,
            registered_s=self.opens_s + int(at * chance.between(0.4, 1.3) * DAY_S),
            identifiers=(
                hashed("bank_account", self.gang_id),
                hashed("device", f"{self.gang_id}/{at // 2}"),
                hashed("phone", f"{self.gang_id}/{at}"),
                hashed("return_address", self.gang_id),
            ),
            orders_a_day=self.kind.orders_a_day,
            shelf=chance.whole(4, 7),
            payout_second=chance.whole(1, 5) * HOUR_S,
        )

    def tell(self) -> Story:
        yield self.opens_s
        self.scene.label(
            GangLabel(
                gang=self.gang_id,
                depth=self.kind.depth,
                vanishes=self.kind.vanishes,
                brand=self.kind.brands[0],
                shops=tuple(shop.seller_id for shop in self.shops),
            )
        )
        for at, shop in enumerate(self.shops):
            yield self._shop(shop, self.kind.brands[at % len(self.kind.brands)])

    def _shop(self, seller: Seller, brand: str) -> Story:
        scene, chance = self.scene, self.chance
        yield seller.registered_s
        scene.label(SellerLabel(seller_id=seller.seller_id, label="gang", gang=self.gang_id))
        yield SellerRegistered(
            **scene.stamp(seller.seller_id, seller.registered_s),
            shop_name=seller.shop_name,
            country=seller.country,
            identifiers=seller.identifiers,
        )
        yield payouts(scene, seller)
        at_s = seller.registered_s + chance.hours(0.5, 3)
        for _ in range(seller.shelf):
            yield at_s
            fake = listings.draw_fake(scene, chance, seller, chance.weighted(_HOT[brand]), self.kind.depth)
            yield listings.publish(scene, seller, fake, at_s)
            at_s += chance.whole(2 * MINUTE_S, 40 * MINUTE_S)
        yield from self._trade(seller, at_s)

    def _trade(self, seller: Seller, opened_s: int) -> Story:
        """Days of sales until the shop is silent, and those that follow until the platform clears the shelf."""
        scene, chance, vanish_s = self.scene, self.chance, self.plan.vanish_s
        cleared_s = vanish_s + chance.hours(120, 200)
        day_s = opened_s // DAY_S * DAY_S
        while day_s < min(cleared_s, scene.end_s):
            share = 1.0 if day_s < vanish_s else AFTERGLOW
            desk_s = seller.open_at(day_s + chance.whole(1, 13) * HOUR_S)
            if opened_s <= desk_s < vanish_s:
                yield self._at_the_desk(seller, desk_s)
            times = [moment_of_day(chance, day_s, 8) for _ in range(chance.count(seller.orders_a_day * share))]
            for at_s in sorted(times):
                if opened_s <= at_s < cleared_s:
                    yield at_s
                    yield self._visit(seller, at_s)
            day_s += DAY_S
        if cleared_s <= scene.end_s:
            at_s = int(cleared_s)
            yield at_s
            for listing in list(seller.live):
                yield listings.remove(scene, seller, listing, "platform", at_s)

    def _at_the_desk(self, seller: Seller, at_s: int) -> Story:
        yield at_s
        activity: Literal["login", "reply"] = "login" if self.chance.often(0.5) else "reply"
        yield SellerActive(**self.scene.stamp(seller.seller_id, at_s), activity=activity)

    def _visit(self, seller: Seller, at_s: int) -> Story:
        """A wary buyer asks first and is talked round; then comes the order."""
        chance = self.chance
        listing = chance.pick(seller.live)
        if at_s < self.plan.vanish_s and chance.often(ASKS_FIRST):
            talk = f"t-{self.scene.number('talk'):08d}"
            for _ in range(chance.whole(1, 2)):
                yield at_s
                yield self._line(seller, listing.listing_id, talk, "buyer", at_s)
                at_s += chance.whole(MINUTE_S, 8 * MINUTE_S)
                if at_s >= self.plan.vanish_s:
                    return
                yield at_s
                yield self._line(seller, listing.listing_id, talk, "seller", at_s)
                at_s += chance.whole(MINUTE_S, 10 * MINUTE_S)
        yield at_s
        if not listing.removed:
            yield order(self.plan, seller, listing, at_s)

    def _line(
        self, seller: Seller, listing_id: str, talk: str, sender: Literal["buyer", "seller"], at_s: int
    ) -> MessageSent:
        return MessageSent(
            **self.scene.stamp(seller.seller_id, at_s),
            conversation_id=talk,
            sender=sender,
            text=self.chance.pick(DOUBTS if sender == "buyer" else REASSURANCE),
            listing_id=listing_id,
        )
