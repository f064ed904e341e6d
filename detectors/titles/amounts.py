"""How much of the goods a title or a name says there is: 50 ml, 100 g, 30 tablets."""

import re
from collections.abc import Iterable
from typing import Final

from detectors.titles.spelling import spell

#: One amount is less than another of its unit below this share of it: shops round, 45 ml are a bottle of 50.
_LESS: Final = 0.8
#: Outside of these "g" is a mobile network's generation (5G) or ends a model number (2008G).
_GRAMS: Final = (7.0, 1000.0)

_PIECES: Final = (
    r"tablets?|tabletten|comprimes?|comprimidos?|capsules?|kapseln|capsulas?|gelules?|sachets?|beutel|sobres?|ampullen|"
    r"ampoules?|ampollas?|(?:[a-z]*flasch)chen|flaschen|bottles?|bouteilles?|botellas?|pods?|tea ?bags?|pieces?|pcs|"
    r"stuck|stueck|unidades|uds|片|粒|袋|支|瓶"
)
#: Not what is sold several times: "2 x 50 ml", "50 ml x 2".
_AMOUNT: Final = re.compile(
    r"(?<![\w.,])(?<![x*] )([0-9]{1,5}(?:[.,][0-9]{1,2})?) ?"
    rf"(?:(ml|毫升)|(cl)|(g|gr|gramm|grams?|克)|({_PIECES}))(?![a-z0-9])(?! ?[x*] ?[0-9])"
)
_UNITS: Final = (("ml", 1.0), ("ml", 10.0), ("g", 1.0), ("pieces", 1.0))


def amounts(text: str) -> dict[str, set[float]]:
    """The amounts that a text states, by unit ("ml", "g", "pieces"); one of anything says nothing."""
    found: dict[str, set[float]] = {}
    for number, *units in _AMOUNT.findall(spell(text)):
        unit, times = next(meant for meant, said in zip(_UNITS, units, strict=True) if said)
        amount = float(number.replace(",", ".")) * times
        if amount > 1.0 and (unit != "g" or _GRAMS[0] <= amount < _GRAMS[1]):
            found.setdefault(unit, set()).add(amount)
    return found


def is_less(title: str, names: Iterable[str]) -> bool:
    """Whether a title states one amount of a unit, and the names of the goods one amount that is more."""
    whole: dict[str, set[float]] = {}
    for name in names:
        for unit, stated in amounts(name).items():
            whole.setdefault(unit, set()).update(stated)
    if not whole:
        return False
    said = amounts(title)
    return any(
        len(stated) == len(said.get(unit, ())) == 1 and max(said[unit]) < _LESS * max(stated)
        for unit, stated in whole.items()
    )
