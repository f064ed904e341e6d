"""Bytes to words and back: the only codec. Decoding never raises; it answers with an event, `Refused` or `Ignored`."""

import base64
import hashlib
import re
from datetime import UTC, datetime
from typing import Any, Final, Union, get_type_hints

import msgspec

from schemas import topics
from schemas.events import Brand, Event, Product
from schemas.fields import (
    DAY_US,
    MAX_EVENT_BYTES,
    MAX_NESTING,
    Id,
    Time,
    problem_with_price,
    to_us,
)
from schemas.masking import SHOWN_BYTES, without_identifiers
from schemas.outputs import DeadLetter
from schemas.refusal import EVENTS, MONEY, UNDECODABLE, Ignored, Refused, why, why_reference

__all__ = ["Ignored", "Refused", "dead_letter", "decode_event", "decode_reference", "encode"]

DEAD_LETTER_KEY_BYTES: Final = 1024
FUTURE_TOLERANCE_US: Final = DAY_US
_FIRST_US: Final = to_us(datetime.fromisoformat("2000-01-01T00:00:00+00:00"))
_LAST_US: Final = to_us(datetime.fromisoformat("2100-01-01T00:00:00+00:00"))
_EARLIEST_US: Final = to_us(datetime.min.replace(tzinfo=UTC))
_LATEST_US: Final = to_us(datetime.max.replace(tzinfo=UTC))


_decode: Final = msgspec.json.Decoder(Union[EVENTS]).decode  # noqa: UP007 - built from a tuple
_encode: Final = msgspec.json.Encoder(decimal_format="string").encode
_decode_product: Final = msgspec.json.Decoder(Product).decode
_decode_brand: Final = msgspec.json.Decoder(Brand).decode

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
#: Looked for as numbers: for `bytes in bytes` Python makes and drops an exception.
_BRACE, _BRACKET, _BACKSLASH, _DELETE = b"{[\\\x7f"
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)  # possessive: a hostile string costs its length once
_known_currencies: Final[set[str]] = set()


def _fields_of_type(word: type[msgspec.Struct], wanted: Any) -> tuple[str, ...]:
    hints = get_type_hints(word, include_extras=True)
    return tuple(name for name in word.__struct_fields__ if _holds(hints[name], wanted))


def _holds(hint: Any, wanted: Any) -> bool:
    return hint == wanted or any(_holds(inner, wanted) for inner in getattr(hint, "__args__", ()))


_WORDS: Final[tuple[type[msgspec.Struct], ...]] = (*EVENTS, Product, Brand)
_ID_FIELDS: Final = {word: _fields_of_type(word, Id) for word in _WORDS}
_OTHER_TIMES: Final = {word: _fields_of_type(word, Time)[1:] for word in EVENTS}  # the first is `event_time`


def encode(word: msgspec.Struct) -> bytes:
    """The JSON of an event or an output, without insignificant white space."""
    return _encode(word)


def decode_event(
    value: bytes | None, topic: str = "", now_us: int | None = None
) -> tuple[Event, int] | Refused | Ignored:
    """The event that `value` holds and its time in microseconds, or why there is none.

    `topic` is where the bytes were read ("" for a file: any type is welcome there). `now_us` is the wall clock in
    live running; None in a replay, where no wall clock counts.
    """
    if value is None:
        return Refused("not_json", "the record has no value")
    if len(value) > MAX_EVENT_BYTES:
        return Refused("too_large", f"the event has {len(value)} bytes, the limit is {MAX_EVENT_BYTES}")
    if (_BRACKET in value or _BRACE in value[1:]) and _too_deep(value):
        return Refused("bad_field", f"the event is nested more than {MAX_NESTING} deep")
    try:
        event: Event = _decode(value)
    except UNDECODABLE as error:
        return why(value, error)
    word = type(event)
    if topic and topics.TOPIC_OF[word].name != topic:
        return Refused("bad_field", f"an event of this type belongs on {topics.TOPIC_OF[word].name}")
    money = MONEY[word]
    if money is not None:
        name, problem_with = money
        if problem := problem_with(getattr(event, name)):
            return Refused("bad_price", f"{name}: {problem}")
        currency: str = event.currency  # type: ignore[attr-defined]  # every event with money has one
        if currency not in _known_currencies:
            if not _CURRENCY.fullmatch(currency):
                return Refused("bad_field", "currency: an ISO 4217 code has three capital letters")
            _known_currencies.add(currency)
    if (_BACKSLASH in value or _DELETE in value) and (refused := _control_character(event)):
        return refused
    time_us = to_us(event.event_time)
    latest_us = _LAST_US if now_us is None else now_us + FUTURE_TOLERANCE_US
    if not _FIRST_US <= time_us < latest_us or _OTHER_TIMES[word]:
        refused = _problem_with_times(event, time_us, now_us)
        if refused:
            return refused
    return event, time_us


