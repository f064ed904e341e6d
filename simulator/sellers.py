"""Who sells: a seller, its hours, what it is paid out; and the population of honest ones."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from schemas.events import Identifier, PayoutReleased
from schemas.fields import IdentifierKind
from simulator.catalogue import BRANDS
from simulator.chance import Chance, Weighted
from simulator.clock import Story
from simulator.listings import Listing
from simulator.scene import DAY_S, HOUR_S, Scene, amount_of
from simulator.words import NAMES, PLACES, TRADES

PAYOUT_AFTER_S = 7 * DAY_S
OPENS_H, CLOSES_H = 9, 22  # local hours in which a shop ships, answers and pays

_TRADE = Weighted((("electronics", 0.6), ("shoes", 0.2), ("beauty", 0.2)))
_HOME = Weighted(
    (
        (("CN", "CNY", 8), 0.86),
        (("US", "USD", -6), 0.07),
        (("DE", "EUR", 1), 0.04),
        (("FR", "EUR", 1), 0.03),
    )
)
#: Orders a day; most shops are small, a few are large.
_ORDERS_A_DAY = Weighted(((0.3, 20.0), (1.0, 35.0), (2.0, 25.0), (5.0, 15.0), (12.0, 5.0)))
_SHELF = Weighted(((3, 1.0), (5, 2.0), (8, 4.0), (11, 2.0), (15, 1.0)))


@dataclass(slots=True, eq=False)
class Seller:
    """A seller as the stories know it; times in seconds since 1970, money in cents of its currency."""

    seller_id: str
    shop_name: str
    country: str
    currency: str
    utc_offset_h: int
    registered_s: int
    identifiers: tuple[Identifier, ...]
    trade: str = "electronics"
    orders_a_day: float = 1.0
    shelf: int = 5
    flagship_of: str | None = None
    grey: bool = False
    away: tuple[int, int] = (0, 0)
    announces_away: bool = True
    payout_second: int = 10 * HOUR_S
    live: list[Listing] = field(default_factory=list)
    unpaid: dict[str, tuple[int, int]] = field(default_factory=dict)  # order id -> (delivered, cents), oldest first

    @property
    def return_address(self) -> str | None:
        return next((one.value for one in self.identifiers if one.kind == "return_address"), None)

    def open_at(self, at_s: int) -> int:
        """`at_s`, or the next opening of the shop when that is at night or during its holiday."""
        at_s = self._by_day(at_s)
        if self.away[0] <= at_s < self.away[1]:
            at_s = self._by_day(self.away[1] + at_s % HOUR_S)
        return at_s

    def _by_day(self, at_s: int) -> int:
        second_of_day = (at_s + self.utc_offset_h * HOUR_S) % DAY_S
        if OPENS_H * HOUR_S <= second_of_day < CLOSES_H * HOUR_S:
            return at_s
        return at_s + (OPENS_H * HOUR_S - second_of_day) % DAY_S + at_s % 5_400

    def payout_after(self, delivered_s: int) -> int:
        """When the platform pays out an order that was delivered then and not refunded until that moment."""
        due_s = delivered_s + PAYOUT_AFTER_S
        return due_s + (self.payout_second - due_s) % DAY_S


def payouts(scene: Scene, seller: Seller) -> Story:
    """Once a day the platform pays out what was delivered a week ago and has not been refunded."""
    at_s = max(seller.registered_s, scene.start_s)
    at_s += (seller.payout_second - at_s) % DAY_S
    while True:
        yield at_s
        due = []
        for order_id, (delivered_s, _) in seller.unpaid.items():
            if delivered_s + PAYOUT_AFTER_S > at_s:
                break
            due.append(order_id)
        if due:
            cents = sum([seller.unpaid.pop(order_id)[1] for order_id in due])
            yield PayoutReleased(
                **scene.stamp(seller.seller_id, at_s),
                payout_id=f"y-{scene.number('payout'):08d}",
                amount=amount_of(cents),
                currency=seller.currency,
                order_ids=tuple(due),
            )
        at_s += DAY_S


def hashed(kind: IdentifierKind, secret: str) -> Identifier:
    """An identifier as the wire takes it: 64 hex digits."""
    return Identifier(kind, hashlib.sha256(f"{kind}/{secret}".encode()).hexdigest())


def authorised(sellers: int) -> dict[str, list[str]]:
    """Seller ids by brand: a flagship shop and one reseller each; none below two sellers a brand."""
    if sellers < 2 * len(BRANDS):
        return {}
    return {brand: [_id(at), _id(at + len(BRANDS))] for at, brand in enumerate(BRANDS)}


def honest(scene: Scene, chance: Chance, sellers: int) -> Iterator[Seller]:
    """So many honest sellers: some there for years, some young, some that join during the run."""
    flagships = {ids[0]: brand for brand, ids in authorised(sellers).items()}
    days = (scene.end_s - scene.start_s) // DAY_S
    for at in range(sellers):
        seller_id = _id(at)
        brand = flagships.get(seller_id)
        country, currency, offset_h = ("CN", "CNY", 8) if brand else chance.weighted(_HOME)
        trade = chance.weighted(_TRADE)
        draw = chance.random()
        if brand or draw < 0.80:
            registered_s = scene.start_s - int(chance.between(60, 1_500) * DAY_S)
        elif draw < 0.90:
            registered_s = scene.start_s - int(chance.between(2, 60) * DAY_S)
        else:
            registered_s = scene.start_s + int(chance.between(0, 0.8) * days * DAY_S)
        away_s = scene.start_s + int(chance.random() * days * DAY_S) if chance.often(days / 240) else 0
        # Every fiftieth owner has two shops: one bank account and one device behind both.
        owner = f"{at - 1 if at % 50 == 49 else at}"
        yield Seller(
            seller_id=seller_id,
            shop_name=f"{brand} Official Flagship Store"
            if brand
            else f"{chance.pick(PLACES)} {chance.pick(NAMES)} {chance.pick(TRADES[trade])}",
            country=country,
            currency=currency,
            utc_offset_h=offset_h,
            registered_s=registered_s,
            identifiers=(
                hashed("bank_account", owner),
                hashed("device", owner),
                hashed("phone", f"{at}"),
                hashed("return_address", f"{at}"),
            ),
            trade=trade,
            orders_a_day=12.0 if brand else chance.weighted(_ORDERS_A_DAY),
            shelf=chance.weighted(_SHELF),
            flagship_of=brand,
            grey=brand is None and chance.often(0.02),
            away=(away_s, away_s + int(chance.between(3, 10) * DAY_S)) if away_s else (0, 0),
            announces_away=chance.often(0.85),
            payout_second=chance.whole(1, 5) * HOUR_S + chance.whole(0, HOUR_S - 1),
        )


def _id(at: int) -> str:
    return f"s-{at + 1:06d}"
