"""A folded title cut into features: words, numbers, and the letters and digits that touch, whatever stood between.

"GT-I9100", "gt i9100" and "GT I 9100" have the features "i9100" and "gti9100" in common, "UE49NU8000" and "49 nu8000"
the feature "nu8000", "64 GB" and "64gb" are one feature.
"""

import re
from typing import Final, NamedTuple

from detectors.titles.spelling import spell
from detectors.titles.words import (
    CANONICAL,
    CODE,
    GENERATION,
    KIND_OF_UNIT,
    KIND_OF_WORD,
    LARGEST,
    NUMBER,
    UNITS,
    UNITS_AFTER,
    WORD,
)

MAX_CHUNKS: Final = 60
#: Letters of two neighbouring chunks are joined before or after digits when they are no longer than this together.
_GLUED_LETTERS: Final = 5
_GLUED_DIGITS: Final = 6
#: No processor has more digits than these before the point of its frequency.
_GIGAHERTZ_DIGITS: Final = 2

_CHUNK: Final = re.compile(r"[a-z]+|[0-9]+(?:[.,][0-9]+)?|[぀-ヿ㐀-鿿가-힣]+|[^\W\d_]+")
_IDEOGRAPHS: Final = re.compile("[぀-ヿ㐀-鿿가-힣]")
_ORDINALS: Final = frozenset({"nd", "rd", "th", "st"})
#: The number behind is a version of these: "Windows 8.1" names no Nokia 8.1.
_VERSIONED: Final = frozenset({"android", "windows", "ios", "bluetooth"})


class Tokens(NamedTuple):
    """`features` in the order of the text, each once, with its kind; `folded` is the text, `joined` closed up."""

    features: dict[str, int]
    folded: str
    joined: bytes


def tokens(text: str) -> Tokens:
    """The features of a title or of a product's name."""
    folded = spell(text)
    chunks = _chunks(folded)
    features: dict[str, int] = {}
    before, last = "", ""  # the two chunks before this one, "" where nothing may be joined to it
    before_digits, last_digits = False, False
    for at, chunk in enumerate(chunks):
        digits = "0" <= chunk[0] <= "9"
        if digits and not chunk[-1].isdigit():  # a number with its unit, as `_chunks` joins them
            features[chunk] = KIND_OF_UNIT[chunk.lstrip("0123456789.")]
            before = last = ""
            continue
        if chunk == "gen":
            number = chunks[at - 1] if last_digits and last else chunks[at + 1] if at + 1 < len(chunks) else ""
            if number[:1].isdigit():
                features["gen" + number] = GENERATION
            before = last = ""
            continue
        if not (digits and last in _VERSIONED):
            features[chunk] = NUMBER if digits else KIND_OF_WORD.get(chunk, WORD)
        if last:
            if digits != last_digits:
                features[last + chunk] = CODE
            _glue(features, before, before_digits, last, last_digits, chunk, digits)
        before, before_digits, last, last_digits = last, last_digits, chunk, digits
    return Tokens(features, folded, "".join(chunks).encode())


def _glue(
    features: dict[str, int], before: str, before_digits: bool, last: str, last_digits: bool, chunk: str, digits: bool
) -> None:
    """The joined form of three chunks where two of them are one in another writing: DSC-H300, DSCH300."""
    if not before:
        return
    if digits and not last_digits and not before_digits:
        joins = len(before) + len(last) <= _GLUED_LETTERS
    elif before_digits and not last_digits and not digits:
        joins = len(last) + len(chunk) <= _GLUED_LETTERS
    else:
        joins = last_digits and digits and not before_digits and len(last) + len(chunk) <= _GLUED_DIGITS
    if joins:
        features[before + last + chunk] = CODE


def _chunks(folded: str) -> list[str]:
    found = _CHUNK.findall(folded)
    chunks: list[str] = []
    at, end = 0, min(len(found), MAX_CHUNKS)
    while at < end:
        chunk = found[at]
        at += 1
        if "0" <= chunk[0] <= "9":
            following = found[at] if at < end else ""
            if (chunk, following) in UNITS_AFTER and re.search(rf"{chunk}[^a-z0-9]+{following}[0-9]", folded):
                following = ""  # "S5, G900P": the letter is a model number's
            at += _number(chunk, following, chunks)
        elif chunk in CANONICAL:
            chunks.append(CANONICAL[chunk])
        elif chunk.isascii() or not _IDEOGRAPHS.match(chunk) or len(chunk) <= 2:
            chunks.append(chunk)
        else:  # no spaces between words: every two neighbours
            chunks.extend(chunk[pair : pair + 2] for pair in range(len(chunk) - 1))
    return chunks


def _number(number: str, following: str, chunks: list[str]) -> bool:
    """Appends a number, with its unit where that follows, and says whether what follows is used up."""
    if not number.isdigit():
        number = number.replace(",", ".").rstrip("0").rstrip(".")
    unit = UNITS.get(following) or UNITS_AFTER.get((number, following))
    if unit is None or float(number) > LARGEST.get(unit, float("inf")):
        chunks.append(number)
        return following in _ORDINALS
    if unit == "ghz" and len(whole := number.partition(".")[0]) > _GIGAHERTZ_DIGITS:
        chunks.append(whole[:-1])  # "G46203.7GHz": a model number that touches its frequency
        number = number[len(whole) - 1 :]
    number = _millilitres(number) if unit == "oz" else number + unit
    chunks.append(_SIZES.get(number, number))
    return True


def _millilitres(ounces: str) -> str:
    """Fluid ounces as the round number of millilitres that is printed beside them: 3.4 oz and 3.3 oz are 100 ml."""
    return f"{5 * round(float(ounces) * 29.57 / 5)}ml"


_SIZES: Final = {"1000gb": "1tb", "1024gb": "1tb", "2000gb": "2tb", "2048gb": "2tb"}
