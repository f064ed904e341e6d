"""What a seller's message says: reassurances that explain a low price away, and asking to pay or talk elsewhere.

English is read from the flattened text with spaces, Chinese from the same text without them: there "V 信" and
"加 微 信" are ways around a filter. Every pattern looks a bounded number of characters ahead: any text takes linear
time.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from detectors.folding import MAX_RAW, fold
from detectors.wording import denials, lures, reassurances
from detectors.wording.chinese import SIMPLIFIED
from detectors.wording.flat import flatten

#: Signs for a word, and traditional letters that messages hold and titles do not.
_SPELLED: Final = {
    "➕": "加",
    "✚": "加",
    "﹢": "+",
    "⁺": "+",
    "🐧": "qq",
    "✈": "飞机",
    "🛰": "卫星",
    "💬": "v信",
    "❤": "心",
    "·": "",
    "•": "",
    "・": "",
}
_SIGNS: Final = str.maketrans({**_SPELLED, "\ufe0f": ""})
_TRADITIONAL: Final = str.maketrans(
    "沖鑽譽賬帳轉銀匯聯內價關稅證專櫃廠產貨沒們這臺號碼發門麼會嗎實體與飛機電報繞過脫離給錢親紅員標籤題現場擔",
    "冲钻誉账账转银汇联内价关税证专柜厂产货没们这台号码发门么会吗实体与飞机电报绕过脱离给钱亲红员标签题现场担",
)


REMEMBERED_MESSAGES: Final = 1_024


class Said(NamedTuple):
    """The first phrase of each kind, folded, "" for none."""

    reassuring: str = ""
    lure: str = ""


def read_message(text: str) -> Said:
    """What a seller's message says, in Chinese or English; at most `MAX_RAW` characters are read."""
    return read(text[:MAX_RAW])


@lru_cache(maxsize=REMEMBERED_MESSAGES)  # sellers answer with the same few sentences
def read(text: str) -> Said:
    """The same of a text that is short enough."""
    flat = flatten(fold(text if text.isascii() else text.translate(_SIGNS), MAX_RAW))
    tight = "" if text.isascii() else flat.replace(" ", "").translate(SIMPLIFIED).translate(_TRADITIONAL)
    return Said(
        _said(reassurances.CHINESE, reassurances.DENIED_CHINESE, tight)
        or _said(reassurances.ENGLISH, reassurances.DENIED_ENGLISH, flat),
        _said(lures.CHINESE, denials.CHINESE, tight) or _said(lures.ENGLISH, denials.ENGLISH, flat),
    )


def _said(pattern: re.Pattern[str], denied: denials.Denial, text: str) -> str:
    """The first phrase that is not denied."""
    for found in pattern.finditer(text):
        if not denied.denies(text, found.start(), found.end()):
            return found.group().strip()
    return ""
