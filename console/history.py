"""What the marketplace's events say of a seller: names, listings, returns, and what happened on which day.

Bounded by the newest: it explains an alert to a moderator and decides nothing. Any order and repetition of the same
events gives the same, below the caps.
"""

import bisect
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, TypeVar

from console.seen import Listed, Moment, Returned, Seen, Step
from schemas import (
    ComplaintDecided,
    ComplaintOpened,
    Event,
    ListingChanged,
    ListingPublished,
    ListingRemoved,
    MessageSent,
    OrderDelivered,
    OrderPaid,
    RefundIssued,
    ReturnAccepted,
    ReturnCancelled,
    ReturnDelivered,
    ReturnDisputed,
    ReturnRefused,
    ReturnRequested,
    ReturnShipped,
    SellerActive,
    SellerAway,
    SellerChanged,
    SellerClosed,
    SellerRegistered,
)
from schemas.fields import to_us
from schemas.people import without_people

T = TypeVar("T")

SELLERS_KEPT: Final = 5_000  # those that acted last; whoever has an alert or a hold stays
LISTINGS_KEPT: Final = 200
RETURNS_KEPT: Final = 200
MOMENTS_KEPT: Final = 500
STEPS_KEPT: Final = 30
TITLE_CHARS: Final = 300

#: The events that are a seller's act or happen to it, and the lane in which its timeline shows them.
LANES: Final[dict[type[Event], str]] = {
    ListingPublished: "listings",
    OrderPaid: "orders",
    OrderDelivered: "deliveries",
    ReturnDelivered: "returns",
    RefundIssued: "refunds",
    ComplaintOpened: "complaints",
    MessageSent: "answers",
}
_STEPS: Final[dict[type[Event], str]] = {
    ReturnRequested: "requested",
    ReturnAccepted: "accepted",
    ReturnRefused: "refused",
    ReturnShipped: "shipped",
    ReturnDelivered: "delivered",
    ReturnDisputed: "disputed",
    ReturnCancelled: "cancelled",
    RefundIssued: "refunded",
}


class History:
    """Sellers by id; `is_pinned` says of whom nothing may be forgotten."""

    def __init__(self, is_pinned: Callable[[str], bool]) -> None:
        self._sellers: OrderedDict[str, Seen] = OrderedDict()
        self._is_pinned = is_pinned

    def take(self, event: Event) -> None:
        """Takes an event in."""
        seen = self._sellers.get(event.seller_id)
        if seen is None:
            seen = self._sellers[event.seller_id] = Seen(event.seller_id)
            self._make_room()
        else:
            self._sellers.move_to_end(event.seller_id)
        at_us = to_us(event.event_time)
        seen.since_us = min(seen.since_us or at_us, at_us)
        lane = LANES.get(type(event))
        if lane is not None and not (isinstance(event, MessageSent) and event.sender != "seller"):
            moment = Moment(at_us, event.event_id, lane)
            if not _remember(seen, moment):
                return
        _take(seen, event, at_us)

    def forget(self, seller_id: str) -> None:
        """Nothing is shown of the seller any more."""
        self._sellers.pop(seller_id, None)

    def seller(self, seller_id: str) -> Seen:
        """What is remembered; an empty `Seen` for a seller never heard of."""
        return self._sellers.get(seller_id) or Seen(seller_id)

    def listing(self, seller_id: str, listing_id: str) -> Listed | None:
        """A seller's listing, if it is remembered."""
        return self.seller(seller_id).listings.get(listing_id)

    def __len__(self) -> int:
        return len(self._sellers)

    def _make_room(self) -> None:
        """Forgets whoever acted longest ago; looks past a few that are pinned, so that an event costs the same."""
        for _ in range(8):
            if len(self._sellers) <= SELLERS_KEPT:
                return
            oldest = next(iter(self._sellers))
            if self._is_pinned(oldest):
                self._sellers.move_to_end(oldest)
                continue
            del self._sellers[oldest]


def _remember(seen: Seen, moment: Moment) -> bool:
    """Puts a moment in its place; False where it is known already."""
    at = bisect.bisect_left(seen.moments, moment)
    if at < len(seen.moments) and seen.moments[at] == moment:
        return False
    seen.moments.insert(at, moment)
    if len(seen.moments) > MOMENTS_KEPT:
        del seen.moments[0]
    return True


def _take(seen: Seen, event: Event, at_us: int) -> None:
    match event:
        case ListingPublished() | ListingChanged():
            _listed(seen, event, at_us)
        case ListingRemoved():
            listed = _held(seen.listings, event.listing_id, _unlisted, LISTINGS_KEPT)
            listed.removed_us = max(listed.removed_us, at_us)
        case OrderPaid():
            seen.orders_paid += 1
        case SellerRegistered() | SellerChanged():
            if isinstance(event, SellerRegistered):
                seen.registered_us = at_us
            _name(seen, event.shop_name, at_us)
            seen.country = event.country or seen.country
        case SellerAway():
            seen.away_until_us = max(seen.away_until_us, to_us(event.until))
        case SellerClosed():
            seen.closed_us = at_us
        case ComplaintDecided() | SellerActive() | ComplaintOpened() | MessageSent():
            pass
        case _ if type(event) in _STEPS:
            _step(seen, event, at_us)


def _listed(seen: Seen, event: ListingPublished | ListingChanged, at_us: int) -> None:
    listed = _held(seen.listings, event.listing_id, _unlisted, LISTINGS_KEPT)
    if isinstance(event, ListingPublished):
        listed.published_us = min(listed.published_us or at_us, at_us)
    _name(seen, event.shop_name, at_us)
    if (at_us, event.event_id) <= (listed.at_us, listed.event_id):
        return
    listed.at_us, listed.event_id = at_us, event.event_id
    listed.title, listed.condition = without_people(event.title)[:TITLE_CHARS], event.condition
    listed.price, listed.currency = str(event.price), event.currency
    listed.brand, listed.category, listed.url = event.brand or "", event.category or "", event.url or ""


def _step(seen: Seen, event: Any, at_us: int) -> None:
    returned = _held(seen.returns, event.return_id, Returned, RETURNS_KEPT)
    step = Step(at_us, event.event_id, _STEPS[type(event)], _detail(event))
    at = bisect.bisect_left(returned.steps, step)
    if at < len(returned.steps) and returned.steps[at] == step:
        return
    returned.steps.insert(at, step)
    del returned.steps[STEPS_KEPT:]
    if isinstance(event, ReturnRequested):
        returned.order_id, returned.listing_id, returned.buyer_id = event.order_id, event.listing_id, event.buyer_id
        returned.amount, returned.currency, returned.reason = str(event.amount), event.currency, event.reason


def _detail(event: Any) -> str:
    match event:
        case ReturnDelivered():
            return "signed" if event.signed else "unsigned"
        case ReturnDisputed() | ReturnCancelled():
            return event.by or "buyer"
        case RefundIssued():
            return f"{event.amount} {event.currency} {event.paid_by}"
    return ""


def _name(seen: Seen, shop_name: str | None, at_us: int) -> None:
    if shop_name and at_us >= seen.named_us:
        seen.shop_name, seen.named_us = without_people(shop_name), at_us


def _unlisted(listing_id: str) -> Listed:
    return Listed(listing_id, 0, "")


def _held(kept: OrderedDict[str, T], key: str, make: Callable[[str], T], limit: int) -> T:
    """The value of a key, made where there is none; the key told of longest ago goes when there are too many."""
    value = kept.get(key)
    if value is None:
        value = kept[key] = make(key)
        if len(kept) > limit:
            kept.popitem(last=False)
    else:
        kept.move_to_end(key)
    return value
