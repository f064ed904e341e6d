"""A listing's price beside what others ask: what both price detectors judge, and how it is said."""

from collections.abc import Mapping
from math import log
from typing import Final, NamedTuple

import msgspec

from detectors.detector import Abstained, Around
from detectors.estimate import Estimate, ReferencePrice
from detectors.market import Market
from detectors.products import MarketKey, abroad, classify, market_key, named_by_title, split_key
from detectors.records import Listing
from detectors.state import SellerState
from schemas import ListingChanged, ListingPublished, Product
from schemas.fields import to_us

NEW: Final = "new"
_ROUNDED: Final = 0.001  # a ratio is rounded to so much
#: Asked of every listing by every detector of prices.
LISTINGS: Final = (ListingChanged, ListingPublished)  # the frequent one first: it is the first that is tried


class Exchange(NamedTuple):
    """The currency of the market that a listing is compared in, and what one of it is worth in the listing's own."""

    currency: str
    rate: float


class Basis(NamedTuple):
    """What a listing is compared with, as in `Comparison`."""

    market: Market
    without: frozenset[str]
    estimate: Estimate
    reference: ReferencePrice | None = None
    discount: float | None = None
    exchange: Exchange | None = None


class Comparison(msgspec.Struct, frozen=True, gc=False):
    """A listing and its market without the seller and its ring.

    `own` is the market of the listing's own condition class, `market` the one the estimate comes from: another where
    `discount` (the class's factor on the price of new goods) or `exchange` is not None; both are in the estimate.
    `lone_id`: the listing's id is one that the catalogue lacks and no other established seller uses, and `own` is the
    market of what its title names, `sure` a probability that it does. `sold_as`: "pack" or "bundle", where the market
    is that of a single one, "" for that.
    """

    listing_id: str
    listing: Listing
    key: MarketKey
    sure: float
    lone_id: bool
    own: Market
    market: Market
    without: frozenset[str]
    estimate: Estimate
    reference: ReferencePrice | None
    discount: float | None
    exchange: Exchange | None
    ratio: float
    sold_as: str = ""

    @property
    def z(self) -> float:
        """Standard deviations below the usual price, 3 decimals."""
        return self.estimate.z(self.listing.log_price)

    def nothing_found(self, reason_code: str) -> Abstained | None:
        """What a detector says that sees nothing: of several goods not even that, unless it spoke of several before."""
        standing = self.listing.findings.get(reason_code)
        if not self.sold_as or (standing is not None and "sold_as" in standing.numbers):
            return None
        return Abstained(self.sold_as)

    def is_market_moving(self, sellers: int, ratio: float, now_us: int) -> bool:
        """Whether that many unlinked sellers with standing ask no more than `ratio` times the judged price."""
        log_price = self.listing.log_price
        found = self.own.standing_sellers(log_price, ratio, now_us, self.without)
        if self.exchange is not None:
            log_price -= log(self.exchange.rate)
            found = max(found, self.market.standing_sellers(log_price, ratio, now_us, self.without))
        return found >= sellers


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
    up_to: float,
) -> Comparison | Abstained | None:
    """The listing as of its newest event beside its market, or the guard that forbids the comparison.

    None where it asks more than `up_to` times the usual price, which most do. Several goods in one listing are compared
    with a single one, whatever they ask: more cannot honestly cost less.
    """
    listing = state.listings.get(cause.listing_id)
    if listing is None:
        return Abstained("not_remembered")
    key, sure, sold_as = listing.market, listing.sure, ""
    if not key:
        place = classify(cause, around)
        key, sure, sold_as = place.one, place.sure, place.guard
        if not key:
            return Abstained(sold_as or "no_product")
    own = around.market(key)
    without = own.kin(state.seller_id)
    estimate = own.estimate(now_us, without)
    named = None if estimate.established else _named_instead(cause, key, state.seller_id, now_us, around)
    if named is not None:
        key, sure = named
        own = around.market(key)
        without |= own.kin(state.seller_id)
        estimate = own.estimate(now_us, without)
    basis = None
    if estimate.below_eight:
        basis = _elsewhere(Basis(own, without, estimate), state.seller_id, key, now_us, around, class_discounts)
        if basis is None:
            return Abstained(sold_as or "thin_market")
        estimate = basis.estimate
    # The exponential of x is never less than 1 + x: most prices are so near the usual one that this settles it.
    if listing.log_price - estimate.middle > up_to - 1.0 + _ROUNDED and not sold_as:
        return None
    ratio = estimate.ratio(listing.log_price)
    if ratio > up_to and not sold_as:
        return None
    market, without, _, reference, discount, exchange = basis or Basis(own, without, estimate)
    return Comparison(
        cause.listing_id,
        listing,
        split_key(key),
        sure,
        named is not None,
        own,
        market,
        without,
        estimate,
        reference,
        discount,
        exchange,
        ratio,
        sold_as,
    )


def _named_instead(
    cause: ListingPublished | ListingChanged, key: str, seller_id: str, now_us: int, around: Around
) -> tuple[str, float] | None:
    """As `named_by_title`, unless others sell new goods under the listing's id."""
    named = named_by_title(cause, key, around)
    if named is None:
        return None
    of = split_key(key)
    as_new = around.market(market_key(of.product, NEW, of.currency))
    return None if as_new.estimate(now_us, as_new.kin(seller_id)).established else named


def _elsewhere(
    own: Basis, seller_id: str, key: str, now_us: int, around: Around, class_discounts: Mapping[str, float]
) -> Basis | None:
    """Where too few ask for the listing's goods: new ones at a discount, their reference price, another currency.

    Real sellers in another currency come before a reference price that nobody bears out.
    """
    found = _at_home(own, seller_id, key, now_us, around, class_discounts)
    if around.exchange and (found is None or not found.estimate.established):
        return _abroad(own.without, seller_id, key, now_us, around) or found
    return found


def _at_home(
    own: Basis, seller_id: str, key: str, now_us: int, around: Around, class_discounts: Mapping[str, float]
) -> Basis | None:
    market, without, estimate = own[:3]
    of = split_key(key)
    discount = reference = None
    if of.condition_class != NEW:
        discount = class_discounts.get(of.condition_class)
        if discount is None:
            return None
        market = around.market(market_key(of.product, NEW, of.currency))
        without |= market.kin(seller_id)
        estimate = market.estimate(now_us, without)
    if estimate.below_eight:
        product = around.reference.product(of.product_id) if of.product_id else None
        reference = reference_price(product, of.currency)
        estimate = market.estimate(now_us, without, reference)
    if estimate.below_eight:
        return None
    return Basis(market, without, estimate if discount is None else estimate.times(discount), reference, discount)


def _abroad(without: frozenset[str], seller_id: str, key: str, now_us: int, around: Around) -> Basis | None:
    """The market in another currency that most sellers ask in; the first by its code of those with as many."""
    best: Basis | None = None
    worth = around.exchange.get(split_key(key).currency)
    for other in abroad(key, around):
        market = around.market(other)
        others = without | market.kin(seller_id)
        estimate = market.estimate(now_us, others)
        if worth and not estimate.below_eight and (best is None or estimate.size > best.estimate.size):
            currency = split_key(other).currency
            exchange = Exchange(currency, around.exchange[currency] / worth)
            best = Basis(market, others, estimate, exchange=exchange)
    if best is None or best.exchange is None:
        return None
    return best._replace(estimate=best.estimate.times(best.exchange.rate))
