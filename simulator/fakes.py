"""What becomes of a fake once it is paid: delivered, noticed, sent back, signed for, seldom refunded, compensated."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from schemas.events import MessageSent
from simulator.chance import Chance
from simulator.clock import Story
from simulator.kinds import Habit
from simulator.listings import Listing
from simulator.orders import Order, place
from simulator.scene import MINUTE_S, Scene
from simulator.sellers import Seller
from simulator.words import PLEAS, PROMISES

BUYERS = 2_000_000
NOTICED = 0.7  # share of the buyers who see that it is a fake
COMPLAINS = 0.85  # share of the unpaid who turn to the platform
ANSWERS = 0.55  # share of the requests that a shop which writes to nobody accepts
DISPUTE_UPHELD = 0.75  # share of the disputed returns that the platform decides for the buyer


@dataclass(slots=True, eq=False)
class Front:
    """A shop of a gang. `pays` counts the buyers who will still be paid back; `vanish_s` is infinite if it stays."""

    scene: Scene
    chance: Chance
    seller: Seller
    brand: str
    habit: Habit
    vanish_s: float
    pays: float


class Way(NamedTuple):
    """The way back of a fake that was noticed, in seconds since 1970; 0 is never."""

    requested_s: int
    accepted_s: int = 0
    shipped_s: int = 0
    returned_s: int = 0
    refunded_s: int = 0


def order(front: Front, listing: Listing, at_s: int) -> Story:
    """One order of a fake, paid at `at_s` (now)."""
    chance, seller = front.chance, front.seller
    it = place(front.scene, seller, listing, chance.whole(1, BUYERS))
    sent_s = seller.open_at(at_s + chance.hours(1, 12))
    if sent_s >= front.vanish_s:
        yield it.paid(at_s, lost=False)
        yield from _never_sent(it, chance, at_s)
        return
    delivered_s = sent_s + chance.hours(20, 60)
    back = _way_back(front, delivered_s) if chance.often(NOTICED) else None
    if back and back.refunded_s:
        yield it.paid(at_s, lost=False)
    else:
        returned_s = back.returned_s if back else 0
        yield it.paid(at_s, lost=True, payout_s=seller.payout_after(delivered_s), returned_s=returned_s or None)
    yield sent_s
    yield it.sent(sent_s)
    yield delivered_s
    yield it.delivered(delivered_s)
    if back:
        yield from _sent_back(it, front, back)


def _never_sent(it: Order, chance: Chance, at_s: int) -> Story:
    """Paid to a silent shop: the platform still has the money and gives it back."""
    at_s += chance.hours(90, 130)
    yield at_s
    if chance.often(0.6):
        yield it.complained(at_s, "seller_unreachable", of_return=False)
    at_s += chance.hours(4, 30)
    yield at_s
    yield it.cancelled(at_s, "platform")


def _way_back(front: Front, at_s: int) -> Way:
    """All of it is drawn when the order is paid, because its label says how it ends."""
    chance, seller = front.chance, front.seller
    requested_s = at_s + chance.hours(2, 36)
    accepted_s = seller.open_at(requested_s + chance.hours(0.3, 6))
    if accepted_s >= front.vanish_s or (front.habit == "logs in" and not chance.often(ANSWERS)):
        return Way(requested_s)
    shipped_s = accepted_s + chance.hours(5, 30)
    returned_s = shipped_s + chance.hours(36, 60)
    refunded_s = seller.open_at(returned_s + chance.hours(10, 50)) if front.pays > 0 else 0
    if not 0 < refunded_s < front.vanish_s:
        return Way(requested_s, accepted_s, shipped_s, returned_s)
    front.pays -= 1
    return Way(requested_s, accepted_s, shipped_s, returned_s, refunded_s)


def _sent_back(it: Order, front: Front, back: Way) -> Story:
    chance, seller = front.chance, front.seller
    yield back.requested_s
    yield it.return_requested(back.requested_s, "counterfeit" if chance.often(0.65) else "not_as_described")
    if not back.accepted_s:
        yield from _complaint(it, chance, back.requested_s + chance.hours(72, 110), unanswered=True)
        return
    yield back.accepted_s
    yield it.return_accepted(back.accepted_s)
    if front.habit != "logs in" and chance.often(0.4):
        yield _said(it, back.accepted_s + 2 * MINUTE_S, "seller", chance.pick(PROMISES))
    yield back.shipped_s
    yield it.return_shipped(back.shipped_s)
    at_s = back.returned_s
    yield at_s
    yield it.return_delivered(at_s, signed=True)
    if back.refunded_s:
        yield back.refunded_s
        yield it.refunded(back.refunded_s)
        return
    disputed_s = seller.open_at(at_s + chance.hours(1, 40))
    if front.habit == "disputes" and disputed_s < front.vanish_s:
        yield disputed_s
        yield it.return_disputed(disputed_s, "seller", "The buyer has sent other goods back.")
        if chance.often(COMPLAINS):
            yield from _complaint(it, chance, disputed_s + chance.hours(6, 60), unanswered=False, upheld=DISPUTE_UPHELD)
        return
    if chance.often(0.5):
        yield _said(it, at_s + chance.hours(20, 60), "buyer", chance.pick(PLEAS))
    if chance.often(COMPLAINS):
        yield from _complaint(it, chance, at_s + chance.hours(60, 130), unanswered=False)


def _complaint(it: Order, chance: Chance, at_s: int, *, unanswered: bool, upheld: float = 1.0) -> Story:
    """The platform decides by the buyer's papers and pays in the seller's place."""
    yield at_s
    counterfeit = chance.often(0.4)
    yield it.complained(at_s, "counterfeit" if counterfeit else "seller_unreachable" if unanswered else "no_refund")
    at_s += chance.hours(40, 90)
    yield at_s
    if not chance.often(upheld):
        yield it.decided(at_s, "dismissed")
        return
    yield it.decided(at_s, "upheld")
    at_s += chance.hours(6, 36)
    yield at_s
    yield it.compensated(at_s)


def _said(it: Order, at_s: int, sender: Literal["buyer", "seller"], text: str) -> Story:
    yield at_s
    yield MessageSent(
        **it.scene.stamp(it.seller.seller_id, at_s),
        conversation_id=f"t-{it.order_id}",
        sender=sender,
        text=text,
        listing_id=it.listing.listing_id,
    )
