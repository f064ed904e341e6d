"""The platform pays again and again for the same seller, and more than such a shop costs by chance.

Fires when:        the platform has paid at least 3 different buyers in the seller's place in the last 45 to 90 days,
                   and what did not come back of it, without the buyer who got most, is at least 3 % of what the seller
                   delivered in the same time. It weighs more where it is as compensations to at least 5 buyers, and as
                   much as 30 % of all that the seller ever delivered. Looked at once a day.
Stays quiet when:  fewer buyers were paid, however much and however often; the seller has refunded the returns that the
                   platform had paid on; the sum is small beside what an honest shop of that size sells; nothing is
                   known of what the seller sold in that currency.
Known gaps:        3 % is three times the 1 % of defective orders that large marketplaces tell their sellers to stay
                   below, not measured. A marketplace that reports its ordinary refunds as paid by the platform, or pays
                   for what its carriers lose, charges honest sellers with them. After a busy season the payments of
                   many orders meet the sales of few. A gang that hides in enough honest sales is below the share;
                   buyers who work together count as many, those of whom nobody says who they are as one. A large
                   share beside a price that is only low holds that listing; it freezes no payout. A proven shop that is
                   taken over has sold too much for a large share.
Moderator:         read why the platform paid; has the seller been asked to pay it back? Compare with what its listings
                   promise, and look at what is still to be paid out to it.

Parameters:
    buyers_enough: different buyers who were paid what did not come back in full, at least [one buyer counts once]
    least_share: of what was delivered, in the same currency, that was paid to the others than the one who got most
    buyers_many: different buyers who were compensated, at least, for the stronger grade [chosen, not measured]
    large_share: of all that was ever delivered in the same currency, that was paid to them without the one who got
        most, for the stronger grade [chosen, not measured: of shops with 10 equal orders of which the platform pays
        each with a probability of 0.1, one in 600 has 5 or more; refunds are left out, since there are marketplaces
        that report their ordinary ones as paid by the platform]
    market_payments_enough: for goods of a brand or category, whoever sold them; what sellers refund is not taken off
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from detectors.detector import MAX_FINDING_EVENT_IDS, Abstained, Around, Cause, Finding
from detectors.ledger import is_compensation, recent, since_us
from detectors.records import Payment
from detectors.rules.overdue_refund import spaced
from detectors.state import SellerState
from detectors.tally import Subject
from schemas.fields import money, to_time

PLACES = 3  # of a share


class Drained(NamedTuple):
    """What the platform paid in one currency, to so many buyers, without what `came_back`, beside what was `sold`.

    `most` is what the buyer got who got most; sold is what was delivered. Of a brand or category `buyers` are payments.
    """

    currency: str
    paid: Decimal
    came_back: Decimal
    most: Decimal
    buyers: int
    sold: Decimal


@dataclass(frozen=True, slots=True)
class CompensationDrain:
    """Three grades: `one_seller`, `large_share`, and `across_sellers` for a brand or category."""

    buyers_enough: int = 3
    least_share: float = 0.03
    buyers_many: int = 5
    large_share: float = 0.3
    market_payments_enough: int = 20

    def look(self, state: SellerState, _cause: Cause, now_us: int, _around: Around) -> Finding | Abstained | None:
        """A finding about the seller as of today's look, in the currency that is worst."""
        if len(state.payments) < self.buyers_enough:
            return None
        begins_us = since_us(state, now_us)
        payments = state.payments.items()
        unpaid = {key: one for key, one in payments if one.time_us >= begins_us and one.amount > one.repaid}
        counted = list(unpaid.values())
        drains = [
            drained
            for currency in sorted({one.currency for one in counted})
            if self.is_drain(drained := _drained(state, currency, counted, begins_us))
        ]
        known = [one for one in drains if state.core.ledger[one.currency].ever.sold]
        if not known:
            return Abstained("no_sales_known") if drains else None
        worst = max(known, key=lambda one: (share_of(one), one.currency))
        paid = sorted((one.time_us, one.event_id) for one in counted if one.currency == worst.currency)
        event_ids = [event_id for _, event_id in paid]
        found = finding("seller", state.seller_id, worst, "", f"since {to_time(begins_us):%Y-%m-%d}", event_ids)
        compensations = [one for key, one in unpaid.items() if is_compensation(key) and one.currency == worst.currency]
        if compensations and self._is_large(state, _drained(state, worst.currency, compensations, begins_us)):
            return msgspec.structs.replace(found, grade="large_share")
        return found

    def look_at_market(self, subject: Subject, drains: Iterable[Drained]) -> Finding | None:
        """A finding about a brand or category, in the currency that is worst."""
        enough = [
            one for one in drains if one.buyers >= self.market_payments_enough and one.sold and self.is_drain(one)
        ]
        if not enough:
            return None
        worst = max(enough, key=lambda one: (share_of(one), one.currency))
        goods = f"{subject.name} goods" if subject.kind == "brand" else f"goods in {subject.name}"
        found = finding(subject.kind, subject.name, worst, goods, "in the last 45 to 90 days")
        return msgspec.structs.replace(found, facts=worst.buyers.bit_length())  # told again when they have doubled

    def _is_large(self, state: SellerState, alone: Drained) -> bool:
        """Whether compensations alone are so much of all that the seller ever delivered, to so many."""
        alone = alone._replace(sold=state.core.ledger[alone.currency].ever.sold)
        return alone.buyers >= self.buyers_many and share_of(alone) >= self.large_share

    def is_drain(self, drained: Drained) -> bool:
        """Whether so much was paid to so many; for a seller, a brand or a category."""
        return drained.buyers >= self.buyers_enough and share_of(drained) >= self.least_share


