"""reassuring_messages: shown beside other findings, never the reason for an alert; honest sellers reassure too."""

import pytest

import schemas
from tests.detectors.messages import message
from tests.story import Story, at, event, listing, market, registered

CODE = "reassuring_messages"
GANG = "gang"
REASSURED = "亲，我们渠道不同，价格才这么低，保证正品。"


def cheap(price: int = 1950) -> list[schemas.Event]:
    return [registered(at(-400), GANG), listing(at(2), GANG, price)]


def test_it_quotes_the_phrase_and_counts_conversations() -> None:
    story = Story().tell(message(at(1), GANG, REASSURED, event_id="m1"), message(at(2), GANG, "overstock", talk="U"))
    seen = story.state(GANG).findings[CODE]
    assert (seen.subject_kind, seen.subject_id, seen.grade, seen.facts) == ("seller", GANG, "seen", 2)
    assert seen.sentence == 'the seller reassures its buyers, last with "overstock" (2 conversations in 90 days)'
    assert seen.numbers == {"phrase": "overstock", "conversations": 2}
    assert len(seen.event_ids) == 1


def test_by_itself_it_opens_no_alert_not_even_a_shadow() -> None:
    story = Story().tell(message(at(1), GANG, REASSURED), message(at(2), GANG, REASSURED, talk="U"))
    assert CODE in story.state(GANG).findings
    assert story.alerts == []
    assert story.standings == []


def test_beside_another_finding_it_is_evidence_and_weighs_a_third_of_a_nat() -> None:
    story = Story().tell(market(), cheap(), message(at(3), GANG, REASSURED))
    assert set(story.open_alerts()) == {"price"}
    story.tell(listing(at(4), GANG, 1900, word=schemas.ListingChanged))
    alert = story.open_alerts()["price"]
    assert [one.reason_code for one in alert.evidence] == ["below_market_price", CODE]
    assert alert.evidence[1].weight == 0.33
    assert story.held() == set()


def test_a_finding_on_trial_beside_it_does_not_make_it_an_alert() -> None:
    titles = ("Samsung i9100 for parts", "Samsung i9100 bundle with headset", "Samsung i9100 empty box")
    told = [listing(at(2, hour), GANG, 1500, title=title, listing_id=title) for hour, title in enumerate(titles)]
    story = Story().tell(market(), registered(at(-400), GANG), told, message(at(3), GANG, REASSURED))
    story.tell(listing(at(3.5), GANG, 1400, listing_id="half"))
    alerts = story.open_alerts()
    assert (alerts["price"].mode, alerts["words"].mode) == ("hold", "shadow")
    assert set(alerts["words"].reason_codes) >= {"guard_shopping", CODE}


def test_the_alert_that_another_finding_opened_ends_with_it() -> None:
    fake = listing(at(2), GANG, 2900, title="Samsung i9100 AAA quality")
    story = Story().tell(market(), registered(at(-400), GANG), fake, message(at(3), GANG, REASSURED))
    assert story.open_alerts()["words"].reason_codes == ("replica_wording", CODE)
    story.tell(listing(at(4), GANG, 2900, word=schemas.ListingChanged))
    assert story.open_alerts() == {}
    assert CODE in story.state(GANG).findings


@pytest.mark.parametrize(
    ("sender", "text"), [("buyer", REASSURED), ("seller", "不是水货"), ("seller", "It is in customs clearance.")]
)
def test_a_buyers_words_and_a_denial_are_near_misses(sender: str, text: str) -> None:
    story = Story().tell(message(at(1), GANG, text, sender=sender), message(at(1), GANG, "hello"))
    assert CODE not in story.state(GANG).findings


def test_an_honest_seller_who_reassures_all_day_is_never_shown() -> None:
    seller = "honest-05"
    story = Story().tell(market(), (message(at(1, hour), seller, REASSURED, talk=f"T{hour}") for hour in range(100)))
    assert CODE in story.state(seller).findings
    assert story.alerts == []
    assert story.held() == set()


def test_odd_texts_and_repeats_raise_nothing_and_a_late_one_changes_nothing_newer() -> None:
    odd = [
        message(at(2, hour), GANG, "factory direct " + text)
        for hour, text in enumerate(("\u202e", "😀" * 9_000, "\x00"))
    ]
    story = Story().tell(odd, event(schemas.SellerActive, at(3), GANG, activity="login"))
    late = message(at(1), GANG, "overstock", talk="earlier")
    story.tell(late, late)
    assert story.dead_letters == []
    assert story.state(GANG).findings[CODE].numbers == {"phrase": "factory direct", "conversations": 2}


def test_it_never_tips_a_hold() -> None:
    """Two upheld complaints score 0.88; with a third of a nat more they would freeze a payout for a friendly word."""
    story = Story().tell(registered(at(-400), GANG), message(at(1), GANG, REASSURED))
    for number in (1, 2):
        told = {"complaint_id": f"C{number}"}
        story.tell(
            event(schemas.ComplaintOpened, at(2), GANG, kind="counterfeit", buyer_id=f"B{number}", **told),
            event(schemas.ComplaintDecided, at(3), GANG, outcome="upheld", **told),
        )
    alert = story.open_alerts()["aftersale"]
    assert alert.score > 0.9
    assert story.held() == set()
