"""The records of a seller's state as stored: positional msgpack, so new fields go to the end and have defaults."""

from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple, TypeVar

import msgspec

from detectors.detector import Finding
from detectors.rhythm import UNKNOWN, Rhythm
from detectors.surge import Series

STATE_VERSION: Final = 1
OLDEST_VERSION: Final = STATE_VERSION - 1  # that is still read; what is written is of this version
UNCOUNTED: Final = 0
NOT_COUNTED: Final = -1
#: After a family's name: the key of the alert of what is on trial in it.
ON_TRIAL: Final = ", on trial"


class Step(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One thing that happened to a return; `detail` depends on `kind` (by whom, signed, outcome, payer)."""

    time_us: int
    event_id: str
    kind: str
    detail: str = ""
    ref_id: str = ""
    amount: Decimal = Decimal(0)
    currency: str = ""


class Order(msgspec.Struct, array_like=True, gc=False):
    """An open order: what it is worth, how far it got, and where the exposure counts it.

    `compensations` are what the platform paid on the order itself, oldest first; once a return of it is known they are
    among the return's steps instead. `assumed`: nobody reported the delivery, it was taken for delivered in the end.
    """

    amount: Decimal
    currency: str
    listing_id: str = ""
    buyer_id: str = ""
    brand: str = ""
    category: str = ""
    paid_us: int = 0
    delivered_us: int = 0
    cancelled_us: int = 0
    paid_out_us: int = 0
    return_ids: tuple[str, ...] = ()
    counted_as: str = ""
    counted: Decimal = Decimal(0)
    counted_in: str = ""
    compensations: tuple[Step, ...] = ()
    assumed: bool = False


class Return(msgspec.Struct, array_like=True):
    """A return as the fold of its steps; `fired_us` is the latest deadline of it that has fired.

    `due_us` (a deadline is set for then, 0: none), `overdue`, `delivered_us` and `order_id`: what the fold said last.
    `country`: where the seller was when the parcel came back, "" where that is not known. The rest is what
    `detectors.marks` said last; `answer_due_us` and `answer_fired_us` are of the seller's answer.
    """

    steps: list[Step] = []
    fired_us: int = 0
    due_us: int = 0
    overdue: bool = False
    delivered_us: int = 0
    order_id: str = ""
    answer_due_us: int = 0
    answer_fired_us: int = 0
    ignored: bool = False
    disputed: bool = False
    doubt: str = ""
    country: str = ""


class Complaint(msgspec.Struct, array_like=True, gc=False):
    """A complaint and what was decided, whichever arrived first; stored beside the returns.

    `paid` are compensations that came before it was known what the complaint is about. `of_buyer` and `of_listing` are
    those of its order or return, which are forgotten before it. `tallied`: as what, and of which brand and category,
    it has been counted. `counted`: the day on which it counts, see `detectors.surging`; negative where it was taken
    back from it.
    """

    kind: str = ""
    order_id: str = ""
    listing_id: str = ""
    return_id: str = ""
    buyer_id: str = ""
    opened_us: int = 0
    opened_by: str = ""
    outcome: str = ""
    decided_us: int = 0
    decided_by: str = ""
    paid: tuple[Step, ...] = ()
    of_buyer: str = ""
    of_listing: str = ""
    tallied: tuple[str, str, str] | None = None
    counted: int = NOT_COUNTED


class Payment(msgspec.Struct, array_like=True, gc=False):
    """What the platform paid a buyer in the seller's place, as `detectors.ledger` counts it; stored beside the returns.

    `return_id`: the return it was paid on, if any; `repaid`: what the seller has refunded of it since. `buyer_id` is
    filled in once it is known.
    """

    time_us: int
    event_id: str
    amount: Decimal
    currency: str
    return_id: str = ""
    complaint_id: str = ""
    repaid: Decimal = Decimal(0)
    buyer_id: str = ""


class Sums(NamedTuple):
    """Of one currency: what the platform paid for the seller, what of it came back, what the seller delivered."""

    paid: Decimal = Decimal(0)
    repaid: Decimal = Decimal(0)
    sold: Decimal = Decimal(0)

    def plus(self, other: "Sums") -> "Sums":
        """Both together."""
        return Sums(self.paid + other.paid, self.repaid + other.repaid, self.sold + other.sold)


class Account(msgspec.Struct, array_like=True):
    """One currency of `detectors.ledger`: sums since ever, and of the newest half of its window and the one before."""

    half: int = 0
    ever: Sums = Sums()
    before: Sums = Sums()
    current: Sums = Sums()

    def add(self, half: int, more: Sums) -> None:
        """Adds to the sums since ever, and to that half if the window still holds it; a newer one moves the window."""
        if half > self.half:
            self.before = self.current if half == self.half + 1 else Sums()
            self.half, self.current = half, Sums()
        self.ever = self.ever.plus(more)
        if half == self.half:
            self.current = self.current.plus(more)
        elif half == self.half - 1:
            self.before = self.before.plus(more)

    def window(self, half: int) -> Sums:
        """The sums of that half and of the one before it."""
        if half <= self.half:
            return self.before.plus(self.current)
        return self.current if half == self.half + 1 else Sums()


class Hold(msgspec.Struct, array_like=True):
    """A hold as placed or, until its tombstone, as released. `by_human` holds are not the policy's to release.

    `own` is what stood against the listing itself when it was placed, as reason code and grade. `expired`: it ended
    by time while its finding stood, so only a human places it again.
    """

    hold_id: str
    placed_us: int
    expires_us: int
    decided_by: str
    reason_codes: tuple[str, ...]
    score: float
    active: bool = True
    by_human: bool = False
    seen_by_human: bool = False
    released_us: int = 0
    release_at_us: int = 0
    expired: bool = False
    appealed_us: int = 0  # nobody reads it: it keeps the place of what follows
    own: tuple[str, ...] = ()


class Ruling(msgspec.Struct, array_like=True, frozen=True):
    """A moderator's verdict while it is in force. `family` empty: it covers its whole subject."""

    verdict: Literal["confirmed", "rejected"]
    moderator: str
    role: str
    cause: str
    family: str
    at_us: int
    expires_us: int
    judged_price: Decimal = Decimal(0)
    facts: int = 0


class Listing(msgspec.Struct, array_like=True):
    """A listing as of its newest event; `market` is empty where it cannot be compared with others.

    `identity` is a digest of title, product and condition; `sign_us` is the last sign that the offer lives; `sure`: how
    sure it is that it belongs into that market. `sold`: how often it was sold, up to `SOLD_ENOUGH`, since the first
    complaint of a fake about it was upheld, with the orders that were remembered then; 0 before.
    """

    stamp_us: int
    event_id: str
    published_us: int
    market: str
    log_price: float
    price: Decimal
    currency: str
    title: str = ""
    brand: str = ""
    category: str = ""
    identity: str = ""
    removed_us: int = 0
    sign_us: int = 0
    findings: dict[str, Finding] = {}
    hold: Hold | None = None
    ruling: Ruling | None = None
    clean_release_us: int = 0
    sure: float = 1.0
    sold: int = 0


class OpenAlert(msgspec.Struct, array_like=True):
    """An alert of one family while it is open, and what its last line said (`said`: a digest)."""

    alert_id: str
    opened_us: int
    subject_kind: str
    subject_id: str
    reason_codes: tuple[str, ...] = ()
    said: bytes = b""


class Spoken(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a seller told buyers of one kind: the phrase as last noted, and digests of the conversations it was in."""

    last_us: int
    event_id: str
    phrase: str
    conversations: tuple[int, ...] = ()


class Core(msgspec.Struct, array_like=True):
    """The seller itself; everything that grows with history is in the records, not here.

    `seen`: the ids of the last events, a hash of 8 bytes each.
    `alerts`: by family, what is on trial in it apart, see `ON_TRIAL`.
    `guards`: each guard that branded goods raised lately, with when it was last raised and by which event. `spoken`: by
    reason code, see `detectors.heard`. `buyers`: see `detectors.buyers`. `rating_due_us`: see `detectors.marks`.
    `ledger` (by currency) and `ledger_due_us`: see `detectors.ledger`. `surge`: the day that is open and the orders
    delivered on it, see `detectors.surging`.
    Of `detectors.silence`: `away`, announced absences as (from, until); `watched_us`, since when acts are noted;
    `silence_due_us`, a deadline is set for then; `reached_us`, the furthest time at which refunds were overdue.
    `countries`: see `detectors.countries`. `answer_awaited_us`: a deadline is set for then, see
    `detectors.marks`. `judged_in`, `held_by` (each with its hour since 1970) and `braked_us`: see `detectors.breaker`.
    `category`: of the last order delivered; `told_share`: see `detectors.shares`.
    `unused` keeps the place of what older workers counted.
    """

    version: int = STATE_VERSION
    first_seen_us: int = 0
    registered_us: int = 0
    last_seen_us: int = 0
    sequence: int = 0
    revision: int = 0
    seen: bytes = b""
    delivered_orders: int = 0
    deliveries_known: bool = False
    last_upheld_us: int = 0
    closed_by: str = ""
    confirmed_bad: bool = False
    truncated: bool = False
    unused: int = 0
    exposure: dict[str, list[Decimal]] = {}
    alerts: dict[str, OpenAlert] = {}
    holds: dict[str, Hold] = {}
    rulings: dict[str, Ruling] = {}
    flags_said: bytes = b""
    flags_day: int = -1
    entombed_us: int = 0
    guards: dict[str, tuple[int, str]] = {}
    spoken: dict[str, Spoken] = {}
    buyers: tuple[int, bytes, bytes] = (0, b"", b"")
    rating_due_us: int = 0
    rhythm: Rhythm = UNKNOWN
    away: tuple[tuple[int, int], ...] = ()
    watched_us: int = 0
    closed_us: int = 0
    silence_due_us: int = 0
    reached_us: int = 0
    ledger: dict[str, Account] = {}
    ledger_due_us: int = 0
    countries: tuple[tuple[int, str], ...] = ()
    judged_in: tuple[int, bytes] = (0, b"")
    held_by: tuple[int, bytes] = (0, b"")
    braked_us: int = 0
    surge: tuple[int, int] = (0, 0)
    category: str = ""
    told_share: tuple[int, int, int] = (0, 0, 0)
    answer_awaited_us: int = 0


Record = TypeVar("Record", Core, Order, Return, Listing, Complaint, Finding, Payment, Series)
_encode: Final = msgspec.msgpack.Encoder(decimal_format="string").encode
_decoders: Final[dict[type[Any], msgspec.msgpack.Decoder[Any]]] = {
    word: msgspec.msgpack.Decoder(word) for word in (Core, Order, Return, Listing, Complaint, Finding, Payment, Series)
}


def encode(record: Core | Order | Return | Listing | Complaint | Finding | Payment | Series) -> bytes:
    """A record as stored: msgpack, positional."""
    return _encode(record)


def decode(word: type[Record], stored: bytes) -> Record:
    """The inverse of `encode` for a record of this version or the one before; msgspec.DecodeError for other bytes."""
    try:
        record: Record = _decoders[word].decode(stored)
    except UnicodeDecodeError as error:  # what msgspec raises for text that is none, alone of all
        raise msgspec.DecodeError("text that is not UTF-8") from error
    return record
