"""A gang after the story that the project began with: shops of one hand, fakes below the market, then silence."""

from math import inf
from typing import Literal

from schemas.events import MessageSent, SellerActive, SellerClosed
from simulator import calendar, listings
from simulator.catalogue import ITEMS
from simulator.chance import Chance, Weighted
from simulator.clock import Story
from simulator.fakes import Front, order
from simulator.kinds import CAMPAIGNS, KINDS, PAYS_FIRST, SHOPS, Kind, Span, is_campaign, spans
from simulator.labels import GangLabel, SellerLabel
from simulator.scene import DAY_S, HOUR_S, MINUTE_S, Scene, moment
from simulator.sellers import Seller, hashed, registered
from simulator.shop import moment_of_day
from simulator.words import DOUBTS, GANG_NAMES, REASSURANCE

ASKS_FIRST = 0.5  # share of the buyers who want to know why it is so cheap
AFTERGLOW = 0.3  # share of the usual orders that still come in once the shop is silent
RAMP_DAYS, RAMP_FROM = 10.0, 0.3  # a campaign's shop comes to its full trade after that, from that share
CLEARED_H = {"logs in": (300.0, 500.0)}  # hours of silence after which the platform clears the shelf
CLEARED_ELSE_H = (120.0, 200.0)
SHOP_NUMBERS = 100  # a campaign's shops have numbers of their own
_HOT = {
    (brand, kind.category): Weighted(
        [(item, item.heat) for item in ITEMS if item.brand == brand and item.category == kind.category]
    )
    for kind in CAMPAIGNS
    for brand in kind.brands
}


