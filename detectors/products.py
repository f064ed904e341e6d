"""Which product a listing is of, and so in which market its price belongs, or why it is not compared."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from detectors.detector import Around
from detectors.folding import MAX_RAW_TITLE
from detectors.reference import gtin14, remember
from detectors.wording import NOTHING_SAID, OPEN_BOX, is_of_accessories, read_title
from schemas import ListingChanged, ListingPublished, Product

#: Conditions that are judged, and the class in which each is compared.
CLASS_OF: Final = {
    "new": "new",
    "open_box": "new",
    "unknown": "new",
    "refurbished": "refurbished",
    "used": "used",
}
#: Guards of more goods than one, which come last in `GUARDS`: where one of them is the first, nothing else is said.
_SEVERAL: Final = ("pack", "bundle")


class MarketKey(NamedTuple):
    """A market's key taken apart.

    `product` is `p:<product_id>`, or `g:<14 digits>` for a GTIN that the catalogue does not have.
    """

    product: str
    condition_class: str
    currency: str

    @property
    def product_id(self) -> str | None:
        """The catalogue's product, where it has one."""
        return self.product[2:] if self.product.startswith("p:") else None


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a listing's price belongs: the key of its market, or the guard that keeps it from being compared.

    `sure`: how sure it is that the market is the right one, a probability, below 1 where only the title names the
    product, which is `product` where the catalogue has it. `one`: the market of a single one where several are sold:
    the price does not belong into it, and is too low where one alone would be.
    """

    key: str
    guard: str
    sure: float = 1.0
    product: Product | None = None
    one: str = ""


class Identity(msgspec.Struct, frozen=True, gc=False):
    """The product that a listing is of, if the catalogue has it, and how sure that is (1: the marketplace says so).

    `claimed` is the product under whose id or GTIN it is listed although its title is of another one.
    """

    product: Product | None
    sure: float
    claimed: Product | None = None


NOBODY_KNOWS: Final = Identity(None, 1.0)  # its own id or GTIN says what is the same


def market_key(product: str, condition: str, currency: str) -> str:
    """The market of a product (as in `MarketKey`) in the class of a condition that is judged, in a currency."""
    return f"{product}:{CLASS_OF[condition]}:{currency}"


def split_key(key: str) -> MarketKey:
    """The inverse of `market_key`: neither a class nor a currency holds a colon."""
    product, condition_class, currency = key.rsplit(":", 2)
    return MarketKey(product, condition_class, currency)


def classify(listing: ListingPublished | ListingChanged, around: Around) -> Place:
    """The market that a listing belongs to, or why it is not judged; words in the title override the condition."""
    if listing.price_kind != "fixed":
        return Place("", "price_kind")
    if listing.condition not in CLASS_OF:
        return Place("", listing.condition)
    place = _place(listing, around)
    if listing.pack_size is not None and listing.pack_size > 1:
        return Place("", "pack", place.sure, one=place.one or place.key)
    return place


def _place(listing: ListingPublished | ListingChanged, around: Around) -> Place:
    """The same of what the words say, remembered."""
    asked = (
        listing.title[:MAX_RAW_TITLE],
        listing.brand,
        listing.category,
        listing.product_id,
        listing.gtin,
        listing.condition,
        listing.currency,
    )
    places = around.reference.places
    place: Place | None = places.get(asked)
    return remember(places, asked, _place_of(listing, around)) if place is None else place


def _place_of(listing: ListingPublished | ListingChanged, around: Around) -> Place:
    identity = identify(listing, around)
    product = identity.product
    condition: str = listing.condition
    guard = ""
    said = read_title(listing.title, listing.category)
    if said is not NOTHING_SAID:
        # What the product's own name or category says too is no contradiction: a case among cases is compared.
        own = _guards_of(product) if product is not None and said.guards else ()
        guard = next((guard for guard in said.guards if guard not in own), "")
        if guard and guard not in _SEVERAL:
            return Place("", guard)
        if said.condition not in (None, OPEN_BOX) and condition != "refurbished":  # displays may be used all the same
            condition = said.condition
    if product is None and identity.claimed is not None:
        return Place("", guard or "other_product")
    key = _key_of(listing, product)
    if key is None:
        return Place("", guard or "no_product")
    market = market_key(key, condition, listing.currency)
    return Place("", guard, identity.sure, one=market) if guard else Place(market, "", identity.sure, product)


def markets_of(listing: ListingPublished | ListingChanged, around: Around) -> tuple[str, ...]:
    """The markets that judging this listing may ask for: its own, and those for where its own is thin.

    Those are that of new goods, its own in the other currencies that the policy has a rate for, and the same of what
    the title names where the catalogue lacks the id.
    """
    place = classify(listing, around)
    key = place.key or place.one
    if not key:
        return ()
    named = named_by_title(listing, key, around)
    return _with_others(key, around) if named is None else _with_others(key, around) + _with_others(named[0], around)


def _with_others(key: str, around: Around) -> tuple[str, ...]:
    product, condition_class, currency = split_key(key)
    keys = (key,) if condition_class == "new" else (key, market_key(product, "new", currency))
    return keys + tuple(abroad(key, around)) if around.exchange else keys


def named_by_title(listing: ListingPublished | ListingChanged, key: str, around: Around) -> tuple[str, float] | None:
    """The market of what the title names, and how sure that is, for a listing whose id the catalogue lacks.

    Such an id is the marketplace's own word for what is the same; it says nothing where nobody else sells under it.
    """
    own = split_key(key)
    if own.product_id is None or around.reference.product(own.product_id) is not None:
        return None
    found = around.reference.resolve(listing.title, listing.brand)
    if found.product_id is None:
        return None
    return f"p:{found.product_id}:{own.condition_class}:{own.currency}", found.confidence


def abroad(key: str, around: Around) -> Iterator[str]:
    """A market's key in each of the other currencies, where the policy has a rate for its own; in their order."""
    product, condition_class, currency = split_key(key)
    if currency in around.exchange:
        for other in around.exchange:
            if other != currency:
                yield market_key(product, condition_class, other)


