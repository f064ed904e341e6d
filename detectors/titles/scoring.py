"""How well a product's name fits a title: what was measured of the two, and how much each measure counts.

The coefficients were fitted by `bench/detection/titles.py --fit` on its tuning part, and nowhere else.
"""

from collections.abc import Collection, Sequence
from math import exp, log
from operator import mul
from typing import Final, NamedTuple

from rapidfuzz.fuzz import partial_ratio

from detectors.titles.index import Index
from detectors.titles.rivals import rivals
from detectors.titles.tokens import Tokens
from detectors.titles.words import (
    BOX,
    CAPACITY,
    CODE,
    COLOUR,
    FREQUENCY,
    GENERATION,
    KINDS,
    NUMBER,
    TRAY,
    VARIANT,
    WORD,
)

#: Kinds of which a product has one value: another one in the title is a contradiction, and no likeness outweighs it.
_HARD: Final = 1 << CAPACITY | 1 << GENERATION
_PACKED: Final = 1 << BOX | 1 << TRAY

#: What is measured of a title and a name, in the order of `COEFFICIENTS`. The weight of a feature is its
#: rarity, 1 - log(names that hold it) / log(names): 1 for a single one, towards 0 for all.
MEASURES: Final = (
    "title_coverage",  # share of the title's weight that is found in the name
    "found_number",
    "missing_word",  # weights of the name that the title lacks
    "missing_code",
    "missing_packing",
    "missing_tray",  # of a processor: what does not say how it is packed is mostly boxed
    "other_packing",
    "other_frequency",
    "missing_variant",
    "missing_share",  # share of the name's features that the title lacks
    "other_capacity",
    "other_colour",
    "extra_variant",  # variant words of the title that the name lacks
    "brand",  # the name's first feature is found
    "likeness",  # of the closed-up texts, the shorter one inside the longer
)
BRAND: Final = MEASURES.index("brand")
_MISSING_CODE: Final = MEASURES.index("missing_code")
COEFFICIENTS: Final = (
    *(9.972, 2.767, 0.755, -0.259, 3.110, 3.720, -4.153, -1.634),
    *(-2.365, -5.359, -3.367, -1.491, -2.487, 3.599, 4.020),
)

#: What the confidence rests on, in the order of `CONFIDENCE`.
GROUNDS: Final = (
    "constant",
    "margin",
    "margin_squared",
    "coverage",  # share of the name's weight that is found in the title
    "code",  # weight of the rarest code in common
    "contradicted",
    "score",
    "same_digits",  # codes of the title that are another model's, see `rivals`, and decimals that are no model's
    "same_letters",
    *MEASURES,
)
CONFIDENCE: Final = (
    *(-6.352, 0.561, -0.028, 5.153, 0.265, -4.326, 0.016, -1.448, -1.648),
    *(0.241, 0.789, -0.121, 0.081, -4.432, 1.126, -1.362, 0.132, -2.045),
    *(1.508, -4.326, -1.224, 0.236, 0.538, 0.855),
)

#: A lead over the second candidate beyond this says no more.
_MARGIN: Final = 6.0
#: Confidence is no higher than this where a hard contradiction is left, or another model's code.
_CONTRADICTED: Final = 0.4
_MARGIN_AT: Final = GROUNDS.index("margin")
_CONTRADICTED_AT: Final = GROUNDS.index("contradicted")
_SAME_DIGITS_AT: Final = GROUNDS.index("same_digits")
_RIVALS: Final = 2  # more of them say no more


class Asked(NamedTuple):
    """A title as it is compared: the weight of each of its features that the catalogue knows, and what else it says."""

    title: Tokens
    weights: dict[int, float]
    weight: float
    told: int  # bits of the kinds that the title has a value of
    variants: int
    scale: float  # 1 / log(names)


class Fit(NamedTuple):
    """`score` ranks; the rest decides how sure the answer is."""

    score: float
    coverage: float
    measures: tuple[float, ...]
    contradicted: bool
    code: float


def asked(title: Tokens, known: Collection[tuple[int, str, int]], names: int) -> Asked:
    """A title with (count, text, number) of those of its features that the catalogue of so many names knows."""
    scale = 1.0 / log(names + 2)
    weights = {number: 1.0 - scale * log(count) for count, _, number in known}
    told = variants = 0
    for kind in title.features.values():
        if kind > CODE:
            told |= 1 << kind
            variants += kind == VARIANT
    return Asked(title, weights, sum(weights.values()) or 1.0, told, variants, scale)


