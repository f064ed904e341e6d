"""A moderator who reads Chinese meets no English: every reason code, number, word and sentence has its Chinese.

Turned red by: a reason code, a number or a `Problem` without its Chinese; a number of a clause that no detector gives;
a template with a sentence of its own; a notice shown as it is.
"""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

import console
import detectors
from console import amounts, answers, saying, words
from console.advice import about
from console.cases import STATES
from console.deeds import CAUSES
from console.feed import ORDERS, SEVERITIES
from console.gate import NotSignedIn
from console.roles import ROLES
from detectors import held, raised, surge
from detectors.breaker import REASON as BREAKER
from detectors.catalogue import CATALOGUE, FAMILIES
from detectors.exposure import PARTS
from detectors.feed import REASON as FEED
from detectors.rules.upheld_complaint import KINDS
from schemas import AuditEntry, Evidence
from schemas.fields import HoldScope, Mode, Money
from schemas.outputs import DeadLetterReason
from tests.console.records import alert, at, entry, hold, letter, listing, verdict
from tests.console.served import Served, bearer
from tests.console.test_words import POLICY

CODES = [entry.reason_code for entry in CATALOGUE]
SHOWN = [*CODES, "young", FEED, BREAKER]
ASKS: dict[str, Any] = {"established": 15, "ratio": 0.5, "n": 17.2, "spread": 0.12, "z": 4.2, "days_since_sign": 0.5}
ASKS |= {"price": "1500.00", "market_price": "3000.00", "low": "2700.00", "high": "3300.00", "sellers": 18}
SURGE = {"counterfeit": 41, "counterfeit_expected": 18.2, "counterfeit_ratio": 2.25, "counterfeit_days": 14}
FEW = {"unpaid": 4, "unpaid_expected": 0.4, "unpaid_ratio": 10.0, "unpaid_days": 9}

