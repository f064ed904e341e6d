"""What is remembered of one seller, bounded: a core, and a record per open order, open return and listing.

`SellerState` is owned by one judge at a time and changed in place; what a commit has to write is collected in
`changes`.
"""

import hashlib
from typing import Final, Literal

from detectors.beta import Moments
from detectors.claims import Claims
from detectors.detector import Finding
from detectors.entries import YOUNG_US
from detectors.late import Late
from detectors.overview import Overview
from detectors.records import UNCOUNTED, Complaint, Core, Listing, Order, Payment, Return
from detectors.returns import Folded, ReturnTerms
from detectors.surge import Series, kind_of
from detectors.tally import Count

MAX_OPEN_ORDERS: Final = 100_000
MAX_OPEN_RETURNS: Final = 20_000
MAX_LISTINGS: Final = 100_000
MAX_COMPLAINTS: Final = 20_000
MAX_PAYMENTS: Final = 20_000
MAX_RETURNS_OF_ORDER: Final = 8
MAX_CURRENCIES: Final = 32
REMEMBERED_EVENTS: Final = 32
EVENT_MARK_BYTES: Final = 8
_REMEMBERED_BYTES: Final = (REMEMBERED_EVENTS - 1) * EVENT_MARK_BYTES


RecordKind = Literal["orders", "returns", "listings", "complaints", "findings", "payments", "surges"]


class Changes:
    """What the next commit has to write of one seller: records, deadlines, its entries in markets, its counts.

    `records`: of which kind and under which id; each is an entry of the `SellerState`'s attribute of that name.
    """

    __slots__ = ("counted", "deadlines", "fuses", "gone", "judged", "kept", "markets", "records", "shares", "unmatched")

    def __init__(self) -> None:
        self.records: set[tuple[RecordKind, str]] = set()
        self.markets: dict[str, float] = {}
        self.deadlines: dict[tuple[str, str], int | None] = {}
        self.counted: list[Count] = []
        self.judged: list[str] = []
        self.fuses: list[tuple[str, str]] = []
        self.kept: list[str] = []
        self.shares: list[tuple[str, str, Moments]] = []
        self.unmatched = 0
        self.gone = False

    def clear(self) -> None:
        """Starts afresh after a commit; most of it is empty, and new containers for every seller cost more."""
        told = (self.counted, self.judged, self.fuses, self.kept, self.shares)
        for held in (self.records, self.markets, self.deadlines, *told):
            if held:
                held.clear()
        self.unmatched = 0
        self.gone = False


