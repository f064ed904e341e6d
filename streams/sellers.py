"""A seller between the store's bytes and the judge's state."""

from typing import Final

from detectors.detector import Finding
from detectors.records import STATE_VERSION, Complaint, Core, Listing, Order, Payment, Return, decode, encode
from detectors.state import RecordKind, SellerState
from detectors.surge import Series
from streams.store import SellerBytes, SellerChange

#: What lies beside the returns: complaints, the seller's own findings, payments, series; no identifier holds a control
#: character.
COMPLAINT_MARK: Final = "\x1f"
FINDING_MARK: Final = "\x1e"
PAYMENT_MARK: Final = "\x1d"
SERIES_MARK: Final = "\x1c"
#: Among which entries of a seller the records of each kind lie, and under which mark.
_LIES: Final[dict[RecordKind, tuple[str, str]]] = {
    "orders": ("orders", ""),
    "returns": ("returns", ""),
    "listings": ("listings", ""),
    "complaints": ("returns", COMPLAINT_MARK),
    "findings": ("returns", FINDING_MARK),
    "payments": ("returns", PAYMENT_MARK),
    "surges": ("returns", SERIES_MARK),
}


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
    for kind, record_id in changes.records:
        record = getattr(state, kind).get(record_id)
        beside, mark = _LIES[kind]
        getattr(change, beside)[mark + record_id] = None if record is None else encode(record)
    changes.clear()
    return change
