"""Store: what is remembered between batches. The interface, its words, and the one in memory.

Everything about one partition is committed at once or not at all; what crosses sellers (markets, flags) is written
before that, and so that repetition and reordering do not matter. The store deals in bytes: what they mean is the
business of `detectors`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class Line(NamedTuple):
    """One record to be published: `compacted` ones are remembered, so that an owner can publish them again."""

    topic: str
    key: bytes
    value: bytes | None
    compacted: bool


class Unpublished(NamedTuple):
    """A line that was committed and that no broker has acknowledged yet."""

    id: str
    line: Line


@dataclass(slots=True)
class PartitionHead:
    """What a new owner of a partition learns first. A topic without an offset was never read."""

    epoch: int
    offsets: dict[str, int]
    watermark_us: int
    unpublished: list[Unpublished]
    reemit: list[Line]


@dataclass(slots=True)
class SellerBytes:
    """A seller as stored: the core, and one entry per open order, open return and listing."""

    core: bytes | None = None
    orders: dict[str, bytes] = field(default_factory=dict)
    returns: dict[str, bytes] = field(default_factory=dict)
    listings: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class SellerChange:
    """What a commit changes of one seller; None deletes. `core` None with `gone` deletes the seller."""

    core: bytes | None = None
    gone: bool = False
    orders: dict[str, bytes | None] = field(default_factory=dict)
    returns: dict[str, bytes | None] = field(default_factory=dict)
    listings: dict[str, bytes | None] = field(default_factory=dict)


@dataclass(slots=True)
class PartitionCommit:
    """Everything that one batch changes in one partition.

    `expected` holds the offset that must be stored for each topic the batch read (absent: none is stored yet);
    empty for deadline firings, which are fenced by the epoch alone. Deadlines map an id to when it falls due in
    microseconds, None takes it away.
    """

    partition: int
    epoch: int
    expected: dict[str, int | None] = field(default_factory=dict)
    offsets: dict[str, int] = field(default_factory=dict)
    watermark_us: int = 0
    sellers: dict[str, SellerChange] = field(default_factory=dict)
    deadlines: dict[str, int | None] = field(default_factory=dict)
    outbox: list[Line] = field(default_factory=list)


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
    """A seller's entry in a market. The bytes begin with the stamp (time, sequence) that decides who is newer."""

    key: str
    seller_id: str
    entry: bytes


class FlagWrite(NamedTuple):
    """A seller's flags, seen by all partitions; the bytes begin with the stamp that decides who is newer."""

    seller_id: str
    flags: bytes


class StoreUnavailableError(Exception):
    """The store did not answer, or the outcome is unknown: try again, and re-judge from what it holds then."""


class Store(Protocol):
    """What the hop asks of its memory. Any method may raise `StoreUnavailableError`."""

    async def open(self, partition: int) -> PartitionHead:
        """Takes the partition over: sets a fresh epoch, so that whoever owned it before is fenced from here on."""

    async def load_sellers(self, partition: int, seller_ids: Iterable[str]) -> dict[str, SellerBytes]:
        """The sellers asked for, in one round trip; one never seen comes back empty."""

    async def due(self, partition: int, before_us: int, limit: int) -> list[tuple[str, int]]:
        """Up to `limit` deadlines (id, due) due before `before_us`, by (due, id)."""

    async def next_due(self, partition: int, limit: int) -> list[tuple[str, int]]:
        """The first `limit` deadlines (id, due) of the partition, by (due, id)."""

    async def commit(self, commits: Sequence[PartitionCommit]) -> list[Committed | Fenced]:
        """Each commit whole or not at all, in one round trip for all of them."""

    async def published(self, partition: int, ids: Sequence[str]) -> None:
        """The broker has acknowledged these lines of the outbox: they need not be kept."""

    async def reemit(self, partition: int, keys: Iterable[tuple[str, bytes]]) -> None:
        """A fenced worker tells the owner which (topic, key) it may have sent out of turn."""

    async def reemitted(self, partition: int) -> None:
        """The owner has published them again."""

    async def load_markets(self, keys: Iterable[str]) -> dict[str, dict[str, bytes]]:
        """The entries of each market by seller, in one round trip."""

    async def write_markets(self, writes: Sequence[MarketWrite]) -> None:
        """Newest stamp wins; caps hold afterwards."""

    async def load_flags(self, seller_ids: Iterable[str]) -> dict[str, bytes]:
        """The flags of those sellers that have any."""

    async def write_flags(self, writes: Sequence[FlagWrite]) -> None:
        """Newest stamp wins."""

    async def meta(self) -> Mapping[str, str]:
        """What the state was written with: partition count, topics, assignor, state version; empty when new."""

    async def set_meta(self, meta: Mapping[str, str]) -> None:
        """Writes it once, where there is none."""

    async def close(self) -> None: ...
