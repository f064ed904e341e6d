"""What a seller does and does not say, and what was found of it: for the tests of silence and of who has vanished."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import schemas
from detectors.detector import Finding
from schemas.fields import to_us
from tests.detectors.aftersales import Desk, said, when

DUE = 106.0  # hours: a parcel of `unpaid` comes back after 10, its refund is due 96 later
CNY = {"amount": Decimal(1000), "currency": "CNY"}


def message(at: float, sender: str = "seller", **fields: Any) -> Any:
    return said(schemas.MessageSent, at, conversation_id="c", sender=sender, text="hello", **fields)


def away(at: float, from_: float, until: float) -> Any:
    return said(schemas.SellerAway, at, from_=when(from_), until=when(until))


def closed(at: float, by: str) -> Any:
    return said(schemas.SellerClosed, at, by=by)


def day_by_day(desk: Desk, *told: Any) -> Desk:
    """Judges the events in order; deadlines fall due in between."""
    events = [each for one in told for each in (one if isinstance(one, list) else [one])]
    for one in sorted(events, key=lambda each: each.event_time):
        desk.fire(to_us(one.event_time) - 1).take(one)
    return desk


def found(desk: Desk) -> Finding | None:
    return desk.state.findings.get("vanished_seller")


def held(desk: Desk) -> set[str]:
    return {scope for scope, hold in desk.state.core.holds.items() if hold.active}


def holds(desk: Desk) -> list[tuple[str, str, float]]:
    """What was said of holds: (scope, action, hours)."""
    words = [word for judged in desk.judged for word in judged.words if isinstance(word, schemas.Hold)]
    return [(one.scope, one.action, (one.event_time - when(0)) / timedelta(hours=1)) for one in words]


def working(until: float, *, days: tuple[int, ...] = tuple(range(7))) -> list[Any]:
    """Answers at ten and at five on these days of the week."""
    return [message(day * 24 + hour) for day in range(int(until // 24) + 1) if day % 7 in days for hour in (10, 17)]


def outside(acts: list[Any], gone: tuple[float, float]) -> list[Any]:
    return [one for one in acts if not when(gone[0]) <= one.event_time <= when(gone[1])]
