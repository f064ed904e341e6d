"""The deadlines of one partition that fall due soon, in memory; all of them are in the store."""

import heapq
from collections.abc import Iterable
from typing import Final

HEAD: Final = 50_000  # deadlines kept in memory per partition
_SEPARATOR: Final = "\x1f"  # in no identifier: `schemas.wire` refuses control characters
FOREVER: Final = 1 << 62


def deadline_id(seller_id: str, kind: str, subject_id: str) -> str:
    """The id under which the store keeps a deadline."""
    return _SEPARATOR.join((seller_id, kind, subject_id))


def parts_of(stored_id: str) -> tuple[str, str, str]:
    """The inverse of `deadline_id`: seller, kind, subject."""
    seller_id, kind, subject_id = stored_id.split(_SEPARATOR, 2)
    return seller_id, kind, subject_id


class Deadlines:
    """The head of a partition's deadlines: every one that is due before `horizon_us`, by (due, id)."""

    def __init__(self, first: Iterable[tuple[str, int]], limit: int = HEAD) -> None:
        loaded = list(first)
        # Of those due at the last instant loaded there may be more in the store.
        self.horizon_us = loaded[-1][1] if len(loaded) >= limit else FOREVER
        self._due: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []
        self.extend(loaded)

    def extend(self, loaded: Iterable[tuple[str, int]]) -> None:
        """Takes in what the store answered."""
        for stored_id, due_us in loaded:
            self.schedule(stored_id, due_us)

    def schedule(self, stored_id: str, due_us: int | None) -> None:
        """Sets, moves or (None) takes away a deadline."""
        if due_us is None or due_us >= self.horizon_us:
            self._due.pop(stored_id, None)
        elif self._due.get(stored_id) != due_us:
            self._due[stored_id] = due_us
            heapq.heappush(self._heap, (due_us, stored_id))

    def pop(self, before_us: int) -> tuple[str, int] | None:
        """Takes out the first deadline that is due before `before_us`."""
        heap = self._heap
        while heap and heap[0][0] < before_us:
            due_us, stored_id = heapq.heappop(heap)
            if self._due.get(stored_id) == due_us:
                del self._due[stored_id]
                return stored_id, due_us
        return None

    def is_due(self, before_us: int) -> bool:
        """Whether any deadline may be due before `before_us`."""
        heap = self._heap
        while heap and self._due.get(heap[0][1]) != heap[0][0]:
            heapq.heappop(heap)
        return before_us > self.horizon_us or bool(heap and heap[0][0] < before_us)

    def sellers_due(self, before_us: int) -> set[str]:
        """Whose deadlines are due before `before_us`."""
        drawn: list[tuple[str, int]] = []
        while (first := self.pop(before_us)) is not None:
            drawn.append(first)
        self.extend(drawn)
        return {parts_of(stored_id)[0] for stored_id, _ in drawn}
