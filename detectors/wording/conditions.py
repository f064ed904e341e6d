"""Words and phrases of condition in English, German, Spanish and French, as they stand in a flattened title."""

from typing import Final

from detectors.wording.phrases import GERMAN, forms, say

#: "Once", "a few times", of wearing.
_TIMES: Final = (
    r"(?:only )?(?:once|twice|(?:a )?(?:few|couple of|handful of) times|"
    r"(?:[2-9]|two|three|four|five|several) times|(?:une|1|deux|2|quelques) fois|(?:una|1) vez|"
    r"(?:dos|2|pocas|un par de) veces)"
)

#: Goods that nobody need have used and that are not as new either: displays, returns, seconds. They stay in the class
#: of what the seller says they are; a price alone does not hold them.
OPEN_BOX: Final = "open_box"

#: Conditions that words state, the one that says most first.
CONDITIONS: Final = (
    say(
        "refurbished",
        "refurb refurbs refurbished renewed reconditioned remanufactured reacondicionado reacondicionada"
        " reacondicionados restaurado restaurada "
        + " ".join(
            [
                forms("reconditionne", "e", "s", "es"),
                forms("generaluberholt", *GERMAN),
                forms("generalueberholt", *GERMAN),
                forms("wiederaufbereitet", *GERMAN),
                forms("aufbereitet", *GERMAN),
            ]
        ),
        {
            "owned preowned": r"\bcertified (?:pre ?)?owned\b",
            "neuf": r"\bremise? a neuf\b",
            "uberholt ueberholt": r"\b(?:vom (?:handler|haendler|hersteller)|technisch|komplett|werks) ?ue?berholt\b",
        },
    ),
    say(
        "used",
        "preowned secondhand preloved seminuevo seminueva usado usada usados usadas gebrauchsspuren tragespuren"
        " gebr usagee usagees "
        + " ".join([forms(stem, *GERMAN) for stem in ("gebraucht", "getragen", "neuwertig", "benutzt")]),
        {
            "used": r"^used\b(?! by\b)|\bused\b(?! (?:by|for|to|as|on|when|at|"
            r"in(?! (?:good|very|great|excellent|fair|mint|perfect|nice|working|like)))\b)",
            "owned": r"\b(?:pre|previously) owned\b",
            "hand": r"\b(?:second|2nd) hand\b(?! (?:sweep|movement))",
            "loved": r"\b(?:pre|well) loved\b",
            "like": r"\blike new\b",
            "grade": r"^grade [abcd]\d?\b|\(grade [abcd]\d?\)|\bgrade [bcd]$",
            "graded": r"\bgraded\b(?! card)",
            "zweiter": r"\bzweiter hand\b",
            "seconde": r"\bseconde main\b",
            "mano": r"\bsegunda mano\b",
            "occasion": r"\bd occasion\b|^occasion\b|\(occasion\)|\boccasion (?:tres|bon|comme|etat|parfait)\b",
            "worn": rf"\bworn (?:{_TIMES}|lightly|gently)\b"
            r"|\b(?:gently|lightly|barely|hardly|rarely|once|twice) worn\b",
            "signs traces": r"\b(?:signs?|traces?) of (?:wear|use|usage)\b",
            "scuff scuffs scratches": r"\b(?:minor|light|slight|some|few|small) (?:scuffs?|scratches)\b"
            r"|\b(?:with|has|shows) (?:\w+ )?(?:scuffs|scratches)\b",
            "wear": r"\b(?:with light|some|normal|minor|slight) wear\b(?! resist)",
            "working": r"\b(?:tested and|fully) working\b|\b(?:in|full|good|perfect) working (?:order|condition)\b",
            "works": r"\bworks (?:fine|perfectly)\b(?! (?:with|for|on|in|as)\b)",
            "health": r"\bbattery health\b(?! (?:check|monitor|tester|app)\w*)",
            "kratzern": r"\bmit (?:\w+ )?kratzern\b",
            "rayures": r"\b(?:quelques|legeres|micro) rayures\b",
            "aranazos": r"\b(?:con|algunos|pequenos) aranazos\b|\baranazos (?:leves|superficiales)\b",
            "deja": r"\bdeja portee?s?\b",
            "good great fair decent acceptable": r"\b(?:good|great|fair|decent|acceptable) (?:used )?condition\b",
            "lease hire rental": r"\bex (?:lease|hire|rental)\b",
            "zustand": r"\bzustand ?:? (?:ist )?(?:wie neu|(?:sehr )?gut|ok|okay|akzeptabel|befriedigend|b|c)\b"
            r"|\b(?:gut|top|super)(?:e[mnrs]?)? (?:erhaltene[mnr]? )?(?:gebraucht)?zustand\b",
            "wie": r"\bwie neu\b",
            "erhalten": r"\bgut erhalten\b",
            "etat": r"\b(?:bon|excellent|parfait|super) etat\b|\betat (?:correct|moyen|d usage|satisfaisant)\b",
            "porte portee portes portees": rf"\bportee?s? {_TIMES}\b",
            "usure utilisation": r"\btraces? d (?:usure|utilisation)\b",
            "comme": r"\bcomme neu(?:f|ve)s?\b",
            "estado": r"\b(?:buen|excelente|perfecto) estado\b",
            "como": r"\bcomo nuev[oa]s?\b",
            "uso": r"\b(?:poco|signos de|senales de|marcas de) uso\b",
            "puesto puesta puestos puestas": rf"\bpuest[oa]s? {_TIMES}\b",
        },
        denied_by="be widely commonly mostly psa bgs cgc usar",
    ),
    say(
        OPEN_BOX,
        "retourware retoure retouren kundenretoure kundenretouren rucklaufer ruecklaufer rucklauferware bware"
        " ausstellungsstuck ausstellungsstueck ausstellungsstucke ausstellungsware ausstellungsmodell ausstellungsgerat"
        " ausstellungsgeraet vorfuhrgerat vorfuehrgeraet vorfuhrgerate vorfuhrmodell vorfuehrmodell vorfuhrware"
        " vorfuehrware vorfuhrer messeware blemished declasse declassee unboxed deballe deballee",
        {
            "vintage": r"\bvintage\b(?! (?:style|look|inspired|design|effect)\b)",
            "display": r"\bdisplay (?:model|piece|item)s?\b|\bex display\b",
            "soiled floor showroom": r"\bshop soiled\b|\b(?:shop ?)?floor model\b|\bshowroom (?:model|piece)\b",
            "demo demonstration": r"\bdemo (?:model|unit)\b|\bex demo(?:nstration)?\b|\bde demonstration\b",
            "stock grade": r"\bb (?:stock|grade)\b",
            "open opened": r"\bopen box\b|\bopened box\b|\bbox opened\b"
            r"|\bopened,? (?:but|to check|to test|never|once)\b",
            "tried": r"\btried on\b",
            "damage": r"\b(?:box|packag\w+) damage\b",
            "return returns returned": r"\b(?:customer|ex catalogue|warehouse) returns?\b"
            r"|\breturned (?:item|goods|stock|product)s?\b",
            "warehouse": r"\bwarehouse deals?\b",
            "dent dents": r"\bscratch (?:(?:and|&|n) )?dent\b",
            "second seconds": r"\bfactory seconds?\b|\bslight seconds?\b|\bseconds quality\b",
            "cosmetic": r"\bcosmetic (?:damage|defects?|blemish(?:es)?|marks?|imperfections?)\b",
            "damaged": r"\bdamaged (?:box|packag\w+)\b|\b(?:box|packaging) (?:is )?damaged\b",
            "excellent perfect mint pristine": r"\b(?:excellent|perfect|mint|pristine) condition\b",
            "consignment": r"\bconsignment\b",
            "aussteller": r"\baussteller$|\bware aussteller\b|\(aussteller\)",
            "ware": r"\bb ware\b",
            "wahl": r"\b(?:zweite|2\.?|ii\.?) wahl\b",
            "exposition expo": r"\bd expo(?:sition)?\b",
            "retour retours": r"\bretours? clients?\b",
            "choix": r"\b(?:second|2e|2eme|deuxieme) choix\b",
            "exposicion": r"\b(?:de|producto|modelo) exposicion\b",
            "devolucion": r"\bdevolucion de clientes?\b",
            "seleccion": r"\bsegunda seleccion\b",
            "tara": r"\bcon (?:una )?(?:pequena )?tara\b",
        },
    ),
)
