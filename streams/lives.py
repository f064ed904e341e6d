"""How the lives of a partition's owners ended, and the record or deadline that ends them: found and set aside.

An owner notes its life beside the partition's state when it takes it over, and its leaving when it goes in good order.
Who finds the life of another there knows that it died. After `DEATHS` at the same offsets records are judged one at a
time, each named before it is decoded or judged; one that was named at `DEATHS_ALONE` deaths becomes a dead letter
unread. Deadlines fire one at a time then, each named too; one that was accused waits in the store, and a dead letter
says so, until an owner judges with another release or policy. Nothing of this costs anything while nobody dies.

A kill from outside is a death too. It accuses a record only if it strikes twice in the moment in which this one was
named, and each life names it once, for the time of its decoding or of its judging and commit. A worker that was frozen
is taken for dead in the same way; but who has been fenced has met a living owner, and takes nobody for dead.
"""

import hashlib
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.records import STATE_VERSION
from schemas import wire
from streams.deadlines import is_deadline, parts_of
from streams.polls import CannotGoOnError
from streams.store import PartitionHead, Store

if TYPE_CHECKING:
    from streams.batch import Batch
    from streams.judging import Work
    from streams.partition import Partition
    from streams.polls import Record

LOGGER = logging.getLogger(__name__)
FIELD: Final = "life"
DEATHS: Final = 3
DEATHS_ALONE: Final = 2
MAX_ACCUSED: Final = 100  # of one partition; each took a death
OWNER_BYTES: Final = 8

Place = tuple[str, int]  # topic and offset; of a deadline its id in the store and when it is due


class NewerStateError(CannotGoOnError):
    """The partition was last owned by a newer version, whose state this one cannot read; one sentence."""


class Life(msgspec.Struct, array_like=True, frozen=True):
    """What the owner of a partition leaves for the next one.

    `owner`: who has it, empty when it was given up in good order. `at`: a digest of the offsets at which that life
    began, `deaths`: how many in a row had ended there. `alone`: so many records are still to be judged one at a time.
    `named`: the one in hand, `accused`: at how many deaths a record was. `judged_by`: with which release and policy.
    """

    version: int = STATE_VERSION
    owner: bytes = b""
    at: bytes = b""
    deaths: int = 0
    alone: int = 0
    named: Place | None = None
    accused: dict[Place, int] = {}
    judged_by: str = ""

    def verdict_on(self, place: Place) -> wire.Refused | None:
        """Why that record or deadline is not to be touched any more."""
        if self.accused.get(place, 0) < DEATHS_ALONE:
            return None
        what = "deadline, which waits for another release or policy," if is_deadline(place[0]) else "record"
        return wire.Refused("kills_worker", f"the worker died {DEATHS_ALONE} times with this {what} alone in hand")


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Life).decode
_decode_parts: Final = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode


def begun(
    before: Life,
    owner: bytes,
    offsets: Mapping[str, int],
    batch: int,
    *,
    judged_by: str = "",
    was_fenced: bool = False,
) -> Life:
    """The life that begins at these stored offsets, after the one that was noted `before` it.

    `was_fenced`: the new owner had the partition before, and another took it over a moment ago.
    """
    at = hashlib.blake2b(repr(sorted(offsets.items())).encode(), digest_size=8).digest()
    has_died = before.owner not in (b"", owner) and not was_fenced
    deaths = min(DEATHS, (before.deaths if before.at == at else 0) + has_died)
    accused = dict(before.accused)
    is_alone = deaths >= DEATHS
    if has_died and before.named is not None:
        accused[before.named] = accused.pop(before.named, 0) + 1
        is_alone = True
    still = [
        (place, count)
        for place, count in accused.items()
        if (before.judged_by == judged_by if is_deadline(place[0]) else place[1] >= offsets.get(place[0], 0))
    ]
    alone = max(before.alone, batch) if is_alone else before.alone
    return Life(STATE_VERSION, owner, at, deaths, alone, None, dict(still[-MAX_ACCUSED:]), judged_by)


class Lives:
    """Notes the lives of one worker's partitions."""

    def __init__(self, store: Store, batch: int, judged_by: str) -> None:
        """`batch`: how many records a step may hold, and so how many are suspected together.

        `judged_by`: the release and the policy.
        """
        self._store = store
        self._batch = batch
        self._judged_by = judged_by
        self._owner = os.urandom(OWNER_BYTES)

    async def begin(self, number: int, head: PartitionHead, *, was_fenced: bool = False) -> Life:
        """A partition was taken over. Raises `NewerStateError`, which changes nothing."""
        before = _read(number, head.counts.get(FIELD))
        life = begun(before, self._owner, head.offsets, self._batch, judged_by=self._judged_by, was_fenced=was_fenced)
        if before.owner not in (b"", self._owner) and not was_fenced:
            LOGGER.warning("The last owner of partition %d was killed or lost it", number)
        if life.alone > before.alone:
            LOGGER.warning("Its owners died again and again: partition %d is judged one record at a time", number)
        for (name, at), count in life.accused.items():
            if count < DEATHS_ALONE:
                continue
            if is_deadline(name):
                LOGGER.error("The deadline %s of partition %d kills workers and waits", parts_of(name), number)
            else:
                LOGGER.error("%s %d:%d kills workers and becomes a dead letter", name, number, at)
        await self._note(number, life)
        return life

    async def end(self, partitions: Iterable["Partition"]) -> None:
        """They are given up in good order."""
        for partition in partitions:
            partition.life = msgspec.structs.replace(partition.life, owner=b"", named=None)
            await self._note(partition.number, partition.life)

    async def name(self, partition: "Partition", record: "Record | None") -> None:
        """This record alone is in hand from here on; None: none is."""
        await self._name(partition, None if record is None else (record.topic, record.offset))

    async def before(self, batches: Sequence["Batch"]) -> None:
        """Step 3 is about to begin: who is judged alone is named, or the one deadline that fires."""
        for partition, items, watermark_us in batches:
            if not partition.life.alone:
                continue
            if items:
                await self.name(partition, items[0][0].record)
            else:
                await self._name(partition, partition.deadlines.first(min(watermark_us, partition.books.ends_us)))

    def after(self, works: Sequence["Work"], batches: Sequence["Batch"]) -> None:
        """Step 3 is over: the commit of who was judged alone takes the name back."""
        for partition, *_ in batches:
            life = partition.life
            if life.alone:
                partition.life = msgspec.structs.replace(life, named=None, deaths=0, alone=life.alone - 1)
                for work in works:
                    if work.partition is partition:
                        work.commit.counts[FIELD] = _encode(partition.life)

    async def _name(self, partition: "Partition", named: Place | None) -> None:
        partition.life = msgspec.structs.replace(partition.life, named=named)
        await self._note(partition.number, partition.life)

    async def _note(self, number: int, life: Life) -> None:
        await self._store.note(number, FIELD, _encode(life))


def _read(number: int, stored: bytes | None) -> Life:
    """The life noted before; a newer version's need not be readable but for its own number."""
    if stored is None:
        return Life()
    written = msgspec.msgpack.decode(_decode_parts(stored)[0], type=int)
    if written > STATE_VERSION:
        raise NewerStateError(
            f"Partition {number} was judged by state version {written}, and this worker reads up to {STATE_VERSION}: "
            "run the newer version."
        )
    return _decode(stored)
