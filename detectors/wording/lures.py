"""Asking a buyer to talk or to pay where the platform does not see it."""

import re
from typing import Final

# ---- Chinese, without spaces

#: The messenger's name, what it is called so that filters miss it, and its letters alone.
_WECHAT: Final = (
    r"(?:[微威薇徽溦维卫][信芯星心]{1,2}(?!公众号|小程序|支付|群发|零钱|钱包|视频|分身|消息)|微亻言|[vw][信芯心]|wei信|we?i?xin|wechat|绿泡泡|"
    r"(?<![a-z0-9])(?:vx|wx)(?![a-z]))"
)
_OTHERS: Final = (
    r"(?:(?<![a-z0-9])qq(?![a-z]|音乐|邮箱)|扣扣|企鹅号?|秋秋|telegram|电报群?|纸?飞机[号群]|"
    r"(?<![a-z])(?:tg|line)(?![a-z])|whats?app|skype|蝙蝠(?=聊天|号|上|加)|陌陌)"
)
_PLACE: Final = rf"(?:{_WECHAT}|{_OTHERS})"
_WHOSE: Final = r"(?:一?下|个|我们?的?|你的?|您的?|咱们?|本店|店主|店长|老板|客服|掌柜|的|到|至|这个|上|好友|[:,]){0,3}"
_COME: Final = r"(?:加|添加|(?<![a-z0-9])\+|搜索?|扫|私信|私|留|换|走|去|上|转|发|联系|找|移步|通过|到|在)"
_PAST: Final = (
    r"平台之?外|站外|场外|脱离平台|绕[过开]平台|避开平台|[不别]走平台|[不别]经?过?平台(?:交易|付款)|跳过平台|离开平台"
)
_SELLER: Final = r"(?:我们?|本人|本店|店主|店长|老板|客服|掌柜)"
#: Alipay is how one pays on some platforms; a transfer is how on none.
_TRANSFER: Final = r"(?:转账|打款|汇款|打钱|转钱|转给|打给)"
_BY: Final = (
    r"(?:银行卡?|支付宝|微信|[vw]信|(?<![a-z])v(?![a-z])|对公|私人|个人|私账|卡号|收款码|二维码|usdt|泰达币|比特币)"
)
_PRIVATE: Final = r"(?:私人|个人|私账|收款码|二维码|usdt|泰达币|比特币)"
_ASKED: Final = r"(?:直接|先|可以|请|麻烦|只要|用|通过|走|扫)"

