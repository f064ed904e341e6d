"""A folded text as its words are looked for."""

import re
from typing import Final

#: Folded characters of a title that are read.
MAX_CHARACTERS: Final = 600

_BLANK: Final = "-_/\\'\"`*~#!?^<>={}$"
_SEPARATING: Final = "+&:.,;|()[]%"


def _table(blanks: str) -> str:
    """For `translate`: one letter a place is several times as fast as a mapping that lacks most letters."""
    return "".join(" " if at < ord(" ") or chr(at) in blanks else chr(at) for at in range(128))


_SOFT: Final = _table(_BLANK)
_HARD: Final = _table(_BLANK + _SEPARATING)
_WORD: Final = re.compile("[a-z0-9@]+")
_OTHER: Final = re.compile(r"[^a-z0-9぀-ヿ㐀-鿿+&:.,;|()\[\]%@]+")


def words_of(folded: str) -> list[str]:
    """The words in Latin letters and digits, wherever they touch other scripts."""
    return folded.translate(_HARD).split() if folded.isascii() else _WORD.findall(folded)


def flatten(folded: str) -> str:
    """The text with one space between words; of punctuation only what separates or joins is left."""
    spaced = folded.replace(" - ", " | ")
    if folded.isascii():
        return " ".join(spaced.translate(_SOFT).split())
    return _OTHER.sub(" ", spaced).strip()
