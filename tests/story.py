"""A story told in events, judged by the real hop in memory: `story.tell(...)`, then look at what came out."""

import asyncio
import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import msgspec

import schemas
from detectors.policy import Policy, make_policy
from detectors.reference import Reference
from schemas import Alert, Hold, SellerStanding, topics, wire
from schemas.fields import to_us
from streams.hop import Hop
from streams.memory_store import MemoryStore
from streams.outbox import ProcessOutbox
from streams.partition import Partition
from streams.polls import PlainRecord
from streams.replay import LANE, end, feed, history_hop
from streams.settings import read_policy
from streams.store import Line, SellerBytes
from tests.kept import not_stored

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = itertools.count()

PHONE = schemas.Product(
    product_id="i9100",
    brand="Samsung",
    name="Galaxy S II i9100 16GB",
    category="phones",
    gtins=("08806071582726",),
    reference_price=Decimal(3000),
    currency="CNY",
    as_of=NEW_YEAR - timedelta(days=30),
)


def at(days: float = 0, hours: float = 0) -> datetime:
    """A moment of the story, counted from New Year 2026."""
    return NEW_YEAR + timedelta(days=days, hours=hours)


def event(word: type[schemas.Event], when: datetime, seller: str, **fields: Any) -> Any:
    """Any event, with an id of its own unless one is given."""
    fields.setdefault("event_id", f"e{next(_numbers)}")
    return word(event_time=when, seller_id=seller, **fields)


def listing(when: datetime, seller: str, price: str | int, **fields: Any) -> schemas.ListingPublished:
    """A new i9100 at a fixed price in yuan."""
    told: dict[str, Any] = {
        "listing_id": f"L-{seller}",
        "title": "Samsung Galaxy S II i9100 16GB white",
        "currency": "CNY",
        "price_kind": "fixed",
        "condition": "new",
        "product_id": "i9100",
    }
    made: schemas.ListingPublished = event(
        fields.pop("word", schemas.ListingPublished), when, seller, price=Decimal(price), **{**told, **fields}
    )
    return made


def registered(when: datetime, seller: str) -> schemas.SellerRegistered:
    """A seller joins."""
    made: schemas.SellerRegistered = event(schemas.SellerRegistered, when, seller)
    return made


def market(count: int = 20, price: int = 3000) -> list[schemas.Event]:
    """Established sellers that ask about `price` for the i9100, listed on the first day."""
    told: list[schemas.Event] = []
    for number in range(count):
        seller = f"honest-{number:02}"
        asked = price * (100 + (number * 7) % 21 - 10) // 100
        told += [registered(at(-400), seller), listing(at(0, number / 100), seller, asked)]
    return sorted(told, key=lambda one: one.event_time)


def sold_and_back(
    seller: str, number: int, when: datetime, amount: int = 1500, reason: str = "counterfeit"
) -> list[schemas.Event]:
    """An order, its delivery, its return, and the parcel back at the seller four days after the payment."""
    order, back, buyer = f"O-{seller}-{number}", f"R-{seller}-{number}", f"B-{seller}-{number}"
    day = timedelta(days=1)
    ordered = {"order_id": order, "listing_id": f"L-{seller}", "buyer_id": buyer}
    money = {"amount": Decimal(amount), "currency": "CNY"}
    return [
        event(schemas.OrderPaid, when, seller, **ordered, **money),
        event(schemas.OrderDelivered, when + day, seller, order_id=order),
        event(schemas.ReturnRequested, when + 1.5 * day, seller, return_id=back, **ordered, **money, reason=reason),
        event(schemas.ReturnAccepted, when + 1.6 * day, seller, return_id=back),
        event(schemas.ReturnShipped, when + 2 * day, seller, return_id=back),
        event(schemas.ReturnDelivered, when + 4 * day, seller, return_id=back, signed=True),
    ]


def refund(
    when: datetime, seller: str, number: int, amount: int = 1500, paid_by: str = "seller", **fields: Any
) -> schemas.RefundIssued:
    """A refund on the return of `sold_and_back`."""
    told: dict[str, Any] = {
        "refund_id": f"F-{seller}-{number}-{next(_numbers)}",
        "return_id": f"R-{seller}-{number}",
        "amount": Decimal(amount),
        "currency": "CNY",
        "paid_by": paid_by,
    }
    made: schemas.RefundIssued = event(schemas.RefundIssued, when, seller, **{**told, **fields})
    return made


