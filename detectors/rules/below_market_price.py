"""A price far below what others ask for the same product.

Fires when: the listing asks at most 0.70 of the weighted median of its market without the seller and its ring, and
    lies at least 2.5 standard deviations below it (strong: 0.55 and 3.0). A pack or bundle is compared as a whole with
    one alone, and alerts where that would be strong.
Stays quiet when: three unlinked sellers with standing ask no more than 1.1 times as much (the market is moving), or
    the price is at most a tenth (`implausible_price` says so). Abstains on auctions and deposits, goods for parts,
    other packs, unknown products, and where fewer than 8 effective sellers, the reference price included, are known.
Known gaps: at a spread above 0.20 a half-price fake is not reliably strong (with 12 sellers found 0.97 of the time at
    a spread of 0.12, 0.90 at 0.15, 0.67 at 0.20; above 0.23 more sellers do not help); good fakes at 0.60 to 0.80 are
    invisible to price; so is a product whose established sellers are themselves fakes: where most honest prices are
    old, five shops kept for a month are enough. Under product ids of its own a gang is compared by its titles, which
    alerts and never holds; so do, at any price, titles of displays, returns, seconds and the like, and below 0.30 one
    that says more than the product's name, as that of its strap does, and a gang's with one odd word. Several minis or
    refills under the id of the large bottle are alerted on; a pack of fakes above 0.55 of the price of one is not seen.
Moderator: compare the pictures and the description with the product's; ask for a purchase invoice; look at the
    seller's other listings and how long it has been there; a slip of the keyboard is common.

Parameters, with where they come from in brackets:
    strong_ratio, moderate_ratio: share of the usual price, at most [documented fakes at 0.33, 0.50 and 0.55; grey
        imports at 0.60 to 0.70]
    strong_z, moderate_z: standard deviations of log price, at least [honest pairs at two shops differ with a robust
        sigma of about 0.17; the variance of a median is π/2 times that of a mean, Kenney and Keeping, Mathematics of
        Statistics, 1962]
    implausible_ratio: share of the usual price up to which `implausible_price` speaks instead
    hold_sellers: effective sellers (Kish, Survey Sampling, 1965), at least, for the price alone to hold a listing
    hold_established: distinct established sellers, at least, for the same
    hold_certainty: that the title means the product, where no id says so, at least, for the same
    plain_ratio: share of the usual price below which a title holds only where it says no more than what the product is
        called [accessories under the goods' own id; documented fakes ask 0.33 and more]
    moving_sellers, moving_ratio: how many sellers with standing at what multiple of the price make a moving market
    class_discounts: condition class to its share of the new price, for classes whose own market is too thin [policy]
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from detectors.comparison import LISTINGS, NEW, Comparison, compare
from detectors.detector import Abstained, Around, Cause, Finding
from detectors.price_finding import finding
from detectors.reference import full_name, says_more
from detectors.standing import has_standing
from detectors.state import SellerState
from detectors.wording import OPEN_BOX, read_title

#: Why a price that is strong alerts only.
NOT_AS_NEW: Final = "its title says that the goods are not quite as new"
SAYS_MORE: Final = "its title says more than what the product is called"


@dataclass(frozen=True, slots=True)
class BelowMarketPrice:
    """Grades: `strong` (may hold by itself), `strong_unsure`, `no_market` (reference price alone), `moderate`."""

    reason_code: ClassVar[str] = "below_market_price"

    strong_ratio: float = 0.55
    strong_z: float = 3.0
    moderate_ratio: float = 0.70
    moderate_z: float = 2.5
    implausible_ratio: float = 0.10
    hold_sellers: float = 12.0
    hold_established: int = 6
    hold_certainty: float = 0.95
    plain_ratio: float = 0.30
    moving_sellers: int = 3
    moving_ratio: float = 1.1
    class_discounts: Mapping[str, float] = field(default_factory=dict)

    def look(self, state: SellerState, cause: Cause, now_us: int, around: Around) -> Finding | Abstained | None:
        """Judges the listing's price as of its newest event."""
        if not isinstance(cause, LISTINGS):
            return None
        up_to = max(self.moderate_ratio, self.strong_ratio)
        seen = compare(state, cause, now_us, around, self.class_discounts, up_to)
        if seen is None or isinstance(seen, Abstained):
            return seen
        grade = None if seen.ratio <= self.implausible_ratio else self._grade(seen, has_standing(state, now_us))
        if seen.sold_as and (grade != "strong_unsure" or self._stands_strong(seen)):
            grade = None
        if grade is None or seen.is_market_moving(self.moving_sellers, self.moving_ratio, now_us):
            return seen.nothing_found(self.reason_code)
        doubt = self._doubt(seen, around) if grade == "strong" else ""
        return finding(seen, self.reason_code, "strong_unsure" if doubt else grade, now_us, around, doubt)

    def _grade(self, seen: Comparison, has_standing: bool) -> str | None:
        strong = seen.ratio <= self.strong_ratio and seen.z >= self.strong_z
        if not strong and not (seen.ratio <= self.moderate_ratio and seen.z >= self.moderate_z):
            return None
        if seen.estimate.established == 0:
            return "no_market"
        if not strong:
            return "moderate"
        holds = (
            seen.key.condition_class == NEW
            and seen.estimate.size >= self.hold_sellers
            and seen.estimate.established >= self.hold_established
            and seen.sure >= self.hold_certainty
            and not seen.lone_id
            and seen.exchange is None
            and not seen.sold_as
            and not has_standing
        )
        return "strong" if holds else "strong_unsure"

    def _stands_strong(self, seen: Comparison) -> bool:
        """Whether it was strong when one alone was sold: calling the same a pack takes nothing of that away."""
        standing = seen.listing.findings.get(self.reason_code)
        return standing is not None and standing.grade == "strong"

    def _doubt(self, seen: Comparison, around: Around) -> str:
        """What in the title keeps the price from holding, as the sentence has it, "" for nothing."""
        product = around.reference.product(seen.key.product_id) if seen.key.product_id else None
        title = read_title(seen.listing.title, seen.listing.category)
        if title.condition == OPEN_BOX and (product is None or read_title(full_name(product)).condition != OPEN_BOX):
            return NOT_AS_NEW
        if product is not None and seen.ratio < self.plain_ratio and says_more(seen.listing.title, product):
            return SAYS_MORE
        return ""
