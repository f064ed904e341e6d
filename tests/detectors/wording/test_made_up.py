"""Sentences made up as fraud sellers write them, and honest ones that come close; see `bench/detection/made_up.py`."""

import pytest

from bench.detection.made_up import lines
from detectors.wording.messages import read_message

#: Seen by nothing: a link and an app could be the marketplace's own.
UNSEEN_LURES = ("点这个链接付差价", "请您下载这个app")
#: They speak of refunds and quality, not of how genuine the goods are.
OTHER_REASSURANCES = ("质量绝对", "放心吧 马上", "请您相信", "Rest assured", "We will definitely")


@pytest.mark.parametrize("text", [text for text in lines("lures")[0] if not text.startswith(UNSEEN_LURES)])
def test_a_lure_as_fraud_sellers_write_it(text: str) -> None:
    assert read_message(text).lure


@pytest.mark.parametrize("text", lines("near_lures")[0])
def test_an_honest_sentence_that_comes_close_to_a_lure(text: str) -> None:
    assert read_message(text).lure == ""


@pytest.mark.parametrize("text", [text for text in lines("reassurances")[0] if not text.startswith(OTHER_REASSURANCES)])
def test_a_reassurance_as_fraud_sellers_write_it(text: str) -> None:
    assert read_message(text).reassuring


@pytest.mark.parametrize("text", lines("near_reassurances")[0])
def test_an_honest_sentence_that_comes_close_to_a_reassurance(text: str) -> None:
    assert read_message(text).reassuring == ""


@pytest.mark.parametrize(
    "text",
    [
        "You can use WhatsApp on this tablet",
        "The watch lets you send WhatsApp messages from your wrist",
        "get WhatsApp notifications on your wrist",
        "You can see Telegram chats on the screen",
        "Find the WhatsApp icon and open it",
        "The watch supports WeChat messages and calls",
        "a message from WhatsApp is shown for ten seconds",
        "这款平板可以用微信和QQ",
        "可以用微信视频通话",
        "手机支持微信分身 QQ双开",
        "运费退到您的微信零钱",
        "手表可以添加好友 打电话",
        "+V领衬衫",
    ],
)
def test_what_a_phone_or_a_watch_can_do_is_no_lure(text: str) -> None:
    assert read_message(text).lure == ""


@pytest.mark.parametrize(("name", "seen"), [("lures", 37), ("reassurances", 12)])
def test_the_half_that_was_kept_apart_is_seen_as_often_as_is_said(name: str, seen: int) -> None:
    said = [read_message(text) for text in lines(name)[1]]
    assert sum(bool(one.lure if name == "lures" else one.reassuring) for one in said) >= seen