def fit(index: Index, title: Asked, slot: int, names: Sequence[int] = ()) -> Fit:
    """How the name in a slot fits a title; `names` are the slots of all names of its product, where it has several.

    What another name of the product explains of the title does not count against this one.
    """
    kinds, counts, weights, scale = index.kinds, index.counts, title.weights, title.scale
    missing = [0.0] * KINDS
    mass = found_number = code = 0.0
    found_kinds = missing_kinds = variants = misses = 0
    numbers = index.forward[slot]
    for number in numbers:
        kind = kinds[number]
        if number in weights:
            weight = weights[number]
            mass += weight
            found_kinds |= 1 << kind
            if kind == NUMBER:
                found_number += weight
            elif kind == CODE:
                code = max(code, weight)
            elif kind == VARIANT:
                variants += 1
        else:
            missing[kind] += 1.0 - scale * log(counts[number])
            missing_kinds |= 1 << kind
            misses += 1
    explained = mass
    if names:
        explained = sum(map(weights.__getitem__, _common(index, title, names)))
    other = title.told & missing_kinds & ~found_kinds
    measures = (
        explained / title.weight,
        found_number,
        missing[WORD],
        missing[CODE],
        missing[BOX] + missing[TRAY],
        missing[TRAY],
        float(bool(title.told & _PACKED and missing_kinds & _PACKED)),
        float(other >> FREQUENCY & 1),
        missing[VARIANT],
        misses / len(numbers),
        float(other >> CAPACITY & 1),
        float(other >> COLOUR & 1),
        float(title.variants - variants),
        float(numbers[0] in weights),
        partial_ratio(index.joined[slot], title.title.joined) / 100,
    )
    coverage = mass / ((mass + sum(missing)) or 1.0)
    return Fit(sum(map(mul, COEFFICIENTS, measures)), coverage, measures, bool(other & _HARD), code)


def _common(index: Index, title: Asked, names: Sequence[int]) -> list[int]:
    """The features that a title has in common with any of a product's names, in the title's order."""
    held = {number for slot in names for number in index.forward[slot]}
    return [number for number in title.weights if number in held]


def grounds(
    index: Index, title: Asked, slot: int, best: Fit, second: float | None, names: Sequence[int] = ()
) -> tuple[float, ...]:
    """What the confidence in the best candidate rests on; `second` is the next product's score, `names` as in `fit`."""
    margin = _MARGIN if second is None else min(_MARGIN, best.score - second)
    same_digits, same_letters = _rivals(index, title, slot, names)
    if not best.code and best.measures[_MISSING_CODE] and _is_size(index, title, slot):
        same_digits += 1
    return (
        1.0,
        margin,
        margin * margin,
        best.coverage,
        best.code,
        float(best.contradicted),
        best.score,
        float(min(_RIVALS, same_digits)),
        float(min(_RIVALS, same_letters)),
        *best.measures,
    )


def _is_size(index: Index, title: Asked, slot: int) -> bool:
    """Whether a name and a title have a decimal in common: of "Nokia 2.4" and of a screen, where it stands alone."""
    kinds, texts = index.kinds, index.texts
    return any(
        kinds[number] == NUMBER and "." in texts[number] for number in index.forward[slot] if number in title.weights
    )


def _rivals(index: Index, title: Asked, slot: int, names: Sequence[int]) -> tuple[int, int]:
    kinds, texts = index.kinds, index.texts
    numbers = index.forward[slot]
    lacking = [texts[number] for number in numbers if kinds[number] == CODE and number not in title.weights]
    if not lacking or any(all(number in title.weights for number in index.forward[name]) for name in names):
        return 0, 0  # what the title says in full is one of its names, however the maker writes its codes
    own = {texts[number] for name in names or (slot,) for number in index.forward[name]}
    foreign = [text for text, kind in title.title.features.items() if kind == CODE and text not in own]
    return rivals(lacking, foreign, title.title.folded)


def confidence(given: tuple[float, ...]) -> float:
    """The probability that the best candidate is the product that the title means, from its `grounds`."""
    likely = 1.0 / (1.0 + exp(-sum(map(mul, CONFIDENCE, given))))
    # No surer than of the better of the first two, of which one is right: equals are never told apart.
    likely = min(likely, 1.0 / (1.0 + exp(-given[_MARGIN_AT])))
    return min(likely, _CONTRADICTED) if given[_CONTRADICTED_AT] or given[_SAME_DIGITS_AT] else likely
