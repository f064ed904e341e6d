"""A seller whose branded goods are kept from comparison for one reason after another.

Fires when: its listings of branded goods raised three different guards within 7 days: sold as parts today, as a bundle
    tomorrow, at an auction's starting price the day after.
Stays quiet when: the same guard comes again and again, or accessories and parts are in a category of their own, or the
    goods carry no brand; what the catalogue does not know (no product, a thin market) is not the seller's doing.
Known gaps: a shop that does sell phones, cases and bundles of both looks like this; one that uses two guards only, or
    one a week, does not. Nothing rests on it until it has been looked at: it starts in shadow.
Moderator: open the three listings; is what is for sale what the title says? Buy one.

Parameters:
    different_guards: guards with different names, at least
"""

from dataclasses import dataclass

from detectors.detector import Abstained, Around, Cause, Finding
from detectors.raised import WINDOW_US
from detectors.state import SellerState
from schemas.fields import DAY_US


@dataclass(frozen=True, slots=True)
class GuardShopping:
    """One grade: `seen`."""

    different_guards: int = 3

    def look(self, state: SellerState, _cause: Cause, now_us: int, _around: Around) -> Finding | Abstained | None:
        """Counts what the state remembers of the last days."""
        raised = {guard: last for guard, last in state.core.guards.items() if now_us - last[0] < WINDOW_US}
        if len(raised) < self.different_guards:
            return None
        named = ", ".join(sorted(raised))
        return Finding(
            reason_code="guard_shopping",
            subject_kind="seller",
            subject_id=state.seller_id,
            grade="seen",
            sentence=(
                f"branded goods were kept from comparison for {len(raised)} different reasons within "
                f"{WINDOW_US // DAY_US} days: {named}"
            ),
            numbers={"different_guards": len(raised), "guards": named},
            event_ids=tuple(event_id for _, event_id in sorted(raised.values())),
            event_count=len(raised),
            facts=len(raised),
        )
