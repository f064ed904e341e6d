"""Text as it is compared: lower case, without accents, full-width forms, lookalike letters, and tricks of that kind."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from detectors.titles.words import CHINESE, PHRASES

#: What lies behind this is not read: no title that says what it sells needs more.
MAX_CHARACTERS: Final = 300

#: Letters of other scripts that are drawn like Latin ones. Applied to every text alike, so that words that are
#: really Greek or Russian still meet themselves.
_LOOKALIKES: Final = str.maketrans(
    "аеорсухіјѕԁһкмтвнг" + "αβεικνορτυχη" + "ıłøđħŧɡɑ",
    "aeopcyxijsdhkmtbhr" + "abeiknoptuxn" + "ilodhtga",
)
_LIGATURES: Final = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
_MARKS: Final = frozenset({"tm", "sm"})
_CHINESE_DIGITS: Final = {digit: str(at) for at, digit in enumerate("一二三四五六七八九", start=1)}
_GENERATION: Final = re.compile("第?([一二三四五六七八九]|[0-9]{1,2})代")
_CHINESE: Final = re.compile("|".join(map(re.escape, CHINESE)))
_PHRASES: Final = re.compile("|".join(map(re.escape, sorted(PHRASES, key=len, reverse=True))))
#: "S8+" is the S8 Plus; in "D7500 + 18-140mm" and "4400+" it is something else.
_PLUS: Final = re.compile(r"(?<=[a-z][0-9])\+|(?<=[a-z][0-9]{2})\+")
#: Sony's Alpha cameras in their three writings: Alpha 7, A7, ILCE-7.
_ALPHA: Final = re.compile(r"\b(?:alpha|ilce)[ -]?(?=[0-9])")
_MARK: Final = re.compile(r"\bmk(?=[iv]+\b)")
#: Intel's order codes of boxed processors begin with BX, those of AMD end with BOX.
_BOXED: Final = re.compile(r"\bbx(?=[0-9])|(?<=[0-9])[a-z]{0,4}box\b")
_PROCESSORS: Final = ("ghz", "cpu", "processor")
#: A point inside a model number: MWH122.1X is MWH1221X.
_POINT: Final = re.compile(r"([a-z]{2}[0-9]{2,4}[a-z]?)\.([0-9])(?![0-9])")
_IDEOGRAPH: Final = re.compile("[一-鿿]")


def fold(text: str) -> str:
    """The first `MAX_CHARACTERS` of a text, folded; any text at all is taken."""
    text = text[:MAX_CHARACTERS]
    if text.isascii():
        folded = text.lower()
    else:
        folded = "".join(map(_character, text))[:MAX_CHARACTERS]
        if _IDEOGRAPH.search(folded):
            folded = _GENERATION.sub(_generation, folded)
            folded = _CHINESE.sub(lambda found: f" {CHINESE[found.group()]} ", folded)
    return _same(folded)


def _same(folded: str) -> str:
    """One writing for what shops write in several; looked for only where a part of it stands, which is cheap to see."""
    if "+" in folded:
        folded = _PLUS.sub(" plus ", folded)
    if "mk" in folded:
        folded = _MARK.sub("mk ", folded)
    if "alpha" in folded or "ilce" in folded:
        folded = _ALPHA.sub("a", folded)
    if "." in folded:
        folded = _POINT.sub(r"\1\2", folded)
    if "gb ram" in folded:
        folded = folded.replace("gb ram", "gbram")
    if "packard" in folded:
        folded = _PHRASES.sub(lambda found: PHRASES[found.group()], folded)
    if _boxed(folded):
        folded += " box"
    return folded


def _boxed(folded: str) -> bool:
    """Whether an order code says so, or a cooler, which of processors only the boxed ones come with."""
    if "cooler" in folded and any(word in folded for word in _PROCESSORS):
        return True
    return ("bx" in folded or "box" in folded) and _BOXED.search(folded) is not None


def _generation(found: re.Match[str]) -> str:
    number = found.group(1)
    return f" {_CHINESE_DIGITS.get(number, number)} gen "


@lru_cache(maxsize=8192)
def _character(character: str) -> str:
    """One character folded; a combining mark becomes nothing, a lone surrogate a space."""
    category = unicodedata.category(character)
    if category == "Cf":  # zero-width joiners, direction marks: drawn as nothing
        return ""
    if category[0] in "CSZ":  # symbols, emoji, controls, spaces: nothing that is compared
        plain = unicodedata.normalize("NFKC", character).lower()
        return plain if plain.isascii() and plain not in _MARKS else " "
    folded = "".join(
        str(unicodedata.decimal(part)) if part.isdecimal() else _LIGATURES.get(part, part)
        for part in unicodedata.normalize("NFKD", character).casefold()
        if not unicodedata.combining(part)
    ).translate(_LOOKALIKES)
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)
