"""The seller asks buyers to pay or to talk where the platform does not see it.

Fires when:        a message of the seller asked, in the last 90 days, to come to another messenger (WeChat, QQ,
                   WhatsApp, Telegram, ...), to pay past the platform (a transfer, Western Union, friends and family),
                   or "outside the platform"; in Chinese and English, also disguised ("V 信", "薇信", "w-x").
Stays quiet when:  the buyer asks for it; the seller warns of it or declines it ("never pay outside the platform"); a
                   messenger is what the goods can do ("shows WhatsApp messages").
Known gaps:        links, pictures and voice are not read, of telephone numbers only those that are spelled out or to be
                   texted, of mail addresses those of free mailboxes or spelled out; a new nickname of a messenger is
                   found only when it is listed; a warning and a lure in one clause pass for a warning; a shop that may
                   lawfully take bank transfers looks like this.
Moderator:         read the conversation up to it: who asked first? Look whether orders were cancelled right after it.

Parameters:
    conversations_enough: different conversations in which it was asked, at least
"""

from dataclasses import dataclass

from detectors.detector import Abstained, Around, Cause, Finding
from detectors.heard import LURE, finding
from detectors.state import SellerState


@dataclass(frozen=True, slots=True)
class OffPlatformLure:
    """One grade: `seen`."""

    conversations_enough: int = 1

    def look(self, state: SellerState, _cause: Cause, _now_us: int, _around: Around) -> Finding | Abstained | None:
        """What was noted of the seller's messages."""
        return finding(state, LURE, "seen", self.conversations_enough, "asks buyers away from the platform")
