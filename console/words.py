"""The console's own words in English and Chinese, from `words/en.toml` and `zh.toml`; what Chinese lacks is English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from detectors.alerts import BRAKED, EXPIRED, EXPIRING, TRUNCATED
from schemas import Alert

LANGUAGES: Final = ("en", "zh")
NAMES: Final = {"en": "English", "zh": "中文"}
_NOTES: Final = {"braked": BRAKED, "expired": EXPIRED, "expiring": EXPIRING, "truncated": TRUNCATED}
FOLDER: Final = Path(__file__).parent / "words"


@cache
def told(language: str) -> dict[str, str]:
    """Every word of a language by its dotted name."""
    return _flat(tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8")))


def say(language: str, name: str, /, **values: object) -> str:
    """A word or sentence; a name that is in no file is a mistake of the page: KeyError."""
    text = told(language).get(name) or told("en")[name]
    return text.format(**values) if values else text


def label(language: str, kind: str, code: str) -> str:
    """The word for a code, such as a reason code; one without a word is spelt out."""
    name = f"{kind}.{code}"
    return told(language).get(name) or told("en").get(name) or code.replace("_", " ")


def notes(language: str, alert: Alert) -> list[str]:
    """The sentences beside an alert: a hold that ends or has ended, sums that may be too low."""
    if not isinstance(alert.note, str):
        return []
    return [say(language, f"note.{name}") for name in marks(alert)] or [alert.note]


def marks(alert: Alert) -> list[str]:
    """The names of those sentences, the most pressing first."""
    note = alert.note if isinstance(alert.note, str) else ""
    return [name for name, said in _NOTES.items() if said in note]


def preferred(accepted: str) -> str:
    """The language that a browser asks for first among ours."""
    for part in accepted.lower().split(","):
        code = part.partition(";")[0].strip().partition("-")[0]
        if code in LANGUAGES:
            return code
    return "en"


def _flat(table: Mapping[str, Any], above: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{above}{name}.")
        else:
            flat[above + name] = value
    return flat
