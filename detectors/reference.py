"""The reference catalogue in memory: products by id, GTIN and title, brands by name."""

from typing import Any, Final, TypeVar

from detectors.folding import MAX_RAW_TITLE
from detectors.titles import Resolution, Titles, is_less, is_plain
from schemas import Brand, Product

REMEMBERED_TITLES: Final = 20_000  # about 10 MB
#: At most so sure is it that a title means the goods themselves where it says more than what they are called.
SURE_OF_MORE: Final = 0.9

_GTIN_DIGITS: Final = (8, 12, 13, 14)

Memory = dict[tuple[str | None, ...], Any]
Key = TypeVar("Key")
Answer = TypeVar("Answer")


def gtin14(text: str) -> str | None:
    """A GTIN-8, -12, -13 or -14 in the one form of 14 digits; spaces and hyphens do not count.

    None for what cannot be one, all zeros included (sellers' "none"). The check digit is not asked for: a catalogue
    with a slip in it still names its product.
    """
    digits = text.replace(" ", "").replace("-", "")
    if len(digits) not in _GTIN_DIGITS or not (digits.isascii() and digits.isdigit()) or not digits.strip("0"):
        return None
    return digits.zfill(14)


def full_name(product: Product) -> str:
    """The product's name, led by its brand."""
    name, brand = product.name, product.brand
    return name if name.casefold().startswith(brand.casefold()) else f"{brand} {name}"


def says_more(title: str, product: Product) -> bool:
    """Whether a title says more than what the product is called: it may be of something that belongs to it."""
    return not is_plain(title, (product.brand, product.name, product.category or "", *product.aliases))


class Reference:
    """What `reference.products.v1` and `reference.brands.v1` hold, whatever the order in which they were read.

    Where several products claim one GTIN, the one with the smallest id has it; where several brands claim one name,
    a brand's own name comes before an alias, then the smallest.
    """

    __slots__ = (
        "_brands",
        "_by_gtin",
        "_by_name",
        "_contradicted",
        "_later",
        "_products",
        "_resolved",
        "_titles",
        "identities",
        "places",
    )

    def __init__(self) -> None:
        self._products: dict[str, Product] = {}
        self._by_gtin: dict[str, list[str]] = {}
        self._brands: dict[str, Brand] = {}
        self._by_name: dict[str, list[str]] = {}
        self._titles = Titles()
        self._resolved: dict[tuple[str, str | None], Resolution] = {}
        self._contradicted: dict[tuple[str, str, str | None], bool] = {}
        #: What `detectors.products` made of listings' own words; a listing that changes its price is the same goods.
        self.identities: Memory = {}
        self.places: Memory = {}
        self._later: list[Product | Brand | tuple[type[Product] | type[Brand], str]] = []

    def __len__(self) -> int:
        return len(self._products)

    def add(self, word: Product | Brand) -> None:
        """Takes a product or a brand in, in place of the one of the same id or name."""
        if isinstance(word, Product):
            self.remove(Product, word.product_id)
            self._forget_answers()
            self._products[word.product_id] = word
            self._titles.add(word)
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
                self._titles.remove(key)
                self._forget_answers()
                for gtin in _gtins(product):
                    _give_up(self._by_gtin, gtin, key)
        else:
            name = key.casefold()
            brand = self._brands.pop(name, None)
            if brand is not None:
                for alias in _aliases(brand):
                    _give_up(self._by_name, alias, name)

    def _forget_answers(self) -> None:
        for memory in (self._resolved, self._contradicted, self.identities, self.places):
            memory.clear()

    def change_later(self, change: Product | Brand | tuple[type[Product] | type[Brand], str]) -> None:
        """As `add`, or `remove` for a kind and key, when `catch_up` is called: not in the middle of a batch."""
        self._later.append(change)

    def catch_up(self) -> None:
        """Takes in what has changed since."""
        if self._later:
            changes, self._later = self._later, []
            for change in changes:
                if isinstance(change, tuple):
                    self.remove(*change)
                else:
                    self.add(change)

    def resolve(self, title: str, brand: str | None) -> Resolution:
        """The product that a title means, remembered: a listing that changes keeps its title."""
        asked = title[:MAX_RAW_TITLE], brand
        found = self._resolved.get(asked)
        if found is None:
            found = self._titles.resolve(*asked)
            if found.product_id is not None and found.confidence > SURE_OF_MORE:
                product = self._products[found.product_id]
                if says_more(asked[0], product):
                    found = found._replace(confidence=SURE_OF_MORE)
            found = remember(self._resolved, asked, found)
        return found

    def contradicts(self, title: str, product_id: str, brand: str | None) -> bool:
        """Whether a title is of another product than that of this id, less of the same included; remembered too."""
        asked = title[:MAX_RAW_TITLE], product_id, brand
        found = self._contradicted.get(asked)
        if found is None:
            product = self._products.get(product_id)
            less = product is not None and is_less(asked[0], (product.name, *product.aliases))
            found = remember(self._contradicted, asked, less or self._titles.contradicts(*asked))
        return found

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


def remember(memory: dict[Key, Answer], asked: Key, answer: Answer) -> Answer:
    """Keeps an answer for when the same is asked again; all are forgotten when they are too many."""
    if len(memory) >= REMEMBERED_TITLES:
        memory.clear()
    memory[asked] = answer
    return answer


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
