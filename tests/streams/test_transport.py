"""Whole polls through real Faust workers and a real Kafka: nothing lost, nothing acknowledged too early.

Each mechanism was broken once to see its test fail; `transport_world` starts the workers, `polling_worker` is one.
"""

import itertools
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.streams.transport_world import Sent, Worker, World

pytestmark = pytest.mark.stack
CODECS = ("gzip", "lz4", "snappy", "zstd")
LARGE_BYTES = 12_000_000


@pytest.fixture
def world(stack, topic_name, tmp_path: Path) -> Iterator[World]:
    world = World(stack.kafka_bootstrap, stack.redis_url, tmp_path, topic_name("transport"))
    yield world
    world.close()


def ends(worker: Worker) -> dict[tuple[str, int], int]:
    """Where the lanes of each topic-partition ended last; they have to follow each other."""
    reached: dict[tuple[str, int], int] = {}
    for poll in worker.polls():
        for lane, (start, end, _) in poll.items():
            assert reached.get(lane, start) == start, f"{lane} jumps from {reached[lane]} to {start}"
            reached[lane] = end
    return reached


def several_topics(world: World) -> tuple[str, str]:
    orders, returns = world.topic("orders", 2), world.topic("returns", 2, max_message_bytes="16777216")
    world.send([Sent(topic, number, b"plain") for topic in (orders, returns) for number in (0, 1)])
    for codec in CODECS:
        world.send([Sent(orders, 0, codec.encode() * 3)], compression_type=codec)
    world.send([Sent(orders, 1, b"keyless", None), Sent(orders, 1, None, b"deleted")])
    world.send([Sent(returns, 0, b"x" * LARGE_BYTES)])
    world.send_in_transaction(Sent(returns, 1, b"in a transaction"))
    return orders, returns


def test_a_worker_gets_whole_polls_and_leaves_in_order(world: World) -> None:
    """Any record passes, lanes follow each other up to the log's end, and SIGTERM commits what was published."""
    orders, returns = several_topics(world)
    log_ends = world.log_ends([orders, returns], 2)
    worker = world.worker([orders, returns])
    worker.wait_for("all lanes at the log's end", lambda w: ends(w) == log_ends)

    assert any(len(poll) > 1 for poll in worker.polls())
    by_lane: dict[tuple[str, int], list[list[object]]] = {}
    for poll in worker.polls():
        for lane, (_, _, records) in poll.items():
            by_lane.setdefault(lane, []).extend(records)
    assert [value for *_, value in by_lane[orders, 0]] == ["plain", *(codec * 3 for codec in CODECS)]
    assert by_lane[orders, 1][1:] == [[1, None, 7, "keyless"], [2, "deleted", 0, None]]
    assert by_lane[returns, 0][1][2] == LARGE_BYTES
    assert log_ends[returns, 1] == len(by_lane[returns, 1]) + 1, "the transaction's marker has an offset of its own"

    assert worker.end() == 0
    assert world.committed() == log_ends
    assert world.members() == 0
    assert worker.lines("revoked") == [[0, 1]]


def test_positions_come_from_the_handler_and_not_from_kafka(world: World) -> None:
    """Offsets without a record, cut off or a transaction's marker, are part of a lane; absent means the log's start."""
    topic = world.topic("orders", 5)
    world.send([Sent(topic, number, b"%d" % offset) for number in range(3) for offset in range(6)])
    marker = world.send_in_transaction(Sent(topic, 3, b"in a transaction"))
    assert world.send_in_transaction(Sent(topic, 4, b"in a transaction")) == marker
    world.send([Sent(topic, 4, b"after it")])
    world.commit({(topic, number): 5 for number in range(3)})
    world.cut(topic, 1, 3)
    world.cut(topic, 2, 4)
    world.store(topic, 0, 2)
    world.store(topic, 1, 1)
    world.store(topic, 3, marker)
    world.store(topic, 4, marker)
    worker = world.worker([topic])
    worker.wait_for("all lanes at the log's end", lambda w: ends(w) == world.log_ends([topic], 5))
    begun: dict[int, int] = {}
    offsets: dict[int, list[int]] = {}
    for poll in worker.polls():
        for (_, number), (start, _, records) in poll.items():
            begun.setdefault(number, start)
            offsets.setdefault(number, []).extend(record[0] for record in records)
    assert begun == {0: 2, 1: 1, 2: 4, 3: marker, 4: marker}
    assert offsets == {0: [2, 3, 4, 5], 1: [3, 4, 5], 2: [4, 5], 3: [], 4: [marker + 1]}
    assert "the 2 offsets from 1 on are gone" in worker.log.read_text()


