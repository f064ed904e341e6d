"""Every detector: its thresholds, family, mode, whom it is about, and the event types at which it is asked.

The map of the judgement. A new detector is one file in `detectors/rules/` and one line here; it starts in `shadow`.
A deadline is named by its kind. Weights are in `detectors/policy.toml`, by reason code and grade.
"""

from typing import Final, NamedTuple

from detectors import raised
from detectors.detector import Detector, SubjectKind
from detectors.rules.below_market_price import BelowMarketPrice
from detectors.rules.guard_shopping import GuardShopping
from detectors.rules.implausible_price import ImplausiblePrice
from detectors.rules.overdue_refund import OverdueRefund
from detectors.rules.product_mismatch import ProductMismatch
from detectors.rules.replica_wording import ReplicaWording
from detectors.rules.unpaid_refunds import UnpaidRefunds
from schemas import (
    CompensationPaid,
    ComplaintDecided,
    ComplaintOpened,
    Event,
    ListingChanged,
    ListingPublished,
    RefundIssued,
    ReturnCancelled,
    ReturnDelivered,
    ReturnDisputed,
    ReturnRequested,
)
from schemas.fields import Mode

#: The order in which families are shown.
FAMILIES: Final = ("price", "aftersale", "words")

Asked = type[Event] | str
_LISTINGS: Final[tuple[Asked, ...]] = (ListingPublished, ListingChanged)
_REFUNDS: Final[tuple[Asked, ...]] = (
    "refund",
    "return",
    RefundIssued,
    ReturnCancelled,
    ReturnDelivered,
    ReturnDisputed,
    ReturnRequested,
    ComplaintOpened,
    ComplaintDecided,
    CompensationPaid,
)


class Entry(NamedTuple):
    """One detector as the judge runs it."""

    detector: Detector
    reason_code: str
    family: str
    mode: Mode
    about: SubjectKind
    asked_at: tuple[Asked, ...]


CATALOGUE: Final = (
    Entry(BelowMarketPrice(), "below_market_price", "price", "hold", "listing", _LISTINGS),
    Entry(ImplausiblePrice(), "implausible_price", "price", "alert", "listing", _LISTINGS),
    Entry(OverdueRefund(), "overdue_refund", "aftersale", "alert", "seller", _REFUNDS),
    Entry(UnpaidRefunds(), "unpaid_refunds", "aftersale", "hold", "seller", _REFUNDS),
    Entry(ProductMismatch(), "product_mismatch", "words", "alert", "listing", _LISTINGS),
    Entry(ReplicaWording(), "replica_wording", "words", "alert", "listing", _LISTINGS),
    Entry(GuardShopping(), "guard_shopping", "words", "shadow", "seller", (*_LISTINGS, raised.KIND)),
)