def verdict(when: datetime, seller: str, subject: str, ruling: str, **fields: Any) -> schemas.VerdictGiven:
    """A moderator's verdict."""
    told = {"subject": subject, "subject_id": seller, "verdict": ruling, "moderator": "mo", "reason": "looked at it"}
    made: schemas.VerdictGiven = event(schemas.VerdictGiven, when, seller, **{**told, **fields})
    return made


class Story:
    """The hop over history with everything it says kept in lists, newest last."""

    def __init__(
        self, own_policy: dict[str, Any] | None = None, products: Iterable[schemas.Product] = (PHONE,)
    ) -> None:
        self.policy: Policy = make_policy(read_policy(None), own_policy)
        reference = Reference()
        for product in products:
            reference.add(product)
        self.lines: list[Line] = []
        self.hop: Hop = history_hop(self.policy, reference, ProcessOutbox(self.lines.append))
        self._partition: Partition | None = None
        self._offset = 0

    def tell(self, *told: schemas.Event | Iterable[schemas.Event], until: datetime | None = None) -> "Story":
        """Judges the events in the order of their times, then lets deadlines fall due up to `until`."""
        events: list[schemas.Event] = []
        for one in told:
            events += [one] if isinstance(one, schemas.Event) else list(one)
        values = [wire.encode(one) for one in sorted(events, key=lambda one: one.event_time)]
        return self.tell_bytes(values, until)

    def tell_bytes(self, values: list[bytes], until: datetime | None = None, at_ms: int = 0) -> "Story":
        """Judges these bytes in the order given; `at_ms` is the broker's time for them."""
        asyncio.run(self._tell(values, until, at_ms))
        return self

    @property
    def partition(self) -> Partition | None:
        """The partition that it is told in, once it is."""
        return self._partition

    async def _tell(self, values: list[bytes], until: datetime | None, at_ms: int = 0) -> None:
        if self._partition is None:
            self._partition = await self.hop.open(0, [LANE])
        records = [
            PlainRecord(LANE, 0, self._offset + number, None, value, at_ms) for number, value in enumerate(values)
        ]
        self._offset += len(values)
        if records:
            await feed(self.hop, self._partition, records)
        if until is not None:
            await end(self.hop, self._partition, to_us(until))
        store = cast(MemoryStore, self.hop.store)
        for seller_id, state in self._partition.sellers.items():
            lost = not_stored(state, store.partitions[0].sellers.get(seller_id, SellerBytes()))
            assert not lost, f"changed in memory and never stored: {lost[:3]}"

    @property
    def alerts(self) -> list[Alert]:
        return self._of(topics.ALERTS, Alert)

    @property
    def holds(self) -> list[Hold]:
        return self._of(topics.HOLDS, Hold)

    @property
    def standings(self) -> list[SellerStanding]:
        return self._of(topics.STANDINGS, SellerStanding)

    @property
    def dead_letters(self) -> list[schemas.DeadLetter]:
        return self._of(topics.DEAD_LETTERS, schemas.DeadLetter)

    def held(self) -> set[tuple[str, str]]:
        """What is on hold now: (scope, subject)."""
        newest = {(hold.scope, hold.subject_id): hold for hold in self.holds}
        return {key for key, hold in newest.items() if hold.action == "placed"}

    def open_alerts(self) -> dict[str, Alert]:
        """The newest line of each alert that is not withdrawn, by family (the last where several sellers have one)."""
        newest = {alert.alert_id: alert for alert in self.alerts}
        return {alert.family: alert for alert in newest.values() if alert.status != "withdrawn"}

    def state(self, seller: str) -> Any:
        """The seller's state as the hop holds it."""
        assert self._partition is not None
        return self._partition.sellers[seller]

    def _of(self, topic: topics.Topic, word: Any) -> list[Any]:
        return [
            msgspec.json.decode(line.value, type=word)
            for line in self.lines
            if line.topic == topic.name and line.value is not None
        ]
