"""A worker that may not start says why in one sentence; one that is told to stop leaves nothing behind.

Turned red by: leaving producer and Redis open at the end (the log then ends with "Unclosed AIOKafkaProducer");
Faust's spinner (escape codes) and its own logging (tables of several lines); forgetting what is published
with the partitions (the group's offsets in Kafka then stay behind); the check of meta left out of preflight.
"""

import re
import signal
from collections.abc import Callable

import pytest
from kafka.admin import KafkaAdminClient

from schemas import topics
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.workload import workload

pytestmark = pytest.mark.stack
LOG_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (DEBUG|INFO|WARNING) [\w.]+: \S.*")


def test_a_stopped_worker_has_committed_and_closed_everything(marketplace: Callable[[int], Marketplace]) -> None:
    """Told to end as a supervisor tells it, and then as a terminal does."""
    told = workload(seed=15, shops=4, rounds=2)
    here = marketplace(2)
    here.refer(told.reference)
    for stop, records in ((signal.SIGTERM, told.warm), (signal.SIGINT, told.busy)):
        here.send(records)
        worker = here.worker(log_level="info")
        here.wait_until_judged()
        assert worker.end(stop) == 0, here.logs()
        assert here.committed() == here.log_ends()
        lines = worker.said().splitlines()
        assert [line for line in lines if not LOG_LINE.fullmatch(line)] == []
        assert any(line.endswith("Judging partitions [0, 1]") for line in lines)


def test_a_worker_that_may_not_start_says_why(marketplace: Callable[[int], Marketplace]) -> None:
    """State for other partitions; no state although the group has read; a topic that is not there."""
    told = workload(seed=15, shops=1, rounds=1)
    here = marketplace(2)
    here.refer(told.reference)
    here.send(told.busy)
    here.judge_all(workers=1)

    here.redis.hset("assay:meta", "partitions", 12)
    assert refused(here) == "The state in Redis was written with partitions 12 instead of 2"
    here.redis.flushall()
    assert refused(here) == "Redis holds no state although the group assay has committed offsets in Kafka"
    with KafkaAdminClient(bootstrap_servers=here.settings.kafka_bootstrap) as admin:
        admin.delete_topics([topics.VERDICTS.name])
        here.until("the topic is gone", lambda: topics.VERDICTS.name not in admin.list_topics())
    assert refused(here) == "Kafka has no topic marketplace.verdicts.v1"


def refused(here: Marketplace) -> str:
    """What a worker that ends with exit code 1 says in its one sentence, up to what is to be done."""
    worker = here.worker()
    assert worker.end(None) == 1
    (sentence,) = worker.said().splitlines()
    told, colon, mend = sentence.rpartition(": ")
    assert colon
    assert mend.endswith(".")
    return told
