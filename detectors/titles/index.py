"""The inverted index: which names hold a feature. Arrays rather than objects, for a million names in a gigabyte."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import Final

import numpy as np
import numpy.typing as npt

from detectors.titles.tokens import Tokens

_NOBODY: Final = 0xFFFFFFFF


class Index:
    """Names by slot, features by number; both are used again when they were freed."""

    __slots__ = (
        "_free",
        "_free_numbers",
        "_numbers",
        "counts",
        "forward",
        "joined",
        "kinds",
        "lengths",
        "live",
        "many",
        "number",
        "one",
        "texts",
        "totals",
    )

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.texts: list[str] = []
        self.kinds = bytearray()
        self.counts = array("I")  # by feature: how many names hold it
        self.one = array("I")  # by feature: the one name that holds it
        self.many: dict[int, array[int]] = {}  # by feature: the names that hold it, ascending, where several do
        self.forward: list[array[int]] = []  # by slot: its features, in the order of the name
        self.joined: list[bytes] = []  # by slot: the name closed up
        self.totals: npt.NDArray[np.float32] = np.zeros(1024, dtype=np.float32)  # by slot: scratch, zero between uses
        self.lengths: npt.NDArray[np.float32] = np.zeros(1024, dtype=np.float32)  # by slot: how many features
        self._free: list[int] = []
        self._free_numbers: list[int] = []
        #: The number of a feature that some name holds, else None.
        self.number = self._numbers.get
        self.live = 0

    def names(self, number: int) -> array[int]:
        """The slots of the names that hold a feature, ascending."""
        many = self.many.get(number)
        if many is not None:
            return many
        return array("I", (self.one[number],) if self.counts[number] else ())

    def add(self, name: Tokens) -> int:
        """Takes a name in and answers with its slot."""
        numbers = array("I", [self._number_of(feature, kind) for feature, kind in name.features.items()])
        if self._free:
            slot = self._free.pop()
            self.forward[slot], self.joined[slot] = numbers, name.joined
        else:
            slot = len(self.forward)
            self.forward.append(numbers)
            self.joined.append(name.joined)
            if slot >= len(self.totals):
                self.totals = np.zeros(2 * len(self.totals), dtype=np.float32)
                self.lengths = np.concatenate([self.lengths, np.zeros_like(self.lengths)])
        self.lengths[slot] = len(numbers)
        for number in numbers:
            self._enter(number, slot)
        self.live += 1
        return slot

    def remove(self, slot: int) -> None:
        """Forgets the name in a slot."""
        for number in self.forward[slot]:
            self._leave(number, slot)
        self.forward[slot], self.joined[slot] = array("I"), b""
        self._free.append(slot)
        self.live -= 1

    def _number_of(self, feature: str, kind: int) -> int:
        number = self._numbers.get(feature)
        if number is not None:
            return number
        if self._free_numbers:
            number = self._free_numbers.pop()
            self.texts[number], self.kinds[number] = feature, kind
        else:
            number = len(self.texts)
            self.texts.append(feature)
            self.kinds.append(kind)
            self.counts.append(0)
            self.one.append(_NOBODY)
        self._numbers[feature] = number
        return number

    def _enter(self, number: int, slot: int) -> None:
        count = self.counts[number]
        self.counts[number] = count + 1
        if count == 0:
            self.one[number] = slot
        elif count == 1:
            self.many[number] = array("I", sorted((self.one[number], slot)))
        else:
            many = self.many[number]
            if slot > many[-1]:
                many.append(slot)
            else:
                many.insert(bisect_left(many, slot), slot)

    def _leave(self, number: int, slot: int) -> None:
        self.counts[number] -= 1
        many = self.many.get(number)
        if many is None:
            del self._numbers[self.texts[number]]
            self.texts[number] = ""
            self._free_numbers.append(number)
            return
        del many[bisect_left(many, slot)]
        if len(many) == 1:
            self.one[number] = many[0]
            del self.many[number]
