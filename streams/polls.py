"""Polls: what one fetch of a worker brought, and what transport and handler promise each other. Knows no framework.

A lane is one topic-partition. Its lanes follow one another without a hole or an overlap from the position that
`Handler.assigned` gave: a poll that got lost on its way (a rebalance drops queued ones) is fetched again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import msgspec


class CannotGoOnError(Exception):
    """What a person has to mend; one sentence. The worker ends with it."""


class TP(NamedTuple):
    """A topic-partition; equal to, and hashed like, those of Faust and aiokafka."""

    topic: str
    partition: int


class Record(Protocol):
    """What is read of a Kafka record; `timestamp` in milliseconds since the epoch, key and value as sent."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class PlainRecord(msgspec.Struct, frozen=True, gc=False):
    """A record that came through no client: a line of a file. `timestamp` 0: there is no broker's time for it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int = 0


class Stretch(NamedTuple):
    """What one poll brought of one topic-partition.

    `start` and `end` are fetch positions, not offsets of records: transaction markers, compaction and retention leave
    offsets that no record has, and a stretch may hold no records at all.
    """

    records: Sequence[Record]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Poll:
    """Everything one poll brought: the value of one Faust message."""

    lanes: Mapping[TP, Stretch]


class LaneStatus(NamedTuple):
    """How far a topic-partition has been handed over, and what the broker last said of it.

    Everything before `position` has been given to `Handler.polled`, which may still be waiting for its turn.
    `highwater` is the log's end as the broker saw it at `fetched_at_ms` (milliseconds since the epoch) or later;
    both are None until the first fetch of the assignment. A position that has reached the highwater confirms that
    nothing older than `fetched_at_ms` is missing. `begun` is where reading began: the assignment's position, or the
    last rewind's.
    """

    position: int
    highwater: int | None
    fetched_at_ms: int | None
    begun: int


class Handler(Protocol):
    """What the polls are for. The three coroutines never run at the same time.

    A rebalance takes every partition away and gives back those that stay. The coroutines may be cancelled: `assigned`
    when the next rebalance begins, `polled` when it has not come to an end within the settle timeout.
    """

    async def assigned(self, partitions: set[int]) -> Mapping[TP, int]:
        """The positions to read on from; a topic-partition that is absent starts at its log's start."""

    async def revoked(self, partitions: set[int]) -> None:
        """They are taken away, by a rebalance or the worker's end; `published` is committed once more after it."""

    async def polled(self, poll: Poll) -> None:
        """Returns when the poll may be acknowledged; an exception ends the worker, and nothing is acknowledged."""

    def published(self) -> Mapping[TP, int]:
        """The offsets up to which everything is on the broker: what is committed to Kafka, each commit interval."""

    def wanted(self, tp: TP) -> bool:
        """False where the handler has enough of a topic-partition: it is left out of the next poll.

        Up to three polls are on their way when it is asked.
        """


class _Fetched(Protocol):
    """aiokafka's own book of a topic-partition."""

    @property
    def highwater(self) -> int | None: ...


@dataclass(slots=True)
class Tenure:
    """One assignment, from its seek to the next rebalance.

    `reached` and `fetched_at_ms` belong to the consumer's thread, `handed`, `begun` and `rewinding` to the event loop.
    """

    assignment: Any
    books: Mapping[TP, _Fetched]
    handed: dict[TP, int]
    seek: Callable[["Tenure", Mapping[TP, int]], None]
    reached: dict[TP, int] = field(init=False)
    begun: dict[TP, int] = field(init=False)
    fetched_at_ms: dict[TP, int] = field(default_factory=dict)
    rewinding: set[TP] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.reached = dict(self.handed)
        self.begun = dict(self.handed)

    def rewind(self, positions: Mapping[TP, int]) -> None:
        held = {tp: position for tp, position in positions.items() if tp in self.handed}
        if held:
            self.handed.update(held)
            self.begun.update(held)
            self.rewinding.update(held)
            self.seek(self, held)

    def hand_over(self, poll: Poll) -> Poll:
        """The lanes that follow what was handed over before; where one is missing, it is fetched again."""
        following: dict[TP, Stretch] = {}
        missed: dict[TP, int] = {}
        for tp, lane in poll.lanes.items():
            handed = self.handed.get(tp)
            if handed == lane.start:
                following[tp] = lane
                self.handed[tp] = lane.end
                self.rewinding.discard(tp)
            elif handed is not None and tp not in self.rewinding:
                missed[tp] = handed
        self.rewind(missed)
        return Poll(following)


class Control:
    """What the transport offers its handler. Made first and given to both; holds nothing while nothing is assigned.

    `committed` are the group's offsets in Kafka as they were when `Handler.assigned` was called.
    """

    def __init__(self) -> None:
        self.tenure: Tenure | None = None
        self.committed: Mapping[TP, int] = {}

    def status(self) -> dict[TP, LaneStatus]:
        """Of every assigned topic-partition, without I/O."""
        tenure = self.tenure
        tps = () if tenure is None else tuple(tenure.handed)
        return {tp: status for tp in tps if (status := self.status_of(tp)) is not None}

    def status_of(self, tp: TP) -> LaneStatus | None:
        """Of one topic-partition, without I/O; None where it is not assigned."""
        tenure = self.tenure
        position = None if tenure is None else tenure.handed.get(tp)
        if tenure is None or position is None:
            return None
        # The stamp is read first: a highwater that is newer than its stamp is merely cautious.
        at_ms = tenure.fetched_at_ms.get(tp)
        return LaneStatus(position, tenure.books[tp].highwater, at_ms, tenure.begun[tp])

    def rewind(self, positions: Mapping[TP, int]) -> None:
        """The next lane of each topic-partition starts there; one that is not assigned any more is skipped."""
        if self.tenure is not None:
            self.tenure.rewind(positions)

    def assignment(self) -> set[TP]:
        return set() if self.tenure is None else set(self.tenure.handed)
