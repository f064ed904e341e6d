"""Three brokers that copy each other: one dies under load, every event is judged and nothing is decided otherwise.

Takes minutes, so only with GUARANTEES_LONG=1: each of the three is killed in turn.
"""

import os
from collections.abc import Iterator
from threading import Thread
from typing import NamedTuple

import pytest

import schemas
from schemas import topics
from streams.upkeep import INSYNC, SAFE_INSYNC, describe_topics
from tests.conftest import Stack
from tests.guarantees.apart import judged_apart
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.test_kills import LAST_DAY, LAST_US
from tests.guarantees.test_parity import decisions, values
from tests.guarantees.told import DAY, START, Record, Told
from tests.guarantees.worker_process import PATIENCE_SECONDS
from tests.guarantees.workload import closing, workload
from tests.transports.brokers import Broker, three_brokers

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(not os.environ.get("GUARANTEES_LONG"), reason="takes minutes: GUARANTEES_LONG=1"),
]
COPIES = 3


class Size(NamedTuple):
    shops: int
    rounds: int
    kills: int


SIZE = Size(60, 8, 3)
PARTITIONS = 6
PINGS = 600 * SIZE.kills


@pytest.fixture(scope="module")
def brokers(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Broker]]:
    """`stack` has fetched the jars."""
    running = three_brokers(tmp_path_factory.mktemp("kafka"))
    try:
        for broker in running:
            broker.wait()
        yield running
    finally:
        for broker in running:
            broker.kill()


@pytest.fixture(scope="module")
def here(brokers: list[Broker], stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marketplace]:
    """Its topics are known to every broker."""
    servers = ",".join(f"127.0.0.1:{broker.port}" for broker in brokers)
    folder = tmp_path_factory.mktemp("workers")
    marketplace = Marketplace(stack._replace(kafka_bootstrap=servers), folder, PARTITIONS, copies=COPIES)
    marketplace.until("every broker has its copies", lambda: is_copied(marketplace))
    yield marketplace
    marketplace.close()


def pings(count: int) -> list[Record]:
    """Signs of life of the last instant: nothing is decided by them, in whatever order they arrive."""
    told = Told()
    for number in range(count):
        told.tell(schemas.SellerActive, START + LAST_DAY * DAY, f"ping-{number % 50}", activity="login")
    return told.records()


def leader_of(here: Marketplace, topic: str) -> int:
    """The number of the broker that leads the topic's first partition, from 0."""
    (described,) = here._ask(lambda admin: admin.describe_topics([topic]))
    leader: int = described["partitions"][0]["leader_id"]
    return leader - 1


def is_copied(here: Marketplace) -> bool:
    """Whether every copy of every topic is up to date again."""
    described = here._ask(lambda admin: admin.describe_topics([topic.name for topic in topics.ALL]))
    return all(len(part["isr_nodes"]) == COPIES for one in described for part in one["partitions"])


def test_topics_are_made_so_that_one_broker_may_be_lost(here: Marketplace) -> None:
    for seen in describe_topics(here.settings):
        assert (seen.replicas, seen.configs[INSYNC]) == (COPIES, str(SAFE_INSYNC))


def test_a_broker_that_dies_under_load_loses_and_changes_nothing(here: Marketplace, brokers: list[Broker]) -> None:
    """It leads what the workers write; meanwhile a producer goes on sending."""
    told = workload(seed=41, shops=SIZE.shops, rounds=SIZE.rounds)
    busy, alive = [*told.busy, *closing(PARTITIONS, LAST_DAY)], pings(PINGS)
    here.refer(told.reference)
    here.send(told.warm)
    here.judge_all(workers=1)
    here.send(busy)
    running = [here.worker(pace_ms=10, max_poll_records=12) for _ in range(2)]
    here.until("two workers share the partitions", lambda: here.sharing() == 2)
    for number in range(SIZE.kills):
        assert here.stored() != here.log_ends(), "all was judged before the broker died"
        dying = brokers[leader_of(here, topics.ALERTS.name)]
        sending = Thread(target=here.send, args=(alive[number * 600 : (number + 1) * 600],), daemon=True)
        sending.start()
        dying.kill()
        here.wait_until_all_move()
        sending.join(PATIENCE_SECONDS)
        assert not sending.is_alive(), "what was sent meanwhile has not arrived"
        if SIZE.kills > 1:
            dying.start()
            dying.wait()
            here.until("the broker has caught up", lambda: is_copied(here))
    here.wait_until_judged(until_us=LAST_US)
    assert [worker.end() for worker in running] == [0, 0], here.logs()
    assert sum(here.log_ends().values()) == len(told.warm) + len(busy) + len(alive)
    assert here.committed() == here.log_ends()
    found = {topic: values(lines) for topic, lines in here.outputs().items()}
    # not a replay: of a shop with a record that is late in its topic it says six lines otherwise
    expected = judged_apart([told.warm, [*busy, *alive]], told.reference, PARTITIONS, here.partition_of)
    assert decisions(found) == decisions(expected)
    assert len(expected[topics.ALERTS.name]) > SIZE.shops