CHINESE: Final = re.compile(
    "|".join(
        (
            rf"{_COME}{_WHOSE}{_PLACE}",
            rf"(?:加|扫|私|走|留|(?<![a-z0-9])\+){_WHOSE}v(?![a-z领])|(?<![a-z0-9款])v我(?![a-z0-9也都要])",
            r"加(?:一?下|个|我的?)?[薇威](?=[0-9a-z:,]|$)",
            rf"{_PLACE}(?:同号|群(?![聊发控文公])|上?加(?:一?下|我))|(?:手机|电话)号?同{_PLACE}(?!可以|登)|(?:加|进|扫){_WHOSE}钉钉",
            rf"加(?:一?下|个)?{_SELLER}(?:的|为|们|一下){{0,2}}好友",
            rf"{_PLACE}(?:号码?|账号|id)?(?:是|为|[:|])?(?:[a-z][a-z0-9_]{{4,}}|[0-9]{{5,}})",
            rf"{_PLACE}上?(?:私?聊|详[聊谈]|联系|沟通|转账|付款给|转给|红包|发[你您我]|下单|交易|[跟和找问]我)",
            rf"(?:我们?|店主|老板|客服)的?{_PLACE}(?:号码?|账号|二维码|是)",
            _PAST,
            r"私下里?(?:交易|付款?|支付|转账?|成交|打款|联系|聊|谈|下单|购买|走|给)",
            r"(?:线下|私底下)(?:交易|付款|支付|转账|成交|打款|结算)",
            rf"{_ASKED}[^,.;|勿别不]{{0,6}}{_BY}[^,.;|退]{{0,6}}{_TRANSFER}(?!成功|后|给[您你])",
            rf"{_ASKED}[^,.;|勿别不]{{0,6}}{_PRIVATE}[^,.;|退]{{0,4}}(?:付款|支付)(?!成功|后)",
            r"(?:直接|先|请|可以|麻烦)(?:把钱|将钱|定金|订金|货款)?(?:转账?|汇款?|打款?|付款?|打钱)[到给至]"
            r"(?:我|本店|这个|以下|下面|老板|店主|对公|私人|个人)",
            r"(?:转|付|打|汇|存)[^,.;:|退]{0,4}(?:到|至|给|进|入)?(?:我(?!们)|本人|店主|店长|老板|掌柜)的?"
            r"(?:支付宝|微信|银行|账[号户]|卡)",
            r"(?:支付宝|微信|银行卡?|[vw]信)[^,.;|退]{0,4}(?:转|打|付)(?:给|到)?我(?!们)",
            r"(?:打款|转账|汇款|打钱)(?:到|至|给)[^,.;|您你退们]{0,6}(?:银行|账[号户]|卡)|红包(?:发|给)给?我|发我红包",
            r"不用平台(?:担保|交易|付款)|不走担保|[别不]要?在平台(?:拍|下单|付款|买)",
            r"(?:usdt|泰达币|比特币)(?:付|支付|结算|转)",
            r"扫码(?:付款|支付|转账).{0,4}(?:二维|收款|付款)码|(?:收款|付款)码我?(?:发|给)(?![货票])",
            r"(?:到|去|来|在|上)(?:我们?的?|本店的?|店主的?)?微店(?!铺)",
            r"[零〇幺一二两三四五六七八九]{11}",
            r"西联(?:汇款)?|速汇金|[收用付走](?:usdt|泰达币|比特币)",
        )
    )
)

# ---- English, with spaces

_APP: Final = (
    r"(?:w ?h ?a ?t ?s ?a ?p ?p|w ?e ?c ?h ?a ?t|weixin|t ?e ?l ?e ?g ?r ?a ?m|viber|skype|kakao ?talk|kik|zalo|"
    r"line id|qq|wa\.me|t\.me|signal app|messenger app)"
)
_REACH: Final = (
    r"(?:add|contact|message|msg|text|write|ping|reach|find|chat|talk|dm|speak|call|continue|discuss|move|switch|come|"
    r"go|send|pay|order|deal|join|use|try|hit|see|get)"
)
_METHOD: Final = (
    r"(?:western union|money ?gram|zelle|venmo|cash ?app|bank (?:transfer|wire|deposit)|wire transfer|wire|iban|usdt|"
    r"bitcoins?|btc|crypto\w*|gift cards?|friends (?:and|&) family|family (?:and|&) friends)"
)
_SITE: Final = (
    r"(?:platform|site|website|app|marketplace|e ?bay|amazon|ali ?express|alibaba|etsy|lazada|shopee|temu|mercari|"
    r"tao ?bao|facebook|wish|dhgate|vinted|depop|poshmark)"
)

#: Where the public has accounts too: only how one is to be reached there counts.
_SOCIAL: Final = (
    r"(?:insta(?:gram)?|ig|facebook|fb|(?:fb |facebook )?messenger|snap(?:chat)?|tik ?tok|discord|signal|imessage)"
)
_PURSE: Final = r"(?:zelle|venmo|cash ?app|revolut|pay ?pal|bizum|swish|wire)"
_DIGIT: Final = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
#: What a watch or a phone shows of a messenger.
_FEATURE: Final = (
    rf"(?!(?: (?:and|or) {_APP})? (?:messages|calls|notifications|chats|alerts|reminders|video calls?|web|icon|app|"
    r"on (?:it|(?:this|the|your) (?:tablet|watch|phone|device|screen|wrist|tv|laptop)))\b)"
)

