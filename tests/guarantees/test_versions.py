"""Two versions in one group: they exchange partitions until the older worker is given what the newer has judged.

Then it leaves with a sentence, and none of its version starts again. Turned red by: see below each test.
"""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from detectors.detector import Finding
from detectors.records import OLDEST_VERSION, STATE_VERSION, Complaint, Core, Listing, Order, Payment, Return, decode
from detectors.surge import Series
from schemas.fields import to_us
from streams.lives import FIELD
from streams.sellers import COMPLAINT_MARK, FINDING_MARK, PAYMENT_MARK, SERIES_MARK
from tests.chaos.accounts import assert_accounted
from tests.guarantees.left import Left, assert_same, left
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.older_worker import encode_as_before
from tests.guarantees.told import DAY, START
from tests.guarantees.worker_process import Worker
from tests.guarantees.workload import closing, workload

pytestmark = pytest.mark.stack
OLDER = "older_worker.py"
PARTITIONS = 6
LAST_DAY = 30.0
LAST_US = to_us(START + LAST_DAY * DAY)
PACE = {"pace_ms": 30, "max_poll_records": 8, "seller_cache": 6}
STORED: dict[bytes, type[Any]] = {b"seller": Core, b"orders": Order, b"returns": Return, b"listings": Listing}
BESIDE = {COMPLAINT_MARK: Complaint, FINDING_MARK: Finding, PAYMENT_MARK: Payment, SERIES_MARK: Series}


def test_an_older_worker_leaves_what_a_newer_one_has_judged(marketplace: Callable[[int], Marketplace]) -> None:
    """Red with: the version of a life not looked at (the worker judges on and writes over it); no `PlainlySaid`."""
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
    assert "Traceback" not in worker.said()
    assert not here.stored()
    assert not here.committed()
    assert {here.redis.hget(f"assay:{{{number}}}:counts", FIELD) for number in range(2)} == {newer}


def test_two_versions_exchange_partitions_under_load(marketplace: Callable[[int], Marketplace]) -> None:
    """A rolling upgrade in which the first new worker leaves again: older ones are then given what it has judged.

    They end, new ones take their place, and nothing is other than after an undisturbed run of the new version. There
    is no way down: an older worker that is started from the first new one's start on says so and ends.

    Red with: the version of a life not looked at (the older ones judge on); the first of a newer version does not write
    its number into `assay:meta` (the one that came too late joins); newest fields cut that say something (states
    and lines differ).
    """
    told = workload(seed=47, shops=10, rounds=5, known_days=45)
    here = marketplace(PARTITIONS)
    here.refer(told.reference)
    here.send(told.warm)
    here.judge_all(workers=1, program=OLDER)
    warm, events = here.snapshot(), [*told.busy, *closing(PARTITIONS, LAST_DAY)]
    here.send(events)
    here.judge_all(workers=1, until_us=LAST_US)
    undisturbed = left(here)

    here.restore(warm)
    here.forget_outputs()
    older = [here.worker(OLDER, pace_seed=number, **PACE) for number in range(2)]
    here.until("the older ones share the partitions", lambda: here.sharing() == len(older))
    here.wait_until_all_move()
    first = here.worker(**PACE)
    here.until("one of this version has joined", lambda: here.sharing() == len(older) + 1)
    here.wait_until_all_move()
    assert [worker.process.poll() for worker in older] == [None, None], here.logs()
    assert first.end() == 0, here.logs()
    too_late = here.worker(OLDER)
    here.until("an older one was given a partition of it", lambda: any(map(has_ended, older)), 60)
    assert here.stored() != here.log_ends(), "all was judged before: make the workload larger"
    newer = [here.worker(pace_seed=worker.process.pid, **PACE) for worker in older]
    given_up(older, here)
    assert too_late.end(None) == 1
    assert f"with state_version {STATE_VERSION} instead of {OLDEST_VERSION}" in too_late.said()
    here.wait_until_judged(until_us=LAST_US)
    assert [worker.end() for worker in newer] == [0, 0], here.logs()
    assert_same(as_before(left(here)), as_before(undisturbed))
    assert_accounted(here, told.warm, events)


def has_ended(worker: Worker) -> bool:
    return worker.process.poll() is not None


def given_up(older: list[Worker], here: Marketplace) -> None:
    """They have ended by themselves, or end in good order."""
    sentence = f"was judged by state version {STATE_VERSION}, and this worker reads up to {OLDEST_VERSION}"
    for worker in older:
        assert worker.end() == 0 or sentence in worker.said(), here.logs()


def as_before(found: Left) -> Left:
    """Every record as the version before stores it: who was not judged again has that form still."""
    states = {name: _records_as_before(name, value) for name, value in found.states.items()}
    return found._replace(states=states)


def _records_as_before(name: bytes, value: Any) -> Any:
    word = STORED.get(name.split(b":")[2]) if name.count(b":") > 2 else None
    if word is None:
        return value
    if isinstance(value, bytes):
        return encode_as_before(decode(word, value))
    return {
        key: encode_as_before(decode(BESIDE.get(key[:1].decode(), word) if word is Return else word, one))
        for key, one in value.items()
    }
