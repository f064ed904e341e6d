"""Bytes to words and back: the only codec. Decoding never raises; it answers with an event, `Refused` or `Ignored`."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Union

import msgspec

from schemas import topics
from schemas.events import Brand, Event, Product
from schemas.fields import (
    DAY_US,
    MAX_EVENT_BYTES,
    MAX_NESTING,
    problem_with_amount,
    problem_with_price,
    to_us,
)
from schemas.outputs import DeadLetter, DeadLetterReason

DEAD_LETTER_BYTES: Final = 64 * 1024
FUTURE_TOLERANCE_US: Final = DAY_US
_FIRST_US: Final = to_us(datetime.fromisoformat("2000-01-01T00:00:00+00:00"))
_LAST_US: Final = to_us(datetime.fromisoformat("2100-01-01T00:00:00+00:00"))


@dataclass(frozen=True, slots=True)
class Refused:
    """Why these bytes become a dead letter."""

    reason: DeadLetterReason
    error: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A well-formed event of a type that this version does not know: counted, not judged."""

    type: str


_EVENTS: Final = tuple(topics.TOPIC_OF)
_TYPES: Final[dict[str, type[Event]]] = {word.__struct_config__.tag: word for word in _EVENTS}
_decode: Final = msgspec.json.Decoder(Union[_EVENTS]).decode  # noqa: UP007 - built from a tuple
_encode: Final = msgspec.json.Encoder(decimal_format="string").encode
_decode_product: Final = msgspec.json.Decoder(Product).decode
_decode_brand: Final = msgspec.json.Decoder(Brand).decode

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_HASHED: Final = re.compile(r"[0-9a-f]{64}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_known_currencies: Final[set[str]] = set()

#: Fields of an event that hold people's identifiers or names; a dead letter shows none that is not a keyed hash.
_IDENTIFYING: Final = (b"identifiers", b"return_address", b"signed_by", b"\\u")


def _fields_to_check(word: type[Event]) -> tuple[tuple[str, Callable[[Decimal], str | None]], ...]:
    names = word.__struct_fields__
    checks = (("price", problem_with_price), ("amount", problem_with_amount))
    return tuple((name, check) for name, check in checks if name in names)


_MONEY_FIELDS: Final = {word: _fields_to_check(word) for word in _EVENTS}
_TEXT_FIELDS: Final = {"title", "description", "text", "reason", "note", "shop_name"}  # prose may hold a line break


def encode(word: msgspec.Struct) -> bytes:
    """The JSON of an event or an output, without insignificant white space."""
    return _encode(word)


def decode_event(value: bytes | None, topic: str = "", now_us: int | None = None) -> tuple[Event, int] | Refused | Ignored:
    """The event that `value` holds and its time in microseconds, or why there is none.

    `topic` is where the bytes were read ("" for a file: any type is welcome there). `now_us` is the wall clock in
    live running; None in a replay, where no wall clock counts.
    """
    if value is None:
        return Refused("not_json", "the record has no value")
    if len(value) > MAX_EVENT_BYTES:
        return Refused("too_large", f"the event has {len(value)} bytes, the limit is {MAX_EVENT_BYTES}")
    if value.count(b"{") + value.count(b"[") > MAX_NESTING and _nesting(value) > MAX_NESTING:
        return Refused("bad_field", f"the event is nested more than {MAX_NESTING} deep")
    try:
        event: Event = _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, ArithmeticError, RecursionError) as error:
        return _why(value, str(error))
    word = type(event)
    if topic and topics.TOPIC_OF[word].name != topic:
        return Refused("bad_field", f"an event of this type belongs on {topics.TOPIC_OF[word].name}")
    for name, problem_with in _MONEY_FIELDS[word]:
        if problem := problem_with(getattr(event, name)):
            return Refused("bad_price", f"{name}: {problem}")
        currency: str = event.currency  # type: ignore[attr-defined]  # every event with money has one
        if currency not in _known_currencies:
            if not _CURRENCY.fullmatch(currency):
                return Refused("bad_field", "currency: an ISO 4217 code has three capital letters")
            _known_currencies.add(currency)
    if b"\\" in value and (name := _field_with_control_character(event)):
        return Refused("bad_field", f"{name}: an identifier may not hold control characters")
    time_us = to_us(event.event_time)
    if not _FIRST_US <= time_us < _LAST_US:
        return Refused("bad_time", "event_time: the year must lie between 2000 and 2099")
    if now_us is not None and time_us > now_us + FUTURE_TOLERANCE_US:
        return Refused("bad_time", "event_time: more than a day ahead of the clock")
    return event, time_us


