"""What a dead letter may show: bytes with everything masked that could identify a person.

Events hold people's identifiers as keyed hashes only. Where a producer sent a raw one, the bytes become a dead letter,
and that must not spread what it complains of.
"""

import json
import re
from typing import Any, Final, get_args

from schemas.fields import MAX_EVENT_BYTES, IdentifierKind
from schemas.people import without_people

#: Fields of an event that hold people's identifiers or names.
IDENTIFYING: Final = ("identifiers", "return_address", "signed_by")
MASK: Final = "***"
SHOWN_BYTES: Final = 64 * 1024  # all that a dead letter shows of a value

_IDENTIFYING_BYTES: Final = re.compile("|".join(IDENTIFYING).encode(), re.IGNORECASE)
_IDENTIFYING_TEXT: Final = re.compile("|".join(IDENTIFYING), re.IGNORECASE)
#: An ASCII letter as an escape, however often escaped again; it begins once a run, or a hostile run costs its square.
_ESCAPE: Final = re.compile(rb"(?<!\\)\\++u00([0-7][0-9a-fA-F])")
#: The same of a digit, an @ or a + in a text, where it stands for itself.
_ESCAPED: Final = re.compile(r"(?<!\\)\\u00(2[bBdDeE]|3[0-9]|40)")
_HASHED: Final = re.compile(r"[0-9a-f]{64}")
_KINDS: Final = frozenset(get_args(IdentifierKind))
_MAX_MASKED_NESTING: Final = 200  # `_mask` calls itself once a level


def without_identifiers(value: bytes) -> tuple[bytes, bool]:
    """`value` with raw identifiers and names masked, and whether anything had to be.

    Bytes that name an identifying field and cannot be read give nothing at all: the topic has them by position.
    """
    monstrous = len(value) > MAX_EVENT_BYTES
    if not _names_identifiers(value[:SHOWN_BYTES] if monstrous else value):
        return _without_people(value[:SHOWN_BYTES] if monstrous else value, value)
    if monstrous or value.count(b"{") + value.count(b"[") > _MAX_MASKED_NESTING:
        return b"", True
    repeated = False

    def whole(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        held = dict(pairs)
        repeated = repeated or len(held) != len(pairs)
        return held

    try:
        parsed = json.loads(value.decode("utf-8"), object_pairs_hook=whole)
    except (ValueError, RecursionError):
        return b"", True
    if not isinstance(parsed, dict):
        return b"", True
    masked = _mask(parsed)
    if masked == parsed and not repeated:
        return _without_people(value, value)
    text = json.dumps(masked, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return _without_people(text, text)[0], True


def _without_people(seen: bytes, value: bytes) -> tuple[bytes, bool]:
    """`value`, or what is `seen` of it without what looks like a person's identifier in its texts."""
    text = seen.decode("utf-8", "surrogateescape")
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "\\u00" in text else text
    shown = without_people(plain)
    return (value, False) if shown == plain else (shown.encode("utf-8", "surrogateescape"), True)


def _names_identifiers(value: bytes) -> bool:
    """Whether an identifying field is named anywhere, be it escaped, in another case or in UTF-16 or UTF-32."""
    plain = value.replace(b"\x00", b"")
    if b"\\" in plain:
        plain = _ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), plain)
    return _IDENTIFYING_BYTES.search(plain) is not None


def _mask(node: Any, inside: bool = False) -> Any:
    """`node` with raw identifiers and the names of people replaced; `inside` an identifying field all is masked."""
    if isinstance(node, dict):
        return _mask_object(node, inside)
    if isinstance(node, list):
        return [_mask(held, inside) for held in node]
    if node is None or (isinstance(node, str) and _HASHED.fullmatch(node)):
        return node
    if inside:
        return MASK
    # An event wrapped into a string of another: its field names are seen, its values are not told apart.
    wrapped = isinstance(node, str) and _names_identifiers(node.encode("utf-8", "replace"))
    return MASK if wrapped else node


def _mask_object(node: dict[str, Any], inside: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, held in node.items():
        identifying = name in IDENTIFYING
        if inside and name == "kind" and isinstance(held, str) and held in _KINDS:
            shown[name] = held
        elif (inside and name not in ("kind", "value")) or (not identifying and _IDENTIFYING_TEXT.search(name)):
            shown[MASK] = MASK
        else:
            shown[name] = _mask(held, inside or identifying)
    return shown
