"""How many different buyers had parcels of a seller lately: a bit for each, in two halves of a window.

A few hundred bytes however many buyers there are; see `detectors.measures.linear_count` for how sure that is. A share
is settled long before it saturates.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from detectors.measures.linear_count import bit_of, counted
from detectors.state import SellerState
from schemas.fields import DAY_US

HALF_US: Final = 45 * DAY_US


class Buyers(NamedTuple):
    """Who had parcels since `since_us`, one bit each; between one and two halves of the window are in it."""

    since_us: int
    bits: int

    def count_with(self, others: Iterable[str]) -> int:
        """How many buyers, those of `others` included whether they were noted or not."""
        named = set(others)
        bits = 0
        for buyer_id in named:
            bits |= 1 << bit_of(buyer_id)
        return self.count_with_bits(bits, len(named))

    def count_with_bits(self, bits: int, least: int) -> int:
        """The same for others of whom the bits are known, and that there are so many."""
        return max(least, counted(self.bits | bits))


def note(state: SellerState, buyer_id: str, now_us: int) -> None:
    """A parcel reached the buyer; noting it again changes nothing, one from before the window is left out."""
    if not buyer_id:
        return
    half = now_us // HALF_US
    newest, before, current = state.core.buyers
    if half > newest:
        newest, before, current = half, current if half == newest + 1 else b"", b""
    if half == newest:
        current = _with(current, buyer_id)
    elif half == newest - 1:
        before = _with(before, buyer_id)
    state.core.buyers = newest, before, current


def recent(state: SellerState, now_us: int) -> Buyers:
    """Who had parcels in this half of the window and in the one before."""
    newest, before, current = state.core.buyers
    half = max(now_us // HALF_US, newest)
    bits = 0
    if half == newest:
        bits = int.from_bytes(before) | int.from_bytes(current)
    elif half == newest + 1:
        bits = int.from_bytes(current)
    return Buyers((half - 1) * HALF_US, bits)


def _with(noted: bytes, buyer_id: str) -> bytes:
    bits = int.from_bytes(noted) | 1 << bit_of(buyer_id)
    return bits.to_bytes((bits.bit_length() + 7) // 8)
