"""The deadlines of one partition that fall due soon, in memory; all of them are in the store."""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush, nsmallest
from typing import Final

HEAD: Final = 50_000  # deadlines kept in memory per partition, up to twice as many between two commits
MOST_FIRED: Final = 5_000  # before and among the records of one step: Redis takes a million arguments a commit
_SEPARATOR: Final = "\x1f"  # in no identifier: `schemas.wire` refuses control characters
_SLACK: Final = 1_000
FOREVER: Final = 1 << 62


def deadline_id(seller_id: str, kind: str, subject_id: str) -> str:
    """The id under which the store keeps a deadline."""
    return f"{seller_id}{_SEPARATOR}{kind}{_SEPARATOR}{subject_id}"


def parts_of(stored_id: str) -> tuple[str, str, str]:
    """The inverse of `deadline_id`: seller, kind, subject."""
    seller_id, kind, subject_id = stored_id.split(_SEPARATOR, 2)
    return seller_id, kind, subject_id


def is_deadline(name: str) -> bool:
    """Whether that is the id of a deadline, and not the name of a topic."""
    return _SEPARATOR in name


class Deadlines:
    """The head of a partition's deadlines: the first by (due, id), all that are due before `horizon_us` among them.

    None of them is due before `first_us`.
    What was moved or taken away stays in the heap until it surfaces, or until there is more of it than of what stands:
    a return moves its own ends with every step, half a year ahead.
    """

    __slots__ = ("_due", "_heap", "_last_id", "first_us", "horizon_us")

    def __init__(self, first: Iterable[tuple[str, int]], limit: int) -> None:
        loaded = list(first)
        # Of those due at the last instant loaded there may be more in the store.
        self._last_id, self.horizon_us = loaded[-1] if len(loaded) >= limit else ("", FOREVER)
        self._due: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []
        self.first_us = self.horizon_us
        for stored_id, due_us in loaded:
            self.schedule(stored_id, due_us)

    def schedule(self, stored_id: str, due_us: int | None) -> None:
        """Sets, moves or (None) takes away a deadline."""
        if due_us is None or not (due_us < self.horizon_us or self._is_at_end(stored_id, due_us)):
            self._due.pop(stored_id, None)
        elif self._due.get(stored_id) != due_us:
            self._due[stored_id] = due_us
            heappush(self._heap, (due_us, stored_id))
            if len(self._heap) > 2 * len(self._due) + _SLACK:
                self._heap = [(due, each) for each, due in self._due.items()]
                heapify(self._heap)
            self.first_us = self._heap[0][0]

    def pop(self, before_us: int) -> tuple[str, int] | None:
        """Takes out the first deadline that is due before `before_us`."""
        heap = self._heap
        while heap and heap[0][0] < before_us:
            due_us, stored_id = heappop(heap)
            if self._due.get(stored_id) == due_us:
                del self._due[stored_id]
                return stored_id, due_us
        self.first_us = min(heap[0][0], self.horizon_us) if heap else self.horizon_us
        return None

    def is_due(self, before_us: int) -> bool:
        """Whether any deadline may be due before `before_us`."""
        return self.next_us() < before_us

    def next_us(self) -> int:
        """No deadline is due before that."""
        heap = self._heap
        while heap and self._due.get(heap[0][1]) != heap[0][0]:
            heappop(heap)
        return min(heap[0][0], self.horizon_us) if heap else self.horizon_us

    def first(self, before_us: int) -> tuple[str, int] | None:
        """The first deadline that is due before `before_us`; it stays."""
        return (self._heap[0][1], self._heap[0][0]) if self.next_us() < before_us and self._heap else None

    def are_too_many(self, before_us: int) -> bool:
        """Whether more than `MOST_FIRED` may be due before `before_us`."""
        return before_us > self.horizon_us or len(self._first_due(before_us)) > MOST_FIRED

    def are_enough(self, before_us: int) -> bool:
        """Whether the first `MOST_FIRED` of those due before `before_us`, or all, are in memory."""
        return before_us <= self.horizon_us or len(self._first_due(before_us)) > MOST_FIRED

    def due_of(self, stored_id: str) -> int | None:
        """When that deadline is due, as far as it is in memory."""
        return self._due.get(stored_id)

    def of(self, seller_id: str, kind: str) -> list[str]:
        """The seller's deadlines of that kind that are in memory, by id."""
        prefix = deadline_id(seller_id, kind, "")
        return sorted(stored_id for stored_id in self._due if stored_id.startswith(prefix))

    def count_due(self, before_us: int, kind: str) -> int:
        """How many deadlines of that kind are due before `before_us`; `MOST_FIRED` of all kinds are enough."""
        return sum(parts_of(stored_id)[1] == kind for stored_id in {each for _, each in self._first_due(before_us)})

    def sellers_due(self, before_us: int) -> set[str]:
        """Whose deadlines are due before `before_us`; of more than `MOST_FIRED`, of those that are first."""
        return {stored_id.partition(_SEPARATOR)[0] for _, stored_id in self._first_due(before_us)[:MOST_FIRED]}

    def trim(self) -> None:
        """Keeps the head alone when there is too much of it; after a commit, when the store has all of them."""
        if len(self._due) > 2 * HEAD:
            self._heap = nsmallest(HEAD, ((due_us, stored_id) for stored_id, due_us in self._due.items()))
            self._due = {stored_id: due_us for due_us, stored_id in self._heap}
            self.horizon_us, self._last_id = self._heap[-1]
            self.first_us = self._heap[0][0]

    def _is_at_end(self, stored_id: str, due_us: int) -> bool:
        """Of those due at the last instant in memory there may be more in the store, with later ids."""
        return due_us == self.horizon_us and stored_id <= self._last_id

    def _first_due(self, before_us: int) -> list[tuple[int, str]]:
        """Those due before `before_us`; where they are more than `MOST_FIRED`, at least those that come first."""
        heap, due, size = self._heap, self._due, len(self._heap)
        found: list[tuple[int, str]] = []
        below = [0] if size else []  # a child in a heap is never due before its parent
        while below:
            at = below.pop()
            if heap[at][0] >= before_us:
                continue
            if due.get(heap[at][1]) == heap[at][0]:
                found.append(heap[at])
            below += range(2 * at + 1, min(2 * at + 3, size))
        return found if len(found) <= MOST_FIRED else nsmallest(MOST_FIRED + 1, found)
