"""An event that makes a detector raise, and one that kills the process, harm nobody but themselves.

Turned red by: no life noted at `open` (the worker dies for ever); lives that are not given up in good order; the name
of a record in hand left out, or taken back before its commit; a fenced worker that takes the living owner for dead;
deadlines judged beside the record that is alone; no look at the verdict before bytes are read; a batch judged whole
after the deaths. Of deadlines: not named, fired beside others, fired although accused, dropped, never tried again.
"""

import asyncio
import base64
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

import schemas
from assay.__main__ import main
from detectors.detector import DeadlineReached
from detectors.judge import Judge
from detectors.judged import Judged
from detectors.policy import Policy, make_policy
from schemas import DeadLetter, topics, wire
from schemas.fields import to_us
from streams.dead_letters import read_dead_letters
from streams.deadlines import deadline_id
from streams.hop import Hop, HopTerms, wall_clock_us
from streams.lives import DEATHS, DEATHS_ALONE, FIELD, begun
from streams.lives import Life as Noted
from streams.memory_store import MemoryStore
from streams.outbox import ProcessOutbox
from streams.polls import PlainRecord
from streams.settings import read_policy
from streams.store import Line
from streams.surroundings import Surroundings
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.mortal import INPUTS, Broker, Died, Life, Moment
from tests.guarantees.poisoned_worker import DEADLY, KILLED
from tests.guarantees.told import HOUR, START, Record, Told
from tests.guarantees.workload import workload

TOLD = workload(seed=29, shops=2, rounds=2)
USUAL = [*TOLD.warm, *TOLD.busy]


def said(text: str, seller: str = "shop-0000", hours: float = 200.0) -> Record:
    """A message that a test has marked."""
    when = START + hours * HOUR
    fields = {"conversation_id": "c", "sender": "seller", "text": text}
    told = schemas.MessageSent(event_id=f"marked {text}", event_time=when, seller_id=seller, **fields)
    return Record(topics.MESSAGES.name, seller.encode(), wire.encode(told), to_us(when))


def among(records: Sequence[Record], *marked: Record) -> list[Record]:
    return sorted([*records, *marked], key=lambda one: one.time_us)


class Deadly(Judge):
    """Ends the process at events that a test has marked."""

    def judge(self, state: Any, cause: Any, *rest: Any) -> Judged:
        if isinstance(cause, schemas.MessageSent) and cause.text.startswith("kills judging"):
            raise Died
        return super().judge(state, cause, *rest)


def decode_or_die(value: bytes | None, *rest: Any) -> Any:
    if value is not None and b"kills reading" in value:
        raise Died
    return decode(value, *rest)


decode = wire.decode_event


def live_until_done(broker: Broker, store: MemoryStore, most: int = 30) -> int:
    """One life after the other; how many died."""

    async def lives() -> int:
        for number in range(most):
            if not (await Life(broker, store).live(Deadly)).is_dead:
                return number
        pytest.fail(f"{most} lives have died")

    return asyncio.run(lives())


def letters(lines: Sequence[Line]) -> list[DeadLetter]:
    """Each once; a life that ended may have published it before the next did."""
    found = dict.fromkeys(line.value for line in lines if line.topic == topics.DEAD_LETTERS.name)
    return [msgspec.json.decode(value or b"", type=DeadLetter) for value in found]


def killers(lines: Sequence[Line]) -> list[tuple[str, int]]:
    return [(one.topic, one.offset) for one in letters(lines) if one.reason == "kills_worker"]


def without(records: Sequence[Record]) -> tuple[MemoryStore, Broker]:
    """What is left where the marked ones were never sent."""
    store, broker = MemoryStore(), Broker([one for one in records if b"kills " not in one.value], TOLD.reference)
    assert live_until_done(broker, store) == 0
    return store, broker


def place_of(broker: Broker, record: Record) -> tuple[str, int]:
    return next((tp.topic, log.index(record)) for tp, log in broker.logs.items() if record in log)


