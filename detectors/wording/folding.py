"""A title as its words are looked for: lower case, no accents, no letters that only look alike, nothing invisible."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

#: What lies behind is not read: no buyer reads it either. The first bound is before invisible characters are dropped.
MAX_RAW: Final = 4_000
MAX_CHARACTERS: Final = 600

#: Letters of other scripts, and small capitals, drawn like Latin letters.
_LOOKALIKES: Final = str.maketrans(
    "аеорсухіјѕԁһкмтвнгԛԝпи" + "αβεικνορτυχη" + "ıłøđħŧɡɑ×" + "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ",
    "aeopcyxijsdhkmtbhrqwnu" + "abeiknoptuxn" + "ilodhtgax" + "abcdefghijklmnoprstuvwyz",
)
_SPELLED: Final = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "、": ",", "。": "."}
_BRACKETS: Final = frozenset("【】「」『』《》〈〉〔〕•·—–|¦")
_DRAWN_AS_NOTHING: Final = frozenset("\u115f\u1160\u3164\u034f")
_NEGATIVE_LETTERS: Final = ((0x1F150, 0x1F169), (0x1F170, 0x1F189))  # white letters on black circles and squares

_BLANK: Final = "-_/\\'\"`*~#!?^<>={}$"
_SEPARATING: Final = "+&:.,;|()[]%"


def _table(blanks: str) -> str:
    """For `translate`: one letter a place is several times as fast as a mapping that lacks most letters."""
    return "".join(" " if at < ord(" ") or chr(at) in blanks else chr(at) for at in range(128))


_SOFT: Final = _table(_BLANK)
_HARD: Final = _table(_BLANK + _SEPARATING)
#: Text that is stored backwards and drawn forwards.
_TURNED: Final = re.compile("\u202e([^\u202c\u202d\u202e]*)")
_WORD: Final = re.compile("[a-z0-9@]+")
_OTHER: Final = re.compile(r"[^a-z0-9぀-ヿ㐀-鿿+&:.,;|()\[\]%@]+")


def fold(text: str, longest: int = MAX_CHARACTERS) -> str:
    """At most `longest` characters of a text, folded; any text at all is taken."""
    if text.isascii():
        return text[:longest].lower()
    text = _TURNED.sub(lambda found: found.group(1)[::-1], text[:MAX_RAW])
    return "".join(map(_character, text))[:longest]


def words_of(folded: str) -> list[str]:
    """The words in Latin letters and digits, wherever they touch other scripts."""
    return folded.translate(_HARD).split() if folded.isascii() else _WORD.findall(folded)


def flatten(folded: str) -> str:
    """The text with one space between words; of punctuation only what separates or joins is left."""
    spaced = folded.replace(" - ", " | ")
    if folded.isascii():
        return " ".join(spaced.translate(_SOFT).split())
    return _OTHER.sub(" ", spaced).strip()


@lru_cache(maxsize=8192)
def _character(character: str) -> str:
    """One character folded: a mark on a letter becomes nothing, what cannot be shown a space."""
    category = unicodedata.category(character)
    if category in ("Cs", "Cc", "Cn", "Co"):
        return " "
    if category in ("Cf", "Mn", "Me") or character in _DRAWN_AS_NOTHING:
        return ""
    if character in _BRACKETS:
        return "|"
    for low, high in _NEGATIVE_LETTERS:
        if low <= ord(character) <= high:
            return chr(ord("a") + ord(character) - low)
    plain = unicodedata.normalize("NFKD", character).casefold()
    kept = "".join(_SPELLED.get(part, part) for part in plain if not unicodedata.combining(part))
    digits = "".join(str(unicodedata.decimal(part)) if part.isdecimal() else part for part in kept)
    return digits.translate(_LOOKALIKES)
