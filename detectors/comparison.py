"""A listing's price beside what others ask: what both price detectors judge, and how it is said."""

from collections.abc import Mapping
from decimal import Decimal
from math import exp, log
from typing import Final

import msgspec

from detectors.detector import Abstained, Around, Finding
from detectors.estimate import Estimate, ReferencePrice
from detectors.market import Market
from detectors.products import MarketKey, classify, market_key, split_key
from detectors.records import Listing
from detectors.reference import full_name
from detectors.state import SellerState
from schemas import ListingChanged, ListingPublished, Product
from schemas.fields import to_us

MAX_NAME_CHARS: Final = 80
NEW: Final = "new"
_ROUNDED: Final = 0.001  # a ratio is rounded to so much

_SHARES: Final = ((0.475, 0.525, "half"), (0.323, 0.343, "a third of"), (0.24, 0.26, "a quarter of"))


class Comparison(msgspec.Struct, frozen=True, gc=False):
    """A listing and its market without the seller and its ring.

    `own` is the market of the listing's own condition class, `market` the one the estimate comes from: another where
    `discount` (the class's factor on the price of new goods, already in the estimate) is not None.
    """

    listing_id: str
    listing: Listing
    own: Market
    market: Market
    without: frozenset[str]
    estimate: Estimate
    reference: ReferencePrice | None
    discount: float | None

    @property
    def ratio(self) -> float:
        """The price as a share of the usual one, 3 decimals."""
        return self.estimate.ratio(self.listing.log_price)

    def asks_at_most(self, ratio: float) -> bool:
        """Whether the price is no more than that share of the usual one."""
        # The exponential of x is never less than 1 + x: most prices are so near the usual one that this settles it.
        return self.listing.log_price - self.estimate.middle < ratio - 1 + _ROUNDED and self.ratio <= ratio

    @property
    def key(self) -> MarketKey:
        """The listing's product, condition class and currency."""
        return split_key(self.listing.market)

    @property
    def z(self) -> float:
        """Standard deviations below the usual price, 3 decimals."""
        return self.estimate.z(self.listing.log_price)

    def is_market_moving(self, sellers: int, ratio: float, now_us: int) -> bool:
        """Whether that many unlinked sellers with standing ask no more than `ratio` times the judged price."""
        return self.own.standing_sellers(self.listing.log_price, ratio, now_us, self.without) >= sellers


def reference_price(product: Product | None, currency: str) -> ReferencePrice | None:
    """The catalogue's price of a product, where it has a dated one in that currency."""
    if product is None or product.reference_price is None or product.as_of is None or product.currency != currency:
        return None
    return ReferencePrice(log(product.reference_price), to_us(product.as_of))


def compare(
    state: SellerState,
    cause: ListingPublished | ListingChanged,
    now_us: int,
    around: Around,
    class_discounts: Mapping[str, float],
) -> Comparison | Abstained:
    """The listing as of its newest event beside its market, or the guard that forbids the comparison."""
    listing = state.listings.get(cause.listing_id)
    if listing is None:
        return Abstained("not_remembered")
    if not listing.market:
        return Abstained(classify(cause, around).guard or "no_product")
    own = market = around.market(listing.market)
    without = own.kin(state.seller_id)
    estimate = own.estimate(now_us, without)
    reference = discount = None
    if estimate.below_eight:
        key = split_key(listing.market)
        if key.condition_class != NEW:
            discount = class_discounts.get(key.condition_class)
            if discount is None:
                return Abstained("thin_market")
            market = around.market(market_key(key.product, NEW, key.currency))
            without |= market.kin(state.seller_id)
            estimate = market.estimate(now_us, without)
        if estimate.below_eight:
            product = around.reference.product(key.product_id) if key.product_id else None
            reference = reference_price(product, key.currency)
            estimate = market.estimate(now_us, without, reference)
        if estimate.below_eight:
            return Abstained("thin_market")
        if discount is not None:
            estimate = estimate.times(discount)
    return Comparison(cause.listing_id, listing, own, market, without, estimate, reference, discount)


