"""The fields of a JSON Schema's object as a table that people read."""

import json
from collections.abc import Mapping
from typing import Any, Final

from deploy.site.tables import code, link, plain, table

Schema = Mapping[str, Any]
DECIMAL: Final = "decimal as "  # how `schemas.fields` begins what it says of money
HEADINGS: Final = ("field", "type", "what fits", "when left out")
_OR_NULL: Final = ", or null"
_IDENTIFIER_PATTERN: Final = "^[^\\x00-\\x1f\\x7f]*$"
_PATTERNS: Final = {
    _IDENTIFIER_PATTERN: "no control characters",
    "^[0-9a-f]{64}$": "hexadecimal digits",
    "^[0-9a-fA-F]{16}$": "",  # its description says so
    "^[A-Z]{3}$": "capitals",
    "^[A-Z]{2}$": "capitals",
    r"^[\x20-\x7e]+$": "printable ASCII",
}


class Pages:
    """Where an object that a field refers to is described: page -> names of the objects on it ("" is this page)."""

    def __init__(self, pages: Mapping[str, frozenset[str]]) -> None:
        self._pages = pages

    def link(self, name: str) -> str:
        """A link to the object's table; KeyError where none has it."""
        for page, names in self._pages.items():
            if name in names:
                return link(name, page)
        raise KeyError(f"no page describes {name}")


def fields(schema: Schema, pages: Pages) -> str:
    """A row a field, those that must be there first, in the order of the schema."""
    required = set(schema.get("required", ()))
    properties: dict[str, Schema] = schema["properties"]
    ordered = sorted(properties, key=lambda name: name not in required)
    return table(HEADINGS, [row(name, properties[name], name in required, pages) for name in ordered])


def kind_of(schema: Schema, pages: Pages) -> str:
    """The type in JSON's own words, and "or null" where that fits too."""
    variants = _variants(schema)
    if len(variants) == 2 and {_decimal(one) for one in variants} == {"number", "string"}:
        return "decimal"
    said = [_kind(one, pages) for one in variants]
    return " or ".join(dict.fromkeys(said)) + (_OR_NULL if _takes_null(schema) else "")


def row(name: str, schema: Schema, required: bool, pages: Pages) -> tuple[str, ...]:
    """One field under `HEADINGS`."""
    return code(name), kind_of(schema, pages), _limits(schema), _when_left_out(schema, required)


def _when_left_out(schema: Schema, required: bool) -> str:
    if required:
        return "**required**"
    default = schema.get("default")
    if default is None:
        return "not there"
    if default != 0 and not default:
        return "empty"
    return code(default if isinstance(default, str) else json.dumps(default))


def _variants(schema: Schema) -> list[Schema]:
    """The alternatives other than null, each with what is said of all."""
    about = {name: held for name, held in schema.items() if name != "anyOf"}
    return [{**about, **one} for one in schema.get("anyOf", [{}]) if one.get("type") != "null"]


def _takes_null(schema: Schema) -> bool:
    kinds = schema.get("type", [])
    return any(one.get("type") == "null" for one in schema.get("anyOf", [])) or (
        isinstance(kinds, list) and "null" in kinds
    )


def _decimal(schema: Schema) -> str:
    """Which of the two ways to write a decimal this is; "" for anything else."""
    return str(schema.get("type")) if schema.get("description", "").startswith(DECIMAL) else ""


def _kind(schema: Schema, pages: Pages) -> str:
    if "$ref" in schema:
        return pages.link(schema["$ref"].rpartition("/")[2])
    if "enum" in schema or "const" in schema:
        return "one of"
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        kind = next(one for one in kind if one != "null")
    if kind == "array":
        return f"list of {kind_of(schema['items'], pages)}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {kind_of(schema['additionalProperties'], pages)}"
    return "time" if schema.get("format") == "date-time" else str(kind)


def _limits(schema: Schema) -> str:
    found = [_limit(one) for one in _variants(schema)]
    return "; ".join(dict.fromkeys(one for one in found if one))


def _limit(schema: Schema) -> str:
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return ", ".join(code(one) for one in values if one is not None)
    said = [plain(schema["description"].removeprefix(DECIMAL))] if "description" in schema else []
    if _decimal(schema):
        return said[0]
    least, most = schema.get("minLength"), schema.get("maxLength")
    if least is not None and least == most:
        said.append(f"{least} characters")
    elif most is not None:
        said.append(f"{least} to {most:,} characters" if least else f"at most {most:,} characters")
    if (pattern := schema.get("pattern")) is not None and _PATTERNS.get(pattern, code(pattern)):
        said.append(_PATTERNS.get(pattern, code(pattern)))
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        said.append(f"{low:,.0f} to {high:,.0f}")
    if "maxItems" in schema:
        said.append(f"at most {schema['maxItems']:,}")
    if isinstance(items := schema.get("items"), dict) and (each := _limits(items)):
        said.append(f"each {each}")
    return ", ".join(said)
