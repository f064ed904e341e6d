"""A buyer wants to send the goods back, or never got them, and the seller does not answer or does not keep its word.

Fires when:        a return was requested and the seller has neither accepted, refused, disputed nor refunded it within
                   72 hours; or accepted it and then refused it without a dispute; or accepted one for goods that never
                   came (`not_received`) and neither paid anything nor delivered within 14 days. It weighs more to at
                   least 5 buyers: from a seller who speaks to nobody, or where the last of these was done to a tenth of
                   all who lately had parcels.
Stays quiet when:  the seller answered in whatever way, also late; the parcel is on its way back; the return was
                   refunded by anybody, withdrawn by the buyer, or a complaint about it was dismissed; goods that
                   never came were delivered after all.
Known gaps:        an answer in the chat alone is not seen; a seller on holiday looks like this, because an absence that
                   was announced does not stop a buyer's clock; where the platform accepts every return in the seller's
                   place it fires for goods that never came alone, and a second parcel of which nobody tells that it
                   was delivered is not seen.
Moderator:         read the chat of the return; look whether the seller answers other buyers at the same time.

Parameters:
    terms: of returns [policy: `answer_hours`, from the request; `promise_days`, from the acceptance]
    silence: when a seller is silent [policy]
    buyers_enough: different buyers, at least
    buyers_many: from so many on it may be a stronger grade: money taken and nothing sent, nobody there or only words
    share_of_buyers: of those who had parcels in the last 45 to 90 days, themselves included, to whom a word since then
        was not kept, at least
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from detectors.buyers import recent
from detectors.detector import MAX_FINDING_EVENT_IDS, Abstained, Around, Cause, Finding
from detectors.marks import words_on
from detectors.returns import DEFAULT_TERMS, ReturnTerms, buyer_of
from detectors.rhythm import DEFAULT_SILENCE, SilenceTerms
from detectors.silence import now_of, silence
from detectors.state import SellerState

MAX_NAMED_RETURNS = 3


@dataclass(frozen=True, slots=True)
class IgnoredReturn:
    """Three grades: `seen`; `silent` of a seller who leaves many buyers alone and speaks to nobody; `unkept` of one who
    agrees with many that the goods never came, and leaves it at that.
    """

    terms: ReturnTerms = DEFAULT_TERMS
    silence: SilenceTerms = DEFAULT_SILENCE
    buyers_enough: int = 1
    buyers_many: int = 5
    share_of_buyers: float = 0.1

    def look(self, state: SellerState, _cause: Cause, now_us: int, _around: Around) -> Finding | Abstained | None:
        """A finding about the seller while any buyer waits for an answer that counts."""
        if not state.ignored:
            return None
        ignored = sorted(state.ignored, key=lambda one: (state.returns[one].steps[0].time_us, one))
        buyers = len(_buyers(state, ignored))
        if buyers < self.buyers_enough:
            return None
        last_words = {one: words_on(state.returns[one])[-1:] for one in ignored}
        refused = sum(last == ["refused"] for last in last_words.values())
        unkept = [one for one, last in last_words.items() if last == ["accepted"]]
        unanswered = len(ignored) - refused - len(unkept)
        said = [f"{unanswered} not answered within {self.terms.answer_hours:g} hours"] if unanswered else []
        said += [f"{refused} accepted and then refused"] if refused else []
        if unkept:
            said += [f"{len(unkept)} accepted and neither paid nor delivered within {self.terms.promise_days:g} days"]
        named = ", ".join(ignored[:MAX_NAMED_RETURNS]) + (" and others" if len(ignored) > MAX_NAMED_RETURNS else "")
        what = "1 return" if len(ignored) == 1 else f"{len(ignored)} returns"
        is_silent = buyers >= self.buyers_many and self._is_silent(state, buyers, now_us)
        event_ids = [step.event_id for one in ignored for step in state.returns[one].steps]
        return Finding(
            reason_code="ignored_return",
            subject_kind="seller",
            subject_id=state.seller_id,
            grade="silent" if is_silent else "unkept" if self._are_many(state, unkept, now_us) else "seen",
            sentence=f"{what} of {buyers} buyer{'s' if buyers > 1 else ''} left alone: {', '.join(said)} ({named})"
            + ("; the seller speaks to nobody" if is_silent else ""),
            numbers={
                "returns": len(ignored),
                "buyers": buyers,
                "unanswered": unanswered,
                "refused_after_acceptance": refused,
                "unkept": len(unkept),
            },
            event_ids=tuple(event_ids[-MAX_FINDING_EVENT_IDS:]),
            event_count=len(event_ids),
            facts=buyers,
        )

    def _is_silent(self, state: SellerState, buyers: int, now_us: int) -> bool:
        return silence(state.core, buyers, now_of(state.core, now_us), self.silence) is not None

    def _are_many(self, state: SellerState, unkept: Sequence[str], now_us: int) -> bool:
        """Whether a word was lately not kept to that many, beside all who lately had parcels."""
        lately = recent(state, now_us)
        left = _buyers(state, [one for one in unkept if state.returns[one].steps[0].time_us >= lately.since_us])
        return len(left) >= self.buyers_many and len(left) >= self.share_of_buyers * lately.count_with(left)


def _buyers(state: SellerState, return_ids: Iterable[str]) -> set[str]:
    return {buyer_of(state.returns[one]) for one in return_ids}
