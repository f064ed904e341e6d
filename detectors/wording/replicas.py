"""Whether a title in Latin letters says that the goods are a copy: "AAA quality", "1:1 replica", "inspired by"."""

import re
from itertools import product
from typing import Final, NamedTuple

from detectors.wording.context import is_negated

MAX_PHRASE: Final = 40

#: How "replica" is written past a filter: other signs for its letters, gaps between them.
_LETTERS: Final = ("r", "e3", "p", "l1", "i1l", "ck", "a4@")
_REPLICA: Final = r"\b" + r"[ .]?".join(f"[{letters}]" for letters in _LETTERS) + r"s?\b"
_SPELLINGS: Final = frozenset("".join(spelled) + end for spelled in product(*_LETTERS) for end in ("", "s"))
_PIECES: Final = "replique repliques r rep repl repli replic re plica plicas lica"

_QUALITY: Final = r"(?:quality|grade|copy|copies|class|level|version|clones?|qualitat|qualite|calidad)"
_MANY_A: Final = r"(?:a{3,6}|[5-9]a)\+{0,3}"
_COPIED: Final = r"(?:air ?pods|i ?phones?|i ?pads?|apple watch|galaxy|samsung|rolex)"
_WORTH: Final = r"(?:quality|copy|clone|version|grade|mirror|mould|mold|original|same|high|super|top|best)"


class _Evidence(NamedTuple):
    """Words that say it, unless `unless` is in the title; `beauty`: of perfume and cosmetics alone."""

    triggers: frozenset[str]
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None
    beauty: bool = False


def _of(triggers: str, pattern: str, unless: str = "", beauty: bool = False) -> _Evidence:
    compiled = re.compile(rf"\b(?:{unless})\b", re.ASCII) if unless else None
    return _Evidence(frozenset(triggers.split()), re.compile(pattern, re.ASCII), compiled, beauty)


