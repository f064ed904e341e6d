"""A buyer wants to send the goods back, and the seller does not answer, or goes back on its word.

Fires when:        a return was requested and the seller has neither accepted, refused, disputed nor refunded it within
                   72 hours, or accepted it and then refused it without a dispute.
Stays quiet when:  the seller answered in whatever way, also late; the parcel is on its way back; the return was
                   refunded by anybody, withdrawn by the buyer, or a complaint about it was dismissed.
Known gaps:        an answer in the chat alone is not seen; a seller on holiday looks like this, because an absence that
                   was announced does not stop a buyer's clock; where the platform accepts every return in the seller's
                   place it never fires.
Moderator:         read the chat of the return; look whether the seller answers other buyers at the same time.

Parameters:
    terms: of returns [policy: `answer_hours`, from the request]
    silence: when a seller is silent [policy]
    buyers_enough: different buyers, at least
    buyers_many: from so many on, with a seller who is silent to everybody, it is the stronger grade: money taken,
        nothing sent, nobody there
"""

from dataclasses import dataclass

from detectors.detector import MAX_FINDING_EVENT_IDS, Abstained, Around, Cause, Finding
from detectors.returns import DEFAULT_TERMS, ReturnTerms, buyer_of
from detectors.rhythm import DEFAULT_SILENCE, SilenceTerms
from detectors.silence import now_of, silence
from detectors.state import SellerState

MAX_NAMED_RETURNS = 3


@dataclass(frozen=True, slots=True)
class IgnoredReturn:
    """Two grades: `seen`, and `silent` of a seller who leaves many buyers alone and speaks to nobody."""

    terms: ReturnTerms = DEFAULT_TERMS
    silence: SilenceTerms = DEFAULT_SILENCE
    buyers_enough: int = 1
    buyers_many: int = 5

    def look(self, state: SellerState, _cause: Cause, now_us: int, _around: Around) -> Finding | Abstained | None:
        """A finding about the seller while any buyer waits for an answer that counts."""
        if not state.ignored:
            return None
        ignored = sorted(state.ignored, key=lambda one: (state.returns[one].steps[0].time_us, one))
        buyers = len({buyer_of(state.returns[return_id]) for return_id in ignored})
        if buyers < self.buyers_enough:
            return None
        refused = sum(any(step.kind == "refused" for step in state.returns[one].steps) for one in ignored)
        unanswered = len(ignored) - refused
        said = [f"{unanswered} not answered within {self.terms.answer_hours:g} hours"] if unanswered else []
        said += [f"{refused} accepted and then refused"] if refused else []
        named = ", ".join(ignored[:MAX_NAMED_RETURNS]) + (" and others" if len(ignored) > MAX_NAMED_RETURNS else "")
        what = "1 return" if len(ignored) == 1 else f"{len(ignored)} returns"
        now_us = now_of(state.core, now_us)
        is_silent = buyers >= self.buyers_many and silence(state.core, buyers, now_us, self.silence) is not None
        event_ids = [step.event_id for one in ignored for step in state.returns[one].steps]
        return Finding(
            reason_code="ignored_return",
            subject_kind="seller",
            subject_id=state.seller_id,
            grade="silent" if is_silent else "seen",
            sentence=f"{what} of {buyers} buyer{'s' if buyers > 1 else ''} left alone: {', '.join(said)} ({named})"
            + ("; the seller speaks to nobody" if is_silent else ""),
            numbers={
                "returns": len(ignored),
                "buyers": buyers,
                "unanswered": unanswered,
                "refused_after_acceptance": refused,
            },
            event_ids=tuple(event_ids[-MAX_FINDING_EVENT_IDS:]),
            event_count=len(event_ids),
            facts=buyers,
        )
