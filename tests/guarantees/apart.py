"""What workers decide of a marketplace in several partitions, judged in memory: each partition merges its own topics.

A replay is one partition. A record that is late in its topic stands elsewhere among its partition's records than among
all, and may be judged before or after a deadline that it answers; so the two differ where records are late.
"""

import asyncio
from collections.abc import Callable, Sequence

from detectors.policy import make_policy
from schemas import topics
from streams.outbox import ProcessOutbox
from streams.polls import PlainRecord
from streams.replay import LANE, end, history_hop
from streams.settings import read_policy
from streams.store import Line
from tests.guarantees.told import Record
from tests.guarantees.workload import catalogue, merged


def judged_apart(
    stretches: Sequence[Sequence[Record]], reference: Sequence[bytes], partitions: int, place: Callable[[Record], int]
) -> dict[str, list[bytes]]:
    """The lines by topic; a stretch is judged whole before the next, as a warm start is before what comes then."""
    lines = list[Line]()
    hop = history_hop(make_policy(read_policy(None)), catalogue(reference), ProcessOutbox(lines.append))
    hop.terms = hop.terms._replace(partitions=partitions)

    async def run() -> None:
        parts = [await hop.open(number, [LANE]) for number in range(partitions)]
        for stretch in stretches:
            apart = [merged(one for one in stretch if place(one) == number) for number in range(partitions)]
            for part, records in zip(parts, apart, strict=True):
                lane = part.lanes[LANE]
                begun = lane.read_to or 0
                hop.decode(part, [PlainRecord(LANE, 0, at, None, one.value) for at, one in enumerate(records, begun)])
                lane.read_to = begun + len(records)
            while any(part.buffered for part in parts):
                await hop.step(parts)
        for part in parts:
            await end(hop, part, None)

    asyncio.run(run())
    said: dict[str, list[bytes]] = {topic.name: [] for topic in topics.OUTPUTS}
    for line in lines:
        if line.value is not None:
            said[line.topic].append(line.value)
    return said
