"""Words of condition and kind in five languages, and what only looks like them."""

import pytest

from detectors.wording import NOTHING_SAID, read_title
from detectors.wording.flat import flatten


@pytest.mark.parametrize(
    "title",
    [
        "Apple iPhone 8 64GB (Renewed)",
        "REFURBISHED Canon EOS 60D",
        "Samsung S8 Certified Pre-Owned Factory Unlocked",
        "used Canon EOS 5D, refurbished by Canon",
        "iPhone X generalüberholt",
        "iPhone X GENERALUEBERHOLTES Gerät",
        "iPhone 11 reconditionné",
        "PC remis à neuf",
        "iPhone 12 reacondicionado",
        "官翻 iPhone 12",
        "iPhone 12 翻新机",
    ],
)
def test_goods_are_refurbished_where_the_title_says_so(title: str) -> None:
    assert read_title(title).condition == "refurbished"


@pytest.mark.parametrize(
    "title",
    [
        "Used Canon EOS 60D",
        "Canon EOS 60D used in good condition",
        "Ford Model T used",  # a letter of its own, and no "isn't"
        "Samsung S7 - lightly used",
        "pre-owned Rolex Submariner",
        "preloved Gucci bag",
        "Second-hand Sony TV",
        "iPhone 12, like new",
        "grade B Apple iPhone 6 32GB",
        "Indesit IWE71682W graded washer",
        "iPhone 11 gebraucht",
        "Sony Kamera aus zweiter Hand",
        "iPhone 11 d'occasion",
        "Canapé seconde main",
        "iPhone usado",
        "Bolso de segunda mano",
        "二手 iPhone 13",
        "iPhone 13 128G 99新",
        "华为P40 九成新",
        "索尼相机 9.5成新",
        "Prada shoes worn once",
        "Nike Air Max, gently worn",
        "Coach bag with signs of wear",
        "Gucci belt, minor scuffs",
        "HTC One M9 unlocked good condition",
        "Canon EOS 60D ex-lease",
        "Prada Schuhe getragen",
        "Chanel Tasche Zustand: sehr gut",
        "Chanel Tasche in gutem Zustand",
        "Chanel Tasche neuwertig",
        "Rolex Uhr wie neu",
        "Rolex mit leichten Gebrauchsspuren",
        "Sac Chanel très bon état",
        "Chaussures Prada portées deux fois",
        "Sac Chanel comme neuf",
        "Montre avec traces d'usure",
        "Bolso Chanel en muy buen estado",
        "Bolso Chanel como nuevo",
        "Reloj con signos de uso",
        "Zapatos puestos una vez",
        "香奈儿 中古 包",
        "背过两次 香奈儿 包",
        "手表 有使用痕迹",
    ],
)
def test_goods_are_used_where_the_title_says_so(title: str) -> None:
    assert read_title(title).condition == "used"


@pytest.mark.parametrize(
    "title",
    [
        "Gucci bag vintage",
        "Sony A6500 ex display",
        "Bosch washing machine display model only",
        "LG TV ex-demo unit",
        "B-stock guitar",
        "open box HTC One M9",
        "Coach Tabby 26 warehouse deal returned item",
        "Fridge, scratch & dent",
        "Ray-Ban factory seconds",
        "Coach Tabby 26 mint condition",
        "Louis Vuitton Neverfull consignment piece",
        "Perfume 100ml damaged box",
        "Prada Tasche Ausstellungsstück",
        "Dyson V15 Vorführgerät",
        "AEG Waschmaschine B-Ware",
        "2. Wahl AEG Kühlschrank",
        "iPhone 15 Retourware",
        "Canapé modèle d'exposition",
        "Machine à café retour client",
        "Chaussures second choix",
        "Sofá de exposición",
        "Zapatos con tara",
        "华为 P40 展示机",
        "iPhone 15 样机",
        "iPhone 15 已拆封",
        "香奈儿 包 微瑕",
    ],
)
def test_displays_returns_and_seconds_are_open_box(title: str) -> None:
    assert read_title(title).condition == "open_box"


def test_the_condition_that_says_most_is_the_one_read() -> None:
    assert read_title("vintage Gucci bag, pre-loved").condition == "used"
    assert read_title("open box, refurbished by Canon").condition == "refurbished"


