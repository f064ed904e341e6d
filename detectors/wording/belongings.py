"""Whether a title sells what belongs to goods that it names: their battery, their toner, the lotion of a perfume.

Some words are enough wherever they stand, most only at an end: a phone has a battery too. What heads such a title in
French and Spanish ends it in English and German. Every word was held against 31,000 titles of the goods themselves
(`bench/detection/words.py`) and left out where it met more than a handful: strap, stand, lens, door, cream.
"""

import re
from collections.abc import Iterable
from typing import Final

from detectors.wording.context import DEVICES, is_extra, words

_CONSOLES: Final = "ps2 ps3 ps4 ps5 playstation xbox switch wii 3ds"
_CONSOLE: Final = (
    r"(?:ps ?[2345]|play ?station(?: [2345])?|xbox(?: one| series [xs]| 360)?|switch(?: oled| lite)?|wii u?|3ds)"
)
_GAME: Final = r"(?:video ?)?(?:games?|spiele?|jeux?|juegos?)"

#: Enough wherever they stand, unless they come along: words, and patterns under the words one of which is in them.
_SURE_WORDS: Final = (
    "motherboard mainboard hauptplatine faceplate faceplates earpads eartips ohrpolster coussinets almohadillas joycon"
    " joycons dualshock objektivdeckel turdichtung turdichtungen laugenpumpe ladestation ladestationen ladeschale"
    " bedienungsanleitung bauanleitung gebrauchsanweisung manette manettes telecommande telecommandes aufsteckbursten"
    " scherkopf scherkopfe staubbeutel deodorant deodorants aftershave korperlotion korpermilch korpercreme duschgel"
    " desodorante desodorantes speichererweiterung"
)
_SURE_PHRASES: Final = {
    "board": r"(?:logic|main|mother) board",
    "mere placa": r"carte mere|placa base",
    "plate plates": r"face plates?",
    "ear band": r"ear (?:pads?|cushions?|tips?)|head ?band cushions?",
    "left right": r"(?:left|right) (?:ear ?buds?|air ?pods?|ear ?pieces?|buds?)",
    "only": r"charging case only|mini ?figures? only",
    "con cons": r"joy cons?",
    "dualsense dual": r"dual ?(?:sense|shock)(?! technology)",
    "housing": r"(?:waterproof|diving|dive) housing",
    "unit grip kit mod": r"(?:shutter|fuser) unit|battery grip|light(?:ing)? kit|media mod",
    "lens": r"lens caps?",
    "door drain": r"door (?:seals?|gaskets?)|drain pumps?",
    "porte puerta": r"joint de porte|goma (?:de )?puerta",
    "glass": r"(?:back|rear) glass",
    "station charge carga docking": r"station de (?:re)?charge|base de carga|docking station",
    "manual manuals guide guides": r"(?:user|instruction|service|owners?(?: s)?) (?:manuals?|guides?)"
    rf"|manual (?:de |del |for )?{DEVICES}",
    "emploi": r"mode d emploi",
    "pencil": r"apple pencil",
    "head heads": r"(?:brush|shaver|shaving) heads?",
    "toner ink tetes": r"(?:toner|ink) cartridges?|cartouches? (?:de )?toner|tetes? de (?:brosse|rasage)",
    "expansion selfie dust face": r"expansion cards?|selfie sticks?|dust bags?|face covers?",
    "body hand hair": r"(?:body|hand) (?:lotion|cream|wash|butter)|(?:hair|body) mist",
    "shower bath shave": r"shower (?:gel|cream)|bath (?:gel|foam)|after shave",
    "corps douche rasage": r"lait (?:pour le )?corps|gel douche|apres rasage",
    "corporal ducha": r"locion corporal|gel de ducha",
    _CONSOLES: rf"{_CONSOLE} {_GAME}(?! consoles?)|{_GAME} (?:for |fur |pour |para )?{_CONSOLE}",
}
#: Enough where the title begins or ends with them.
_END_WORDS: Final = (
    "battery batteries charger chargers cable cables dock docks sleeve sleeves pouch pouches filter filters brush"
    " brushes heads blades cartridge cartridges toner capsule capsules pods bowl basket beater whisk jug lid shelf"
    " belt belts hose hoses nozzle nozzles propeller propellers bracket brackets holder holders remote remotes"
    " controller controllers gamepad gamepads keyboard keyboards pencil psu heatsink cushion cushions pads tips tank"
    " reservoir assembly soap parts pump pumps motor motors module modules grille knob knobs thermostat springs"
    " screws folio instructions akku akkus ersatzakku ersatzakkus ersatzfilter ersatzklingen armband tastatur"
    " tastaturen netzteil netzteile fernbedienung fernbedienungen burste bursten klinge klingen patrone patronen"
    " tinte kapsel kapseln schussel ruhrschussel korb deckel schublade dichtung pumpe riemen schlauch duse rader"
    " halterung wandhalterung deckenhalterung ladegerat ladegerate ladekabel kabel wassertank milchbehalter backform"
    " reinigungstabletten seife deo anleitung chargeur chargeurs filtre filtres brosse brosses brossettes lame lames"
    " cartouche cartouches encre bol panier couvercle tiroir joint joints batterie pompe courroie tuyau helice"
    " helices savon clavier claviers notice notices etui etuis bateria baterias cargador cargadores filtro filtros"
    " cepillo cepillos cabezal cabezales cuchilla cuchillas cartucho cartuchos tinta capsulas cuenco cesta goma bomba"
    " correa correas manguera mando mandos deposito jabon teclado teclados instrucciones locion"
)
_END_PHRASES: Final = {
    "supply": "power supply",
    "control controls": "remote controls?",
    "element": "heating element",
    "tablets": "cleaning tablets",
    "shell strap": "hard shell|elite strap",
    "spare replacement": r"(?:spare|replacement) \w+",
}
_BEFORE: Final = r"(?:(?:new|neue?|original|genuine|oem|replacement|spare|wireless|official|\d+ ?pcs) )"
_AFTER: Final = (
    r"(?: (?:only|new|neu|nuevo|neuf|original|genuine|oem|black|white|gr[ea]y|silver|blue|red|schwarz|weiss|noire?|"
    r"blanc|blanche|negr[oa]|blanc[oa]|kit|set|replacement|\d+ ?m?ah|\d+(?:\.\d+)? ?(?:w|v|m|cm)|usb c))"
)
_ENDS: Final = "|".join([*_END_WORDS.split(), *_END_PHRASES.values()])
#: Each word to the pattern that it wakes.
_SURE: Final = {
    word: re.compile(rf"\b(?:{pattern})\b", re.ASCII)
    for heads, pattern in ((_SURE_WORDS, "|".join(_SURE_WORDS.split())), *_SURE_PHRASES.items())
    for word in heads.split()
}
#: "Cable tester", "remote control car" are things of their own.
_OF_ITS_OWN: Final = (
    r"(?! (?:controls?|testers?|powered|operated|free|cars?|drones?|toys?|coffee|oil|pianos?|scooters?|"
    r"management|organi[sz]ers?|grinders?|runner|dogs)\b)"
)
_FIRST: Final = re.compile(rf"^\W*{_BEFORE}{{0,3}}(?:{_ENDS})\b{_OF_ITS_OWN}", re.ASCII)
#: One word behind it may be anything: "battery plus", "Scherkopf 94M"; behind the second kind it may not.
_LAST: Final = re.compile(
    rf"\b(?:(?:{_ENDS})\b{_OF_ITS_OWN}(?:{_AFTER}{{0,3}}| \w+)"
    rf"|(?:s pen|smart folio|lcd screen|coolers?|manual){_AFTER}{{0,3}})$",
    re.ASCII,
)
_PROCESSOR: Final = re.compile(r"\b(?:ryzen|core i\d|xeon|athlon|cpu)\b", re.ASCII)
#: What the goods have themselves: "4000mah battery", "tiltable lcd screen", "without charger".
_OWN: Final = re.compile(
    r"(?:ah|\bion|\blife|\blasting|\bday|\bhours?|\bremovable|\bbig|\blarge|\bdual|\binch|\din|\bhd|\btouch|\bcolou?r|\bled|"
    r"\btft|\btiltable|\bhepa|\bwater|\binverter|\bdrive|\bwithout|\bno|\bohne|\bsans|\bsin|\band) $",
    re.ASCII,
)
#: "2 controllers" come along, the "Quest 2 controller" does not.
_COUNTED: Final = re.compile(r"\b\d \w+s\b", re.ASCII)

#: What has to be in a title before `is_belonging` is asked.
TRIGGERS: Final = frozenset(_SURE) | words(
    " ".join([_END_WORDS, *_END_PHRASES, "pen screen cooler coolers manual folio"])
)
#: Characters from the end in which what ends a title stands.
_TAIL: Final = 60


def is_belonging(flat: str, said: Iterable[str]) -> bool:
    """Whether a flattened title of these words sells what belongs to something, and not that with it."""
    if _FIRST.match(flat):
        return True
    for pattern in {_SURE[word] for word in said if word in _SURE}:
        if any(not is_extra(flat, found.start()) for found in pattern.finditer(flat)):
            return True
    found = _LAST.search(flat, max(0, len(flat) - _TAIL))
    if found is None or is_extra(flat, found.start()) or _OWN.search(flat, 0, found.start()):
        return False
    if _COUNTED.match(flat, found.start() - 2):
        return False
    return not found.group().startswith("cooler") or _PROCESSOR.search(flat, 0, found.start()) is not None
