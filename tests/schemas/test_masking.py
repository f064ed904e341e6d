"""A raw identifier never leaves the topic it came on: the dead letter shows a mask in its place."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import wire
from schemas.outputs import DeadLetter
from schemas.wire import Refused
from tests.schemas.lines import line, listing
from tests.schemas.strategies import json_values

PHONE = "+86 138 0013 8000"
EMAIL = "hou.a@example.com"
CARD = "6222 0202 0011 2233 445"
HASH = "0123456789abcdef" * 4
RAW = (PHONE, EMAIL, CARD)


def letter_of(value: bytes) -> DeadLetter:
    outcome = wire.decode_event(value)
    refused = outcome if isinstance(outcome, Refused) else Refused("detector_failed", "it raised")
    at = datetime(2013, 5, 14, tzinfo=UTC)
    return wire.dead_letter(refused, topic="t", partition=0, offset=0, key=b"s-1", value=value, at=at)


def shown(letter: DeadLetter) -> bytes:
    """Everything of the letter that can be read, the value out of its base64 and its escapes."""
    value = base64.b64decode(letter.value)
    unescaped = value.replace(b"\x00", b"").decode("utf-8", "replace").encode().decode("unicode_escape", "replace")
    return wire.encode(letter) + value + unescaped.encode("utf-8", "replace")


def registered(value: Any, kind: str = "phone") -> bytes:
    return line("seller_registered", identifiers=[{"kind": "device", "value": HASH}, {"kind": kind, "value": value}])


@pytest.mark.parametrize(
    "value",
    [registered(raw) for raw in RAW]
    + [
        registered(HASH.upper()),
        registered(HASH + "\n"),
        registered(13800138000),
        line("seller_changed", identifiers=[PHONE]),
        line("return_accepted", return_id="r-1", return_address="12 Huaqiang North Road, Shenzhen"),
        line("return_accepted", return_id="r-1", return_address={"street": "12 Huaqiang North Road, Shenzhen"}),
    ],
)
def test_what_is_no_keyed_hash_is_raw_identifier_and_masked(value: bytes) -> None:
    refused = wire.decode_event(value)
    assert isinstance(refused, Refused)
    assert refused.reason == "raw_identifier"
    letter = letter_of(value)
    assert letter.redacted
    masked = base64.b64decode(letter.value)
    assert b"***" in masked
    assert b"s-huaqiang-17" in masked, "what identifies nobody stays readable"
    for raw in (*RAW, "Huaqiang North", "13800138000", HASH.upper()):
        assert raw.encode() not in shown(letter)


def _escaped(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


WRAPPINGS: dict[str, Callable[[str], bytes]] = {
    "signed_by": lambda raw: line("return_delivered", return_id="r-1", signed="yes", signed_by=raw),
    "broken JSON": lambda raw: registered(raw)[:-1],
    "broken JSON, name escaped": lambda raw: registered(raw)[:-1].replace(b"identifiers", b"\\u0069dentifiers"),
    "invalid UTF-8": lambda raw: registered(raw).replace(b"huaqiang", b"\xff"),
    "beside a kind that is none": lambda raw: registered(HASH, kind=raw),
    "under a name of its own": lambda raw: line("seller_changed", identifiers=[{"kind": "phone", "number": raw}]),
    "as a name": lambda raw: line("seller_changed", identifiers={raw: 1}),
    "nested": lambda raw: listing(price=-1, x=[{"y": {"identifiers": [[raw, {"z": raw}]]}}]),
    "first of two equal keys": lambda raw: (
        b'{"x":{"signed_by":"' + raw.encode() + b'","signed_by":null},' + listing(price=-1)[1:]
    ),
    "first of two equal keys, name escaped": lambda raw: (
        b'{"x":{"signed\\u005fby":"' + raw.encode() + b'","signed_by":null},' + listing(price=-1)[1:]
    ),
    "value escaped": lambda raw: registered("@").replace(b"@", _escaped(raw).encode()),
    "all escaped": lambda raw: (
        registered("@").replace(b"identifiers", _escaped("identifiers").encode()).replace(b"@", _escaped(raw).encode())
    ),
    "another case": lambda raw: line("return_delivered", return_id="r-1", signed="yes", Signed_By=raw),
    "an event in a string": lambda raw: json.dumps(registered(raw).decode()).encode(),
    "an event in a string of another": lambda raw: listing(price=-1, payload=registered(raw).decode()),
    "an event in a string, name escaped twice": lambda raw: json.dumps(
        registered(raw).decode().replace("identifiers", _escaped("identifiers"))
    ).encode(),
    "a million backslashes": lambda raw: b'{"signed_by":"' + raw.encode() + b"\\" * 1_000_000,
    "UTF-16": lambda raw: registered(raw).decode().encode("utf-16"),
    "UTF-32": lambda raw: registered(raw).decode().encode("utf-32-le"),
    "too deep": lambda raw: b'{"x":' * 600 + b'{"signed_by":' + json.dumps(raw).encode() + b"}" * 601,
    "too large": lambda raw: line("return_delivered", signed_by=raw, x="x" * 2_000_000),
    "beside 10,000 digits": lambda raw: registered(raw)[:-1] + b',"x":' + b"9" * 10_000 + b"}",
}


@pytest.mark.parametrize("raw", RAW)
@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_a_raw_identifier_is_nowhere_in_the_dead_letter(wrapping: str, raw: str) -> None:
    value = WRAPPINGS[wrapping](raw)
    letter = letter_of(value)
    assert raw.encode() not in shown(letter)
    assert letter.redacted
    assert letter.value_bytes == len(value)


@given(raw=st.from_regex(r"[0-9]{8,15}", fullmatch=True), around=json_values, inside=json_values)
def test_a_raw_identifier_is_masked_whatever_stands_around_it(raw: str, around: Any, inside: Any) -> None:
    planted = listing(price=-1, x=around, identifiers=[{"kind": "phone", "value": [raw, inside]}])
    if raw not in json.dumps([around, inside]):
        assert raw.encode() not in shown(letter_of(planted))


@pytest.mark.parametrize(
    "value",
    [
        listing(price=-1),
        listing(price=-1, title="三星 i9100 手机"),
        listing(price=-1)[:-1],
        line("seller_registered", shop_name=5, identifiers=[{"kind": "return_address", "value": HASH}]),
        line("return_accepted", return_id="", return_address=HASH),
        line("return_delivered", return_id="r-1", signed="yes", signed_by=None),
    ],
)
def test_bytes_without_raw_identifiers_are_shown_as_they_came(value: bytes) -> None:
    letter = letter_of(value)
    assert not letter.redacted
    assert base64.b64decode(letter.value) == value
