"""Whether a seller in memory is what is stored of it: a change that nobody noted is lost when it leaves memory.

Every `Story` asks this. Turned red by: a hold whose release was called off, or that was forgiven, without a note of it;
None where a number is stored, which nobody can read again; an index that is made otherwise than it is kept.
"""

from typing import Any, Final

from detectors.records import decode, encode
from detectors.state import SellerState
from streams.sellers import COMPLAINT_MARK, FINDING_MARK, PAYMENT_MARK, SERIES_MARK
from streams.store import SellerBytes

INDEXES: Final = (
    "overdue",
    "ignored",
    "disputed",
    "doubted",
    "awaited_orders",
    "paid_on",
    "uncounted",
    "flagged",
    "in_market",
)


def not_stored(state: SellerState, stored: SellerBytes) -> list[str]:
    """What of the seller's state is another in memory than in the store."""
    beside = {
        "": state.returns,
        COMPLAINT_MARK: state.complaints,
        FINDING_MARK: state.findings,
        PAYMENT_MARK: state.payments,
        SERIES_MARK: state.surges,
    }
    returns = {mark + key: held for mark, kept in beside.items() for key, held in kept.items()}
    pairs = (
        ("core", {"": state.core}, {"": stored.core or encode(SellerState(state.seller_id).core)}),
        ("order", state.orders, stored.orders),
        ("return", returns, stored.returns),
        ("listing", state.listings, stored.listings),
    )
    lost = [
        f"{what} {key!r} of {state.seller_id}: {held.get(key)}"
        for what, held, bytes_of in pairs
        for key in sorted(held.keys() | bytes_of.keys())
        if _bytes(held.get(key)) != bytes_of.get(key)
    ]
    return lost or _made_otherwise(state)


def _made_otherwise(state: SellerState) -> list[str]:
    """Which indexes are not what the records say, read again."""
    kept = (state.orders, state.returns, state.listings, state.complaints, state.findings, state.payments, state.surges)
    again = SellerState(
        state.seller_id, _again(state.core), *({key: _again(one) for key, one in held.items()} for held in kept)
    )
    return [
        f"{name} of {state.seller_id}: {getattr(state, name)}, and {getattr(again, name)} when read again"
        for name in INDEXES
        if _full(getattr(state, name)) != _full(getattr(again, name))
    ]


def _again(held: Any) -> Any:
    return decode(type(held), encode(held))


def _full(index: Any) -> Any:
    """Without sets that are empty: they come and go."""
    return {key: held for key, held in index.items() if held} if isinstance(index, dict) else index


def _bytes(held: Any) -> bytes | None:
    return None if held is None else encode(held)
