"""A `PartitionCommit` as keys and arguments of `commit.lua`, and its answer; lines as they lie in the outbox."""

from typing import Any

from streams.redis_scripts import COMMIT, Call
from streams.store import (
    LAST_LINE_KEPT_US,
    Committed,
    Fenced,
    Line,
    PartitionCommit,
    SellerChange,
    fenced_by_epoch,
    fenced_by_offset,
)

OFFSET = "offset:"  # `epoch` and `watermark` lie in the same hash, and may be names of topics
HASHES = ("orders", "returns", "listings")

_PLAIN, _COMPACTED, _LAST, _TOMBSTONE = b"plain", b"compacted", b"last", b"tombstone"
# nobody writes it, but a plain line without a value must come back as one
_PLAIN_TOMBSTONE = b"plain tombstone"

Argument = bytes | str | int


def partition_key(prefix: str, partition: int) -> str:
    """What all keys of the partition begin with: one cluster slot."""
    return f"{prefix}:{{{partition}}}:"


def commit_call(prefix: str, commit: PartitionCommit, fresh_epoch: int) -> Call:
    """One call for the whole commit. Redis takes about a million keys and arguments together."""
    key = partition_key(prefix, commit.partition)
    changes = _SellerKeys(key)
    for seller_id, change in commit.sellers.items():
        changes.add(seller_id, change)
    if commit.counts:
        changes.add_hash(f"{key}counts", commit.counts)
    keys = [f"{key}{each}" for each in ("offsets", "deadlines", "outbox", "lines", "ended")]
    keys += [*changes.gone, *changes.cores, *changes.put_keys, *changes.taken_keys]
    put: list[Argument] = []
    taken: list[Argument] = []
    for id_, due_us in commit.deadlines.items():
        if due_us is None:
            taken.append(id_)
        else:
            put += (due_us, id_)
    arguments: list[Argument] = [commit.epoch, fresh_epoch, commit.watermark_us]
    arguments += (commit.now_us, commit.now_us - LAST_LINE_KEPT_US, len(commit.expected))
    for topic, expected in commit.expected.items():
        arguments += (OFFSET + topic, "" if expected is None else expected)
    arguments.append(2 * len(commit.offsets))
    for topic, offset in commit.offsets.items():
        arguments += (OFFSET + topic, offset)
    arguments += (len(changes.gone), len(changes.cores), *changes.cores.values())
    arguments += (len(changes.put_keys), *changes.put, len(changes.taken_keys), *changes.taken)
    arguments += (len(put), *put, len(taken), *taken, len(commit.arrived), *commit.arrived, len(commit.outbox))
    for line in commit.outbox:
        arguments += (line.topic, line.key, line.value or b"", _kind_of(line))
    return Call(COMMIT, keys, arguments)


class _SellerKeys:
    """Keys and arguments of all changed sellers; those of a hash follow their number."""

    __slots__ = ("_key", "cores", "gone", "put", "put_keys", "taken", "taken_keys")

    def __init__(self, key: str) -> None:
        self._key = key
        self.gone: list[str] = []
        self.cores: dict[str, bytes] = {}
        self.put_keys: list[str] = []
        self.put: list[Argument] = []
        self.taken_keys: list[str] = []
        self.taken: list[Argument] = []

    def add(self, seller_id: str, change: SellerChange) -> None:
        if change.gone:
            self.gone += (f"{self._key}{each}:{seller_id}" for each in ("seller", *HASHES))
        if change.core is not None:
            self.cores[f"{self._key}seller:{seller_id}"] = change.core
        if change.orders:
            self.add_hash(f"{self._key}orders:{seller_id}", change.orders)
        if change.returns:
            self.add_hash(f"{self._key}returns:{seller_id}", change.returns)
        if change.listings:
            self.add_hash(f"{self._key}listings:{seller_id}", change.listings)

    def add_hash(self, key: str, entries: dict[str, bytes | None]) -> None:
        put: list[Argument] = []
        taken: list[Argument] = []
        for id_, entry in entries.items():
            if entry is None:
                taken.append(id_)
            else:
                put += (id_, entry)
        if put:
            self.put_keys.append(key)
            self.put += (len(put), *put)
        if taken:
            self.taken_keys.append(key)
            self.taken += (len(taken), *taken)


def read_answer(answer: list[Any], commit: PartitionCommit, fresh_epoch: int) -> Committed | Fenced:
    """What `commit.lua` says."""
    if answer[0] == 1:
        return Committed(fresh_epoch, tuple([id_.decode() for id_ in answer[1:]]))
    what = answer[1].decode()
    if what == "epoch":
        return fenced_by_epoch(commit.partition)
    topic = what.removeprefix(OFFSET)
    return fenced_by_offset(commit.partition, topic, int(answer[2]) if answer[2] else None, commit.expected[topic])


def line_of(fields: list[bytes]) -> Line:
    """A line out of an entry of the outbox."""
    stored = dict(zip(fields[::2], fields[1::2], strict=True))
    kind = stored[b"f"]
    value = None if kind in (_TOMBSTONE, _PLAIN_TOMBSTONE) else stored[b"v"]
    is_compacted = kind in (_COMPACTED, _LAST, _TOMBSTONE)
    return Line(stored[b"t"].decode(), stored[b"k"], value, is_compacted, is_last=kind == _LAST)


def _kind_of(line: Line) -> bytes:
    if line.compacted:
        return _TOMBSTONE if line.value is None else _LAST if line.is_last else _COMPACTED
    return _PLAIN_TOMBSTONE if line.value is None else _PLAIN
