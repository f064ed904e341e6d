"""A seller that leaves memory after every commit ends where one ends that stays: all that changes is noted and stored.

Turned red by: a listing's hold that was forgiven without a note of it (seed 12; `detectors/held.py`).
"""

import asyncio
from collections.abc import Sequence

import pytest

from detectors.policy import make_policy
from streams.memory_store import MemoryStore
from streams.outbox import ProcessOutbox
from streams.polls import PlainRecord
from streams.replay import LANE, feed, history_hop
from streams.settings import read_policy
from streams.store import Line, SellerBytes
from tests.guarantees.workload import Workload, catalogue, merged, workload


def judged(told: Workload, sellers_kept: int, batch: int) -> tuple[dict[str, SellerBytes], Sequence[Line]]:
    """What is stored of the sellers, and every line, with so many sellers in memory after each batch."""
    lines = list[Line]()
    hop = history_hop(make_policy(read_policy(None)), catalogue(told.reference), ProcessOutbox(lines.append))
    hop.terms = hop.terms._replace(sellers_kept=sellers_kept)
    values = [record.value for record in (*merged(told.warm), *merged(told.busy))]

    async def run() -> MemoryStore:
        partition = await hop.open(0, [LANE])
        for first in range(0, len(values), batch):
            records = enumerate(values[first : first + batch], first)
            await feed(hop, partition, [PlainRecord(LANE, 0, at, None, value) for at, value in records])
        await hop.publisher.wait([partition])
        assert isinstance(hop.store, MemoryStore)
        return hop.store

    return asyncio.run(run()).partitions[0].sellers, lines


@pytest.mark.parametrize("seed", [12, 13])
def test_a_seller_that_is_read_again_for_every_batch_is_judged_as_one_that_stays_in_memory(seed: int) -> None:
    told = workload(seed, shops=45)
    stored, lines = judged(told, sellers_kept=1_000, batch=500)
    again, lines_again = judged(told, sellers_kept=1, batch=8)
    assert len(lines) > 1_000
    assert lines_again == lines
    assert again == stored
