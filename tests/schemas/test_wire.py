"""The codec: what was encoded comes back, what is unknown is skipped, and nothing that arrives raises."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import fields, topics, wire
from schemas.events import Brand, Event, ListingPublished, Product, SellerRegistered
from schemas.wire import Ignored, Refused
from tests.schemas.lines import listing, order, with_fields
from tests.schemas.strategies import EVENT_TYPES, damaged, events, json_values, prices, valid


def decoded(value: bytes, topic: str = "") -> Event:
    outcome = wire.decode_event(value, topic)
    assert isinstance(outcome, tuple), outcome
    return outcome[0]


@pytest.mark.parametrize("word", EVENT_TYPES, ids=lambda word: word.__name__)
@given(data=st.data())
def test_every_event_type_comes_back_as_it_was_encoded(word: type[Event], data: st.DataObject) -> None:
    event = data.draw(valid(word))
    outcome = wire.decode_event(wire.encode(event), topics.TOPIC_OF[word].name)
    assert outcome == (event, fields.to_us(event.event_time))


@given(price=prices)
def test_a_price_is_the_same_as_string_and_as_number(price: Decimal) -> None:
    as_text = with_fields(listing(), price="@")
    for written in (f'"{price}"', f"{price}"):
        event = decoded(as_text.replace(b'"@"', written.encode()))
        assert isinstance(event, ListingPublished)
        assert event.price == price


def test_money_is_written_as_a_string_so_that_no_float_rounds_it() -> None:
    assert b'"price":"1500.10"' in wire.encode(decoded(listing(price="1500.10")))


@given(event=events, extra=st.dictionaries(st.text(max_size=8).map("x_".__add__), json_values, max_size=3))
def test_unknown_fields_change_nothing(event: Event, extra: dict[str, Any]) -> None:
    line = json.loads(wire.encode(event))
    assert decoded(json.dumps({**line, **_finite(extra)}).encode()) == event


@given(event=valid(SellerRegistered), extra=json_values)
def test_unknown_fields_of_nested_objects_change_nothing(event: SellerRegistered, extra: Any) -> None:
    line = json.loads(wire.encode(event))
    for identifier in line.get("identifiers") or ():
        identifier["verified_by"] = _finite(extra)
    assert decoded(json.dumps(line).encode()) == event


def _finite(node: Any) -> Any:
    """`node` without what Python writes and JSON does not know: NaN and the infinities."""
    return json.loads(json.dumps(node), parse_constant=lambda _: None)


@given(value=st.one_of(st.binary(max_size=200), json_values.map(lambda held: json.dumps(held).encode()), damaged()))
def test_whatever_arrives_is_an_event_refused_or_ignored_and_never_an_exception(value: bytes) -> None:
    for now_us in (None, 0):
        outcome = wire.decode_event(value, "marketplace.listings.v1", now_us)
        assert isinstance(outcome, tuple | Refused | Ignored)
        if isinstance(outcome, Ignored):
            outcome.type.encode()
    wire.decode_reference(value)


@given(event=events, data=st.data())
def test_a_field_of_any_other_kind_is_refused_or_taken_and_never_an_exception(
    event: Event, data: st.DataObject
) -> None:
    line = json.loads(wire.encode(event))
    for name in data.draw(st.lists(st.sampled_from(sorted(line)), min_size=1, max_size=3)):
        line[name] = data.draw(json_values)
    outcome = wire.decode_event(json.dumps(line).encode())
    assert isinstance(outcome, tuple | Refused | Ignored)


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param(b'"x":' + b"[" * 63 + b"]" * 63, id="nested 64 deep with the event itself"),
        pytest.param(b'"x":[' + b",".join([b'{"y":[]}'] * 1_000) + b"]", id="wide, not deep"),
        pytest.param(b'"x":' + b"9" * 10_000, id="an integer of 10,000 digits"),
        pytest.param(b'"x":1e999999', id="a number beyond every float"),
        pytest.param(b'"x":"' + b"[{" * 100_000 + b'"', id="brackets in a string"),
        pytest.param(rb'"x":"\"[[["', id="escaped quotes"),
        pytest.param(b'"title":"a\\u0000b"', id="NUL in prose"),
        pytest.param(b'"brand":"Sam\\tsung"', id="a tab in a brand"),
        pytest.param(b'"url":"https://market.example/\\n"', id="a line break in an address"),
    ],
)
def test_odd_but_harmless_events_are_judged(extra: bytes) -> None:
    assert isinstance(decoded(listing()[:-1] + b"," + extra + b"}"), ListingPublished)


def test_of_two_equal_keys_the_last_counts_and_a_second_type_is_refused() -> None:
    twice = b'{"listing_id":"first",' + listing(listing_id="last")[1:]
    event = decoded(twice)
    assert isinstance(event, ListingPublished)
    assert event.listing_id == "last"
    assert isinstance(wire.decode_event(listing()[:-1] + b',"type":"order_paid"}'), Refused)


def test_an_unknown_type_is_ignored_on_every_topic() -> None:
    value = with_fields(order(), type="order_gift_wrapped", price=-1)
    for topic in topics.MARKETPLACE:
        assert wire.decode_event(value, topic.name) == Ignored("order_gift_wrapped")
    assert wire.decode_event(b'{"type":"' + b"x" * 10_000 + b'"}') == Ignored("x" * fields.MAX_ID_CHARS)


def test_an_event_of_any_type_is_welcome_where_no_topic_is_named() -> None:
    assert decoded(listing()) == decoded(listing(), "marketplace.listings.v1")


@given(word=st.sampled_from([Product, Brand]), data=st.data())
def test_reference_lines_are_told_apart_by_their_keys(word: type[Any], data: st.DataObject) -> None:
    line = data.draw(valid(word))
    assert wire.decode_reference(wire.encode(line)) == line


def test_a_brand_that_mentions_product_id_stays_a_brand_and_an_escaped_key_stays_a_product() -> None:
    brand = wire.decode_reference(b'{"brand":"Samsung","aliases":["\\"product_id\\""],"x":{"product_id":1}}')
    assert isinstance(brand, Brand)
    product = wire.decode_reference(b'{"product\\u005fid":"p-1","brand":"Samsung","name":"Galaxy S II"}')
    assert isinstance(product, Product)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[]", "not_json"),
        (b"\xff", "not_json"),
        (b'{"product_id":"p-1"', "not_json"),
        (b"[" * 100_000, "not_json"),
        (b" " * (fields.MAX_EVENT_BYTES + 1), "too_large"),
        (b"{}", "bad_field"),
        (b'{"brand":5}', "bad_field"),
        (b'{"product_id":"p\\n1","brand":"Samsung","name":"S II"}', "bad_field"),
        (b'{"product_id":"p-1","brand":"Samsung","name":"S II","currency":"cny"}', "bad_field"),
        (b'{"product_id":"p-1","brand":"Samsung","name":"S II","reference_price":"-1"}', "bad_price"),
        (b'{"product_id":"p-1","brand":"Samsung","name":"S II","reference_price":"dear"}', "bad_price"),
        (b'{"product_id":"p-1","brand":"Samsung","name":"S II","as_of":"2013-05-14"}', "bad_time"),
    ],
)
def test_a_bad_reference_line_is_refused_with_its_reason(line: bytes, reason: str) -> None:
    outcome = wire.decode_reference(line)
    assert isinstance(outcome, Refused)
    assert outcome.reason == reason


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("1500", "1500.00"),
        ("1E+3", "1000.00"),
        ("0.5", "0.50"),
        ("1.2345", "1.2345"),
        ("-0", "0.00"),
        ("1.500", "1.50"),
    ],
)
def test_money_is_shown_plainly_with_two_places_at_least(amount: str, shown: str) -> None:
    assert fields.money(Decimal(amount)) == shown


@given(event=events)
def test_microseconds_and_times_are_each_others_inverse(event: Event) -> None:
    assert fields.to_time(fields.to_us(event.event_time)) == event.event_time