@pytest.mark.parametrize(
    "title",
    [
        "Canon EOS 60D never used",
        "Prada shoes never worn",
        "Bag, no signs of wear",
        "Not a display model: LG TV",
        "Vintage style lamp",
        "Chaussures jamais portées",
        "Tasche ohne Gebrauchsspuren",
        "Schuhe nie getragen",
        "iPhone with 6.1 inch display",
        "Free returns: LG TV",
        "iPhone 15 未拆封",
        "iPhone 15 七天无理由退货",
        "香奈儿 包 无瑕疵",
        "unused iPhone 7",
        "iPhone 7 not refurbished",
        "iPhone 7 brand new, not a refurb",
        "iPhone 7 not used or refurbished",
        "iPhone 7: isn't refurbished",
        "Tool used by professionals",
        "Lamp that can be used for reading",
        "Spirit of renewal cream",
        "Watch with second hand sweep",
        "Perfect for every occasion dress",
        "Military-Grade durable phone",
        "Energy grade A fridge",
        "iPhone 7 nicht generalüberholt",
        "iPhone 7 kein Refurbished",
        "iPhone 7 sin usar",
        "iPhone 7 jamais reconditionné",
        "全新 iPhone 13 非二手",
        "iPhone 13 非翻新机 拒绝二手",
        "2019新款 连衣裙",
        "vivo X90新机上市",
    ],
)
def test_what_a_title_denies_or_says_of_something_else_is_no_condition(title: str) -> None:
    assert read_title(title).condition is None


@pytest.mark.parametrize(
    ("guard", "title"),
    [
        ("for_parts", "iPhone 8 for parts"),
        ("for_parts", "iPhone 8 - spares or repairs"),
        ("for_parts", "Canon 60D NOT WORKING"),
        ("for_parts", "iPhone 8 cracked screen"),
        ("for_parts", "iPhone 8 iCloud locked"),
        ("for_parts", "iPhone 8 defekt an Bastler"),
        ("for_parts", "iPhone 8 pour pièces"),
        ("for_parts", "Televisor no funciona"),
        ("for_parts", "iPhone 8 零件机"),
        ("empty_box", "iPhone 13 Pro box only"),
        ("empty_box", "EMPTY BOX for iPhone 13"),
        ("empty_box", "iPhone 13 nur OVP"),
        ("empty_box", "Chanel No 5 flacon vide"),
        ("empty_box", "iPhone 13 caja vacía"),
        ("empty_box", "iPhone 13 空盒"),
        ("dummy", "Samsung S8 dummy phone"),
        ("dummy", "Samsung S8 Attrappe"),
        ("dummy", "iPhone 13 模型机"),
        ("tester", "Coach Floral 3.0 oz EDP Tester"),
        ("tester", "The One by D&G (Tester)"),
        ("tester", "香奈儿 香水 试用装"),
        ("sample", "Chanel Chance EDP 1.5ml sample"),
        ("sample", "Creed Aventus 10ml decant"),
        ("sample", "Versace Eros 0.17 oz EDT mini"),
        ("sample", "Dior Sauvage Abfüllung 5ml"),
        ("sample", "Dior J'adore échantillon eau de parfum"),
        ("sample", "Dior muestra perfume"),
        ("sample", "香奈儿香水分装 5ml"),
        ("deposit", "PS5 pre-order deposit"),
        ("deposit", "PS5 Anzahlung"),
        ("deposit", "PS5 acompte"),
        ("deposit", "PS5 定金"),
        ("contract", "iPhone 13 with contract"),
        ("contract", "iPhone 13 24 month contract"),
        ("contract", "iPhone 13 mit 24 Monaten Vertrag"),
        ("contract", "iPhone 13 avec forfait"),
        ("contract", "iPhone 13 con permanencia"),
        ("contract", "iPhone 13 合约机"),
        ("contract", "Samsung S9 Carrier Locked"),
        ("pack", "2x iPhone 13"),
        ("pack", "3 x Lancome Perfume 4ml"),
        ("pack", "AirPods lot of 3"),
        ("pack", "Energizer AAA 12-pack"),
        ("pack", "AirPods (x2)"),
        ("pack", "Seife 6er Pack"),
        ("pack", "Savon lot de 4"),
        ("pack", "Jabón paquete de 3"),
        ("pack", "面膜 10片装"),
        ("bundle", "Canon EOS 80D professional bundle"),
        ("bundle", "Elizabeth Taylor gift set"),
        ("bundle", "香奈儿 礼盒"),
        ("part", "Replacement battery iPhone 8"),
        ("part", "notebook spare part display"),
        ("part", "LCD digitizer iPhone 8"),
        ("part", "Ersatzdisplay iPhone 8"),
        ("part", "iPhone 8 pièces détachées"),
        ("part", "iPhone 8 屏幕总成"),
    ],
)
def test_a_kind_has_a_guard_with_its_name(guard: str, title: str) -> None:
    assert guard in read_title(title).guards


