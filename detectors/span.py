"""Things in the order of their times, and one stretch of them that is counted by differences as it moves on.

Now moves on from event to event, and with it what counts as the last days: what comes in is counted in, what falls out
is counted out. So a stretch costs what changed in it, however much lies in it.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator

Thing = tuple[int, str, str]  # time in microseconds, what decides between two of one time, key


class Span:
    """`count(key, 1)` and `count(key, -1)` are told what enters and leaves the stretch; `things` are all, in order."""

    __slots__ = ("_count", "_first", "_last", "things")

    def __init__(self, count: Callable[[str, int], None], things: list[Thing]) -> None:
        self._count = count
        self.things = sorted(things)
        self._first = self._last = 0

    def __len__(self) -> int:
        """How many lie in the stretch."""
        return self._last - self._first

    def put(self, thing: Thing) -> None:
        """A new thing; one that lies in the stretch is counted."""
        at = bisect_left(self.things, thing)
        insort(self.things, thing)
        if at < self._first or (at == self._first and not len(self)):
            self._first += 1
            self._last += 1
        elif at < self._last:
            self._last += 1
            self._count(thing[2], 1)

    def drop(self, thing: Thing) -> None:
        """A thing that was put before is gone; whatever it is counted by must still stand."""
        at = bisect_left(self.things, thing)
        del self.things[at]
        if at < self._first:
            self._first -= 1
            self._last -= 1
        elif at < self._last:
            self._last -= 1
            self._count(thing[2], -1)

    def move(self, from_us: int, until_us: int) -> None:
        """From here on the stretch is what has a time from the first and before the second."""
        first, last = (bisect_left(self.things, (time_us, "", "")) for time_us in (from_us, until_us))
        last = max(first, last)
        if first >= self._last or last <= self._first:
            self._tell(self._first, self._last, -1)
            self._tell(first, last, 1)
        else:
            self._tell(self._first, first, -1)
            self._tell(first, self._first, 1)
            self._tell(last, self._last, -1)
            self._tell(self._last, last, 1)
        self._first, self._last = first, last

    def newest(self) -> Iterator[str]:
        """The keys in the stretch, newest first."""
        return (self.things[at][2] for at in range(self._last - 1, self._first - 1, -1))

    def since(self, from_us: int) -> int:
        """How many things have that time or a later one, wherever the stretch lies."""
        return len(self.things) - bisect_left(self.things, (from_us, "", ""))

    def _tell(self, first: int, last: int, sign: int) -> None:
        for at in range(first, last):
            self._count(self.things[at][2], sign)
