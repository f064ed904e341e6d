"""The breaker: a detector that would suddenly hold far more sellers than ever gives alerts until that is over.

A lead can end it sooner. A gang of 200 shops and a bug in a price feed look the same from here. Counted are distinct
sellers in an hour of event time, over all partitions: those a detector held, or would have, and those that were judged.
Whoever is kept from being held is looked at again in every hour and counts in each: only an hour in which far fewer
would be held is quiet.
"""

import hashlib
from collections.abc import Container, Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

import msgspec

from detectors.state import SellerState
from detectors.system_alert import Why, system_alert
from schemas import Alert
from schemas.fields import HOUR_US

REASON: Final = "breaker_tripped"
OVERALL: Final = ""
#: Where sellers owe refunds it is the buyers' money that is withheld, however many sellers owe it.
EXEMPT: Final = ("unpaid_refunds", "vanished_seller")
KIND: Final = "breaker"  # of the deadline at which what the breaker kept from being held is looked at again
#: In the middle half of each hour: so late may an event be, or another partition, and still count before the hour ends.
FIRST_LOOK_US: Final = HOUR_US // 4
LOOKS_US: Final = HOUR_US // 2
HOURS_KEPT: Final = 2
MARK_BYTES: Final = 4
_KEPT: Final = "kept from being held"  # among the marks of an hour; no reason code has spaces
NAMES_REMEMBERED: Final = 4_096
Name = TypeVar("Name", bound=tuple[str, ...])


class BreakerTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a detector's holds become alerts.

    sellers_most: held by it in an hour, more trip it
    sellers_enough: and so many, if they are more than
    share: of the sellers judged in that hour, overall or in one category
    It ends after an hour below half of that.
    """

    sellers_most: float = 200.0
    sellers_enough: float = 25.0
    share: float = 0.02


class Fuse(NamedTuple):
    """What can trip: one detector, over all categories or in one (case-folded)."""

    reason_code: str
    category: str = OVERALL


class Hour(msgspec.Struct, array_like=True):
    """Distinct sellers in one hour (hours since 1970), in one partition or all: judged by category, held by fuse."""

    hour: int = 0
    judged: dict[str, int] = {}
    held: dict[tuple[str, str], int] = {}

    def add(self, other: "Hour") -> None:
        """Takes in what another partition counted in the same hour."""
        for category, number in other.judged.items():
            self.judged[category] = self.judged.get(category, 0) + number
        for fuse, number in other.held.items():
            self.held[fuse] = self.held.get(fuse, 0) + number

    def is_over(self, fuse: Fuse, terms: BreakerTerms, part: float = 1.0) -> bool:
        """Whether so many were held in this hour, or a `part` of that many."""
        held, judged = self.held.get(fuse, 0), self.judged.get(fuse.category, 0)
        return held > part * terms.sellers_most or (
            held >= part * terms.sellers_enough and held > part * terms.share * judged
        )


class Tripped(msgspec.Struct, array_like=True):
    """A fuse that has tripped, under an alert that says so."""

    since_hour: int
    alert_id: str
    revision: int = 0


def note_judged(state: SellerState, category: str, now_us: int) -> None:
    """The seller was judged, its listing in a category where one was: counted once an hour, in all and in each."""
    places = (OVERALL, category.casefold()) if category else (OVERALL,)
    state.core.judged_in, fresh = _once(state.core.judged_in, [(each,) for each in places], now_us)
    state.changes.judged += [each for (each,) in fresh]


def catches(
    state: SellerState, reason_codes: Iterable[str], category: str, now_us: int, tripped: Container[Fuse]
) -> bool:
    """Whether the breaker keeps all of these detectors from holding something of the seller's, who counts for them.

    What it keeps from being held is looked at again within an hour, at the seller's own minute of each, which other
    events do not move. `changes.kept` gets each detector once an hour, for whoever wants to know how much that is.
    """
    fuses = [
        (Fuse(reason_code), Fuse(reason_code, category.casefold()))
        for reason_code in dict.fromkeys(reason_codes)
        if reason_code not in EXEMPT
    ]
    counted = sorted({each for both in fuses for each in both})
    state.core.held_by, fresh = _once(state.core.held_by, counted, now_us)
    state.changes.fuses += fresh
    if not fuses or set(reason_codes) & set(EXEMPT) or not all(any(each in tripped for each in both) for both in fuses):
        return False
    state.core.held_by, kept = _once(state.core.held_by, [(_KEPT, each.reason_code) for each, _ in fuses], now_us)
    state.changes.kept += [reason_code for _, reason_code in kept]
    if not state.core.braked_us:
        state.core.braked_us = _next_look_us(state.seller_id, now_us)
        state.schedule(KIND, "", state.core.braked_us)
    return True


def look_again(state: SellerState) -> None:
    """Its deadline is due: it is kept from being held no longer, unless it is caught again now."""
    state.core.braked_us = 0


def _next_look_us(seller_id: str, now_us: int) -> int:
    """Drawn from the seller's id, so that all who were caught in one minute are not looked at in one."""
    digest = hashlib.blake2b(seller_id.encode("utf-8", "surrogatepass"), digest_size=MARK_BYTES).digest()
    drawn = int.from_bytes(digest) / 2 ** (8 * MARK_BYTES)
    look_us = now_us // HOUR_US * HOUR_US + FIRST_LOOK_US + int(drawn * LOOKS_US)
    return look_us if look_us > now_us else look_us + HOUR_US


