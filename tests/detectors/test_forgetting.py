"""A buyer under another name is the same buyer to every detector; what stands against a seller is said.

Turned red by: complaints, payments or the buyer's own return left out; a drawn name whose bit is not compared.
"""

import random
from typing import get_args

from detectors.buyers import recent
from detectors.forgetting import name_like, rename_buyer, standing
from detectors.measures.linear_count import bit_of
from detectors.state import RecordKind, SellerState
from schemas import CompensationPaid, ComplaintDecided, ComplaintOpened
from schemas.fields import to_us
from streams.sellers import change_of, seller_from
from streams.store import SellerBytes
from tests.story import Story, at, event, listing, registered, sold_and_back, verdict

SELLER = "gang"
BUYER = "B-gang-1"


def told() -> Story:
    """Three buyers wait for refunds; one of them complained, and the platform paid all."""
    story = Story().tell(registered(at(0), SELLER), listing(at(0), SELLER, 3000))
    for number in range(3):
        story.tell(sold_and_back(SELLER, number, at(1, number)))
    about = {"complaint_id": "C", "return_id": "R-gang-1"}
    money = {"amount": 1500, "currency": "CNY"}
    paid = [
        event(CompensationPaid, at(8), SELLER, compensation_id=f"P{n}", **money, return_id=f"R-gang-{n}")
        for n in range(3)
    ]
    return story.tell(
        event(ComplaintOpened, at(6), SELLER, **about, kind="no_refund", buyer_id=BUYER),
        event(ComplaintDecided, at(7), SELLER, complaint_id="C", outcome="upheld"),
        paid,
        until=at(20),
    )


def again(state: SellerState) -> SellerState:
    """The state as it is read back after everything of it was written."""
    for kind in get_args(RecordKind):
        state.changes.records.update((kind, each) for each in getattr(state, kind))
    change = change_of(state)
    kept = {name: {k: v for k, v in getattr(change, name).items() if v is not None} for name in ("orders", "returns")}
    return seller_from(SELLER, SellerBytes(change.core, **kept, listings={}))


def counted(state: SellerState, story: Story) -> tuple[object, ...]:
    """All that detectors ask about how many buyers there are."""
    now_us = to_us(at(20))
    state.claims.upheld_since(0)
    late = state.late(story.policy.terms.returns)
    buyers = recent(state, now_us)
    return (
        sorted(state.claims.buyers.values()),
        state.claims.bits,
        sorted(late.buyers.values()),
        sorted(late.unpaid.values()),
        buyers.count_with(one.buyer_id for one in state.orders.values()),
        buyers.count_with_bits(state.claims.bits, len(state.claims.buyers)),
        len({one.buyer_id for one in state.payments.values()}),
    )


def test_a_buyer_under_another_name_counts_as_before() -> None:
    story = told()
    state = again(story.state(SELLER))
    before = counted(state, story)
    drawn = random.Random(3)
    name = name_like(BUYER, lambda: f"{drawn.getrandbits(64):x}")
    assert bit_of(name) == bit_of(BUYER)
    records = rename_buyer(state, BUYER, name)
    assert records == 4, "order, return, complaint and payment"
    state = again(state)
    assert counted(state, story) == before
    everything = repr([*state.orders.values(), *state.returns.values(), *state.complaints.values()])
    everything += repr(list(state.payments.values()))
    assert BUYER not in everything
    assert everything.count(name) == 5, "a complaint says whose it is, and whose the return was"
    assert rename_buyer(state, BUYER, name) == 0


def test_a_buyer_who_is_not_named_changes_nothing() -> None:
    state = again(told().state(SELLER))
    assert rename_buyer(state, "B-gang-1".swapcase(), "x") == 0
    assert not state.changes.records


def test_what_stands_against_a_seller_is_said() -> None:
    story = told()
    found = standing(story.state(SELLER))
    assert found.holds == [
        "a hold on the seller's payouts",
        "a hold on the seller's account",
        "a hold on the listing L-gang",
    ]
    assert found.open == ["an alert of the family aftersale", "refunds that are awaited (1)", "4500.00 CNY at stake"]
    story.tell(verdict(at(21), SELLER, "seller", "confirmed", cause="counterfeit"))
    assert standing(story.state(SELLER)).open[-1] == "a moderator's word that the seller is bad"
    assert standing(SellerState("nobody")) == ([], [])
