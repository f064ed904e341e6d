"""Words that mean the same, words that tell variants apart, units: what normalising looks up.

A table here is general knowledge of goods and languages; what one catalogue calls one product belongs into that
product's `aliases`.
"""

from typing import Final

#: What a feature says.
WORD: Final = 0
NUMBER: Final = 1
CODE: Final = 2  # letters and digits that touch
CAPACITY: Final = 3  # storage, or millilitres
FREQUENCY: Final = 4
VARIANT: Final = 5
COLOUR: Final = 6
BOX: Final = 7
GENERATION: Final = 8
TRAY: Final = 9
KINDS: Final = 10

_COLOURS: Final = {
    "white": "weiss weisse weisser weises blanc blanche blanco blanca bianco 白色",
    "black": "schwarz schwarze schwarzer noir noire negro negra nero 黑色",
    "silver": "silber silbern argent argente plata plateado 银色",
    "grey": "gray grau graue gris graphite grafito anthracite anthrazit antracita 灰色",
    "red": "rot rote rouge rojo roja 红色",
    "blue": "blau blaue bleu bleue azul 蓝色",
    "green": "gruen grun grune vert verte verde 绿色",
    "gold": "golden goldfarben dore doree dorado dorada 金色",
    "pink": "rosa rose rosado 粉色",
    "purple": "violet violett lila morado 紫色",
    "yellow": "gelb jaune amarillo amarilla 黄色",
    "orange": "naranja",
    "brown": "braun marron",
    "steel": "stainless edelstahl inox inoxidable acier acero",
    "cream": "creme crema beige ivory",
    "copper": "kupfer cuivre cobre bronze",
}

_VARIANTS: Final = {
    "plus": "加强版",
    "pro": "专业版",
    "max": "",
    "mini": "迷你",
    "ultra": "至尊版",
    "lite": "青春版",
    "se": "",
    "fe": "",
    "air": "",
    "note": "",
    "edge": "",
    "neo": "",
    "play": "",
    "prime": "",
    "fold": "折叠",
    "flip": "",
    "ti": "",
}

_PACKINGS: Final = {"box": "boxed retail wof 盒装", "tray": "oem bulk 散片"}

_SAME: Final = {
    "integrated": "einbau integrierbar vollintegriert teilintegriert integrierter encastrable integrable built",
    "gen": "generation generacion generazione geracao",
    "mk": "mark",
    "2": "ii",
    "3": "iii",
    "4": "iv",
    "6": "vi",
    "7": "vii",
    "8": "viii",
    "refrigerator": "kuhlschrank refrigerateur refrigerador frigorifico 冰箱",
    "edition": "edicion ausgabe edicao edizione",
    "phone": "handy telefono telephone movil 手机",
    "washing": "waschmaschine lavadora 洗衣机",
    "dishwasher": "geschirrspuler lavavajillas 洗碗机",
    "microwave": "mikrowelle microondas 微波炉",
    "freezer": "gefrierschrank congelateur congelador 冰柜",
    "tv": "television fernseher televisor televiseur 电视",
    "camera": "kamera camara 相机",
    "processor": "prozessor processeur procesador 处理器",
}

_BRANDS: Final = {
    "hp": "惠普",
    "apple": "苹果",
    "samsung": "三星",
    "huawei": "华为",
    "honor": "荣耀",
    "xiaomi": "小米",
    "redmi": "红米",
    "oppo": "欧珀",
    "vivo": "维沃",
    "oneplus": "一加",
    "realme": "真我",
    "meizu": "魅族",
    "nubia": "努比亚",
    "zte": "中兴",
    "lenovo": "联想",
    "motorola": "摩托罗拉",
    "nokia": "诺基亚",
    "sony": "索尼",
    "canon": "佳能",
    "nikon": "尼康",
    "fujifilm": "富士",
    "olympus": "奥林巴斯",
    "panasonic": "松下",
    "leica": "徕卡",
    "philips": "飞利浦",
    "siemens": "西门子",
    "bosch": "博世",
    "haier": "海尔",
    "hisense": "海信",
    "midea": "美的",
    "gree": "格力",
    "skyworth": "创维",
    "changhong": "长虹",
    "sharp": "夏普",
    "toshiba": "东芝",
    "hitachi": "日立",
    "whirlpool": "惠而浦",
    "electrolux": "伊莱克斯",
    "dyson": "戴森",
    "intel": "英特尔",
    "amd": "超威",
    "nvidia": "英伟达",
    "asus": "华硕",
    "acer": "宏碁",
    "dell": "戴尔",
    "microsoft": "微软",
    "google": "谷歌",
    "nintendo": "任天堂",
    "lego": "乐高",
    "nike": "耐克",
    "adidas": "阿迪达斯",
    "chanel": "香奈儿",
    "dior": "迪奥",
    "gucci": "古驰",
    "lancome": "兰蔻",
    "esteelauder": "雅诗兰黛",
}