#: All of these begin a word, which is looked for once.
_WORDS: Final = "|".join(
    (
        rf"\b{_REACH} [^.;|!?]{{0,30}}?(?<!from )\b{_APP}(?![a-z]){_FEATURE}",
        r"\b(?:dm|pm|message|msg|text|contact|add|hit|write|reach|ping|order)(?: to)?(?: me| us| my)?(?: up)?"
        rf"(?: directly| privately)? (?:on|via|at|through|over) (?:my |our )?{_SOCIAL}\b",
        rf"\b(?:let s|lets|we can) (?:chat|talk|speak|continue|deal) (?:on|via|over|in) {_SOCIAL}\b"
        r"|\bmy (?:insta(?:gram)?|ig|snap(?:chat)?|discord|telegram|fb) (?:is|id|name|handle)\b",
        r"\bqr code (?:i|we) (?:ll |will )?sen[dt]\b|\bscan (?:my|our) (?:qr )?code\b",
        r"\bas a gift (?:on|via|through) pay ?pal\b",
        r"\b(?:contact|message|text|dm|pm|write)(?: to)? me (?:privately|in private)\b|\bwa (?:me|number|no)\b",
        rf"\b(?:what ?s|what is|give me|send me|share|drop|leave|got) (?:your|ur) {_APP}(?![a-z])",
        r"\b(?:(?:text|sms) (?:me|us)|call me)(?: at| on)? ?\(?\+? ?\d[\d .()]{6,}",
        rf"\b(?:{_DIGIT} ){{5,}}{_DIGIT}\b",
        rf"\b(?:my|our|this|here is the) (?:{_APP}|vx)(?![a-z])|\badd (?:me |my |our )?vx\b",
        rf"\b{_APP} ?(?:me|us|number|no\.|id|account|contact|only|at)\b|\b{_APP} ?(?::|\+ ?\d|\d{{5}}|@)",
        r"\b(?:pay|paying|send|transfer|deposit|remit|payment)(?: [a-z0-9]+){0,4}? (?:by|via|through|with|using|to|"
        rf"in|as) (?:an? |my |our |the )?{_METHOD}\b",
        rf"\b(?:accept|take|prefer|only|use) {_METHOD}\b(?: only\b)?",
        rf"\b{_METHOD} (?:only|preferred|please|discount|to (?:me|us|my|our))\b",
        r"\b(?:pay|transfer|wire|send)(?: [a-z0-9]+){0,4}? (?:in)?to (?:my|our|this|the following)"
        r"(?: personal| private)? (?:bank|account|iban|card|paypal)\b",
        rf"\b(?:outside|(?<!% )off)(?: of)?(?: the| this)? {_SITE}\b(?! (?:fees?|store))|\boff ?platform\b",
        r"\b(?:without|around|bypass(?:ing)?|avoid(?:ing)?|sav(?:e|ing)) (?:the |paying ){0,2}"
        rf"{_SITE} (?:fees?|commission)\b",
        r"\b(?:pay|deal|buy|order|purchase|transfer|trade|settle)(?: with| from| it| the money| money)?(?: me| us)?"
        r" directly (?:to|with|from) (?:me|us|my|our)\b",
        rf"\b{_PURSE} (?:me|us)\b|\bpay ?pal (?:f ?(?:&|and|n)? ?f|friends)\b|\bwestern union\b|\bmoney ?gram\b",
        r"\bsend (?:me|us) (?:the |your |an? )?(?:[a-z]+ )?(?:money|cash|funds|deposit|gift ?cards?)\b",
        r"\b(?:skip|ignore|bypass|avoid|forget) (?:the )?(?:checkout|cart|basket)\b",
        r"\bsend you (?:a|the|my) pay(?:ment|pal)? link\b",
        r"\bcancel (?:the|your|this) order\b[^.;|!?]{0,20}\b(?:pay|buy) (?:me|us|it|them)\b",
        r"\bpay (?:me|us) (?:direct(?:ly)?|offline|in private)\b|\bpay(?:ment)? offline\b",
        r"\bprivate (?:deal|payment|transaction|sale)\b",
    )
)
_MAILBOX: Final = (
    r"\( ?at ?\) ?[a-z0-9]|(?<=[a-z0-9]) \(? ?dot ?\)? (?:com|net|org|shop|store)\b"
    r"|@ ?(?:g ?mail|hotmail|outlook|yahoo|icloud|proton\w{0,4}|qq|163|126)\b"
)
ENGLISH: Final = re.compile(rf"\b(?:{_WORDS})|{_MAILBOX}", re.ASCII)
