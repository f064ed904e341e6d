"""What lies on a shelf: a listing, its price, and the events that it speaks in."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from schemas.events import ListingChanged, ListingPublished, ListingRemoved
from schemas.fields import Condition
from simulator.catalogue import ITEMS, PER_CNY, Item
from simulator.chance import Chance, Weighted
from simulator.labels import ListingLabel
from simulator.scene import Scene, amount_of, moment
from simulator.words import FAKE_TITLES, GREY_TITLE, TITLES, UNKNOWN_ACCESSORIES

if TYPE_CHECKING:
    from simulator.sellers import Seller

_Live = TypeVar("_Live", ListingPublished, ListingChanged)

#: What goods in this condition cost, as a share of new ones.
WORTH: dict[Condition, float] = {"new": 1.0, "open_box": 0.9, "refurbished": 0.72, "used": 0.58}
_CONDITION: Weighted[Condition] = Weighted((("new", 78.0), ("open_box", 7.0), ("refurbished", 6.0), ("used", 9.0)))
_CATEGORIES = {
    "electronics": ("phones", "tablets", "headphones", "accessories"),
    "shoes": ("sneakers",),
    "beauty": ("perfume",),
}
_SOLD_BY = {
    trade: Weighted([(item, item.heat) for item in ITEMS if item.category in categories])
    for trade, categories in _CATEGORIES.items()
}
_FLAGSHIP = {item.brand: [other for other in ITEMS if other.brand == item.brand] for item in ITEMS}
PHONES = tuple(item for item in ITEMS if item.category == "phones")
_NEVER_USED = ("perfume", "accessories")


@dataclass(slots=True, eq=False)
class Listing:
    """A listing; `regular_cents` is its price without a promotion, in the seller's currency."""

    listing_id: str
    title: str
    condition: Condition
    regular_cents: int
    cents: int
    fake: bool = False
    product_id: str | None = None
    gtin: str | None = None
    brand: str | None = None
    category: str | None = None
    removed: bool = False


def draw(scene: Scene, chance: Chance, seller: "Seller") -> Listing:
    """One more honest listing of this seller, not yet published."""
    if seller.trade == "electronics" and not seller.flagship_of and chance.often(0.08):
        return _unknown_accessory(scene, chance, seller)
    item = chance.pick(_FLAGSHIP[seller.flagship_of]) if seller.flagship_of else chance.weighted(_SOLD_BY[seller.trade])
    plain = bool(seller.flagship_of) or item.category in _NEVER_USED
    condition: Condition = "new" if plain else chance.weighted(_CONDITION)
    spread = 0.04 if seller.flagship_of else item.spread
    level = WORTH[condition] * chance.lognormal(spread)
    title = chance.weighted(TITLES[condition]).format(item.name)
    if seller.grey and item.category == "phones" and condition == "new":
        title, level = GREY_TITLE.format(item.name), chance.between(0.68, 0.82)
    if condition == "used" and chance.often(0.03):
        condition = "new"  # a careless seller; the title still says what it is
    return _of(scene, chance, seller, item, condition=condition, title=title, level=level, fake=False)


def draw_fake(scene: Scene, chance: Chance, seller: "Seller", item: Item, depth: float) -> Listing:
    """A fake sold as new at `depth` of the market's price, within 4 %."""
    title = chance.weighted(FAKE_TITLES).format(item.name)
    level = depth * chance.between(0.96, 1.04)
    return _of(scene, chance, seller, item, condition="new", title=title, level=level, fake=True)


def _of(
    scene: Scene,
    chance: Chance,
    seller: "Seller",
    item: Item,
    *,
    condition: Condition,
    title: str,
    level: float,
    fake: bool,
) -> Listing:
    cents = priced(item.cny * level * PER_CNY[seller.currency])
    return Listing(
        listing_id=f"l-{scene.number('listing'):08d}",
        title=title,
        condition=condition,
        regular_cents=cents,
        cents=cents,
        fake=fake,
        product_id=item.product_id if chance.often(0.75) else None,
        gtin=item.gtin if chance.often(0.25) else None,
        brand=item.brand if chance.often(0.9) else None,
        category=item.category,
    )


def _unknown_accessory(scene: Scene, chance: Chance, seller: "Seller") -> Listing:
    """An accessory that no catalogue knows; its title names the phone it is made for."""
    cents = priced(chance.between(19, 79) * PER_CNY[seller.currency])
    return Listing(
        listing_id=f"l-{scene.number('listing'):08d}",
        title=chance.pick(UNKNOWN_ACCESSORIES).format(chance.pick(PHONES).name),
        condition="new",
        regular_cents=cents,
        cents=cents,
        category="accessories",
    )


def priced(amount: float) -> int:
    """Cents of a price tag: whole units from 100 on, tenths below."""
    return round(amount) * 100 if amount >= 100 else max(round(amount * 10), 1) * 10


def publish(scene: Scene, seller: "Seller", listing: Listing, at_s: int) -> ListingPublished:
    seller.live.append(listing)
    scene.label(
        ListingLabel(
            listing_id=listing.listing_id, seller_id=seller.seller_id, fake=listing.fake, published_at=moment(at_s)
        )
    )
    return _spoken(ListingPublished, scene, seller, listing, at_s)


def change(scene: Scene, seller: "Seller", listing: Listing, cents: int, at_s: int) -> ListingChanged:
    listing.cents = cents
    return _spoken(ListingChanged, scene, seller, listing, at_s)


def remove(
    scene: Scene, seller: "Seller", listing: Listing, reason: Literal["seller", "platform", "sold_out"], at_s: int
) -> ListingRemoved:
    listing.removed = True
    seller.live.remove(listing)
    return ListingRemoved(**scene.stamp(seller.seller_id, at_s), listing_id=listing.listing_id, reason=reason)


def _spoken(word: type[_Live], scene: Scene, seller: "Seller", listing: Listing, at_s: int) -> _Live:
    return word(
        **scene.stamp(seller.seller_id, at_s),
        listing_id=listing.listing_id,
        title=listing.title,
        price=amount_of(listing.cents),
        currency=seller.currency,
        price_kind="fixed",
        condition=listing.condition,
        shop_name=seller.shop_name,
        brand=listing.brand,
        category=listing.category,
        product_id=listing.product_id,
        gtin=listing.gtin,
        ships_from=seller.country,
    )
