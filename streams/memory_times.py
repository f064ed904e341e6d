"""Ids by a time of theirs, the earliest first: deadlines by when they fall due, sellers of a market by their entry."""

import sys
from heapq import heapify, heappop, heappush

_SLACK = 64


class Times:
    """What stands by id, and a heap of it from the first question on; what was moved or taken away stays in the heap
    until it surfaces. A replay keeps its deadlines here and never asks for them.

    Ids of one instant come in the order of their UTF-8 bytes, which is that of their code points, as strings compare.
    """

    __slots__ = ("_heap", "at_us")

    def __init__(self) -> None:
        self.at_us: dict[str, int] = {}
        self._heap: list[tuple[int, str]] | None = None

    def put(self, id_: str, at_us: int | None) -> None:
        """Sets or moves an id's time in microseconds; None takes it away."""
        if at_us is None:
            self.at_us.pop(id_, None)
        elif self.at_us.get(id_) != at_us:
            self.at_us[id_] = at_us
            if self._heap is not None:
                heappush(self._heap, (at_us, id_))
        if self._heap is not None and len(self._heap) > 2 * len(self.at_us) + _SLACK:
            self._heap = None

    def first(self, limit: int, before_us: int = sys.maxsize) -> list[tuple[str, int]]:
        """Up to `limit` ids with their times, those earlier than `before_us`, the earliest first; they stay."""
        standing, heap = self.at_us, self._heap
        if not standing:
            return []
        if heap is None:
            heap = self._heap = [(at_us, id_) for id_, at_us in standing.items()]
            heapify(heap)
        found: list[tuple[int, str]] = []
        while heap and len(found) < limit and heap[0][0] < before_us:
            entry = heappop(heap)
            if standing.get(entry[1]) == entry[0] and not (found and found[-1] == entry):
                found.append(entry)
        for entry in found:
            heappush(heap, entry)
        return [(id_, at_us) for at_us, id_ in found]