@pytest.mark.parametrize("what", ["kills judging", "kills reading"])
def test_an_event_that_kills_the_process_is_set_aside_and_all_others_are_judged(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "decode_event", decode_or_die)
    killer = said(what)
    records = among(USUAL, killer)
    broker, store = Broker(records, TOLD.reference), MemoryStore()
    deaths = live_until_done(broker, store)
    assert deaths == DEATHS + DEATHS_ALONE if what == "kills judging" else deaths >= DEATHS + DEATHS_ALONE
    assert killers(broker.lines) == [place_of(broker, killer)]
    wanted_store, wanted = without(records)
    assert store.partitions[0].sellers == wanted_store.partitions[0].sellers
    assert store.partitions[0].deadlines.at_us == wanted_store.partitions[0].deadlines.at_us
    others = {line for line in broker.lines if line.topic != topics.DEAD_LETTERS.name}
    assert others == {line for line in wanted.lines if line.topic != topics.DEAD_LETTERS.name}
    assert broker.committed == broker.ends()
    assert not store.partitions[0].outbox


def test_killers_side_by_side_are_each_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is found without three more deaths: records are still judged one at a time."""
    monkeypatch.setattr(wire, "decode_event", decode_or_die)
    marked = [said("kills judging 1"), said("kills reading 2"), said("kills judging 3", "shop-0001")]
    broker, store = Broker(among(USUAL, *marked), TOLD.reference), MemoryStore()
    assert live_until_done(broker, store) < 2 * DEATHS + 3 * DEATHS_ALONE
    assert sorted(killers(broker.lines)) == sorted(place_of(broker, one) for one in marked)


def test_a_killed_worker_accuses_no_event() -> None:
    """Killed from outside after every commit, and while idle; judged one at a time or not, no letter says so."""
    broker, store = Broker(USUAL, TOLD.reference), MemoryStore()

    async def kill_again_and_again() -> None:
        for step in ["commit", "publish", "judge", "told", "load", "decode"] * 4:
            await Life(broker, store, Moment(step, 1 + len(step) % 3)).live()
        await Life(broker, store).live()
        for _ in range(DEATHS + 2):  # nothing lies there
            assert (await Life(broker, store, Moment("acknowledge", 1)).live()).is_dead
        broker.logs.update({tp: [*log, *log[:20]] for tp, log in broker.logs.items()})
        assert not (await Life(broker, store).live()).is_dead

    asyncio.run(kill_again_and_again())
    assert not killers(broker.lines)
    assert broker.committed == broker.ends()


def hop_on(broker: Broker, store: MemoryStore) -> Hop:
    around = Surroundings(broker.reference, fresh_us=0)
    outbox = ProcessOutbox(broker.lines.append)
    return Hop(
        Judge(make_policy(read_policy(None))), store, outbox, around, HopTerms(by_events=True), clock=wall_clock_us
    )


def test_living_owners_that_take_a_partition_from_each_other_accuse_no_event() -> None:
    """One was frozen with a record in hand; woken, it takes the partition back from an owner with the same record."""
    broker, store = Broker(USUAL, TOLD.reference), MemoryStore()
    record = next(log[0] for log in broker.logs.values() if log)
    place = PlainRecord(record.topic, 0, 0, record.key, record.value)

    async def meet() -> None:
        frozen, other = hop_on(broker, store), hop_on(broker, store)
        await frozen.lives.name(await frozen.open(0, INPUTS), place)
        taken = await other.open(0, INPUTS)
        assert taken.life.accused == {(place.topic, 0): 1}
        assert taken.life.alone
        await other.lives.name(taken, place)
        for hop in (frozen, other, frozen):
            back = await hop.open(0, INPUTS, was_fenced=True)
            assert back.life.verdict_on((place.topic, 0)) is None
            await hop.lives.name(back, place)

    asyncio.run(meet())


def test_lives_that_end_in_good_order_are_no_deaths() -> None:
    broker, store = Broker([], TOLD.reference), MemoryStore()
    for _ in range(2 * DEATHS):
        assert live_until_done(broker, store) == 0
    life = noted(store)
    assert (life.owner, life.deaths, life.alone) == (b"", 0, 0)


def test_deaths_count_where_nothing_was_committed_between_them_and_only_so_far() -> None:
    life = Noted()
    for number in range(10):
        life = begun(life, bytes([number + 1]), {"t": 7}, batch=60)
    assert (life.deaths, life.alone) == (DEATHS, 60)
    life = begun(Noted(life.version, life.owner, life.at, deaths=2), b"x", {"t": 8}, batch=60)
    assert (life.deaths, life.alone) == (1, 0)


class Hears(Judge):
    """Notes which deadlines fell due, and ends the process at one of them where that is to be."""

    deadly: DeadlineReached | None = None
    heard: list[DeadlineReached]

    def judge(self, state: Any, cause: Any, *rest: Any) -> Judged:
        if isinstance(cause, DeadlineReached):
            if cause == self.deadly:
                raise Died
            self.heard.append(cause)
        return super().judge(state, cause, *rest)


def test_a_deadline_that_kills_waits_and_everything_else_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dropped it would forget a refund or the end of a hold. It falls due once somebody has mended the detector."""

    class Usual(Hears):
        heard: list[DeadlineReached] = []  # noqa: RUF012 - of the test that defines it

    class KilledByOne(Usual):
        pass

    usual_broker, usual = Broker(USUAL, TOLD.reference), MemoryStore()
    assert not asyncio.run(Life(usual_broker, usual).live(Usual)).is_dead
    deadly = KilledByOne.deadly = next(one for one in Usual.heard if one.seller_id == "shop-0000")
    broker, store = Broker(USUAL, TOLD.reference), MemoryStore()

    async def lives() -> int:
        for number in range(20):
            if not (await Life(broker, store).live(KilledByOne)).is_dead:
                return number
        pytest.fail("20 lives have died")

    assert asyncio.run(lives()) == DEATHS + DEATHS_ALONE
    (letter,) = [one for one in letters(broker.lines) if one.reason == "kills_worker"]
    told = msgspec.json.decode(base64.b64decode(letter.value), type=DeadlineReached)
    assert (letter.topic, letter.key, told) == ("", "shop-0000", deadly)
    stored_id = deadline_id(deadly.seller_id, deadly.kind, deadly.subject_id)
    assert store.partitions[0].deadlines.at_us[stored_id] == deadly.due_us
    assert broker.committed == broker.ends()
    sellers = usual.partitions[0].sellers
    assert {each for each, held in store.partitions[0].sellers.items() if held != sellers[each]} <= {"shop-0000"}
    assert not asyncio.run(Life(broker, store).live(KilledByOne)).is_dead
    monkeypatch.setattr("streams.hop.version", lambda _: "mended")
    Usual.heard.clear()
    assert not asyncio.run(Life(broker, store).live(Usual)).is_dead
    assert deadly in Usual.heard
    assert store.partitions[0].deadlines.at_us.get(stored_id) != deadly.due_us


