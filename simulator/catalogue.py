"""What is sold: about sixty products in small tables, with the prices of new goods in whole CNY."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from schemas.events import Brand, Product

#: Units of a currency for one CNY; fixed, so that a market's prices follow the product alone.
PER_CNY = {"CNY": 1.0, "USD": 0.14, "EUR": 0.13}


@dataclass(frozen=True, slots=True)
class Item:
    """A product: its market price when new, how the shops' prices spread around it, how often it is sold."""

    product_id: str
    brand: str
    name: str
    category: str
    cny: int
    spread: float
    heat: float
    gtin: str
    aliases: tuple[str, ...]
    has_reference_price: bool


# brand, model, ((variant, CNY), ...), heat, aliases of the model
_Row = tuple[str, str, tuple[tuple[str, int], ...], float, tuple[str, ...]]

_PHONES: tuple[_Row, ...] = (
    ("Samsung", "Galaxy S24", (("128GB", 4999), ("256GB", 5499)), 4, ("三星 S24", "SM-S9210")),
    ("Samsung", "Galaxy S24 Ultra", (("256GB", 8999), ("512GB", 9999)), 4, ("三星 S24 Ultra", "SM-S9280")),
    ("Samsung", "Galaxy A55", (("128GB", 2699),), 1, ("三星 A55",)),
    ("Samsung", "Galaxy Z Flip5", (("256GB", 6499),), 1, ("三星 Flip5",)),
    ("Samsung", "Galaxy S II i9100", (("16GB", 3000),), 4, ("三星 i9100", "GT-I9100")),
    ("Apple", "iPhone 15", (("128GB", 4999), ("256GB", 5899)), 4, ("苹果 15",)),
    ("Apple", "iPhone 15 Pro", (("256GB", 7999),), 4, ("苹果 15 Pro",)),
    ("Apple", "iPhone 15 Pro Max", (("256GB", 8999),), 3, ("苹果 15 Pro Max",)),
    ("Apple", "iPhone SE 2022", (("64GB", 2999),), 1, ("苹果 SE",)),
    ("Xiaomi", "14", (("256GB", 3999),), 4, ("小米 14",)),
    ("Xiaomi", "14 Ultra", (("512GB", 6499),), 2, ("小米 14 Ultra",)),
    ("Xiaomi", "Redmi Note 13 Pro", (("256GB", 1599),), 3, ("红米 Note 13 Pro",)),
    ("Huawei", "Pura 70", (("256GB", 5499),), 2, ("华为 Pura 70",)),
    ("Huawei", "Mate 60 Pro", (("512GB", 6999),), 3, ("华为 Mate 60 Pro",)),
    ("Huawei", "nova 12", (("256GB", 2799),), 1, ("华为 nova 12",)),
    ("OPPO", "Find X7", (("256GB", 3999),), 1, ()),
    ("vivo", "X100", (("256GB", 3999),), 1, ()),
    ("Honor", "Magic6", (("256GB", 4399),), 1, ("荣耀 Magic6",)),
)
_TABLETS: tuple[_Row, ...] = (
    ("Apple", "iPad 10", (("64GB", 2799),), 1, ()),
    ("Apple", "iPad Air M2", (("128GB", 4799),), 1, ()),
    ("Apple", "iPad Pro 11 M4", (("256GB", 8299),), 1, ()),
    ("Samsung", "Galaxy Tab S9", (("128GB", 4699),), 1, ()),
    ("Xiaomi", "Pad 6", (("128GB", 1999),), 1, ("小米平板 6",)),
    ("Huawei", "MatePad 11", (("128GB", 2299),), 1, ()),
)
_HEADPHONES: tuple[_Row, ...] = (
    ("Apple", "AirPods Pro 2", (("USB-C", 1899),), 2, ()),
    ("Apple", "AirPods 3", (("", 1399),), 1, ()),
    ("Sony", "WH-1000XM5", (("", 2299),), 1, ("索尼 WH1000XM5",)),
    ("Sony", "WF-1000XM5", (("", 1699),), 1, ()),
    ("Bose", "QuietComfort Ultra", (("", 2999),), 1, ()),
    ("Samsung", "Galaxy Buds2 Pro", (("", 999),), 1, ()),
    ("Sennheiser", "Momentum 4", (("", 2199),), 1, ()),
)
_SNEAKERS: tuple[_Row, ...] = (
    ("Nike", "Air Force 1 '07", (("", 799),), 2, ()),
    ("Nike", "Dunk Low", (("", 849),), 2, ()),
    ("Jordan", "Air Jordan 1 Retro High OG", (("", 1399),), 2, ("AJ1 High",)),
    ("adidas", "Samba OG", (("", 999),), 2, ()),
    ("adidas", "Ultraboost Light", (("", 1299),), 1, ()),
    ("New Balance", "990v6", (("", 1699),), 1, ()),
    ("New Balance", "530", (("", 769),), 1, ()),
    ("Asics", "Gel-Kayano 30", (("", 1290),), 1, ()),
    ("Converse", "Chuck 70", (("", 569),), 1, ()),
)
_PERFUMES: tuple[_Row, ...] = (
    ("Chanel", "N°5 Eau de Parfum", (("100 ml", 1580),), 1, ()),
    ("Chanel", "Bleu de Chanel Eau de Parfum", (("100 ml", 1290),), 1, ()),
    ("Dior", "Sauvage Eau de Toilette", (("100 ml", 1030),), 1, ()),
    ("Dior", "Miss Dior Eau de Parfum", (("50 ml", 1080),), 1, ()),
    ("Yves Saint Laurent", "Black Opium Eau de Parfum", (("90 ml", 1190),), 1, ("YSL Black Opium",)),
    ("Tom Ford", "Oud Wood Eau de Parfum", (("50 ml", 2150),), 1, ()),
    ("Jo Malone", "English Pear & Freesia Cologne", (("100 ml", 1150),), 1, ()),
    ("Lancôme", "La Vie Est Belle Eau de Parfum", (("75 ml", 1150),), 1, ()),
)
_ACCESSORIES: tuple[_Row, ...] = (
    ("Apple", "Silicone Case with MagSafe for iPhone 15 Pro", (("", 399),), 1, ()),
    ("Samsung", "Silicone Case for Galaxy S24 Ultra", (("", 249),), 1, ()),
    ("Spigen", "Tough Armor Case for iPhone 15", (("", 169),), 1, ()),
    ("Apple", "20W USB-C Power Adapter", (("", 149),), 1, ()),
    ("Xiaomi", "67W Charger", (("", 149),), 1, ()),
    ("Samsung", "25W Travel Adapter", (("", 129),), 1, ()),
    ("Anker", "735 Nano Charger 65W", (("", 299),), 1, ()),
)
_CATEGORIES = (
    ("phones", _PHONES),
    ("tablets", _TABLETS),
    ("headphones", _HEADPHONES),
    ("sneakers", _SNEAKERS),
    ("perfume", _PERFUMES),
    ("accessories", _ACCESSORIES),
)


