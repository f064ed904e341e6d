"""A marketplace that keeps every path busy and hangs nothing on how partitions interleave.

First `warm`: two dozen established sellers ask about the same for every product, and are silent from then on. Then
`busy`: each product gets prices from one shop only, which is left out of its own market. Prices lie far from every
threshold. Shops ask half the price, correct it, leave it until the hold expires, are ruled on, take parcels back and
pay late or never; events come late and twice, and some are no events at all. `closing` has events of the same last
instant for every partition, a sale among them, so that the day that is open at the end has something counted.
"""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import merge
from typing import NamedTuple

import schemas
from detectors.reference import Reference
from schemas import topics, wire
from tests.guarantees.shop import Shop
from tests.guarantees.told import DAY, LANES, START, USUAL_PRICE, Record, Told

WARMERS = 24
#: So few that what is usual in a category is not asked: partitions hear of it up to a second late, which in a history
#: is days, and the numbers in findings would hang on it.
SHOPS_OF_A_CATEGORY = 50


class Workload(NamedTuple):
    reference: list[bytes]
    warm: list[Record]
    busy: list[Record]


def workload(seed: int, shops: int, rounds: int = 8, known_days: int = 400) -> Workload:
    """About 22 events for each shop and round. The same seed, the same bytes.

    `known_days`: so long ago the established sellers joined; with several partitions 31 days take a second.
    """
    products = [_product(number) for number in range(shops)]
    rng = random.Random(seed)
    warm = Told()
    for number in range(WARMERS):
        seller = f"usual-{number:02}"
        warm.tell(schemas.SellerRegistered, START - known_days * DAY, seller)
        for place, product in enumerate(products):
            price = USUAL_PRICE * rng.randint(970, 1030) // 1000
            when = START + timedelta(seconds=2 * place, milliseconds=number)
            warm.list_goods(when, seller, product, f"{seller}-{product.product_id}", price)
    busy = Told()
    for number, product in enumerate(products):
        Shop(busy, f"shop-{number:04}", product, rng).trade(rounds)
    return Workload([wire.encode(product) for product in products], warm.records(), busy.records())


def closing(partitions: int, days: float) -> list[Record]:
    """Events of the same instant in every partition."""
    told = Told()
    missing = set(range(partitions))
    for number in range(1_000):
        seller = f"closing-{number}"
        if (partition := topics.partition_of(seller.encode(), partitions)) in missing:
            missing.discard(partition)
            _sell(told, START + days * DAY, seller)
            told.tell(schemas.SellerActive, START + days * DAY, seller, activity="reply")
    assert not missing
    return told.records()


def _sell(told: Told, when: datetime, seller: str) -> None:
    """Goods of a product that nobody knows, so that they are in no market."""
    money = {"amount": Decimal(500), "currency": "CNY"}
    goods = {"title": "A garden chair", "price": Decimal(500), "currency": "CNY", "price_kind": "fixed"}
    known = {"condition": "new", "brand": "Gartenfreund", "category": "furniture"}
    order = {"order_id": f"O-{seller}"}
    told.tell(schemas.ListingPublished, when, seller, listing_id=f"L-{seller}", **goods, **known)
    told.tell(schemas.OrderPaid, when, seller, listing_id=f"L-{seller}", buyer_id="B", **order, **money)
    told.tell(schemas.OrderDelivered, when, seller, **order)


def catalogue(products: Iterable[bytes]) -> Reference:
    """The reference catalogue of these lines."""
    reference = Reference()
    for product in products:
        word = wire.decode_reference(product)
        assert isinstance(word, schemas.Product)
        reference.add(word)
    return reference


def merged(records: Iterable[Record]) -> list[Record]:
    """As one partition judges them when all topics lie there from the start: by (event time, topic, offset)."""
    lanes: dict[str, list[Record]] = {name: [] for name in LANES}
    for record in records:
        lanes[record.topic].append(record)
    return list(merge(*(_placed(lane) for lane in lanes.values()), key=lambda one: (one.time_us, LANES[one.topic])))


def _placed(lane: list[Record]) -> Iterator[Record]:
    """What has no time of its own stands at the time of the record before it."""
    last_us = 0
    for record in lane:
        last_us = record.time_us or last_us
        yield record._replace(time_us=last_us)


def _product(number: int) -> schemas.Product:
    return schemas.Product(
        product_id=f"p{number:04}",
        brand="Samsung",
        name=f"Galaxy i{20_000 + number} 16GB",
        category=f"phones {number // SHOPS_OF_A_CATEGORY}",
        reference_price=Decimal(USUAL_PRICE),
        currency="CNY",
        as_of=START - 30 * DAY,
    )
