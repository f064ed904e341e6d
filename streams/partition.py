"""One partition as its owner holds it: the lanes of its topics, merged; its watermark; its sellers in memory.

A lane is what was read of one topic and is not judged yet. Lanes are merged by (event time, topic, offset); the
partition stops where a lane is empty and its topic's end is not confirmed, so that catching up after an outage gives
what running live would have given.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple

import msgspec

from detectors.state import SellerState
from schemas import Event, wire
from schemas.topics import MARKETPLACE
from streams.books import Books
from streams.deadlines import FOREVER, Deadlines
from streams.lives import Life
from streams.polls import Record
from streams.store import PartitionHead

_ORDER = {topic.name: rank for rank, topic in enumerate(MARKETPLACE)}


class Item(msgspec.Struct, frozen=True, gc=False):
    """A record as decoded. Neither `event` nor `refused`: a type that this version does not know."""

    time_us: int
    event: Event | None
    refused: wire.Refused | None
    record: Record


class Lane:
    """What was read of one topic and not judged yet.

    `next_offset` is the offset after the last item judged, `read_to` the fetch position after the last one read.
    `ended_us` is set while the topic has been read to its end: the time up to which that is confirmed.
    """

    __slots__ = ("ended_us", "items", "last_us", "next_offset", "rank", "read_to", "topic")

    def __init__(self, topic: str, next_offset: int | None) -> None:
        self.topic = topic
        self.rank = _ORDER.get(topic, len(_ORDER))
        self.next_offset = next_offset
        self.read_to = next_offset
        self.items: deque[Item] = deque()
        self.last_us = 0
        self.ended_us: int | None = None

    def add(self, item: Item) -> None:
        """Takes in the next record of the topic; one that has no time of its own stands where it was read."""
        if item.event is None:
            item = Item(self.last_us, None, item.refused, item.record)
        self.last_us = item.time_us
        self.items.append(item)


class Mark(NamedTuple):
    """How far a partition had been read before a batch was taken."""

    highest_us: int
    watermark_us: int
    next_offsets: dict[str, int | None]


class Partition:
    """A partition in its owner's memory, from opening to revocation or a refused commit.

    `stored` are the offsets committed beside the states, `published` those up to which everything is on the broker.
    `sent` is what the last commit published: too late, if another owner has been there since. `on_its_way` ends when
    it has arrived, `arrived` are the ids of lines that have and that the store still keeps. `life`: see
    `streams.lives`. `known` are offsets that were stored once. `damaged`: see `streams.damage`.
    """

    def __init__(
        self,
        number: int,
        head: PartitionHead,
        topics: Sequence[str],
        deadlines: Deadlines,
        books: Books,
        known: Mapping[str, int],
    ) -> None:
        self.number = number
        self.epoch = head.epoch
        self.watermark_us = head.watermark_us
        self.highest_us = head.watermark_us - 1  # at least: the watermark stands behind the last event's instant
        self.lanes = {topic: Lane(topic, head.offsets.get(topic)) for topic in topics}
        self.stored = dict(head.offsets)
        self._known = known
        self.published = dict(head.offsets)
        self.deadlines = deadlines
        self.books = books
        self.sellers: OrderedDict[str, SellerState] = OrderedDict()
        self.sent: set[tuple[str, bytes]] = set()
        self.on_its_way: asyncio.Task[None] | None = None
        self.arrived: list[str] = []
        self.life = Life()
        self.damaged: dict[str, str] = {}

    @property
    def is_behind(self) -> bool:
        """Whether the store has gone back, and what was judged and said before is not all judged again."""
        return any(at > self.stored.get(topic, 0) for topic, at in self._known.items())

    @property
    def has_arrived(self) -> bool:
        """Whether the sending of what was last committed has ended, well or badly, and nobody has looked yet."""
        return self.on_its_way is not None and self.on_its_way.done()

    @property
    def is_waiting(self) -> bool:
        """Whether any record waits to be judged."""
        for lane in self.lanes.values():  # noqa: SIM110 - `any` takes three times as long, at every step
            if lane.items:
                return True
        return False

    @property
    def buffered(self) -> int:
        """How many records wait to be judged."""
        return sum(len(lane.items) for lane in self.lanes.values())

    def merged(self, limit: int, lateness_us: int, by_events: bool) -> list[tuple[Item, int]]:
        """Up to `limit` records in the order in which they are judged, each with the watermark before it.

        `by_events`: a topic that was read to its end counts as up to date with the highest event time seen, else
        with the time up to which its end is confirmed.
        """
        lanes = list(self.lanes.values())
        empty = [lane for lane in lanes if not lane.items]
        if len(empty) == len(lanes) or any(lane.ended_us is None for lane in empty):
            return []
        heads = [(lane.items[0].time_us, lane.rank, at, lane) for at, lane in enumerate(lanes) if lane.items]
        heapify(heads)
        ended_us = FOREVER if by_events else _lowest_end(empty)
        highest_us, watermark_us = self.highest_us, self.watermark_us
        taken: list[tuple[Item, int]] = []
        while heads and len(taken) < limit:
            time_us, rank, at, lane = heappop(heads)
            items = lane.items
            # As long as no other lane comes first, this one goes on.
            until_us = heads[0][0] - (heads[0][1:3] < (rank, at)) if heads else FOREVER
            while True:
                item = items.popleft()
                highest_us = max(highest_us, time_us)
                if item.event is not None and (reached_us := min(time_us, ended_us) - lateness_us) > watermark_us:
                    watermark_us = reached_us
                taken.append((item, watermark_us))
                if not items or (time_us := items[0].time_us) > until_us or len(taken) >= limit:
                    break
            lane.next_offset = item.record.offset + 1
            if items:
                heappush(heads, (time_us, rank, at, lane))
                continue
            empty.append(lane)
            if lane.ended_us is None:
                break
            ended_us = FOREVER if by_events else _lowest_end(empty)
        self.highest_us, self.watermark_us = highest_us, watermark_us
        return taken

    def mark(self) -> Mark:
        """Where reading stands, for `give_back`."""
        offsets = {topic: lane.next_offset for topic, lane in self.lanes.items()}
        return Mark(self.highest_us, self.watermark_us, offsets)

    def give_back(self, taken: Sequence[tuple[Item, int]], mark: Mark) -> None:
        """Puts the records taken since that mark into their lanes again."""
        for item, _ in reversed(taken):
            lane = self.lanes.get(item.record.topic) or next(iter(self.lanes.values()))
            lane.items.appendleft(item)
        self.highest_us, self.watermark_us = mark.highest_us, mark.watermark_us
        for topic, offset in mark.next_offsets.items():
            self.lanes[topic].next_offset = offset

    def idle_watermark(self, lateness_us: int, by_events: bool) -> int:
        """The watermark when all that was read has been judged; it does not move while any topic's end is open."""
        ended_us = FOREVER
        for lane in self.lanes.values():
            if lane.items or lane.ended_us is None:
                return self.watermark_us
            ended_us = min(ended_us, lane.ended_us)
        if by_events:
            # Deadlines due at the last instant fire after its events.
            return (
                max(self.watermark_us, self.highest_us - lateness_us + 1) if self.highest_us > 0 else self.watermark_us
            )
        return max(self.watermark_us, ended_us - lateness_us)

    def offsets(self) -> dict[str, int]:
        """The next offset of every topic, that of an emptied lane being where its reading stands."""
        reached: dict[str, int] = {}
        for topic, lane in self.lanes.items():
            at = lane.next_offset if lane.items else lane.read_to
            if at is not None:
                reached[topic] = at
        return reached

    def evict(self, limit: int) -> None:
        """Forgets the sellers that were used longest ago, beyond `limit`."""
        while len(self.sellers) > limit:
            self.sellers.popitem(last=False)


def _lowest_end(empty: Sequence[Lane]) -> int:
    """The earliest of the times up to which the ends of these lanes are confirmed."""
    return min([lane.ended_us for lane in empty if lane.ended_us is not None], default=FOREVER)
