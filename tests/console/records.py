"""Records for the console's tests: `alert(...)`, `hold(...)`, `verdict(...)` show only what matters."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

import schemas
from console.edges import Record
from schemas import topics, wire
from schemas.fields import Money

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = itertools.count()


def at(days: float = 0, hours: float = 0) -> datetime:
    """A moment, counted from New Year 2026."""
    return NEW_YEAR + timedelta(days=days, hours=hours)


def price_evidence(**numbers: Any) -> schemas.Evidence:
    """Half of what others ask."""
    told = {"price": "1500.00", "market_price": "3000.00", "low": "2700.00", "high": "3300.00", "ratio": 0.5}
    told |= {"z": 4.2, "n": 18.0, "spread": 0.12, "sellers": 18, "established": 15}
    return schemas.Evidence(
        reason_code="below_market_price",
        weight=6.5,
        sentence="1,500.00 CNY; 18 other sellers ask 2,700 to 3,300 for the Samsung i9100 new; 50 % of the usual price",
        numbers={**told, **numbers},
        event_ids=("e-1",),
        event_count=1,
    )


def alert(alert_id: str = "a1", revision: int = 1, when: datetime = NEW_YEAR, **fields: Any) -> schemas.Alert:
    """A listing at half the market's price, held."""
    seller = fields.pop("seller", "s1")
    listings = fields.pop("listing_ids", (f"l-{seller}",))
    told: dict[str, Any] = {
        "status": "opened" if revision == 1 else "updated",
        "family": "price",
        "subject_kind": "listing",
        "subject_id": listings[0] if listings else seller,
        "seller_id": seller,
        "listing_id": listings[0] if listings else msgspec.UNSET,
        "listing_ids": listings,
        "reason_codes": ("below_market_price",),
        "score": 0.92,
        "severity": "high",
        "exposure": (Money("4500.00", "CNY"),),
        "evidence": (price_evidence(),),
        "mode": "hold",
        "policy_version": "p1",
        "event_time": when,
        "detected_at": when,
    }
    return schemas.Alert(alert_id=alert_id, revision=revision, **{**told, **fields})


def vanished(alert_id: str = "a9", seller: str = "s9", when: datetime = NEW_YEAR, **fields: Any) -> schemas.Alert:
    """A seller who let buyers wait and is gone."""
    said = "3 buyers wait for 4,500.00 CNY after their parcels came back, and nobody was answered since 2026-01-01"
    evidence = schemas.Evidence(
        reason_code="vanished_seller", weight=8.0, sentence=said, numbers={"buyers": 3, "returns": 3}
    )
    told: dict[str, Any] = {"family": "aftersale", "subject_kind": "seller", "severity": "critical"}
    told |= {"reason_codes": ("vanished_seller",), "evidence": (evidence,), "listing_ids": (), "score": 0.98}
    return alert(alert_id, when=when, seller=seller, **{**told, **fields})


def hold(hold_id: str = "h1", revision: int = 1, when: datetime = NEW_YEAR, **fields: Any) -> schemas.Hold:
    """A listing's hold, placed by the policy for a week."""
    seller = fields.pop("seller", "s1")
    told: dict[str, Any] = {
        "action": "placed",
        "scope": "listing",
        "subject_id": f"l-{seller}",
        "seller_id": seller,
        "reason_codes": ("below_market_price",),
        "score": 0.92,
        "decided_by": "policy",
        "notice": "This listing is on hold while its price and origin are checked.",
        "policy_version": "p1",
        "event_time": when,
        "placed_at": when,
        "expires_at": when + timedelta(days=7),
    }
    return schemas.Hold(hold_id=hold_id, revision=revision, **{**told, **fields})


def verdict(ruling: str = "confirmed", when: datetime = NEW_YEAR, **fields: Any) -> schemas.VerdictGiven:
    """A moderator's word on the listing of `alert`."""
    told: dict[str, Any] = {
        "event_id": f"v{next(_numbers)}",
        "seller_id": "s1",
        "subject": "listing",
        "subject_id": "l-s1",
        "verdict": ruling,
        "moderator": "mia",
        "reason": "seen",
        "cause": "counterfeit",
        "alert_id": "a1",
    }
    return schemas.VerdictGiven(event_time=when, **{**told, **fields})


def entry(action: str, when: datetime = NEW_YEAR, **fields: Any) -> schemas.AuditEntry:
    """Something a moderator did to alert a1."""
    told: dict[str, Any] = {"audit_id": f"u{next(_numbers)}", "actor": "mia", "reason": "", "alert_id": "a1"}
    return schemas.AuditEntry(action=action, at=when, **{**told, **fields})  # type: ignore[arg-type]


def listing(seller: str = "s1", when: datetime = NEW_YEAR, **fields: Any) -> schemas.ListingPublished:
    """A new i9100 for 1,500 yuan."""
    told: dict[str, Any] = {
        "event_id": f"e{next(_numbers)}",
        "listing_id": f"l-{seller}",
        "title": "Samsung i9100 16GB white",
        "price": Decimal(1500),
        "currency": "CNY",
        "price_kind": "fixed",
        "condition": "new",
        "brand": "Samsung",
        "category": "phones",
        "shop_name": "samsung direct sales store",
    }
    return schemas.ListingPublished(event_time=when, seller_id=seller, **{**told, **fields})


def letter(offset: int = 1, when: datetime = NEW_YEAR) -> schemas.DeadLetter:
    """A line that was no JSON."""
    refused = wire.Refused("not_json", "the bytes are no JSON")
    return wire.dead_letter(
        refused, topic=topics.ORDERS.name, partition=0, offset=offset, key=b"s1", value=b"{oops", at=when
    )


def record(word: msgspec.Struct, offset: int = 0) -> Record:
    """A word as a record of its topic."""
    value = wire.encode(word)
    match word:
        case schemas.Alert():
            return Record(topics.ALERTS.name, word.alert_id.encode(), value, 0, offset)
        case schemas.Hold():
            return Record(topics.HOLDS.name, f"{word.scope}:{word.subject_id}".encode(), value, 0, offset)
        case schemas.SellerStanding():
            return Record(topics.STANDINGS.name, word.seller_id.encode(), value, 0, offset)
        case schemas.DeadLetter():
            key = f"{word.topic}:{word.partition}:{word.offset}".encode()
            return Record(topics.DEAD_LETTERS.name, key, value, 0, offset)
        case schemas.AuditEntry():
            return Record(topics.AUDIT.name, b"k", value, 0, offset)
        case schemas.Event():
            return Record(topics.TOPIC_OF[type(word)].name, word.seller_id.encode(), value, 0, offset)
    raise AssertionError(f"no topic carries a {type(word).__name__}")
