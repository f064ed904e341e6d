"""A seller's shelf: its listings, newest form of each, and the one entry it has in each market."""

import math

from detectors.entries import Entry
from detectors.policy import Policy
from detectors.products import Place
from detectors.records import Listing
from detectors.rulings import ends_allow, identity_of
from detectors.state import MAX_LISTINGS, SellerState
from schemas import ListingChanged, ListingPublished, ListingRemoved
from schemas.fields import DAY_US
from schemas.people import without_people

PLAIN_KEPT_US = DAY_US  # a removed listing without findings, for events that arrive late
LAPSE_US = 90 * DAY_US  # a removed listing's findings
HELD_KEPT_US = 30 * DAY_US  # looked at again after that, while a hold or a verdict is on it
SIGN_EVERY_US = DAY_US  # a sign of life is worth a write to the market once a day
MAX_TITLE_KEPT = 200


def shelve(
    state: SellerState, event: ListingPublished | ListingChanged, place: Place, now_us: int, policy: Policy
) -> bool:
    """Takes the listing in; False when a newer event about it, by (event time, event id), was taken in before."""
    before = state.listings.get(event.listing_id)
    if before is not None and (now_us, event.event_id) <= (before.stamp_us, before.event_id):
        return False
    market, product = place.key, place.product
    identity = identity_of(event.title, event.product_id, event.gtin, event.condition)
    listing = Listing(
        stamp_us=now_us,
        event_id=event.event_id,
        published_us=before.published_us if before is not None else now_us,
        market=market,
        log_price=math.log(event.price),
        price=event.price,
        currency=event.currency,
        title=without_people(event.title)[:MAX_TITLE_KEPT],
        brand=(event.brand or (product.brand if product else "")).casefold(),
        category=(event.category or (product.category or "" if product else "")).casefold(),
        identity=identity,
        sign_us=now_us,
        sure=place.sure,
    )
    if before is not None:
        listing.findings, listing.hold, listing.ruling = before.findings, before.hold, before.ruling
        listing.clean_release_us, listing.sold = before.clean_release_us, before.sold
        if ends_allow(before, identity, event.price, policy.holds.allowed_fall):
            listing.ruling = None
            state.schedule("ruling", f"listing:{event.listing_id}", None)
        if before.market and before.market != market:
            state.changes.markets[before.market] = before.log_price
        if before.removed_us:
            state.schedule("listing", event.listing_id, None)
    if market:
        state.changes.markets[market] = listing.log_price
    state.put_listing(event.listing_id, listing)
    return True


def unshelve(state: SellerState, event: ListingRemoved, now_us: int) -> None:
    """The listing went; what was found about it stands for 90 days."""
    listing = state.listings.get(event.listing_id)
    if listing is None or listing.removed_us or (now_us, event.event_id) <= (listing.stamp_us, listing.event_id):
        return
    listing.stamp_us, listing.event_id, listing.removed_us = now_us, event.event_id, now_us
    if listing.market:
        state.changes.markets[listing.market] = listing.log_price
    state.put_listing(event.listing_id, listing)
    kept_us = LAPSE_US if event.listing_id in state.flagged else PLAIN_KEPT_US
    state.schedule("listing", event.listing_id, now_us + kept_us)


def lapse(state: SellerState, listing_id: str, now_us: int) -> None:
    """A removed listing's time is up: it is forgotten unless a hold or a verdict is still on it."""
    listing = state.listings.get(listing_id)
    if listing is None or not listing.removed_us:
        return
    listing.findings = {}
    if listing.ruling is not None or (listing.hold is not None and listing.hold.active):
        state.touch_listing(listing_id)
        state.schedule("listing", listing_id, now_us + HELD_KEPT_US)
    else:
        state.drop_listing(listing_id)
        state.schedule("listing", listing_id, None)


def make_room(state: SellerState, listing_id: str) -> None:
    """Beyond the cap a listing without findings is judged and not remembered."""
    if len(state.listings) > MAX_LISTINGS and listing_id not in state.flagged:
        state.drop_listing(listing_id)
        state.core.truncated = True


def sign_of_life(state: SellerState, listing_id: str, now_us: int) -> None:
    """An order is a sign that the offer lives."""
    listing = state.listings.get(listing_id)
    if listing is not None and listing.market and not listing.removed_us and now_us - listing.sign_us >= SIGN_EVERY_US:
        listing.sign_us = now_us
        state.touch("listings", listing_id)
        state.changes.markets.setdefault(listing.market, listing.log_price)


def market_entries(state: SellerState) -> dict[str, Entry]:
    """The seller's entry in each market that this batch's events touched: its lowest live listing there."""
    entries: dict[str, Entry] = {}
    for market, left_log_price in state.changes.markets.items():
        live = state.in_market.get(market)
        last_us = state.core.last_seen_us
        log_price, sign_us, removed_us = left_log_price, last_us, last_us
        if live:
            lowest = min((state.listings[key] for key in live), key=lambda one: (one.log_price, -one.sign_us))
            log_price, sign_us, removed_us = lowest.log_price, lowest.sign_us, 0
        entries[market] = Entry(last_us, state.core.sequence, state.since_us, log_price, sign_us, removed_us)
    state.changes.markets = {}
    return entries
