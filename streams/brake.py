"""One partition's part in the breaker: what it counts in an hour, and the fuses that it decides on for everybody.

The owner of a fuse is the partition that its reason code hashes to. It adds up what all partitions have told of the
hour, up to a second late, and tells in the same table which of its fuses have tripped. With one partition nothing is
told and nothing is late.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from detectors.breaker import HOURS_KEPT, OVERALL, BreakerTerms, Fuse, Hour, Tripped, alert_of, ends, trips
from detectors.held import derived_id
from schemas import Alert
from schemas.fields import HOUR_US
from schemas.topics import partition_of
from streams.deadlines import FOREVER
from streams.store import STAMP, TableWrite

TABLE: Final = "breaker"
FIELD: Final = "breaker"


class Counted(msgspec.Struct, array_like=True):
    """What a partition keeps and tells: its last hours, and the fuses of its own that have tripped.

    `sequence` grows with each change, whatever the commits: what another owner tells after a death is newer only where
    more has been counted. `overridden`: the hour in which a lead let a detector hold again; it does not trip until the
    next has passed too, in which all whom it kept back are looked at.
    """

    sequence: int = 0
    hours: list[Hour] = []
    tripped: dict[tuple[str, str], Tripped] = {}
    overridden: dict[tuple[str, str], int] = {}


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Counted).decode


def read(told: Mapping[str, bytes]) -> dict[str, Counted]:
    """What all partitions have told, by their numbers; read once for all that a worker owns."""
    return {name: _decode(value[STAMP.size :]) for name, value in told.items()}


class Brake:
    """Counts, trips and mends; `ends_us` is when the running hour ends, while any fuse of its own has tripped."""

    def __init__(
        self,
        number: int,
        partitions: int,
        stored: bytes | None,
        terms: BreakerTerms,
        policy_version: str,
        tripped: set[Fuse],
    ) -> None:
        """`tripped` is what the judge asks; it is kept true here."""
        self.number = number
        self.partitions = partitions
        self.own = Counted() if stored is None else _decode(stored)
        self._others: list[Hour] = []
        self._tripped = tripped
        tripped.update(Fuse(*fuse) for fuse in self.own.tripped)
        self._terms = terms
        self._version = policy_version
        self._changed = False
        self.is_alone = partitions == 1
        self._set_end()

    def note_judged(self, categories: Iterable[str], now_us: int) -> bool:
        """A seller was judged for the first time in an hour, in these categories ("": any); whether that begins it."""
        before = self._hour.hour
        hour = self._at(now_us // HOUR_US)
        for category in categories:
            hour.judged[category] = hour.judged.get(category, 0) + 1
        self._note_change()
        return hour.hour > before

    def note_held(self, fuses: Iterable[tuple[str, str]], now_us: int, decided_us: int) -> Iterator[Alert]:
        """A seller was held, or would have been, for the first time in this hour by these; alerts of what trips."""
        hour = self._at(now_us // HOUR_US)
        for fuse in fuses:
            hour.held[fuse] = hour.held.get(fuse, 0) + 1
        self._note_change()
        yield from self._trip(hour.hour, now_us, decided_us)

    def look(self, now_us: int, decided_us: int) -> Iterator[Alert]:
        """Trips the fuses of its own for which it is time, though others alone have counted in this hour."""
        yield from self._trip(max(self._hour.hour, now_us // HOUR_US), now_us, decided_us)

    def _trip(self, number: int, now_us: int, decided_us: int) -> Iterator[Alert]:
        total = self._total(number)
        for fuse in trips(total, (Fuse(*each) for each in self.own.tripped), self._terms):
            if self._owns(fuse) and not self._is_overridden(fuse, number):
                self._at(number)
                alert_id = "a" + derived_id("system", *fuse, str(now_us))
                tripped = self.own.tripped[fuse] = Tripped(total.hour, alert_id)
                self._tripped.add(fuse)
                self._note_change()
                self._set_end()
                yield alert_of(fuse, tripped, total, now_us, decided_us, self._version)

    def end_hour(self, now_us: int, decided_us: int) -> Iterator[Alert]:
        """The running hour has passed: fuses that it was quiet for hold again."""
        passed = self._total(self._hour.hour)
        for each, tripped in sorted(self.own.tripped.items()):
            if ends(passed, Fuse(*each), tripped, self._terms):
                yield self._mend(Fuse(*each), now_us, decided_us)
        self._at(passed.hour + 1)

    def override(self, reason_code: str, now_us: int, decided_us: int) -> Iterator[Alert]:
        """A lead lets a detector hold again."""
        for each in sorted(self.own.tripped):
            if each[0] == reason_code:
                self.own.overridden[reason_code, OVERALL] = max(self._hour.hour, now_us // HOUR_US)
                yield self._mend(Fuse(*each), now_us, decided_us)

    def gather(self, heard: Mapping[str, Counted]) -> set[Fuse]:
        """Takes in what all partitions have told; which fuses have tripped, anybody's."""
        others = [each for name, each in heard.items() if name != str(self.number)]
        self._others = [hour for each in others for hour in each.hours]
        return {Fuse(*fuse) for each in (*others, self.own) for fuse in each.tripped}

    def told(self) -> TableWrite:
        """What the others have to know."""
        return TableWrite(TABLE, str(self.number), STAMP.pack(self.own.sequence, 0) + _encode(self.own))

    def changes(self) -> dict[str, bytes | None]:
        """What the next commit has to write; asked once for each."""
        if not self._changed:
            return {}
        self._changed = False
        return {FIELD: _encode(self.own)}

    def _mend(self, fuse: Fuse, now_us: int, decided_us: int) -> Alert:
        self._note_change()
        tripped = self.own.tripped.pop(fuse)
        self._tripped.discard(fuse)
        self._set_end()
        return alert_of(fuse, tripped, None, now_us, decided_us, self._version)

    @property
    def _hour(self) -> Hour:
        return self.own.hours[-1] if self.own.hours else Hour()

    def _at(self, number: int) -> Hour:
        """The hour in which something is counted, a new one if need be; what is older than all kept counts in none."""
        kept = self.own.hours
        if kept and number <= kept[-1].hour:
            return next(hour for hour in kept if hour.hour >= number) if number >= kept[0].hour else Hour(number)
        hour = Hour(number)
        self.own.hours = [*kept, hour][-HOURS_KEPT:]
        self._note_change()
        self._set_end()
        return hour

    def _note_change(self) -> None:
        self.own.sequence += 1
        self._changed = True

    def _set_end(self) -> None:
        self.ends_us = (self._hour.hour + 1) * HOUR_US if self.own.tripped else FOREVER

    def _total(self, number: int) -> Hour:
        total = Hour(number)
        for hour in (*self.own.hours, *self._others):
            if hour.hour == number:
                total.add(hour)
        return total

    def _is_overridden(self, fuse: Fuse, number: int) -> bool:
        since = self.own.overridden.get((fuse.reason_code, OVERALL))
        return since is not None and number <= since + 1

    def _owns(self, fuse: Fuse) -> bool:
        return partition_of(fuse.reason_code.encode(), self.partitions) == self.number
