"""Simulated markets, and one price in them judged by the real judge: what the reports on prices share.

Prices are natural logarithms around `USUAL`; a spread is the standard deviation of log price between honest sellers.
The judged seller is outside the market and new (no standing) unless said otherwise.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from math import exp, log, sqrt
from typing import Final, NamedTuple

from detectors.breaker import Fuse
from detectors.entries import Entry, Flags
from detectors.judge import Judge
from detectors.judged import Judged
from detectors.market import Market
from detectors.policy import Policy, make_policy
from detectors.products import market_key
from detectors.records import Core
from detectors.reference import Reference
from detectors.standing import STANDING_DELIVERED_ORDERS
from detectors.state import SellerState
from schemas import Alert, Hold, ListingPublished
from schemas.fields import DAY_US, to_us
from streams.settings import read_policy

NOW: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOW_US: Final = to_us(NOW)
USUAL: Final = 1_000  # in the market's currency
ESTABLISHED_DAYS: Final = 400
NEW_DAYS: Final = 10
PRODUCT: Final = "p-1"
CURRENCY: Final = "USD"
KEY: Final = market_key(f"p:{PRODUCT}", "new", CURRENCY)
DETECTOR: Final = "below_market_price"
PRICE_CODES: Final = frozenset((DETECTOR, "implausible_price"))
STRONG: Final = ("strong", "strong_unsure")
Z_95: Final = 1.96


class Answer(NamedTuple):
    """What became of one price: the guard ("" where it was judged), the grade ("" for quiet), and what followed.

    `alerted` and `held` count only where nothing but the price was found.
    """

    guard: str
    grade: str
    alerted: bool
    held: bool


class Around:
    """Implements `detectors.detector.Around` over one market and an empty catalogue."""

    exchange: Mapping[str, float] = {}

    def __init__(self, market: Market) -> None:
        self.reference = Reference()
        self._market = market

    def market(self, key: str) -> Market:
        return self._market if key == KEY else Market()

    tripped: frozenset[Fuse] = frozenset()

    def category_rate(self, category: str, reason: str) -> None:
        """Nothing is known of it."""


class Bench:
    """The packaged policy's judge, asked about one price at a time by a seller it has never seen."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or make_policy(read_policy(None))
        self._judge = Judge(self.policy)

    def ask(
        self, market: Market, log_price: float, *, standing: bool = False, title: str = "goods", seller: str = "judged"
    ) -> Answer:
        """Judges a listing of new goods at that price; the seller's own entry in the market does not count."""
        since_us = NOW_US - (ESTABLISHED_DAYS if standing else NEW_DAYS) * DAY_US
        orders = STANDING_DELIVERED_ORDERS if standing else 0
        state = SellerState(seller, Core(first_seen_us=since_us, registered_us=since_us, delivered_orders=orders))
        judged = self._judge.judge(state, listing(log_price, title, seller=seller), NOW_US, Around(market))
        if judged.failures:
            raise RuntimeError(judged.failures[0])
        return _answer(state, judged)


def listing(log_price: float, title: str, category: str | None = None, seller: str = "judged") -> ListingPublished:
    """The judged listing; a price has at least a hundredth of the currency's unit."""
    return ListingPublished(
        event_id="e-1",
        event_time=NOW,
        seller_id=seller,
        listing_id="l-1",
        title=title,
        category=category,
        price=Decimal(f"{max(exp(log_price), 0.01):.4f}"),
        currency=CURRENCY,
        price_kind="fixed",
        condition="new",
        product_id=PRODUCT,
    )


def _answer(state: SellerState, judged: Judged) -> Answer:
    guard = next((guard for who, guard in judged.guards if who == DETECTOR), "")
    findings = state.listings["l-1"].findings
    grade = "implausible" if "implausible_price" in findings else ""
    if DETECTOR in findings:
        grade = findings[DETECTOR].grade
    by_price = not guard and set(findings) <= PRICE_CODES
    alerted = any(isinstance(word, Alert) and word.mode != "shadow" for word in judged.words)
    held = any(isinstance(word, Hold) and word.action == "placed" for word in judged.words)
    return Answer(guard, grade, by_price and alerted, by_price and held)


def market_of(log_prices: Iterable[float], *, standing: bool = False) -> Market:
    """A market of established sellers who were all seen just now."""
    joined_us = NOW_US - ESTABLISHED_DAYS * DAY_US
    entries = {f"s-{at:03}": Entry(NOW_US, at, joined_us, price, NOW_US) for at, price in enumerate(log_prices)}
    flags = {who: Flags(NOW_US, 1, joined_us, NOW_US, standing=True) for who in entries} if standing else {}
    return Market(entries, flags)


def honest(draw: random.Random, number: int, spread: float) -> list[float]:
    """Log prices of that many honest sellers around the usual price."""
    return [log(USUAL) + draw.gauss(0, spread) for _ in range(number)]


@dataclass(slots=True)
class Tally:
    """Answers, counted."""

    asked: int = 0
    guards: Counter[str] = field(default_factory=Counter)
    grades: Counter[str] = field(default_factory=Counter)
    alerted: int = 0
    held: int = 0
    moderate_alerted: int = 0

    def add(self, answer: Answer) -> None:
        self.asked += 1
        if answer.guard:
            self.guards[answer.guard] += 1
        self.grades["strong" if answer.grade in STRONG else answer.grade] += 1
        self.alerted += answer.alerted
        self.held += answer.held
        self.moderate_alerted += answer.alerted and answer.grade == "moderate"

    @property
    def judged(self) -> int:
        return self.asked - sum(self.guards.values())

    def share(self, count: int) -> float:
        """Of those judged."""
        return count / self.judged if self.judged else 0.0

    def shown(self) -> dict[str, object]:
        """For the JSON: shares of those judged, and the counts they come from."""
        shares = {grade: round(self.share(self.grades[grade]), 5) for grade in ("strong", "moderate", "implausible")}
        counts = {"alerted": self.alerted, "held": self.held, "moderate_alerted": self.moderate_alerted}
        return {
            "asked": self.asked,
            "judged": self.judged,
            **shares,
            **counts,
            "abstained": dict(self.guards.most_common()),
        }


def wilson(share: float, number: float) -> tuple[float, float]:
    """95 % interval of a share seen in that many independent cases (Wilson, JASA 22, 1927)."""
    if not number:
        return 0.0, 1.0
    middle = share + Z_95**2 / (2 * number)
    half = Z_95 * sqrt(share * (1 - share) / number + Z_95**2 / (4 * number**2))
    scale = 1 + Z_95**2 / number
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A markdown table; all columns but the first are numbers."""
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows)])
