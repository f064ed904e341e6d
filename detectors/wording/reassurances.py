"""Reassurances that explain a low price away, or say how genuine the goods are before anybody asked."""

import re
from typing import Final

from detectors.wording import denials

DENIED_CHINESE: Final = denials.Denial(r"(?:非|不是|不能|无法|不敢|不卖|没有|拒绝|并非|绝非)$", r"(?!)", r"(?!)")
DENIED_ENGLISH: Final = denials.ENGLISH

_GENUINE: Final = r"(?:正品|真品|原装)"

#: Without spaces.
CHINESE: Final = re.compile(
    "|".join(
        (
            r"渠道(?:不同|不一样|有?优势|特殊|价|货)",
            r"(?:不同|特殊|内部|海外|独家|自有|专属|一手|拿货|进货)的?渠道",
            r"冲(?:皇?冠|钻|信誉|信用|销量|好评|业绩|星级)|(?:刷|做|积累)(?:信誉|销量)",
            r"水货|港版|港行|欧版|美版|日版|海外版|行货尾单|灰色渠道|走私",
            rf"保证(?:都|全)?是?{_GENUINE}|{_GENUINE}保[证障真]|保真(?!空)|如假包换",
            rf"(?:绝对|百分[之百]+|100%|确保|都是|全部)是?{_GENUINE}",
            r"假一(?:赔|罚)[一二三五十百千万0-9]+|(?:支持|可以?)(?:任何|各种)?(?:专柜|官网|柜台|渠道)?(?:验货|验真|鉴定)",
            r"(?:绝|从来?|决)[不没](?:卖|有卖过?|售)假|(?:不真|假的?)[^,.;|吗么]{0,3}(?:退款|包退|全退|赔[你您])|包真(?!皮|丝)",
            r"专柜(?:正品|同款|品质)",
            r"(?:厂家|工厂|原厂|厂商|源头|品牌|官方)(?:直供|直销|直发|直批|货源|拿货)",
            r"源头工厂|一手货源|工厂价|厂家价|出厂价|直接从(?:工厂|厂家)",
            r"尾货|尾单|原单|余单|清仓|清库存|库存(?:货|积压|处理|清)|积压|断码处理",
            r"海关(?:罚没|扣|查|没收|拍卖|缉私|货)|罚没|抵债|保税[区仓]|免税(?!收)|逃税|没有?关税|不含税",
            r"亏本|赔本|赔钱|不赚钱|成本价|内部(?:价|特供|员工)|员工(?:价|内购|福利)",
            r"(?:没有|无|省去?|去掉)了?中间(?:商|环节)",
        )
    )
)

_REAL: Final = r"(?:authentic|genuine|original|real|legit)"
_OUR: Final = r"(?:our |my |up |the |shop |store )*"

ENGLISH: Final = re.compile(
    "|".join(
        (
            r"\b(?:different|special|own|inside|overseas|secret)(?: supply| sales| purchase)? (?:channels?|sources?)\b",
            r"\bchannels? (?:is|are) (?:different|special)\b",
            r"\bover ?stock(?:s|ed)?\b|\bsurplus\b|\bexcess (?:stock|inventory)\b|\b(?:clearance|end of line) stock\b",
            r"\bliquidat\w+|\bbankrupt\w*|\bclosing down\b|\bgoing out of business\b",
            r"\bclear(?:ing)? (?:our |the |out )*(?:stock|inventory|warehouse)\b",
            r"\b(?:seized|confiscated|impounded|auctioned|sold) (?:by|at|from) (?:the )?customs\b",
            r"\bcustoms (?:auctions?|seiz\w+|confiscat\w+|stock|sales?|warehouse|free)\b",
            r"\b(?:avoid\w*|without|no|skip\w*|sav(?:e|es|ing)|free of) (?:paying )?(?:the )?customs\b",
            r"\bfactory (?:direct|prices?|outlet|surplus|leftovers?|overruns?|source)\b|\bsame factory\b",
            r"\b(?:directly|direct|straight) (?:sale )?from (?:the |our |a )?(?:factory|maker|manufacturer|source)s?\b",
            r"\bmiddle ?m[ae]n\b",
            r"\b(?:100 ?%?|totally|absolutely|certainly|all|definitely) (?:authentic|genuine|original)\b"
            r"(?! (?:packag\w+|box|payment|condition|tags?))",
            r"\bguaranteed? (?:to be )?(?:authentic|genuine|original)\b|\bauthenticity guarante\w+|\bit is genuine\b",
            rf"\b{_REAL}[ ,]{{1,3}}(?:trust|believe|i (?:swear|promise))\b",
            rf"\b(?:trust|believe) (?:me|us)\b[^.;|!?]{{0,16}}\b{_REAL}\b|\bthe real (?:thing|deal)\b",
            rf"\bi (?:swear|promise)\b[^.;|!?]{{0,16}}\b{_REAL}\b|\bcertified (?:authentic|genuine|original)\b",
            rf"\b(?:refund\w*|money back)\b[^.;|!?]{{0,16}}\b(?:not|isn t|aren t) {_REAL}\b",
            r"\b(?:is|it s|are|all) legit\b",
            r"\bauthori[sz]ed (?:dealer|reseller|retailer|seller)\b|\bofficial (?:dealer|reseller|retailer)\b",
            r"\b(?:grey|gray) (?:market|imports?)\b|\bparallel imports?\b|\b(?:hong ?kong|hk|overseas) version\b",
            r"\b(?:employee|staff|internal) (?:price|discount)s?\b",
            rf"\b(?:build\w*|boost\w*|rais\w+|gain\w*) {_OUR}(?:ratings?|reputation|feedback)\b",
        )
    ),
    re.ASCII,
)
