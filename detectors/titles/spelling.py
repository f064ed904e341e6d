"""A folded title in one spelling: what shops write in several ways, and Chinese words by those that stand for them."""

import re
from typing import Final

from detectors.folding import MAX_RAW_TITLE, fold
from detectors.titles.words import CHINESE, NTH, PHRASES

#: What lies behind this is not read: no title that says what it sells needs more.
MAX_CHARACTERS: Final = 300

_CHINESE_DIGITS: Final = {digit: str(at) for at, digit in enumerate("一二三四五六七八九", start=1)}
_GENERATION: Final = re.compile("第?([一二三四五六七八九]|[0-9]{1,2})代")
_CHINESE: Final = re.compile("|".join(map(re.escape, CHINESE)))
_PHRASES: Final = re.compile("|".join(map(re.escape, sorted(PHRASES, key=len, reverse=True))))
#: "S8+" is the S8 Plus, "Edge+" the Edge Plus; in "D7500 + 18-140mm", "4400+", "A++" and "FHD+" it is something else.
_PLUS: Final = re.compile(r"(?<=[a-z][0-9])\+|(?<=[a-z][0-9]{2})\+|(?<=[a-z]{4})\+(?![a-z0-9+])")
#: Sony's Alpha cameras in their three writings: Alpha 7, A7, ILCE-7; and its marks in two: RX10M3, RX10 III.
_ALPHA: Final = re.compile(r"\b(?:alpha|ilce)[ -]?a?(?=[0-9])")
_SONY_MARK: Final = re.compile(r"(?<=[0-9])([rs]?)m(?=[2-7]\b)")
_MARK: Final = re.compile(r"\bmk(?=[iv]+\b)")
#: Intel's order codes of boxed processors begin with BX, those of AMD end with BOX.
_BOXED: Final = re.compile(r"\bbx(?=[0-9])|(?<=[0-9])[a-z]{0,4}box\b")
_PROCESSORS: Final = ("ghz", "cpu", "processor")
#: A point inside a model number: MWH122.1X is MWH1221X.
_POINT: Final = re.compile(r"([a-z]{2}[0-9]{2,4}[a-z]?)\.([0-9])(?![0-9])")
_IDEOGRAPH: Final = re.compile("[一-鿿]")
#: Chinese sellers leave "iPhone" out: 苹果13, but not 苹果12.9寸 and not 苹果2022款.
_IPHONE: Final = re.compile("苹果 ?(?=[0-9]{1,2}(?![0-9.寸英代款年]))")
#: The second generation in its ways: 2nd gen, 2e génération, 3ª generación, dritte Generation.
_NTH: Final = re.compile(r"\b([0-9]{1,2})(?:st|nd|rd|th|er|e|ere|eme|a|o)?[.]? ?(?=gen(?:er\w+)?\b)")
_NTH_WORDS: Final = {word: str(at) for at, words in enumerate(NTH, start=1) for word in words.split()}
_NTH_WORD: Final = re.compile(rf"\b({'|'.join(_NTH_WORDS)})(?= gen(?:er\w+)?\b)")


def spell(text: str) -> str:
    """The first `MAX_CHARACTERS` folded characters of a text in one spelling; any text at all is taken."""
    folded = fold(text[:MAX_RAW_TITLE], MAX_CHARACTERS)
    if not folded.isascii() and _IDEOGRAPH.search(folded):
        folded = _IPHONE.sub("apple iphone ", _GENERATION.sub(_generation, folded))
        folded = _CHINESE.sub(lambda found: f" {CHINESE[found.group()]} ", folded)
    # Each is looked for only where a part of it stands, which is cheap to see.
    if "+" in folded:
        folded = _PLUS.sub(" plus ", folded)
    if "mk" in folded:
        folded = _MARK.sub("mk ", folded)
    if "alpha" in folded or "ilce" in folded or "dsc" in folded:
        folded = _SONY_MARK.sub(r"\1 ", _ALPHA.sub("a", folded))
    if "." in folded:
        folded = _POINT.sub(r"\1\2", folded)
    if "gb ram" in folded:
        folded = folded.replace("gb ram", "gbram")
    if " gen" in folded:
        folded = _NTH.sub(r"\1 ", _NTH_WORD.sub(lambda found: _NTH_WORDS[found.group()], folded))
    if "packard" in folded or "ultra hd" in folded or "eau de " in folded or "promax" in folded:
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
