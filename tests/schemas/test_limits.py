"""Each limit of an event: at it the event is judged, one beyond it is a dead letter that says why.

Turned red by: one more let through, of each (`max_length=MAX_ID_CHARS + 1`, `depth > MAX_NESTING + 1`, ...).
"""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from schemas import fields, topics, wire
from schemas.masking import SHOWN_BYTES
from schemas.wire import DEAD_LETTER_KEY_BYTES, Refused
from tests.schemas.lines import line, listing
from tests.schemas.test_refusals import letter, reason

HASH = "0" * 64
MONEY = {"amount": "1", "currency": "CNY"}


def registered(count: int) -> bytes:
    return line("seller_registered", identifiers=[{"kind": "phone", "value": HASH}] * count)


def payout(count: int) -> bytes:
    return line("payout_released", payout_id="p", order_ids=["o"] * count, **MONEY)


def message(length: int) -> bytes:
    return line("message_sent", conversation_id="c", sender="seller", text="x" * length)


def complaint(count: int) -> bytes:
    return line("complaint_opened", complaint_id="c", kind="other", evidence_refs=["r"] * count)


def nested(depth: int) -> bytes:
    return listing()[:-1] + b',"x":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


CASES: dict[str, Any] = {
    "MAX_NESTING": nested,
    "MAX_ID_CHARS": lambda length: listing(listing_id="字" * length),
    "MAX_SHORT_CHARS": lambda length: listing(shop_name="字" * length),
    "MAX_TITLE_CHARS": lambda length: listing(title="字" * length),
    "MAX_TEXT_CHARS": message,
    "MAX_COUNT": lambda count: listing(quantity=count),
    "MAX_URLS": lambda count: listing(image_urls=["u"] * count),
    "MAX_IMAGE_HASHES": lambda count: listing(image_hashes=["0123456789abcdef"] * count),
    "MAX_IDENTIFIERS": registered,
    "MAX_ORDERS_IN_PAYOUT": payout,
    "MAX_REFERENCES": complaint,
}


@pytest.mark.parametrize("name", CASES)
def test_an_event_at_the_limit_is_judged_and_one_beyond_it_refused(name: str) -> None:
    limit = getattr(fields, name)
    assert isinstance(wire.decode_event(CASES[name](limit)), tuple)
    assert reason(CASES[name](limit + 1)) == "bad_field"


def test_an_event_of_the_most_bytes_is_judged_and_one_byte_more_refused() -> None:
    spare = fields.MAX_EVENT_BYTES - len(listing(x=""))
    assert isinstance(wire.decode_event(listing(x="x" * spare)), tuple)
    assert reason(listing(x="x" * (spare + 1))) == "too_large"
    assert topics.MAX_MESSAGE_BYTES > 10 * fields.MAX_EVENT_BYTES, "a monstrous event gets as far as its dead letter"


def test_prices_end_below_the_limit_and_above_the_smallest_power_of_ten() -> None:
    highest = fields.PRICE_LIMIT - Decimal("0.01")
    assert isinstance(wire.decode_event(listing(price=str(highest))), tuple)
    assert reason(listing(price=str(fields.PRICE_LIMIT))) == "bad_price"
    assert isinstance(wire.decode_event(listing(price=f"1e{fields.SMALLEST_POWER}")), tuple)
    assert reason(listing(price=f"9e{fields.SMALLEST_POWER - 1}")) == "bad_price"


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("MAX_ALIASES", lambda count: {"product_id": "p", "brand": "b", "name": "n", "aliases": ["a"] * count}),
        ("MAX_ALIASES", lambda count: {"product_id": "p", "brand": "b", "name": "n", "gtins": ["a"] * count}),
        ("MAX_ALIASES", lambda count: {"brand": "b", "categories": ["a"] * count}),
        ("MAX_AUTHORISED_SELLERS", lambda count: {"brand": "b", "authorised_sellers": ["a"] * count}),
    ],
)
def test_a_line_of_the_catalogue_at_the_limit_is_taken_and_one_beyond_it_refused(name: str, made: Any) -> None:
    limit = getattr(fields, name)
    assert not isinstance(wire.decode_reference(msgspec.json.encode(made(limit))), Refused)
    refused = wire.decode_reference(msgspec.json.encode(made(limit + 1)))
    assert isinstance(refused, Refused)
    assert refused.reason == "bad_field"


def test_a_dead_letter_shows_so_much_and_not_one_byte_more() -> None:
    for length in (SHOWN_BYTES, SHOWN_BYTES + 1):
        shown = letter(b"x" * length)
        assert len(shown.value) == -(-SHOWN_BYTES // 3) * 4
        assert shown.value_bytes == length
    for length in (DEAD_LETTER_KEY_BYTES, DEAD_LETTER_KEY_BYTES + 1):
        assert letter(b"", key=b"k" * length).key == "k" * DEAD_LETTER_KEY_BYTES
