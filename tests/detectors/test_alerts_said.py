"""What an alert's line says of whom, and that it says the same of the same after an upgrade or a restart."""

from dataclasses import dataclass

import msgspec
import pytest

import schemas
from detectors.alerts import EXPIRING, TRUNCATED
from detectors.catalogue import Entry
from detectors.detector import Around, Cause, Finding
from detectors.judge import Judge
from detectors.records import Core, decode, encode
from detectors.state import SellerState
from tests.detectors.test_alerts import with_entry
from tests.story import PHONE, Story, at, event, listing, market, registered, sold_and_back

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


def test_a_seller_against_whom_nothing_stands_any_more_has_a_score_of_zero() -> None:
    story = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1, 1900), cleared(at(3), 1))
    last = story.standings[-1]
    assert (last.event_time, last.score, last.reason_codes) == (at(3), 0.0, ())


def test_an_alert_shows_the_strongest_listing_whichever_came_first() -> None:
    lone = Story().tell(market(), registered(at(1), GANG), fake(at(3), 2, 1500))
    alone = lone.open_alerts()["price"]
    for first, second in ((1900, 1500), (1500, 1900)):
        story = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1, first), fake(at(3), 2, second))
        alert = story.open_alerts()["price"]
        assert (alert.score, alert.evidence[0].numbers["price"]) == (alone.score, "1500.00")
        assert alert.listing_ids == ("L1", "L2")
        assert story.standings[-1].score == lone.standings[-1].score, "and so does the seller's line"


def test_of_listings_as_strong_as_each_other_it_shows_the_one_that_was_found_first() -> None:
    story = Story().tell(market(), registered(at(1), GANG), fake(at(2), 9, 1400), fake(at(3), 1, 1500))
    alert = story.open_alerts()["price"]
    assert alert.listing_ids == ("L9", "L1"), "in the order in which they were found"
    assert alert.evidence[0].numbers["price"] == "1400.00"


def test_two_findings_about_the_words_of_one_listing_are_one_alert_about_it() -> None:
    other = msgspec.structs.replace(PHONE, product_id="i9300", name="Galaxy S III i9300 16GB", gtins=())
    story = Story(products=(PHONE, other)).tell(registered(at(1), GANG))
    story.tell(fake(at(2), 1, 2950, title="Samsung Galaxy S III i9300 16GB replica"))
    alert = story.open_alerts()["words"]
    assert set(alert.reason_codes) == {"replica_wording", "product_mismatch"}
    assert (alert.subject_id, alert.listing_ids) == ("L1", ("L1",))


def test_other_families_follow_in_their_own_order_whatever_they_weigh() -> None:
    story = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1, 1900, title="Samsung i9100 AAA quality"))
    story.tell(sold_and_back(GANG, 1, at(3)), until=at(12))
    alerts = story.open_alerts()
    weights = {one.reason_code: one.weight for one in alerts["words"].evidence}
    assert weights["below_market_price"] < weights["overdue_refund"]
    assert alerts["words"].reason_codes == ("replica_wording", "below_market_price", "overdue_refund")
    assert alerts["aftersale"].reason_codes == ("overdue_refund", "below_market_price", "replica_wording")


def test_a_score_that_just_reaches_the_band_is_an_alert() -> None:
    told = [*market(), registered(at(1), GANG), fake(at(2), 1, 1900)]
    quiet = Story().tell(told).open_alerts()["price"]
    assert quiet.mode == "shadow"
    assert Story({"bands": {"alert": quiet.score}}).tell(told).open_alerts()["price"].mode == "alert"


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (1, "less than a day ago"),
        (23, "less than a day ago"),
        (24, "1 day ago"),
        (40, "2 days ago"),
        (711, "30 days ago"),
    ],
)
def test_how_long_ago_a_young_seller_joined_is_said_as_people_say_it(hours: float, said: str) -> None:
    story = Story().tell(market(), registered(at(1), GANG), fake(at(1, hours), 1))
    youth = story.alerts[-1].evidence[-1]
    assert youth.sentence == f"the seller joined {said}"
    assert youth.numbers == {"days": round(hours / 24, 3)}


@dataclass(frozen=True, slots=True)
class Witness:
    """Names so many events."""

    count: int

    def look(self, state: SellerState, _cause: Cause, _now_us: int, _around: Around) -> Finding:
        ids = tuple(f"w{number}" for number in range(self.count))
        return Finding("odd", "seller", state.seller_id, "seen", "it was seen", event_ids=ids)


@pytest.mark.parametrize("count", [3, 60])
def test_evidence_names_the_newest_fifty_events_and_says_how_many_there_are(count: int) -> None:
    story = Story()
    odd = Entry(Witness(count), "odd", "aftersale", "alert", "seller", (schemas.SellerActive,))
    story.hop.judging.judge = Judge(with_entry(story.policy, odd))
    story.tell(event(schemas.SellerActive, at(2), GANG, activity="login"))
    shown = story.alerts[-1].evidence[0]
    assert shown.event_ids == tuple(f"w{number}" for number in range(max(0, count - 50), count))
    assert shown.event_count == count


def test_two_notes_stand_behind_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detectors.shelf.MAX_LISTINGS", 1)
    story = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1, 2950), fake(at(3), 2, 2950))
    story.tell(fake(at(4), 3), until=at(10.01))
    assert story.alerts[-1].note == f"{EXPIRING} {TRUNCATED}"
