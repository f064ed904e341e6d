"""Words and phrases of kind in English, German, Spanish and French, as they stand in a flattened title.

A `words` entry is a phrase by itself. A `phrases` entry is a pattern, under the words of which one has to be there
before the pattern is tried: most titles hold none of them, and cost one look into a set.
"""

import re
from typing import Final, NamedTuple


class Phrases(NamedTuple):
    """What says `sense`: a condition or a guard. `denied_by`: further words that deny it when they stand before it.

    `alone`: not where it comes along with the goods ("with free sample"); `beauty`: only of perfume and cosmetics.
    """

    sense: str
    words: frozenset[str]
    pattern: re.Pattern[str]
    denied_by: frozenset[str] = frozenset()
    alone: bool = False
    beauty: bool = False


def say(
    sense: str,
    words: str,
    phrases: dict[str, str] | None = None,
    denied_by: str = "",
    alone: bool = False,
    beauty: bool = False,
) -> Phrases:
    """Words and patterns that say `sense`, as in `Phrases`; each pattern under the words that wake it."""
    plain = [rf"\b(?:{'|'.join(words.split())})\b"] if words else []
    pattern = re.compile("|".join([*plain, *(phrases or {}).values()]), re.ASCII)
    triggers = frozenset(" ".join([words, *(phrases or {})]).split())
    return Phrases(sense, triggers, pattern, frozenset(denied_by.split()), alone, beauty)


def forms(stem: str, *ends: str) -> str:
    """A word and its inflected forms, parted by spaces."""
    return " ".join(stem + end for end in ("", *ends))


#: What German adjectives end in.
GERMAN: Final = ("e", "er", "es", "en", "em")


#: A few millilitres or a fraction of an ounce, and what such bottles are called.
_TINY: Final = r"(?<![\d.])(?:0?\.[0-3]\d?\s?(?:fl\.? )?oz|(?:\d|1[0-2])(?:\.\d+)? ?ml)\b"
_SMALL: Final = r"(?:minis?|splash|travel)"

