"""What one event led to, as the judge hands it to the hop."""

from dataclasses import dataclass, field
from typing import NamedTuple

from detectors.entries import Entry, Flags
from schemas import Alert, Hold, SellerStanding
from schemas.fields import HoldScope


class Tombstone(NamedTuple):
    """The last word on a hold's key: it goes from the compacted topic."""

    scope: HoldScope
    subject_id: str


Word = Alert | Hold | SellerStanding | Tombstone


class Failure(NamedTuple):
    """A detector raised on this event; the others were asked all the same."""

    reason_code: str
    error: str


@dataclass(slots=True)
class Judged:
    """What one event led to. `is_news` False: a duplicate, which changed nothing."""

    is_news: bool = True
    words: list[Word] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    flags: Flags | None = None
    guards: list[tuple[str, str]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