def share_of(drained: Drained) -> float:
    """What was paid to the others than the one who got most, as a share of what was sold; 1 where nothing was."""
    rest = drained.paid - drained.most
    return round(float(rest / drained.sold), PLACES) if drained.sold > 0 else float(rest > 0)


def finding(
    subject_kind: Literal["seller", "brand", "category"],
    subject_id: str,
    drained: Drained,
    goods: str,
    when: str,
    event_ids: Sequence[str] = (),
) -> Finding:
    """The finding about a seller, brand or category. `goods`: "Samsung goods", "" for all; `when`: "in 90 days"."""
    currency, is_one = drained.currency, subject_kind == "seller"
    to_whom = f"to {drained.buyers} buyers" if is_one else f"in {drained.buyers} payments"
    of_goods = f" for {goods}" if goods else ""
    beside = f"beside {spaced(drained.sold)} {currency} delivered" if drained.sold > 0 else "and nothing was delivered"
    more = f"; {spaced(drained.came_back)} {currency} more came back" if drained.came_back else ""
    return Finding(
        reason_code="compensation_drain",
        subject_kind=subject_kind,
        subject_id=subject_id,
        grade=_grade(is_one),
        sentence=f"the platform has paid {spaced(drained.paid)} {currency} {to_whom}{of_goods} {when}, {beside}{more}",
        numbers={
            "paid": money(drained.paid),
            "came_back": money(drained.came_back),
            "delivered": money(drained.sold),
            "currency": currency,
            "buyers" if is_one else "payments": drained.buyers,
            "share": share_of(drained),
        },
        event_ids=tuple(event_ids[-MAX_FINDING_EVENT_IDS:]),
        event_count=len(event_ids),
        facts=drained.buyers,
    )


def _drained(state: SellerState, currency: str, counted: Sequence[Payment], begins_us: int) -> Drained:
    by_buyer: dict[str, Decimal] = {}
    for one in counted:
        if one.currency == currency:
            by_buyer[one.buyer_id] = by_buyer.get(one.buyer_id, Decimal(0)) + one.amount - one.repaid
    sums = recent(state, currency, begins_us)
    paid, most = sum(by_buyer.values(), Decimal(0)), max(by_buyer.values())
    return Drained(currency, paid, sums.repaid, most, len(by_buyer), sums.sold)


def _grade(is_one: bool) -> str:
    return "one_seller" if is_one else "across_sellers"
