"""What a Chinese title says of condition, kind and copies: without spaces, so phrases are looked for anywhere."""

import re
from typing import Final, NamedTuple

SIMPLIFIED: Final = str.maketrans(
    "機殼護鋼適於約裝禮樣試貨單複復純倣買賣贈帶絕無訂預數據線電頭閒準維報廢壞屍體總貼蘋為榮製個隻條張雙錶",
    "机壳护钢适于约装礼样试货单复复纯仿买卖赠带绝无订预数据线电头闲准维报废坏尸体总贴苹为荣制个只条张双表",
)
_DEVICES: Final = (
    r"(?:苹果|华为|荣耀|小米|红米|三星|索尼|任天堂|戴森|佳能|尼康|大疆|魅族|一加|oppo|vivo|iphone|ipad|airpods|macbook|"
    r"galaxy|redmi|switch|ps5|kindle)"
)
_COPIES: Final = (
    r"高仿(?!真)|精仿|超仿|仿品|仿货|仿[版牌]|(?<![b-z0-9])a{1,5}货|超a(?![a-z0-9])|复刻|原单(?![号价据])|纯原|"
    r"莆田(?:鞋|货|纯|高端|顶级|精|版)|山寨|假货|盗版|以假乱真|一比一|1比1|仿(?:lv|gucci|chanel|香奈儿|爱马仕|劳力士)|"
    r"仿真? ?(?:名牌|大牌)|公司级[^|;]{0,4}鞋|鞋[^|;]{0,4}公司级|(?<!通)过验(?![证收货厂光算钞])|得物(?:可|包)过|"
    r"(?:可|能|包)过(?:得物|鉴定|专柜)|华强北[^|;]{0,6}(?:耳机|airpods|手表|watch)"
)
#: Grade A jade is natural jade; a reissue by the maker is no copy.
_NATURAL: Final = re.compile("翡翠|玉|手镯")
_REISSUE: Final = re.compile("官方|唱片|黑胶|手办|jordan|aj|乔丹|游戏|邮票|钱币")

_SENSES: Final = (
    ("refurbished", "翻新(?![膏剂液漆])|官翻|官换|官修|整修机"),
    (
        "used",
        "二手(?!烟|车检)|闲置|准新|[5-9](?:[.][0-9])?成新(?!风)|[五六七八九]成新|九[五八九]新|(?<![0-9.])[7-9][0-9]新(?![款品版年色机货])|"
        "中古|使用痕迹|几乎全新|[穿戴用背]过[一两二三几]次|"
        "(?:轻微|有|小|少许|细微)划痕|电池(?:健康|效率)|电池 ?[789][0-9]%",
    ),
    (
        "open_box",
        "展示机|样机|展品|展柜机|陈列机|(?:已|[有被仅])拆封|拆封[机未没]|(?:仅|只)试[穿戴]|试[穿戴]过|"
        "退货 ?处理|客退|退货机|退换机|微瑕|瑕疵[品机]|次品|二等品",
    ),
    ("for_parts", "零件机|配件机|故障机|维修机|尸体机|报废机|不开机|坏机"),
    ("empty_box", "空盒|空瓶|空包装|仅盒子|只有盒子|单盒子"),
    ("dummy", "模型机|手机模型|机模"),
    (
        "part",
        "屏幕总成|总成|维修配件|零配件|拆机屏|手机电池|主板(?!卡)|后盖|排线|听筒|扬声器|卡托|中框|耳罩|耳套|滤[网芯棒]|[边滚主]刷|"
        "集?尘袋|墨盒|硒鼓|碳粉|[刀刷]头|螺旋桨|奶壶|炸篮|散热器|"
        "(?:电池|屏幕|摄像头|镜片|密封圈|排水泵)$",
    ),
    ("tester", "试用装|试香"),
    ("sample", "小样|分装(?![瓶器盒])|试管|体验装|旅行装"),
    ("deposit", "定金|订金|预付款|预付金"),
    ("contract", "合约机|合约版|合约套餐|购机入网|套餐机"),
    ("pack", "(?:[2-9两二三四五六十]|[1-9][0-9])(?:件|个|只|瓶|支|盒|条|部|台|包|罐|片|张|双)装|批发|整箱"),
    ("bundle", "套装|礼盒"),
)
_ACCESSORY: Final = (
    "手机壳|手机套|保护壳|保护套|硅胶壳|防摔壳|磁吸壳|透明壳|皮套|钢化膜|贴膜|保护膜|屏幕膜|水凝膜|镜头膜|充电器|充电头|"
    "数据线|充电线|表带|手机支架|说明书|充电底座|收纳包|遥控器|触控笔|手写笔|灯饰|自拍杆|清洁片|充电座|头带|面罩|身体霜|香皂|游戏(?:光盘|卡带|卡)|身体乳|沐浴[露乳]|香体膏|止汗|"
    "(?:手柄|底座|键盘|光盘)(?: ?[黑白红蓝灰]色)?$"
)
_EXTRA: Final = re.compile("(?:送|赠|附|含|带|配|加|免费|包括|(?<![a-z0-9])[+]|[+](?! ))[^|;]{0,15}$")
_MADE_FOR: Final = re.compile(rf"适用于?[^|;,]{{0,4}}{_DEVICES}")
_NOT: Final = (
    "(?:非|不是|不卖|不做|不售|不含|不收|无需|不用|拒绝|拒售|拒|无|没有|杜绝|抵制|打击|远离|谨防|小心|警惕|绝非|并非|"
    "绝不|别买|勿买|勿|免|反对|告别)"
)
_TERM: Final = "|".join([_COPIES, *(pattern for _, pattern in _SENSES)])
_DENIED: Final = re.compile(rf"{_NOT}[^|;,+]{{0,2}}?(?:(?:{_TERM})[机货版]?[,和与及或等 ]*)+")
_ANY: Final = re.compile(f"适用|{_ACCESSORY}|{_TERM}")
_COPY: Final = re.compile(_COPIES)
_ACCESSORIES: Final = re.compile(_ACCESSORY)
_SENSED: Final = tuple((sense, re.compile(pattern)) for sense, pattern in _SENSES)
#: What may come along with goods of which it says nothing.
_MAY_COME_ALONG: Final = frozenset(("part", "sample", "tester", "empty_box", "bundle", "pack"))


class Said(NamedTuple):
    """The senses found, in no order, and the phrase that speaks of a copy, "" for none."""

    senses: frozenset[str]
    copy: str


_NOTHING: Final = Said(frozenset(), "")


def read_chinese(flat: str, is_accessory_category: bool) -> Said:
    """What the Chinese part of a flattened title says."""
    text = flat.translate(SIMPLIFIED)
    if _ANY.search(text) is None:
        return _NOTHING
    text = _DENIED.sub("|", text)
    senses = set()
    for sense, pattern in _SENSED:
        found = pattern.search(text)
        if found and not (sense in _MAY_COME_ALONG and _EXTRA.search(text[: found.start()])):
            senses.add(sense)
    if _is_accessory(text, is_accessory_category):
        senses.add("accessory")
    return Said(frozenset(senses), _copy(text))


def _copy(text: str) -> str:
    for found in _COPY.finditer(text):
        phrase = found.group()
        if phrase.endswith("a货") and _NATURAL.search(text):
            continue
        if phrase == "复刻" and _REISSUE.search(text):
            continue
        return phrase
    return ""


def _is_accessory(text: str, is_accessory_category: bool) -> bool:
    found = _ACCESSORIES.search(text)
    if found is None:
        made_for = _MADE_FOR.match(text)
        return made_for is not None
    return is_accessory_category or _EXTRA.search(text[: found.start()]) is None
