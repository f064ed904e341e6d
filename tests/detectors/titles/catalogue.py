"""A catalogue of made-up names, and titles of their words."""

import itertools
import random

from schemas import Product


def product(product_id: str, brand: str, name: str, *aliases: str) -> Product:
    return Product(product_id=product_id, brand=brand, name=name, aliases=aliases)


def catalogue() -> list[Product]:
    """Names made up for these tests, and enough of them that common words are common."""
    products = []
    for line, number in (("Aurora", 11), ("Aurora", 12), ("Borea", 7)):
        for variant, storage in itertools.product(("", " Plus", " Mini"), (64, 128)):
            name = f"{line} {number}{variant} {storage}GB"
            products.append(product(name.lower(), "Nordlys", name))
    products.append(product("x9100", "Nordlys", "Comet II", "NT-X9100"))
    products.append(product("x9105", "Nordlys", "Comet II Plus", "NT-X9105"))
    for brand, letters in (("Frostheim", "KFZ"), ("Waschgut", "WMG"), ("Kuehlmann", "RDK")):
        for at in range(120):
            code = f"{letters}{3000 + at * 37}{'ABCDEFG'[at % 7]}"
            products.append(product(code.lower(), brand, f"{brand} {code} {'White' if at % 2 else 'Black'}"))
    products.append(product("pads", "Nordlys", "Slate (2. Generation)"))
    products.append(product("ring", "Kaminari", "雷鸣 空气净化器 AX300"))
    return products


def drawn_titles(count: int) -> list[str]:
    """Titles of words of the catalogue, from one word to seven."""
    draw = random.Random(5)
    words = sorted({word for one in catalogue() for word in (*one.name.split(), one.brand)})
    common = ["White", "Black", "Nordlys", "Frostheim", "Waschgut", "64GB", "Plus", "12"]
    return [
        " ".join(draw.choice(words if draw.random() < 0.4 else common) for _ in range(draw.randint(1, 7)))
        for _ in range(count)
    ]