KINDS: Final = (
    say(
        "for_parts",
        "faulty defective untested averiado averiada bastler bastlerware " + forms("defekt", *GERMAN),
        {
            "parts": r"\b(?:for|as) (?:spare )?parts\b(?! (?:(?:and|&) labou?r|washer|storage|organi[sz]er|bin))"
            r"|\bparts only\b|\bparts (?:or|and|&) (?:not working|repairs?)\b",
            "spares": r"\bspares (?:(?:or|and|&) )?repairs?\b|\bfor spares\b",
            "working": r"\b(?:not|non|isn t) (?:fully )?working\b",
            "work": r"\b(?:does not|doesn t|not) work\b(?! (?:with|on|for|in)\b)",
            "broken": r"\(broken\)|^broken (?!sword|arrow)|\bbroken (?:screen|display|glass|lcd|back)\b"
            r"|\bscreen broken\b",
            "cracked": r"\bcracked (?:screen|glass|display|lcd|back)\b|\b(?:screen|display|glass) (?:is )?cracked\b",
            "damaged": r"\bwater damaged\b|\bdamaged (?:screen|display|phone)\b",
            "icloud": r"\bicloud locked\b",
            "funktionsfahig funktionstuchtig": r"\bnicht funktions(?:fahig|tuchtig)\b",
            "pieces": r"\bpour pieces\b",
            "panne": r"\ben panne\b",
            "fonctionne": r"\bne fonctionne (?:pas|plus)\b",
            "service": r"\bhors service\b",
            "piezas repuestos": r"\bpara (?:piezas|repuestos)\b",
            "funciona": r"\bno funciona\b",
            "rota": r"\bpantalla rota\b",
        },
    ),
    say(
        "empty_box",
        "leerkarton leerverpackung",
        {
            "box": r"\bbox only\b|\bempty (?:original |retail |gift )*box(?:es)?\b"
            r"|\bbox (?:no|without) (?:phone|watch|shoes)\b"
            r"|\bonly (?:the )?(?:original |empty |retail )*box(?:$|\)| for\b)",
            "empty": r"\bempty (?:perfume )?(?:bottle|packag)",
            "ovp": r"\b(?:nur|leere?) ovp\b|\bovp leer\b",
            "verpackung karton schachtel": r"\b(?:nur|leere?) (?:verpackung|karton|schachtel)\b",
            "boite": r"\bboite (?:vide|seule)\b",
            "flacon": r"\bflacon vide\b",
            "caja": r"\bcaja vacia\b|\bsolo (?:la )?caja\b",
            "frasco botella": r"\b(?:frasco|botella) vaci[oa]\b",
        },
        denied_by="in retail",
    ),
    say(
        "dummy",
        "attrappe attrappen factice",
        {
            "dummy": r"\bdummy (?:\w+ )?(?:phone|handset|model|display|unit|smartphone|mobile)\b"
            r"|\b(?:phone|display|handset|smartphone|working) dummy\b|\(dummy\)|\bdummy$",
            "mockup mock": r"\b(?:phone|display) mock ?up\b|\bmock ?up (?:phone|model)\b",
        },
        denied_by="test",
    ),
    say(
        "sample",
        "decant decants decanted abfullung abfullungen decantado",
        alone=True,
    ),
    say(
        "sample",
        "sample samples sampler samplers vial vials miniature miniatures miniatura duftprobe parfumprobe muestra"
        " muestras echantillon echantillons",
        {
            "mini minis splash travel": rf"\b{_SMALL}\b.*{_TINY}|{_TINY}.*\b{_SMALL}\b"
            r"|\bmini (?:perfume|bottle|edp|edt)\b",
        },
        alone=True,
        beauty=True,
    ),
    say(
        "deposit",
        "anzahlung acompte arrhes",
        {
            "deposit": r"\bdeposit (?:only|payment|required)\b"
            r"|\b(?:pre ?order|reservation|refundable|holding|booking) deposit\b"
            r"|\(deposit\)|^deposit (?:for|of)\b",
            "payment": r"\bdown payment\b",
        },
    ),
    say(
        "contract",
        "vertragshandy vertragshandys",
        {
            "contract": r"\b(?:with|on|\d+ months?) (?:a )?contract\b(?! free)"
            r"|\bcontract (?:phone|deal|only)\b|\(contract\)",
            "monthly month": r"\bpay monthly\b|\b(?:per|a) month\b",
            "locked": r"\b(?:carrier|sim|network) locked\b",
            "prepaid": r"\bprepaid\b(?! (?:card|sim|plan|voucher))",
            "vertrag": r"\bmit (?:\w+ ){0,3}vertrag\b",
            "abonnement forfait": r"\bavec (?:un )?(?:abonnement|forfait)\b",
            "contrato permanencia": r"\bcon (?:contrato|permanencia)\b",
        },
    ),
    say(
        "bundle",
        "bundle bundles geschenkset coffret",
        {
            "bundled": r"\bbundled with\b",
            "combo": r"\bcombo (?:deal|pack|set|offer)\b",
            "gift": r"\bgift sets?\b",
        },
    ),
    say(
        "part",
        "ersatzteil ersatzteile ersatzdisplay ersatzakku repuesto recambio",
        {
            "replacement": r"\breplacement (?:\w+ ){0,2}(?:screen|battery|display|lcd|digiti[sz]er|parts?|door|shelf|"
            r"filter|motherboard|housing|glass|cover|keyboard|strap)\b",
            "digitizer digitiser": r"\bdigiti[sz]er (?:for|assembly|glass|replacement)\b"
            r"|\b(?:lcd|screen|glass) digiti[sz]er\b",
            "spare": r"\bspare parts?\b(?! (?:guarantee|warranty))",
            "motherboard": r"\bmotherboard for\b",
            "housing": r"\b(?:back|rear) housing\b|\bhousing for\b",
            "detachee detachees": r"\bpieces? detachees?\b",
            "lcd display screen": r"\b(?:lcd|display|screen) assembly\b"
            r"|\b(?:lcd|display) for (?:i ?phone|samsung|galaxy|i ?pad)\b",
        },
        alone=True,
    ),
)

_INSTRUMENTS: Final = (
    "battery cable voltage volt circuit multimeter meter network lan rj45 ohm usb soil ph moisture alcohol ignition"
    " spark compression pressure leak fuel injector diode transistor capacitor lcd led hdmi relay socket outlet coil"
    " hardness pen kit tool drug"
)
TESTER: Final = say("tester", "tester testers testeur")
INSTRUMENT: Final = re.compile(rf"\b(?:{'|'.join(_INSTRUMENTS.split())})\b", re.ASCII)