def _once(before: tuple[int, bytes], names: Sequence[Name], now_us: int) -> tuple[tuple[int, bytes], list[Name]]:
    """Which of these were not named in this hour before, and what is remembered of it: 4 bytes of a hash for each."""
    hour, known = before
    now = now_us // HOUR_US
    if now < hour:
        return before, []
    if now > hour:
        known = b""
    marks = {known[at : at + MARK_BYTES] for at in range(0, len(known), MARK_BYTES)}
    fresh = []
    for name in names:
        mark = _mark_of(name)
        if mark not in marks:
            marks.add(mark)
            known += mark
            fresh.append(name)
    return (now, known), fresh


@lru_cache(maxsize=NAMES_REMEMBERED)
def _mark_of(name: tuple[str, ...]) -> bytes:
    """A few categories and reason codes are asked for again and again."""
    return hashlib.blake2b("\x1f".join(name).encode("utf-8", "surrogatepass"), digest_size=MARK_BYTES).digest()


def trips(hour: Hour, tripped: Iterable[Fuse], terms: BreakerTerms) -> list[Fuse]:
    """Which fuses trip in this hour, besides those that have."""
    known = set(tripped)
    held = (Fuse(*fuse) for fuse in hour.held)
    return sorted(fuse for fuse in held if fuse not in known and hour.is_over(fuse, terms))


def ends(hour: Hour, fuse: Fuse, tripped: Tripped, terms: BreakerTerms) -> bool:
    """Whether the fuse holds again after this hour, which has passed: it is a whole one, and below half the limit."""
    return hour.hour > tripped.since_hour and not hour.is_over(fuse, terms, part=0.5)


def alert_of(
    fuse: Fuse, tripped: Tripped, hour: Hour | None, now_us: int, decided_us: int, policy_version: str
) -> Alert:
    """The line that says that a detector's holds are alerts now or, without an hour, that they are holds again."""
    tripped.revision += 1
    why = None if hour is None else _why(fuse, hour)
    subject_id = f"breaker:{fuse.reason_code}" + (f":{fuse.category}" if fuse.category else "")
    return system_alert(tripped.alert_id, tripped.revision, REASON, subject_id, why, now_us, decided_us, policy_version)


def _why(fuse: Fuse, hour: Hour) -> Why:
    held, judged = hour.held.get(fuse, 0), hour.judged.get(fuse.category, 0)
    where = f" in {fuse.category}" if fuse.category else ""
    return Why(
        f"{fuse.reason_code} would hold {held} of {judged} sellers judged{where} within the hour: "
        "its holds are alerts until an hour has passed with far fewer, or a lead ends this",
        {"detector": fuse.reason_code, "category": fuse.category, "sellers_held": held, "sellers_judged": judged},
    )
