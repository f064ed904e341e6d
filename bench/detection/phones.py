"""Phone listings (`phone_listings/amazon_2019.csv`), grouped by model, storage and condition."""

import re
from pathlib import Path
from typing import Final

from bench.detection.grouped import Goods, Named, goods_of
from bench.detection.tables import PHONES, rows

_STORAGE: Final = re.compile(r"\b(\d+)\s?(gb|tb)\b")
_WORD: Final = re.compile(r"[a-z0-9]+")
#: A maker's code for a variant (SM-G955U, A6013): one model has many.
_CODE: Final = re.compile(r"[a-z]{1,3}\d{3,4}[a-z0-9]*|sm|sgh|sch|sph")
#: Where a title stops naming the model and begins to describe it.
_DESCRIPTION: Final = re.compile(
    "(un)?locked|smart(phone)?|(cell)?phone|cell(ular)?|gsm|cdma|dual|single|lte|[345]g|android|with|w|factory|for|at|the"
    "|verizon|tmobile|sprint|carrier|boost|straight|talk|cricket|prepaid|postpaid|metropcs|tracfone|simple|consumer|net10"
    "|renewed|refurbished|certified|us|usa|version|international|warranty|no|contract|fully|compatible|original|new|bar"
    "|basic|black|white|blue|red|gold|silver|gr[ae]y|rose|space|midnight|jet|pink|purple|green|coral|yellow|orchid|arctic"
    "|lavender|maple|titanium|lilac|clear|camera|wifi|duos|display|screen|quad|octa|core|inch|sim|free|gb|mobile|company"
)


def phones(folder: Path) -> Goods:
    """The listings of phones; the title says the condition."""
    return goods_of(
        (row["price"], row["title"], "phones", model_of(row["brand"], row["title"])) for row in rows(folder, PHONES)
    )


def model_of(brand: str, title: str) -> Named | None:
    """Brand, the first run of up to four words that name the model, and the largest storage; None without words.

    Words that describe (colour, carrier, kind of phone) are skipped before the model and end it after; makers' codes
    are skipped.
    """
    text = re.sub(r"t-mobile|at&t", "tmobile", title.casefold()).replace("+", " plus ")
    storage = max((int(size) * (1024 if unit == "tb" else 1) for size, unit in _STORAGE.findall(text)), default=0)
    words: list[str] = []
    for word in _WORD.findall(_STORAGE.sub(" gb ", text)):
        if word == brand.casefold() or _CODE.fullmatch(word) or words[-1:] == [word]:
            continue
        if len(words) == 4 or (words and _DESCRIPTION.fullmatch(word)):
            break
        if not _DESCRIPTION.fullmatch(word):
            words.append(word)
    return Named(f"{brand.casefold()} {' '.join(words)}", f"{storage or '?'}GB") if words else None