_UNITS: Final = {
    "gb": "go gig gigabyte gigabytes",
    "gbram": "",
    "tb": "terabyte",
    "ml": "milliliter millilitre",
    "oz": "",
    "mb": "mo megabyte",
    "ghz": "",
    "mhz": "",
    "mp": "mpx megapixel megapixels mpix",
    "mah": "",
    "kg": "kilo kilogram",
    "cm": "",
    "rpm": "",
}

#: No goods have more: a larger number ends a model number, and the letters are no unit: "MWH26321MB", "E5606 ML".
LARGEST: Final = {
    "gb": 2048.0,
    "tb": 32.0,
    "ml": 1000.0,
    "oz": 100.0,
    "mb": 999.0,
    "mhz": 9999.0,
    "mp": 250.0,
    "mah": 99_999.0,
    "kg": 99.0,
    "cm": 300.0,
    "rpm": 20_000.0,
}

#: Phrases that another stands for, before the text is cut into words.
PHRASES: Final = {
    "hewlett packard enterprise": "hp",
    "hewlett packard": "hp",
    "hewlett-packard": "hp",
    "ultra hd": "uhd",
    "eau de parfum": "edp",
    "eau de toilette": "edt",
    "eau de cologne": "edc",
    "promax": "pro max",
}
#: First, second, third ... before "generation".
NTH: Final = (
    "first erste premiere primera",
    "second zweite deuxieme seconde segunda",
    "third dritte troisieme tercera",
    "fourth vierte quatrieme cuarta",
    "fifth funfte fuenfte cinquieme quinta",
    "sixth sechste sixieme sexta",
    "seventh siebte septieme septima",
    "eighth achte huitieme octava",
    "ninth neunte neuvieme novena",
    "tenth zehnte dixieme decima",
)


def _canonical() -> dict[str, str]:
    meant: dict[str, str] = {}
    for table in (_COLOURS, _VARIANTS, _PACKINGS, _SAME, _BRANDS):
        for word, others in table.items():
            meant.update(dict.fromkeys(others.split(), word))
    return meant


_MEANT: Final = _canonical()
#: A word in Latin letters to the word that stands for it.
CANONICAL: Final = {other: word for other, word in _MEANT.items() if other.isascii()}
#: Chinese words to the word that stands for them, longest first: they are found inside text without spaces.
CHINESE: Final = {
    other: word
    for other, word in sorted(_MEANT.items(), key=lambda pair: (-len(pair[0]), pair[0]))
    if not other.isascii()
}
#: The unit after a number, to the one that stands for it.
UNITS: Final = {name: unit for unit, others in _UNITS.items() for name in (unit, *others.split())}
#: Letters that are a unit after these numbers alone: "16 G" is storage, "4G" a network, "4K" a resolution, and the K of
#: "i7-6700K" none of them.
UNITS_AFTER: Final = (
    dict.fromkeys(((number, "g") for number in ("8", "16", "32", "64", "128", "256", "512")), "gb")
    | dict.fromkeys(((number, "g") for number in "2345"), "g")
    | dict.fromkeys(((number, "k") for number in "48"), "k")
)
KIND_OF_WORD: Final = dict.fromkeys(_COLOURS, COLOUR) | dict.fromkeys(_VARIANTS, VARIANT) | {"box": BOX, "tray": TRAY}
KIND_OF_UNIT: Final = {"gb": CAPACITY, "tb": CAPACITY, "ml": CAPACITY, "ghz": FREQUENCY} | dict.fromkeys(
    ("mhz", "mb", "mp", "mah", "gbram", "kg", "cm", "rpm", "g", "k"), WORD
)
