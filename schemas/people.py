"""What looks like a person's identifier in free text: telephone numbers, e-mail addresses, bank cards, Chinese ids.

Titles and messages are read for what they say of goods; who can be reached where is kept nowhere, and shown nowhere. A
number is masked only where its form leaves little doubt (check digits: ISO/IEC 7812-1 for cards, GB 11643 for ids), so
that product codes, prices and the marketplace's own ids stay readable.
"""

import re
from typing import Final

HIDDEN: Final = "***"

#: Without eleven digits nearly in a row there is no number to look for: most titles have none.
_LONG: Final = re.compile(r"[0-9０-９](?:[ .\-]?[0-9０-９]){10}")
#: The last part of a domain has no digits: a processor "E5-2670@2.60GHz" has no address.
_MAIL: Final = re.compile(r"[A-Za-z0-9.%+_\-]{1,64}[@＠](?:[A-Za-z0-9\-]{1,63}\.){1,4}[A-Za-z]{2,24}")
#: With its country. A plus after a letter or digit adds something: "8+128 256 512".
_ABROAD: Final = re.compile(r"(?<![0-9A-Za-z])[+＋][1-9](?:[ .()\-]{0,2}\d){7,14}(?!\d)")
#: As Chinese mobile numbers are written.
_MOBILE: Final = re.compile(r"(?<![\d.])1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}(?![\d.])")
_ID: Final = re.compile(r"(?<!\d)[1-9]\d{16}[\dXx](?!\d)")
_CARD: Final = re.compile(r"(?<![\d.])\d{4}(?:[ \-]?\d{4}){2}[ \-]?\d{3,7}(?![\d.])")
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def without_people(text: str) -> str:
    """`text` with what identifies a person replaced by `HIDDEN`; most texts come back as they are."""
    if "@" in text or "＠" in text:
        text = _MAIL.sub(HIDDEN, text)
    if _LONG.search(text) is not None:
        text = _ID.sub(lambda found: HIDDEN if _is_id(found[0]) else found[0], text)
        text = _CARD.sub(lambda found: HIDDEN if _is_card(found[0]) else found[0], text)
        text = _MOBILE.sub(HIDDEN, text)
    return _ABROAD.sub(HIDDEN, text) if "+" in text or "＋" in text else text


def _is_card(written: str) -> bool:
    digits = [int(digit) for digit in written if digit.isdecimal()]
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return 15 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_id(written: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, written[:17], strict=True))
    return "10X98765432"[total % 11] == written[17].upper()