class SellerState:
    """One seller in memory: the stored records, and indexes that are derived from them."""

    __slots__ = (
        "_claims",
        "answers",
        "awaited_orders",
        "changes",
        "complaints",
        "core",
        "disputed",
        "doubted",
        "findings",
        "flagged",
        "ignored",
        "in_market",
        "listings",
        "orders",
        "overdue",
        "overview",
        "paid_on",
        "payments",
        "returns",
        "seller_id",
        "surges",
        "uncounted",
    )

    def __init__(
        self,
        seller_id: str,
        core: Core | None = None,
        orders: dict[str, Order] | None = None,
        returns: dict[str, Return] | None = None,
        listings: dict[str, Listing] | None = None,
        complaints: dict[str, Complaint] | None = None,
        findings: dict[str, Finding] | None = None,
        payments: dict[str, Payment] | None = None,
        surges: dict[str, Series] | None = None,
    ) -> None:
        self.seller_id = seller_id
        self.core = core or Core()
        self.orders = orders or {}
        self.returns = returns or {}
        self.listings = listings or {}
        self.complaints = complaints or {}
        self.findings = findings or {}
        self.payments = payments or {}
        self.surges = surges or {}
        self.changes = Changes()
        self.overdue = {key for key, held in self.returns.items() if held.overdue}
        self.overview = Overview(self.returns)
        self._claims: Claims | None = None
        self.answers: list[tuple[int, str]] | None = None  # awaited, as a heap; see `detectors.marks`
        self.ignored = {key for key, held in self.returns.items() if held.ignored}
        self.disputed = {key for key, held in self.returns.items() if held.disputed}
        self.doubted = {key for key, held in self.returns.items() if held.doubt}
        # Orders that complaints name and that may still say whose and of which listing they are.
        self.awaited_orders = {one.order_id for one in self.complaints.values() if one.order_id and not one.of_listing}
        self.paid_on: dict[str, set[str]] = {}  # return -> payments
        for key, payment in self.payments.items():
            self.paid_on.setdefault(payment.return_id, set()).add(key)
        self.uncounted = {key for key, one in self.complaints.items() if one.counted == UNCOUNTED and kind_of(one.kind)}
        self.flagged = {key for key, held in self.listings.items() if held.findings or held.hold or held.ruling}
        self.in_market: dict[str, set[str]] = {}
        for key, held in self.listings.items():
            if held.market and not held.removed_us:
                self.in_market.setdefault(held.market, set()).add(key)

    @property
    def since_us(self) -> int:
        """When the seller joined: its registration, else its first event."""
        return self.core.registered_us or self.core.first_seen_us

    def is_young(self, now_us: int) -> bool:
        """Whether the seller joined less than 30 days ago."""
        return now_us - self.since_us < YOUNG_US

    def is_new(self, event_id: str) -> bool:
        """Whether none of the last `REMEMBERED_EVENTS` events had this id, which is remembered from here on."""
        core = self.core
        mark = hashlib.blake2b(event_id.encode("utf-8", "surrogatepass"), digest_size=EVENT_MARK_BYTES).digest()
        at = core.seen.find(mark)
        while at > 0 and at % EVENT_MARK_BYTES:  # across the border of two
            at = core.seen.find(mark, at + 1)
        if at >= 0:
            return False
        core.seen = core.seen[-_REMEMBERED_BYTES:] + mark
        return True

    @property
    def claims(self) -> Claims:
        """The complaints together."""
        if self._claims is None:
            self._claims = Claims(self.complaints)
        return self._claims

    def touch(self, kind: RecordKind, record_id: str) -> None:
        """A record changed, or is gone: it is written with the next commit."""
        self.changes.records.add((kind, record_id))

    def note_complaint(self, complaint_id: str) -> None:
        """A complaint changed or is forgotten: it is written with the next commit."""
        self.touch("complaints", complaint_id)
        if self._claims is not None:
            self._claims.note(complaint_id)

    def late(self, terms: ReturnTerms) -> Late:
        """The overdue returns together."""
        return self.overview.late(terms)

    def note_return(self, return_id: str, held: Return, back: Folded) -> None:
        """Takes note of a return that was folded anew; `held` still says what the fold said before."""
        self.overview.note(return_id, held, back)
        if back.overdue or held.overdue:
            (self.overdue.add if back.overdue else self.overdue.discard)(return_id)

    def forget_return(self, return_id: str) -> None:
        """Forgets a return that is not overdue."""
        self.overview.forget(return_id, self.returns.pop(return_id))
        self.touch("returns", return_id)

    def schedule(self, kind: str, subject_id: str, due_us: int | None) -> None:
        """Sets, moves or (None) takes away the deadline of that kind and subject."""
        self.changes.deadlines[kind, subject_id] = due_us

    def goods(self, order_id: str, listing_id: str) -> Order | Listing | None:
        """What knows brand and category of the goods: the order, else the listing, as far as they are remembered."""
        order = self.orders.get(order_id)
        return order if order is not None and (order.brand or order.category) else self.listings.get(listing_id)

    def count(self, count: Count) -> None:
        """Notes what is counted of the goods' brand and category."""
        if count.brand or count.category:
            self.changes.counted.append(count)

    def put_listing(self, listing_id: str, listing: Listing) -> None:
        """Remembers the listing in its newest form and keeps the indexes true."""
        before = self.listings.get(listing_id)
        if before is not None and before.market:
            self.in_market.get(before.market, set()).discard(listing_id)
        self.listings[listing_id] = listing
        if listing.market and not listing.removed_us:
            self.in_market.setdefault(listing.market, set()).add(listing_id)
        self.touch_listing(listing_id)

    def touch_listing(self, listing_id: str) -> None:
        """Notes that a listing's findings, hold or ruling changed."""
        listing = self.listings[listing_id]
        self.touch("listings", listing_id)
        if listing.findings or listing.hold or listing.ruling:
            self.flagged.add(listing_id)
        else:
            self.flagged.discard(listing_id)

    def drop_listing(self, listing_id: str) -> None:
        """Forgets a listing."""
        listing = self.listings.pop(listing_id)
        self.in_market.get(listing.market, set()).discard(listing_id)
        self.flagged.discard(listing_id)
        self.touch("listings", listing_id)
