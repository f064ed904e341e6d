"""Shop titles with the product they belong to, their split, and synthetic catalogues of any size."""

import csv
import hashlib
import itertools
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from detectors.titles import Titles
from schemas import Product

FILE: Final = "product_titles/pricerunner_dev.csv"
#: Products of the catalogue in which synthetic neighbours stand between the real ones.
NEIGHBOURED: Final = 100_000
_CODE: Final = re.compile(r"[A-Za-z0-9/.-]*\d[A-Za-z0-9/.-]*")
_MEASURE: Final = re.compile(r"[\d.]+(gb|tb|ghz|mhz|mm)", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[\W_]+")
_LETTERS: Final = "abcdefghjklmnprstuvwxyz"


class Offer(NamedTuple):
    """A title, and the product that it belongs to."""

    title: str
    product_id: str
    category: str


class Offers(NamedTuple):
    """The catalogue (clusters of one label are one product), and the offers in two parts, by label."""

    products: list[Product]
    tuning: list[Offer]
    reported: list[Offer]


def load(folder: Path) -> Offers:
    """The offers under the folder of real data; for tuning are those whose label's SHA-256 begins with an even byte."""
    rows = list(csv.DictReader((folder / FILE).open(encoding="utf-8")))
    label_of = [" ".join(row["cluster_label"].casefold().split()) for row in rows]
    number = {label: at for at, label in enumerate(sorted(set(label_of)))}
    parts: tuple[list[Offer], list[Offer]] = ([], [])
    for row, label in zip(rows, label_of, strict=True):
        offer = Offer(row["product_title"], f"p{number[label]:07}", row["category"])
        parts[half(label, 0)].append(offer)
    products = [named(f"p{at:07}", label) for label, at in number.items()]
    return Offers(products, *parts)


def half(label: str, byte: int) -> int:
    """0 or 1, by a byte of the label's SHA-256."""
    return hashlib.sha256(label.encode()).digest()[byte] % 2


def named(product_id: str, label: str) -> Product:
    """A product of that name; its first word stands for the brand."""
    return Product(product_id=product_id, brand=label.split(maxsplit=1)[0], name=label)


def without_half(products: Iterable[Product], missing: int) -> Titles:
    """A catalogue that lacks a random half of its products (by the label's second byte)."""
    return Titles(product for product in products if half(product.name, 1) != missing)


def variants(products: list[Product], count: int, seed: int = 7) -> Iterator[Product]:
    """Products with the names of these and other model numbers: every digit of a code and some of its letters drawn.

    A name that one of the products already has is passed over: of two products of one name no title can mean one.
    """
    draw = random.Random(seed)
    taken = {_closed(product.name) for product in products}
    drawn = (_CODE.sub(lambda found: _another(found.group(), draw), one.name) for one in itertools.cycle(products))
    fresh = (label for label in drawn if _closed(label) not in taken)
    for at, label in enumerate(itertools.islice(fresh, count)):
        yield named(f"v{at:07}", label)


def _closed(label: str) -> str:
    return _SEPARATORS.sub("", label)


def _another(code: str, draw: random.Random) -> str:
    if _MEASURE.fullmatch(code):
        return code
    return "".join(
        draw.choice("0123456789")
        if character.isdigit()
        else draw.choice(_LETTERS)
        if character.isalpha() and draw.random() < 0.3
        else character
        for character in code
    )
