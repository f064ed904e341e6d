"""A process that dies between any two steps of the hop leaves to the next what an undisturbed one would have left.

At its first, a middle and its last batch, after each of the six steps, and between what is told to all and the commit;
on the store in memory and on real Redis. Compared are all that is stored, the positions, and every line published.

Turned red by:
- the outbox not drained by a new owner, or trimmed before it is published: `commit`, `publish`
- Kafka's offsets taken from what is committed to the store instead of from what is published: `commit`, `publish`
- what is told of shares at a day's end remembered by the process alone (so it was): `decode`, `load`, `judge`
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import pytest

from schemas.topics import OUTPUTS
from streams.brake import FIELD as BRAKE
from streams.lives import FIELD
from streams.shares import TABLE as SHARES
from streams.steps import STEPS
from streams.store import STAMP
from tests.guarantees.mortal import POINTS, Broker, Life, Moment
from tests.guarantees.workload import closing, workload
from tests.streams.conftest import BINARIES, MemoryWorld, RedisWorld, Server, World

LAST_DAY = 50.0
COMPACTED = {topic.name for topic in OUTPUTS if topic.compacted}
TOLD = workload(seed=23, shops=3, rounds=3)
RECORDS = [*TOLD.warm, *TOLD.busy, *closing(1, LAST_DAY)]


class Left(NamedTuple):
    """What stands after everything was judged."""

    stored: Any
    committed: dict[Any, int]
    lines: set[Any]
    newest: dict[Any, Any]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(next(reversed(BINARIES.values())), tmp_path_factory.mktemp("redis"), "--appendonly", "yes")
    yield server
    server.kill()


@pytest.fixture(params=["memory", "redis"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "memory":
        return MemoryWorld()
    server = request.getfixturevalue("server")
    server.client.flushall()
    return RedisWorld(server)


def left(world: World, broker: Broker) -> Left:
    newest = {(line.topic, line.key): line.value for line in broker.lines if line.topic in COMPACTED}
    lines = {(line.topic, line.key, line.value) for line in broker.lines}
    return Left(without_owners(world.dump()), dict(broker.committed), lines, newest)


def without_owners(dump: Any) -> Any:
    """What is stored, but for who owns it, how many commits the breaker's hours took, and when shares were told."""
    if isinstance(dump, dict):
        hidden = {"epoch", FIELD}
        return {name: shown(name, value) for name, value in dump.items() if plain(name) not in hidden}
    if isinstance(dump, list | tuple):
        return [without_owners(each) for each in dump]
    return dump


def shown(name: Any, value: Any) -> Any:
    if plain(name) == BRAKE and isinstance(value, bytes):
        return msgspec.msgpack.decode(value)[1:]
    if plain(name) in (SHARES, f"assay:table:{SHARES}"):
        return {field: told[STAMP.size :] for field, told in value.items()}
    return without_owners(value)


def plain(name: Any) -> Any:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name


def undisturbed(world: World) -> tuple[Left, Counter[str]]:
    broker, reached = Broker(RECORDS, TOLD.reference), Counter[str]()

    async def story() -> None:
        life = await Life(broker, world.store()).live()
        assert not life.is_dead
        reached.update(life.reached)

    world.run(story())
    assert broker.committed == broker.ends()
    return left(world, broker), reached


EXPECTED: dict[type[World], tuple[Left, Counter[str]]] = {}


@pytest.fixture
def expected(world: World) -> tuple[Left, Counter[str]]:
    """What an undisturbed life leaves in such a world, and how often it did each step."""
    if type(world) not in EXPECTED:
        EXPECTED[type(world)] = undisturbed(world)
        if isinstance(world, RedisWorld):
            world.server.client.flushall()
        else:
            world.__init__()  # type: ignore[misc]  # an empty one
    return EXPECTED[type(world)]


@pytest.mark.parametrize("step", POINTS)
def test_a_death_at_any_step_of_any_batch_leaves_what_an_undisturbed_life_leaves(
    step: str, world: World, expected: tuple[Left, Counter[str]]
) -> None:
    wanted, reached = expected
    assert set(reached) == {*STEPS, "told"}
    assert reached["commit"] > 5, "too few batches for a middle one"
    for number in sorted({1, (reached[step] + 1) // 2, reached[step]}):
        broker = Broker(RECORDS, TOLD.reference)

        async def story(broker: Broker = broker, number: int = number) -> None:
            first = await Life(broker, world.store(), Moment(step, number)).live()
            assert first.is_dead
            head = await world.store().open(0)
            if {one.line for one in head.unpublished} - set(broker.lines):
                told = {tp.topic: at for tp, at in broker.committed.items()}
                assert any(told.get(topic, 0) < at for topic, at in head.offsets.items()), (
                    "Kafka knows what nobody read"
                )
            second = await Life(broker, world.store()).live()
            assert not second.is_dead

        world.run(story())
        assert left(world, broker) == wanted, f"after {step} number {number}"
        if isinstance(world, RedisWorld):
            world.server.client.flushall()
        else:
            world.__init__()  # type: ignore[misc]


def test_a_worker_that_dies_again_and_again_gets_everything_done(
    world: World, expected: tuple[Left, Counter[str]]
) -> None:
    """Each life dies at another step, soon after it has begun, until one is left in peace."""
    wanted, _ = expected
    broker = Broker(RECORDS, TOLD.reference)
    deaths = [Moment(step, number) for number in (1, 2, 3) for step in POINTS]

    async def story() -> None:
        for moment in deaths:
            await Life(broker, world.store(), moment).live()
        assert not (await Life(broker, world.store()).live()).is_dead

    world.run(story())
    assert left(world, broker) == wanted
