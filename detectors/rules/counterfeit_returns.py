"""More buyers than chance explains send the goods back as counterfeit, or as not what was described.

Fires when:        at least 3 different buyers gave that reason, and the share of the seller's buyers who do is, with a
                   probability of 0.95, above three times the usual one (or 25 points above it, whichever is less).
                   Looked at once a day. Counterfeit is one grade, not as described another and never a hold.
Stays quiet when:  one buyer gives the reason again and again; the complaint about the return was dismissed; the buyer
                   took the return back; the seller has so many buyers that these are to be expected. A return that the
                   seller disputes counts, and the evidence says how many do.
Known gaps:        a figure over all sellers of a category is not known here, so the usual share and the prior's
                   strength are parameters: 1 %, which for clothes that do not fit is too little (where 5 % of 300
                   buyers say "not as described" it fires two times in five), and 50 orders, where the moments over a
                   category's sellers, clipped to 20 to 100, are to stand one day. Buyers without a known delivery who
                   send nothing back are not counted, buyers who work together count as many. The window is 45 to 90
                   days long.
Moderator:         compare the returns' words and pictures; look who the buyers are, and buy one.

Parameters (a Beta-Binomial model: Gelman et al., *Bayesian Data Analysis*, 2.4; prior Beta(c s, (1 - c) s)):
    counterfeit_rate, not_as_described_rate: c, the usual share of buyers who say so, until a category's is known
    prior_orders: s, how many orders the usual share weighs
    times, plus: fires above min(times * c, c + plus)
    certainty: the probability that is wanted
"""

from dataclasses import dataclass

from detectors import buyers
from detectors.beta import beta_tail
from detectors.detector import MAX_FINDING_EVENT_IDS, Abstained, Around, Cause, Finding
from detectors.marks import FEWEST_BUYERS
from detectors.returns import buyer_of
from detectors.state import SellerState


@dataclass(frozen=True, slots=True)
class CounterfeitReturns:
    """Two grades: `counterfeit`, and `not_as_described` where only that is too frequent."""

    counterfeit_rate: float = 0.01
    not_as_described_rate: float = 0.01
    prior_orders: float = 50.0
    times: float = 3.0
    plus: float = 0.25
    certainty: float = 0.95

    def look(self, state: SellerState, _cause: Cause, now_us: int, _around: Around) -> Finding | Abstained | None:
        """A finding about the seller as of today's look."""
        if len(state.doubted) < FEWEST_BUYERS:
            return None
        delivered = buyers.recent(state, now_us)
        return self._judge(state, delivered, "counterfeit", self.counterfeit_rate) or self._judge(
            state, delivered, "not_as_described", self.not_as_described_rate
        )

    def _judge(self, state: SellerState, delivered: buyers.Buyers, reason: str, rate: float) -> Finding | None:
        steps: dict[str, tuple[int, str]] = {}
        disputed = set()
        for return_id in state.doubted:
            held = state.returns[return_id]
            request = next(step for step in held.steps if step.kind == "requested")
            if held.doubt != reason or request.time_us < delivered.since_us:
                continue
            buyer_id = buyer_of(held)
            steps[buyer_id] = max(steps.get(buyer_id, (0, "")), (request.time_us, request.event_id))
            if held.disputed:
                disputed.add(buyer_id)
        if len(steps) < FEWEST_BUYERS:
            return None
        count = delivered.count_with(steps)
        certainty = self._certainty(len(steps), count, rate)
        if certainty < self.certainty:
            return None
        contested = f", {len(disputed)} of them disputed by the seller" if disputed else ""
        event_ids = tuple(event_id for _, event_id in sorted(steps.values()))
        return Finding(
            reason_code="counterfeit_returns",
            subject_kind="seller",
            subject_id=state.seller_id,
            grade=_grade(reason),
            sentence=f"{len(steps)} of about {count} buyers sent it back as {_said(reason)} "
            f"({len(steps) / count:.1%}, usual are {rate:.1%}){contested}",
            numbers={
                "buyers": len(steps),
                "buyers_delivered_to": count,
                "share": round(len(steps) / count, 3),
                "certainty": certainty,
                "disputed": len(disputed),
            },
            event_ids=event_ids[-MAX_FINDING_EVENT_IDS:],
            event_count=len(event_ids),
            facts=len(steps),
        )

    def _certainty(self, said: int, count: int, rate: float) -> float:
        """The probability that the seller's share is above the limit, having seen `said` of `count` buyers."""
        limit = min(self.times * rate, rate + self.plus)
        return beta_tail(rate * self.prior_orders + said, (1 - rate) * self.prior_orders + count - said, limit)


def _grade(reason: str) -> str:
    return "counterfeit" if reason == "counterfeit" else "not_as_described"


def _said(reason: str) -> str:
    return reason.replace("_", " ")
