"""What is read of a seller's message, and what of the same words said by an honest one is not."""

import time

import pytest

from detectors.folding import MAX_RAW
from detectors.wording.messages import read_message


@pytest.mark.parametrize(
    "text",
    [
        "渠道不同，价格才这么低",
        "我們渠道不同",
        "店铺冲钻，亏本卖",
        "新店冲信誉",
        "是水货",
        "港版 现货",
        "亲，保证正品",
        "厂家直供",
        "海关罚没",
        "100%正品",
        "假一赔十",
        "The goods channel is different, so the price is lower",
        "We have different supply channels",
        "overstock, must go",
        "It was SEIZED by customs",
        "customs auction",
        "Factory direct, no middleman",
        "directly from the factory",
        "100% authentic!",
        "ｆａｃｔｏｒｙ ｄｉｒｅｃｔ",
    ],
)
def test_a_phrase_that_explains_a_low_price_away(text: str) -> None:
    said = read_message(text)
    assert said.reassuring
    assert not said.lure


@pytest.mark.parametrize(
    "text",
    [
        "加我微信",
        "加 微 信 聊",
        "请加V信",
        "加 V",
        "➕v聊",
        "+V：shop88",
        "加薇信 abc12345",
        "加威❤，便宜",
        "請加我微信，給你優惠",
        "VX：abc12345 聊",
        "微信转账可以便宜",
        "我的微信号是 shop_88",
        "可以加QQ 12345678",
        "企鹅号 12345678",
        "私下交易吧，省手续费",
        "平台不方便，加微信聊",
        "走平台外可以便宜",
        "直接转账给我就行",
        "可以直接用支付宝转账",
        "Please add my WeChat",
        "W h a t s A p p me",
        "WhatsApp: +44 7911 123456",
        "сontact me on Теlegram",
        "ｗｈａｔｓａｐｐ me",
        "We can deal outside of eBay",
        "pay by bank transfer and I give you 10% off",
        "You can pay via Western Union",
        "PayPal friends and family only please - send as friends and family",
        "send the money to my bank account",
        "to avoid eBay fees write me",
        "I can not talk here please whatsapp me",
        "no problem, add me on telegram",
    ],
)
def test_asking_to_pay_or_talk_elsewhere(text: str) -> None:
    assert read_message(text).lure


@pytest.mark.parametrize(
    "text",
    [
        "hi",
        "亲，在的，有货，24小时内发出",
        "请勿私下交易，谨防诈骗",
        "不要加微信，都是骗子",
        "如有人要求加微信请举报",
        "任何要求平台外付款的都是诈骗",
        "我们支持微信支付和支付宝支付",
        "关注微信公众号领券",
        "退款会转到您的支付宝",
        "请用支付宝付款后联系客服",
        "加V领T恤",
        "型号 V12345",
        "线下门店也有",
        "扫码可查真伪",
        "Never pay outside the platform.",
        "We do not accept Western Union.",
        "Please don't contact anyone on WhatsApp, it is a scam",
        "If anyone asks you to pay by bank transfer, report it",
        "Payments outside of Amazon are not protected",
        "20% off site-wide, 10% off Amazon prices",
        "Contact us through Amazon messages",
        "Your refund goes to your bank account in 3 days",
        "Your parcel is in customs clearance",
        "Return it in its original packaging",
        "Line 12 of the manual, 5V+V2",
    ],
)
def test_an_honest_message_says_nothing(text: str) -> None:
    assert read_message(text) == ("", "")


def test_denied_reassurances_do_not_count_and_the_next_phrase_does() -> None:
    assert read_message("不是水货").reassuring == ""
    assert read_message("不是水货，是港版").reassuring == "港版"
    assert read_message("never outside eBay. But add me on WhatsApp").lure == "add me on whatsapp"


def test_only_so_much_is_read_and_any_text_is_read_in_linear_time() -> None:
    assert read_message("a " * MAX_RAW + "加我微信").lure == ""
    assert read_message("，" * (MAX_RAW - 10) + "加我微信").lure == "加我微信"
    for part in ("加 ", "直接", "用:的到", "pay by ", "w h a t s a ", "\u202e\ud800", "不", "contact "):
        started = time.perf_counter()
        said = read_message((part * 100_000)[:100_000])
        assert time.perf_counter() - started < 0.5
        assert said.reassuring == ""
