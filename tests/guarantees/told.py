"""Events by the time of their arrival, as the records that producers send."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import schemas
from schemas import topics, wire
from schemas.fields import to_us

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
USUAL_PRICE = 3000
LANES = {topic.name: rank for rank, topic in enumerate(topics.MARKETPLACE)}


class Record(NamedTuple):
    """What a producer sends; `time_us` is where it stands among the records of its topic and partition."""

    topic: str
    key: bytes
    value: bytes
    time_us: int


class Told:
    """Events by the time of their arrival."""

    def __init__(self) -> None:
        self._arrived: list[tuple[datetime, int, Record]] = []

    def tell(
        self, word: type[schemas.Event], when: datetime, seller: str, arrives: datetime | None = None, **fields: Any
    ) -> Record:
        number = len(self._arrived)
        event = word(event_id=f"e{number}-{seller}", event_time=when, seller_id=seller, **fields)
        record = Record(topics.TOPIC_OF[word].name, seller.encode(), wire.encode(event), to_us(when))
        self.arrive(record, arrives or when)
        return record

    def arrive(self, record: Record, when: datetime) -> None:
        self._arrived.append((when, len(self._arrived), record))

    def list_goods(
        self, when: datetime, seller: str, product: schemas.Product, listing_id: str, price: int, **fields: Any
    ) -> Record:
        told: dict[str, Any] = {
            "listing_id": listing_id,
            "title": f"Samsung {product.name} white",
            "price": Decimal(price),
            "currency": "CNY",
            "price_kind": "fixed",
            "condition": "new",
            "product_id": product.product_id,
        }
        word = fields.pop("word", schemas.ListingPublished)
        return self.tell(word, when, seller, **{**told, **fields})

    def records(self) -> list[Record]:
        return [record for *_, record in sorted(self._arrived, key=lambda one: one[:2])]
