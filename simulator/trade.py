"""Honest trade: an order from payment to delivery, what comes after it, and questions of buyers."""

from schemas.events import MessageSent
from simulator import aftercare, buyers
from simulator.buyers import Manner
from simulator.calendar import parcel_time
from simulator.chance import Chance
from simulator.clock import Story
from simulator.listings import Listing
from simulator.orders import Order, place
from simulator.scene import DAY_S, HOUR_S, MINUTE_S, Scene
from simulator.sellers import Seller
from simulator.words import ANSWERS, GREY_ANSWERS, QUESTIONS

CANCELLED = 0.02
PARCEL_LOST = 0.003
RETURNED = 0.05
PATIENCE_H = 96  # a parcel that is not on its way by then makes buyers ask
GIVES_UP, TURNS_TO_PLATFORM = 0.25, 0.10  # of those buyers


def order(
    scene: Scene, chance: Chance, seller: Seller, listing: Listing, at_s: int, drawn: Manner | None = None
) -> Story:
    """One honest order, paid at `at_s` (now); the buyer's manner is drawn where it is not given."""
    manner: Manner = drawn if drawn else chance.weighted(buyers.MANNERS)
    it = place(scene, seller, listing, buyers.number(chance, manner))
    yield it.paid(at_s, lost=False)
    if chance.often(CANCELLED):
        at_s += chance.hours(0.2, 10)
        yield at_s
        yield it.cancelled(at_s, chance.weighted(aftercare.CANCELLED_BY))
        return
    sent_s = seller.open_at(at_s + chance.hours(1, 20))
    if sent_s - at_s > PATIENCE_H * HOUR_S:
        draw = chance.random()
        if draw < GIVES_UP:
            at_s += chance.hours(48, PATIENCE_H)
            yield at_s
            yield it.cancelled(at_s, "buyer")
            return
        if draw < GIVES_UP + TURNS_TO_PLATFORM:
            yield buyers.left_waiting(it, chance, at_s + chance.hours(60, PATIENCE_H), sent_s)
    at_s = sent_s
    yield at_s
    yield it.sent(at_s)
    if chance.often(PARCEL_LOST):
        yield from aftercare.never_arrived(it, chance, at_s)
        return
    at_s += int(chance.hours(20, 110) * parcel_time(seller.country, at_s // DAY_S * DAY_S))
    yield at_s
    yield it.delivered(at_s)
    yield from _after_delivery(it, chance, at_s, manner)


def _after_delivery(it: Order, chance: Chance, at_s: int, manner: Manner) -> Story:
    if manner == "claims a fake":
        yield from buyers.false_claim(it, chance, at_s)
    elif manner == "sends back nothing":
        yield from buyers.empty_parcel(it, chance, at_s)
    elif manner == "returns everything":
        if chance.often(buyers.SERIAL_RETURNED):
            yield from aftercare.returned(it, chance, at_s, chance.weighted(buyers.SERIAL_REASONS))
    elif chance.often(RETURNED):
        yield from aftercare.returned(it, chance, at_s, chance.weighted(aftercare.REASONS))


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