def identify(listing: ListingPublished | ListingChanged, around: Around) -> Identity:
    """The catalogue's product that a listing is of: by id or GTIN unless the title contradicts, else by the title."""
    asked = listing.title[:MAX_RAW_TITLE], listing.brand, listing.product_id, listing.gtin
    identities = around.reference.identities
    identity: Identity | None = identities.get(asked)
    return remember(identities, asked, _identity_of(listing, around)) if identity is None else identity


def _identity_of(listing: ListingPublished | ListingChanged, around: Around) -> Identity:
    claimed = _claimed(listing, around)
    if claimed is not None and not around.reference.contradicts(listing.title, claimed.product_id, listing.brand):
        return Identity(claimed, 1.0)
    if claimed is None and listing.product_id is not None:
        # The marketplace knows it and the catalogue does not: whatever the title resembles there is a neighbour.
        return NOBODY_KNOWS
    found = around.reference.resolve(listing.title, listing.brand)
    product = None if found.product_id is None else around.reference.product(found.product_id)
    if product is not None and product is not claimed:
        return Identity(product, found.confidence, claimed)
    return NOBODY_KNOWS if claimed is None else Identity(None, 1.0, claimed)


def product_of(listing: ListingPublished | ListingChanged, around: Around) -> Product | None:
    """As `identify`, for whom how and how sure does not matter."""
    return identify(listing, around).product


def _guards_of(product: Product) -> tuple[str, ...]:
    named = read_title(product.name, product.category).guards
    if product.category is None:
        return named
    belongs = ("accessory", "part") if is_of_accessories(product.category) else ()
    return (*named, *read_title(product.category).guards, *belongs)


def _claimed(listing: ListingPublished | ListingChanged, around: Around) -> Product | None:
    product = None if listing.product_id is None else around.reference.product(listing.product_id)
    if product is not None or listing.gtin is None:
        return product
    gtin = gtin14(listing.gtin)
    return None if gtin is None else around.reference.product_by_gtin(gtin)


def _key_of(listing: ListingPublished | ListingChanged, product: Product | None) -> str | None:
    if product is not None:
        return f"p:{product.product_id}"
    if listing.product_id is not None:
        # Unknown to the catalogue, and still the marketplace's own word for what is the same.
        return f"p:{listing.product_id}"
    gtin = None if listing.gtin is None else gtin14(listing.gtin)
    return None if gtin is None else f"g:{gtin}"
