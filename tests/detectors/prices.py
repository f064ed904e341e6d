"""A marketplace in a few words: markets, a judged seller, and listings that show only what matters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from math import log
from typing import Any

from detectors.beta import CategoryRate
from detectors.breaker import Fuse
from detectors.entries import Entry, Flags
from detectors.market import Market
from detectors.products import classify
from detectors.records import Core, Listing
from detectors.reference import Reference
from detectors.state import SellerState
from schemas import ListingPublished, Product
from schemas.fields import DAY_US, to_us

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
NOW_US = to_us(NOW)
KEY = "p:i9100:new:CNY"
I9100 = Product(
    product_id="i9100",
    brand="Samsung",
    name="Galaxy S II i9100 16GB",
    gtins=("8806071479903",),
    reference_price=Decimal(3000),
    currency="CNY",
    as_of=datetime(2024, 5, 1, tzinfo=UTC),
)


def days(number: float) -> int:
    return round(number * DAY_US)


def entry(price: float, sign: float = 0, age: float = 400, removed: float | None = None, sequence: int = 1) -> Entry:
    """`sign`, `removed`: days ago; `age`: the seller's, in days."""
    sign_us = NOW_US - days(sign)
    removed_us = 0 if removed is None else NOW_US - days(removed)
    return Entry(sign_us, sequence, NOW_US - days(age), log(price), sign_us, removed_us)


def flags(age: float = 400, active: float = 400, sequence: int = 1, **marks: Any) -> Flags:
    """`age`: the seller's, in days; `active`: last seen active that many days ago."""
    return Flags(NOW_US, sequence, NOW_US - days(age), NOW_US - days(active), **marks)


def sellers(prices: Iterable[float], prefix: str = "s", **how: Any) -> dict[str, Entry]:
    return {f"{prefix}{number:03}": entry(price, **how) for number, price in enumerate(prices)}


#: Thirty-one prices around 3,000 with a spread of about 0.12.
USUAL = tuple(3000 * (1 + 0.01 * step) for step in range(-15, 16))


@dataclass
class World:
    """What lies around the judged seller, as a fake."""

    markets: Mapping[str, Market] = field(default_factory=dict)
    reference: Reference = field(default_factory=Reference)
    rates: Mapping[tuple[str, str], CategoryRate] = field(default_factory=dict)

    def market(self, key: str) -> Market:
        return self.markets.get(key) or Market()

    tripped: frozenset[Fuse] = frozenset()
    exchange: Mapping[str, float] = field(default_factory=dict)

    def category_rate(self, category: str, reason: str) -> CategoryRate | None:
        return self.rates.get((category, reason))


def world(entries: Mapping[str, Entry], marked: Mapping[str, Flags] | None = None, key: str = KEY) -> World:
    """One market, and a catalogue that knows the i9100 and its reference price."""
    around = World({key: Market(entries, marked)})
    around.reference.add(I9100)
    return around


def listing(price: str = "1500", **fields: Any) -> ListingPublished:
    said = {"title": "Samsung i9100", "currency": "CNY", "price_kind": "fixed", "condition": "new"}
    said |= {"product_id": "i9100", "event_id": "e-1", "seller_id": "judged", "listing_id": "l-1"}
    return ListingPublished(event_time=NOW, price=Decimal(price), **(said | fields))


def seller(cause: ListingPublished, around: World, **core: Any) -> SellerState:
    """The judged seller, who already holds the listing."""
    state = SellerState(cause.seller_id, Core(first_seen_us=NOW_US - days(10), **core))
    held = Listing(
        stamp_us=NOW_US,
        event_id=cause.event_id,
        published_us=NOW_US,
        market=classify(cause, around).key,
        log_price=log(cause.price),
        price=cause.price,
        currency=cause.currency,
        title=cause.title,
    )
    state.put_listing(cause.listing_id, held)
    return state
