"""An order and what can be said about it: every event from payment to compensation, spoken in one place."""

from dataclasses import dataclass
from typing import Literal

from schemas.events import (
    CompensationPaid,
    ComplaintDecided,
    ComplaintOpened,
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
    SellerActive,
)
from schemas.fields import ComplaintKind, ReturnReason
from simulator.labels import OrderLabel
from simulator.listings import Listing
from simulator.scene import Scene, amount_of, moment
from simulator.sellers import Seller

CARRIERS = ("SF Express", "YTO", "ZTO", "STO", "EMS", "DHL")


@dataclass(slots=True, eq=False)
class Order:
    """One order; its return, complaints and compensation carry its number, for it has at most one open of each."""

    scene: Scene
    seller: Seller
    listing: Listing
    number: int
    buyer_id: str
    cents: int
    complaints: int = 0

    @property
    def order_id(self) -> str:
        return f"o-{self.number:09d}"

    @property
    def return_id(self) -> str:
        return f"r-{self.number:09d}"

    @property
    def complaint_id(self) -> str:
        """The latest one's."""
        return f"c-{self.number:09d}" + (f"-{self.complaints}" if self.complaints > 1 else "")

    def paid(self, at_s: int, *, lost: bool, payout_s: int | None = None, returned_s: int | None = None) -> OrderPaid:
        """Says that the order is paid, and labels it.

        `payout_s` is when a lost order's money goes to the seller, `returned_s` when its goods are back.
        """
        amount = amount_of(self.cents)
        stamp = self.scene.stamp(self.seller.seller_id, at_s)
        self.scene.label(
            OrderLabel(
                order_id=self.order_id,
                listing_id=self.listing.listing_id,
                seller_id=self.seller.seller_id,
                paid_at=stamp["event_time"],
                lost=lost,
                amount=amount,
                currency=self.seller.currency,
                payout_at=None if payout_s is None else moment(payout_s),
                returned_at=None if returned_s is None else moment(returned_s),
            )
        )
        return OrderPaid(
            **stamp,
            order_id=self.order_id,
            listing_id=self.listing.listing_id,
            buyer_id=self.buyer_id,
            amount=amount,
            currency=self.seller.currency,
        )

    def sent(self, at_s: int) -> SellerActive:
        return SellerActive(
            **self.scene.stamp(self.seller.seller_id, at_s), activity="shipment", order_id=self.order_id
        )

    def cancelled(self, at_s: int, by: Literal["seller", "buyer", "platform"]) -> OrderCancelled:
        return OrderCancelled(**self.scene.stamp(self.seller.seller_id, at_s), order_id=self.order_id, by=by)

    def delivered(self, at_s: int) -> OrderDelivered:
        """The buyer has it; from now on the platform owes the seller the money."""
        self.seller.unpaid[self.order_id] = (at_s, self.cents)
        return OrderDelivered(**self.scene.stamp(self.seller.seller_id, at_s), order_id=self.order_id)

    def return_requested(self, at_s: int, reason: ReturnReason) -> ReturnRequested:
        return ReturnRequested(
            **self.scene.stamp(self.seller.seller_id, at_s),
            return_id=self.return_id,
            order_id=self.order_id,
            listing_id=self.listing.listing_id,
            buyer_id=self.buyer_id,
            amount=amount_of(self.cents),
            currency=self.seller.currency,
            reason=reason,
        )

    def return_accepted(self, at_s: int) -> ReturnAccepted:
        return ReturnAccepted(
            **self.scene.stamp(self.seller.seller_id, at_s),
            return_id=self.return_id,
            return_address=self.seller.return_address,
        )

    def return_refused(self, at_s: int, reason: str) -> ReturnRefused:
        return ReturnRefused(**self.scene.stamp(self.seller.seller_id, at_s), return_id=self.return_id, reason=reason)

    def return_shipped(self, at_s: int) -> ReturnShipped:
        return ReturnShipped(
            **self.scene.stamp(self.seller.seller_id, at_s),
            return_id=self.return_id,
            carrier=CARRIERS[self.number % len(CARRIERS)],
            tracking_number=f"T{self.number * 7_919 % 10**10:010d}",
        )

    def return_delivered(self, at_s: int, *, signed: bool) -> ReturnDelivered:
        return ReturnDelivered(**self.scene.stamp(self.seller.seller_id, at_s), return_id=self.return_id, signed=signed)

    def return_disputed(self, at_s: int, by: Literal["seller", "buyer"], reason: str) -> ReturnDisputed:
        return ReturnDisputed(
            **self.scene.stamp(self.seller.seller_id, at_s), return_id=self.return_id, by=by, reason=reason
        )

    def return_cancelled(self, at_s: int) -> ReturnCancelled:
        return ReturnCancelled(**self.scene.stamp(self.seller.seller_id, at_s), return_id=self.return_id, by="buyer")

    def refunded(
        self, at_s: int, paid_by: Literal["seller", "platform"] = "seller", cents: int | None = None, part: int = 1
    ) -> RefundIssued:
        """The whole sum, or `cents` of it as the given part; what is given back is not paid out to the seller."""
        cents = self.cents if cents is None else cents
        delivered_s, owed = self.seller.unpaid.get(self.order_id, (0, 0))
        if owed > cents:
            self.seller.unpaid[self.order_id] = (delivered_s, owed - cents)
        else:
            self.seller.unpaid.pop(self.order_id, None)
        return RefundIssued(
            **self.scene.stamp(self.seller.seller_id, at_s),
            refund_id=f"f-{self.number:09d}-{part}",
            return_id=self.return_id,
            amount=amount_of(cents),
            currency=self.seller.currency,
            paid_by=paid_by,
        )

    def complained(self, at_s: int, kind: ComplaintKind, *, of_return: bool = True) -> ComplaintOpened:
        self.complaints += 1
        return ComplaintOpened(
            **self.scene.stamp(self.seller.seller_id, at_s),
            complaint_id=self.complaint_id,
            kind=kind,
            order_id=self.order_id,
            listing_id=self.listing.listing_id,
            return_id=self.return_id if of_return else None,
            buyer_id=self.buyer_id,
        )

    def decided(self, at_s: int, outcome: Literal["upheld", "dismissed"]) -> ComplaintDecided:
        return ComplaintDecided(
            **self.scene.stamp(self.seller.seller_id, at_s), complaint_id=self.complaint_id, outcome=outcome
        )

    def compensated(self, at_s: int, *, of_return: bool = True) -> CompensationPaid:
        return CompensationPaid(
            **self.scene.stamp(self.seller.seller_id, at_s),
            compensation_id=f"k-{self.number:09d}",
            amount=amount_of(self.cents),
            currency=self.seller.currency,
            complaint_id=self.complaint_id,
            return_id=self.return_id if of_return else None,
        )


def place(scene: Scene, seller: Seller, listing: Listing, buyer: int) -> Order:
    """A new order at the listing's price of this moment; `buyer` is the buyer's number."""
    return Order(scene, seller, listing, scene.number("order"), f"b-{buyer:07d}", listing.cents)
