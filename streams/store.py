"""Store: what is remembered between batches. The interface, its words, and the one in memory.

Everything about one partition is committed at once or not at all; what crosses sellers (markets, flags) is written
before that, and so that repetition and reordering do not matter. The store deals in bytes: what they mean is the
business of `detectors`, but for the stamps with which entries and flags begin.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from struct import Struct
from typing import Final, NamedTuple, Protocol

from schemas.fields import DAY_US

#: What decides which of two flags is newer: time in microseconds, sequence.
STAMP = Struct(">qq")
#: What a market entry begins with: the stamp, and when the seller registered in microseconds.
ENTRY_HEAD = Struct(">qqq")
#: How long the last line of a key waits for a worker that comes back late, by the clock of machines as that does.
LAST_LINE_KEPT_US: Final = 7 * DAY_US
SWEPT: Final = 2  # last lines that one more takes with it: more than come, so that they do not pile up


class Line(NamedTuple):
    """One record to be published: `compacted` ones are remembered, so that an owner can publish them again.

    `since_ms`: the broker's time for the record that led to it; not kept, 0 where there is none. `is_last`: nothing
    more will be said of its key, and it is remembered for `LAST_LINE_KEPT_US` only.
    """

    topic: str
    key: bytes
    value: bytes | None
    compacted: bool
    since_ms: int = 0
    is_last: bool = False


class Unpublished(NamedTuple):
    """A line that is to be published: committed and not acknowledged yet, or asked for again. The id is opaque."""

    id: str
    line: Line


@dataclass(slots=True)
class PartitionHead:
    """What a new owner of a partition learns first. A topic without an offset was never read.

    `counts` is what the partition keeps beside its sellers, see `streams.days`.
    """

    epoch: int
    offsets: dict[str, int]
    watermark_us: int
    unpublished: list[Unpublished]
    reemit: list[Unpublished]
    counts: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class SellerBytes:
    """A seller as stored: the core, and one entry per open order, open return and listing."""

    core: bytes | None = None
    orders: dict[str, bytes] = field(default_factory=dict)
    returns: dict[str, bytes] = field(default_factory=dict)
    listings: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class SellerChange:
    """What a commit changes of one seller. A None in a dict deletes that entry; a `core` of None stays as it is.

    `gone` first deletes all that is stored of the seller; what else the change holds is written afterwards, so that
    a tombstone is `gone` with a core.
    """

    core: bytes | None = None
    gone: bool = False
    orders: dict[str, bytes | None] = field(default_factory=dict)
    returns: dict[str, bytes | None] = field(default_factory=dict)
    listings: dict[str, bytes | None] = field(default_factory=dict)


@dataclass(slots=True)
class PartitionCommit:
    """Everything that one batch changes in one partition.

    `expected` holds the offset that must be stored for each topic the batch read (absent: none is stored yet);
    empty for deadline firings, which are fenced by the epoch alone. A lower watermark than the stored one is ignored.
    Deadlines map an id to when it falls due in microseconds since 1970 (below 2^53), None takes it away. `counts` are
    fields of `PartitionHead.counts` that have changed, None takes one away. `arrived` are the ids of lines committed
    before that the broker has acknowledged since. `now_us`: the clock by which last lines are forgotten, a few by each
    one that comes.
    """

    partition: int
    epoch: int
    expected: dict[str, int | None] = field(default_factory=dict)
    offsets: dict[str, int] = field(default_factory=dict)
    watermark_us: int = 0
    sellers: dict[str, SellerChange] = field(default_factory=dict)
    deadlines: dict[str, int | None] = field(default_factory=dict)
    counts: dict[str, bytes | None] = field(default_factory=dict)
    outbox: list[Line] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)
    now_us: int = 0


@dataclass(frozen=True, slots=True)
class Committed:
    """The commit stands; `epoch` is the new one, `outbox_ids` are those of the lines, in their order."""

    epoch: int
    outbox_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fenced:
    """The commit was refused because somebody else has moved the partition on; nothing was changed."""

    why: str


class MarketWrite(NamedTuple):
    """A seller's entry in a market. The bytes begin with `ENTRY_HEAD`, whose stamp decides which entry is newer."""

    key: str
    seller_id: str
    entry: bytes


class FlagWrite(NamedTuple):
    """A seller's flags, seen by all partitions; the bytes begin with the `STAMP` that decides which are newer."""

    seller_id: str
    flags: bytes


class TableWrite(NamedTuple):
    """What one partition counted, in a table that others read, such as one of a day; `field` names whose it is.

    The bytes begin with the `STAMP` that decides which are newer.
    """

    table: str
    field: str
    told: bytes


