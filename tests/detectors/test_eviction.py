"""A seller is forgotten by a deadline of its own, and never while anything is open."""

import asyncio

import schemas
from tests.story import Story, at, event, listing, market, refund, registered, sold_and_back


def login(day: float) -> schemas.SellerActive:
    made: schemas.SellerActive = event(schemas.SellerActive, at(day), "s", activity="login")
    return made


def stored(story: Story) -> bytes | None:
    return asyncio.run(story.hop.store.load_sellers(0, ["s"]))["s"].core


def test_a_silent_seller_becomes_a_tombstone_and_is_forgotten_four_hundred_days_later() -> None:
    story = Story().tell(registered(at(0), "s"), login(100), until=at(279))
    assert story.state("s").core.seen
    story.tell(until=at(281))
    assert not story.state("s").core.seen
    assert story.state("s").core.registered_us
    assert stored(story) is not None
    story.tell(until=at(681))
    assert stored(story) is None


def test_a_tombstone_that_acts_again_is_a_seller_again_with_its_old_age() -> None:
    story = Story().tell(registered(at(0), "s"), until=at(200)).tell(login(300), until=at(700))
    assert story.state("s").core.registered_us
    assert stored(story) is not None


def test_nobody_is_forgotten_while_a_refund_is_overdue_or_a_listing_lives() -> None:
    story = Story().tell(market(), registered(at(1), "s"), sold_and_back("s", 1, at(2)), until=at(900))
    assert story.state("s").overdue
    assert story.open_alerts()["aftersale"].seller_id == "s"
    shelf = Story().tell(registered(at(0), "s"), listing(at(1), "s", 3000), until=at(900))
    assert shelf.state("s").listings


def test_a_registration_alone_is_kept_however_old_it_is() -> None:
    story = Story().tell(registered(at(-2000), "s")).tell(login(0))
    assert story.state("s").since_us < story.state("s").core.last_seen_us
    assert not story.state("s").is_young(story.state("s").core.last_seen_us)


def test_nobody_looks_at_a_registration_again_until_the_seller_acts() -> None:
    story = Story().tell(registered(at(-2000), "s"), until=at(0))
    assert story.hop.counts.deadlines == 0
    story.tell(login(1), until=at(182))
    assert story.hop.counts.deadlines == 1
    assert not story.state("s").core.seen
    story.tell(login(200), until=at(381))
    assert story.state("s").core.entombed_us, "a tombstone that one event revived becomes one again"


def test_a_seller_of_whom_something_was_published_keeps_its_revision_for_ever() -> None:
    story = Story().tell(registered(at(1), "s"), sold_and_back("s", 1, at(2)), until=at(20))
    story.tell(refund(at(21), "s", 1), until=at(1500))
    revision = story.standings[-1].revision
    story.tell(sold_and_back("s", 2, at(1501)), until=at(1520))
    assert story.standings[-1].revision > revision
