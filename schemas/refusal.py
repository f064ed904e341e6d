"""Why bytes are refused: the slow way round, taken only by what the decoder of `schemas.wire` has refused."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import msgspec

from schemas import topics
from schemas.events import Event
from schemas.fields import MAX_ID_CHARS, problem_with_amount, problem_with_price
from schemas.outputs import DeadLetterReason


@dataclass(frozen=True, slots=True)
class Refused:
    """Why these bytes become a dead letter."""

    reason: DeadLetterReason
    error: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A well-formed event of a type that this version does not know: counted, not judged."""

    type: str


EVENTS: Final[tuple[type[Event], ...]] = tuple(topics.TOPIC_OF)
#: What a decoder may raise for bytes; anything else is a bug.
UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, ValueError, ArithmeticError, RecursionError)

_TYPES: Final = {str(word.__struct_config__.tag): word for word in EVENTS}
_skip: Final = msgspec.json.Decoder(msgspec.Raw).decode


def _money_of(word: type[Event]) -> tuple[str, Callable[[Decimal], str | None]] | None:
    if "price" in word.__struct_fields__:
        return "price", problem_with_price
    return ("amount", problem_with_amount) if "amount" in word.__struct_fields__ else None


#: An event's one field of money, where it has one, and what is asked of it.
MONEY: Final = {word: _money_of(word) for word in EVENTS}


class _Number(str):
    """A number as it was written: Python would refuse 10,000 digits and round the rest."""

    __slots__ = ()


def why(value: bytes, error: Exception) -> Refused | Ignored:
    """The slow way round, taken only by bytes that the decoder has refused."""
    try:
        parsed = json.loads(value.decode("utf-8"), parse_int=_Number, parse_float=_Number, parse_constant=_Number)
    except UnicodeDecodeError:
        return Refused("not_json", "the bytes are not UTF-8")
    except (ValueError, RecursionError):
        return Refused("not_json", f"the bytes are not JSON: {_sentence(error)}")
    if not isinstance(parsed, dict):
        return Refused("not_json", "the bytes are JSON, but no object")
    kind = parsed.get("type")
    # Python's parser takes what is no JSON: a bare NaN, which deserves its own reason where it is a price, and half a
    # surrogate pair.
    broken = _problem_with_json(value)
    if not isinstance(kind, str) or isinstance(kind, _Number) or not kind:
        return broken or Refused("no_type", "the event has no type")
    if kind not in _TYPES:
        return broken or Ignored(kind[:MAX_ID_CHARS])
    if problem := _problem_with_money(_TYPES[kind], parsed):
        return problem
    if broken:
        return broken
    where = str(error).rpartition(" - at `$.")[2].rstrip("`") if " - at `$." in str(error) else ""
    if where == "return_address" or (where.startswith("identifiers[") and not where.endswith(".kind")):
        return Refused(
            "raw_identifier", f"{where}: only a keyed hash of 64 hex digits is taken; `assay hash` makes them"
        )
    if where in ("event_time", "from", "until", "expires_at"):
        return Refused("bad_time", f"{where}: not an RFC 3339 time with an offset")
    return Refused("bad_field", _sentence(error))


def _problem_with_json(value: bytes) -> Refused | None:
    try:
        _skip(value)
    except UNDECODABLE as error:
        return Refused("not_json", f"the bytes are not JSON: {_sentence(error)}")
    return None


def _problem_with_money(word: type[Event], parsed: dict[str, Any]) -> Refused | None:
    money = MONEY[word]
    if money is None or money[0] not in parsed:
        return None
    name, problem_with = money
    held = parsed[name]
    try:
        problem = problem_with(Decimal(held)) if isinstance(held, str) else "not a decimal number"
    except (ValueError, ArithmeticError):
        problem = "not a decimal number"
    return Refused("bad_price", f"{name}: {problem}") if problem else None


def why_reference(error: Exception) -> Refused:
    """The same for a line of a reference topic."""
    sentence = _sentence(error)
    if not isinstance(error, msgspec.ValidationError):
        return Refused("not_json", f"the line is not JSON: {sentence}")
    if sentence.startswith("Expected `object`") and " - at " not in sentence:
        return Refused("not_json", "the line is JSON, but no object")
    if sentence.endswith("$.reference_price`"):
        return Refused("bad_price", "reference_price: not a decimal number")
    if sentence.endswith("$.as_of`"):
        return Refused("bad_time", "as_of: not an RFC 3339 time with an offset")
    return Refused("bad_field", sentence)


def _sentence(error: Exception) -> str:
    """msgspec's message without the value it may quote (a dead letter's error must not repeat a person's data)."""
    if isinstance(error, UnicodeDecodeError):
        return "invalid UTF-8"
    return re.sub(r"(['\"]).*\1", "'…'", str(error), flags=re.DOTALL)[:500]
