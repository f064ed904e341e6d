"""What a detector is: a frozen dataclass of named thresholds with one method, `look`, and no memory."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from schemas import Event

if TYPE_CHECKING:
    from detectors.beta import CategoryRate
    from detectors.breaker import Fuse
    from detectors.market import Market
    from detectors.reference import Reference
    from detectors.state import SellerState

MAX_FINDING_EVENT_IDS = 50
SubjectKind = Literal["listing", "seller", "brand", "category"]


class Finding(msgspec.Struct, frozen=True, array_like=True, kw_only=False):
    """What was seen, about whom, and how strong: `grade` picks the weight in the policy.

    `since_us` and `opened_by` (the event or deadline that opened it) are set by the judge and kept while the
    finding stands. `facts` counts independent facts (distinct buyers, say): more of them is news. `listing_ids`: the
    listings that a seller's finding names.
    """

    reason_code: str
    subject_kind: SubjectKind
    subject_id: str
    grade: str
    sentence: str
    numbers: dict[str, int | float | str] = {}
    event_ids: tuple[str, ...] = ()
    event_count: int = 0
    facts: int = 1
    since_us: int = 0
    opened_by: str = ""
    listing_ids: tuple[str, ...] = ()


class Abstained(msgspec.Struct, frozen=True):
    """A guard kept the detector from judging: not quiet, an open finding stands."""

    guard: str


class DeadlineReached(msgspec.Struct, frozen=True, gc=False):
    """The watermark passed a deadline: one more event to the judge."""

    seller_id: str
    kind: str
    subject_id: str
    due_us: int

    @property
    def event_id(self) -> str:
        """What an alert that this deadline opened is named after."""
        return f"{self.kind}:{self.subject_id}:{self.due_us}"


Cause = Event | DeadlineReached


class Around(Protocol):
    """What lies outside the seller, read-only.

    `reference` is the catalogue of products and brands; `tripped`: whose holds are alerts now, see `detectors.breaker`;
    `exchange`: the policy's rates, by currency, empty where it has none.
    """

    reference: Reference

    @property
    def exchange(self) -> Mapping[str, float]: ...

    @property
    def tripped(self) -> Container[Fuse]: ...

    def market(self, key: str) -> Market:
        """The market of that key, the judged seller included; empty where nothing is known."""

    def category_rate(self, category: str, reason: str) -> CategoryRate | None:
        """How many buyers of the category (case-folded) send goods back for that reason; None until it is known."""


class Detector(Protocol):
    """`look` answers with a finding, an abstention (with the guard's name), or None: quiet."""

    def look(self, state: SellerState, cause: Cause, now_us: int, around: Around) -> Finding | Abstained | None: ...


NOTHING: Mapping[str, int | float | str] = {}