def test_a_position_beyond_the_log_ends_the_worker(world: World) -> None:
    topic = world.topic("orders", 1)
    world.send([Sent(topic, 0, b"one")])
    world.store(topic, 0, 10)
    worker = world.worker([topic])
    assert worker.end(by=None) == 1
    assert "lies beyond its log's end 1" in worker.log.read_text()
    assert worker.polls() == []


def test_a_handler_can_go_back(world: World) -> None:
    """What was polled before the rewind took effect is not handed over a second time."""
    topic = world.topic("orders", 1)
    world.send([Sent(topic, 0, b"%d" % number) for number in range(20)] + [Sent(topic, 0, b"rewind")])
    world.send([Sent(topic, 0, b"%d" % number) for number in range(21, 60)])
    worker = world.worker([topic], limits={"max_poll_records": 10})
    worker.wait_for("the log's end", lambda w: ends(w) == {(topic, 0): 60})
    assert worker.lines("rewound") == [[]]
    assert [int(value) for value in worker.values() if value != "rewind"] == [*range(20), *range(21, 60)]


def test_a_failing_handler_ends_the_worker_and_acknowledges_nothing(world: World) -> None:
    topic = world.topic("orders", 1)
    world.send([Sent(topic, 0, b"fine")])
    worker = world.worker([topic])
    worker.wait_for("the first record", lambda w: w.values() == ["fine"])
    world.send([Sent(topic, 0, b"fail"), Sent(topic, 0, b"after it")])
    assert worker.end(by=None) == 1
    assert worker.values() == ["fine"]
    assert worker.lines("assigned") == [[0]], "it must not begin again by itself"
    assert world.committed() == world.stored() == {(topic, 0): 1}


def test_a_handler_that_fails_beside_its_polls_ends_the_worker(world: World) -> None:
    topic = world.topic("orders", 1)
    world.send([Sent(topic, 0, b"fail outside")])
    worker = world.worker([topic])
    assert worker.end(by=None) == 1
    assert "The worker ends: RuntimeError: What the handler does" in worker.log.read_text()
    assert worker.lines("leaving") == [[]], "it ends by the same way as any"


def test_a_worker_that_cannot_leave_in_good_order_is_gone_all_the_same(world: World) -> None:
    """Something of it never closes. Turned red by: no watch."""
    topic = world.topic("orders", 1)
    world.send([Sent(topic, 0, b"fail and stay")])
    worker = world.worker([topic], ending_s=4.0)
    assert worker.end(by=None) == 1
    assert worker.lines("leaving") == [[]]
    assert "could not leave in good order within 4 s" in worker.log.read_text()


def test_a_stopping_worker_finishes_the_poll_in_hand(world: World) -> None:
    """And what was polled ahead of a slow handler is bounded: one poll in the queue, one before it."""
    topic = world.topic("orders", 1)
    world.send([Sent(topic, 0, b"slow" if number == 0 else b"%d" % number) for number in range(100)])
    worker = world.worker([topic], limits={"max_poll_records": 10}, commit_interval_s=60.0)
    worker.wait_for("a poll in hand", lambda w: w.lines("slow") != [])
    assert worker.end() == 0
    assert ends(worker) == world.committed() == {(topic, 0): 10}
    assert all(fetched <= 20 for fetched in worker.lines("ahead"))


def test_a_backlog_does_not_keep_the_others_waiting(world: World) -> None:
    topic = world.topic("orders", 3)
    world.send([Sent(topic, number, b"x") for number in range(3) for _ in range(50)])
    worker = world.worker([topic], limits={"max_poll_records": 10})
    worker.wait_for("the logs' ends", lambda w: sum(ends(w).values()) == 150)
    first = [{number for _, number in poll} for poll in worker.polls()[:3]]
    assert set().union(*first) == {0, 1, 2}


def test_what_a_handler_does_not_want_waits(world: World) -> None:
    orders, returns = world.topic("orders", 1), world.topic("returns", 1)
    world.send([Sent(orders, 0, b"unwanted at first"), Sent(returns, 0, b"wanted")])
    worker = world.worker([orders, returns], unwanted=[orders])
    worker.wait_for("a record", lambda w: w.values() != [])
    world.send([Sent(returns, 0, b"want all")])
    worker.wait_for("all records", lambda w: len(w.values()) == 3)
    assert worker.values() == ["wanted", "want all", "unwanted at first"]


