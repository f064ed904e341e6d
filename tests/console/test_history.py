"""What the console remembers of the marketplace's own events."""

from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

import schemas
from console import history
from console.edges import Record
from console.history import History
from console.seen import Seen
from schemas import topics
from tests.console.records import at, listing
from tests.console.served import Served

_RETURN = {"return_id": "r1", "order_id": "o1", "listing_id": "l-s1", "buyer_id": "b1", "amount": Decimal(1500)}


def event(word: type[schemas.Event], number: int, days: float, **fields: Any) -> Any:
    return word(event_id=f"x{number}", event_time=at(days), seller_id="s1", **fields)


STORY = [
    event(schemas.SellerRegistered, 1, 0, shop_name="samsung store", country="CN"),
    listing(when=at(1), event_id="x2"),
    listing(when=at(2), event_id="x3", price=Decimal(1400)),
    event(schemas.OrderPaid, 4, 3, order_id="o1", listing_id="l-s1", buyer_id="b1", amount=Decimal(1), currency="CNY"),
    event(schemas.ReturnRequested, 5, 5, **_RETURN, currency="CNY", reason="counterfeit"),
    event(schemas.ReturnDelivered, 6, 8, return_id="r1", signed=True),
    event(schemas.MessageSent, 7, 6, conversation_id="c", sender="seller", text="渠道不同"),
    event(schemas.MessageSent, 8, 9, conversation_id="c", sender="buyer", text="hello?"),
    event(schemas.ListingRemoved, 9, 10, listing_id="l-s1", reason="seller"),
]


def told(events: list[Any]) -> Seen:
    memory = History(lambda _: False)
    for one in events:
        memory.take(one)
    return memory.seller("s1")


@given(st.permutations(STORY), st.lists(st.sampled_from(STORY), max_size=8))
def test_any_order_and_any_repetition_tells_the_same_of_a_seller(order: list[Any], repeated: list[Any]) -> None:
    assert msgspec.to_builtins(told([*order, *repeated])) == msgspec.to_builtins(told(STORY))


def test_a_seller_is_remembered_by_name_goods_returns_and_days() -> None:
    seen = told(STORY)
    assert (seen.name, seen.country, seen.orders_paid) == ("samsung direct sales store", "CN", 1)
    listed = seen.listings["l-s1"]
    assert (listed.price, listed.removed) == ("1400", True)
    assert [step.kind for step in seen.returns["r1"].steps] == ["requested", "delivered"]
    assert [moment.lane for moment in seen.moments] == ["listings", "listings", "orders", "answers", "returns"]


def test_no_message_text_is_kept() -> None:
    assert "渠道" not in str(msgspec.to_builtins(told(STORY)))


def test_one_seller_with_many_events_stays_small() -> None:
    memory = History(lambda _: False)
    for number in range(3 * history.MOMENTS_KEPT):
        memory.take(listing(when=at(number / 100), listing_id=f"l{number}"))
    seen = memory.seller("s1")
    assert len(seen.moments) == history.MOMENTS_KEPT
    assert len(seen.listings) == history.LISTINGS_KEPT
    assert seen.moments[-1].at_us > seen.moments[0].at_us


def test_whoever_acted_longest_ago_is_forgotten_unless_somebody_works_on_it() -> None:
    memory = History(lambda seller_id: seller_id == "s0")
    for number in range(history.SELLERS_KEPT + 10):
        memory.take(listing(f"s{number}", when=at(number / 1000)))
    assert len(memory) == history.SELLERS_KEPT
    assert memory.seller("s0").listings
    assert not memory.seller("s1").listings


def test_a_seller_that_was_forgotten_is_not_remembered() -> None:
    """Red with an office that passes the tombstone to the projection alone."""
    served = Served()
    served.office.history.take(listing(when=at(1)))
    served.office.take(Record(topics.STANDINGS.name, b"s1", None))
    assert served.office.history.seller("s1") == Seen("s1")
