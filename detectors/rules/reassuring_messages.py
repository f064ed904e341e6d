"""The seller tells buyers why the goods are so cheap, or how genuine they are.

Fires when:        a message of the seller held, in the last 90 days, a phrase that explains a low price away: other
                   channels, factory direct, overstock, seized by customs, sales for the rating, "guaranteed authentic";
                   in Chinese and English.
Stays quiet when:  the buyer says it; nobody of the seller does. It never opens an alert: shown beside other findings.
Known gaps:        honest sellers reassure too, above all of authenticity, so it weighs next to nothing; pictures,
                   voice and other languages are not read; neither is what is behind the 4,000th character.
Moderator:         read the conversation: does the story fit the price, and is it the same for every buyer?

Parameters:
    conversations_enough: different conversations in which something of the kind was said, at least
"""

from dataclasses import dataclass

from detectors.detector import Abstained, Around, Cause, Finding
from detectors.heard import KEPT_US, MAX_CONVERSATIONS, REASSURING
from detectors.state import SellerState
from schemas.fields import DAY_US


@dataclass(frozen=True, slots=True)
class ReassuringMessages:
    """One grade: `seen`."""

    conversations_enough: int = 1

    def look(self, state: SellerState, _cause: Cause, _now_us: int, _around: Around) -> Finding | Abstained | None:
        """What was noted of the seller's messages."""
        spoken = state.core.spoken.get(REASSURING)
        if spoken is None or len(spoken.conversations) < self.conversations_enough:
            return None
        count = len(spoken.conversations)
        least = "at least " if count == MAX_CONVERSATIONS else ""
        return Finding(
            reason_code=REASSURING,
            subject_kind="seller",
            subject_id=state.seller_id,
            grade="seen",
            sentence=f'the seller reassures its buyers, last with "{spoken.phrase}" '
            f"({least}{count} conversation{'s' if count > 1 else ''} in {KEPT_US // DAY_US} days)",
            numbers={"phrase": spoken.phrase, "conversations": count},
            event_ids=(spoken.event_id,),
            event_count=1,
            facts=count,
        )
