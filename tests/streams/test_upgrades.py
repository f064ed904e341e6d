"""States of this version and of the one before are read and judged on; those of a newer one are refused.

Turned red by: a required field in the middle of `Core`; `check_meta` comparing the version alone; a life that is read
without its version; the version of a core left as it was read.
"""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from detectors.records import OLDEST_VERSION, STATE_VERSION, Core, decode
from streams.lives import FIELD, Life, NewerStateError
from streams.memory_market import Market
from streams.memory_store import MemoryStore
from streams.meta import VERSION, meta, reads
from streams.sellers import change_of, seller_from
from streams.store import SellerBytes
from tests.guarantees import mortal
from tests.guarantees.mortal import Broker
from tests.streams.golden_states import GOLDEN, TOLD

READ = sorted(GOLDEN.glob("states-v*.json"))
Bytes = Callable[[str], bytes]


def cut(encoded: str) -> bytes:
    """A record as a version without its newest field wrote it."""
    fields = msgspec.msgpack.decode(base64.b64decode(encoded), type=list[msgspec.Raw])
    return msgspec.msgpack.encode(fields[:-1])


def older_core(encoded: str) -> bytes:
    fields = msgspec.msgpack.decode(base64.b64decode(encoded), type=list[msgspec.Raw])
    return msgspec.msgpack.encode([OLDEST_VERSION, *fields[1:-1]])


def stored(text: str, core: Bytes = base64.b64decode, record: Bytes = base64.b64decode) -> MemoryStore:
    """The golden states in a store; `core` and `record` make bytes of what is written there."""
    golden: dict[str, Any] = json.loads(text)
    store = MemoryStore()
    asyncio.run(store.open(0))
    partition = store.partitions[0]
    for seller_id, held in golden["sellers"].items():
        parts = {part: {key: record(one) for key, one in held[part].items()} for part in ("orders", "listings")}
        returns = {key: base64.b64decode(one) for key, one in held["returns"].items()}
        partition.sellers[seller_id] = SellerBytes(core(held["core"]), returns=returns, **parts)
    partition.counts.update({name: base64.b64decode(one) for name, one in golden["counts"].items()})
    partition.offsets.update(golden["offsets"])
    partition.watermark_us = golden["watermark_us"]
    for stored_id, due_us in golden["deadlines"].items():
        partition.deadlines.put(stored_id, due_us)
    for key, entries in golden["markets"].items():
        market = store.markets[key] = Market()
        for seller_id, entry in entries.items():
            market.write(seller_id, base64.b64decode(entry))
    store.flags.update({seller_id: base64.b64decode(one) for seller_id, one in golden["flags"].items()})
    return store


def judged_on(store: MemoryStore) -> Broker:
    broker = Broker([*TOLD.warm, *TOLD.busy], TOLD.reference)
    life = asyncio.run(mortal.Life(broker, store).live())
    assert not life.is_dead
    assert broker.committed == broker.ends()
    return broker


def test_the_states_of_this_version_and_the_one_before_are_kept_here() -> None:
    released = range(max(1, OLDEST_VERSION), STATE_VERSION + 1)
    assert {f"states-v{version}.json" for version in released} <= {path.name for path in READ}


@pytest.mark.parametrize("version", range(max(1, OLDEST_VERSION), STATE_VERSION + 1))
def test_golden_states_are_read_and_judged_on(version: int) -> None:
    """To the same end as one life over all events, which never read a state back from bytes of that day."""
    text = (GOLDEN / f"states-v{version}.json").read_text(encoding="utf-8")
    store = stored(text)
    for seller_id, held in store.partitions[0].sellers.items():
        state = seller_from(seller_id, held)
        state.changes.records.update(("orders", each) for each in state.orders)
        state.changes.records.update(("listings", each) for each in state.listings)
        change = change_of(state)
        if version == STATE_VERSION:
            assert (change.core, change.orders, change.listings) == (held.core, held.orders, held.listings)
    once = MemoryStore()
    whole = judged_on(once)
    later = judged_on(store)
    shops = {seller_id for seller_id in store.partitions[0].sellers if seller_id.startswith("shop-")}
    assert shops
    assert all(store.partitions[0].sellers[each] == once.partitions[0].sellers[each] for each in shops)
    said = {(line.topic, line.key, line.value) for line in whole.lines}
    assert later.lines
    assert {(line.topic, line.key, line.value) for line in later.lines} <= said


def test_a_state_that_lacks_the_newest_fields_is_read_and_written_whole() -> None:
    """What the version before would have left: its own number, and every record without its last field."""
    text = READ[-1].read_text(encoding="utf-8")
    store = stored(text, core=older_core, record=cut)
    read = {each: decode(Core, held.core or b"") for each, held in store.partitions[0].sellers.items()}
    assert {core.version for core in read.values()} == {OLDEST_VERSION}
    judged_on(store)
    shops = [held for each, held in store.partitions[0].sellers.items() if each.startswith("shop-")]
    assert {decode(Core, held.core or b"").version for held in shops} == {STATE_VERSION}


def test_a_partition_that_a_newer_version_has_judged_is_not_taken_over() -> None:
    """Two versions share the group: the older one must not write over what it cannot read."""
    store = MemoryStore()
    newer = msgspec.msgpack.encode([STATE_VERSION + 1, {"a field": "of another kind"}, b"", 3])
    asyncio.run(store.note(0, FIELD, newer))
    with pytest.raises(NewerStateError, match=f"state version {STATE_VERSION + 1}, and this worker reads up to"):
        asyncio.run(mortal.Life(Broker([]), store).live())
    assert store.partitions[0].counts[FIELD] == newer


def test_a_partition_of_the_version_before_is_taken_over() -> None:
    store = MemoryStore()
    asyncio.run(store.note(0, FIELD, msgspec.msgpack.encode([OLDEST_VERSION])))
    assert not asyncio.run(mortal.Life(Broker([]), store).live()).is_dead
    life = msgspec.msgpack.decode(store.partitions[0].counts[FIELD], type=Life)
    assert life.version == STATE_VERSION


@pytest.mark.parametrize(
    ("version", "is_read"),
    [
        (str(OLDEST_VERSION), True),
        (str(STATE_VERSION), True),
        (str(STATE_VERSION + 1), False),
        (str(OLDEST_VERSION - 1), False),
        ("", False),
        (None, False),
    ],
)
def test_the_versions_that_are_read(version: str | None, is_read: bool) -> None:
    assert reads(version) == is_read
    assert meta(1)[VERSION] == str(STATE_VERSION)
