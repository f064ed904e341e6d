"""Each reason that the codec gives for a dead letter, by example."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import fields, wire
from schemas.outputs import DeadLetter
from schemas.wire import Ignored, Refused
from tests.schemas.lines import line, listing, order
from tests.schemas.strategies import damaged, json_values

AT = datetime(2013, 5, 14, 8, tzinfo=UTC)
NOW_US = fields.to_us(AT)


def reason(value: bytes | None, topic: str = "", now_us: int | None = None) -> str:
    outcome = wire.decode_event(value, topic, now_us)
    assert isinstance(outcome, Refused), outcome
    assert outcome.error
    return outcome.reason


def letter(value: bytes | None, refused: Refused | None = None, key: bytes | None = b"s-1") -> DeadLetter:
    refused = refused or Refused("bad_field", "the reason")
    return wire.dead_letter(refused, topic="", partition=0, offset=7, key=key, value=value, at=AT)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"\x00",
        b"null",
        b"[]",
        b'"listing_published"',
        b"{",
        listing()[:-1],
        listing() + b"\x00",
        listing() + listing(),
        b"\xef\xbb\xbf" + listing(),
        listing().decode().encode("utf-16"),
        listing(title="@").replace(b"@", b"\xff"),
        listing(title="@").replace(b"@", b"\xed\xa0\x80"),
        listing(title="@").replace(b"@", b"\\ud83d"),
        listing(seller_id="@").replace(b"@", b"\\udc00\\ud83d"),
        listing(title="@").replace(b"@", b"a raw\nline break"),
        listing(x="@").replace(b'"@"', b"NaN"),
        b'{"type":"order_gift_wrapped","x":NaN}',
        b'{"type":"\\ud83d"}',
        b'{"x":NaN}',
    ],
)
def test_what_is_no_json_object_in_utf_8_is_not_json(value: bytes | None) -> None:
    assert reason(value) == "not_json"


@pytest.mark.parametrize("kind", [b"", b'"type":null', b'"type":""', b'"type":5', b'"type":["order_paid"]'])
def test_an_event_without_a_type_is_no_type(kind: bytes) -> None:
    assert reason(b"{" + kind + b"}") == "no_type"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(listing(condition="mint"), id="unknown value of an enumeration"),
        pytest.param(listing(condition=None), id="missing field"),
        pytest.param(order(amount=None), id="missing amount"),
        pytest.param(listing(title=["Samsung"]), id="another kind of value"),
        pytest.param(listing(listing_id=""), id="empty identifier"),
        pytest.param(listing(listing_id="x" * 257), id="identifier too long"),
        pytest.param(listing(listing_id="l\n1"), id="line break in an identifier"),
        pytest.param(listing(seller_id="s\x00"), id="NUL in an identifier"),
        pytest.param(listing(product_id="@").replace(b"@", b"p\x7f"), id="raw DEL in an identifier"),
        pytest.param(
            line("payout_released", payout_id="p", amount=0, currency="CNY", order_ids=["o", "\t"]), id="in a list"
        ),
        pytest.param(
            line("seller_changed", identifiers=[{"kind": "passport", "value": "0" * 64}]),
            id="unknown kind of identifier",
        ),
        pytest.param(listing(currency="cny"), id="currency in small letters"),
        pytest.param(listing(currency="CNYN"), id="currency too long"),
        pytest.param(listing(ships_from="CN\n"), id="line break behind a country"),
        pytest.param(listing(image_hashes=["0123456789abcdef\n"]), id="line break behind an image hash"),
        pytest.param(listing(quantity="@").replace(b'"@"', b"9" * 10_000), id="a quantity of 10,000 digits"),
        pytest.param(listing()[:-1] + b',"x":' + b"[" * 64 + b"]" * 64 + b"}", id="nested 65 deep"),
        pytest.param(b"[" * 100_000, id="100,000 arrays"),
        pytest.param(b'{"a":' * 100_000, id="100,000 objects"),
        pytest.param(b"[" * 65 + b'"' + b'\\"' * 500_000, id="an endless string behind them"),
    ],
)
def test_a_field_that_breaks_the_contract_is_bad_field(value: bytes) -> None:
    assert reason(value) == "bad_field"


def test_a_verdict_on_the_listings_topic_is_refused() -> None:
    verdict = line(
        "verdict_given", subject="listing", subject_id="l-1", verdict="rejected", moderator="s-huaqiang-17", reason="ok"
    )
    assert reason(verdict, "marketplace.listings.v1") == "bad_field"
    assert isinstance(wire.decode_event(verdict, "marketplace.verdicts.v1"), tuple)


@pytest.mark.parametrize(
    "event_time",
    [
        "2013-03-02T10:00:00", "2013-03-02", "yesterday", 1362218400, None, "1999-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z", "2000-01-01T00:30:00+01:00", "2099-12-31T23:30:00-01:00", "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
    ],
)  # fmt: skip
def test_a_time_without_offset_or_outside_2000_to_2099_is_bad_time(event_time: Any) -> None:
    value = listing(event_time="@").replace(b'"@"', json.dumps(event_time).encode())
    assert reason(value) == "bad_time"


def test_live_a_time_more_than_a_day_ahead_of_the_clock_is_bad_time() -> None:
    ahead = listing(event_time="2013-05-15T08:00:01Z")
    assert reason(ahead, now_us=NOW_US) == "bad_time"
    assert reason(listing(event_time="2099-01-01T00:00:00Z"), now_us=NOW_US) == "bad_time"
    assert isinstance(wire.decode_event(listing(event_time="2013-05-15T08:00:00Z"), now_us=NOW_US), tuple)
    assert isinstance(wire.decode_event(ahead), tuple), "in a replay no wall clock counts"


@pytest.mark.parametrize(
    ("from_", "until"),
    [("2013-04-01", "2013-04-08T00:00:00Z"), ("2013-04-01T00:00:00Z", "9999-12-31T23:59:59-01:00")],
)
def test_an_absence_needs_two_times_that_a_calendar_has(from_: str, until: str) -> None:
    assert reason(line("seller_away", **{"from": from_, "until": until})) == "bad_time"


@pytest.mark.parametrize(
    "price",
    [
        '"NaN"', '"sNaN"', "NaN", "Infinity", "-Infinity", '"Infinity"', "-5", '"-5"', "0", "-0.0", '"0.00"', "1e400",
        '"1e400"', "1e12", '"1000000000000"', "1e-400000", '"1e-400000"', "1e-330", '"1e999999999999999999999"', "true",
        "null", "[1500]", '{"amount":1500}', '""', '"1,500"', '"1500 CNY"', "9" * 10_000,
    ],
)  # fmt: skip
def test_a_price_that_is_no_finite_positive_number_below_a_trillion_is_bad_price(price: str) -> None:
    assert reason(listing(price="@").replace(b'"@"', price.encode())) == "bad_price"


@pytest.mark.parametrize("amount", ['"-0.01"', "1e12", '"1e-400000"', '"0e-999999999"', "NaN", "false"])
def test_an_amount_may_be_zero_and_is_otherwise_as_strict(amount: str) -> None:
    assert reason(order(amount="@").replace(b'"@"', amount.encode())) == "bad_price"
    assert isinstance(wire.decode_event(order(amount=0)), tuple)


def test_over_one_mebibyte_is_too_large_and_shown_in_its_first_64_kib() -> None:
    exactly = listing(x="x" * (fields.MAX_EVENT_BYTES - len(listing(x=""))))
    assert len(exactly) == fields.MAX_EVENT_BYTES
    assert isinstance(wire.decode_event(exactly), tuple)
    value = listing(x="x" * 3_000_000)
    assert reason(value) == "too_large"
    shown = letter(value)
    assert base64.b64decode(shown.value) == value[: 64 * 1024]
    assert (shown.value_bytes, shown.sha256) == (len(value), hashlib.sha256(value).hexdigest())
    assert not shown.redacted


def test_a_dead_letter_says_where_the_bytes_are_and_why_they_were_refused() -> None:
    refused = wire.decode_event(listing(price="-5"))
    assert isinstance(refused, Refused)
    shown = letter(listing(price="-5"), refused)
    assert (shown.reason, shown.offset, shown.key, shown.at) == ("bad_price", 7, "s-1", AT)
    assert base64.b64decode(shown.value) == listing(price="-5")


def test_a_dead_letter_of_nothing_and_of_strange_keys_can_be_written() -> None:
    assert json.loads(wire.encode(letter(None, key=None)))["key"] is None
    assert letter(b"", key=b"\xff\x00").key == "\\xff\x00"
    assert len(wire.encode(letter(b"", key=b"k" * 1_000_000))) < 2_000


@pytest.mark.parametrize("planted", ["13800138000", "it's 13800138000", 'say "13800138000', "'13800138000' - at `$.x`"])
@pytest.mark.parametrize("field", ["condition", "type"])
def test_the_error_never_repeats_a_value(field: str, planted: str) -> None:
    for value in (listing(**{field: planted}), listing(**{field: planted})[:-1], listing(x=planted)[:-1]):
        outcome = wire.decode_event(value)
        assert isinstance(outcome, Ignored) or "13800138000" not in outcome.error  # type: ignore[union-attr]


@given(value=st.one_of(st.binary(max_size=200), damaged(), json_values.map(lambda held: json.dumps(held).encode())))
def test_a_dead_letter_can_be_made_of_whatever_was_refused(value: bytes) -> None:
    refused = wire.decode_event(value)
    if isinstance(refused, Refused):
        again = json.loads(wire.encode(letter(value, refused)))
        assert again["value_bytes"] == len(value)
