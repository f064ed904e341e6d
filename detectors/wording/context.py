"""What stands around a phrase and turns its sense: "not used", "with free case", "a battery tester"."""

import re
from typing import Final

_LOOK_BACK: Final = 60  # characters
_MAX_STEPS: Final = 6


def words(text: str) -> frozenset[str]:
    """The words of a text, told apart by spaces."""
    return frozenset(text.split())


_NEGATORS: Final = words(
    "not no never non nor isnt without zero un anti beware avoid against nicht kein keine keinen keiner keines nie ohne"
    " pas ni jamais sans sin nunca"
)
_CONTRACTED: Final = words("isn aren wasn don doesn didn won ain")
_FILLERS: Final = words(
    "a an any been be the of our ever sell sells sold selling buy previously annual original factory fake cheap ein"
    " eine einen einem un une una el la le les de du des"
)
_OR: Final = words("or nor and & oder und noch ou ni et o y")

#: What turns the goods behind it into an extra.
_EXTRA: Final = re.compile(
    r"\b(?:with|w|incl|inc|includes?|included|including|bonus|gift|mit|inkl|samt|inklusive|avec|inclus|offerte?|"
    r"gratuite?|con|incluye|incluid[oa]|gratis|regalo|kostenlos\w*|plus free)\b"
    r"|(?<!sim )(?<!hands )(?<!bpa )(?<!bubble )(?<!frost )\bfree\b|(?:^| )\+"
)
#: A plus that touches what stands before it alone is a part of that: "Roomba j7+ brush", but "console+game".
_BESIDE: Final = re.compile(r"(?:\b(?:and|und|et|y)\b|&|(?<= )\+|\+(?! ))[^,;|]{0,24}$", re.ASCII)

#: Goods that are sold by the millilitre, of which testers and samples exist.
_BEAUTY: Final = re.compile(
    r"\b(?:edp|edt|edc|parfums?|perfum\w*|eau|colognes?|fragrances?|toilette|extrait|fl ?oz|oz|ml|lipsticks?|mascara|"
    r"cosmetics?|make ?up|beauty|skin ?care|duft\w*|colonia)\b|香水|香氛|口红|护肤|化妆|美妆",
    re.ASCII,
)
#: Devices that accessories are made for.
DEVICES: Final = (
    r"(?:i ?phones?|i ?pads?|i ?pods?|air ?pods?|mac ?books?|apple watch|apple|samsung|galaxy|huawei|honor|xiaomi|"
    r"redmi|poco|oppo|vivo|realme|one ?plus|pixel|google pixel|nokia|motorola|moto|xperia|sony|kindle|nintendo|switch|"
    r"play ?station|ps[345]|xbox|go ?pro|dji|canon|nikon|fujifilm|garmin|fitbit|dyson|bose|beats|lenovo|surface|"
    r"blackberry|htc|lg|asus|acer|zte|lumia|nook)"
)
_KINDS: Final = (
    r"(?:\w*phones?|handys?|mobiles?|tablets?|laptops?|notebooks?|tvs?|fernseher|cameras?|kameras?|watch|headphones|"
    r"consoles?|cpus?|fridge|freezer|dishwasher|microwave|washing machine|\d+ inch)"
)
DEVICE: Final = re.compile(rf"\b{DEVICES}\b", re.ASCII)
DEVICE_OR_KIND: Final = re.compile(rf"\b(?:{DEVICES}|{_KINDS})\b", re.ASCII)


def is_negated(flat: str, start: int, terms: frozenset[str], also: frozenset[str] = frozenset()) -> bool:
    """Whether what starts there is denied: a negator, or a word of `also`, before it, fillers between.

    "neither used nor refurbished": over a conjunction the denial reaches on to the next of `terms`.
    """
    before = flat[max(0, start - _LOOK_BACK) : start]
    if not before.endswith(" "):
        return False
    steps = before.split()[-_MAX_STEPS:]
    while steps:
        word = steps.pop()
        if word in _NEGATORS or word in also or (word == "t" and steps and steps[-1] in _CONTRACTED):
            return True
        if word in _OR and steps and steps[-1] in terms:
            steps.pop()
        elif word not in _FILLERS and word not in _OR:
            return False
    return False


def is_extra(flat: str, start: int) -> bool:
    """Whether what starts there comes along with something else: "with", "free", "+" before it."""
    return _EXTRA.search(flat, 0, start) is not None or _BESIDE.search(flat[max(0, start - 30) : start]) is not None


def is_beauty(flat: str, category: str) -> bool:
    """Whether a title or its category speaks of perfume or cosmetics."""
    return _BEAUTY.search(flat) is not None or _BEAUTY.search(category) is not None
