"""A parcel came back to the seller, its time is up, and no refund has come.

Fires when:        the refund deadline of a delivered return has passed (refund SLA plus scan grace, by the calendar of
                   the country that the seller was in; longer for an unsigned delivery, paused once by the seller's
                   dispute), graded by the number of buyers waiting.
Stays quiet when:  the refund came by whatever route before the deadline, in parts or within the tolerance; the buyer
                   or the platform cancelled the return; a complaint about it was dismissed; the parcel is not back.
Known gaps:        a refund paid outside the platform is not seen; one in another currency than the return's does not
                   count; goods that never came (`not_received`) start no deadline (`ignored_return` sees who agreed to
                   refund them and did not); a carrier that scans "delivered" early accuses for as long as the grace is
                   too short; holidays of a single province are working days; who registers in the country with the
                   longest terms has them.
Moderator:         open the return's steps; ask the seller for the refund; look at who signed and where.

Parameters:
    terms: of returns [policy]
    more_buyers: buyers who wait, from which on it is the second grade
"""

from dataclasses import dataclass
from decimal import Decimal

from detectors.detector import MAX_FINDING_EVENT_IDS, Abstained, Around, Cause, Finding
from detectors.late import Late
from detectors.returns import DEFAULT_TERMS, ReturnTerms
from detectors.state import SellerState
from schemas.fields import HOUR_US, money

MAX_NAMED_RETURNS = 3


@dataclass(frozen=True, slots=True)
class OverdueRefund:
    """Two grades: `one_buyer`, and `more_buyers`."""

    terms: ReturnTerms = DEFAULT_TERMS
    more_buyers: int = 2

    def look(self, state: SellerState, _cause: Cause, now_us: int, _around: Around) -> Finding | Abstained | None:
        """A finding about the seller while any refund is overdue."""
        if not state.overdue:
            return None
        late = state.late(self.terms)
        buyers = len(late.buyers)
        longest_hours = (now_us - late.since_us) / HOUR_US
        named = ", ".join(late.named(MAX_NAMED_RETURNS)) + (" and others" if len(late) > MAX_NAMED_RETURNS else "")
        what = "a returned parcel" if len(late) == 1 else f"{len(late)} returned parcels"
        who = "1 buyer waits" if buyers == 1 else f"{buyers} buyers wait"
        return Finding(
            reason_code="overdue_refund",
            subject_kind="seller",
            subject_id=state.seller_id,
            grade="more_buyers" if buyers >= self.more_buyers else "one_buyer",
            sentence=f"{who} for {sums(late)} after {what} came back to the seller ({named})",
            numbers={
                "returns": len(late),
                "buyers": buyers,
                "longest_overdue_hours": round(max(longest_hours, 0.0), 3),
            },
            event_ids=late.evidence(MAX_FINDING_EVENT_IDS),
            event_count=late.events,
            facts=buyers,
        )


def sums(late: Late) -> str:
    """What is missing on the overdue returns, per currency: "1,500.00 CNY and 20.00 EUR"."""
    return " and ".join(f"{spaced(amount)} {currency}" for currency, amount in sorted(late.missing.items()))


def spaced(amount: Decimal) -> str:
    """Money for a sentence: "1,500.00"."""
    whole, _, fraction = money(amount).partition(".")
    return f"{int(whole):,}.{fraction}"