def test_no_record_answers_for_a_deadline_that_kills(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every deadline kills, one after the other is found, and no record is named for it."""

    class KilledByDeadlines(Judge):
        def judge(self, state: Any, cause: Any, *rest: Any) -> Judged:
            if isinstance(cause, schemas.Event):
                return super().judge(state, cause, *rest)
            raise Died

    told = workload(seed=29, shops=6, rounds=2)
    records = [*told.warm, *told.busy]
    broker, store, usual = Broker(records, told.reference), MemoryStore(), MemoryStore()

    async def lives() -> None:
        for _ in range(12):
            assert (await Life(broker, store).live(KilledByDeadlines)).is_dead
        assert {topic for topic, _ in killers(broker.lines)} == {""}
        monkeypatch.setattr("streams.hop.version", lambda _: "mended")
        assert not (await Life(broker, store).live()).is_dead

    asyncio.run(lives())
    assert live_until_done(Broker(records, told.reference), usual) == 0
    assert store.partitions[0].sellers == usual.partitions[0].sellers


def noted(store: MemoryStore) -> Noted:
    return msgspec.msgpack.decode(store.partitions[0].counts[FIELD], type=Noted)


def test_a_detector_that_raises_at_a_deadline_is_not_taken_for_a_quiet_one() -> None:
    """Nobody sent a deadline: the letter has no topic, and says what fell due."""

    class Raises:
        def look(self, *_: Any) -> None:
            raise RuntimeError("a bug")

    class Bugged(Judge):
        def __init__(self, policy: Policy) -> None:
            theirs = (one._replace(detector=Raises()) if one.asked_at[0] == "refund" else one for one in policy.entries)
            super().__init__(msgspec.structs.replace(policy, entries=tuple(theirs)))

    broker, store = Broker(USUAL, TOLD.reference), MemoryStore()
    assert not asyncio.run(Life(broker, store).live(Bugged)).is_dead
    failed = [one for one in letters(broker.lines) if one.reason == "detector_failed" and not one.topic]
    assert {"overdue_refund", "unpaid_refunds"} <= {one.error.partition(":")[0] for one in failed}
    said = msgspec.json.decode(base64.b64decode(failed[0].value))
    assert (said["kind"], said["seller_id"], failed[0].offset) == ("refund", failed[0].key, -1)


def owes(seller: str, hours: float) -> list[Record]:
    """A parcel comes back to the seller, and no refund follows."""
    told = Told()
    when, back = START + hours * HOUR, {"return_id": RETURN}
    fields: dict[str, Any] = {"amount": Decimal(1500), "currency": "CNY", "order_id": "O-owed", "buyer_id": "B-owed"}
    fields["listing_id"] = f"{seller}-p0000"
    told.tell(schemas.ReturnRequested, when, seller, reason="counterfeit", **back, **fields)
    told.tell(schemas.ReturnAccepted, when + HOUR, seller, **back)
    told.tell(schemas.ReturnDelivered, when + 20 * HOUR, seller, signed=True, **back)
    return told.records()


@pytest.mark.stack
def test_poison_on_real_kafka_and_redis(marketplace: Callable[[int], Marketplace]) -> None:
    """A process that ends at one message and when one refund is overdue, and a detector that raises at another message.

    The messages are sent again when it is mended; the deadline falls due by itself, under another policy.
    """
    records = among(USUAL, said("raises"), said("kills judging", "shop-0001"), *owes(DEADLY, hours=30))
    here = marketplace(1)
    here.refer(TOLD.reference)
    here.send(records)
    worker = here.worker("poisoned_worker.py", max_poll_records=60)
    here.wait_until_judged()
    assert worker.end() == 0, here.logs()
    died = worker.said().count(f"a life ended with {KILLED}")
    assert died >= DEATHS + 2 * DEATHS_ALONE, here.logs()  # more where one that died had committed: Kafka's timing
    life = msgspec.msgpack.decode(here.redis.hget("assay:{0}:counts", FIELD), type=Noted)
    assert life.owner == b"", "it was given up in good order"
    store, _ = without(records)
    differs = [seller for seller, held in store.partitions[0].sellers.items() if core_of(here, seller) != held.core]
    assert differs == [DEADLY]
    waiting_us = here.redis.zscore("assay:{0}:deadlines", WAITS)
    assert waiting_us
    assert waiting_us < store.partitions[0].watermark_us, "its deadline waits"
    found = read_dead_letters(here.settings)
    positions = {one.letter.reason: one.position for one in found if one.letter.topic == topics.MESSAGES.name}
    assert sorted(positions) == ["detector_failed", "kills_worker"]
    assert {one.letter.key for one in found if one.letter.reason == "kills_worker" and not one.letter.topic} == {DEADLY}

    before = core_of(here, "shop-0000"), core_of(here, "shop-0001")
    policy = here.folder / "policy.toml"
    policy.write_text("[breaker]\nsellers_most = 201\n")
    mended = here.worker(policy_file=policy)
    options = [f"kafka_bootstrap={here.settings.kafka_bootstrap}", f"redis_url={here.settings.redis_url}"]
    command = [part for option in options for part in ("--set", option)]
    CliRunner().invoke(main, [*command, "dead-letters", "replay", *positions.values()], catch_exceptions=False)
    here.wait_until_judged()
    here.until("the deadline has fallen due", lambda: here.redis.zscore("assay:{0}:deadlines", WAITS) is None, 60)
    assert mended.end() == 0, here.logs()
    after = core_of(here, "shop-0000"), core_of(here, "shop-0001")
    assert after[1] != before[1], "the one that killed is judged now"
    assert len(read_dead_letters(here.settings)) == len(found)


RETURN = "R-owed"
WAITS = deadline_id(DEADLY, "refund", RETURN)


def core_of(here: Marketplace, seller: str) -> bytes | None:
    return here.redis.get(f"assay:{{0}}:seller:{seller}")
