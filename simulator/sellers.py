"""Who sells: a seller, its hours and absences, what it is paid out."""

import hashlib
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from schemas.events import Identifier, PayoutReleased, SellerRegistered
from schemas.fields import IdentifierKind
from simulator.clock import Story
from simulator.labels import SellerLabel
from simulator.listings import Listing
from simulator.scene import DAY_S, HOUR_S, Scene, amount_of

PAYOUT_AFTER_S = 7 * DAY_S
OPENS_H, CLOSES_H = 9, 22  # local hours in which a shop ships, answers and pays

LATE_SHARE = 0.04  # of an ordinary shop's refunds


class Absence(NamedTuple):
    """Days without anybody in the shop; seconds since 1970."""

    from_s: int
    until_s: int
    is_announced: bool


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
    absences: tuple[Absence, ...] = ()  # by beginning
    late_share: float = LATE_SHARE
    opening_share: float = 1.0  # what a new shop asks at first, as a share of its regular prices,
    opening_until_s: int = 0  # until then
    closes_s: float = inf
    closes_abruptly: bool = False
    traits: tuple[str, ...] = ()
    payout_second: int = 10 * HOUR_S
    live: list[Listing] = field(default_factory=list)
    unpaid: dict[str, tuple[int, int]] = field(default_factory=dict)  # order id -> (delivered, cents), oldest first

    @property
    def return_address(self) -> str | None:
        return next((one.value for one in self.identifiers if one.kind == "return_address"), None)

    def open_at(self, at_s: int) -> int:
        """`at_s`, or the next opening of the shop when that is at night or during its holiday."""
        at_s = self._by_day(at_s)
        for absence in self.absences:
            if absence.from_s <= at_s < absence.until_s:
                at_s = self._by_day(absence.until_s + at_s % HOUR_S)
        return at_s

    def is_away(self, at_s: int) -> bool:
        return any(absence.from_s <= at_s < absence.until_s for absence in self.absences)

    def _by_day(self, at_s: int) -> int:
        second_of_day = (at_s + self.utc_offset_h * HOUR_S) % DAY_S
        if OPENS_H * HOUR_S <= second_of_day < CLOSES_H * HOUR_S:
            return at_s
        return at_s + (OPENS_H * HOUR_S - second_of_day) % DAY_S + at_s % 5_400

    def payout_after(self, delivered_s: int) -> int:
        """When the platform pays out an order that was delivered then and not refunded until that moment."""
        due_s = delivered_s + PAYOUT_AFTER_S
        return due_s + (self.payout_second - due_s) % DAY_S


def registered(scene: Scene, seller: Seller, label: SellerLabel) -> Story:
    """How a seller of any kind begins."""
    yield seller.registered_s
    scene.label(label)
    yield SellerRegistered(
        **scene.stamp(seller.seller_id, seller.registered_s),
        shop_name=seller.shop_name,
        country=seller.country,
        identifiers=seller.identifiers,
    )
    yield _payouts(scene, seller)


def _payouts(scene: Scene, seller: Seller) -> Story:
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
