"""Whether a seller in memory is what is stored of it: a change that nobody noted is lost when it leaves memory.

Every `Story` asks this. Turned red by: a hold whose release was called off, or that was forgiven, without a note of it.
"""

from typing import Any

from detectors.records import encode
from detectors.state import SellerState
from streams.sellers import COMPLAINT_MARK, FINDING_MARK, PAYMENT_MARK, SERIES_MARK
from streams.store import SellerBytes


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
    return [
        f"{what} {key!r} of {state.seller_id}: {held.get(key)}"
        for what, held, bytes_of in pairs
        for key in sorted(held.keys() | bytes_of.keys())
        if _bytes(held.get(key)) != bytes_of.get(key)
    ]


def _bytes(held: Any) -> bytes | None:
    return None if held is None else encode(held)
