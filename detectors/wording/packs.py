"""Whether a title sells several of a thing: "2x", "lot of 3", "12-pack"."""

import re
from typing import Final

from detectors.wording.context import words

_COUNT: Final = r"(?:[2-9]|[1-9]\d{1,2})"
_NUMERALS: Final = r"(?:two|three|four|five|six|eight|ten|twelve|twin|double|triple|multi|value|family|variety|trial)"
#: What a number and an "x" before it speak of instead: "2x zoom".
_TIMES: Final = (
    r"(?:zoom|optical|optisch\w*|digital|speed|faster|magnif\w*|power|usb|hdmi|sim|core|cores|macro|tele\w*|larger|more|"
    r"stronger|better|concentrat\w*|scart|vga|rca|aux|dvd|blu|fan|\d+ ?(?:w|ghz|mhz|mm|cm|px|mp|gb|bit))"
)
_PACK: Final = re.compile(
    rf"^\W*(?:lot )?{_COUNT} ?x (?!{_TIMES}\b)[a-z]"
    rf"|\(x ?{_COUNT}\)|\({_COUNT} ?x\)|\bx{_COUNT} (?:pcs?|pieces|units|pack|lot)\b"
    rf"|\b\d(?:ml|oz|g|kg|l|cl) ?x ?{_COUNT}\b|\b{_COUNT} x \d+(?:\.\d+)? ?(?:ml|oz|g|kg|l|cl)\b"
    rf"|\b{_COUNT} ?(?:packs?|pk|pcs|pieces?|units|count|stuck|stueck|unidades|uds|pz|pieces)\b"
    rf"|\b{_NUMERALS} ?pack\b|\bmultipacks?\b"
    rf"|\b(?:pack|lot|set|box|case|bulk|paquete|lote|juego|paket)s? (?:of|de|von) {_COUNT}\b"
    rf"|\bjob lot\b|\b(?:bulk|wholesale|mixed|huge|perfume) lot\b|\(lot\)|^lot (?:of )?\d|\blot x ?\d|\blot(?:$|:)"
    rf"|\b{_COUNT}er (?:pack|set|packung|pak)\b|\b{_COUNT}(?:er)pack\b|\bdoppelpack\b|\bgrosspackung\b",
    re.ASCII,
)
#: "12 pieces" of a game, a dinner set, a place setting is one thing.
_ONE_THING: Final = re.compile(r"\b(?:puzzle|jigsaw|lego|dinner|cutlery|cookware|tool|place settings?)\b", re.ASCII)

_STEMS: Final = ("pack", "packs", "pk", "pcs", "pc", "piece", "pieces", "x", "er", "erpack")
TRIGGERS: Final = words(
    "x pack packs pk pcs piece pieces units count lot lots multipack multipacks twinpack doppelpack grosspackung"
    " paquete lote juego paket unidades uds stuck stueck pz set sets box case bulk"
) | frozenset(
    [f"{number}{stem}" for number in range(2, 101) for stem in _STEMS] + [f"x{number}" for number in range(2, 101)]
)


def pack_at(flat: str) -> int:
    """Where a title says that it sells several, -1 where it does not."""
    found = _PACK.search(flat)
    return -1 if found is None or _ONE_THING.search(flat) else found.start()