def test_a_frozen_worker_does_not_take_an_old_answer_for_the_present(world: World) -> None:
    """No status says that the log ended somewhere at a time when it had gone on already."""

    def told(worker: Worker) -> list[tuple[int, int]]:
        return [(end, at) for status in worker.lines("status") for *_, end, at, _ in status if at is not None]

    topic = world.topic("orders", 1, message_timestamp_type="LogAppendTime")
    world.send([Sent(topic, 0, b"before")])
    worker = world.worker([topic], stamps=True)
    worker.wait_for("a confirmed end", lambda w: any(at for status in w.lines("status") for *_, at, _ in status))
    worker.process.send_signal(signal.SIGSTOP)
    time.sleep(0.3)
    world.send([Sent(topic, 0, b"while frozen")])
    appended_at_ms = time.time() * 1_000
    time.sleep(1.5)
    worker.process.send_signal(signal.SIGCONT)
    worker.wait_for("the second record", lambda w: ends(w) == {(topic, 0): 2})
    worker.wait_for("its end, confirmed", lambda w: any(at > appended_at_ms for end, at in told(w) if end == 2))
    assert all(at < appended_at_ms for end, at in told(worker) if end < 2)


@pytest.mark.parametrize("committed", [False, True])
def test_a_poll_that_waits_through_a_rebalance_takes_no_records_along(world: World, committed: bool) -> None:
    """Without committed offsets aiokafka complains to the waiting poll; with them it would hand it the records."""
    topics = [world.topic("orders", 4), world.topic("returns", 4)]
    lanes = [(topic, number) for topic in topics for number in range(4)]
    if committed:
        world.commit(dict.fromkeys(lanes, 0))
        for lane in lanes:
            world.store(*lane, 0)
    workers = [world.worker(topics, limits={"max_wait_ms": 5_000})]
    workers[0].wait_for("all partitions", lambda w: w.assigned() == [0, 1, 2, 3])
    workers.append(world.worker(topics, limits={"max_wait_ms": 5_000}))
    workers[0].wait_for("a rebalance", lambda w: len(w.assigned()) == len(workers[1].assigned()) == 2)
    world.send([Sent(*lane, f"{lane[0][-7:]}-{lane[1]}".encode()) for lane in lanes])
    workers[0].wait_for("all records", lambda _: world.stored() == dict.fromkeys(lanes, 1))
    handled = sorted(value for worker in workers for value in worker.values())
    assert handled == sorted(f"{topic[-7:]}-{number}" for topic, number in lanes)


def test_workers_share_partitions_of_all_topics_and_survive_each_other(world: World) -> None:
    """One is killed, one is frozen past its session, one stays: partition p of six topics is always on one worker."""
    topics = [world.topic(f"t{number}", 5) for number in range(6)]
    lanes = [(topic, number) for topic in topics for number in range(5)]

    def wait_until(what: str, told: Callable[[], bool], *among: Worker) -> None:
        among[0].wait_for(what, lambda _: [worker.check_alive(what) for worker in among] != [] and told())

    def shared(*among: Worker) -> bool:
        held = [worker.assigned() for worker in among]
        return all(held) and sorted(itertools.chain(*held)) == [0, 1, 2, 3, 4]

    def send(name: str) -> None:
        world.send([Sent(*lanes[number % 30], f"{name}-{number}".encode()) for number in range(600)])

    def all_handled() -> bool:
        return world.stored() == world.log_ends(topics, 5)

    workers = [world.worker(topics)]
    wait_until("everything on the first worker", lambda: shared(*workers), *workers)
    workers += [world.worker(topics), world.worker(topics)]
    wait_until("three workers with partitions", lambda: shared(*workers), *workers)
    send("shared")
    wait_until("all records", all_handled, *workers)
    for worker in workers:
        assert ends(worker).keys() == {(topic, number) for topic in topics for number in worker.assigned()}

    killed, frozen, steady = workers
    send("killed")
    killed.process.kill()
    frozen.process.send_signal(signal.SIGSTOP)
    send("frozen")
    wait_until("everything on one worker", lambda: shared(steady) and all_handled(), steady)
    frozen.process.send_signal(signal.SIGCONT)
    wait_until("the frozen worker's return", lambda: shared(steady, frozen), steady, frozen)
    send("returned")
    wait_until("all records", all_handled, steady, frozen)

    handled = {value for worker in workers for value in worker.values()}
    sent = {f"{name}-{number}" for name in ("shared", "killed", "frozen", "returned") for number in range(600)}
    assert handled == sent
    for worker in (steady, frozen):
        worker.process.terminate()
    assert [worker.end(by=None) for worker in (steady, frozen)] == [0, 0]
    assert world.members() == 0
