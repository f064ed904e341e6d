"""A Redis that has lost everything: `assay rebuild` gives the same state, and says nothing twice.

Markets are warmed first and nothing expires, so that what is compared is exact.

Turned red by an outbox that is not muted while the events are read again.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer
from click.testing import CliRunner, Result
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from assay.__main__ import main
from schemas import topics
from schemas.fields import to_us
from streams import steps
from streams.preflight import CannotStartError, preflight
from tests.guarantees.marketplace import COMPACTED, Marketplace
from tests.guarantees.told import DAY, START
from tests.guarantees.workload import closing, workload

pytestmark = pytest.mark.stack
PARTITIONS = 1  # with more of them markets would have to be warmed before the others begin
MIDDLE, LAST_DAY = 20.0, 50.0
TOLD = workload(seed=37, shops=6, rounds=4)


class Died(Exception):
    """The process of the rebuild is gone."""


def rebuild(here: Marketplace, *options: str) -> Result:
    settings = [f"kafka_bootstrap={here.settings.kafka_bootstrap}", f"redis_url={here.settings.redis_url}"]
    given = [part for setting in (*settings, "clock=events", "max_poll_records=100") for part in ("--set", setting)]
    return CliRunner().invoke(main, [*given, "rebuild", *options])


@pytest.fixture
def here(marketplace: Callable[[int], Marketplace]) -> Marketplace:
    """The events up to the middle are judged."""
    here = marketplace(PARTITIONS)
    here.refer(TOLD.reference)
    here.send([*TOLD.warm, *busy(before=MIDDLE), *closing(PARTITIONS, MIDDLE)])
    here.judge_all(workers=1, until_us=to_us(START + MIDDLE * DAY))
    return here


def busy(before: float = LAST_DAY, since: float = 0.0) -> list[Any]:
    first_us, last_us = to_us(START + since * DAY), to_us(START + before * DAY)
    return [one for one in TOLD.busy if first_us <= one.time_us < last_us]


def newest(here: Marketplace) -> dict[Any, int]:
    lines = [(topic, line) for topic in COMPACTED for line in here.published(topic) if line.value is not None]
    return {(topic, line.key): msgspec.json.decode(line.value)["revision"] for topic, line in lines}


def test_a_lost_redis_is_built_again_from_kafka(here: Marketplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted on its way, it goes on; then workers go on from there, and every revision is above those before."""
    before, said = here.states(), here.outputs()
    assert sum(map(len, said.values())) > 50
    done = rebuild(here)
    assert done.exit_code == 1
    assert done.stderr.startswith("Redis is not empty")
    here.redis.flushall()

    member = Member(here)
    done = rebuild(here)
    assert done.stderr.startswith("1 workers of the group assay run: stop them first"), done.stderr
    member.leave()

    die_at(monkeypatch, "commit", 4)
    assert isinstance(rebuild(here).exception, Died)
    monkeypatch.undo()
    assert here.stored() != here.committed()
    with pytest.raises(CannotStartError, match="is being built again, or that was interrupted"):
        preflight(here.settings)

    done = rebuild(here)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.endswith("events judged again, 0 lines published that differ.\n")
    assert here.states() == before
    assert here.outputs() == said

    revisions = newest(here)
    here.send([*busy(since=MIDDLE), *closing(PARTITIONS, LAST_DAY)])
    here.judge_all(workers=1, until_us=to_us(START + LAST_DAY * DAY))
    now = newest(here)
    assert all(now.get(key, revision) >= revision for key, revision in revisions.items())
    assert any(now[key] > revision for key, revision in revisions.items() if key in now)
    fresh = {key: line for topic in COMPACTED for key, line in added(here, said, topic)}
    assert fresh
    assert all(line > revisions.get(key, 0) for key, line in fresh.items())


def added(here: Marketplace, said: dict[str, Any], topic: str) -> Iterator[tuple[Any, int]]:
    for number in range(PARTITIONS):
        lines = [line for line in here.published(topic) if line.partition == number]
        old = sum(line.partition == number for line in said[topic])
        for line in lines[old:]:
            if line.value is not None:
                yield (topic, line.key), msgspec.json.decode(line.value)["revision"]


def test_where_kafka_has_lost_the_beginning_what_was_published_is_kept(here: Marketplace) -> None:
    """Open alerts and holds keep their ids, revisions go on, and nobody is accused by what is missing."""
    said, revisions = here.outputs(), newest(here)
    with KafkaAdminClient(bootstrap_servers=here.settings.kafka_bootstrap) as admin:
        cut = {TopicPartition(topic, number): at for (topic, number), at in here.committed().items()}
        half = {lane: max(1, at // 2) for lane, at in cut.items() if lane.topic != topics.VERDICTS.name}
        admin.delete_records(half)
    here.redis.flushall()
    refused = rebuild(here)
    assert refused.exit_code == 1
    assert "Kafka no longer has the first events" in refused.stderr
    assert not here.redis.dbsize()

    done = rebuild(here, "--accept-gap")
    assert done.exit_code == 0, done.stderr
    assert "Kept: " in done.stdout
    fresh = {key: line for topic in COMPACTED for key, line in added(here, said, topic)}
    assert all(line > revisions.get(key, 0) for key, line in fresh.items())
    worker = here.worker()
    here.send([*busy(since=MIDDLE), *closing(PARTITIONS, LAST_DAY)])
    here.wait_until_judged()
    assert worker.end() == 0, here.logs()
    late = {key: line for topic in COMPACTED for key, line in added(here, said, topic)}
    assert all(line > revisions.get(key, 0) for key, line in late.items())
    open_before, open_now = open_alerts(said), open_alerts(here.outputs())
    assert max(map(len, open_now.values())) == 1, "an alert was opened a second time"
    assert open_before


def open_alerts(outputs: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    """The ids of the open alerts of each seller and family."""
    last: dict[bytes, dict[str, Any]] = {}
    for line in outputs[topics.ALERTS.name]:
        told = msgspec.json.decode(line.value)
        if told["revision"] >= last.get(line.key, told)["revision"]:
            last[line.key] = told
    found: dict[tuple[str, str], set[str]] = {}
    for told in last.values():
        if told["status"] != "withdrawn" and "seller_id" in told:
            found.setdefault((told["seller_id"], told["family"]), set()).add(told["alert_id"])
    return found


def die_at(monkeypatch: pytest.MonkeyPatch, step: str, number: int) -> None:
    reached = 0

    def done(which: str) -> None:
        nonlocal reached
        reached += which == step
        if reached == number:
            raise Died

    monkeypatch.setattr(steps, "done", done)


class Member:
    """Somebody in the workers' group."""

    def __init__(self, here: Marketplace) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._join(here))

    async def _join(self, here: Marketplace) -> None:
        self._consumer = AIOKafkaConsumer(
            topics.LISTINGS.name, bootstrap_servers=here.settings.kafka_bootstrap, group_id="assay"
        )
        await self._consumer.start()

    def leave(self) -> None:
        self._loop.run_until_complete(self._consumer.stop())
        self._loop.close()
