"""Several buyers sent their parcels back and none of them got the money: the payout can still be frozen.

Fires when:        refunds are overdue to at least 3 buyers, or to 2 buyers and over a quarter of the returns that
                   came back in the last 30 days are overdue.
Stays quiet when:  fewer buyers wait; a dispute has paused the deadlines; the refunds were paid, or half of each
                   (the seller keeps a fee, or the way there); for 2 buyers also when not all of the seller's returns
                   are remembered, because their share is not known then.
Known gaps:        a gang that refunds the first buyers and keeps the later ones' money below the quarter, or that pays
                   back half of each; buyers who are one person under three accounts. A seller who sends other
                   goods instead of a refund owes it until the return is cancelled.
Moderator:         compare the overdue returns' buyers and addresses; if they are different people, confirm the payout
                   hold and ask the seller for the refunds.

Parameters:
    terms: of returns [policy]
    buyers_enough: buyers who wait, at least, whatever their share
    buyers_few: buyers who wait, at least, where the share is large
    share_of_returns: of the returns that came back in `window_days`, more than
    window_days: days since the parcel came back
"""

from dataclasses import dataclass

from detectors.detector import MAX_FINDING_EVENT_IDS, Abstained, Around, Cause, Finding
from detectors.returns import DEFAULT_TERMS, ReturnTerms
from detectors.rules.overdue_refund import sums
from detectors.state import SellerState
from schemas.fields import DAY_US


@dataclass(frozen=True, slots=True)
class UnpaidRefunds:
    """One grade: `seen`."""

    terms: ReturnTerms = DEFAULT_TERMS
    buyers_enough: int = 3
    buyers_few: int = 2
    share_of_returns: float = 0.25
    window_days: float = 30.0

    def look(self, state: SellerState, _cause: Cause, now_us: int, _around: Around) -> Finding | Abstained | None:
        """A finding about the seller while that many buyers wait."""
        if len(state.overdue) < self.buyers_few:
            return None
        late = state.late(self.terms)
        buyers, unpaid = len(late.unpaid), sum(late.unpaid.values())
        if buyers < self.buyers_few:
            return None
        recent = state.overview.came_back().since(now_us - int(self.window_days * DAY_US))
        share = unpaid / max(recent, unpaid)
        if buyers < self.buyers_enough and (share <= self.share_of_returns or state.core.truncated):
            return None
        return Finding(
            reason_code="unpaid_refunds",
            subject_kind="seller",
            subject_id=state.seller_id,
            grade="seen",
            sentence=f"{buyers} buyers have sent their parcels back and wait for {sums(late)}; "
            f"{unpaid} of the {max(recent, unpaid)} returns of the last {self.window_days:.0f} days are unpaid",
            numbers={"returns": unpaid, "buyers": buyers, "share_of_returns": round(share, 3)},
            event_ids=late.evidence(MAX_FINDING_EVENT_IDS),
            event_count=late.events,
            facts=buyers,
        )
