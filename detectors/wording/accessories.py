"""Whether a title sells what belongs to a device instead of the device: "silicone case for iPhone 13"."""

import re
from typing import Final

from detectors.wording.context import DEVICE, DEVICE_OR_KIND, DEVICES, is_extra, words

#: What is an accessory wherever it heads a title.
_SURE: Final = (
    r"(?:screen ?(?:protect(?:or|ion)s?|guards?)|displayschutz\w*|schutzglas|schutz(?:hulle|huelle|folie|tasche)\w*|"
    r"panzer(?:glas|folie)\w*|\w*(?:hulle|huelle)n?|handytaschen?|verre trempe|film de protection|"
    r"protection (?:d )?ecran|coques?|housses?|protector(?:es)? de pantalla|(?:cristal|vidrio) templado|fundas?|"
    r"phone cases?|case covers?|cover cases?|ladekabel|ladegerate?)"
)
_LOOKS: Final = (
    r"(?:silicone?|silikon|leather|leder|tpu|clear|transparent|protective|shock ?proof|rugged|flip|wallet|hard|soft|"
    r"slim|magsafe|magnetic|gel|rubber|back|folio|book|armou?r|bumper|glitter|phone|tablet|plastic|carbon)"
)
_NOUNS: Final = (
    r"(?:cases?|covers?|bumpers?|sleeves?|pouch(?:es)?|holsters?|protectors?|tempered glass|chargers?|cables?|"
    r"adapt[eo]rs?|straps?|bands?|holders?|mounts?|stands?|docks?|docking stations?|cradles?|stylus|styli|"
    r"ear ?(?:pads|tips|cushions)|lens (?:caps?|hoods?)|remotes?|remote controls?|coolers?|skins?|films?|stickers?|"
    r"decals?|etuis?|chargeurs?|cargador(?:es)?|carcasas?|correas?|netzteile?|halterung(?:en)?|armband|filters?|hoses?)"
)
_FOR: Final = (
    r"(?:for|to fit|fits?|fur|fuer|pour|para|suitable for|compatible (?:with|avec|con)|kompatibel mit|"
    r"passend (?:fur|fuer))"
)
_COLOURS: Final = (
    r"(?:black|white|red|blue|green|pink|purple|grey|gray|gold|silver|brown|clear|transparent|schwarz|weiss|rot|blau|noir|"
    r"noire|blanc|bleu|rouge|negro|negra|blanco|rojo|azul|new|\d+ ?pcs?)"
)

_SURE_NOUN: Final = re.compile(rf"\b{_SURE}\b", re.ASCII)
_NOUN_FOR: Final = re.compile(rf"\b{_NOUNS}(?: [\w,.]+){{0,3}}? {_FOR}\b", re.ASCII)
_LOOKING: Final = re.compile(rf"\b{_LOOKS} (?:cases?|covers?)\b", re.ASCII)
_BEFORE_DEVICE: Final = re.compile(rf"\b(?:cases?|covers?|bumpers?|protectors?) {DEVICES}\b", re.ASCII)
_AT_THE_END: Final = re.compile(rf"\b(?:cases?|covers?|bumpers?)\b(?: {_COLOURS}){{0,2}}(?:$| ?[(|,;])", re.ASCII)
_FIRST_FOR: Final = re.compile(rf"^(?:new |neu |\d+ ?(?:x|pcs|pack) )?{_FOR} (?:\w+ )?{DEVICES}\b", re.ASCII)
_FIRST_NOUN: Final = re.compile(r"^(?:case|cover|bumper|skin)s? (?!logic|ih|mate|of|fx)\b", re.ASCII)
_MADE_FOR: Final = re.compile(
    rf"\b(?:compatible (?:with|avec|con)|kompatibel mit|passend (?:fur|fuer)|designed for) (?:\w+ ){{0,2}}?{DEVICES}\b",
    re.ASCII,
)
_ANY_NOUN: Final = re.compile(rf"\b(?:{_SURE}|{_NOUNS})\b", re.ASCII)
_CATEGORY: Final = re.compile(
    r"\b(?:cases?|covers?|accessor\w*|protectors?|chargers?|cables?|straps?|parts|zubehor|hullen?|accessoires?|accesorios?|"
    r"coques?|fundas?)\b|配件|手机壳|保护|贴膜|数据线|充电",
    re.ASCII,
)

#: What has to be in a title before `is_accessory` is asked, or what it has to start with.
TRIGGERS: Final = words(
    "case cases cover covers bumper bumpers sleeve sleeves pouch pouches holster protector protectors tempered"
    " charger chargers cable cables adapter adaptor adapters strap straps band bands holder holders mount mounts"
    " stand stands dock docks docking cradle stylus earpads pads tips cushions caps cap hood remote remotes cooler"
    " coolers skin skins film films sticker stickers decal decals etui etuis chargeur chargeurs cargador carcasa"
    " carcasas correa netzteil halterung armband filter filters hose protection guard guards trempe coque coques"
    " housse housses pantalla templado funda fundas hulle hullen huelle huellen handyhulle handyhullen handyhuelle"
    " schutzhulle schutzhullen schutzhuelle silikonhulle lederhulle schutzglas schutzfolie schutzfolien"
    " schutztasche panzerglas panzerfolie panzerglasfolie displayschutz displayschutzfolie displayschutzglas"
    " handytasche ladekabel ladegerat ladegerate compatible kompatibel passend designed"
)
STARTS: Final = re.compile(r"\W*(?:new |neu |\d+ ?(?:x|pcs|pack) )?(?:for|to fit|fits?|fur|fuer|pour|para)\b", re.ASCII)


def is_accessory_category(category: str) -> bool:
    """Whether a category, folded, is one of accessories or parts."""
    return _CATEGORY.search(category) is not None


def is_accessory(flat: str, category: str) -> bool:
    """Whether an accessory heads the title, or its category says so and an accessory is in it."""
    if _FIRST_FOR.match(flat):
        return True
    if is_accessory_category(category) and _ANY_NOUN.search(flat):
        return True
    for found in _SURE_NOUN.finditer(flat):
        if not is_extra(flat, found.start()):
            return True
    for found in _NOUN_FOR.finditer(flat):
        if DEVICE_OR_KIND.search(flat, found.end(), found.end() + 40) and not is_extra(flat, found.start()):
            return True
    made_for = _MADE_FOR.search(flat)
    if made_for and not DEVICE_OR_KIND.search(flat, 0, made_for.start()):
        return True
    if not DEVICE.search(flat) or " watch" in flat:  # a watch has a case of its own
        return False
    if _FIRST_NOUN.match(flat):
        return True
    cases = (*_LOOKING.finditer(flat), *_BEFORE_DEVICE.finditer(flat), *_AT_THE_END.finditer(flat))
    return any(not is_extra(flat, found.start()) for found in cases)
