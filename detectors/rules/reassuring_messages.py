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
from detectors.heard import REASSURING, finding
from detectors.state import SellerState


@dataclass(frozen=True, slots=True)
class ReassuringMessages:
    """One grade: `seen`."""

    conversations_enough: int = 1

    def look(self, state: SellerState, _cause: Cause, _now_us: int, _around: Around) -> Finding | Abstained | None:
        """What was noted of the seller's messages."""
        return finding(state, REASSURING, "seen", self.conversations_enough, "reassures its buyers")