@pytest.mark.parametrize(
    "title",
    [
        "Samsung washing machine 5 year parts and labour warranty",
        "Montpellier washer 2 years parts labour guarantee",
        "Nokia works, not faulty",
        "Samsung On5 (Does Not Work With Metro PCS)",
        "Broken Sword: Shadow of the Templars",
        "iPhone 13 new in box only 3 left",
        "iPhone 13 no box only phone",
        "Crash test dummy",
        "Digital battery tester",
        "Cable tester RJ45 network",
        "Akai sampler MPC",
        "ThinkPad digitizer pen",
        "iPhone 13 mini 128GB",
        "iPhone 13 no contract",
        "Nokia Lumia 520 No Annual Contract",
        "iPhone 13 unlocked sim free",
        "iPhone 13 ohne Vertrag",
        "iPhone 13 sans engagement ni forfait",
        "iPhone 13 非合约机 无需定金",
        "Sony DSC H300 camera 35x optical zoom",
        "2x zoom lens",
        "2 x 8W speakers, HDMI x 1",
        "Honor 5X gold 16GB",
        "Sony Xperia X10",
        "Eastpak backpack black",
        "Power pack station",
        "6-core processor 4x faster",
        "iPhone 13 with 2 pcs of tape",
        "Chanel Chance 100ml with free sample",
        "Dior J'adore 100ml + échantillon gratuit",
        "Lego castle 500 pieces",
        "兰蔻精华 送小样",
        "Showcase cabinet",
        "Nike Air Max 90",
    ],
)
def test_what_only_looks_like_a_kind_has_no_guard(title: str) -> None:
    assert read_title(title).guards == ()


@pytest.mark.parametrize(
    "title",
    [
        "Case for iPhone 13",
        "Skin iPhone 7",
        "Silicone case black for Apple iPhone 13",
        "iPhone 13 silicone case",
        "iPhone 13 case black",
        "Scosche polycarbonate case iPad 2 purple",
        "For Samsung Galaxy S8 battery cover",
        "Tempered glass screen protector Galaxy S8",
        "Charger compatible with iPhone",
        "Tough Armor compatible with Apple iPhone 13",
        "Loewe floor stand for 40 inch TV",
        "Schutzhülle iPhone 13",
        "iPhone 13 Handyhuelle schwarz",
        "Für iPhone 13 Panzerglas",
        "Hülle passend für Samsung S8",
        "Coque iPhone 13 silicone",
        "Verre trempé iPhone 13",
        "Funda para iPhone 13",
        "Protector de pantalla Samsung",
        "适用于 iPhone 13 手机壳",
        "适用苹果13 透明",
        "苹果13手机壳",
        "iPhone 13 Pro 钢化膜",
        "iPhone 13 手機殼",
    ],
)
def test_an_accessory_that_heads_the_title(title: str) -> None:
    assert "accessory" in read_title(title).guards


@pytest.mark.parametrize(
    "title",
    [
        "iPhone 13 with free case",
        "iPhone 13 + case",
        "iPhone 13 incl. silicone case and charger",
        "Smartphone includes phone case and screen protector white",
        "iPhone 13 mit Hülle",
        "iPhone 13 avec coque",
        "iPhone 13 con funda de regalo",
        "iPhone 13 送手机壳",
        "iPhone 13 含充电器 数据线",
        "Nokia 3310 (Compatible with AT&T, T-Mobile)",
        "Doro Secure 580 hearing aid compatible",
        "Apple Watch Series 5 44mm aluminium case with sport band",
        "Apple Watch Series 5 44mm rubber case",
        "AirPods Pro 2 with MagSafe charging case",
        "iPhone 13 128GB & silicone case",
        "iPhone 13 et coque",
        "Case Logic camera bag",
        "Apple iPhone 6S for AT&T",
        "Ralph Lauren long sleeve shirt for men",
        "Gucci pouch for women",
        "Top mount freestanding fridge freezer",
        "Dyson stand vacuum",
        "Microwave for tall housing",
        "干性皮肤 适用 面霜",
        "Showcase Galaxy projector",
    ],
)
def test_an_accessory_that_comes_along_or_only_sounds_like_one(title: str) -> None:
    assert "accessory" not in read_title(title).guards


def test_a_category_of_accessories_makes_one_of_a_word_that_heads_nothing() -> None:
    assert read_title("Spigen tough cover matte").guards == ()
    assert read_title("Spigen tough cover matte", "Phone Cases & Covers").guards == ("accessory",)
    assert read_title("苹果 送 手机壳", "手机配件").guards == ("accessory",)
    assert read_title("Spigen tough cover matte", "Phones").guards == ()


def test_what_a_category_says_of_perfume_counts_too() -> None:
    assert read_title("Miss Dior miniature").guards == ()
    assert read_title("Miss Dior miniature", "Perfume").guards == ("sample",)


def test_several_guards_come_in_their_order_and_the_first_is_the_reason() -> None:
    read = read_title("2x silicone case for iPhone 13, faulty")
    assert read.guards == ("for_parts", "accessory", "pack")
    assert read.guard == "for_parts"


def test_a_plain_title_says_nothing() -> None:
    for title in (
        "Samsung Galaxy S II i9100 16GB white",
        "三星 Galaxy S9 全新",
        "Ноутбук Lenovo",
        "سامسونج جالاكسي",
        "",
    ):
        assert read_title(title) is NOTHING_SAID


def test_a_dash_between_words_parts_them_as_other_signs_do() -> None:
    assert flatten("iphone 13 - silicone case") == "iphone 13 | silicone case"
    assert flatten("iphone 13 - 手机壳") == "iphone 13 | 手机壳"
