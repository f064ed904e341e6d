"""Every detector: its thresholds, family, mode, whom it is about, and the event types at which it is asked.

The map of the judgement. A new detector is one file in `detectors/rules/` and one line here; it starts in `shadow`.
A deadline is named by its kind. Weights are in `detectors/policy.toml`, by reason code and grade.
"""

from typing import Final, NamedTuple

from detectors import heard, ledger, marks, raised, silence, surging
from detectors.detector import Detector, SubjectKind
from detectors.rules.below_market_price import BelowMarketPrice
from detectors.rules.compensation_drain import CompensationDrain
from detectors.rules.complaint_surge import ComplaintSurge
from detectors.rules.contested_returns import ContestedReturns
from detectors.rules.counterfeit_returns import CounterfeitReturns
from detectors.rules.guard_shopping import GuardShopping
from detectors.rules.ignored_return import IgnoredReturn
from detectors.rules.implausible_price import ImplausiblePrice
from detectors.rules.listing_burst import ListingBurst
from detectors.rules.off_platform_lure import OffPlatformLure
from detectors.rules.overdue_refund import OverdueRefund
from detectors.rules.product_mismatch import ProductMismatch
from detectors.rules.reassuring_messages import ReassuringMessages
from detectors.rules.replica_wording import ReplicaWording
from detectors.rules.unpaid_refunds import UnpaidRefunds
from detectors.rules.upheld_complaint import UpheldComplaint
from detectors.rules.vanished_seller import VanishedSeller
from schemas import (
    CompensationPaid,
    ComplaintDecided,
    ComplaintOpened,
    Event,
    ListingChanged,
    ListingPublished,
    ListingRemoved,
    MessageSent,
    OrderCancelled,
    OrderDelivered,
    OrderPaid,
    RefundIssued,
    ReturnAccepted,
    ReturnCancelled,
    ReturnDelivered,
    ReturnDisputed,
    ReturnRefused,
    ReturnRequested,
    ReturnShipped,
    SellerAway,
    SellerChanged,
    SellerClosed,
    SellerRegistered,
)
from schemas.fields import Mode

#: The order in which families are shown.
FAMILIES: Final = ("price", "aftersale", "words")

Asked = type[Event] | str
_LISTINGS: Final[tuple[Asked, ...]] = (ListingPublished, ListingChanged)
_RETURNS: Final[tuple[Asked, ...]] = (
    "return",
    RefundIssued,
    ReturnCancelled,
    ReturnDelivered,
    ReturnDisputed,
    ReturnRequested,
    ComplaintOpened,
    ComplaintDecided,
    CompensationPaid,
    SellerRegistered,
    SellerChanged,
)
_REFUNDS: Final[tuple[Asked, ...]] = ("refund", *_RETURNS)
_LIFE: Final[tuple[Asked, ...]] = (silence.KIND, SellerAway, SellerClosed)
_ANSWERS: Final[tuple[Asked, ...]] = (
    marks.ANSWER,
    *_RETURNS,
    ReturnAccepted,
    ReturnRefused,
    ReturnShipped,
    OrderDelivered,
    OrderCancelled,
)
_COMPLAINTS: Final[tuple[Asked, ...]] = ("complaint", ComplaintOpened, ComplaintDecided, ReturnRequested, OrderPaid)
_MESSAGES: Final[tuple[Asked, ...]] = (heard.KIND, MessageSent)


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
    Entry(ListingBurst(), "listing_burst", "price", "shadow", "seller", (*_LISTINGS, ListingRemoved)),
    Entry(OverdueRefund(), "overdue_refund", "aftersale", "alert", "seller", _REFUNDS),
    Entry(UnpaidRefunds(), "unpaid_refunds", "aftersale", "hold", "seller", _REFUNDS),
    Entry(
        VanishedSeller(),
        "vanished_seller",
        "aftersale",
        "hold",
        "seller",
        tuple(dict.fromkeys((*_REFUNDS, *silence.ACTS, *_LIFE))),
    ),
    Entry(UpheldComplaint(), "upheld_complaint", "aftersale", "hold", "seller", _COMPLAINTS),
    Entry(IgnoredReturn(), "ignored_return", "aftersale", "alert", "seller", _ANSWERS),
    Entry(ContestedReturns(), "contested_returns", "aftersale", "alert", "seller", _RETURNS),
    Entry(CounterfeitReturns(), "counterfeit_returns", "aftersale", "alert", "seller", (marks.RATING,)),
    Entry(CompensationDrain(), "compensation_drain", "aftersale", "alert", "seller", (ledger.KIND,)),
    Entry(ComplaintSurge(), "complaint_surge", "aftersale", "alert", "seller", (surging.KIND, ComplaintDecided)),
    Entry(ProductMismatch(), "product_mismatch", "words", "alert", "listing", _LISTINGS),
    Entry(ReplicaWording(), "replica_wording", "words", "alert", "listing", _LISTINGS),
    Entry(OffPlatformLure(), "off_platform_lure", "words", "alert", "seller", _MESSAGES),
    Entry(ReassuringMessages(), "reassuring_messages", "words", "alert", "seller", _MESSAGES),
    Entry(GuardShopping(), "guard_shopping", "words", "shadow", "seller", (*_LISTINGS, raised.KIND)),
)