class StoreUnavailableError(Exception):
    """The store did not answer, or the outcome is unknown: try again, and re-judge from what it holds then."""


class TakenOverError(Exception):
    """The partition has another owner since: what it holds now does not go with what this worker knows."""

    def __init__(self, partition: int) -> None:
        super().__init__(fenced_by_epoch(partition).why)


def fenced_by_epoch(partition: int) -> Fenced:
    """Another worker, or this one in another life, has opened or committed the partition since."""
    return Fenced(f"partition {partition} has been taken over: its epoch is another one")


def fenced_by_offset(partition: int, topic: str, stored: int | None, expected: int | None) -> Fenced:
    """The batch does not begin where the stored state ends."""
    return Fenced(f"partition {partition} of {topic} stands at offset {stored}, not at {expected}")


class Store(Protocol):
    """What the hop asks of its memory. Any method may raise `StoreUnavailableError`."""

    async def open(self, partition: int) -> PartitionHead:
        """Takes the partition over: sets a fresh epoch, so that whoever owned it before is fenced from here on.

        Unpublished lines come in the order in which they were committed.
        """

    async def load_sellers(
        self, partition: int, seller_ids: Iterable[str], epoch: int | None = None
    ) -> dict[str, SellerBytes]:
        """The sellers asked for, in one round trip; one never seen comes back empty. The answer is the caller's own.

        With an epoch that is no longer the partition's it raises `TakenOverError`.
        """

    async def due(self, partition: int, before_us: int, limit: int) -> list[tuple[str, int]]:
        """Up to `limit` deadlines (id, due) due earlier than `before_us`, by (due, id as UTF-8 bytes)."""

    async def next_due(self, partition: int, limit: int) -> list[tuple[str, int]]:
        """The first `limit` deadlines (id, due) of the partition, by (due, id as UTF-8 bytes)."""

    async def commit(
        self,
        commits: Sequence[PartitionCommit],
        entries: Sequence[MarketWrite] = (),
        flags: Sequence[FlagWrite] = (),
        tables: Sequence[TableWrite] = (),
    ) -> list[Committed | Fenced]:
        """Each commit whole or not at all, in one round trip for all of them, behind what crosses sellers.

        What crosses sellers is written in any case. The newest stamp wins, an equal one changes nothing; the caps of a
        market hold after each entry. Any order and repetition of the same entries gives the same market as long as
        its sellers fit the caps, and above them as long as each seller stays in its group. If one turns from young to
        established, the place it leaves goes to whoever writes next and not to one evicted before: who that is
        depends on the order.

        After `StoreUnavailableError` each of them may or may not stand: `open` tells.
        """

    async def published(self, partition: int, ids: Sequence[str]) -> None:
        """As `PartitionCommit.arrived`, where there is nothing to commit."""

    async def reemit(self, partition: int, keys: Iterable[tuple[str, bytes]]) -> None:
        """A fenced worker tells the owner which (topic, key) it may have sent out of turn."""

    async def to_reemit(self, partition: int) -> list[Unpublished]:
        """What fenced workers have reported, by (topic, key), with the last line committed for each key.

        A key without one gives a tombstone. Several reports of one key come back as several, each with its id, so
        that one that arrives while the owner publishes is not lost. They can arrive long after `open`: ask again.
        """

    async def reemitted(self, partition: int, ids: Sequence[str]) -> None:
        """The owner has published the lines of these reports again, and a broker has acknowledged them."""

    async def note(self, partition: int, name: str, value: bytes) -> None:
        """Writes one of the partition's counts at once, outside a commit and whoever owns it."""

    async def load_lines(self, partition: int) -> dict[tuple[str, bytes], bytes]:
        """The last line of every (topic, key) of the compacted topics that this partition has committed."""

    async def load_markets(self, keys: Iterable[str]) -> dict[str, dict[str, bytes]]:
        """The entries of each market by seller, in one round trip. The answer is the caller's own."""

    async def load_flags(self, seller_ids: Iterable[str]) -> dict[str, bytes]:
        """The flags of those sellers that have any."""

    async def watermarks(self, partitions: int) -> list[int]:
        """The committed watermark of each of that many partitions, 0 where none was ever committed."""

    async def load_table(self, table: str) -> dict[str, bytes]:
        """What all partitions have told in that table, by field. The answer is the caller's own."""

    async def forget_tables(self, tables: Iterable[str]) -> None:
        """Nobody asks for them again."""

    async def meta(self) -> Mapping[str, str]:
        """What the state was written with: partition count, topics, assignor, state version; empty when new."""

    async def set_meta(self, meta: Mapping[str, str]) -> None:
        """Writes it once, where there is none."""

    async def close(self) -> None:
        """Gives connections back; the store is not used afterwards."""
