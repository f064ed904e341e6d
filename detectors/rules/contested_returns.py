"""A seller that takes parcels back and then says that something is wrong with most of them.

Fires when:        the seller disputed more than 30 % of the returns that came back to it in the last 90 days, and those
                   of at least 3 different buyers.
Stays quiet when:  fewer buyers are concerned; the platform dismissed the complaint about the return, so the seller was
                   right; the buyer took the return back; the dispute was the buyer's own.
Known gaps:        a seller whom a gang of buyers sends stones instead of phones looks like this until the platform has
                   decided; a dispute outside the platform is not seen; a seller who disputes a quarter is quiet.
Moderator:         read the disputes side by side: the same sentence every time is a pattern; who was right where the
                   platform has decided?

Parameters:
    share_of_returns: of those delivered back in `window_days`, more than
    window_days: days since the parcel came back
    buyers_enough: different buyers whose returns were disputed, at least [one buyer counts once]
"""

from dataclasses import dataclass

from detectors.detector import MAX_FINDING_EVENT_IDS, Abstained, Around, Cause, Finding
from detectors.returns import buyer_of
from detectors.state import SellerState
from schemas.fields import DAY_US


@dataclass(frozen=True, slots=True)
class ContestedReturns:
    """One grade: `seen`."""

    share_of_returns: float = 0.30
    window_days: float = 90.0
    buyers_enough: int = 3

    def look(self, state: SellerState, _cause: Cause, now_us: int, _around: Around) -> Finding | Abstained | None:
        """A finding about the seller while it contests that many."""
        if len(state.disputed) < self.buyers_enough:
            return None
        since_us = max(1, now_us - int(self.window_days * DAY_US))
        contested = sorted(
            (held.delivered_us, return_id)
            for return_id in state.disputed
            if (held := state.returns[return_id]).delivered_us >= since_us
        )
        buyers = {buyer_of(state.returns[return_id]) for _, return_id in contested}
        if len(buyers) < self.buyers_enough:
            return None
        came_back = state.overview.came_back().since(since_us)
        share = len(contested) / max(came_back, 1)
        if share <= self.share_of_returns:
            return None
        event_ids = [
            step.event_id
            for _, return_id in contested
            for step in state.returns[return_id].steps
            if step.kind in ("delivered", "disputed")
        ]
        return Finding(
            reason_code="contested_returns",
            subject_kind="seller",
            subject_id=state.seller_id,
            grade="seen",
            sentence=f"the seller disputed {len(contested)} of the {came_back} returns that came back in the last "
            f"{self.window_days:g} days, those of {len(buyers)} buyers",
            numbers={
                "disputed": len(contested),
                "came_back": came_back,
                "buyers": len(buyers),
                "share_of_returns": round(share, 3),
            },
            event_ids=tuple(event_ids[-MAX_FINDING_EVENT_IDS:]),
            event_count=len(event_ids),
            facts=len(buyers),
        )
