"""Phone titles asked of makers' device names: `python -m bench.detection.device_names --data FOLDER`.

The folder holds `phone_catalogue/{android_play_devices,apple_devices}.csv`, `phone_listings/amazon_2019.csv` and
`product_titles/pricerunner_dev.csv`. There is no label, so an answer is held against the words of its title: it agrees
where the title holds the product's name, or a code of the maker's for it, and no other variant's word behind it.
`--show N` prints so many drawn titles of each outcome, to be read.
"""

import argparse
import random
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from bench.detection.tables import PHONES, rows
from detectors.titles import Titles
from schemas import Product

DEVICES: Final = "phone_catalogue/android_play_devices.csv"
APPLE: Final = "phone_catalogue/apple_devices.csv"
OFFERS: Final = "product_titles/pricerunner_dev.csv"
#: Brands that the catalogue of devices writes in another way than shops do.
_BRANDS: Final = {"lge": "LG", "tct (alcatel)": "Alcatel", "sony ericsson": "Sony"}
_VARIANTS: Final = {
    *(
        "plus",
        "pro",
        "max",
        "mini",
        "ultra",
        "lite",
        "se",
        "fe",
        "edge",
        "active",
        "neo",
        "play",
        "prime",
        "xl",
        "power",
    ),
    *("note", "zoom"),
}
_WORD: Final = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?")
_CODE: Final = re.compile(r"(?=.*[0-9])(?=.*[a-zA-Z]).{4,}")
Title = tuple[str, str]


def products(folder: Path) -> list[Product]:
    """A product for each brand and name; its makers' codes are aliases where no other name has them."""
    codes: dict[tuple[str, str], set[str]] = defaultdict(set)
    names: dict[tuple[str, str], tuple[str, str]] = {}
    for written, name, code in _devices(folder):
        brand = _BRANDS.get(written.casefold(), written)
        key = brand.casefold(), " ".join(_words(name))
        names.setdefault(key, (brand, " ".join(name.split())))
        codes[key].update((code,) if _CODE.fullmatch(code) else ())
    holders: dict[str, int] = defaultdict(int)
    for held in codes.values():
        for code in held:
            holders[code.casefold()] += 1
    return [
        Product(
            product_id=f"d{at:06}",
            brand=brand,
            name=name,
            aliases=tuple(sorted(code for code in codes[key] if holders[code.casefold()] == 1)),
        )
        for at, (key, (brand, name)) in enumerate(sorted(names.items()))
    ]


def _devices(folder: Path) -> Iterable[tuple[str, str, str]]:
    for row in rows(folder, DEVICES):
        if row["brand"] and row["name"]:
            yield row["brand"], row["name"], row["model"]
    for row in rows(folder, APPLE):
        for code in row["ANumber"].split("|"):
            yield "Apple", row["Generation"], code


def listings(folder: Path) -> dict[str, list[Title]]:
    """Brand ("" where the listing has none) and title of the phones on sale, by where they come from."""
    return {
        "marketplace": [(row["brand"], row["title"]) for row in rows(folder, PHONES)],
        "shops": [("", row["product_title"]) for row in rows(folder, OFFERS) if row["category"] == "Mobile Phones"],
    }


def agrees(title: str, product: Product) -> bool:
    """Whether the title holds the product's name or one of its codes; see the module."""
    said, closed = _words(title), re.sub("[^a-z0-9]", "", title.casefold())
    if any(_closed(code) in closed for code in product.aliases):
        return True
    brand = _words(product.brand)
    name = [word for word in _words(product.name) if word not in brand]
    alone = all(word[0].isdigit() for word in name)  # "Nokia 2.4": elsewhere it is a screen's size
    for at in range(len(said) - len(name) + 1):
        if said[at : at + len(name)] == name and (not alone or said[max(0, at - 1)] in brand):
            following = said[at + len(name) : at + len(name) + 1]
            if not _VARIANTS & set(following) - set(name):
                return True
    return False


def _words(text: str) -> list[str]:
    return _WORD.findall(re.sub(r"(?<=[a-z0-9])\+", " plus ", text.casefold()))


def _closed(code: str) -> str:
    return re.sub("[^a-z0-9]", "", code.casefold())


def main() -> None:
    """Prints the table, and titles where they are asked for."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--data", required=True, type=Path, help="folder that holds the four tables")
    options.add_argument("--show", type=int, default=0, help="so many titles of each outcome")
    given = options.parse_args()
    known = {product.product_id: product for product in products(given.data)}
    titles = Titles(known.values())
    print(f"{len(known):,} products, {sum(len(product.aliases) for product in known.values()):,} codes")
    print("| titles of | number | answered | of those with the product's words |\n|---|---:|---:|---:|")
    for where, asked in listings(given.data).items():
        print(f"| {where} | {_shares(outcomes(titles, known, asked))} |")
    draw = random.Random(1)
    for where, asked in listings(given.data).items() if given.show else ():
        for outcome, lines in outcomes(titles, known, asked).items():
            print(
                f"\n{where}, {outcome} ({len(lines):,})", *draw.sample(lines, min(given.show, len(lines))), sep="\n  "
            )


def outcomes(titles: Titles, known: dict[str, Product], asked: Iterable[Title]) -> dict[str, list[str]]:
    """Titles with what they were answered, by outcome."""
    found: dict[str, list[str]] = {"abstained": [], "agrees": [], "differs": []}
    for brand, title in asked:
        answer = titles.resolve(title, brand or None)
        if answer.product_id is None:
            likely = [f"{one.confidence:.2f} {known[one.product_id].name}" for one in answer.candidates[:2]]
            found["abstained"].append(f"{title} -> {likely}")
        else:
            meant = known[answer.product_id]
            outcome = "agrees" if agrees(title, meant) else "differs"
            found[outcome].append(f"{title} -> {answer.confidence:.2f} {meant.brand} {meant.name}")
    return found


def _shares(found: dict[str, list[str]]) -> str:
    answered = len(found["agrees"]) + len(found["differs"])
    asked = answered + len(found["abstained"])
    return f"{asked:,} | {answered / asked:.1%} | {len(found['agrees']) / max(answered, 1):.1%}"


if __name__ == "__main__":
    main()
