"""Text as it is compared: lower case, no accents, no letters that only look alike, nothing invisible."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

#: Characters of a message, and of a title, that are read at all, before invisible ones are dropped: no buyer reads what
#: lies behind, and what is remembered by its title stays small.
MAX_RAW: Final = 4_000
MAX_RAW_TITLE: Final = 1_000

#: Letters of other scripts, and small capitals, drawn like Latin letters. Applied to every text alike, so that words
#: that are really Greek or Russian still meet themselves.
_LOOKALIKES: Final = str.maketrans(
    "аеорсухіјѕԁһкмтвнгԛԝпи" + "αβεικνορτυχη" + "ıłøđħŧɡɑ×" + "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ",
    "aeopcyxijsdhkmtbhrqwnu" + "abeiknoptuxn" + "ilodhtgax" + "abcdefghijklmnoprstuvwyz",
)
_SPELLED: Final = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "、": ",", "。": "."}
_MARKS: Final = frozenset("™℠")
_BRACKETS: Final = frozenset("【】「」『』《》〈〉〔〕•·—–|¦")
_DRAWN_AS_NOTHING: Final = frozenset("\u115f\u1160\u3164\u034f")
_NEGATIVE_LETTERS: Final = ((0x1F150, 0x1F169), (0x1F170, 0x1F189))  # white letters on black circles and squares
#: Text that is stored backwards and drawn forwards.
_TURNED: Final = re.compile("\u202e([^\u202c\u202d\u202e]*)")
#: What hides words from a reader who counts characters: soft hyphens, joiners, direction marks, combining accents.
_INVISIBLE: Final = re.compile("[\u00ad\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")


def fold(text: str, longest: int) -> str:
    """At most `longest` characters of a text, folded; any text at all is taken."""
    if text.isascii():
        return text[:longest].lower()
    text = _TURNED.sub(lambda found: found.group(1)[::-1], text[:MAX_RAW])
    return "".join(map(_character, _INVISIBLE.sub("", text)[:longest]))[:longest]


@lru_cache(maxsize=8192)
def _character(character: str) -> str:
    """One character folded: a mark on a letter becomes nothing, what cannot be shown a space."""
    if "㐀" <= character <= "鿿" or "가" <= character <= "힣":
        return character
    category = unicodedata.category(character)
    if category in ("Cs", "Cc", "Cn", "Co") or character in _MARKS:
        return " "
    if category in ("Cf", "Mn", "Me") or character in _DRAWN_AS_NOTHING:
        return ""
    if character in _BRACKETS:
        return "|"
    for low, high in _NEGATIVE_LETTERS:
        if low <= ord(character) <= high:
            return chr(ord("a") + ord(character) - low)
    plain = unicodedata.normalize("NFKD", character).casefold()
    if plain.isascii():
        return plain
    folded = "".join([_letter(part) for part in plain if not unicodedata.combining(part)]).translate(_LOOKALIKES)
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def _letter(part: str) -> str:
    return str(unicodedata.decimal(part)) if part.isdecimal() else _SPELLED.get(part, part)
