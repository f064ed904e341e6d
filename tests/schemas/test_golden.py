"""Yesterday's bytes: every line that version 1 of a topic may hold still decodes, and means what it meant.

The files only grow. A line that no longer decodes is a broken contract; the mend is in `schemas`, not in the file.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas import topics, wire
from schemas.events import ListingPublished, ReturnDelivered, SellerRegistered, VerdictGiven
from schemas.outputs import Alert

GOLDEN = Path(__file__).parent / "golden" / "v1"
TOPICS = pytest.mark.parametrize("topic", topics.ALL, ids=lambda topic: topic.name)
MONEY = {"price", "amount", "reference_price"}
TIMES = {"event_time", "from", "until", "expires_at", "as_of", "detected_at", "placed_at", "at"}


def lines(topic: topics.Topic) -> list[bytes]:
    return (GOLDEN / f"{topic.name}.jsonl").read_bytes().splitlines()


def decoded(topic: topics.Topic, line: bytes) -> Any:
    if topic in topics.MARKETPLACE:
        outcome = wire.decode_event(line, topic.name)
        assert isinstance(outcome, tuple), (line, outcome)
        return outcome[0]
    if topic in topics.REFERENCE:
        return wire.decode_reference(line)
    return msgspec.json.decode(line, type=topic.words[0])


def words(topic: topics.Topic) -> Iterator[tuple[Any, set[str]]]:
    """Each line's word beside the names of the fields that the line gives."""
    for line in lines(topic):
        yield decoded(topic, line), set(json.loads(line)) - {"type"}


def plain(line: bytes) -> dict[str, Any]:
    """The line as an object in which a time is a time and money a number, however they were written."""
    held: dict[str, Any] = json.loads(line, parse_float=Decimal)
    for name in MONEY & held.keys():
        held[name] = Decimal(held[name])
    for name in TIMES & held.keys():
        held[name] = datetime.fromisoformat(held[name])
    return held


def test_there_is_one_golden_file_for_each_topic() -> None:
    assert sorted(path.stem for path in GOLDEN.iterdir()) == sorted(topic.name for topic in topics.ALL)


@TOPICS
def test_every_line_decodes_to_a_word_of_its_topic_and_encodes_to_the_same(topic: topics.Topic) -> None:
    for line in lines(topic):
        word = decoded(topic, line)
        assert type(word) in topic.words
        assert plain(wire.encode(word)) == plain(line)


@TOPICS
def test_every_word_is_there_with_its_required_fields_alone_and_with_all_fields(topic: topics.Topic) -> None:
    given: dict[type[Any], list[set[str]]] = {word: [] for word in topic.words}
    for word, names in words(topic):
        given[type(word)].append(names)
    for kind, sets in given.items():
        fields = msgspec.structs.fields(kind)
        assert {field.encode_name for field in fields} in sets, f"{kind.__name__} with every field"
        written = not kind.__struct_config__.omit_defaults  # alerts and holds are written with their defaults
        needed = {
            field.encode_name for field in fields if field.required or (written and field.default is not msgspec.UNSET)
        }
        assert needed in sets, f"{kind.__name__} with what it needs alone"
        assert len(sets) >= 2, f"{kind.__name__} twice"


def test_the_listing_of_the_story_means_what_it_meant() -> None:
    first, full = [word for word, _ in words(topics.LISTINGS) if isinstance(word, ListingPublished)][:2]
    assert (first.price, first.currency, first.condition) == (Decimal(1500), "CNY", "new")
    assert (first.shop_name, first.quantity, first.image_urls) == (None, None, ())
    assert first.event_time == datetime(2013, 3, 2, 10, tzinfo=UTC)
    assert full.price == Decimal(1500)
    assert full.shop_name == "samsung direct sales store"
    assert full.event_time - first.event_time == timedelta(milliseconds=250)
    assert full.image_hashes == ("c3d1e0f08496a5b7",)


def test_what_a_line_leaves_out_means_what_it_meant() -> None:
    verdict = next(word for word, _ in words(topics.VERDICTS) if isinstance(word, VerdictGiven))
    assert (verdict.role, verdict.cause, verdict.expires_at) == ("moderator", None, None)
    registered, linked = [word for word, _ in words(topics.SELLERS) if isinstance(word, SellerRegistered)]
    assert registered.identifiers is None
    assert [identifier.kind for identifier in linked.identifiers or ()][:2] == ["bank_account", "id_document"]
    signed, left = [word for word, _ in words(topics.RETURNS) if isinstance(word, ReturnDelivered)]
    assert (signed.signed, left.signed) == (True, False)


def test_an_alert_of_yesterday_still_shows_its_evidence() -> None:
    brand, listing = (word for word, _ in words(topics.ALERTS))
    assert isinstance(brand, Alert)
    assert brand.seller_id is msgspec.UNSET
    assert listing.evidence[1].numbers == {"owed": "4500.00", "overdue_hours": 96.0}
    assert [money.amount for money in listing.exposure] == ["4500.00", "99.50"]
