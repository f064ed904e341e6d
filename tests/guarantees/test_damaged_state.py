"""A seller whose stored records do not decode is not judged, and not written over; all others are.

Turned red by: records that do not decode let through (the worker ends); a new state in the place of a damaged one; its
deadlines fired, or taken away; its events not set aside; the sentence in the log at each batch.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from click.testing import CliRunner

from assay.__main__ import main
from schemas import DeadLetter, topics, wire
from streams.dead_letters import read_dead_letters
from streams.deadlines import parts_of
from streams.memory_store import MemoryStore
from streams.sellers import COMPLAINT_MARK
from streams.store import SellerBytes
from tests.guarantees import mortal
from tests.guarantees.forgotten import confirmed, forget
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.mortal import Broker
from tests.guarantees.told import Record
from tests.guarantees.workload import merged, workload

SHOP, OTHER = "shop-0000", "shop-0001"
TOLD = workload(seed=37, shops=2, rounds=6, known_days=45)
EVENTS = merged([*TOLD.warm, *TOLD.busy])
CUT = 2 * len(EVENTS) // 3
BEFORE, AFTER = EVENTS[:CUT], EVENTS[CUT:]


def live(store: MemoryStore, records: list[Record], committed: int = 0) -> Broker:
    broker = Broker(records, TOLD.reference)
    assert not asyncio.run(mortal.Life(broker, store).live()).is_dead
    assert broker.committed == broker.ends()
    return broker


def truncated(stored: bytes) -> bytes:
    return stored[:-3]


def not_msgpack(stored: bytes) -> bytes:
    return b"\xc1" + stored[1:]


def not_utf8(stored: bytes) -> bytes:
    """In a field that holds text."""
    return stored.replace(b"shop", b"\xff\xfe\xff\xfe").replace(b"CNY", b"\xff\xfe\xff")


def damaged(held: SellerBytes, part: str, harm: Callable[[bytes], bytes]) -> SellerBytes:
    if part == "core":
        return replace(held, core=harm(held.core or b""))
    marked = part == "complaints"
    records = held.returns if part in ("returns", "complaints") else getattr(held, part)
    key = next(key for key in records if key.startswith(COMPLAINT_MARK) == marked)
    records = records | {key: harm(records[key])}
    return replace(held, **{"returns" if marked else part: records})


@pytest.mark.parametrize(
    ("part", "harm"),
    [
        ("core", truncated),
        ("core", not_msgpack),
        ("orders", not_msgpack),
        ("orders", not_utf8),
        ("returns", truncated),
        ("complaints", not_msgpack),
        ("listings", truncated),
        ("listings", not_utf8),
    ],
)
def test_a_damaged_seller_is_left_as_it_is_and_all_others_are_judged(
    part: str, harm: Callable[[bytes], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    undisturbed, store = MemoryStore(), MemoryStore()
    live(undisturbed, BEFORE)
    live(undisturbed, EVENTS)
    live(store, BEFORE)
    partition = store.partitions[0]
    harmed = partition.sellers[SHOP] = damaged(partition.sellers[SHOP], part, harm)
    due = {each: at for each, at in partition.deadlines.at_us.items() if parts_of(each)[0] == SHOP}
    assert due, "no deadline of the damaged seller can fall due"
    broker = live(store, EVENTS)
    assert partition.sellers[SHOP] == harmed
    assert {each: at for each, at in partition.deadlines.at_us.items() if parts_of(each)[0] == SHOP} == due
    assert min(due.values()) < partition.watermark_us, "none of its deadlines has fallen due"
    assert partition.sellers[OTHER] == undisturbed.partitions[0].sellers[OTHER]
    lines = [line.value or b"" for line in broker.lines if line.topic == topics.DEAD_LETTERS.name]
    letters = [msgspec.json.decode(value, type=DeadLetter) for value in lines]
    set_aside = [one for one in letters if one.reason == "unreadable_state"]
    events = [one for one in AFTER if isinstance(wire.decode_event(one.value, one.topic), tuple)]
    assert len(set_aside) == sum(1 for one in events if one.key == SHOP.encode())
    sentence = f"What is stored of seller {SHOP} in partition 0 cannot be read"
    assert all(one.key == SHOP and one.error.startswith(sentence) for one in set_aside)
    assert caplog.text.count(sentence) == 1


@pytest.mark.stack
def test_a_damaged_seller_is_forgotten_and_its_dead_letters_are_judged(
    marketplace: Callable[[int], Marketplace],
) -> None:
    """On real Kafka and Redis, by the commands that the dead letter names."""
    here = marketplace(1)
    here.refer(TOLD.reference)
    here.send(BEFORE)
    here.judge_all(workers=1)
    key = f"assay:{{0}}:listings:{SHOP}"
    listing = next(iter(here.redis.hkeys(key)))
    here.redis.hset(key, listing, b"\xc1")
    stored = here.redis.dump(key)
    here.send(AFTER)
    worker = here.worker()
    here.wait_until_judged()
    assert here.redis.dump(key) == stored
    found = read_dead_letters(here.settings, reason="unreadable_state")
    assert {one.letter.key for one in found} == {SHOP}
    other = here.redis.get(f"assay:{{0}}:seller:{OTHER}")
    assert other is not None

    named = re.search(rb"B-shop-0000-\d+", b"".join(here.redis.hvals(f"assay:{{0}}:returns:{SHOP}")))
    assert named is not None
    refused = confirmed(here, "buyer", named[0].decode())
    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"What is stored of seller {SHOP} cannot be read")
    refused = forget(here, "seller", SHOP, "--confirm", "--actor", "mia")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("There is still a record that cannot be read: ")
    done = confirmed(here, "seller", SHOP, "--although-open")
    assert done.exit_code == 0, done.output
    options = [f"kafka_bootstrap={here.settings.kafka_bootstrap}", f"redis_url={here.settings.redis_url}"]
    command = [part for option in options for part in ("--set", option)]
    positions = [one.position for one in found]
    CliRunner().invoke(main, [*command, "dead-letters", "replay", *positions], catch_exceptions=False)
    here.wait_until_judged()
    assert worker.end() == 0, here.logs()
    assert here.redis.exists(f"assay:{{0}}:seller:{SHOP}")
    assert len(read_dead_letters(here.settings, reason="unreadable_state")) == len(found)