def finding(seen: Comparison, reason_code: str, grade: str, now_us: int, around: Around) -> Finding:
    """What was seen, for people and by numbers: money as decimal strings, the rest rounded to 3 decimals."""
    estimate, listing = seen.estimate, seen.listing
    numbers: dict[str, int | float | str] = {
        "price": _plain(listing.price),
        "market_price": _plain(exp(estimate.middle)),
        "low": _plain(exp(estimate.low)),
        "high": _plain(exp(estimate.high)),
        "ratio": seen.ratio,
        "z": seen.z,
        "n": round(estimate.size, 3),
        "spread": round(estimate.spread, 3),
        "sellers": estimate.sellers,
        "established": estimate.established,
        "days_since_sign": round(seen.market.days_since_sign(now_us, seen.without), 3),
    }
    if estimate.pseudo and seen.reference is not None:
        numbers["pseudo_sellers"] = round(estimate.pseudo, 3)
        numbers["reference_price"] = _plain(exp(seen.reference.log_price))
    if listing.sure < 1.0:
        numbers["title_confidence"] = round(listing.sure, 3)
    if seen.discount is not None:
        numbers["class_discount"] = round(seen.discount, 3)
    return Finding(
        reason_code=reason_code,
        subject_kind="listing",
        subject_id=seen.listing_id,
        grade=grade,
        sentence=_sentence(seen, around),
        numbers=numbers,
        event_ids=(listing.event_id,),
        event_count=1,
    )


def _sentence(seen: Comparison, around: Around) -> str:
    estimate, sold_as = seen.estimate, seen.key.condition_class
    name = _name(seen, around)
    asked = f"{_shown(seen.listing.price, 2)} {seen.listing.currency}"
    compared_as = sold_as if seen.discount is None else NEW
    factor = 1.0 if seen.discount is None else seen.discount
    parts = []
    if estimate.established or (estimate.sellers and not estimate.pseudo):
        low, high = _shown(exp(estimate.low) / factor), _shown(exp(estimate.high) / factor)
        asking = "1 other seller asks" if estimate.sellers == 1 else f"{estimate.sellers} other sellers ask"
        parts.append(f"{asking} {low if low == high else f'{low} to {high}'} for {name} {compared_as}")
    else:
        parts.append(f"no established seller has asked a price for {name} {compared_as} lately")
    if estimate.pseudo and seen.reference is not None:
        parts.append(f"its reference price is {_shown(exp(seen.reference.log_price))}")
    usual = "the usual price" if seen.discount is None else f"what one should cost {sold_as}"
    by_title = ["taken for it by its title"] if seen.listing.sure < 1.0 else []
    return "; ".join([asked, *parts, f"{_share(seen.ratio)} {usual}", *by_title])


def _name(seen: Comparison, around: Around) -> str:
    product = around.reference.product(seen.key.product_id) if seen.key.product_id else None
    if product is None:
        return f'"{shown(seen.listing.title)}"'
    return f"the {shown(full_name(product))}"


def shown(text: str) -> str:
    """Names and titles as people see them, on one line and not too long."""
    # Titles are a stranger's: no line breaks and no marks that turn the text around in a moderator's feed.
    words = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * MAX_NAME_CHARS])
    return " ".join(words.split())[:MAX_NAME_CHARS].rstrip()


def _shown(price: Decimal | float, places: int | None = None) -> str:
    if price < 0.01:
        return _plain(price)
    if places is None:
        places = 0 if price >= 100 else 2
    return f"{price:,.{places}f}"


def _plain(price: Decimal | float) -> str:
    return f"{price:.2f}" if price >= 0.01 else f"{Decimal(f'{price:.3g}'):f}"


def _share(ratio: float) -> str:
    for low, high, words in _SHARES:
        if low <= ratio <= high:
            return words
    return f"{ratio:.0%} of".replace("%", " %") if ratio >= 0.01 else "less than 1 % of"
