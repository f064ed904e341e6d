"""Workers killed and frozen leave what an undisturbed worker leaves: states, deadlines, markets, flags, every line.

What partitions count and tell each other (days, refunds, the breaker's hours, shares) is compared too.

All topics lie there beforehand, so that what is compared is exact; workers are paced, so that troubles meet every step.

Turned red by:
- neither epoch nor offsets compared in commit.lua: `deaths_between_the_steps` (the frozen worker never learns of it)
- sellers loaded without a look at the epoch: the same (flags of a day long past overwrite the newest)
- no re-emission by the owner, or no report by the late worker: `deaths_between_the_steps` and `sends_late`
- no look at the epoch when partitions are given up: `sends_late` (the old revision stays last)
- the outbox trimmed before it is published, or not drained by a new owner: `deaths_between_the_steps`
- the breaker's sequence grown by commits instead of by what was counted: random kills and freezes, now in `tests/chaos`
- markets told after the commit instead of before, or Kafka's offsets ahead of the lines: `markets_are_told_before`

Those of the moments that matter; `tests/chaos/` has the random ones. GUARANTEES_LONG=1 takes 100,000 events.
"""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from schemas import topics
from schemas.fields import to_us
from tests.conftest import Stack
from tests.guarantees.left import Left, assert_same, left
from tests.guarantees.marketplace import COMPACTED, Marketplace
from tests.guarantees.told import DAY, START
from tests.guarantees.workload import WARMERS, closing, workload

pytestmark = pytest.mark.stack
LAST_DAY = 50.0
LAST_US = to_us(START + LAST_DAY * DAY)
PARTITIONS = 6
COMMIT_SECONDS = 2.5  # more than two commit intervals


SHOPS = 500 if os.environ.get("GUARANTEES_LONG") else 45
PACE = {"pace_ms": 30, "max_poll_records": 8, "seller_cache": 6}


class Undisturbed(NamedTuple):
    """A marketplace with its topics filled, its state before the busy days, and what an undisturbed worker leaves."""

    here: Marketplace
    warm: dict[bytes, bytes]
    expected: Left


@pytest.fixture(scope="module")
def undisturbed(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    told = workload(seed=13, shops=SHOPS)
    here = Marketplace(stack, tmp_path_factory.mktemp("workers"), PARTITIONS)
    here.refer(told.reference)
    here.send(told.warm)
    here.judge_all(workers=1)
    warm = here.snapshot()
    here.send([*told.busy, *closing(PARTITIONS, LAST_DAY)])
    here.judge_all(workers=1, until_us=LAST_US)
    expected = left(here)
    assert sum(map(len, expected.said.values())) > 20 * SHOPS, "too little is said for the outbox to matter"
    counts = [fields for name, fields in expected.states.items() if name.endswith(b":counts")]
    counted = {field.split(b"\x1f")[0] for fields in counts for field in fields}
    assert counted == {b"days", b"open", b"own", b"refunds", b"breaker", b"share"}, "too little is counted"
    yield Undisturbed(here, warm, expected)
    here.close()


@pytest.fixture
def here(undisturbed: Undisturbed) -> Iterator[Marketplace]:
    """Once more from the start of the busy days."""
    undisturbed.here.restore(undisturbed.warm)
    undisturbed.here.forget_outputs()
    yield undisturbed.here
    undisturbed.here.kill_workers()


def test_deaths_between_the_steps_leave_what_an_undisturbed_worker_leaves(
    here: Marketplace, undisturbed: Undisturbed
) -> None:
    """One worker dies before each of the moments that matter, one is frozen until the others have done all."""
    frozen = here.worker(pace_stop="publish:before:4", **PACE)
    mortal = [
        here.worker(pace_die=moment, **PACE)
        for moment in ("tell:after:6", "commit:after:8", "publish:before:10", "publish:after:12")
    ]
    for worker in mortal:
        assert worker.end(None) == -signal.SIGKILL
    here.until("the frozen worker has stopped", frozen.is_stopped)
    healthy = here.worker()
    here.wait_until_judged(until_us=LAST_US)
    frozen.process.send_signal(signal.SIGCONT)
    here.until("the frozen worker has reported what it sent", lambda: "paced: reemit " in frozen.said(), 30)
    here.wait_until_judged(until_us=LAST_US, seconds=30)
    assert [frozen.end(), healthy.end()] == [0, 0], here.logs()
    assert_same(left(here), undisturbed.expected)


def test_markets_are_told_before_and_kafka_after_what_lies_between(marketplace: Callable[[int], Marketplace]) -> None:
    """One worker dies in the middle of its first round trip, the next before its lines are out.

    Were the commit what comes first, nobody would judge those events again, and markets would never hear of them.
    """
    told = workload(seed=16, shops=6, rounds=2)
    here = marketplace(1)
    here.refer(told.reference)
    here.send([*told.warm, *told.busy])
    assert here.worker(pace_die="tell:after:1", max_poll_records=100).end(None) == -signal.SIGKILL
    assert here.stored() != here.log_ends(), "it committed everything at once"
    hanging = here.worker(pace_hang="publish:before:4", max_poll_records=50)
    here.until("it hangs", lambda: "paced: hangs" in hanging.said())
    time.sleep(COMMIT_SECONDS)
    stored, committed = here.stored(), here.committed()
    assert any(committed.get(lane, 0) < at for lane, at in stored.items()), "Kafka knows of what is not published"
    hanging.end(signal.SIGKILL)
    here.judge_all(workers=1)
    named = [
        json.loads(one.value) for one in (*told.warm, *told.busy) if one.topic == topics.LISTINGS.name and one.time_us
    ]
    asked = {(one["product_id"], one["seller_id"]) for one in named if "product_id" in one}
    markets = sum(here.redis.hlen(name) for name in here.redis.scan_iter("assay:market:*"))
    assert markets == len(asked)
    assert here.redis.hlen("assay:flags") == WARMERS + 6
    assert here.committed() == here.log_ends()


def test_what_a_frozen_worker_sends_late_does_not_stay(marketplace: Callable[[int], Marketplace]) -> None:
    """It had nothing more to judge: nothing but the loss of its partition tells it that it was late."""
    told = workload(seed=14, shops=4, rounds=2)
    here = marketplace(1)
    here.refer(told.reference)
    here.send(told.warm)
    here.judge_all(workers=1)
    first, second = told.busy[: len(told.busy) // 2], told.busy[len(told.busy) // 2 :]
    here.send(first)
    frozen = here.worker(pace_stop="publish:before:1", max_poll_records=100_000)
    here.until("the worker has stopped", frozen.is_stopped)
    healthy = here.worker()
    here.wait_until_judged()
    here.send([*second, *closing(1, LAST_DAY)])
    here.wait_until_judged(until_us=LAST_US)
    before = {topic: here.published(topic) for topic in COMPACTED}
    frozen.process.send_signal(signal.SIGCONT)
    here.until("the frozen worker has reported what it sent", lambda: "paced: reemit " in frozen.said(), 30)
    here.wait_until_judged(until_us=LAST_US, seconds=30)
    assert [frozen.end(), healthy.end()] == [0, 0], here.logs()
    for topic, lines in before.items():
        now = here.published(topic)
        assert len(now) > len(lines), "the frozen worker sent nothing"
        assert {line.key: line for line in now} == {line.key: line for line in lines}
