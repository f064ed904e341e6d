"""The words: every event and output, one line each. Their codec is `schemas.wire`, their topics `schemas.topics`."""

from schemas.events import (
    Brand,  # a brand and its authorised sellers
    CompensationPaid,  # the platform paid a buyer in the seller's place
    ComplaintDecided,  # upheld or dismissed
    ComplaintOpened,  # a buyer complained to the platform
    Event,  # what every event says
    HoldAppealed,  # a seller asks for a hold to be looked at again
    ListingChanged,  # the whole listing after a change
    ListingPublished,  # a listing went live
    ListingRemoved,  # a listing went
    MessageSent,  # a line of chat
    OrderCancelled,  # an order fell through
    OrderDelivered,  # the buyer has the parcel
    OrderPaid,  # a buyer paid
    OverrideGiven,  # a lead ends a breaker or releases pending deadlines
    PayoutReleased,  # the seller was paid out
    Product,  # a product of the reference catalogue
    RefundIssued,  # the buyer, or the platform, got money back
    ReturnAccepted,  # the seller agreed to take it back
    ReturnCancelled,  # a return fell through
    ReturnDelivered,  # the parcel is back at the seller
    ReturnDisputed,  # seller or buyer contests the return
    ReturnRefused,  # the seller does not take it back
    ReturnRequested,  # a buyer wants to send it back
    ReturnShipped,  # the parcel is on its way back
    SellerActive,  # a sign of life
    SellerAway,  # announced absence
    SellerChanged,  # name, country or identifiers changed
    SellerClosed,  # the shop closed
    SellerRegistered,  # a seller joined
    VerdictGiven,  # a moderator decided
)
from schemas.outputs import (
    Alert,  # assay.alerts.v1
    AuditEntry,  # assay.audit.v1
    DeadLetter,  # assay.dead-letters.v1
    Evidence,  # one reason behind an alert
    Hold,  # assay.holds.v1
    SellerStanding,  # assay.sellers.v1
)

__all__ = [
    "Alert",
    "AuditEntry",
    "Brand",
    "CompensationPaid",
    "ComplaintDecided",
    "ComplaintOpened",
    "DeadLetter",
    "Event",
    "Evidence",
    "Hold",
    "HoldAppealed",
    "ListingChanged",
    "ListingPublished",
    "ListingRemoved",
    "MessageSent",
    "OrderCancelled",
    "OrderDelivered",
    "OrderPaid",
    "OverrideGiven",
    "PayoutReleased",
    "Product",
    "RefundIssued",
    "ReturnAccepted",
    "ReturnCancelled",
    "ReturnDelivered",
    "ReturnDisputed",
    "ReturnRefused",
    "ReturnRequested",
    "ReturnShipped",
    "SellerActive",
    "SellerAway",
    "SellerChanged",
    "SellerClosed",
    "SellerRegistered",
    "SellerStanding",
    "VerdictGiven",
]
