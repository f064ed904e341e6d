"""The complaints about a seller together, kept up by differences, are what counting them anew gives."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from detectors.claims import Claims
from detectors.measures.linear_count import bit_of
from schemas.fields import DAY_US, to_us
from tests.detectors.aftersales import Desk, hour_us, said
from tests.detectors.complaining import asked, complaint, decided

DAY = 24
_NUMBERS = st.integers(0, 5)
_HAPPENED = st.lists(
    st.tuples(
        st.sampled_from(["opened", "opened", "decided", "decided", "asked", "paid"]),
        _NUMBERS,
        st.integers(0, 250),
        st.sampled_from(["counterfeit", "no_refund", "seller_unreachable", "other"]),
        st.sampled_from(["upheld", "upheld", "dismissed"]),
        st.sampled_from([{"order_id": "O1"}, {"order_id": "O2"}, {"return_id": "R2"}, {"listing_id": "L3"}, {}]),
        st.sampled_from([None, "B1", "B2"]),
    ),
    max_size=40,
)


def told(number: int, one: Any) -> Any:
    """Something about complaint, return or order `number`; the days are in no order."""
    what, about, day, kind, outcome, named, buyer_id = one
    at, event_id = DAY * day, f"e{number:02}"
    if what == "opened":
        return complaint(about, at, kind, event_id=event_id, **{"buyer_id": buyer_id} | named)
    if what == "decided":
        return decided(about, at, outcome, event_id=event_id)
    if what == "asked":
        return asked(about, at, event_id=event_id, order_id="O1", buyer_id=f"B{about}", listing_id=f"L{about}")
    return said(schemas.OrderPaid, at, event_id=event_id, order_id="O1", buyer_id="B1", listing_id="L1")


def seen(claims: Claims, since_us: int) -> tuple[Any, ...]:
    """All that it can be asked."""
    about = [claims.about(*named) for named in (("R2", ""), ("", "O1"), ("R2", "O1"), ("", ""))]
    tallied = [claims.is_tallied("counterfeit", buyer_id) for buyer_id in ("", "B1", "B2")]
    upheld = claims.upheld_since(since_us), dict(claims.buyers), dict(claims.kinds), dict(claims.listings), claims.bits
    return about, tallied, list(claims.fitting), upheld, [one.decided_by for one in claims.newest()]


def by_hand(desk: Desk, since_us: int) -> tuple[Any, ...]:
    """Some of it, read over all complaints at once."""
    kinds = ("counterfeit", "no_refund", "seller_unreachable")
    some = [one for one in desk.state.complaints.values() if one.outcome == "upheld" and one.kind in kinds]
    recent = [one for one in some if one.decided_us >= since_us]
    said = {one.order_id for one in recent if one.buyer_id or one.of_buyer}
    buyers = {one.buyer_id or one.of_buyer for one in recent if one.buyer_id or one.of_buyer}
    unnamed = {one.order_id for one in recent if not (one.buyer_id or one.of_buyer)}
    buyers |= {f"\x1f{order_id}" if order_id else "" for order_id in unnamed if not order_id or order_id not in said}
    bits = 0
    for buyer_id in buyers:
        bits |= 1 << bit_of(buyer_id)
    newest = sorted(recent, key=lambda one: (one.decided_us, one.decided_by), reverse=True)
    return len(recent), buyers, bits, [one.decided_by for one in newest]


@settings(max_examples=200, deadline=None)
@given(_HAPPENED)
def test_what_is_kept_up_is_what_is_counted_anew(happened: list[Any]) -> None:
    desk, reached_us = Desk(), hour_us(0)
    for number, one in enumerate(happened):
        kept = desk.state.claims
        event = told(number, one)
        reached_us = max(reached_us, to_us(event.event_time))
        desk.fire(reached_us - 1).take(event)
        assert desk.state.claims is kept
        for since_us in (reached_us - 90 * DAY_US, hour_us(0), reached_us - 5 * DAY_US):
            found = seen(kept, since_us)
            assert found == seen(Claims(desk.state.complaints), since_us)
            assert (found[3][0], set(found[3][1]), found[3][4], found[4]) == by_hand(desk, since_us)


def test_of_many_complaints_the_newest_are_named() -> None:
    desk = Desk()
    for number in range(300):
        desk.take(complaint(number, number, listing_id=f"L{number}"), decided(number, number + 1))
    found = desk.state.findings["upheld_complaint"]
    assert found.listing_ids == tuple(f"L{number}" for number in range(299, 99, -1))
    assert found.event_ids[-2:] == ("opened-299", "upheld-299-300")
    assert (len(found.event_ids), found.event_count) == (50, 600)


def test_a_complaint_that_names_a_listing_alone_counts_for_the_brand_of_the_listing() -> None:
    told = {"title": "Acme phone", "price": Decimal(9), "currency": "CNY", "price_kind": "fixed", "condition": "new"}
    desk = Desk().take(said(schemas.ListingPublished, 0, listing_id="L", brand="Acme", **told))
    desk.take(complaint(1, 1, listing_id="L"))
    assert [(one.counter, one.brand) for one in desk.state.changes.counted] == [("counterfeit", "acme")]
