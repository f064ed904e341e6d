"""Whether a message denies or warns of what it names: "never pay outside the platform", "请勿加微信"."""

import re
from typing import Final

_LOOK: Final = 70  # characters to either side


class Denial:
    """Words before a phrase, in its clause, or behind it that turn its sense; with `but` in between they do not."""

    __slots__ = ("_after", "_before", "_but")

    def __init__(self, before: str, after: str, but: str) -> None:
        self._before = re.compile(before)
        self._after = re.compile(after)
        self._but = re.compile(but)

    def denies(self, text: str, start: int, end: int) -> bool:
        """Whether what stands there from `start` to `end` is denied."""
        behind = max(0, start - _LOOK)
        before = self._before.search(text[behind:start])
        if before is not None and self._but.search(text[behind + before.start() : end]) is None:
            return True
        return self._after.match(text[end : end + _LOOK]) is not None


ENGLISH: Final = Denial(
    r"\b(?:never|not|don t|dont|doesn t|can t|cant|cannot|won t|wont|isn t|aren t|avoid|beware|against|no|nor|"
    r"without|prohibit\w*|forbid\w*|refuse|decline|anyone|someone|anybody|somebody|scammers?|fraudsters?|stop|"
    r"instead of|rather than|unable|illegal)\b[^.,;|!?]{0,48}$",
    r"[^.;|!?]{0,40}\b(?:scam\w*|fraud\w*|not allowed|prohibited|forbidden|against|not safe|unsafe|unprotected|"
    r"not (?:be )?(?:protected|covered|supported|accepted|possible|available)|(?:is|are) never|violat\w+)\b",
    r"\bhere\b|\bthis (?:site|app|chat)\b|\bno (?:problem|worries|fees?|tax)\b|: ?(?:please|pls|just|so|but)\b",
)

_NOT: Final = (
    r"(?:[不勿别莫未没无谁]|谨防|防止|禁止|严禁|拒绝|警惕|小心|避免|杜绝|抵制|举报|若有|如果?有|"
    r"凡是|任何|骗子|诈骗|假冒|冒充|远离)"
)
CHINESE: Final = Denial(
    rf"{_NOT}[^,.;:|]{{0,10}}$",
    r"[^,.;|]{0,8}(?:是骗|诈骗|骗子|有风险|不安全|违规|违反|不受|不支持|不允许|不接受|"
    r"无法保障|没有保障|谨防|被骗|不可以|不可信|不要|请勿)",
    r"不(?:方便|好说|能[说聊发]|让|行|了|用担心|错|同|一样|便)|没(?:问题|关系|事|货)|"
    r"别的|无(?:货|法|所谓)|[别不]要?(?:在|从|用|通过)(?:本|这个?)?(?:平台|这里|这边|网上|站内|系统|店里)",
)
