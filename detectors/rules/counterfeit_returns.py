"""More buyers than chance explains send the goods back as counterfeit, or as not what was described.

Fires when:        at least 3 different buyers gave that reason, and the share of the seller's buyers who do is, with a
                   probability of 0.95, above three times the usual one (or 25 points above it, whichever is less).
                   Looked at once a day. Counterfeit is one grade, not as described another and never a hold.
Stays quiet when:  one buyer gives the reason again and again; the complaint about the return was dismissed; the buyer
                   took the return back; the seller has so many buyers that these are to be expected. A return that the
                   seller disputes counts, and the evidence says how many do.
Known gaps:        in which category a seller's buyers bought is not counted: the usual share is that of the category
                   most of the doubted returns are of. Until it is known it is 1 %, which for clothes that do not fit is
                   too little (where 5 % of 300 buyers say "not as described" it fires two times in five). Buyers
                   without a known delivery who send nothing back are not counted, buyers who work together count as
                   many. The window is 45 to 90 days long.
Moderator:         compare the returns' words and pictures; look who the buyers are, and buy one.

Parameters (a Beta-Binomial model: Gelman et al., *Bayesian Data Analysis*, 2.4; prior Beta(c s, (1 - c) s)):
    counterfeit_rate, not_as_described_rate: c, the usual share of buyers who say so, until the category's is known
    least_rate, most_counterfeit_rate, most_not_as_described_rate: the category's share counts for no less and no more:
        a category without any fakes makes none of three buyers' word, one full of them excuses nobody
    prior_orders: s, how many orders the usual share weighs, until it is known how much the category's sellers differ
    least_orders, most_orders: s then counts for no less and no more
    sellers_enough: sellers of whom a category's share is known, at least [from 100 on the share is found to within a
        half, and s, clipped, to within a factor of two, by simulation]
    times, plus: fires above min(times * c, c + plus)
    certainty: the probability that is wanted
"""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from detectors import buyers
from detectors.beta import beta_tail
from detectors.detector import MAX_FINDING_EVENT_IDS, Abstained, Around, Cause, Finding
from detectors.marks import FEWEST_BUYERS
from detectors.records import Return
from detectors.returns import buyer_of
from detectors.state import SellerState


class Usual(NamedTuple):
    """The usual share of buyers who say so, how many orders that weighs, and where: " in phones", "" for everywhere."""

    rate: float
    orders: float
    where: str


@dataclass(frozen=True, slots=True)
class CounterfeitReturns:
    """Two grades: `counterfeit`, and `not_as_described` where only that is too frequent."""

    counterfeit_rate: float = 0.01
    not_as_described_rate: float = 0.01
    least_rate: float = 0.005
    most_counterfeit_rate: float = 0.05
    most_not_as_described_rate: float = 0.20
    prior_orders: float = 50.0
    least_orders: float = 20.0
    most_orders: float = 100.0
    sellers_enough: int = 100
    times: float = 3.0
    plus: float = 0.25
    certainty: float = 0.95

    def look(self, state: SellerState, _cause: Cause, now_us: int, around: Around) -> Finding | Abstained | None:
        """A finding about the seller as of today's look."""
        if len(state.doubted) < FEWEST_BUYERS:
            return None
        delivered = buyers.recent(state, now_us)
        return self._judge(state, delivered, "counterfeit", around) or self._judge(
            state, delivered, "not_as_described", around
        )

    def _judge(self, state: SellerState, delivered: buyers.Buyers, reason: str, around: Around) -> Finding | None:
        steps: dict[str, tuple[int, str]] = {}
        disputed = set()
        categories: Counter[str] = Counter()
        for return_id in state.doubted:
            held = state.returns[return_id]
            request = next(step for step in held.steps if step.kind == "requested")
            if held.doubt != reason or request.time_us < delivered.since_us:
                continue
            buyer_id = buyer_of(held)
            steps[buyer_id] = max(steps.get(buyer_id, (0, "")), (request.time_us, request.event_id))
            categories[_category_of(state, held)] += 1
            if held.disputed:
                disputed.add(buyer_id)
        if len(steps) < FEWEST_BUYERS:
            return None
        count = delivered.count_with(steps)
        usual = self._usual(around, categories, reason)
        certainty = self._certainty(len(steps), count, usual.rate, usual.orders)
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
            f"({len(steps) / count:.1%}, usual{usual.where} are {usual.rate:.1%}){contested}",
            numbers={
                "buyers": len(steps),
                "buyers_delivered_to": count,
                "share": round(len(steps) / count, 3),
                "certainty": certainty,
                "usual_share": round(usual.rate, 3),
                "disputed": len(disputed),
            },
            event_ids=event_ids[-MAX_FINDING_EVENT_IDS:],
            event_count=len(event_ids),
            facts=len(steps),
        )

    def _usual(self, around: Around, categories: Counter[str], reason: str) -> Usual:
        """What is usual where most of the doubted returns are of."""
        is_fake = reason == "counterfeit"
        category = min(categories, key=lambda one: (-categories[one], one))
        known = around.category_rate(category, reason) if category else None
        if known is None or known.sellers < self.sellers_enough:
            return Usual(self.counterfeit_rate if is_fake else self.not_as_described_rate, self.prior_orders, "")
        most = self.most_counterfeit_rate if is_fake else self.most_not_as_described_rate
        rate = max(self.least_rate, min(known.share, most))
        return Usual(rate, max(self.least_orders, min(known.orders, self.most_orders)), f" in {category}")

    def _certainty(self, said: int, count: int, rate: float, orders: float) -> float:
        """The probability that the seller's share is above the limit, having seen `said` of `count` buyers."""
        limit = min(self.times * rate, rate + self.plus)
        return beta_tail(rate * orders + said, (1 - rate) * orders + count - said, limit)


def _category_of(state: SellerState, held: Return) -> str:
    """The category of what was sent back, "" where nobody says."""
    order = state.orders.get(held.order_id)
    listing = state.listings.get(order.listing_id) if order is not None else None
    return (order.category if order is not None else "") or (listing.category if listing is not None else "")


def _grade(reason: str) -> str:
    return "counterfeit" if reason == "counterfeit" else "not_as_described"


def _said(reason: str) -> str:
    return reason.replace("_", " ")
