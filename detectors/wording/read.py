"""A title read once: its condition where the words say one, guards, and words of a copy.

Most titles hold no word that matters and cost two looks: a split, and whether any word is in a set.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from detectors.folding import MAX_RAW_TITLE, fold
from detectors.wording import accessories, belongings, packs, replicas
from detectors.wording.chinese import read_chinese
from detectors.wording.conditions import CONDITIONS
from detectors.wording.context import is_beauty, is_extra, is_negated
from detectors.wording.flat import MAX_CHARACTERS, flatten, words_of
from detectors.wording.guards import GUARDS
from detectors.wording.phrases import INSTRUMENT, KINDS, TESTER, Phrases


class Wording(NamedTuple):
    """What the words of a title say.

    `condition` ("refurbished", "used", "open_box") is None where they say none; `guards` are in the order of `GUARDS`;
    `replica` is the phrase, folded, that says the goods are a copy, "" for none.
    """

    condition: str | None = None
    guards: tuple[str, ...] = ()
    replica: str = ""

    @property
    def guard(self) -> str:
        """The first guard, "" for none."""
        return self.guards[0] if self.guards else ""


NOTHING_SAID: Final = Wording()

_CONDITION_WORDS: Final = frozenset().union(*(one.words for one in CONDITIONS))
_KINDS: Final = (*KINDS, TESTER)
REMEMBERED_TITLES: Final = 4_096
_ACCESSORY: Final = 1
_PACK: Final = 2
_REPLICA: Final = 4
_BEAUTY: Final = 8
_BELONGING: Final = 16
_FIRST_PHRASES: Final = 32


def _asked_by_word() -> dict[str, int]:
    """Each word that matters to the readers that it wakes, as bits."""
    readers = [
        (accessories.TRIGGERS, _ACCESSORY),
        (belongings.TRIGGERS, _BELONGING),
        (packs.TRIGGERS, _PACK),
        (replicas.TRIGGERS, _REPLICA),
        (replicas.BEAUTY_TRIGGERS, _BEAUTY),
    ]
    for at, one in enumerate((*CONDITIONS, *_KINDS)):
        needs_beauty = _BEAUTY if one.beauty or one is TESTER else 0
        readers.append((one.words, _FIRST_PHRASES << at | needs_beauty))
    asked: dict[str, int] = {}
    for words, bits in readers:
        for word in words:
            asked[word] = asked.get(word, 0) | bits
    return asked


_ASKED: Final = _asked_by_word()
_WORDS: Final = frozenset(_ASKED)
_BITS: Final = tuple((_FIRST_PHRASES << at, one) for at, one in enumerate((*CONDITIONS, *_KINDS)))
_CONDITION_BITS: Final = _BITS[: len(CONDITIONS)]
_KIND_BITS: Final = _BITS[len(CONDITIONS) :]
_CHINESE: Final = re.compile("[㐀-鿿]")


def read_title(title: str, category: str | None = None) -> Wording:
    """What the title says, in English, Chinese, German, Spanish or French; any text is taken, in linear time."""
    # One event asks several times, and a listing that changes keeps its title: remembered by what is read of it at all.
    return read(title[:MAX_RAW_TITLE], category)


@lru_cache(maxsize=REMEMBERED_TITLES)
def read(title: str, category: str | None) -> Wording:
    """The same of a title that is short enough."""
    folded = fold(title, MAX_CHARACTERS)
    words = words_of(folded)
    asked = 0
    if not _WORDS.isdisjoint(words):
        for word in words:
            asked |= _ASKED.get(word, 0)
    if "1:1" in folded:
        asked |= _REPLICA
    if accessories.STARTS.match(folded):
        asked |= _ACCESSORY
    is_chinese = not folded.isascii() and _CHINESE.search(folded) is not None
    if not asked and not is_chinese:
        return NOTHING_SAID
    flat = flatten(folded)
    kind = "" if category is None else fold(category, MAX_CHARACTERS)
    wording = _read_letters(flat, words, asked, kind) if asked else NOTHING_SAID
    return _with_chinese(wording, flat, kind) if is_chinese else wording


def is_of_accessories(category: str | None) -> bool:
    """Whether a category is one of accessories or parts, where such goods are what everybody expects."""
    return category is not None and accessories.is_accessory_category(fold(category, MAX_CHARACTERS))


def _read_letters(flat: str, words: Sequence[str], asked: int, category: str) -> Wording:
    beauty = bool(asked & _BEAUTY) and is_beauty(flat, category)
    condition = next((one.sense for bit, one in _CONDITION_BITS if asked & bit and _says(one, flat, beauty)), None)
    guards = {one.sense for bit, one in _KIND_BITS if asked & bit and _says(one, flat, beauty)}
    if (asked & _ACCESSORY and accessories.is_accessory(flat, category)) or (
        asked & _BELONGING and belongings.is_belonging(flat, words)
    ):
        guards.add("accessory")
    if asked & _PACK:
        at = packs.pack_at(flat)
        if at >= 0 and not is_extra(flat, at):
            guards.add("pack")
    replica = replicas.replica_phrase(flat, beauty) if asked & _REPLICA else ""
    if condition is None and not guards and not replica:
        return NOTHING_SAID
    return Wording(condition, _ordered(guards), replica)


def _says(phrases: Phrases, flat: str, beauty: bool) -> bool:
    if phrases is TESTER and not beauty and INSTRUMENT.search(flat):
        return False
    if phrases.beauty and not beauty:
        return False
    for found in phrases.pattern.finditer(flat):
        if is_negated(flat, found.start(), _CONDITION_WORDS, phrases.denied_by):
            continue
        if not (phrases.alone and is_extra(flat, found.start())):
            return True
    return False


def _with_chinese(wording: Wording, flat: str, category: str) -> Wording:
    said = read_chinese(flat, accessories.is_accessory_category(category))
    if not said.senses and not said.copy:
        return wording
    states = said.senses | {wording.condition}
    condition = next((one.sense for one in CONDITIONS if one.sense in states), None)
    return Wording(condition, _ordered(said.senses.union(wording.guards)), wording.replica or said.copy)


def _ordered(guards: set[str] | frozenset[str]) -> tuple[str, ...]:
    return tuple(guard for guard in GUARDS if guard in guards)
