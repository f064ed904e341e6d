"""What is asked of all the complaints about a seller together: derived when first asked for, kept up by differences.

Which are about a return or an order; which were upheld lately, by whom and of which listings; which fit a seller who
has vanished; and whose have been counted. So an event costs a seller of whom thousands complain what it costs others.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeVar

from detectors.measures.linear_count import bit_of
from detectors.records import Complaint
from detectors.span import Span, Thing

KINDS: Final = ("counterfeit", "no_refund", "seller_unreachable")  # of a seller who takes the money and is gone
Key = TypeVar("Key")
_FOREVER: Final = 1 << 62
_UNKNOWN_OF: Final = "\x1f"  # before an order's id: its buyer; no id on the wire has such a character


class _Entry(NamedTuple):
    """How a complaint is counted."""

    return_id: str
    order_id: str
    kind: str
    buyer_id: str
    listing_id: str
    upheld: Thing | None
    fitting: Thing | None
    tallied: str


class Claims:
    """Over `complaints`, which the seller's state owns; it is told of every one that changes or is forgotten.

    `fitting` are (opened, by which event, id), oldest first. Of those that `upheld_since` was asked for: `buyers`,
    `kinds` and `listings` with how many complaints each has, `bits` of the buyers as in `detectors.buyers`. Where none
    of an order's complaints says whose it is, the order stands among the buyers, once; "" are those without an order.
    """

    __slots__ = (
        "_about",
        "_bits",
        "_complaints",
        "_entries",
        "_named",
        "_tallied",
        "_unnamed",
        "_upheld",
        "bits",
        "buyers",
        "fitting",
        "kinds",
        "listings",
    )

    def __init__(self, complaints: dict[str, Complaint]) -> None:
        self._complaints = complaints
        self._entries: dict[str, _Entry] = {}
        self._about: dict[tuple[str, str], set[str]] = {}
        self._tallied: dict[tuple[str, str], int] = {}
        self._bits: dict[int, int] = {}
        self._named: dict[str, int] = {}
        self._unnamed: dict[str, int] = {}
        self.buyers: dict[str, int] = {}
        self.kinds: dict[str, int] = {}
        self.listings: dict[str, int] = {}
        self.bits = 0
        self.fitting: list[Thing] = []
        self._upheld = Span(self._count, [])
        for complaint_id in complaints:
            self.note(complaint_id)

    def about(self, return_id: str, order_id: str) -> list[str]:
        """The complaints that name that return or that order; "" is none."""
        named = [self._about.get(key, set()) for key in (("return", return_id), ("order", order_id)) if key[1]]
        return sorted(set().union(*named))

    def is_tallied(self, counter: str, buyer_id: str) -> bool:
        """Whether a complaint of that buyer has been counted under it."""
        return (counter, buyer_id) in self._tallied

    def upheld_since(self, since_us: int) -> int:
        """How many were upheld since then; `newest`, `buyers` and the rest are of these from here on."""
        self._upheld.move(since_us, _FOREVER)
        return len(self._upheld)

    def newest(self) -> Iterator[Complaint]:
        """Those of `upheld_since`, newest decision first."""
        return (self._complaints[complaint_id] for complaint_id in self._upheld.newest())

    def buyers_of(self, listing_id: str, kind: str) -> int:
        """How many buyers had a complaint of that kind about the listing upheld; goes through all of `newest`."""
        entries = (self._entries[complaint_id] for complaint_id in self._upheld.newest())
        about = [one for one in entries if one.listing_id == listing_id and one.kind == kind]
        return len({one.buyer_id or _UNKNOWN_OF + one.order_id for one in about})

    def note(self, complaint_id: str) -> None:
        """The complaint changed, or is not remembered any more."""
        before = self._entries.get(complaint_id)
        complaint = self._complaints.get(complaint_id)
        after = _entry(complaint_id, complaint) if complaint is not None else None
        if before == after:
            return
        if before is not None:
            if before.upheld is not None:
                self._upheld.drop(before.upheld)
            if before.fitting is not None:
                del self.fitting[bisect_left(self.fitting, before.fitting)]
            self._name(complaint_id, before, -1)
            del self._entries[complaint_id]
        if after is not None:
            self._entries[complaint_id] = after
            self._name(complaint_id, after, 1)
            if after.fitting is not None:
                insort(self.fitting, after.fitting)
            if after.upheld is not None:
                self._upheld.put(after.upheld)

    def _name(self, complaint_id: str, entry: _Entry, sign: int) -> None:
        """What it is about, and whose was counted."""
        for key in (("return", entry.return_id), ("order", entry.order_id)):
            if key[1]:
                ids = self._about.setdefault(key, set())
                (ids.add if sign > 0 else ids.discard)(complaint_id)
                if not ids:
                    del self._about[key]
        if entry.tallied:
            _add(self._tallied, (entry.tallied, entry.buyer_id), sign)

    def _count(self, complaint_id: str, sign: int) -> None:
        """One of the upheld enters (1) or leaves (-1)."""
        entry = self._entries[complaint_id]
        _add(self.kinds, entry.kind, sign)
        if entry.listing_id:
            _add(self.listings, entry.listing_id, sign)
        if entry.buyer_id or not entry.order_id:
            self._count_buyer(entry.buyer_id, sign)
        if entry.order_id:
            had = self._is_buyer_unknown(entry.order_id)
            _add(self._named if entry.buyer_id else self._unnamed, entry.order_id, sign)
            has = self._is_buyer_unknown(entry.order_id)
            if had != has:
                self._count_buyer(_UNKNOWN_OF + entry.order_id, 1 if has else -1)

    def _is_buyer_unknown(self, order_id: str) -> bool:
        return order_id in self._unnamed and order_id not in self._named

    def _count_buyer(self, buyer_id: str, sign: int) -> None:
        had = buyer_id in self.buyers
        _add(self.buyers, buyer_id, sign)
        if had != (buyer_id in self.buyers):
            bit = bit_of(buyer_id)
            _add(self._bits, bit, sign)
            self.bits = self.bits | 1 << bit if bit in self._bits else self.bits & ~(1 << bit)


def counts(complaint: Complaint) -> bool:
    """Whether it was upheld, and is of a kind that speaks against the seller."""
    return complaint.outcome == "upheld" and complaint.kind in KINDS


def _entry(complaint_id: str, complaint: Complaint) -> _Entry:
    opened = complaint.opened_us, complaint.opened_by, complaint_id
    decided = complaint.decided_us, complaint.decided_by, complaint_id
    is_fitting = complaint.outcome != "dismissed" and complaint.kind in KINDS
    return _Entry(
        complaint.return_id,
        complaint.order_id,
        complaint.kind,
        complaint.buyer_id or complaint.of_buyer,
        complaint.listing_id or complaint.of_listing,
        decided if counts(complaint) else None,
        opened if is_fitting else None,
        complaint.tallied[0] if complaint.tallied is not None else "",
    )


def _add(counts: dict[Key, int], key: Key, sign: int) -> None:
    counts[key] = counts.get(key, 0) + sign
    if not counts[key]:
        del counts[key]