def decode_reference(value: bytes) -> Product | Brand | Refused:
    """A value of `reference.products.v1` or `reference.brands.v1`, told apart by their keys."""
    if len(value) > MAX_EVENT_BYTES:
        return Refused("too_large", f"the line has {len(value)} bytes, the limit is {MAX_EVENT_BYTES}")
    try:
        if b'"product_id"' not in value:
            return _decode_brand(value)
        product = _decode_product(value)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, ArithmeticError, RecursionError) as error:
        return Refused("bad_field" if isinstance(error, msgspec.ValidationError) else "not_json", str(error))
    if product.reference_price is not None and (problem := problem_with_price(product.reference_price)):
        return Refused("bad_price", f"reference_price: {problem}")
    return product


def dead_letter(
    refused: Refused, *, topic: str, partition: int, offset: int, key: bytes | None, value: bytes | None, at: datetime
) -> DeadLetter:
    """The dead letter of these bytes: at most their first 64 KiB, raw identifiers masked."""
    raw = value or b""
    shown, redacted = _without_identifiers(raw)
    return DeadLetter(
        reason=refused.reason,
        topic=topic,
        partition=partition,
        offset=offset,
        key=None if key is None else key.decode("utf-8", "backslashreplace"),
        value=base64.b64encode(shown[:DEAD_LETTER_BYTES]).decode("ascii"),
        value_bytes=len(raw),
        sha256=hashlib.sha256(shown).hexdigest(),
        error=refused.error,
        at=at,
        redacted=redacted,
    )


def _nesting(value: bytes) -> int:
    """How deep objects and arrays are nested, brackets inside strings not counted."""
    depth = deepest = 0
    outside = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", value, flags=re.DOTALL)
    for byte in re.findall(rb"[\[\]{}]", outside):
        depth += 1 if byte in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _why(value: bytes, error: str) -> Refused | Ignored:
    """The slow way round, taken only by bytes that the decoder has refused."""
    try:
        parsed = json.loads(value, parse_int=_number, parse_float=_number, parse_constant=_number)
    except (ValueError, RecursionError):
        return Refused("not_json", f"the bytes are not JSON: {error}")
    if not isinstance(parsed, dict):
        return Refused("not_json", "the bytes are JSON, but no object")
    kind = parsed.get("type")
    if not isinstance(kind, str) or not kind:
        return Refused("no_type", "the event has no type")
    if kind not in _TYPES:
        return Ignored(kind)
    word = _TYPES[kind]
    for name, problem_with in _MONEY_FIELDS[word]:
        try:
            problem = problem_with(Decimal(parsed.get(name)))
        except (TypeError, ValueError, ArithmeticError):
            problem = "not a decimal number"
        if problem:
            return Refused("bad_price", f"{name}: {problem}")
    where = error.rpartition(" - at `$.")[2].rstrip("`") if " - at `$." in error else ""
    if where == "return_address" or (where.startswith("identifiers") and where.endswith(".value")):
        return Refused("raw_identifier", f"{where}: only a keyed hash of 64 hex digits is taken; `assay hash` makes them")
    if where in ("event_time", "from", "until", "expires_at"):
        return Refused("bad_time", f"{where}: not an RFC 3339 time with an offset")
    return Refused("bad_field", _sentence(error))


def _number(text: str) -> str:
    return text


def _sentence(error: str) -> str:
    """msgspec's message without the value it may quote (a dead letter's error must not repeat a person's data)."""
    return re.sub(r"'[^']*'", "'…'", error)[:500]


def _field_with_control_character(event: Event) -> str | None:
    for name in event.__struct_fields__:
        held: Any = getattr(event, name)
        if name in _TEXT_FIELDS:
            continue
        texts = held if isinstance(held, tuple) else (held,)
        if any(isinstance(text, str) and _CONTROL.search(text) for text in texts):
            return name
    return None


def _without_identifiers(value: bytes) -> tuple[bytes, bool]:
    """`value` with what could identify a person masked, and whether anything had to be."""
    if not any(word in value for word in _IDENTIFYING):
        return value, False
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        # Unreadable bytes that seem to hold identifiers show nothing: the topic has them by position.
        return b"", True
    masked = _mask(parsed)
    if masked == parsed:
        return value, False
    return json.dumps(masked, ensure_ascii=False).encode("utf-8", "backslashreplace"), True


def _mask(node: Any, name: str = "") -> Any:
    """`node` with raw identifiers, and who signed for a parcel, replaced by asterisks."""
    if isinstance(node, dict):
        return {key: _mask(held, key if key != "value" else name) for key, held in node.items()}
    if isinstance(node, list):
        return [_mask(held, name) for held in node]
    identifying = name in ("identifiers", "return_address", "signed_by")
    if not identifying or node is None or (isinstance(node, str) and _HASHED.fullmatch(node)):
        return node
    return "***"
