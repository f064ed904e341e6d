"""A seller between the store's bytes and the judge's state."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from detectors.detector import Finding
from detectors.records import STATE_VERSION, Complaint, Core, Listing, Order, Payment, Return, decode, encode
from detectors.state import SellerState
from detectors.surge import Series
from streams.store import SellerBytes, SellerChange

#: What lies beside the returns: complaints, the seller's own findings, payments, series; no identifier holds a control
#: character.
COMPLAINT_MARK: Final = "\x1f"
FINDING_MARK: Final = "\x1e"
PAYMENT_MARK: Final = "\x1d"
SERIES_MARK: Final = "\x1c"


def seller_from(seller_id: str, stored: SellerBytes) -> SellerState:
    """The state of a seller as it was committed; a new one where nothing is stored."""
    returns: dict[str, bytes] = {}
    marks = (COMPLAINT_MARK, FINDING_MARK, PAYMENT_MARK, SERIES_MARK)
    beside: dict[str, dict[str, bytes]] = {mark: {} for mark in marks}
    for key, held in stored.returns.items():
        kept = beside.get(key[:1])
        if kept is None:
            returns[key] = held
        else:
            kept[key[1:]] = held
    return SellerState(
        seller_id,
        decode(Core, stored.core) if stored.core is not None else None,
        {key: decode(Order, held) for key, held in stored.orders.items()},
        {key: decode(Return, held) for key, held in returns.items()},
        {key: decode(Listing, held) for key, held in stored.listings.items()},
        {key: decode(Complaint, held) for key, held in beside[COMPLAINT_MARK].items()},
        {key: decode(Finding, held) for key, held in beside[FINDING_MARK].items()},
        {key: decode(Payment, held) for key, held in beside[PAYMENT_MARK].items()},
        {key: decode(Series, held) for key, held in beside[SERIES_MARK].items()},
    )


def change_of(state: SellerState) -> SellerChange:
    """What has changed since the last commit, as bytes; the state starts afresh to collect changes."""
    changes = state.changes
    state.core.version = STATE_VERSION
    change = SellerChange(core=None if changes.gone else encode(state.core), gone=changes.gone)
    _put(change.orders, "", changes.orders, state.orders)
    _put(change.returns, "", changes.returns, state.returns)
    _put(change.returns, COMPLAINT_MARK, changes.complaints, state.complaints)
    _put(change.returns, FINDING_MARK, changes.findings, state.findings)
    _put(change.returns, PAYMENT_MARK, changes.payments, state.payments)
    _put(change.returns, SERIES_MARK, changes.surges, state.surges)
    _put(change.listings, "", changes.listings, state.listings)
    changes.clear()
    return change


def _put(entries: dict[str, bytes | None], mark: str, changed: Iterable[str], held: Mapping[str, Any]) -> None:
    for key in changed:
        record = held.get(key)
        entries[mark + key] = encode(record) if record is not None else None
