"""Sentences made up as fraud sellers write them, and honest ones that come close; see `bench/detection/made_up.py`."""

import pytest

from bench.detection.made_up import KINDS, lines
from detectors.wording.messages import read_message
from detectors.wording.read import read_title

#: Seen by nothing: a link and an app could be the marketplace's own.
UNSEEN_LURES = ("点这个链接付差价", "请您下载这个app", "Your payment failed")
#: They speak of refunds and quality, not of how genuine the goods are.
OTHER_REASSURANCES = ("质量绝对", "放心吧 马上", "请您相信", "Rest assured", "We will definitely")
#: "UA" is a maker of sports clothes too, and what is not original mostly says what it fits.
UNSEEN_COPIES = ("Air Max 97 UA", "non original")


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
        "You can see WhatsApp and Telegram chats on the screen",
        "Find the WhatsApp icon and open it",
        "The watch supports WeChat messages and calls",
        "a message from WhatsApp is shown for ten seconds",
        "这款平板可以用微信和QQ",
        "可以用微信视频通话",
        "手机支持微信分身 QQ双开",
        "运费退到您的微信零钱",
        "手表可以添加好友 打电话",
        "+V领衬衫",
        "Confirm your card on the checkout page",
        "send me a picture of the label",
        "不要在这里下单 这个链接是补运费的",
        "收款码发货前会印好您的店名",
        "一二三四五六七八九的数字贴",
        "QQ群文件里有说明书",
    ],
)
def test_what_goods_can_do_and_what_every_shop_says_is_no_lure(text: str) -> None:
    assert read_message(text).lure == ""


@pytest.mark.parametrize(
    "text",
    [
        "Add me on WhatsApp and I'll do it cheaper",
        "message me on whatsapp or telegram",
        "contact me on WhatsApp on this number 0044 7700 900123",
        "send me a whatsapp message",
        "contact me on whatsapp chat",
        "My snap is dealsdaily",
        "let's talk over Discord",
        "scan our QR code and pay there",
        "用微信加我",
        "用微信跟我聊",
        "支付宝转给我就发货",
        "打款到工商银行这张卡",
        "红包发我",
        "不用平台担保",
        "泰达币付款",
    ],
)
def test_a_lure_that_names_a_messenger_is_seen_whatever_follows_it(text: str) -> None:
    assert read_message(text).lure


@pytest.mark.parametrize("text", [text for text in lines("copies")[0] if not text.startswith(UNSEEN_COPIES)])
def test_the_title_of_a_copy(text: str) -> None:
    assert read_title(text).replica


@pytest.mark.parametrize(
    "text",
    [
        *lines("near_copies")[0],
        "消毒可过滤口罩",
        "工厂经过验厂 帆布包",
        "超过验收标准的净水器",
        "高仿真 蓝牙耳机 模型",
        "华强北 现货 苹果手机",
        "仿真 专柜 展示道具",
        "car with clean factory wheels",
        "clean factory reset phone",
        "plain gift box no logo on box 10 pcs",
        "sales rep bag conference",
        "fake apple fruit decoration",
        "casque audio WH-1000XM4",
        "belle copie du roman",
        "Replika eines Wikingerschwerts",
    ],
)
def test_an_honest_title_that_comes_close_to_a_copys(text: str) -> None:
    assert read_title(text).replica == ""


@pytest.mark.parametrize(("kind", "seen"), [("lures", 37), ("reassurances", 12), ("copies", 36)])
def test_the_half_that_was_kept_apart_is_seen_as_often_as_is_said(kind: str, seen: int) -> None:
    says = {meant: one for meant, _, one in KINDS}[kind]
    assert sum(bool(says(text)) for text in lines(kind)[1]) >= seen
