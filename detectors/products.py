"""Which product, and so which market: the reference catalogue in memory, and what a listing is compared with."""

from typing import Final, NamedTuple

from detectors.detector import Around
from detectors.wording import NOTHING_SAID, read_title
from schemas import Brand, ListingChanged, ListingPublished, Product

#: Conditions that are judged, and the class in which each is compared.
CLASS_OF: Final = {
    "new": "new",
    "open_box": "new",
    "unknown": "new",
    "refurbished": "refurbished",
    "used": "used",
}

_GTIN_DIGITS: Final = (8, 12, 13, 14)


def gtin14(text: str) -> str | None:
    """A GTIN-8, -12, -13 or -14 in the one form of 14 digits; spaces and hyphens do not count.

    None for what cannot be one, all zeros included (sellers' "none"). The check digit is not asked for: a catalogue
    with a slip in it still names its product.
    """
    digits = text.replace(" ", "").replace("-", "")
    if len(digits) not in _GTIN_DIGITS or not (digits.isascii() and digits.isdigit()) or not digits.strip("0"):
        return None
    return digits.zfill(14)


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


class Place(NamedTuple):
    """Where a listing's price belongs: the key of its market, or the guard that keeps it from being compared."""

    key: str
    guard: str


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
    if listing.pack_size is not None and listing.pack_size > 1:
        return Place("", "pack")
    product = product_of(listing, around)
    condition: str = listing.condition
    said = read_title(listing.title, listing.category)
    if said is not NOTHING_SAID:
        # What the product's own name says too is no contradiction: a case among cases is compared.
        own = read_title(product.name, product.category).guards if product is not None and said.guards else ()
        guard = next((guard for guard in said.guards if guard not in own), None)
        if guard is not None:
            return Place("", guard)
        if said.condition is not None and condition != "refurbished":
            condition = said.condition
    key = _key_of(listing, product)
    return Place("", "no_product") if key is None else Place(market_key(key, condition, listing.currency), "")


def markets_of(listing: ListingPublished | ListingChanged, around: Around) -> tuple[str, ...]:
    """The markets that judging this listing may ask for: its own, and that of new goods where its own is thin."""
    key = classify(listing, around).key
    if not key:
        return ()
    product, condition_class, currency = split_key(key)
    return (key,) if condition_class == "new" else (key, market_key(product, "new", currency))


def product_of(listing: ListingPublished | ListingChanged, around: Around) -> Product | None:
    """The catalogue's product that a listing names, by its id or else by its GTIN."""
    product = None if listing.product_id is None else around.product(listing.product_id)
    if product is not None or listing.gtin is None:
        return product
    gtin = gtin14(listing.gtin)
    return None if gtin is None else around.product_by_gtin(gtin)


def _key_of(listing: ListingPublished | ListingChanged, product: Product | None) -> str | None:
    if product is not None:
        return f"p:{product.product_id}"
    if listing.product_id is not None:
        # Unknown to the catalogue, and still the marketplace's own word for what is the same.
        return f"p:{listing.product_id}"
    gtin = None if listing.gtin is None else gtin14(listing.gtin)
    return None if gtin is None else f"g:{gtin}"


class Reference:
    """What `reference.products.v1` and `reference.brands.v1` hold, whatever the order in which they were read.

    Where several products claim one GTIN, the one with the smallest id has it; where several brands claim one name,
    a brand's own name comes before an alias, then the smallest.
    """

    __slots__ = ("_brands", "_by_gtin", "_by_name", "_products")

    def __init__(self) -> None:
        self._products: dict[str, Product] = {}
        self._by_gtin: dict[str, list[str]] = {}
        self._brands: dict[str, Brand] = {}
        self._by_name: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return len(self._products)

    def add(self, word: Product | Brand) -> None:
        """Takes a product or a brand in, in place of the one of the same id or name."""
        if isinstance(word, Product):
            self.remove(Product, word.product_id)
            self._products[word.product_id] = word
            for gtin in _gtins(word):
                _claim(self._by_gtin, gtin, word.product_id)
        else:
            self.remove(Brand, word.brand)
            name = word.brand.casefold()
            self._brands[name] = word
            for alias in _aliases(word):
                _claim(self._by_name, alias, name)

    def remove(self, kind: type[Product] | type[Brand], key: str) -> None:
        """Forgets the product of that id, the brand of that name; nothing happens where there is none."""
        if kind is Product:
            product = self._products.pop(key, None)
            if product is not None:
                for gtin in _gtins(product):
                    _give_up(self._by_gtin, gtin, key)
        else:
            name = key.casefold()
            brand = self._brands.pop(name, None)
            if brand is not None:
                for alias in _aliases(brand):
                    _give_up(self._by_name, alias, name)

    def product(self, product_id: str) -> Product | None:
        """The product of that id."""
        return self._products.get(product_id)

    def product_by_gtin(self, gtin: str) -> Product | None:
        """The product of that GTIN, in any of its lengths."""
        claims = self._by_gtin.get(gtin)
        if claims is None:
            normal = gtin14(gtin)
            claims = None if normal is None else self._by_gtin.get(normal)
        return self._products[claims[0]] if claims else None

    def brand(self, name: str) -> Brand | None:
        """The brand of that name or alias, case folded."""
        folded = name.casefold()
        if folded in self._brands:
            return self._brands[folded]
        claims = self._by_name.get(folded)
        return self._brands[claims[0]] if claims else None


def _gtins(product: Product) -> set[str]:
    return {normal for gtin in product.gtins if (normal := gtin14(gtin)) is not None}


def _aliases(brand: Brand) -> set[str]:
    return {alias.casefold() for alias in brand.aliases}


def _claim(claims: dict[str, list[str]], of: str, by: str) -> None:
    claims.setdefault(of, []).append(by)
    claims[of].sort()


def _give_up(claims: dict[str, list[str]], of: str, by: str) -> None:
    claims[of].remove(by)
    if not claims[of]:
        del claims[of]
