"""The deadlines of one partition that fall due soon, in memory; all of them are in the store."""

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from typing import Final

HEAD: Final = 50_000  # deadlines kept in memory per partition
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


class Deadlines:
    """The head of a partition's deadlines: every one that is due before `horizon_us`, by (due, id).

    None of them is due before `first_us`.
    What was moved or taken away stays in the heap until it surfaces, or until there is more of it than of what stands:
    a return moves its own ends with every step, half a year ahead.
    """

    __slots__ = ("_due", "_heap", "first_us", "horizon_us")

    def __init__(self, first: Iterable[tuple[str, int]], limit: int = HEAD) -> None:
        loaded = list(first)
        # Of those due at the last instant loaded there may be more in the store.
        self.horizon_us = loaded[-1][1] if len(loaded) >= limit else FOREVER
        self._due: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []
        self.first_us = FOREVER
        for stored_id, due_us in loaded:
            self.schedule(stored_id, due_us)

    def schedule(self, stored_id: str, due_us: int | None) -> None:
        """Sets, moves or (None) takes away a deadline."""
        if due_us is None or due_us >= self.horizon_us:
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
        self.first_us = heap[0][0] if heap else FOREVER
        return None

    def is_due(self, before_us: int) -> bool:
        """Whether any deadline may be due before `before_us`."""
        heap = self._heap
        while heap and self._due.get(heap[0][1]) != heap[0][0]:
            heappop(heap)
        return before_us > self.horizon_us or bool(heap and heap[0][0] < before_us)

    def due_of(self, stored_id: str) -> int | None:
        """When that deadline is due, as far as it is in memory."""
        return self._due.get(stored_id)

    def of(self, seller_id: str, kind: str) -> list[str]:
        """The seller's deadlines of that kind that are in memory, by id."""
        prefix = deadline_id(seller_id, kind, "")
        return sorted(stored_id for stored_id in self._due if stored_id.startswith(prefix))

    def sellers_due(self, before_us: int) -> set[str]:
        """Whose deadlines are due before `before_us`."""
        return {stored_id.partition(_SEPARATOR)[0] for stored_id in self._due_before(before_us)}

    def count_due(self, before_us: int, kind: str) -> int:
        """How many deadlines of that kind are due before `before_us`."""
        return sum(parts_of(stored_id)[1] == kind for stored_id in set(self._due_before(before_us)))

    def _due_before(self, before_us: int) -> Iterator[str]:
        heap, due, size = self._heap, self._due, len(self._heap)
        below = [0] if size else []  # a child in a heap is never due before its parent
        while below:
            at = below.pop()
            due_us, stored_id = heap[at]
            if due_us >= before_us:
                continue
            if due.get(stored_id) == due_us:
                yield stored_id
            below += range(2 * at + 1, min(2 * at + 3, size))
