"""Perfume listings (`perfume_listings/ebay_womens.csv`), grouped by the words of the scent's name, size and type."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from bench.detection.grouped import Goods, Named, goods_of
from bench.detection.tables import PERFUMES, rows

_WORD: Final = re.compile(r"[a-z0-9]+")
_ML: Final = re.compile(r"(\d*\.?\d+)\s?ml")
_OUNCES: Final = re.compile(r"(\d*\.?\d+)\s?(?:fl\.?\s?)?o[zx]")
_ML_AN_OUNCE: Final = 29.57
_SIZE: Final = re.compile(r"[\d./]+\s?(?:(?:fl\.?\s?)?o[zx]|ml)?\b")
#: Sizes that bottles have, in ml: 3.3 and 3.4 ounces are one.
_BOTTLES: Final = (7.5, 10, 15, 20, 25, 30, 35, 40, 50, 60, 65, 75, 80, 90, 100, 125, 150, 200, 250)
_MINIATURE_ML: Final = 6  # up to here sizes are told apart by the millilitre
_TYPES: Final = (
    ("other", re.compile(r"\bmist|deodorant|lotion|\bhair\b|shower|powder|cream|\boil\b")),
    ("edt", re.compile(r"\bedt\b|toilet")),
    ("edp", re.compile(r"\bedp\b|eau de p[ae]r")),
    ("edc", re.compile(r"cologne|\bedc\b")),
    ("parfum", re.compile(r"\bparfum\b|extrait")),
)
#: What titles say beside the name of the scent.
_FILLER: Final = frozenset(
    re.findall(
        r"\w+",
        """eau de du parfum parfums toilette toilet cologne perfume perfumes perfum parfume spray woman women womens
        womans femme pour for her him men unisex lady ladies by in box boxed sealed sealedbox with w brand new nib nwob
        edp edt edc fl oz ounce ounces ml and the a of on an it no fragrance fragrances scent authentic genuine original
        free ship shipping ships us usa eu size full fast factory natural vaporisateur great sale package gift unboxed
        unbox retail ea each d s o l tester testers sample samples vial vials mini lot""",
    )
)
#: What stands in the brand's column where a seller does not say it.
_NO_BRAND: Final = re.compile(r"as\s+(?:picture\s+)?show[n]?|unbranded|does not apply|n/?a|")


def perfumes(folder: Path) -> Goods:
    """The listings of perfumes."""
    table = rows(folder, PERFUMES)
    houses = houses_of(row["brand"] for row in table)
    return goods_of(
        (row["price"], row["title"], row["type"] or None, scent_of(row["brand"], row["title"], row["type"], houses))
        for row in table
    )


def scent_of(brand: str, title: str, kind: str, houses: frozenset[str]) -> Named | None:
    """Words of the name in order of the alphabet, size and type; None where size or name is missing.

    Words of houses are no part of the name, whoever's they are: sellers put one house's goods under another.
    """
    text, own = _folded(title), _words_of(brand)
    millilitres = _millilitres(text)
    said = {word for word in _WORD.findall(_SIZE.sub(" ", text)) if word not in _FILLER and not word.isdigit()}
    name = said - houses - own or own & said
    if millilitres is None or not name:
        return None
    types = (known for words in (text, _folded(kind)) for known, pattern in _TYPES if pattern.search(words))
    return Named(" ".join(sorted(name)), f"{millilitres:g}ml", next(types, "?"))


def houses_of(brands: Iterable[str]) -> frozenset[str]:
    """Words of the brands that stand in the table more than once."""
    counts = Counter(map(_folded, brands))
    return frozenset(word for brand, count in counts.items() if count > 1 for word in _words_of(brand))


def _millilitres(text: str) -> float | None:
    """The bottle nearest to what is said; of several sizes in ounces the last."""
    in_ml, in_ounces = _ML.findall(text), _OUNCES.findall(text)
    if not in_ml and not in_ounces:
        return None
    said = float(in_ml[0]) if in_ml else float(in_ounces[-1]) * _ML_AN_OUNCE
    return min(_BOTTLES, key=lambda size: abs(size - said)) if said > _MINIATURE_ML else float(round(said))


def _words_of(brand: str) -> set[str]:
    folded = _folded(brand)
    return set() if _NO_BRAND.fullmatch(folded) else set(_WORD.findall(folded)) - _FILLER


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"['’]s?\b", "", "".join(letter for letter in plain if not unicodedata.combining(letter)))
