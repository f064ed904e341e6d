"""Another model number in the title: codes that agree with the product's in one half and differ in the other."""

import re
from collections.abc import Collection
from typing import Final

#: Letters before digits or digits before letters, as `tokens` joins two neighbours.
_HALVES: Final = re.compile(r"([^\W\d_]+)([0-9]+)|([0-9]+)([^\W\d_]+)")
_INSIDE: Final = re.compile(r"[-/._]")
#: More letters than these after or before the digits are a word that happened to stand there: "KIR21AD40 white".
_LETTERS: Final = 3


def rivals(lacking: Collection[str], foreign: Collection[str], folded: str) -> tuple[int, int]:
    """How many codes of a name that the title lacks have a rival among the codes of the title that the name lacks.

    First those with the same digits and other letters (i7-3770K, i7-3770T), then those with the same letters before
    other digits (iPhone 12, iPhone 13; v3, v4). `folded` is the title's text: other letters count only where they
    touch the digits there.
    """
    if not lacking or not foreign:
        return 0, 0
    closed = _INSIDE.sub("", folded)
    before: set[str] = set()  # digits of the title with other letters before them
    after: set[str] = set()
    letters: set[str] = set()
    for code in foreign:
        found = _HALVES.fullmatch(code)
        if found is None:
            continue
        if found.group(1) is not None:
            letters.add(found.group(1))
        if code in closed:
            before.add(found.group(2) or "")
            after.add(found.group(3) or "")
    same_digits = same_letters = 0
    for code in lacking:
        found = _HALVES.fullmatch(code)
        if found is None:
            continue
        if found.group(1) is None:
            same_digits += found.group(3) in after and len(found.group(4)) <= _LETTERS
        else:
            same_digits += found.group(2) in before and len(found.group(1)) <= _LETTERS
            same_letters += found.group(1) in letters
    return same_digits, same_letters
