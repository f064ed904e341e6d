"""Whether every event that was sent is accounted for, by what was sent alone: no other run is looked at."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable

from detectors.records import Core, decode
from detectors.state import EVENT_MARK_BYTES, REMEMBERED_EVENTS
from schemas import topics, wire
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.told import Record
from tests.guarantees.workload import merged


def assert_accounted(here: Marketplace, *sent: Iterable[Record]) -> int:
    """Each batch of `sent` was judged whole before the next came; returns how many records.

    Nothing lies beyond what is committed; exactly what is no event is a dead letter, by topic, partition and offset;
    and each seller remembers the ids of its last events (of as many as a state keeps).
    """
    lengths: Counter[tuple[str, int]] = Counter()
    unreadable, last_ids = set(), defaultdict[str, list[str]](list)
    for records in sent:
        for number in range(here.partitions):
            for record in merged(one for one in records if here.partition_of(one) == number):
                event = wire.decode_event(record.value, record.topic)
                if isinstance(event, tuple) and event[0].event_id not in last_ids[record.key.decode()]:
                    remembered = last_ids[record.key.decode()]
                    remembered.append(event[0].event_id)
                    del remembered[:-REMEMBERED_EVENTS]
        for record in records:
            lane = record.topic, here.partition_of(record)
            if isinstance(wire.decode_event(record.value, record.topic), wire.Refused):
                unreadable.add(f"{record.topic}:{lane[1]}:{lengths[lane]}".encode())
            lengths[lane] += 1
    assert here.stored() == lengths, "not every record is covered by a commit"
    letters = {line.key for line in here.published(topics.DEAD_LETTERS.name) if not line.key.startswith(b"assay.")}
    assert letters == unreadable, f"dead letters: {len(letters ^ unreadable)} are missing or too many"
    wrong = {}
    for seller, ids in last_ids.items():
        remembered = _remembered(here, seller)
        if remembered != set(map(_mark, ids)):
            where = topics.partition_of(seller.encode(), here.partitions)
            wrong[f"{seller} in {where}"] = [one for one in ids if _mark(one) not in remembered]
    assert not wrong, f"{len(wrong)} sellers have not judged these last: {dict(list(wrong.items())[:3])}\n{here.logs()}"
    return sum(lengths.values())


def _remembered(here: Marketplace, seller: str) -> set[bytes]:
    number = topics.partition_of(seller.encode(), here.partitions)
    seen = decode(Core, here.redis.get(f"assay:{{{number}}}:seller:{seller}") or b"").seen
    return {seen[at : at + EVENT_MARK_BYTES] for at in range(0, len(seen), EVENT_MARK_BYTES)}


def _mark(event_id: str) -> bytes:
    return hashlib.blake2b(event_id.encode(), digest_size=EVENT_MARK_BYTES).digest()