def _gtin(number: int) -> str:
    digits = f"690{number:09d}"
    odd_and_even = sum(int(digit) * (1, 3)[at % 2] for at, digit in enumerate(digits))
    return f"{digits}{-odd_and_even % 10}"


def _items() -> Iterator[Item]:
    number = 0
    for category, rows in _CATEGORIES:
        for brand, model, variants, heat, aliases in rows:
            for variant, cny in variants:
                number += 1
                yield Item(
                    product_id=f"p-{number:03d}",
                    brand=brand,
                    name=f"{brand} {model} {variant}".rstrip(),
                    category=category,
                    cny=cny,
                    spread=0.12 + 0.01 * (number % 6),
                    heat=heat,
                    gtin=_gtin(number * 7_919),
                    aliases=tuple(f"{alias} {variant}".rstrip() for alias in aliases),
                    has_reference_price=number % 8 != 0,
                )


ITEMS = tuple(_items())
BRANDS = tuple(dict.fromkeys(item.brand for item in ITEMS))


def products(as_of: datetime) -> Iterator[Product]:
    """Every item as `reference.products.v1` says it; one in eight has no reference price, some an older one."""
    for at, item in enumerate(ITEMS):
        known = item.has_reference_price
        off_percent = 7 * at % 12 - 4  # a catalogue's price is never quite the market's
        yield Product(
            product_id=item.product_id,
            brand=item.brand,
            name=item.name,
            aliases=item.aliases,
            category=item.category,
            gtins=(item.gtin,),
            reference_price=Decimal(item.cny * (100 + off_percent)).scaleb(-2) if known else None,
            currency="CNY" if known else None,
            as_of=as_of - timedelta(days=10 * (at % 9)) if known else None,
        )


def brands(authorised: dict[str, list[str]]) -> Iterator[Brand]:
    """Every brand as `reference.brands.v1` says it; `authorised` holds seller ids by brand."""
    for brand in BRANDS:
        categories = tuple(dict.fromkeys(item.category for item in ITEMS if item.brand == brand))
        yield Brand(brand=brand, authorised_sellers=tuple(authorised.get(brand, ())), categories=categories)
