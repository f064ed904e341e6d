"""The money at stake: what buyers and the platform would lose if the seller were gone now.

One sum per currency in four parts; an order counts once, in the first part that fits:
delivered back and not refunded; owed to the platform; paid and not delivered; delivered inside the payout window.
The sums are kept up by differences, so that an event costs the same however long the seller's history is.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from detectors.records import Order
from detectors.returns import Folded
from detectors.state import MAX_CURRENCIES, SellerState
from schemas.fields import DAY_US, Money, money

PARTS: Final = ("unrefunded", "owed_to_platform", "undelivered", "in_payout_window")
OWED_TO_PLATFORM_US: Final = 90 * DAY_US
UNDELIVERED_US: Final = 180 * DAY_US
MONEY_PLACES: Final = 8
_ZERO: Final = Decimal(0)


class ExposureTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`payout_window_days`: how long after delivery the platform still holds, or can call back, the seller's money."""

    payout_window_days: float = 7.0
    assumed_delivery_days: float = 7.0


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where an order counts, with how much, and when that must be looked at again (0: never)."""

    part: str
    amount: Decimal
    currency: str
    until_us: int


NOWHERE: Final = Place("", _ZERO, "", 0)


def exact(amount: Decimal) -> Decimal:
    """`amount` as it is remembered: at most 8 places, so that sums of any length come back to exactly nothing."""
    exponent = amount.as_tuple().exponent
    return round(amount, MONEY_PLACES) if isinstance(exponent, int) and exponent < -MONEY_PLACES else amount


def place(order: Order, backs: Sequence[Folded], now_us: int, terms: ExposureTerms, deliveries_known: bool) -> Place:
    """Where `order` counts at `now_us`, given its returns.

    `deliveries_known` is False for a seller none of whose orders ever had an `order_delivered`: its orders count as
    delivered `assumed_delivery_days` after they were paid.
    """
    where = _of_returns(backs, now_us)
    if where is not None:
        return where
    if order.compensations and (where := _compensated(order, now_us)) is not None:
        return where
    if order.cancelled_us or not order.paid_us:
        return NOWHERE
    delivered_us = order.delivered_us
    for back in backs:
        if not delivered_us and back.reason != "not_received":
            delivered_us = back.requested_us
    if not delivered_us:
        assumed_us = order.paid_us + int(terms.assumed_delivery_days * DAY_US)
        lost_us = order.paid_us + UNDELIVERED_US
        if now_us < assumed_us:
            return Place("undelivered", order.amount, order.currency, assumed_us)
        if deliveries_known:
            return Place("undelivered", order.amount, order.currency, lost_us) if now_us < lost_us else NOWHERE
        delivered_us = assumed_us
    window_ends_us = delivered_us + int(terms.payout_window_days * DAY_US)
    if order.paid_out_us or now_us >= window_ends_us:
        return NOWHERE
    return Place("in_payout_window", order.amount, order.currency, window_ends_us)


def count(state: SellerState, order_id: str, where: Place) -> None:
    """Moves the order's contribution to where it counts now."""
    order = state.orders[order_id]
    if where.part and where.currency not in state.core.exposure and len(state.core.exposure) >= MAX_CURRENCIES:
        state.core.truncated = True
        where = NOWHERE
    counted = where.part, where.amount, where.currency
    if (order.counted_as, order.counted, order.counted_in) != counted:
        if order.counted_as:
            _add(state, order.counted_in, order.counted_as, -order.counted)
        if where.part:
            _add(state, where.currency, where.part, where.amount)
    order.counted_as, order.counted, order.counted_in = counted


def total(state: SellerState) -> tuple[Money, ...]:
    """The exposure as published: one sum per currency, by currency."""
    return tuple(Money(money(sum(sums, _ZERO)), currency) for currency, sums in sorted(state.core.exposure.items()))


def parts(state: SellerState) -> Iterator[tuple[str, str, Decimal]]:
    """Each sum that is not nothing, as (part, currency, amount), by currency."""
    for currency, sums in sorted(state.core.exposure.items()):
        for part, amount in zip(PARTS, sums, strict=True):
            if amount:
                yield part, currency, amount


def _add(state: SellerState, currency: str, part: str, amount: Decimal) -> None:
    sums = state.core.exposure.setdefault(currency, [_ZERO] * len(PARTS))
    sums[PARTS.index(part)] += amount
    if not any(sums):
        del state.core.exposure[currency]


def _of_returns(backs: Sequence[Folded], now_us: int) -> Place | None:
    """Where the order's returns put it; None where they leave it to the order itself."""
    places = [where for back in backs if (where := _of_return(back, now_us)) is not None]
    if len(places) < 2:
        return places[0] if places else None
    counted = [where for where in places if where.part]
    if not counted:
        return NOWHERE
    first = min(counted, key=lambda where: (PARTS.index(where.part), where.currency))
    same = [where for where in counted if (where.part, where.currency) == (first.part, first.currency)]
    amount = sum((where.amount for where in same), _ZERO)
    until_us = min((where.until_us for where in same if where.until_us), default=0)
    return Place(first.part, amount, first.currency, until_us)


def _of_return(back: Folded, now_us: int) -> Place | None:
    """What the buyer still waits for and what the platform paid instead; the latter for 90 days."""
    owed, owed_until_us = _ZERO, back.platform_paid_us + OWED_TO_PLATFORM_US
    if back.paid_by_platform and now_us < owed_until_us:
        owed = _owed(back)
    if back.stage == "delivered" and back.missing > 0:
        return Place("unrefunded", back.missing + owed, back.currency, owed_until_us if owed else 0)
    if owed > 0:
        return Place("owed_to_platform", owed, back.currency, owed_until_us)
    return NOWHERE if back.stage in ("delivered", "refunded") else None


def _owed(back: Folded) -> Decimal:
    """What the platform has paid on the return and the seller, beyond the buyer's own rest, has not paid back."""
    return max(_ZERO, min(back.paid_by_platform, back.amount - back.paid_by_seller))


def _compensated(order: Order, now_us: int) -> Place | None:
    """What the platform paid on the order itself, in the order's currency, for 90 days; None where that is nothing."""
    currency = order.currency or order.compensations[0].currency
    paid = [step for step in order.compensations if step.currency == currency]
    amount = sum((step.amount for step in paid), _ZERO)
    if not amount:
        return None
    until_us = paid[-1].time_us + OWED_TO_PLATFORM_US
    return Place("owed_to_platform", amount, currency, until_us) if now_us < until_us else NOWHERE