_EVIDENCE: Final = (
    _of(
        "clone superclone clones mirror copy copies unauthorized batch knockoff knockoffs knock dupe dupes falschung"
        " plagiat nachbau contrefacon imitacion",
        r"\bsuper ?clones?\b|\b(?:swiss|high|best) clone\b|\bclone (?:watch|i ?phone|phone|bag)\b"
        rf"|\bmirror {_QUALITY}\b"
        r"|\b(?:first|1st|master|top|high|mirror|luxury|swiss|perfect|quality|grade) cop(?:y|ies)\b"
        r"|\bunauthorized authentic\b|\b(?:ljr|pk|h12|ld) batch\b|\bknock ?offs?\b|\bdupes?\b"
        r"|\b(?:falschung|plagiat|contrefacon)\b|\bnachbau (?:von|der|des|einer|rolex|designer|luxus\w*|marken\w*)\b"
        r"|\bimitacion\b(?! (?:de )?(?:a )?(?:piel|cuero|perla|madera|oro|plata|marmol|lino))",
        "detector|detection|bearbeitet|printer|scanner|paper|keyboard|magazine|book|paperback|novel|vinyl|dvd|vhs|tape",
    ),
    _of(
        "fake fakes faux imitation imitat kopie copie copia copies clon clones fausse faux falsas falsos falsa falso",
        rf"\b(?:good|great|perfect|best|quality) fakes?\b|\bfake (?:designer|{_COPIED})\b(?! (?:\w+ )?camera)"
        rf"|\b(?:faux|imitation) designer\b|\bclon (?:de )?{_COPIED}\b"
        r"|\b(?:imitat|kopie) (?:von |einer |eines |der |des )?(?:luxus|marken|designer)\w*"
        r"|\bcopie (?:parfaite|exacte|1:1|de (?:luxe|marque))\b|\b(?:bonne|parfaite|belle) copie\b|\bcopia exacta\b"
        r"|\bimitation parfaite\b|\bfausses? montres?\b|\bfaux sacs? (?:de luxe|de marque|a main)\b"
        r"|\b(?:zapatillas|bolsos?|relojes|reloj|gafas) fals[oa]s?\b",
        "book|paperback|novel|roman|livre|libro|magazine|dvd|vinyl",
    ),
    _of(
        "vs vsf zf noob ppf arf clean same goophone goophones logo rep reps ua",
        r"\b(?:vsf?|zf|noob|ppf|arf|clean) factory\b"
        r"(?! (?:sealed|reset|refurb\w*|unlocked|new|finish|look|condition|edges?|paint|stock|original|wheels?)\b)"
        r"|\bno logo (?:on )?(?:the )?box\b|\bsame factory as (?:the )?original\b|\bgoophones?\b"
        r"|\breps? (?:sneakers?|shoes|bags?|watch(?:es)?)\b|\bua (?:version|batch)\b|\b(?:version|batch) ua\b",
        "gift|packaging|plain|cardboard|shipping|gym|weights?|sales|ps[345]|xbox",
    ),
    _of(
        "1:1",
        rf"\b1:1 ?(?:{_WORTH}|replica)\b|\b(?:{_WORTH}|perfect|replica|watch|bag|shoes) 1:1",
        r"scale|life ?size|die ?cast|figures?|statue|helmet|bust|prop|lightsaber|ratio|macro|magnification|massstab|"
        r"echelle|escala|aspect|adapter|lens|trapo|balun|transformer",
    ),
    _of(
        "aaa aaaa aaaaa aaaaaa 5a 6a 7a 8a 9a",
        rf"\b{_MANY_A} {_QUALITY}\b|\b(?:quality|grade|qualitat|qualite|calidad) {_MANY_A}(?![a-z])",
        r"pearls?|gem\w*|beads?|stones?|crystals?|jade|opal|sapphires?|rub(?:y|ies)|emeralds?|zircon\w*|cz|moissanite|"
        r"diamonds?|amber|turquoise|tourmaline|agate|quartz|lapis|amethyst|citrine|garnet|aquamarine|tea|saffron|matcha|"
        r"hair|wigs?|bundles|batter\w*|cells?|nimh|energy|rated|efficiency|kwh|washing|fridge|freezer|dryer|dishwasher|"
        r"eggs|beef|wagyu|down|wood|cotton|egyptian|strings?|perlen?|perlas?|perles?",
    ),
    _of(
        "inspired impression interpretation inspire inspiree inspirado inspirada inspiriert duftzwilling equivalencia",
        r"\binspired by\b"
        r"(?! (?:the|an?|her|his|our|my|nature|memor\w+|love|life|summer|spring|dreams?|women|men|travel)\b)"
        r"|\b(?:impression|interpretation) of\b|\binspiree? (?:de|par)\b|\binspirad[oa] en\b|\binspiriert von\b"
        r"|\bduftzwilling\b|\bequivalencia\b",
        beauty=True,
    ),
)
_SAID_OF_COPIES: Final = re.compile(rf"{_REPLICA}|\brepliques?\b", re.ASCII)
#: Copies that are sold as what they are: fan shirts, scale models, props, one house's perfume line of that name.
_HONEST: Final = re.compile(
    r"\b(?:margiela|jerseys?|shirts?|home kit|away kit|football|soccer|nfl|nba|nhl|mlb|helmets?|props?|swords?|katana|"
    r"daggers?|pistols?|guns?|airsoft|die ?cast|scale|1:\d{2,3}|scale model|model (?:car|kit|ship)|figures?|figurine|"
    r"statues?|coins?|tokens?|trophy|championship|museum|lightsaber|ships?|aircraft|engine|armou?r|medals?|skulls?|"
    r"skeleton|dinosaur|fossil|lego|vintage poster|banknotes?|wheels?|rims|cake|food|weapons?|viking|roman|medieval|"
    # in other languages, and what else is a copy openly
    r"fc|kits?|balls?|basketballs?|wands?|cosplay|toys?|licensed|miniatures?|maquettes?|navires?|schiffe?|barcos?|modellautos?|"
    r"modellbau|maillots?|trikots?|camisetas?|epees?|espadas?|\w*schwert\w*|pistolets?|pistolas?|softair|"
    r"musee|museo|museum\w*|monedas?|munzen?|craneo?s?|dinosaur\w*)\b",
    re.ASCII,
)

TRIGGERS: Final = frozenset().union(*(one.triggers for one in _EVIDENCE), _SPELLINGS, _PIECES.split()) - {"1:1"}
BEAUTY_TRIGGERS: Final = frozenset().union(*(one.triggers for one in _EVIDENCE if one.beauty))
_TERMS: Final = TRIGGERS | {"replica", "replicas", "fake", "fakes", "imitation", "clone"}


def replica_phrase(flat: str, is_beauty: bool) -> str:
    """The first words, at most `MAX_PHRASE` characters, that say the goods are a copy; "" where none do."""
    found: list[tuple[int, str]] = []
    for one in _EVIDENCE:
        if (is_beauty or not one.beauty) and (one.unless is None or not one.unless.search(flat)):
            found += _said(one.pattern, flat)
    if not _HONEST.search(flat):
        found += _said(_SAID_OF_COPIES, flat)
    return min(found)[1][:MAX_PHRASE] if found else ""


def _said(pattern: re.Pattern[str], flat: str) -> list[tuple[int, str]]:
    for found in pattern.finditer(flat):
        is_free_of = flat.startswith(" free", found.end())
        if not is_free_of and not is_negated(flat, found.start(), _TERMS):
            return [(found.start(), found.group().strip())]
    return []
