"""Condition said by what was done with the goods: wear, tries, tests, in five languages and Chinese."""

import pytest

from detectors.wording import read_title


@pytest.mark.parametrize(
    "title",
    [
        "Galaxy S9 with scratches on the back",
        "Nike Air Max worn 3 times size 43",
        "worn a handful of times, Adidas boots",
        "PS4 console previously owned",
        "Apple Watch with light wear",
        "Dyson V8 tested and working",
        "Amplifier in full working order",
        "Nintendo Switch, 2 years old, works fine",
        "MacBook Pro 2017 battery health 82 percent",
        "iPad Air 2 grade B",
        "Well loved Barbour jacket",
        "iPhone 11 mit leichten Kratzern",
        "Handy gebr. ohne Simlock",
        "Playstation 4, benutzt, mit Controller",
        "téléphone usagé quelques rayures",
        "vêtement déjà porté taille M",
        "portátil con arañazos leves",
        "轻微划痕 手机",
        "苹果11 电池健康86",
    ],
)
def test_goods_that_were_worn_or_tested_are_used(title: str) -> None:
    assert read_title(title).condition == "used"


@pytest.mark.parametrize(
    "title",
    [
        "Opened but never used, Bose headphones",
        "unwanted gift, opened to check",
        "tried on once, dress size M",
        "slight box damage, phone new",
        "appareil photo déballé jamais utilisé",
        "拆封未使用 AirPods",
        "仅试穿 球鞋 42",
        "退货 处理 冰箱",
    ],
)
def test_goods_that_were_unpacked_or_tried_are_open_box(title: str) -> None:
    assert read_title(title).condition == "open_box"


def test_goods_that_a_shop_overhauled_are_refurbished() -> None:
    assert read_title("Laptop vom Händler überholt").condition == "refurbished"


@pytest.mark.parametrize(
    "title",
    [
        "iPhone 12 new, no scratches",
        "never tried on, dress size M",
        "iPhone 11 neu, ohne Kratzer",
        "iPhone 11 nie benutzt",
        "iPhone 11 unbenutzt und versiegelt",
        "chemise à rayures neuve",
        "crème usage quotidien 50 ml",
        "móvil resistente a arañazos",
        "苹果13 无划痕 全新",
        "耐刮 防划痕 保护膜",
        "scratch resistant glass for Galaxy",
        "battery health monitor 12V",
        "works perfectly with iPhone, charger",
        "used by professionals: Wahl clipper",
        "二手烟 净化器",
        "翻新膏 皮革",
        "9成新风系统 家用",
        "casual wear resistant work trousers",
    ],
)
def test_what_denies_wear_or_speaks_of_something_else_is_no_condition(title: str) -> None:
    assert read_title(title).condition is None
