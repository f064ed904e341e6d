"""The published documents: valid, and of one mind with the decoder."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from schemas import export, topics, wire
from tests.schemas.lines import line, listing, with_fields
from tests.schemas.strategies import valid

GOLDEN = Path(__file__).parent / "golden" / "v1"
TOPICS = pytest.mark.parametrize("topic", topics.ALL, ids=lambda topic: topic.name)

# jsonschema knows `date-time` only beside a package that is not needed otherwise; the standard library tells as well.
formats = FormatChecker()


@formats.checks("date-time", raises=ValueError)  # type: ignore[untyped-decorator]
def _is_time_with_offset(held: object) -> bool:
    return not isinstance(held, str) or datetime.fromisoformat(held).tzinfo is not None


def published(name: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((export.PUBLISHED / name).read_bytes())
    return held


def validator(topic: topics.Topic) -> Any:
    return Draft202012Validator(published(f"{topic.name}.schema.json"), format_checker=formats)


LISTINGS = validator(topics.LISTINGS)


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(inner)


@TOPICS
def test_every_schema_is_valid_2020_12_with_its_own_id_and_lets_unknown_fields_through(topic: topics.Topic) -> None:
    schema = published(f"{topic.name}.schema.json")
    Draft202012Validator.check_schema(schema)
    assert (schema["$id"], schema["title"]) == (f"urn:assay:{topic.name}", topic.name)
    assert schema["description"] == topic.about
    for name, definition in schema["$defs"].items():
        assert not name.startswith("_")
        assert definition.get("additionalProperties") is not False
        assert definition["description"], f"{name} has no docstring"
    for node in nodes(schema):
        if "$ref" in node:
            assert node["$ref"].removeprefix("#/$defs/") in schema["$defs"]
        if "pattern" in node:
            re.compile(node["pattern"])


@TOPICS
def test_several_event_types_are_told_apart_by_their_type(topic: topics.Topic) -> None:
    schema = published(f"{topic.name}.schema.json")
    if len(topic.words) == 1:
        assert schema["$ref"] == f"#/$defs/{topic.words[0].__name__}"
        return
    assert schema["discriminator"]["propertyName"] == "type"
    references = [one["$ref"] for one in schema["oneOf"]]
    assert references == [f"#/$defs/{word.__name__}" for word in topic.words]
    assert sorted(schema["discriminator"]["mapping"].values()) == sorted(references)
    for kind, reference in schema["discriminator"]["mapping"].items():
        assert schema["$defs"][reference.removeprefix("#/$defs/")]["properties"]["type"] == {"enum": [kind]}


@TOPICS
def test_every_golden_line_is_valid(topic: topics.Topic) -> None:
    checker = validator(topic)
    for golden in (GOLDEN / f"{topic.name}.jsonl").read_text("utf-8").splitlines():
        assert [error.message for error in checker.iter_errors(json.loads(golden))] == []


@TOPICS
@settings(max_examples=40)
@given(data=st.data())
def test_whatever_is_encoded_is_valid(topic: topics.Topic, data: st.DataObject) -> None:
    word = data.draw(st.one_of([valid(word) for word in topic.words]))
    errors = [error.message for error in validator(topic).iter_errors(json.loads(wire.encode(word)))]
    assert errors == []


@pytest.mark.parametrize("price", ["1500", 1500, 1500.5, "1500.50", "0.01", "1E+3", "1e-7", "+5", ".5", "5."])
def test_a_price_may_be_a_string_or_a_number_for_schema_and_decoder(price: Any) -> None:
    assert LISTINGS.is_valid(json.loads(listing(price=price)))
    assert isinstance(wire.decode_event(listing(price=price)), tuple)


@pytest.mark.parametrize(
    "value",
    [listing(price=price) for price in (0, -5, 10**12, "0", "0.00", "0e5", "-5", "NaN", "Infinity", "", "1,500", True)]
    + [
        with_fields(listing(), price=None),
        listing(condition="mint"),
        listing(seller_id=None),
        listing(listing_id="l\n1"),
        listing(currency="cny"),
        listing(event_time="2013-03-02T10:00:00"),
        listing(ships_from="CHN"),
        listing(image_hashes=["0123"]),
        listing(quantity=-1),
        line("listing_removed", listing_id="l-1", reason="sold"),
    ],
)
def test_what_the_decoder_refuses_the_schema_refuses(value: bytes) -> None:
    assert not isinstance(wire.decode_event(value), tuple)
    assert not LISTINGS.is_valid(json.loads(value))


def test_identifiers_are_published_with_the_pattern_that_javascript_reads() -> None:
    schema = published("marketplace.listings.v1.schema.json")
    assert schema["$defs"]["ListingPublished"]["properties"]["seller_id"] == {
        "type": "string", "minLength": 1, "maxLength": 256, "pattern": r"^[^\x00-\x1f\x7f]*$"
    }  # fmt: skip
