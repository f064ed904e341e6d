"""Parcels came back, the refunds are overdue, and the seller does not speak to anyone any more.

Fires when:        refunds are overdue to at least 2 buyers (to 1 for over 240 hours) and the seller is silent: no act
                   towards any buyer for 72 hours while at least 2 of them wait, or for longer than nearly all of its
                   own gaps, or it closed the shop itself. Complaints are shown as evidence, they are not needed.
Stays quiet when:  the seller acts (a message, a reply, a shipment, a refund, a word on a return, a listing; a login is
                   no act); it had announced that it would be away; four fifths of the sums that fell due in the last 7
                   days were refunded, or half of each refund. That the platform closed the shop is not the
                   seller's silence.
Known gaps:        one line of chat a day is life, and so is a program that reprices the shelf; an absence announced
                   again and again quiets it: from 3 buyers on `unpaid_refunds` freezes the payout all the same. An
                   honest holiday of which nobody was told, during which the parcels of 2 buyers come back, is held. A
                   marketplace that sends neither messages nor replies sees silence where there is none.
Moderator:         try to reach the seller; look whether it still ships and refunds elsewhere; read the complaints; if
                   nobody answers, confirm the holds of account and payout and have the buyers paid from it.

Parameters:
    terms, silence: of returns, and when a seller is silent [policy]
    buyers_enough: buyers who wait for refunds that are not long overdue, at least
"""

from dataclasses import dataclass
from typing import Final

from detectors.detector import MAX_FINDING_EVENT_IDS, Abstained, Around, Cause, Finding
from detectors.exposure import parts
from detectors.refunding import contested, goes_on
from detectors.returns import DEFAULT_TERMS, ReturnTerms
from detectors.rhythm import DEFAULT_SILENCE, SilenceTerms, silent_after_us
from detectors.rules.overdue_refund import sums
from detectors.silence import Silence, now_of, says_nothing, silence
from detectors.state import SellerState
from schemas.fields import HOUR_US, money, to_time

MAX_COMPLAINT_IDS: Final = 10  # of the event ids


@dataclass(frozen=True, slots=True)
class VanishedSeller:
    """One grade: `seen`."""

    terms: ReturnTerms = DEFAULT_TERMS
    silence: SilenceTerms = DEFAULT_SILENCE
    buyers_enough: int = 2

    def look(self, state: SellerState, cause: Cause, now_us: int, _around: Around) -> Finding | Abstained | None:
        """A finding about the seller while it is silent and buyers wait."""
        if not state.overdue:
            return None
        if says_nothing(cause):
            return state.findings.get("vanished_seller")
        now_us = now_of(state.core, now_us)
        if silence(state.core, len(state.overdue), now_us, self.silence) is None:
            return None  # not even if each waiting return were another buyer's
        late = state.late(self.terms)
        buyers = len(late.unpaid)
        if not buyers:
            return None
        silent = silence(state.core, buyers, now_us, self.silence)
        longest_us = now_us - late.since_us
        if silent is None or (
            buyers < self.buyers_enough and longest_us < round(self.silence.long_overdue_hours * HOUR_US)
        ):
            return None
        if goes_on(state, late, now_us, self.terms, self.silence):
            return None
        complaints = state.claims.fitting if state.complaints else []
        heard = [opened_by for _, opened_by, _ in complaints[-MAX_COMPLAINT_IDS:]]
        event_ids = late.evidence(MAX_FINDING_EVENT_IDS - len(heard))
        named = {f"{part} {currency}": money(amount) for part, currency, amount in parts(state)}
        named |= {f"contested {currency}": money(sum_) for currency, sum_ in contested(state, self.terms).items()}
        return Finding(
            reason_code="vanished_seller",
            subject_kind="seller",
            subject_id=state.seller_id,
            grade="seen",
            sentence=_sentence(buyers, sums(late), silent, len(complaints)),
            numbers={
                "buyers": buyers,
                "returns": sum(late.unpaid.values()),
                "complaints": len(complaints),
                "silence": silent.why,
                "silent_hours": round((now_us - silent.since_us) / HOUR_US, 3),
                "silent_after_hours": round(silent_after_us(state.core.rhythm, self.silence) / HOUR_US, 3),
                "longest_overdue_hours": round(longest_us / HOUR_US, 3),
                **named,
            },
            event_ids=(*event_ids, *heard),
            event_count=late.events + len(complaints),
            facts=buyers,
        )


def _sentence(buyers: int, missing: str, silent: Silence, complaints: int) -> str:
    who = "1 buyer waits" if buyers == 1 else f"{buyers} buyers wait"
    when = to_time(silent.since_us).strftime("%Y-%m-%d %H:%M UTC")
    what = f"the seller closed the shop on {when}" if silent.why == "closed" else f"nobody was answered since {when}"
    more = "" if not complaints else "; 1 complaint fits" if complaints == 1 else f"; {complaints} complaints fit"
    return f"{who} for {missing} after their parcels came back, and {what}{more}"
