"""What one event led to, as the judge hands it to the hop."""

from typing import NamedTuple

import msgspec

from detectors.entries import Entry, Flags
from schemas import Alert, Hold, SellerStanding
from schemas.fields import HoldScope


class Tombstone(NamedTuple):
    """The last word on a hold's key: it goes from the compacted topic."""

    scope: HoldScope
    subject_id: str


Word = Alert | Hold | SellerStanding | Tombstone


class Judged(msgspec.Struct):
    """What one event led to. `is_news` False: a duplicate, which changed nothing.

    `found`: whose finding was opened or changed, by reason code; `ruled`: a verdict that was taken in, and the reason
    codes that it is about; `sure`: as in `Place`, where a title named the product.
    """

    is_news: bool = True
    words: list[Word] = []
    entries: dict[str, Entry] = {}
    flags: Flags | None = None
    guards: list[tuple[str, str]] = []
    failures: list[str] = []
    found: tuple[str, ...] = ()
    ruled: tuple[str, tuple[str, ...]] | None = None
    sure: float = 1.0
