"""Honest trade: an order from payment to delivery, and the returns that follow a few of them."""

from typing import Literal

from schemas.events import MessageSent
from schemas.fields import ReturnReason
from simulator.chance import Chance, Weighted
from simulator.clock import Story
from simulator.listings import Listing
from simulator.orders import Order, place
from simulator.scene import DAY_S, HOUR_S, MINUTE_S, Scene
from simulator.sellers import Seller
from simulator.words import ANSWERS, GREY_ANSWERS, QUESTIONS

BUYERS = 2_000_000
CANCELLED = 0.02
PARCEL_LOST = 0.003
RETURNED = 0.05

_REASONS: Weighted[ReturnReason] = Weighted(
    (
        ("changed_mind", 40.0),
        ("not_as_described", 18.0),
        ("damaged", 15.0),
        ("other", 13.0),
        ("wrong_item", 11.0),
        ("counterfeit", 3.0),  # wary buyers err
    )
)
_CANCELLED_BY: Weighted[Literal["seller", "buyer", "platform"]] = Weighted(
    (("buyer", 7.0), ("seller", 2.5), ("platform", 0.5))
)
#: How an honest seller answers a request, and how the money comes back once the parcel is there.
_ANSWER = Weighted((("accepts", 94.0), ("refuses", 3.0), ("buyer keeps it", 3.0)))
_ENDING = Weighted(
    (
        ("in time", 84.0),
        ("in two parts", 6.0),
        ("late", 4.0),
        ("by the platform", 3.0),
        ("disputed", 3.0),
    )
)


def order(scene: Scene, chance: Chance, seller: Seller, listing: Listing, at_s: int) -> Story:
    """One honest order, paid at `at_s` (now)."""
    it = place(scene, seller, listing, chance.whole(1, BUYERS))
    yield it.paid(at_s, lost=False)
    if chance.often(CANCELLED):
        at_s += chance.hours(0.2, 10)
        yield at_s
        yield it.cancelled(at_s, chance.weighted(_CANCELLED_BY))
        return
    at_s = seller.open_at(at_s + chance.hours(1, 20))
    yield at_s
    yield it.sent(at_s)
    if chance.often(PARCEL_LOST):
        yield from _never_arrived(it, chance, at_s)
        return
    at_s += chance.hours(20, 110)
    yield at_s
    yield it.delivered(at_s)
    if chance.often(RETURNED):
        yield from _returned(it, chance, at_s)


def _never_arrived(it: Order, chance: Chance, at_s: int) -> Story:
    at_s += chance.hours(180, 260)
    yield at_s
    yield it.return_requested(at_s, "not_received")
    at_s = it.seller.open_at(at_s + chance.hours(1, 20))
    yield at_s
    yield it.return_accepted(at_s)
    at_s = it.seller.open_at(at_s + chance.hours(1, 30))
    yield at_s
    yield it.refunded(at_s)


def _returned(it: Order, chance: Chance, at_s: int) -> Story:
    at_s += chance.hours(3, 120)
    yield at_s
    yield it.return_requested(at_s, chance.weighted(_REASONS))
    answer = chance.weighted(_ANSWER)
    if answer == "buyer keeps it":
        at_s += chance.hours(1, 30)
        yield at_s
        yield it.return_cancelled(at_s)
        return
    at_s = it.seller.open_at(at_s + chance.hours(0.5, 30))
    yield at_s
    if answer == "refuses":
        yield from _refused(it, chance, at_s)
        return
    yield it.return_accepted(at_s)
    at_s += chance.hours(4, 50)
    yield at_s
    yield it.return_shipped(at_s)
    at_s += chance.hours(30, 100)
    yield at_s
    yield it.return_delivered(at_s, signed=chance.often(0.97))
    yield from _ENDINGS[chance.weighted(_ENDING)](it, chance, at_s)


