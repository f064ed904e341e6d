"""The breaker: a detector that suddenly holds far more sellers than ever gives alerts instead, and says so."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

import schemas
from detectors.breaker import BreakerTerms, Fuse, Hour, catches
from detectors.state import SellerState
from schemas.fields import HOUR_US, to_us
from streams.brake import TABLE, Brake, read
from streams.memory_store import MemoryStore
from tests.story import PHONE, Story, at, event, listing, market, registered, sold_and_back

MINUTE = timedelta(minutes=1)
BEGIN = at(10, 9)
TIGHT = {"breaker": {"sellers_most": 5, "sellers_enough": 100}}
CASES = msgspec.structs.replace(PHONE, product_id="case", name="Case", category="cases", gtins=())


def wave(shops: int, listings: int = 1, begin: datetime = BEGIN, name: str = "fake") -> Iterator[schemas.Event]:
    """New shops that list the phone at half its price, all within the hour."""
    step = timedelta(minutes=50) / (shops * listings)
    for number in range(shops):
        yield registered(begin - timedelta(days=1), f"{name}-{number}")
        for each in range(listings):
            when = begin + (number * listings + each) * step
            yield listing(when, f"{name}-{number}", 1500, listing_id=f"L-{name}-{number}-{each}")


def held_sellers(story: Story) -> set[str]:
    return {hold.seller_id for hold in story.holds if hold.action == "placed"}


def system(story: Story) -> list[tuple[str, str]]:
    return [(alert.status, alert.subject_id) for alert in story.alerts if alert.family == "system"]


def test_of_two_hundred_shops_and_four_thousand_listings_the_first_are_held_and_the_rest_are_alerts() -> None:
    """With nobody else about, 25 sellers are more than 2 % of those judged."""
    story = Story().tell(market(40), wave(200, 20, BEGIN))
    assert held_sellers(story) == {f"fake-{number}" for number in range(25)}
    assert system(story) == [("opened", "breaker:below_market_price"), ("opened", "breaker:below_market_price:phones")]
    alert = next(one for one in story.alerts if one.family == "system")
    assert alert.evidence[0].sentence.startswith(
        "below_market_price would hold 25 of 25 sellers judged within the hour"
    )
    assert alert.evidence[0].weight == 0, "the system weighs nothing against anybody"
    late = [one for one in story.alerts if one.seller_id == "fake-199"]
    assert (late[-1].mode, late[-1].severity) == ("alert", "medium")
    assert "breaker" in str(late[-1].note)


def test_in_a_large_marketplace_it_takes_more_than_two_hundred_sellers() -> None:
    terms = {"breaker": {"share": 1.0}}
    story = Story(terms).tell(market(40), wave(201), wave(2, 1, BEGIN + 51 * MINUTE, "late"))
    assert len(held_sellers(story)) == 201
    assert held_sellers(story) & {"late-0", "late-1"} == set()


def test_a_gang_of_few_shops_never_trips_it_however_much_it_lists() -> None:
    story = Story(TIGHT).tell(market(40), wave(5, 60))
    assert system(story) == []
    assert len(held_sellers(story)) == 5


def test_one_category_trips_alone() -> None:
    """25 of 40 sellers of phones are too many; among 2,000 sellers of cases beside them they would be none."""
    terms = {"breaker": {"sellers_enough": 5, "share": 0.05}}
    others = [listing(BEGIN, f"cases-{number}", 3000, product_id="case", title="Case") for number in range(200)]
    story = Story(terms, products=(PHONE, CASES)).tell(market(40), others, wave(9))
    assert system(story) == [("opened", "breaker:below_market_price:phones")]


def test_payouts_of_unpaid_refunds_are_frozen_however_many_sellers_owe_them() -> None:
    owing = [one for number in range(9) for buyer in range(3) for one in sold_and_back(f"owes-{number}", buyer, at(2))]
    story = Story(TIGHT).tell(owing, until=at(12))
    placed = [(hold.seller_id, hold.event_time) for hold in story.holds if hold.scope == "payout"]
    assert sorted(placed) == [(f"owes-{n}", at(10)) for n in range(9)], "none waits for an hour"
    assert system(story) == []


def test_a_payout_of_unpaid_refunds_is_frozen_though_another_of_its_reasons_has_tripped() -> None:
    state, tripped = SellerState("shop"), {Fuse("upheld_complaint")}
    assert catches(state, ["upheld_complaint"], "", to_us(BEGIN), tripped)
    assert not catches(state, ["upheld_complaint", "unpaid_refunds"], "", to_us(BEGIN), tripped)


def test_what_a_moderator_confirms_is_held_though_it_has_tripped() -> None:
    ruling: dict[str, Any] = {"subject": "listing", "subject_id": "L-fake-9-0", "verdict": "confirmed"}
    confirmed = event(schemas.VerdictGiven, BEGIN + 55 * MINUTE, "fake-9", **ruling, moderator="mo", reason="a fake")
    story = Story(TIGHT).tell(market(40), wave(12), confirmed)
    assert "fake-9" in held_sellers(story)


def test_a_new_owner_of_the_partition_knows_that_it_has_tripped() -> None:
    story = Story(TIGHT).tell(market(40), wave(8))
    story.hop.around.tripped.clear()
    story._partition = asyncio.run(story.hop.open(0, [""]))
    story.tell(wave(2, 1, BEGIN + 52 * MINUTE, "next"))
    assert "next-0" not in held_sellers(story)


def test_what_a_deadline_leads_to_counts_in_the_hour_in_which_it_was_due() -> None:
    """Whenever the next event comes, and however much is judged at once: else a death would change the count."""
    ruling: dict[str, Any] = {"subject": "listing", "subject_id": "L-fake-0-0", "verdict": "rejected"}
    until = at(12, 5)
    spared = event(
        schemas.VerdictGiven, at(10, 11), "fake-0", **ruling, moderator="mo", reason="looks fine", expires_at=until
    )
    story = Story().tell(market(40), wave(1), spared, until=at(20))
    assert [hold.event_time for hold in story.holds if hold.action == "placed"] == [BEGIN, until]
    assert story.partition is not None
    hours = {hour.hour: hour.held for hour in story.partition.books.brake.own.hours}
    assert to_us(until) // HOUR_US in hours
    assert hours[to_us(until) // HOUR_US] == {("below_market_price", ""): 1, ("below_market_price", "phones"): 1}


def test_what_was_told_before_a_commit_that_never_stood_gives_way_to_whoever_counts_as_much_and_more() -> None:
    """The batches of two owners differ: three sellers and then death, four sellers at once."""
    dead, heir = Brake(0, 2, None, BreakerTerms(), "v", set()), Brake(0, 2, None, BreakerTerms(), "v", set())
    for owner, sellers in ((dead, 3), (heir, 4)):
        for _ in range(sellers):
            owner.note_judged([""], to_us(BEGIN))
        owner.changes()
    store = MemoryStore()
    for told in (dead.told(), heir.told(), dead.told()):
        asyncio.run(store.commit((), (), (), [told]))
    reader = Brake(1, 2, None, BreakerTerms(), "v", set())
    reader.gather(read(asyncio.run(store.load_table(TABLE))))
    assert reader._total(to_us(BEGIN) // HOUR_US).judged == {"": 4}


def test_a_sale_weekend_of_honest_shops_trips_nothing() -> None:
    """Forty shops with standing lower their prices by 40 % within a few hours."""
    shops = [registered(at(-400), f"honest-{number:02}") for number in range(40)]
    sale = [
        listing(BEGIN + number * 7 * MINUTE, f"honest-{number:02}", 1800, word=schemas.ListingChanged)
        for number in range(40)
    ]
    sold = [
        one
        for number in range(40)
        for order in range(100)
        for one in _delivered(f"honest-{number:02}", order, at(1) + order * MINUTE)
    ]
    story = Story().tell(market(40), shops, sold, sale, until=at(13))
    assert system(story) == []
    assert held_sellers(story) == set()


def _delivered(seller: str, number: int, when: datetime) -> list[schemas.Event]:
    order = f"S-{seller}-{number}"
    money = {"amount": Decimal(3000), "currency": "CNY"}
    return [
        event(schemas.OrderPaid, when, seller, order_id=order, listing_id=f"L-{seller}", buyer_id=order, **money),
        event(schemas.OrderDelivered, when + timedelta(days=1), seller, order_id=order),
    ]


def test_an_hour_in_which_a_detector_held_nobody_is_never_over() -> None:
    assert not Hour(judged={"": 9}).is_over(Fuse("below_market_price"), BreakerTerms(sellers_enough=1, share=0))
