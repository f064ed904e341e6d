"""What is counted of the detectors for operators, and that nothing is decided where nothing was found."""

import schemas
from tests.story import Story, at, event, listing, market, registered

GANG = "gang"


def changed(day: float, price: int, **fields: object) -> schemas.ListingPublished:
    return listing(at(day), GANG, price, word=schemas.ListingChanged, **fields)


def test_a_finding_is_counted_when_it_opens_and_when_it_changes_and_not_when_it_closes() -> None:
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 1900))
    assert story.hop.counts.findings["below_market_price"] == 1
    story.tell(changed(3, 1900))
    assert story.hop.counts.findings["below_market_price"] == 2, "it rests on another event"
    story.tell(changed(4, 2950))
    assert story.hop.counts.findings["below_market_price"] == 2


def test_each_of_two_detectors_that_see_something_in_one_event_is_counted() -> None:
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 1500, title="Samsung i9100 replica"))
    counted = story.hop.counts.findings
    assert (counted["below_market_price"], counted["replica_wording"]) == (1, 1)


def test_who_abstains_is_counted_under_its_guard() -> None:
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 15, price_kind="deposit"))
    assert story.hop.counts.guards["below_market_price", "price_kind"] == 1


def test_an_event_that_changes_no_finding_of_a_seller_under_findings_takes_no_sum(sums: list[int]) -> None:
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 1500))
    sums.clear()
    story.tell(event(schemas.SellerActive, at(3), GANG, activity="login"))
    assert sums == []
    story.tell(changed(4, 1400))
    assert sums
