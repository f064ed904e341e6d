"""What detectors and programs say in English, in another language: `words/detectors.*.toml`, `words/sentences.*.toml`.

A piece of evidence carries its numbers by name, so its sentence is made anew of clauses; those whose numbers are there
are said. A sentence of a program is found by its English text.
"""

import re
import string
import tomllib
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final

import msgspec

from console import amounts, words
from schemas import Evidence
from schemas.fields import Money

#: What a detector's sentence says of money is the same in all languages: "1,500.00 CNY".
_MONEY: Final = re.compile(r"(?<![\d,.])([\d,]+\.\d+) ([A-Z]{3})\b")
_DECIMAL: Final = re.compile(r"-?\d{1,15}(\.\d+)?")
_NAMED: Final = re.compile(r"\\\{(\w+)\\\}")

Value = int | float | str


class Clause(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"needs": "if"}):
    """Said when all of `needs` and none of `unless` is so: a number that is there and not 0, `name=text`, or words of
    the detector's own sentence in double quotes."""

    say: str
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class Detectors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The clauses of each reason code, and what its detector does, by `fires`, `quiet` and `gaps`."""

    evidence: dict[str, tuple[Clause, ...]]
    about: dict[str, dict[str, str]]


def evidence(language: str, said: Evidence) -> tuple[str, str]:
    """What a piece of evidence says, and in which language: the detector's own words where there are no others."""
    if language == "en":
        return said.sentence, "en"
    currency = _currency_of(said)
    given: dict[str, Value] = {**said.numbers, "sums": _sums_in(language, said)}
    clauses = []
    tells = False
    for clause in detectors(language).evidence.get(said.reason_code, ()):
        if not _is_so(clause, given, said.sentence):
            continue
        try:
            clauses.append(_Speaker(language, currency).vformat(clause.say, (), given).strip())
        except (KeyError, ValueError, IndexError, TypeError):
            continue  # a number that this version of the detector does not give
        tells = tells or "{" in clause.say
    return ("；".join(clauses), language) if tells else (said.sentence, "en")


def about(language: str, reason_code: str) -> dict[str, str]:
    """What a detector does, by `fires`, `quiet` and `gaps`; {} where that is not translated."""
    return detectors(language).about.get(reason_code, {}) if language != "en" else {}


def sentence(language: str, english: str) -> str:
    """A program's sentence in that language; as it is where it is not known."""
    if language == "en":
        return english
    for pattern, named, other in _sentences(language):
        found = pattern.fullmatch(english)
        if found:
            parts = dict(zip(named, found.groups(), strict=True))
            return _Speaker(language, "").vformat(other, (), parts)
    return english


@cache
def detectors(language: str) -> Detectors:
    """What `words/detectors.<language>.toml` says."""
    text = (words.FOLDER / f"detectors.{language}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Detectors)


class _Speaker(string.Formatter):
    """Fills clauses in; what stands after a colon says how a value is read."""

    def __init__(self, language: str, currency: str) -> None:
        ways: dict[str, Callable[[Any], str]] = {
            "": str,
            "money": lambda value: amounts.sum_of(language, value, currency),
            "percent": lambda value: amounts.percent(language, float(value)),
            "span": lambda value: amounts.span(language, timedelta(hours=float(value))),
            "expected": lambda value: f" {value:.0f}" if value >= 1 else words.say(language, "count.below_one"),
        }
        self._ways = ways
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        """By its way; what is none is the kind of a word, or of several after commas."""
        way = self._ways.get(format_spec)
        if way is not None:
            return way(value)
        codes = str(value).removeprefix("its ").split(", ")
        return "、".join(words.label(self._language, format_spec, code.replace(" ", "_")) for code in codes)


def _is_so(clause: Clause, given: Mapping[str, Value], sentence_: str) -> bool:
    return all(_holds(one, given, sentence_) for one in clause.needs) and not any(
        _holds(one, given, sentence_) for one in clause.unless
    )


def _holds(condition: str, given: Mapping[str, Value], sentence_: str) -> bool:
    if condition.startswith('"'):
        return condition.strip('"') in sentence_
    name, wants, text = condition.partition("=")
    value = given.get(name, "")
    if wants:
        return value == text
    return bool(Decimal(value)) if isinstance(value, str) and _DECIMAL.fullmatch(value) else bool(value)


def _currency_of(said: Evidence) -> str:
    """That of the numbers, else of the first sum in the detector's own sentence; "" where nobody says it."""
    named = said.numbers.get("currency")
    if isinstance(named, str):
        return named
    found = _MONEY.search(said.sentence)
    return found[2] if found else ""


def _sums_in(language: str, said: Evidence) -> str:
    found = _MONEY.findall(said.sentence)
    return amounts.sums(language, tuple(Money(amount.replace(",", ""), currency) for amount, currency in found))


@cache
def _sentences(language: str) -> tuple[tuple[re.Pattern[str], tuple[str, ...], str], ...]:
    read = tomllib.loads((words.FOLDER / f"sentences.{language}.toml").read_text(encoding="utf-8"))
    return tuple(_pattern(one["en"], one["zh"]) for one in read["sentence"])


def _pattern(english: str, other: str) -> tuple[re.Pattern[str], tuple[str, ...], str]:
    escaped = re.escape(english)
    names = tuple(found[1] for found in _NAMED.finditer(escaped))
    return re.compile(_NAMED.sub("(.+?)", escaped), re.DOTALL), names, other
