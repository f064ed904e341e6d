"""What is kept of things that come for ever: so many by key, the lowest of rank go first."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")
Rank = tuple[bool, int, str]  # whether it is still in force, its time in microseconds, its id
NamesOf = Callable[[T], Iterable[str]]


class Kept(Generic[T]):
    """At most `limit` values by key, found again by key or by an index.

    `let_go` counts what had to go, `let_go_in_force` those of them that were still in force. As long as nothing had to
    go, the order in which values were put does not show.
    """

    def __init__(self, limit: int, rank: Callable[[T], Rank], by: Mapping[str, NamesOf[T]] | None = None) -> None:
        """`by` maps an index's name to what a value is found under there."""
        self._limit = limit
        self._rank = rank
        self._by = dict(by or {})
        self._held: dict[str, T] = {}
        self._found: dict[str, dict[str, dict[str, None]]] = {name: {} for name in self._by}
        self._heap: list[tuple[Rank, str]] = []  # ranks of the past among them; a key's newest counts
        self.let_go = self.let_go_in_force = 0

    def put(self, key: str, value: T) -> None:
        """Keeps the value in place of the key's last one, and lets go of what is too much, perhaps of this one."""
        if key in self._held:
            self._forget(key)
        self._held[key] = value
        for index, names_of in self._by.items():
            for name in names_of(value):
                self._found[index].setdefault(name, {})[key] = None
        heapq.heappush(self._heap, (self._rank(value), key))
        while len(self._held) > self._limit:
            rank, lowest = heapq.heappop(self._heap)
            if lowest in self._held and self._rank(self._held[lowest]) == rank:
                self._forget(lowest)
                self.let_go += 1
                self.let_go_in_force += rank[0]
        if len(self._heap) > 2 * len(self._held) + 64:
            self._heap = [(self._rank(held), key) for key, held in self._held.items()]
            heapq.heapify(self._heap)

    def drop(self, key: str) -> None:
        """Forgets the value, if it is there; nothing is counted."""
        if key in self._held:
            self._forget(key)

    def get(self, key: str) -> T | None:
        """The value, unless it never came or had to go."""
        return self._held.get(key)

    def of(self, index: str, name: str) -> list[T]:
        """Everything found under that name, the highest of rank first."""
        return sorted(self.each(index, name), key=self._rank, reverse=True)

    def each(self, index: str, name: str) -> list[T]:
        """Everything found under that name, in no order."""
        return [self._held[key] for key in self._found[index].get(name, ())]

    def newest(self) -> list[T]:
        """Everything, the highest of rank first."""
        return sorted(self._held.values(), key=self._rank, reverse=True)

    def __iter__(self) -> Iterator[T]:
        return iter(self._held.values())

    def __len__(self) -> int:
        return len(self._held)

    def _forget(self, key: str) -> None:
        value = self._held.pop(key)
        for index, names_of in self._by.items():
            for name in names_of(value):
                keys = self._found[index].get(name)
                if keys is not None:
                    keys.pop(key, None)
                    if not keys:
                        del self._found[index][name]
