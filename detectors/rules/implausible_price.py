"""A price so low that it is hardly meant: a slip, a placeholder, bait.

Fires when: the listing asks at most a tenth of the weighted median of its market without the seller and its ring; a
    pack or bundle, at most a tenth of what one alone costs.
Stays quiet when: three unlinked sellers with standing ask no more than 1.1 times as much. Abstains where
    `below_market_price` does.
Known gaps: cannot tell a slip of the keyboard from bait; a price of 0.11 is `below_market_price`'s.
Moderator: ask the seller whether the price is meant; if the title says a part or an accessory, the product is wrong,
    not the price.

Parameters, with where they come from in brackets:
    implausible_ratio: share of the usual price, at most [documented fakes ask 0.33 and more]
    moving_sellers, moving_ratio: how many sellers with standing at what multiple of the price make a moving market
    class_discounts: condition class to its share of the new price, for classes whose own market is too thin [policy]
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from detectors.comparison import LISTINGS, compare
from detectors.detector import Abstained, Around, Cause, Finding
from detectors.price_finding import finding
from detectors.state import SellerState


@dataclass(frozen=True, slots=True)
class ImplausiblePrice:
    """One grade: `seen`."""

    reason_code: ClassVar[str] = "implausible_price"

    implausible_ratio: float = 0.10
    moving_sellers: int = 3
    moving_ratio: float = 1.1
    class_discounts: Mapping[str, float] = field(default_factory=dict)

    def look(self, state: SellerState, cause: Cause, now_us: int, around: Around) -> Finding | Abstained | None:
        """Judges the listing's price as of its newest event."""
        if not isinstance(cause, LISTINGS):
            return None
        seen = compare(state, cause, now_us, around, self.class_discounts, self.implausible_ratio)
        if seen is None or isinstance(seen, Abstained):
            return seen
        if seen.ratio > self.implausible_ratio or seen.is_market_moving(self.moving_sellers, self.moving_ratio, now_us):
            return seen.nothing_found(self.reason_code)
        return finding(seen, self.reason_code, "seen", now_us, around)