class Gang:
    """One gang: its shops share a bank account and a return address; each falls silent at its time."""

    def __init__(self, scene: Scene, chance: Chance, number: int, sellers: int) -> None:
        """`number` counts from 0 and decides the kind; only the draws come from `chance`.

        `sellers` is how many honest ones there are: a large marketplace draws larger gangs.
        """
        self.scene, self.chance = scene, chance
        self.gang_id = f"g-{number + 1:03d}"
        kinds = CAMPAIGNS if is_campaign(scene) else KINDS
        self.kind: Kind = kinds[number % len(kinds)]
        self.lives: list[Span] = spans(scene, chance, self.kind, number, sellers)
        first = number * (SHOP_NUMBERS if is_campaign(scene) else SHOPS)
        self.fronts = [self._front(first + at, at, life) for at, life in enumerate(self.lives)]

    def _front(self, shop: int, at: int, life: Span) -> Front:
        chance, brand = self.chance, self.kind.brands[at % len(self.kind.brands)]
        name = GANG_NAMES[shop % len(GANG_NAMES)].format(brand if chance.often(0.5) else brand.lower())
        seller = Seller(
            seller_id=f"s-9{shop + 1:05d}",
            shop_name=name,
            country="CN",
            currency="CNY",
            utc_offset_h=8,
            registered_s=life.opens_s + int(min(at, SHOPS - 1) * chance.between(0.4, 1.3) * DAY_S),
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
        pays = inf if self.kind.habit == "pays back" else 0
        if self.kind.habit == "pays the first":
            pays = chance.whole(*PAYS_FIRST)
        return Front(self.scene, chance, seller, brand, self.kind.habit, life.vanish_s, pays)

    def tell(self) -> Story:
        opens_s = self.lives[0].opens_s
        last_s = max(life.vanish_s for life in self.lives)
        yield opens_s
        self.scene.label(
            GangLabel(
                gang=self.gang_id,
                depth=self.kind.depth,
                vanishes=self.kind.vanishes,
                brand=self.kind.brands[0],
                shops=tuple(front.seller.seller_id for front in self.fronts),
                habit=self.kind.habit,
                brands=self.kind.brands,
                category=self.kind.category,
                opens_at=moment(opens_s),
                vanishes_at=None if last_s == inf else moment(int(last_s)),
            )
        )
        for front in self.fronts:
            yield self._shop(front)

    def _shop(self, front: Front) -> Story:
        scene, chance, seller = self.scene, self.chance, front.seller
        label = SellerLabel(seller_id=seller.seller_id, label="gang", gang=self.gang_id)
        yield from registered(scene, seller, label)
        goods = _HOT[front.brand, self.kind.category]
        at_s = seller.registered_s + chance.hours(0.5, 3)
        for _ in range(seller.shelf):
            yield at_s
            fake = listings.draw_fake(scene, chance, seller, chance.weighted(goods), self.kind.depth)
            yield listings.publish(scene, seller, fake, at_s)
            at_s += chance.whole(2 * MINUTE_S, 40 * MINUTE_S)
        yield from self._trade(front, at_s)

    def _trade(self, front: Front, opened_s: int) -> Story:
        """Days of sales until the shop is silent, and those that follow until the platform clears the shelf."""
        scene, chance, seller, vanish_s = self.scene, self.chance, front.seller, front.vanish_s
        cleared_s = vanish_s + chance.hours(*CLEARED_H.get(front.habit, CLEARED_ELSE_H))
        day_s = opened_s // DAY_S * DAY_S
        while day_s < min(cleared_s, scene.end_s):
            desk_s = seller.open_at(day_s + chance.whole(1, 13) * HOUR_S)
            if opened_s <= desk_s < (cleared_s if front.habit == "logs in" else vanish_s):
                yield self._at_the_desk(front, desk_s)
            share = self._share(day_s, opened_s) * (1.0 if day_s < vanish_s else AFTERGLOW)
            times = [moment_of_day(chance, day_s, 8) for _ in range(chance.count(seller.orders_a_day * share))]
            for at_s in sorted(times):
                if opened_s <= at_s < cleared_s:
                    yield at_s
                    yield self._visit(front, at_s)
            day_s += DAY_S
        if cleared_s <= scene.end_s:
            at_s = int(cleared_s)
            yield at_s
            for listing in list(seller.live):
                yield listings.remove(scene, seller, listing, "platform", at_s)
            at_s += chance.hours(1, 72)
            yield at_s
            yield SellerClosed(**scene.stamp(seller.seller_id, at_s), by="platform")

    def _share(self, day_s: int, opened_s: int) -> float:
        """A day's orders as a share of the usual ones."""
        if not is_campaign(self.scene):
            return 1.0
        grown = RAMP_FROM + (1 - RAMP_FROM) * (day_s - opened_s) / (RAMP_DAYS * DAY_S)
        return min(max(grown, RAMP_FROM), 1.0) * calendar.demand("CN", day_s)

    def _at_the_desk(self, front: Front, at_s: int) -> Story:
        yield at_s
        activity: Literal["login", "reply"] = "login"
        if front.habit != "logs in" and not self.chance.often(0.5):
            activity = "reply"
        yield SellerActive(**self.scene.stamp(front.seller.seller_id, at_s), activity=activity)

    def _visit(self, front: Front, at_s: int) -> Story:
        """A wary buyer asks first and is talked round, where somebody answers; then comes the order."""
        chance, seller = self.chance, front.seller
        listing = chance.pick(seller.live)
        if front.habit == "logs in":
            if chance.often(ASKS_FIRST):
                yield self._line(seller, listing.listing_id, f"t-{self.scene.number('talk'):08d}", "buyer", at_s)
        elif at_s < front.vanish_s and chance.often(ASKS_FIRST):
            talk = f"t-{self.scene.number('talk'):08d}"
            for _ in range(chance.whole(1, 2)):
                yield at_s
                yield self._line(seller, listing.listing_id, talk, "buyer", at_s)
                at_s += chance.whole(MINUTE_S, 8 * MINUTE_S)
                if at_s >= front.vanish_s:
                    return
                yield at_s
                yield self._line(seller, listing.listing_id, talk, "seller", at_s)
                at_s += chance.whole(MINUTE_S, 10 * MINUTE_S)
        yield at_s
        if not listing.removed:
            yield order(front, listing, at_s)

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
