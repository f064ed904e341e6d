"""What an alert's line says of whom, and that it says the same of the same after an upgrade or a restart."""

import msgspec

import schemas
from detectors.records import Core, decode, encode
from tests.story import Story, at, listing, market, registered, sold_and_back

GANG = "gang"


def fake(when: object, number: int, price: int = 1500, **fields: object) -> schemas.ListingPublished:
    told = {"listing_id": f"L{number}", "event_id": f"fake-{number}", **fields}
    return listing(when, GANG, price, **told)  # type: ignore[arg-type]


def cleared(when: object, number: int) -> schemas.ListingPublished:
    return fake(when, number, 2950, event_id=f"cleared-{number}", word=schemas.ListingChanged)


def test_an_alert_has_the_id_that_earlier_versions_gave_it() -> None:
    """Consumers and the audit name alerts; a rebuild by a newer version must find the same ones."""
    story = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1))
    assert story.alerts[0].alert_id == "a33ebe428adad9f6b4ab5848b"


def test_alerts_of_two_sellers_that_number_their_events_alike_are_two() -> None:
    story = Story().tell(market())
    for shop in ("one", "other"):
        story.tell(registered(at(1), shop), listing(at(2), shop, 1500, event_id="1"))
    first, second = (alert.alert_id for alert in story.alerts)
    assert first != second


def test_a_withdrawn_line_still_says_whom_it_is_about() -> None:
    story = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1, 1900), cleared(at(3), 1))
    opened, withdrawn = story.alerts
    kept = ("alert_id", "family", "subject_kind", "subject_id", "seller_id", "listing_id", "reason_codes")
    assert [getattr(withdrawn, name) for name in kept] == [getattr(opened, name) for name in kept]
    assert (withdrawn.listing_id, withdrawn.seller_id) == ("L1", GANG)
    assert withdrawn.revision > opened.revision


def test_a_withdrawn_line_of_a_seller_names_no_listing() -> None:
    story = Story().tell(registered(at(-400), GANG), sold_and_back(GANG, 1, at(3)), until=at(12))
    assert story.alerts[-1].subject_kind == "seller"
    ended = schemas.ReturnCancelled(event_id="c", event_time=at(13), seller_id=GANG, return_id=f"R-{GANG}-1")
    story.tell(ended)
    withdrawn = story.alerts[-1]
    assert (withdrawn.status, withdrawn.subject_id, withdrawn.listing_id) == ("withdrawn", GANG, msgspec.UNSET)


def test_open_alerts_are_read_again_after_a_restart() -> None:
    core = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1)).state(GANG).core
    assert core.alerts["price"].reason_codes == ("below_market_price",)
    assert decode(Core, encode(core)) == core