def _refused(it: Order, chance: Chance, at_s: int) -> Story:
    """The buyer complains; the platform takes either side, and pays where it takes the buyer's."""
    yield it.return_refused(at_s, "The goods were opened.")
    at_s += chance.hours(2, 60)
    yield at_s
    yield it.complained(at_s, "other")
    at_s += chance.hours(24, 90)
    yield at_s
    if chance.often(0.6):
        yield it.decided(at_s, "dismissed")
        return
    yield it.decided(at_s, "upheld")
    at_s += chance.hours(1, 24)
    yield at_s
    yield it.refunded(at_s)


def _in_time(it: Order, chance: Chance, at_s: int) -> Story:
    # Aimed at 1 to 60 hours; a night or a holiday comes on top.
    at_s = it.seller.open_at(at_s + chance.hours(1, 48 if chance.often(0.8) else 60))
    yield at_s
    yield it.refunded(at_s)


def _in_parts(it: Order, chance: Chance, at_s: int) -> Story:
    first = it.cents * chance.whole(40, 80) // 100
    at_s = it.seller.open_at(at_s + chance.hours(1, 30))
    yield at_s
    yield it.refunded(at_s, cents=first, part=1)
    at_s = it.seller.open_at(at_s + chance.hours(2, 28))
    yield at_s
    yield it.refunded(at_s, cents=it.cents - first, part=2)


def _late(it: Order, chance: Chance, at_s: int) -> Story:
    """Four to ten days; half of the buyers complain, and the complaint is dismissed once the money is there."""
    refund_s = it.seller.open_at(at_s + chance.hours(96, 240))
    complains = chance.often(0.5)
    if complains:
        at_s = at_s + chance.hours(76, 94)
        yield at_s
        yield it.complained(at_s, "no_refund")
    yield refund_s
    yield it.refunded(refund_s)
    if complains:
        at_s = refund_s + chance.hours(2, 24)
        yield at_s
        yield it.decided(at_s, "dismissed")


def _by_platform(it: Order, chance: Chance, at_s: int) -> Story:
    at_s += chance.hours(20, 70)
    yield at_s
    yield it.refunded(at_s, paid_by="platform")


def _disputed(it: Order, chance: Chance, at_s: int) -> Story:
    """The seller says that something else came back; buyer complains, platform decides."""
    at_s = it.seller.open_at(at_s + chance.hours(1, 40))
    yield at_s
    yield it.return_disputed(at_s, "seller", "The parcel does not hold what we sold.")
    at_s += chance.hours(2, 40)
    yield at_s
    yield it.complained(at_s, "no_refund")
    at_s += chance.hours(40, 120)
    yield at_s
    if chance.often(0.4):
        yield it.decided(at_s, "dismissed")
        return
    yield it.decided(at_s, "upheld")
    at_s = it.seller.open_at(at_s + chance.hours(1, 24))
    yield at_s
    yield it.refunded(at_s)


_ENDINGS = {
    "in time": _in_time,
    "in two parts": _in_parts,
    "late": _late,
    "by the platform": _by_platform,
    "disputed": _disputed,
}


def conversation(scene: Scene, chance: Chance, seller: Seller, listing: Listing, at_s: int) -> Story:
    """A buyer asks, the shop answers when it is open; honest shops reassure as well, now and then."""
    talk = f"t-{scene.number('talk'):08d}"
    for _ in range(chance.whole(1, 2)):
        yield at_s
        yield MessageSent(
            **scene.stamp(seller.seller_id, at_s),
            conversation_id=talk,
            sender="buyer",
            text=chance.pick(QUESTIONS),
            listing_id=listing.listing_id,
        )
        at_s = seller.open_at(at_s + chance.whole(MINUTE_S, 3 * HOUR_S))
        yield at_s
        grey = seller.grey and chance.often(0.5)
        yield MessageSent(
            **scene.stamp(seller.seller_id, at_s),
            conversation_id=talk,
            sender="seller",
            text=chance.pick(GREY_ANSWERS) if grey else chance.weighted(ANSWERS),
            listing_id=listing.listing_id,
        )
        at_s += chance.whole(MINUTE_S, DAY_S // 24)
