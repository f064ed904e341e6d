"""From samples of a run to what is shown: what counts as progress, and at which commit the rate is read."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from schemas import topics


class Sample(NamedTuple):
    """How many events are through, after so long; CPU seconds since the window opened."""

    effects: int
    at_s: float
    engine_s: float
    redis_s: float
    broker_s: float


class Window(NamedTuple):
    """`recovery_s`: from the kill until the new process had an event in hand, 0 where nobody was killed."""

    samples: list[Sample]
    start_up_s: float
    recovery_s: float

    @property
    def read_at(self) -> Sample:
        """The commit at which the rate is read: the last one made while events were left, or the final one if higher.

        Otherwise who commits by a timer would be charged for idling until it commits the last events.
        """
        final = self.samples[-1]
        earlier = [one for one in self.samples if 0 < one.effects < final.effects]
        if not earlier:
            return final
        last = next(one for one in self.samples if one.effects == earlier[-1].effects)  # when it was seen first
        return max(last, final, key=lambda one: one.effects / one.at_s)

    @property
    def progress(self) -> list[tuple[float, int]]:
        """When how many events were seen to be committed, at each change."""
        seen = {one.effects: one.at_s for one in reversed(self.samples)}
        return [(round(at_s, 2), effects) for effects, at_s in sorted(seen.items())]

    @property
    def commits_seen(self) -> int:
        """How many times progress was seen; below three the run was too short for this engine."""
        return len({one.effects for one in self.samples if one.effects})


def effects_of(committed: Mapping[Any, int], prefix: str, repartitions: bool) -> int:
    """How many events are through, by the next offset of each topic-partition.

    A price is through when its second step is, where that reads a topic between the two.
    """
    listings = prefix + topics.LISTINGS.name
    inputs = {prefix + topic.name for topic in topics.MARKETPLACE}
    prices = sum(offset for tp, offset in committed.items() if tp.topic == listings)
    others = sum(offset for tp, offset in committed.items() if tp.topic in inputs and tp.topic != listings)
    if repartitions:
        prices = min(prices, sum(offset for tp, offset in committed.items() if "repartition" in tp.topic))
    return prices + others