def _problem_with_times(event: Event, time_us: int, now_us: int | None) -> Refused | None:
    if not _FIRST_US <= time_us < _LAST_US:
        return Refused("bad_time", "event_time: the year must lie between 2000 and 2099")
    if now_us is not None and time_us > now_us + FUTURE_TOLERANCE_US:
        return Refused("bad_time", "event_time: more than a day ahead of the clock")
    for name in _OTHER_TIMES[type(event)]:
        time: datetime | None = getattr(event, name)
        if time is not None and not _EARLIEST_US <= to_us(time) <= _LATEST_US:
            return Refused("bad_time", f"{name}: in UTC the year must lie between 1 and 9999")
    return None


class _ProductKey(msgspec.Struct):
    product_id: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_decode_product_key: Final = msgspec.json.Decoder(_ProductKey).decode


def decode_reference(value: bytes) -> Product | Brand | Refused:
    """A value of `reference.products.v1` or `reference.brands.v1`, told apart by their keys."""
    if len(value) > MAX_EVENT_BYTES:
        return Refused("too_large", f"the line has {len(value)} bytes, the limit is {MAX_EVENT_BYTES}")
    line: Product | Brand
    try:
        is_brand = _decode_product_key(value).product_id is msgspec.UNSET
        line = _decode_brand(value) if is_brand else _decode_product(value)
    except UNDECODABLE as error:
        return why_reference(error)
    if refused := _control_character(line):
        return refused
    if isinstance(line, Brand):
        return line
    if line.currency is not None and not _CURRENCY.fullmatch(line.currency):
        return Refused("bad_field", "currency: an ISO 4217 code has three capital letters")
    if line.reference_price is not None and (problem := problem_with_price(line.reference_price)):
        return Refused("bad_price", f"reference_price: {problem}")
    return line


def dead_letter(
    refused: Refused, *, topic: str, partition: int, offset: int, key: bytes | None, value: bytes | None, at: datetime
) -> DeadLetter:
    """The dead letter of these bytes: at most their first 64 KiB, raw identifiers masked."""
    raw = value or b""
    shown, redacted = without_identifiers(raw)
    return DeadLetter(
        reason=refused.reason,
        topic=topic,
        partition=partition,
        offset=offset,
        key=None if key is None else key[:DEAD_LETTER_KEY_BYTES].decode("utf-8", "backslashreplace"),
        value=base64.b64encode(shown[:SHOWN_BYTES]).decode("ascii"),
        value_bytes=len(raw),
        sha256=hashlib.sha256(shown).hexdigest(),
        error=refused.error,
        at=at,
        redacted=redacted,
    )


def _too_deep(value: bytes) -> bool:
    """Whether objects and arrays are nested deeper than MAX_NESTING, brackets inside strings not counted."""
    if value.count(b"{") + value.count(b"[") <= MAX_NESTING:
        return False
    depth = 0
    for bracket in re.finditer(rb"[\[\]{}]", _STRING.sub(b"", value)):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > MAX_NESTING:
            return True
    return False


def _control_character(word: Event | Product | Brand) -> Refused | None:
    for name in _ID_FIELDS[type(word)]:
        held: Any = getattr(word, name)
        texts = held if isinstance(held, tuple) else (held,)
        if any(text is not None and _CONTROL.search(text) for text in texts):
            return Refused("bad_field", f"{name}: an identifier may not hold control characters")
    return None
