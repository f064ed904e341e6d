"""One code path: what workers publish over Kafka and Redis is what `assay replay` writes over files.

Turned red by: topics merged by arrival instead of by event time (both); numbers of a finding that come back from the
store as other types, and findings kept in the store's order instead of one of their own (one partition, whose worker
forgets its sellers all the time); workers that judge while the topics are still being filled (several partitions).
"""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from detectors.policy import make_policy
from schemas import topics
from schemas.fields import to_us
from streams.lives import FIELD
from streams.outbox import ProcessOutbox
from streams.polls import PlainRecord
from streams.replay import LANE, end, feed, history_hop
from streams.settings import read_policy
from tests.guarantees.lines import Line
from tests.guarantees.marketplace import ROOT, Marketplace
from tests.guarantees.told import DAY, START, Record
from tests.guarantees.workload import catalogue, closing, merged, workload

pytestmark = pytest.mark.stack
FILES = {
    topics.ALERTS.name: "alerts.jsonl",
    topics.HOLDS.name: "holds.jsonl",
    topics.STANDINGS.name: "sellers.jsonl",
    topics.DEAD_LETTERS.name: "dead-letters.jsonl",
}
LAST_DAY = 50.0


def replayed(folder: Path, records: list[Record], reference: list[bytes]) -> dict[str, list[bytes]]:
    """What `assay replay` says, by topic."""
    events, products, out = folder / "events.jsonl", folder / "reference.jsonl", folder / "replayed"
    events.write_bytes(b"".join(record.value + b"\n" for record in records))
    products.write_bytes(b"".join(value + b"\n" for value in reference))
    command = [sys.executable, "-m", "assay", "replay", str(events), "--reference", str(products), "--out", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return {topic: (out / name).read_bytes().splitlines() for topic, name in FILES.items()}


async def counted(records: list[Record], reference: list[bytes]) -> dict[bytes, bytes]:
    """What a replay keeps beside its sellers: days, refunds, the breaker's hours, shares."""
    hop = history_hop(make_policy(read_policy(None)), catalogue(reference), ProcessOutbox([].append))
    partition = await hop.open(0, [LANE])
    await feed(hop, partition, [PlainRecord(LANE, 0, at, None, record.value) for at, record in enumerate(records)])
    await end(hop, partition, None)
    return {name.encode(): value for name, value in (await hop.store.open(0)).counts.items() if name != FIELD}


def as_if_from_a_file(letter: bytes) -> dict[str, Any]:
    """A dead letter without what only a topic has."""
    told: dict[str, Any] = json.loads(letter)
    return {name: value for name, value in told.items() if name not in ("topic", "partition", "offset", "key")}


def values(lines: Iterable[Line]) -> list[bytes]:
    return [line.value for line in lines if line.value is not None]


def decisions(lines: dict[str, list[bytes]]) -> Counter[tuple[Any, ...]]:
    """Ids, reason codes, scopes, actions: what was decided, however often and in whatever order it was said."""
    alerts = [json.loads(value) for value in lines[topics.ALERTS.name]]
    holds = [json.loads(value) for value in lines[topics.HOLDS.name]]
    said = [(a["alert_id"], a["revision"], a["status"], a["family"], *a["reason_codes"], a["mode"]) for a in alerts]
    said += [(h["hold_id"], h["revision"], h["action"], h["scope"], h["subject_id"], *h["reason_codes"]) for h in holds]
    return Counter(said)


def assert_the_workload_says_enough(said: dict[str, list[bytes]]) -> None:
    """Otherwise equality would be cheap."""
    alerts = [json.loads(value) for value in said[topics.ALERTS.name]]
    holds = [json.loads(value) for value in said[topics.HOLDS.name]]
    assert {alert["status"] for alert in alerts} == {"opened", "updated", "withdrawn"}
    assert {alert["family"] for alert in alerts} == {"price", "aftersale"}
    assert {(hold["scope"], hold["action"]) for hold in holds} == {
        (scope, action) for scope in ("listing", "payout", "seller") for action in ("placed", "released")
    }
    assert {"policy", "expiry", "mo"} <= {hold["decided_by"] for hold in holds}
    reasons = {json.loads(letter)["reason"] for letter in said[topics.DEAD_LETTERS.name]}
    assert {"not_json", "bad_price", "bad_field"} <= reasons


def test_one_partition_gives_the_replays_bytes(marketplace: Callable[[int], Marketplace], tmp_path: Path) -> None:
    """All topics lie there beforehand; sellers are forgotten and read again all the time."""
    told = workload(seed=11, shops=24, rounds=8)
    records = [*told.warm, *told.busy, *closing(1, LAST_DAY)]
    here = marketplace(1)
    here.refer(told.reference)
    here.send(records)
    worker = here.worker(seller_cache=5, max_poll_records=333)
    here.wait_until_judged(until_us=to_us(START + LAST_DAY * DAY))
    assert worker.end() == 0
    found = here.outputs()

    expected = replayed(tmp_path, merged(records), told.reference)
    assert_the_workload_says_enough(expected)
    for topic in (topics.ALERTS.name, topics.HOLDS.name, topics.STANDINGS.name):
        assert values(found[topic]) == expected[topic]
    kept = here.redis.hgetall("assay:{0}:counts")
    assert kept.pop(b"life"), "who owns a partition is noted"
    assert kept == asyncio.run(counted(merged(records), told.reference))
    letters = topics.DEAD_LETTERS.name
    assert list(map(as_if_from_a_file, values(found[letters]))) == list(map(as_if_from_a_file, expected[letters]))


def test_several_partitions_give_the_replays_decisions(
    marketplace: Callable[[int], Marketplace], tmp_path: Path
) -> None:
    """Five partitions on two and on three workers, markets warm, each closed by an event of the same instant."""
    told = workload(seed=12, shops=24, rounds=8)
    busy = [*told.busy, *closing(5, LAST_DAY)]
    here = marketplace(5)
    here.refer(told.reference)
    here.send(told.warm)
    here.judge_all(workers=1)
    warm = here.snapshot()
    here.send(busy)
    expected = replayed(tmp_path, merged([*told.warm, *busy]), told.reference)
    assert_the_workload_says_enough(expected)

    states = []
    for workers in (2, 3):
        here.restore(warm)
        here.forget_outputs()
        running = [here.worker(pace_ms=10, max_poll_records=40) for _ in range(workers)]
        here.until("the workers share the partitions", lambda count=workers: here.sharing() == count)
        assert here.stored() != here.log_ends(), "one worker judged everything before the others came"
        here.wait_until_judged(until_us=to_us(START + LAST_DAY * DAY))
        assert [worker.end() for worker in running] == [0] * workers, here.logs()
        found = {topic: values(lines) for topic, lines in here.outputs().items()}
        assert decisions(found) == decisions(expected), f"{workers} workers"
        states.append(here.states())
    assert states[0] == states[1]