#: What each detector says and tells, and how that reads.
SAID: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "below_market_price",
        "1,500.00 CNY; 18 other sellers ask 2,700 to 3,300 for the Samsung i9100 new; half the usual price",
        ASKS,
        "售价 1,500 元；另有 18 家卖 2,700 元到 3,300 元；为通常价格 3,000 元的 50%",
    ),
    (
        "below_market_price",
        "1,500.00 CNY; no established seller has asked a price lately; its reference price is 3,100; half",
        {**ASKS, "established": 0, "pseudo_sellers": 8, "reference_price": "3100.00", "title_confidence": 0.974},
        "售价 1,500 元；近期没有老店为同款报价；参考价 3,100 元；为通常价格 3,000 元的 50%；商品由标题识别，把握 97%",
    ),
    (
        "implausible_price",
        "15.00 USD; 1 other seller asks 3,000 for it",
        {**ASKS, "price": "15.00", "ratio": 0.005, "market_currency": "EUR", "exchange_rate": "1.08"},
        "售价 15 美元；另有 18 家卖 2,700 美元到 3,300 美元；仅为通常价格 3,000 美元的 0.5%；由欧元市场按策略汇率折算",
    ),
    (
        "listing_burst",
        "9 listings of 3 brands, put up within 31.5 hours, ask about 52 % of the usual prices",
        {"listings": 9, "brands": 3, "hours": 31.5, "ratio": 0.521},
        "31.5 小时内上架 3 个品牌的 9 件商品，售价约为通常价格的 52%",
    ),
    (
        "overdue_refund",
        "2 buyers wait for 1,500.00 CNY and 20.50 EUR after 2 returned parcels came back to the seller (r1, r2)",
        {"returns": 2, "buyers": 2, "longest_overdue_hours": 48.5},
        "2 位买家在等待退款 1,500 元、20 欧元；2 件退货已由卖家签收；最长已逾期 2 天",
    ),
    (
        "unpaid_refunds",
        "3 buyers have sent their parcels back and wait for 5,505.00 CNY; 3 of the 19 returns are unpaid",
        {"returns": 3, "buyers": 3, "share_of_returns": 0.158},
        "3 位买家已退回包裹，仍在等待退款 5,505 元；3 件退货未退款，占近期退货的 16%",
    ),
    (
        "vanished_seller",
        "130 buyers wait for 2,721,920.00 CNY after their parcels came back, and nobody was answered since",
        {"buyers": 130, "returns": 130, "complaints": 105, "silence": "rhythm", "silent_hours": 72.0},
        "130 位买家退回包裹后仍在等待退款 272.2 万元；卖家已 3 天没有回应任何人；另有 105 起投诉相符",
    ),
    (
        "vanished_seller",
        "3 buyers wait for 4,500.00 CNY after their parcels came back, and the seller closed the shop",
        {"buyers": 3, "returns": 3, "complaints": 0, "silence": "closed", "silent_hours": 30.0},
        "3 位买家退回包裹后仍在等待退款 4,500 元；卖家自行关店已 30 小时",
    ),
    (
        "upheld_complaint",
        "the platform upheld complaints of 2 buyers: 2 of counterfeit",
        {"buyers": 2, "buyers_delivered_to": 69, "complaints": 2, "counterfeit": 2, "no_refund": 0},
        "平台支持了 2 位买家的投诉；售假 2 起",
    ),
    (
        "upheld_complaint",
        "the platform upheld complaints of 3 buyers: 1 of no refund and 2 of an unreachable seller",
        {
            "buyers": 3,
            "buyers_delivered_to": 3,
            "complaints": 3,
            "counterfeit": 0,
            "no_refund": 1,
            "seller_unreachable": 2,
        },
        "平台支持了 3 位买家的投诉；不退款 1 起；联系不上卖家 2 起",
    ),
    (
        "ignored_return",
        "3 returns of 2 buyers left alone",
        {"returns": 3, "buyers": 2, "unanswered": 2, "refused_after_acceptance": 1},
        "2 位买家的 3 件退货无人理会；2 件逾时未答复；1 件同意后又拒绝",
    ),
    (
        "contested_returns",
        "the seller disputed 3 of the 5 returns",
        {"disputed": 3, "came_back": 5, "buyers": 3, "share_of_returns": 0.6},
        "近期退回的 5 件退货中，卖家对 3 件提出争议（60%）；涉及 3 位买家",
    ),
    (
        "counterfeit_returns",
        "6 of about 13 buyers sent it back as counterfeit (46.2%, usual are 1.0%)",
        {
            "buyers": 6,
            "buyers_delivered_to": 13,
            "share": 0.462,
            "certainty": 0.995,
            "usual_share": 0.01,
            "disputed": 1,
        },
        "约 13 位买家中有 6 位以假货为由退回（46%）；通常为 1%；卖家对其中 1 位的退货有争议",
    ),
    (
        "counterfeit_returns",
        "6 of about 13 buyers sent it back as not as described (46.2%, usual are 1.0%)",
        {
            "buyers": 6,
            "buyers_delivered_to": 13,
            "share": 0.462,
            "certainty": 0.995,
            "usual_share": 0.01,
            "disputed": 0,
        },
        "约 13 位买家中有 6 位以与描述不符为由退回（46%）；通常为 1%",
    ),
    (
        "compensation_drain",
        "the platform has paid 1,668.00 CNY to 3 buyers since 2026-01-22, beside 24,192.00 CNY delivered",
        {
            "paid": "1668.00",
            "came_back": "0.00",
            "delivered": "24192.00",
            "currency": "CNY",
            "buyers": 3,
            "share": 0.046,
        },
        "平台已替卖家向 3 位买家垫付 1,668 元；同期送达的订单共 24,192 元，垫付占 4.6%",
    ),
    (
        "compensation_drain",
        "the platform has paid 120,000,000.00 JPY in 40 payments for Samsung goods, and nothing was delivered",
        {
            "paid": "120000000.00",
            "came_back": "9.00",
            "delivered": "0.00",
            "currency": "JPY",
            "payments": 40,
            "share": 1,
        },
        "平台已为此类商品垫付 1.2 亿日元（40 笔）；同期没有送达的订单；另已追回 9 日元",
    ),
    (
        "complaint_surge",
        "complaints of counterfeit goods have risen",
        {**SURGE, **FEW},
        "售假投诉上升：14 天内 41 起，按往常应为 18 起；不退款或失联的投诉上升：9 天内 4 起，按往常应为不到 1 起",
    ),
    (
        "product_mismatch",
        "listed as the i9100",
        {"product_id": "i9100"},
        "登记的商品编号是 i9100，标题说的却是另一件商品",
    ),
    ("replica_wording", 'the title says "高仿"', {"phrase": "高仿"}, "标题写有“高仿”"),
    (
        "off_platform_lure",
        "the seller asks buyers away",
        {"phrase": "加我v信", "conversations": 1},
        "卖家把买家引向站外，最近一次说“加我v信”（90 天内 1 个会话）",
    ),
    (
        "reassuring_messages",
        "the seller reassures its buyers",
        {"phrase": "渠道不同", "conversations": 2},
        "卖家安抚买家，最近一次说“渠道不同”（90 天内 2 个会话）",
    ),
    (
        "guard_shopping",
        "branded goods were kept from comparison",
        {"different_guards": 3, "guards": "bundle, for_parts, price_kind"},
        "品牌商品 7 天内以 3 种理由避开比价：套装、配件机、拍卖或定金价",
    ),
    ("young", "the seller joined less than a day ago", {"days": 0.098}, "卖家开店仅不到 1 天"),
    (
        FEED,
        "no refund has come in for 7 hours",
        {"silent_hours": 7.2, "expected_refunds": 14.3, "refunds_in_7_days": 700},
        "已 7 小时没有收到任何退款，按往常应有 14 笔；退款期限暂缓，不追究任何卖家",
    ),
    (
        BREAKER,
        "below_market_price would hold 30 of 900 sellers",
        {"detector": "below_market_price", "category": "", "sellers_held": 30, "sellers_judged": 900},
        "“低于市价”一小时内本应冻结 900 位卖家中的 30 位；在数量明显回落一小时或组长结束熔断之前，只发警报，不冻结",
    ),
]


