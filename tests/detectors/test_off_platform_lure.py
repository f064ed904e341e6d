"""off_platform_lure: a seller that asks buyers away from the platform, and one that warns of it."""

from datetime import timedelta

import pytest

import schemas
from detectors.heard import KIND, MAX_CONVERSATIONS
from detectors.records import encode
from tests.detectors.messages import message
from tests.story import Story, at, listing, market, registered, sold_and_back

CODE = "off_platform_lure"
GANG = "gang"


def found(story: Story, seller: str = GANG) -> schemas.Evidence | None:
    held = story.state(seller).findings.get(CODE)
    return held  # type: ignore[no-any-return]


def test_it_quotes_what_was_asked_and_says_in_how_many_conversations() -> None:
    story = Story().tell(message(at(1), GANG, "亲，加我V信聊吧", event_id="m1"))
    seen = story.state(GANG).findings[CODE]
    assert (seen.subject_kind, seen.subject_id, seen.grade, seen.facts) == ("seller", GANG, "seen", 1)
    assert seen.sentence == (
        'the seller asks buyers away from the platform, last with "加我v信" (1 conversation in 90 days)'
    )
    assert seen.numbers == {"phrase": "加我v信", "conversations": 1}
    assert seen.event_ids == ("m1",)
    story.tell(message(at(2), GANG, "add my WeChat", talk="another"))
    assert story.state(GANG).findings[CODE].facts == 2
    assert '"add my wechat" (2 conversations' in story.state(GANG).findings[CODE].sentence


def test_a_harmless_message_after_it_does_not_take_it_back_and_ninety_days_do() -> None:
    story = Story().tell(message(at(1), GANG, "WhatsApp me"), message(at(2), GANG, "Thank you, goodbye"))
    assert found(story) is not None
    story.tell(until=at(90.9))
    assert found(story) is not None
    story.tell(until=at(91))
    assert found(story) is None
    assert story.state(GANG).core.spoken == {}


def test_said_again_it_stands_for_longer() -> None:
    story = Story().tell(message(at(1), GANG, "WhatsApp me"), message(at(60), GANG, "WhatsApp me"))
    assert found(story.tell(until=at(149.9))) is not None
    assert found(story.tell(until=at(150))) is None


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("buyer", "加我微信"),
        ("seller", "请勿私下交易"),
        ("seller", "Never pay outside eBay"),
        ("seller", "微信支付可以"),
    ],
)
def test_what_a_buyer_asks_and_what_a_seller_warns_of_are_near_misses(sender: str, text: str) -> None:
    story = Story().tell(message(at(1), GANG, text, sender=sender))
    assert found(story) is None


def test_alone_it_is_shown_on_request_only() -> None:
    story = Story().tell(message(at(1), GANG, "加我微信"), registered(at(-400), GANG))
    alert = story.open_alerts()["words"]
    assert (alert.score, alert.mode) == (0.1192, "shadow")
    assert story.held() == set()


def test_beside_a_moderately_low_price_it_is_an_alert_and_beside_unpaid_refunds_no_more_is_held() -> None:
    cheap = [registered(at(-400), GANG), listing(at(2), GANG, 2000), message(at(3), GANG, "加我微信")]
    story = Story().tell(market(), cheap)
    assert {family: alert.mode for family, alert in story.open_alerts().items()} == {"price": "alert", "words": "alert"}
    assert story.held() == set()
    dear = [registered(at(-400), GANG), listing(at(2), GANG, 2900), message(at(3), GANG, "加我微信")]
    story = Story().tell(market(), dear)
    story.tell(*(sold_and_back(GANG, number, at(3)) for number in (1, 2, 3)), until=at(11.5))
    assert ("payout", GANG) in story.held()
    assert ("listing", f"L-{GANG}") not in story.held(), "nothing is against this listing"


def test_an_honest_seller_who_warns_and_sends_codes_is_left_alone() -> None:
    seller = "honest-02"
    texts = ("谨防诈骗，请勿加微信", "扫码可查真伪", "Please pay on the platform only, never by bank transfer.")
    story = Story().tell(market(), (message(at(2, hour), seller, text) for hour, text in enumerate(texts)))
    assert found(story, seller) is None
    assert story.open_alerts() == {}


def test_a_flood_of_conversations_and_odd_texts_stays_small_and_is_said_a_few_times_only() -> None:
    hours = (at(1) + timedelta(minutes=minute) for minute in range(300))
    flood = [message(when, GANG, "➕ V 信 " + "🧨" * 5_000, talk=f"\u202e{when}" * 5) for when in hours]
    story = Story().tell(flood, message(at(5), GANG, "\ufdfa\u202e" * 2_000), message(at(5), GANG, ""))
    assert story.dead_letters == []
    assert len(story.state(GANG).core.spoken[CODE].conversations) == MAX_CONVERSATIONS
    assert "at least 8 conversations" in story.state(GANG).findings[CODE].sentence
    assert len(story.alerts) <= MAX_CONVERSATIONS
    assert len(encode(story.state(GANG).core)) < 1_024


def test_a_seller_who_says_nothing_of_the_kind_has_no_deadline_of_it() -> None:
    story = Story().tell(message(at(1), GANG, "hello"))
    assert not any(kind == KIND for kind, _ in story.state(GANG).changes.deadlines)
    assert story.state(GANG).core.spoken == {}
