"""What is usual in a category is what its sellers come to, over all partitions, as of the end of the last day."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

import schemas
from detectors.beta import Moments, moments_of
from detectors.buyers import HALF_US
from schemas.fields import DAY_US, to_us
from streams.shares import TABLE, Shares, rates_of
from tests.story import Story, at, event, listing, registered

MONEY: dict[str, Any] = {"amount": Decimal(3000), "currency": "CNY"}


def seller(number: int, buyers: int, doubting: int, day: float = 1) -> Iterator[schemas.Event]:
    """A shop whose buyers have their parcels on the next day; some send them back as counterfeit, and are paid."""
    name = f"shop-{number}"
    yield registered(at(-400), name)
    yield listing(at(0), name, 3000)
    for one in range(buyers):
        order = {"order_id": f"O-{name}-{day}-{one}", "listing_id": f"L-{name}", "buyer_id": f"B-{name}-{day}-{one}"}
        yield event(schemas.OrderPaid, at(day), name, **order, **MONEY)
        yield event(schemas.OrderDelivered, at(day + 1), name, order_id=order["order_id"])
        if one < doubting:
            back = {"return_id": f"R-{name}-{day}-{one}"}
            yield event(schemas.ReturnRequested, at(day + 1.5), name, **order, **back, **MONEY, reason="counterfeit")
            fields = {**back, "refund_id": f"F-{name}-{day}-{one}", "paid_by": "seller"}
            yield event(schemas.RefundIssued, at(day + 1.6), name, **fields, **MONEY)


def seen_again(day: float, sellers: int) -> Iterator[schemas.Event]:
    for number in range(sellers):
        yield event(schemas.SellerActive, at(day), f"shop-{number}", activity="login")


def rate(story: Story, reason: str = "counterfeit") -> Any:
    return story.hop.around.category_rate("phones", reason)


def test_each_seller_counts_once_with_what_it_comes_to_today() -> None:
    told = [seller(number, 20, 1) for number in range(10)]
    story = Story().tell(*told, seen_again(4, 10), until=at(6))
    assert (rate(story).sellers, round(rate(story).share, 2)) == (10, 0.05)
    story.tell(seller(0, 20, 11, day=7), seen_again(10, 10), until=at(12))
    assert (rate(story).sellers, rate(story).share) == (10, pytest.approx(21 / 220, abs=0.01))


def test_it_is_told_at_the_end_of_the_day_and_not_before() -> None:
    story = Story().tell(*[seller(number, 20, 1) for number in range(10)], seen_again(4, 10), until=at(4.5))
    assert rate(story) is None
    story.tell(until=at(5.5))
    assert rate(story) is not None


def doubted(number: int, asked: float, refunded: float | None) -> Iterator[schemas.Event]:
    """One buyer of that shop asks for a return as counterfeit, and is paid then or not at all."""
    name = f"shop-{number}"
    order = {"order_id": f"O-{name}-back", "listing_id": f"L-{name}", "buyer_id": f"B-{name}-back"}
    yield event(schemas.OrderPaid, at(asked - 2), name, **order, **MONEY)
    yield event(schemas.OrderDelivered, at(asked - 1), name, order_id=order["order_id"])
    back = {"return_id": f"R-{name}"}
    yield event(schemas.ReturnRequested, at(asked), name, **order, **back, **MONEY, reason="counterfeit")
    if refunded is not None:
        fields = {**back, "refund_id": f"F-{name}", "paid_by": "seller"}
        yield event(schemas.RefundIssued, at(refunded), name, **fields, **MONEY)


def test_a_doubt_counts_from_the_day_it_is_said_whether_or_not_it_is_paid() -> None:
    told = [[*seller(number, 20, 0), *doubted(number, 3, 3.1 if number % 2 else None)] for number in range(10)]
    story = Story().tell(*told, seen_again(4, 10), until=at(6))
    assert not story.dead_letters
    assert (rate(story).sellers, rate(story).share) == (10, pytest.approx(1 / 21, abs=0.002))


@pytest.mark.parametrize(("refunded", "counts"), [(1, True), (-1, False), (None, False)])
def test_a_doubt_counts_until_all_that_was_said_of_it_is_from_before_the_window(
    refunded: float | None, counts: bool
) -> None:
    start = (-(-to_us(at(0)) // HALF_US) * HALF_US - to_us(at(0))) / DAY_US  # of the window, in the story's days
    paid = None if refunded is None else start + refunded
    told = [[*doubted(number, start - 3, paid), *seller(number, 20, 0, start + 30)] for number in range(10)]
    story = Story().tell(*told, seen_again(start + 42, 10), until=at(start + 44))
    assert rate(story).share == pytest.approx(1 / 21, abs=0.002), "the window before reaches back to it"
    story.tell(seen_again(start + 46, 10), until=at(start + 48))
    assert (rate(story) is not None) == counts


def test_what_partitions_tell_is_added_up() -> None:
    partitions = [Shares(number, {}) for number in range(3)]
    for number, shares in enumerate(partitions):
        shares.note([("counterfeit", "phones", moments_of(number, 100)), ("counterfeit", "phones", moments_of(0, 50))])
    table = {write.field: write.told for shares in partitions for write in shares.end_day(20_000)}
    (rate,) = rates_of(table).values()
    assert (rate.sellers, rate.share) == (6, 3 / 450)
    assert {write.table for write in partitions[0].end_day(20_001)} == set(), "told once"


def test_a_new_owner_goes_on_with_the_sums_and_with_what_was_told() -> None:
    story = Story().tell(*[seller(number, 20, 1) for number in range(10)], seen_again(4, 10), until=at(6))
    before, story.hop.around._rates = rate(story), {}
    story.hop.around._shares.clear()
    story._partition = asyncio.run(story.hop.open(0, [""]))
    assert rate(story) == before
    story.tell(seller(0, 20, 11, day=7), seen_again(10, 10), until=at(12))
    assert rate(story).sellers == 10


def test_a_new_owner_tells_what_the_one_before_it_did_not_live_to_tell() -> None:
    """Whatever had changed since the last day's end would else be known to nobody until it changes once more."""
    dead = Shares(0, {})
    dead.note([("counterfeit", "phones", moments_of(hits, 100)) for hits in (2, 4)])
    stored = {name: value for name, value in dead.changes().items() if value is not None}
    table = {write.field: write.told for write in Shares(0, stored).end_day(20_000)}
    (rate,) = rates_of(table).values()
    assert (rate.sellers, rate.share) == (2, 0.03)


def test_sellers_cannot_make_up_more_categories_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.shares.MAX_CATEGORIES", 2)
    shares = Shares(0, {})
    shares.note([("counterfeit", f"category {number}", Moments(1, 10, 1, 100, 100_000)) for number in range(5)])
    assert len(shares.end_day(20_000)) == 2
    assert {write.table for write in shares.end_day(20_000)} <= {TABLE}


def test_a_seller_that_is_forgotten_is_no_longer_among_them() -> None:
    story = Story().tell(*[seller(number, 20, 1) for number in range(10)], seen_again(4, 10), until=at(6))
    removed = [
        event(schemas.ListingRemoved, at(7), f"shop-{number}", listing_id=f"L-shop-{number}", reason="seller")
        for number in range(10)
    ]
    story.tell(removed, until=at(900) + timedelta(days=300))
    assert rate(story) is None
