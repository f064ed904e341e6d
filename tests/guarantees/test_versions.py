"""Two versions in one group: the older worker leaves with a sentence when it is given what the newer has judged.

Turned red by: the version of a life not looked at (the worker then judges on, and writes over it).
"""

from collections.abc import Callable

import msgspec
import pytest

from detectors.records import STATE_VERSION
from streams.lives import FIELD
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.workload import workload

pytestmark = pytest.mark.stack


def test_an_older_worker_leaves_what_a_newer_one_has_judged(marketplace: Callable[[int], Marketplace]) -> None:
    told = workload(seed=43, shops=1, rounds=1)
    here = marketplace(2)
    here.refer(told.reference)
    here.send(told.busy)
    newer = msgspec.msgpack.encode([STATE_VERSION + 1, b"its owner"])
    for number in range(2):
        here.redis.hset(f"assay:{{{number}}}:counts", FIELD, newer)
    worker = here.worker()
    assert worker.end(None) == 1, here.logs()
    sentence = f"was judged by state version {STATE_VERSION + 1}, and this worker reads up to {STATE_VERSION}"
    assert sentence in worker.said()
    assert not here.stored()
    assert not here.committed()
    assert {here.redis.hget(f"assay:{{{number}}}:counts", FIELD) for number in range(2)} == {newer}