def evidence(code: str, sentence: str, numbers: dict[str, Any]) -> Evidence:
    return Evidence(reason_code=code, weight=4.2, sentence=sentence, numbers=numbers, event_ids=("e1",), event_count=1)


@pytest.mark.parametrize(("code", "english", "numbers", "chinese"), SAID, ids=lambda one: str(one)[:24])
def test_a_detectors_evidence_is_told_in_chinese(
    code: str, english: str, numbers: dict[str, Any], chinese: str
) -> None:
    said = evidence(code, english, numbers)
    assert saying.evidence("zh", said) == (chinese, "zh")
    assert saying.evidence("en", said) == (english, "en")


def test_every_reason_code_has_a_sentence_an_account_and_a_name() -> None:
    chinese = saying.detectors("zh")
    assert set(chinese.evidence) == set(SHOWN) == {code for code, *_ in SAID}
    assert set(chinese.about) == set(CODES)
    told = words.told("zh")
    for code in SHOWN:
        assert f"reason.{code}" in told
    for code in CODES:
        parts = about(POLICY, code, "zh")
        assert [name for name, _ in parts] == ["fires", "quiet", "gaps", "moderator"]
        for _, text in parts:
            assert re.search(r"[\u4e00-\u9fff]", text), (code, text)


def test_numbers_that_are_missing_leave_the_detectors_own_sentence() -> None:
    assert saying.evidence("zh", evidence("overdue_refund", "1 buyer waits", {})) == ("1 buyer waits", "en")
    assert saying.evidence("zh", evidence("of_tomorrow", "something new", {"n": 1})) == ("something new", "en")


# ---- numbers and words


