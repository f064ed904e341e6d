"""Lines of the wire to start from; a test names only the fields that matter to it."""

import json
from typing import Any

EVENT = {"event_id": "e-1", "event_time": "2013-03-02T10:00:00Z", "seller_id": "s-huaqiang-17"}


def line(type_: str, **given: Any) -> bytes:
    """An event of `type_` as bytes; a field given as None is left out."""
    held = {"type": type_, **EVENT, **given}
    return json.dumps({name: value for name, value in held.items() if value is not None}).encode()


def listing(type_: str = "listing_published", **given: Any) -> bytes:
    """The phone of the story, offered at half its price."""
    phone = {
        "listing_id": "l-1",
        "title": "Samsung Galaxy S II i9100 white",
        "price": "1500",
        "currency": "CNY",
        "price_kind": "fixed",
        "condition": "new",
    }
    return line(type_, **{**phone, **given})


def order(**given: Any) -> bytes:
    """A buyer pays for it."""
    paid = {"order_id": "o-1", "listing_id": "l-1", "buyer_id": "b-feng", "amount": "1500", "currency": "CNY"}
    return line("order_paid", **{**paid, **given})


def with_fields(value: bytes, **given: Any) -> bytes:
    """`value` with fields set or replaced."""
    return json.dumps({**json.loads(value), **given}).encode()
