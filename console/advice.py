"""What to look at next: what each detector's file tells a moderator."""

import inspect
import re
import sys
from functools import cache
from typing import Final

from console import saying, words
from detectors.policy import Policy

_NAMES: Final = {"fires": "Fires when", "quiet": "Stays quiet when", "gaps": "Known gaps"}
_PARTS: Final = (*_NAMES.values(), "Moderator")
_PART: Final = re.compile(rf"^({'|'.join(_PARTS)}):\s*(.*?)(?=^(?:{'|'.join(_PARTS)}|Parameters)\b|\Z)", re.M | re.S)


@cache
def told_by(reason_code: str, module: str) -> dict[str, str]:
    """The parts of a detector's docstring by their names, each as one line."""
    text = inspect.cleandoc(getattr(sys.modules.get(module), "__doc__", "") or "")
    return {name: " ".join(said.split()) for name, said in _PART.findall(text)}


def parts_of(policy: Policy, reason_code: str) -> dict[str, str]:
    """What the detector of a reason code says of itself; {} where no detector has it."""
    entry = policy.by_code.get(reason_code)
    return told_by(reason_code, type(entry.detector).__module__) if entry is not None else {}


def about(policy: Policy, reason_code: str, language: str) -> list[tuple[str, str]]:
    """What the detector of a reason code does, as (`fires`, `quiet`, `gaps` or `moderator`, text), in that language."""
    told = saying.about(language, reason_code)
    english = parts_of(policy, reason_code)
    found = [(name, told.get(name) or english.get(part, "")) for name, part in _NAMES.items()]
    return [*found, *(("moderator", said) for _, said in next_steps(policy, (reason_code,), language))]


def next_steps(policy: Policy, reason_codes: tuple[str, ...], language: str) -> list[tuple[str, str]]:
    """For each reason code what to look at next, in that language where it is translated."""
    found: list[tuple[str, str]] = []
    for code in reason_codes:
        translated = words.told(language).get(f"advice.{code}") if language != "en" else None
        said = translated or parts_of(policy, code).get("Moderator", "")
        if said:
            found.append((code, said))
    return found
