"""A young seller opens with a catalogue of branded goods, all of it below what others ask.

Fires when: the seller joined under 30 days ago, and at least 8 of its live listings that stand under a price finding
    (`below_market_price`, whatever its grade, or `implausible_price`) were put up within 48 hours of each other, of at
    least 3 brands that the catalogue knows. It stands while they do.
Stays quiet when: the prices are those of the markets, however many listings come at once; the seller is older; the
    goods have no brand, or one that the catalogue does not know; the brand names the seller as authorised; listings
    were removed, or their prices raised.
Known gaps: a gang that keeps to one brand a shop, puts up one listing a day or waits for a month is not seen, nor one
    that asks 0.71 of the usual price; a young shop that opens with everything at half price looks like this. Beyond
    200 listings under findings of any kind it is not looked at any more, and what was seen stands. It ends only with
    the seller's next listing. Nothing rests on it until it has been looked at: it starts in shadow.
Moderator: open a few of the listings, of different brands: are the pictures the seller's own? Ask for a purchase
    invoice of the dearest; look whether other young shops put up the same goods in these days.

Parameters, with where they come from in brackets:
    within_hours: hours between the first and the last of the burst, less than [chosen: an import takes minutes, a
        catalogue by hand two days]
    least_listings: live listings under a price finding in the burst, at least [chosen, not measured: no data on how
        gangs open was at hand]
    least_brands: different brands among them, at least [chosen, not measured]
    most_listings: listings under findings that are looked at, at most; bounds what one look takes
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median_low
from typing import Final, NamedTuple

from detectors.detector import MAX_FINDING_EVENT_IDS, Abstained, Around, Cause, Finding
from detectors.products import split_key
from detectors.records import Listing
from detectors.state import SellerState
from schemas.fields import HOUR_US

_PRICE: Final = ("below_market_price", "implausible_price")


class _Cheap(NamedTuple):
    """A live listing under a price finding, and the share of the usual price that it asks. Sorts by when it came."""

    published_us: int
    listing_id: str
    event_id: str
    brand: str
    ratio: float


@dataclass(frozen=True, slots=True)
class ListingBurst:
    """One grade: `seen`."""

    within_hours: float = 48.0
    least_listings: int = 8
    least_brands: int = 3
    most_listings: int = 200

    def look(self, state: SellerState, _cause: Cause, now_us: int, around: Around) -> Finding | Abstained | None:
        """Looks at the listings under findings alone: nearly every seller has too few of them."""
        if len(state.flagged) < self.least_listings or not state.is_young(now_us):
            return None
        if len(state.flagged) > self.most_listings:
            return state.findings.get("listing_burst")
        burst = self._largest(sorted(_cheap(state, around)))
        if not burst:
            return None
        brands = {one.brand for one in burst}
        hours = round((burst[-1].published_us - burst[0].published_us) / HOUR_US, 1)
        ratio = median_low([one.ratio for one in burst])
        newest = burst[-MAX_FINDING_EVENT_IDS:]
        return Finding(
            reason_code="listing_burst",
            subject_kind="seller",
            subject_id=state.seller_id,
            grade="seen",
            sentence=(
                f"{len(burst)} listings of {len(brands)} brands, put up within {hours:g} hours, ask about "
                f"{ratio:.0%} of the usual prices".replace("%", " %")
            ),
            numbers={"listings": len(burst), "brands": len(brands), "hours": hours, "ratio": ratio},
            event_ids=tuple([one.event_id for one in newest]),
            event_count=len(burst),
            facts=len(burst).bit_length(),  # told again when they have doubled
            listing_ids=tuple([one.listing_id for one in newest]),
        )

    def _largest(self, cheap: list[_Cheap]) -> list[_Cheap]:
        """The most listings that came within the time, if they and their brands are enough; the latest of several."""
        within_us = int(self.within_hours * HOUR_US)
        brands: Counter[str] = Counter()
        first, best = 0, slice(0)
        for last, one in enumerate(cheap):
            brands[one.brand] += 1
            while one.published_us - cheap[first].published_us >= within_us:
                brands[cheap[first].brand] -= 1
                first += 1
            size = last + 1 - first
            if size >= max(best.stop - (best.start or 0), self.least_listings) and len(+brands) >= self.least_brands:
                best = slice(first, last + 1)
        return cheap[best]


def _cheap(state: SellerState, around: Around) -> Iterator[_Cheap]:
    for listing_id in state.flagged:
        listing = state.listings[listing_id]
        found = next((listing.findings[code] for code in _PRICE if code in listing.findings), None)
        if found is None or listing.removed_us:
            continue
        brand = _brand(listing, state.seller_id, around)
        if brand:
            ratio = float(found.numbers.get("ratio", 0.0))
            yield _Cheap(listing.published_us, listing_id, listing.event_id, brand, ratio)


def _brand(listing: Listing, seller_id: str, around: Around) -> str:
    """The listing's brand where the catalogue knows it and does not name the seller as authorised, else ""."""
    product_id = split_key(listing.market).product_id if listing.market else None
    product = around.reference.product(product_id) if product_id is not None else None
    name = listing.brand if product is None else product.brand
    known = around.reference.brand(name) if name else None
    if known is None:
        return "" if product is None else name.casefold()
    return "" if seller_id in known.authorised_sellers else known.brand.casefold()
