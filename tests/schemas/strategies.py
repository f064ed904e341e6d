"""Hypothesis strategies for every word: a valid event or output, and bytes that were one before they were damaged."""

import types
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from schemas import fields, topics, wire
from schemas.events import Identifier

_CONTROLS = "".join(map(chr, [*range(0x20), 0x7F]))
_ANY = st.characters(exclude_categories=["Cs"])
_PRINTABLE = st.characters(exclude_categories=["Cs"], exclude_characters=_CONTROLS)
_ZONES = st.one_of(
    st.just(UTC), st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
)
_ODD_PRICES = st.sampled_from([Decimal(text) for text in ("1E+3", "1E-300", "0.0000001", "999999999999.99", "1500.50")])

prices = st.one_of(st.decimals("0.01", "999999999999", places=2), st.decimals("0.000001", "999999999999"), _ODD_PRICES)
#: A day off either end, so that no offset leads out of the years 2000 to 2099.
times = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30), timezones=_ZONES)

#: The hand-written part: what each checked building block of `schemas.fields` may hold.
BLOCKS: tuple[tuple[Any, st.SearchStrategy[Any]], ...] = (
    (fields.Id, st.text(_PRINTABLE, min_size=1, max_size=40)),
    (fields.HashedId, st.text("0123456789abcdef", min_size=64, max_size=64)),
    (fields.Short, st.text(_ANY, max_size=40)),
    (fields.Title, st.text(_ANY, max_size=60)),
    (fields.Text, st.text(_ANY, max_size=60)),
    (fields.Currency, st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3)),
    (fields.Country, st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2)),
    (fields.ImageHash, st.text("0123456789abcdefABCDEF", min_size=16, max_size=16)),
    (fields.Time, times),
    (fields.Count, st.integers(1, 1_000_000_000)),
    (fields.Price, prices),
    (fields.Amount, st.one_of(prices, st.sampled_from([Decimal(0), Decimal("0.00")]))),
    (str, st.text(_ANY, max_size=40)),
    (bool, st.booleans()),
    (int, st.integers(0, 1_000_000_000)),
    (float, st.floats(allow_nan=False, allow_infinity=False)),
    (type(None), st.none()),
    (msgspec.UnsetType, st.just(msgspec.UNSET)),
)


def _of(hint: Any) -> st.SearchStrategy[Any]:
    for block, strategy in BLOCKS:
        if hint == block:
            return strategy
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _of(inner[0])
    if origin is Literal:
        return st.sampled_from(inner)
    if origin in (Union, types.UnionType):
        return st.one_of([_of(one) for one in inner])
    if origin is tuple:
        return st.lists(_of(inner[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(_of(inner[0]), _of(inner[1]), max_size=3)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return valid(hint)
    raise TypeError(f"no strategy for {hint!r}: add it to BLOCKS")


def valid(word: type[Any]) -> st.SearchStrategy[Any]:
    """Instances of `word` with each optional field there or not."""
    hints = get_type_hints(word, include_extras=True)
    held = {field.name: _of(hints[field.name]) for field in msgspec.structs.fields(word)}
    needed = {field.name for field in msgspec.structs.fields(word) if field.required}
    optional = {name: strategy for name, strategy in held.items() if name not in needed}
    chosen = st.fixed_dictionaries({name: held[name] for name in needed}, optional=optional)
    build: Callable[[dict[str, Any]], Any] = lambda given: word(**given)  # noqa: E731 - typed for mypy
    return chosen.map(build)


EVENT_TYPES: tuple[type[Any], ...] = tuple(topics.TOPIC_OF)
events = st.one_of([valid(word) for word in EVENT_TYPES])
identifiers = valid(Identifier)

json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(_ANY, max_size=10)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(_ANY, max_size=10), inner, max_size=4)
    ),
    max_leaves=10,
)

#: Bytes that parsers stumble over.
HOSTILE = (
    b"NaN", b"-Infinity", b"1e400", b"1e-400000", b"9" * 10_000, b"[" * 70, b'{"a":' * 70, b"\x00", b"\xff\xfe",
    b"\xef\xbb\xbf", b"\\ud800", b'"\\ud83d"', b'"type":"order_paid",', b"null", b'""', b"\\", b'"', b"}", b"]", b",",
    b"\xed\xa0\x80", b"'", b"/*", b"\x1f", b"\x7f",
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """An encoded valid event in which one to three stretches were cut out, doubled or replaced by something hostile."""
    value = wire.encode(draw(events))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(value)))
        end = min(len(value), start + draw(st.integers(0, 12)))
        put = draw(
            st.one_of(st.just(b""), st.just(value[start:end] * 2), st.sampled_from(HOSTILE), st.binary(max_size=4))
        )
        value = value[:start] + put + value[end:]
    return value
