"""The clock: many stories told side by side, their events coming out in the order of time.

A story is an iterator. What it yields is
  a whole number   "wake me at this second" (seconds since 1970, never before now),
  an event         "this happens now",
  another story    "this begins now", beside the one that yields it.
What is pending is one entry per sleeping story, never an event, so memory follows the number of open stories.
"""

from collections.abc import Generator, Iterable, Iterator
from heapq import heappop, heappush
from itertools import count
from typing import TypeAlias

from schemas.events import Event

Story: TypeAlias = "Iterator[int | Event | Story]"
#: A part of a story; what it returns is the second at which it ended.
Leg: TypeAlias = "Generator[int | Event | Story, None, int]"


def tell(stories: Iterable[Story], end_s: int) -> Iterator[Event]:
    """Events of all stories by time until `end_s` (seconds since 1970); those of one second as they were made.

    Raises ValueError when a story wants to wake in the past.
    """
    order = count()
    sleeping: list[tuple[int, int, Story]] = [(0, next(order), story) for story in stories]
    while sleeping:
        now_s, _, story = heappop(sleeping)
        awake = [story]
        while awake:
            step = next(awake[-1], None)
            if type(step) is int:
                if step < now_s:
                    raise ValueError(f"a story at second {now_s} wants to wake at second {step}")
                story = awake.pop()
                if step <= end_s:
                    heappush(sleeping, (step, next(order), story))
            elif step is None:
                awake.pop()
            elif isinstance(step, Event):
                yield step
            else:
                awake.append(step)  # type: ignore[arg-type]  # mypy does not narrow the int away by `type(...) is`