def numbers_given() -> set[str]:
    """The names of all numbers that the detectors' files give."""
    found = {*KINDS, *PARTS, "contested"}
    found |= {f"{kind}{what}" for kind in surge.SAID_OF for what in ("", "_expected", "_ratio", "_days")}
    for path in Path(detectors.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for table in _tables(node):
                for key in table.keys:
                    found |= {one.value for one in ast.walk(key) if isinstance(one, ast.Constant)} if key else set()
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "numbers":
                found |= {node.slice.value} if isinstance(node.slice, ast.Constant) else set()
    return {name for name in found if isinstance(name, str) and name.isidentifier()}


def _tables(node: ast.AST) -> Iterator[ast.Dict]:
    """What `numbers` is made of at this place of a source."""
    if isinstance(node, ast.keyword) and node.arg == "numbers" and isinstance(node.value, ast.Dict):
        yield node.value
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "numbers":
        yield from [node.value] if isinstance(node.value, ast.Dict) else []
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Stall", "Why"):
        yield from [one for one in node.args if isinstance(one, ast.Dict)]


def test_every_number_of_the_evidence_has_a_chinese_name_and_every_clause_its_numbers() -> None:
    given, told = numbers_given(), words.told("zh")
    assert len(given) > 50
    assert [name for name in sorted(given) if f"number.{name}" not in told] == []
    named = {name.partition(".")[2] for name in told if name.startswith("number.")}
    assert named - given == set(), "no detector gives these"
    for code, clauses in saying.detectors("zh").evidence.items():
        asked = {found for clause in clauses for found in re.findall(r"\{(\w+)", clause.say)} - {"sums"}
        asked |= {one.partition("=")[0] for each in clauses for one in (*each.needs, *each.unless) if one[0] != '"'}
        assert asked <= given, code


KINDS_OF_WORDS: dict[str, tuple[str, ...]] = {
    "severity": SEVERITIES,
    "order": ORDERS,
    "state": STATES,
    "family": (*FAMILIES, "system"),
    "mode": get_args(Mode),
    "hold": get_args(HoldScope),
    "role": ROLES,
    "letter": get_args(DeadLetterReason),
    "cause": (*CAUSES["confirmed"], *CAUSES["rejected"]),
    "action": get_args(AuditEntry.__annotations__["action"]),
    "guard": tuple(raised.COUNTED),
    "grade": tuple(grade for grades in POLICY.weights.values() for grade in grades),
}


@pytest.mark.parametrize("kind", KINDS_OF_WORDS)
def test_every_code_that_is_shown_has_a_chinese_word(kind: str) -> None:
    assert KINDS_OF_WORDS[kind]
    assert [code for code in KINDS_OF_WORDS[kind] if f"{kind}.{code}" not in words.told("zh")] == []


# ---- sentences of the program


def sentences() -> set[str]:
    """What the console's sources say of problems, each value in them as `x`."""
    said = {*held._NOTICES.values(), *held._RELEASE_NOTICES.values(), held._COMPLAINTS_NOTICE}
    said |= {*answers._KNOWN.values(), answers._said(ValueError())[1], str(NotSignedIn("/"))}
    said |= {
        "The console stopped reading its topics: restart it; its log says why.",
        "Kafka at kafka:9092 cannot be read: KafkaConnectionError; it is tried again",
        "Kafka at kafka:9092 cannot be read: Kafka has no topic a, b: run `assay topics create`.",
    }
    for path in Path(console.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Problem", "Unsent"):
                said |= {text for one in node.args if (text := _text(one))}
    return said


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "x" for one in node.values)
    return ""


@pytest.mark.parametrize("english", sorted(sentences()))
def test_a_problem_and_a_notice_are_said_in_chinese(english: str) -> None:
    said = saying.sentence("zh", english)
    assert re.search(r"[\u4e00-\u9fff]", said), english
    assert saying.sentence("en", english) == english


def test_values_in_a_problem_are_said_in_chinese_too() -> None:
    english = "The role viewer may not do this; it needs the role lead."
    assert saying.sentence("zh", english) == "只读没有此权限，需要组长。"
    english = "A verdict rejected has one of these causes: honest, grey_import."
    assert saying.sentence("zh", english) == "裁定“已驳回”的缘由只能是：诚信卖家、水货。"
    assert saying.sentence("zh", "Nobody knows this one.") == "Nobody knows this one."


# ---- sums and dates


@pytest.mark.parametrize(
    ("amount", "currency", "chinese", "english"),
    [
        ("4500.00", "CNY", "4,500 元", "4,500 CNY"),
        ("999999.00", "USD", "999,999 美元", "999,999 USD"),
        ("1234567.00", "CNY", "123.5 万元", "1,234,567 CNY"),
        ("170000000", "CNY", "1.7 亿元", "170,000,000 CNY"),
        ("12", "XTS", "12 XTS", "12 XTS"),
        ("nothing", "CNY", "nothing 元", "nothing CNY"),
    ],
)
def test_sums_are_read_as_chinese_readers_expect(amount: str, currency: str, chinese: str, english: str) -> None:
    assert amounts.sum_of("zh", amount, currency) == chinese
    assert amounts.sum_of("en", amount, currency) == english


def test_dates_shares_and_spans_are_read_as_chinese_readers_expect() -> None:
    when = at(days=2, hours=14)
    assert [amounts.date("zh", kind, when) for kind in ("day", "minute", "full")] == [
        "1月3日",
        "1月3日 14:00",
        "2026年1月3日",
    ]
    assert amounts.date("en", "minute", when) == "03 Jan 14:00"
    assert (amounts.percent("zh", 0.5), amounts.percent("zh", 0.005), amounts.percent("en", 0.5)) == (
        "50%",
        "0.5%",
        "50 %",
    )
    assert amounts.since("zh", timedelta(hours=3)) == "3 小时前"
    assert amounts.since("zh", timedelta(seconds=3)) == "刚刚"
    assert amounts.since("en", timedelta(seconds=3)) == "now"
    assert amounts.sums("zh", (Money("1.00", "CNY"), Money("2.00", "EUR"))) == "1 元、2 欧元"


# ---- whole pages


class Visible(HTMLParser):
    """What a reader of a page sees or hears, without ids, codes and keys."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "input", "br", "rect", "line", "path", "circle"):
            self._open.append(tag)
        self.said += [value for name, value in attrs if value and name in ("title", "aria-label", "placeholder", "alt")]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"code", "script", "style", "kbd", "pre"} & set(self._open):
            self.said.append(data)


def told_of_everything() -> Served:
    """A console with an alert of every kind of evidence, in words of sellers and moderators who write Chinese."""
    served = Served()
    for number, (code, english, numbers, _) in enumerate(SAID):
        served.put(alert(f"a{number}", reason_codes=(code,), evidence=(evidence(code, english, numbers),)))
    system: dict[str, Any] = {"family": "system", "subject_kind": "system", "listing_ids": (), "mode": "alert"}
    code, english, numbers, _ = SAID[-1]
    system |= {"subject_id": "breaker", "seller_id": msgspec.UNSET, "listing_id": msgspec.UNSET}
    served.put(alert("a99", evidence=(evidence(code, english, numbers),), reason_codes=(code,), **system))
    served.put(hold("h1", notice=held._NOTICES["listing"]))
    for scope in ("payout", "seller"):
        served.put(hold(scope, scope=scope, subject_id="s1", notice=held._NOTICES[scope]))
    served.put(
        hold("h9", 2, action="released", scope="payout", subject_id="s9", notice=held._RELEASE_NOTICES["payout"])
    )
    served.put(
        entry("noted", reason="已看过"), entry("snoozed", when=at(9), until=at(30)), entry("assigned", assignee="mia")
    )
    served.put(verdict(reason="确认", alert_id="a1"), msgspec.structs.replace(letter(), error="坏了"))
    served.office.history.take(listing(title="三星 i9100 白色", shop_name="三星直营店", brand="三星", category="手机"))
    return served


PROBLEMS = {"/alerts/none": 404, "/nowhere": 404, "/?severity=none": 400}


LEADS_ONLY = ("/audit", "/dead-letters")


@pytest.mark.parametrize("user", ["ada", "vic"])
def test_no_page_says_a_sentence_in_english(user: str) -> None:
    served = told_of_everything()
    paths = [
        "/",
        "/?mode=any&state=any",
        "/?text=x",
        "/holds",
        "/holds?show=released",
        "/policy",
        "/audit",
        "/sellers/s1",
    ]
    paths += ["/dead-letters", f"/dead-letters/{letter().topic}:0:1", *PROBLEMS]
    with served.client(user) as client:
        client.cookies.set("assay_lang", "zh")
        for path in [*paths, *(f"/alerts/a{number}" for number in range(len(SAID))), "/alerts/a99"]:
            answer = client.get(path)
            expected = 403 if user == "vic" and path.startswith(LEADS_ONLY) else PROBLEMS.get(path, 200)
            assert answer.status_code == expected, path
            said = " \n".join(Visible(answer.text).said)
            english = re.findall(r"[A-Za-z][a-z]+,? [A-Za-z]?[a-z]+[ .,:;][^\n]{0,40}", said)
            assert english == [], path
        answer = client.post("/v1/alerts/a1/verdicts", json={"verdict": "x"}, headers={"x-csrf-token": served.csrf()})
        assert re.search(r"[\u4e00-\u9fff]", answer.json()["detail"])


def test_a_program_is_answered_in_english_whatever_it_accepts() -> None:
    with Served().client() as client:
        answer = client.get("/v1/alerts/none", headers={**bearer("viewer"), "accept-language": "zh"})
    assert answer.json()["detail"].startswith("There is no such alert here")
