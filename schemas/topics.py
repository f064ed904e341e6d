"""Every topic: its name, what it is keyed by, the words on it, whether it is compacted, how long it is kept."""

from dataclasses import dataclass
from typing import Any

import msgspec

from schemas import events, outputs

DAY_MS = 24 * 3_600 * 1000
MAX_MESSAGE_BYTES = 16 << 20  # a monstrous event is answered with a dead letter rather than lost at the broker


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as `assay topics create` makes it; `retention_ms` -1 keeps for ever."""

    name: str
    key: str
    words: tuple[type[Any], ...]
    compacted: bool = False
    retention_ms: int = 7 * DAY_MS
    one_partition: bool = False
    about: str = ""

    def configuration(self) -> dict[str, str]:
        """The configuration under Kafka's own names; a compacted topic keeps each key's last value for ever."""
        kept = {} if self.compacted else {"retention.ms": str(self.retention_ms)}
        policy = "compact" if self.compacted else "delete"
        return {"cleanup.policy": policy, "max.message.bytes": str(MAX_MESSAGE_BYTES), **kept}


LISTINGS = Topic(
    "marketplace.listings.v1",
    "seller_id",
    (events.ListingPublished, events.ListingChanged, events.ListingRemoved),
    retention_ms=30 * DAY_MS,
    about="New, changed and removed listings.",
)
ORDERS = Topic(
    "marketplace.orders.v1",
    "seller_id",
    (events.OrderPaid, events.OrderDelivered, events.OrderCancelled, events.PayoutReleased),
    retention_ms=30 * DAY_MS,
    about="Orders from payment to delivery, and what was paid out to sellers.",
)
RETURNS = Topic(
    "marketplace.returns.v1",
    "seller_id",
    (
        events.ReturnRequested,
        events.ReturnAccepted,
        events.ReturnRefused,
        events.ReturnShipped,
        events.ReturnDelivered,
        events.ReturnDisputed,
        events.ReturnCancelled,
        events.RefundIssued,
        events.ComplaintOpened,
        events.ComplaintDecided,
        events.CompensationPaid,
    ),
    retention_ms=30 * DAY_MS,
    about="Returns, refunds, complaints and compensations.",
)
SELLERS = Topic(
    "marketplace.sellers.v1",
    "seller_id",
    (
        events.SellerRegistered,
        events.SellerChanged,
        events.SellerActive,
        events.SellerAway,
        events.SellerClosed,
    ),
    retention_ms=30 * DAY_MS,
    about="Registrations, identifiers as keyed hashes, and signs of life.",
)
MESSAGES = Topic(
    "marketplace.messages.v1",
    "seller_id",
    (events.MessageSent,),
    retention_ms=7 * DAY_MS,
    about="Chat between buyers and sellers.",
)
VERDICTS = Topic(
    "marketplace.verdicts.v1",
    "seller_id",
    (events.VerdictGiven, events.HoldAppealed, events.OverrideGiven),
    retention_ms=400 * DAY_MS,
    about="What moderators decided; by the broker's access list nobody else may write it.",
)
PRODUCTS = Topic(
    "reference.products.v1",
    "product_id",
    (events.Product,),
    compacted=True,
    one_partition=True,
    about="The products that a marketplace knows.",
)
BRANDS = Topic(
    "reference.brands.v1",
    "brand",
    (events.Brand,),
    compacted=True,
    one_partition=True,
    about="Brands and their authorised sellers.",
)
HOLDS = Topic(
    "assay.holds.v1",
    "scope:subject_id",
    (outputs.Hold,),
    compacted=True,
    about="What the marketplace is to withhold, and from when on no longer.",
)
ALERTS = Topic(
    "assay.alerts.v1",
    "alert_id",
    (outputs.Alert,),
    compacted=True,
    about="The moderators' feed; written to the seller's own partition.",
)
STANDINGS = Topic(
    "assay.sellers.v1",
    "seller_id",
    (outputs.SellerStanding,),
    compacted=True,
    about="A seller's score and money at stake, with every alert or hold on it.",
)
DEAD_LETTERS = Topic(
    "assay.dead-letters.v1",
    "topic:partition:offset",
    (outputs.DeadLetter,),
    about="What could not be judged, with reason, position and bytes.",
)
AUDIT = Topic(
    "assay.audit.v1",
    "alert_id, else hold_id, else actor",
    (outputs.AuditEntry,),
    retention_ms=-1,
    about="Who did what in the console, and who forgot whom.",
)

#: Keyed by seller, with one partition count: everything about one seller is in one partition number of them all.
MARKETPLACE = (LISTINGS, ORDERS, RETURNS, SELLERS, MESSAGES, VERDICTS)
REFERENCE = (PRODUCTS, BRANDS)
OUTPUTS = (HOLDS, ALERTS, STANDINGS, DEAD_LETTERS, AUDIT)
ALL = (*MARKETPLACE, *REFERENCE, *OUTPUTS)

#: Where each event type belongs; its place also breaks ties between topics at the same event time.
TOPIC_OF: dict[type[events.Event], Topic] = {word: topic for topic in MARKETPLACE for word in topic.words}


_NAME_OF_TYPE = {str(word.__struct_config__.tag): topic.name for word, topic in TOPIC_OF.items()}


class _Typed(msgspec.Struct):
    type: str = ""


def topic_named_by(value: bytes) -> str:
    """The topic that the type in these bytes belongs to; "" where they cannot be read or name no known type."""
    try:
        return _NAME_OF_TYPE.get(msgspec.json.decode(value, type=_Typed).type, "")
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError):
        return ""


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of `key` by Java's default partitioner: murmur2(key) & 0x7fffffff mod `partitions`.

    The arithmetic is that of Austin Appleby's MurmurHash2 with the seed 0x9747b28c, as Kafka's clients use it.
    """
    length = len(key)
    m = 0x5BD1E995
    h = 0x9747B28C ^ length
    words = length & ~3
    for at in range(0, words, 4):
        k = (int.from_bytes(key[at : at + 4], "little") * m) & 0xFFFFFFFF
        k = ((k ^ (k >> 24)) * m) & 0xFFFFFFFF
        h = ((h * m) & 0xFFFFFFFF) ^ k
    if words != length:
        h = ((h ^ int.from_bytes(key[words:], "little")) * m) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * m) & 0xFFFFFFFF
    return ((h ^ (h >> 15)) & 0x7FFFFFFF) % partitions
