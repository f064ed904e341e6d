"""The days of a partition: what it counts of brands and categories, and what those that it owns come to at a day's end.

Each partition counts for itself. When its watermark passes the end of a day it tells the owner of each subject, which
is the partition that the subject's name hashes to; when all have passed it, the owner adds up and judges. What was told
before a commit that is refused is told again by the next owner, so it may be told more than once.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from detectors.subjects import FORGOTTEN_DAYS, SubjectState
from detectors.tally import Count, Subject, Tally
from schemas.fields import DAY_US
from schemas.topics import partition_of
from streams.store import STAMP, TableWrite

MAX_SUBJECTS: Final = 20_000  # counted in one partition on one day: brands are what sellers write
GATHERED_AT_ONCE: Final = 31  # days
_MARK: Final = "\x1f"  # in no name: `schemas.wire` refuses control characters
_DAYS: Final = "days"
_OPEN: Final = f"open{_MARK}"
_OWN: Final = f"own{_MARK}"
_encode: Final = msgspec.msgpack.Encoder(decimal_format="string").encode
_decode_days: Final = msgspec.msgpack.Decoder(tuple[int, int]).decode
_decode_tally: Final = msgspec.msgpack.Decoder(Tally).decode
_decode_state: Final = msgspec.msgpack.Decoder(SubjectState).decode

Told = dict[Subject, Tally]


class Days:
    """One partition's counts of the day that is open, and the states of the subjects that it owns.

    `closed` is the last day whose end its watermark has passed, `judged` the last one judged of its own subjects; -1
    before the first event. `gathered` are days that all partitions have told and that are not judged yet, `done` those
    whose tables the next commit makes needless: of the owner before too, who may have died before it took them away.
    """

    def __init__(self, number: int, partitions: int, stored: Mapping[str, bytes]) -> None:
        self.number = number
        self.partitions = partitions
        self.closed, self.judged = _decode_days(stored[_DAYS]) if _DAYS in stored else (-1, -1)
        self.subjects: dict[Subject, SubjectState] = {}
        self.gathered: dict[int, Told] = {}
        self.done = [] if partitions == 1 else list(range(max(0, self.judged - GATHERED_AT_ONCE), self.judged + 1))
        self._open: Told = {}
        self._changed: dict[str, Tally | SubjectState | tuple[int, int] | None] = {}
        for name, value in stored.items():
            if name.startswith(_OPEN):
                self._open[_subject_of(name.removeprefix(_OPEN))] = _decode_tally(value)
            elif name.startswith(_OWN):
                self.subjects[_subject_of(name.removeprefix(_OWN))] = _decode_state(value)
        self.ends_us = self._ends_us()

    def note(self, count: Count) -> None:
        """Counts on the day that is open, which is that of the watermark: a late event counts today."""
        for subject in count.subjects():
            tally = self._open.get(subject)
            if tally is None:
                if len(self._open) >= MAX_SUBJECTS:
                    continue
                tally = self._open[subject] = Tally()
            tally.note(count)
            self._changed[_OPEN + _name_of(subject)] = tally

    def close(self, watermark_us: int) -> list[TableWrite]:
        """Ends the open day, whose end the watermark has passed; what has to be told of it.

        Where one partition is all there is, that gathers the day. Days of which nothing is known are passed over.
        """
        reached, alone = watermark_us // DAY_US - 1, self.partitions == 1
        told, self._open = self._open, {}
        self._changed.update((_OPEN + _name_of(subject), None) for subject in told)
        if self.closed < 0:
            self.closed = self.judged = reached - 1
        self.closed = self.closed + 1 if told or self.subjects else reached
        self.ends_us = self._ends_us()
        self._note_days()
        if alone:
            self.gathered[self.closed] = told
            return []
        return [self._write(subject, tally) for subject, tally in told.items()]

    def told_by(self, lowest_us: int) -> range:
        """The days to be gathered next, now that all partitions' watermarks have passed `lowest_us`."""
        told = min(self.closed, lowest_us // DAY_US - 1)
        return range(self.judged + 1, min(told, self.judged + GATHERED_AT_ONCE) + 1)

    @property
    def is_behind(self) -> bool:
        """Whether days are closed here whose subjects have not been judged."""
        return self.judged < self.closed

    def gather(self, day: int, told: Mapping[str, bytes]) -> None:
        """What all partitions have told of a day, added up."""
        total: Told = {}
        for name, value in told.items():
            subject = _subject_of(name.partition(_MARK)[2])
            total.setdefault(subject, Tally()).add(_decode_tally(value[STAMP.size :]))
        self.gathered[day] = total

    def subjects_on(self, day: int, told: Told) -> list[Subject]:
        """Which of its own have to be judged on a day, those included that are to be forgotten."""
        oldest = day - FORGOTTEN_DAYS
        own = (subject for subject, state in self.subjects.items() if state.is_awake or state.last_day < oldest)
        return sorted({*told, *own})

    def note_judged(self, day: int) -> None:
        """The day's subjects have been judged."""
        del self.gathered[day]
        self.judged = day
        if self.partitions > 1:
            self.done.append(day)
        self._note_days()

    def keep(self, subject: Subject, state: SubjectState | None) -> None:
        """The subject's state from here on; None: nothing is left to remember."""
        if state is None:
            self.subjects.pop(subject, None)
        else:
            self.subjects[subject] = state
        self._changed[_OWN + _name_of(subject)] = state

    def changes(self) -> dict[str, bytes | None]:
        """What the next commit has to write; asked once for each."""
        changed, self._changed = self._changed, {}
        return {name: None if value is None else _encode(value) for name, value in changed.items()}

    def owner_of(self, subject: Subject) -> int:
        """The partition that judges the subject."""
        return partition_of(_name_of(subject).encode("utf-8", "surrogatepass"), self.partitions)

    def _write(self, subject: Subject, tally: Tally) -> TableWrite:
        name = f"{self.number}{_MARK}{_name_of(subject)}"
        told = STAMP.pack(tally.notes, 0) + _encode(tally)
        return TableWrite(table_of(self.owner_of(subject), self.closed), name, told)

    def _note_days(self) -> None:
        self._changed[_DAYS] = (self.closed, self.judged)

    def _ends_us(self) -> int:
        """When the open day ends; before the first event any watermark begins one."""
        return 1 if self.closed < 0 else (self.closed + 2) * DAY_US


def table_of(owner: int, day: int) -> str:
    """Where partitions tell what they counted on a day of what that partition owns."""
    return f"day:{owner}:{day}"


def _name_of(subject: Subject) -> str:
    return f"{subject.kind}{_MARK}{subject.name}"


def _subject_of(name: str) -> Subject:
    kind, _, subject = name.partition(_MARK)
    return Subject(kind, subject)  # type: ignore[arg-type]  # as it was written
