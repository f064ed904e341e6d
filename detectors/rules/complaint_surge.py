"""Complaints about a seller, a brand or a category have risen above what was to be expected.

Fires when:        complaints of counterfeit goods, or of refunds and answers that never came, are more than the same
                   weekdays of weeks t-16 to t-5 let expect, by so much or for so long that chance brings it once in 100
                   years to a seller, once a year to a brand or category; it stands until half of the excess is used
                   up again.
Stays quiet when:  more orders were delivered in the 14 days before, as that lets expect more complaints; there are not
                   yet eight weeks to compare with, five to sixteen weeks back; fewer than three buyers complained
                   since it rises. One buyer counts once, all who are not named count once a day together, and a
                   dismissed complaint is taken back.
Known gaps:        a seller's days are known from its first complaint on, so a shop that begins to cheat within twelve
                   weeks of it, or with its first ones, is not found by this (the brand's series may show it); orders to
                   oneself let expect more; a rise slower than the baseline moves on, a doubling in about a year, is
                   learned; complaints long after a sale of a few days read as a rise.
Moderator:         read the newest complaints: is it one listing, one delivery, one carrier, or a campaign of buyers?
                   Of a brand or category look at the sellers whose complaints are new.

Parameters:
    fewest_complaints: since it rises, at least
    the others are the policy's [surge.seller] and [surge.market], see `detectors.baseline`
"""

from collections.abc import Mapping
from dataclasses import dataclass

from detectors.detector import Abstained, Around, Cause, Finding, SubjectKind
from detectors.state import SellerState
from detectors.surge import Series, kind_of, surge_finding


@dataclass(frozen=True, slots=True)
class ComplaintSurge:
    """Two grades: `seller`, and `market` for a brand or category, which has no verdicts and no holds."""

    fewest_complaints: int = 3

    def look(self, state: SellerState, _cause: Cause, _now_us: int, _around: Around) -> Finding | Abstained | None:
        """What the seller's own series say."""
        raised = self._raised(state.surges)
        if not raised:
            return None
        rising = sorted(
            (one.counted, one.opened_us, one.opened_by)
            for one in state.complaints.values()
            if (series := raised.get(kind_of(one.kind) or "")) and one.counted >= series.rising_day
        )
        event_ids = tuple(event_id for _, _, event_id in rising)
        return surge_finding(raised, "seller", state.seller_id, grade="seller", event_ids=event_ids)

    def look_at_market(
        self, series: Mapping[str, Series], subject_kind: SubjectKind, subject_id: str, name: str = ""
    ) -> Finding | None:
        """What the series of a brand or category say, by kind of complaint; `name` is what people call it."""
        return surge_finding(self._raised(series), subject_kind, subject_id, grade="market", name=name)

    def _raised(self, series: Mapping[str, Series]) -> dict[str, Series]:
        return {
            kind: one for kind, one in sorted(series.items()) if one.raised and one.observed >= self.fewest_complaints
        }
