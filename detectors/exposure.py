"""The money at stake: what buyers and the platform would lose if the seller were gone now.

One sum per currency in four parts; an order counts once, in the first part that fits:
delivered back and not refunded; owed to the platform; paid and not delivered; delivered inside the payout window.
The sums are kept up by differences, so that an event costs the same however long the seller's history is.
"""

from decimal import Decimal
from typing import Final, NamedTuple

import msgspec

from detectors.records import Order
from detectors.returns import Folded
from detectors.state import SellerState
from schemas.fields import DAY_US, Money, money

PARTS: Final = ("unrefunded", "owed_to_platform", "undelivered", "in_payout_window")
OWED_TO_PLATFORM_US: Final = 90 * DAY_US
UNDELIVERED_US: Final = 180 * DAY_US
_ZERO: Final = Decimal(0)


class ExposureTerms(msgspec.Struct, frozen=True):
    """`payout_window_days`: how long after delivery the platform still holds, or can call back, the seller's money."""

    payout_window_days: float = 7.0
    assumed_delivery_days: float = 7.0


class Place(NamedTuple):
    """Where an order counts, with how much, and when that must be looked at again (0: never)."""

    part: str
    amount: Decimal
    until_us: int


NOWHERE: Final = Place("", _ZERO, 0)


def place(order: Order, back: Folded | None, now_us: int, terms: ExposureTerms, deliveries_known: bool) -> Place:
    """Where `order` counts at `now_us`, given its return.

    `deliveries_known` is False for a seller none of whose orders ever had an `order_delivered`: its orders count as
    delivered `assumed_delivery_days` after they were paid.
    """
    if back is not None and back.stage in ("delivered", "refunded", "settled"):
        if back.stage == "delivered" and not back.paid_by_platform and back.missing > 0:
            return Place("unrefunded", back.missing, 0)
        owed_until_us = back.platform_paid_us + OWED_TO_PLATFORM_US
        if back.paid_by_platform and (owed := _owed(back)) > 0:
            return Place("owed_to_platform", owed, owed_until_us) if now_us < owed_until_us else NOWHERE
        if back.stage != "settled":
            return NOWHERE
    if order.compensated:
        owed_until_us = order.compensated_us + OWED_TO_PLATFORM_US
        return Place("owed_to_platform", order.compensated, owed_until_us) if now_us < owed_until_us else NOWHERE
    if order.cancelled_us or not order.paid_us:
        return NOWHERE
    delivered_us = order.delivered_us
    if back is not None and back.requested_us and back.reason != "not_received":
        delivered_us = delivered_us or back.requested_us
    if not delivered_us:
        assumed_us = order.paid_us + int(terms.assumed_delivery_days * DAY_US)
        if deliveries_known or now_us < assumed_us:
            until_us = order.paid_us + UNDELIVERED_US if deliveries_known else assumed_us
            return Place("undelivered", order.amount, until_us) if now_us < until_us else NOWHERE
        delivered_us = assumed_us
    window_ends_us = delivered_us + int(terms.payout_window_days * DAY_US)
    if order.paid_out_us or now_us >= window_ends_us:
        return NOWHERE
    return Place("in_payout_window", order.amount, window_ends_us)


def count(state: SellerState, order_id: str, where: Place) -> None:
    """Moves the order's contribution to where it counts now."""
    order = state.orders[order_id]
    if order.counted_as == where.part and order.counted == where.amount:
        return
    sums = state.core.exposure.setdefault(order.currency, [_ZERO] * len(PARTS))
    if order.counted_as:
        sums[PARTS.index(order.counted_as)] -= order.counted
    if where.part:
        sums[PARTS.index(where.part)] += where.amount
    order.counted_as, order.counted = where.part, where.amount
    if not any(sums):
        del state.core.exposure[order.currency]
    state.changes.orders.add(order_id)


def total(state: SellerState) -> tuple[Money, ...]:
    """The exposure as published: one sum per currency, by currency."""
    return tuple(Money(money(sum(sums, _ZERO)), currency) for currency, sums in sorted(state.core.exposure.items()))


def _owed(back: Folded) -> Decimal:
    """What the platform has paid on the return and the seller, beyond the buyer's own rest, has not paid back."""
    repaid = max(_ZERO, back.paid_by_seller - max(_ZERO, back.amount - back.paid_by_platform))
    return min(back.paid_by_platform, back.amount) - repaid
