"""Words of copies, the tricks they are written with, and honest sellers who use the same words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.folding import fold
from detectors.wording import GUARDS, read_title
from detectors.wording.replicas import MAX_PHRASE


@pytest.mark.parametrize(
    ("title", "phrase"),
    [
        ("Rolex Submariner replica", "replica"),
        ("劳力士replica手表", "replica"),  # no space stands between two scripts
        ("劳力士AAA grade表", "aaa grade"),
        ("Gucci bag AAA quality", "aaa quality"),
        ("Nike Jordan 1 grade AAA", "grade aaa"),
        ("LV bag AAA+ copy", "aaa+ copy"),
        ("Rolex 1:1 super clone", "1:1 super"),
        ("LV 1:1 quality bag", "1:1 quality"),
        ("Omega superclone", "superclone"),
        ("LV mirror quality", "mirror quality"),
        ("Nike first copy shoes", "first copy"),
        ("Baccarat Rouge dupe", "dupe"),
        ("Crystal EDP inspired by Baccarat Rouge 540", "inspired by"),
        ("Eau de parfum inspiré de Chanel", "inspire de"),
        ("Perfume inspirado en Dior", "inspirado en"),
        ("Parfum Duftzwilling zu Dior", "duftzwilling"),
        ("Yeezy 350 PK batch", "pk batch"),
        ("LV 高仿 包包", "高仿"),
        ("精仿劳力士", "精仿"),
        ("LV A货", "a货"),
        ("LV A貨 女包", "a货"),
        ("超A 劳力士", "超a"),
        ("顶级复刻 欧米茄", "复刻"),
        ("外贸原单 女包", "原单"),
        ("莆田鞋 AJ1", "莆田鞋"),
        ("LV 一比一 女包", "一比一"),
        ("No replica? AAA quality bag", "aaa quality"),
    ],
)
def test_words_of_a_copy_are_quoted(title: str, phrase: str) -> None:
    assert read_title(title).replica == phrase


@pytest.mark.parametrize(
    "title",
    [
        "Rolex r\u200be\u200bp\u200bl\u200bi\u200bc\u200ba watch",
        "Rolex rерliса watch",  # Cyrillic
        "Rolex ＲＥＰＬＩＣＡ watch",
        "Rolex 𝓻𝓮𝓹𝓵𝓲𝓬𝓪 watch",
        "Rolex ⓡⓔⓟⓛⓘⓒⓐ watch",
        "Rolex 🆁🅴🅿🅻🅸🅲🅰 watch",
        "Rolex ʀᴇᴘʟɪᴄᴀ watch",
        "Rolex r̶e̶p̶l̶i̶c̶a̶ watch",
        "Rolex réplica watch",
        "Rolex r3pl1c4 watch",
        "Rolex r e p l i c a watch",
        "Rolex r.e.p.l.i.c.a watch",
        "Rolex re-plica watch",
        "Rolex \u202eacilper\u202c watch",  # turned around, and drawn as it should read
        "劳力士replica手表",
        "Rolex re\u00adpli\u00adca",
        "\u200b" * 900 + "replica",
    ],
)
def test_a_disguise_does_not_help(title: str) -> None:
    assert read_title(title).replica


@pytest.mark.parametrize("drawn_as_nothing", ["\U000e0061", "\u0600", "\u3164", "\u0483", "\u20dd"])
def test_a_character_that_is_drawn_as_nothing_or_over_another_is_read_over(drawn_as_nothing: str) -> None:
    assert fold(f"Re{drawn_as_nothing}plica", 100) == "replica"


@pytest.mark.parametrize(
    "title",
    [
        "Rolex, 100% authentic, no replica",
        "Rolex, no copy or replica",
        "Rolex - not a replica",
        "We don't sell replicas or copies: Rolex",
        "Rolex original, kein Replica",
        "Rolex ni réplica ni imitación",
        "Beware of replicas! Original Rolex",
        "Replica free store Rolex",
        "全新正品 拒绝高仿 假一赔十",
        "LV 专柜正品 非A货 非复刻",
        "拒绝高仿A货、复刻 正品 LV",
        "翡翠A货手镯",
        "AAA batteries 12 pack",
        "Energizer AAA",
        "AAA grade freshwater pearls",
        "AAA rated dishwasher",
        "7A grade human hair",
        "1:18 die-cast replica Porsche",
        "1:1 scale replica helmet",
        "Star Wars lightsaber prop replica",
        "England replica shirt 2022",
        "Maison Margiela Replica Jazz Club EDT",
        "Necklace inspired by Game of Thrones",
        "DKNY perfume inspired by the city",
        "Clone Wars figure",
        "Macro lens 1:1 magnification quality",
        "Counterfeit detector pen",
        "Copy paper A4",
        "First copy printer",
        "Nike Air Jordan 1 复刻",
        "三星 超AMOLED 屏幕",
        "莆田桂圆干",
        "Replicator rotary tool",
        "Mirror black OnePlus 6T",
        "Grade A refurbished TV",
        "USA货源 直邮",
    ],
)
def test_honest_words_are_no_evidence(title: str) -> None:
    assert read_title(title).replica == ""


MONSTERS = {
    "ascii": "case for " * 11_112,
    "negations": "not no " * 14_286,
    "replica": "r e p l i c " * 8_334,
    "digits": "2 x 3 x " * 12_500,
    "mini": "mini edp " * 11_112,
    "chinese": "非拒绝高仿" * 20_000,
    "devices": "适用苹果" * 25_000,
    "brackets": "((((((((((" * 10_000,
    "zero width": "\u200b" * 100_000,
    "marks": "a" + "\u0301\u0323" * 50_000,
    "ligatures": "\ufdfa" * 100_000,
    "emoji": "😀👩‍👩‍👧" * 20_000,
    "right to left": "\u202eسامسونج " * 12_500,
    "surrogates": "\ud83d" * 100_000,
    "spaces": " " * 100_000,
    "with": "with case + " * 8_334,
    "used": "used " * 20_000,
}


@pytest.mark.parametrize("title", MONSTERS.values(), ids=MONSTERS)
def test_a_monstrous_title_is_read_no_further_than_its_bound(title: str) -> None:
    assert read_title(title * 10) == read_title(title)


def test_what_lies_behind_the_bound_is_not_read() -> None:
    assert read_title("x " * 290 + "replica").replica == "replica"
    assert read_title("x " * 300 + "replica").replica == ""


@given(st.text(max_size=700), st.none() | st.text(max_size=30))
def test_any_text_is_read(title: str, category: str | None) -> None:
    read = read_title(title, category)
    assert set(read.guards) <= set(GUARDS)
    assert len(read.replica) <= MAX_PHRASE
    assert read.replica.isprintable()


_WORDS = "replica 1:1 aaa quality case for iphone with not no 2 x + used box only 高仿 拒绝 送 手机壳 适用 ( | ,"
_PIECES = st.lists(st.sampled_from(_WORDS.split()), max_size=80)


@given(_PIECES, st.sampled_from(["", " ", " - "]))
def test_any_mix_of_the_words_is_read(pieces: list[str], between: str) -> None:
    read = read_title(between.join(pieces))
    assert len(read.replica) <= MAX_PHRASE
    assert len(set(read.guards)) == len(read.guards)
