"""What is usual in a category: the shares of a partition's sellers added up, told when a day ends, known to all.

Every seller's share is among the sums of its partition; what all partitions have told is what `Around.category_rate`
answers from until the next day.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from detectors.beta import CategoryRate, Moments, rate_of
from streams.store import STAMP, TableWrite

TABLE: Final = "shares"
MAX_CATEGORIES: Final = 5_000  # of one partition's sellers, by reason: categories are what sellers write
_MARK: Final = "\x1f"
_FIELD: Final = f"share{_MARK}"
_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Moments).decode

Key = tuple[str, str]  # reason, category
Rates = dict[Key, CategoryRate]


class Shares:
    """One partition's sums."""

    def __init__(self, number: int, stored: Mapping[str, bytes]) -> None:
        self._number = number
        self._sums: dict[Key, Moments] = {
            _key_of(name.removeprefix(_FIELD)): _decode(value)
            for name, value in stored.items()
            if name.startswith(_FIELD)
        }
        self._changed: set[Key] = set()
        self._untold = set(self._sums)  # what the owner before has told of them nobody knows

    def note(self, changes: Iterable[tuple[str, str, Moments]]) -> None:
        """Sellers' shares have changed by so much."""
        for reason, category, moments in changes:
            key = reason, category
            known = self._sums.get(key)
            if known is None and len(self._sums) >= MAX_CATEGORIES:
                continue
            self._sums[key] = moments if known is None else known.plus(moments)
            self._changed.add(key)
            self._untold.add(key)

    def end_day(self, day: int) -> list[TableWrite]:
        """What the others have to know at the end of a day."""
        told = [
            TableWrite(TABLE, f"{self._number}{_MARK}{_name_of(key)}", STAMP.pack(day, 0) + _encode(self._sums[key]))
            for key in sorted(self._untold)
        ]
        self._untold.clear()
        return told

    def changes(self) -> dict[str, bytes | None]:
        """What the next commit has to write; asked once for each."""
        changed: dict[str, bytes | None] = {_FIELD + _name_of(key): _encode(self._sums[key]) for key in self._changed}
        self._changed.clear()
        return changed


def rates_of(table: Mapping[str, bytes]) -> Rates:
    """What all partitions have told, added up."""
    sums: dict[Key, Moments] = {}
    for name, value in table.items():
        key = _key_of(name.partition(_MARK)[2])
        sums[key] = sums.get(key, Moments()).plus(_decode(value[STAMP.size :]))
    rates = ((key, rate_of(moments)) for key, moments in sums.items())
    return {key: rate for key, rate in rates if rate is not None}


def _name_of(key: Key) -> str:
    return f"{key[0]}{_MARK}{key[1]}"


def _key_of(name: str) -> Key:
    reason, _, category = name.partition(_MARK)
    return reason, category
