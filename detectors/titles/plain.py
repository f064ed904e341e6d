"""Whether a title says no more than what goods are called: name, kind, colour, size, and that they are new.

What more it says may be that it sells not the goods but their filter. No list of filters is complete, so a price is
held against a title only where nothing is left of it.
"""

import re
from collections.abc import Iterable
from typing import Final

from detectors.titles.spelling import spell
from detectors.titles.words import CANONICAL

#: Words that leave open which goods these are, and kinds of goods, where `CANONICAL` has no word for them.
_NOTHING: Final = (
    # English
    "an and the of in on at to by for with without from new brand sealed boxed box bnib nib bnwt unopened unused"
    " genuine original official authentic guaranteed guarantee warranty year years month months uk us usa eu stock"
    " free fast next day delivery shipping shipped postage dispatch sim unlocked factory single dual lte wifi wi fi"
    " bluetooth cellular gps wireless smart smartphone smartphones mobile mobiles cell cellphone handset tablet"
    " tablets laptop laptops notebook console consoles cameras dslr slr mirrorless compact digital body only zoom"
    " headphones headphone earbuds earphones speaker soundbar watch smartwatch led lcd oled qled hd full ultra uhd"
    " hdr inch inches android ios cpu desktop socket core cores cache threads fridge larder american style"
    " freestanding standing under counter undercounter upright tall chest frost machine washer dryer spin load place"
    " settings oven grill vacuum cleaner cordless robot drill perfume fragrance cologne edp edt spray vaporisateur"
    " women men woman man womens mens her him ladies unisex shoes trainers sneakers handbag toy set game gaming"
    " version model series colour color size item great best price sale offer deal hot top quality good excellent"
    " condition perfect mint rated rating class energy fully retro wide slim slimline quad octa hexa memory ram"
    " storage gb tb mb ghz mhz mp mah ml oz kg cm mm litre litres liter noise cancelling go wlan standard light dark"
    " matt space sky midnight mitternacht minuit medianoche starlight titanium"
    # German
    " ein eine der die das und mit ohne von fur fuer im am neu neue neuer neues ovp originalverpackt originalverpackung"
    " unbenutzt versiegelt garantie gewahrleistung jahre jahr monate versand kostenlos kostenloser blitzversand handler"
    " rechnung simlock frei konsole gehause zoll staubsauger akkustaubsauger kopfhorer uhr parfum duft damen herren"
    " herrenduft damenduft"
    # French
    " le la les une des du et avec sans pour neuf neuve scelle emballage origine ans livraison gratuite rapide"
    " debloque portable tablette appareil photo boitier nu casque pouces lave linge vaisselle aspirateur balai fil"
    " homme femme vapo"
    # Spanish
    " el los las con sin para nuevo nueva precintado caja garantia anos envio gratis rapido libre movil tableta consola"
    " solo cuerpo auriculares pulgadas frigorifico aspiradora mujer hombre"
)
_SAYING_NOTHING: Final = frozenset((*CANONICAL.values(), *_NOTHING.split()))
_NOTHING_IN_CHINESE: Final = (
    "全新 未拆封 未拆 原封 原装 正品 国行 港版 港行 美版 日版 官方 旗舰店 旗舰 专柜 行货 包邮 顺丰 现货 当天 发货"
    " 全国联保 联保 保修 全网通 双卡 双待 移动 联通 电信 智能 平板 电脑 笔记本 游戏机 游戏 主机 单反 微单 单机身 机身"
    " 头戴式 耳机 降噪 蓝牙 无线 音箱 手表 吸尘器 香水 女士 男士 正版 新款 热卖 特价 促销 秒杀 优惠 学生 商务 午夜"
    " 石墨 亮 秘 色 版 款 第 代 的 和 台 部 屏"
)
_CHINESE_NOTHING: Final = re.compile("|".join(sorted(_NOTHING_IN_CHINESE.split(), key=len, reverse=True)))
#: Whole words without a digit, none that a hyphen joins to a model number (GT-I9100); Chinese as it stands together.
_WORD: Final = re.compile(r"(?<![a-z0-9])(?![a-z]{1,3}-[a-z]*[0-9])[a-z]{2,}(?![a-z0-9])|[㐀-鿿]+")


def is_plain(title: str, names: Iterable[str]) -> bool:
    """Whether nothing is left of a title without the words of these names of its goods and those that say nothing.

    What touches a digit is never left: a model, a size, a year.
    """
    explained = {CANONICAL.get(word, word) for name in names for word in _WORD.findall(spell(name))}
    said = (CANONICAL.get(word, word) for word in _WORD.findall(spell(title)))
    return all(word in explained or word in _SAYING_NOTHING or _is_nothing(word) for word in said)


def _is_nothing(word: str) -> bool:
    return not word.isascii() and not _CHINESE_NOTHING.sub("", word)
