"""What becomes of a fake once it is paid: delivered, noticed, sent back, signed for, never refunded, compensated."""

from dataclasses import dataclass
from math import inf
from typing import Literal

from schemas.events import MessageSent
from simulator.chance import Chance
from simulator.clock import Story
from simulator.listings import Listing
from simulator.orders import Order, place
from simulator.scene import MINUTE_S, Scene
from simulator.sellers import Seller
from simulator.trade import BUYERS
from simulator.words import PLEAS, PROMISES

NOTICED = 0.7  # share of the buyers who see that it is a fake
COMPLAINS = 0.85  # share of the unpaid who turn to the platform


@dataclass(frozen=True, slots=True)
class Plan:
    """What all shops of a gang follow; `vanish_s` is infinite for a gang that stays and pays back."""

    scene: Scene
    chance: Chance
    vanish_s: float

    @property
    def pays_back(self) -> bool:
        return self.vanish_s == inf


def order(plan: Plan, seller: Seller, listing: Listing, at_s: int) -> Story:
    """One order of a fake, paid at `at_s` (now)."""
    chance = plan.chance
    it = place(plan.scene, seller, listing, chance.whole(1, BUYERS))
    sent_s = seller.open_at(at_s + chance.hours(1, 12))
    if sent_s >= plan.vanish_s:
        yield it.paid(at_s, lost=False)
        yield from _never_sent(it, chance, at_s)
        return
    delivered_s = sent_s + chance.hours(20, 60)
    noticed = chance.often(NOTICED)
    pays_back = noticed and plan.pays_back
    yield it.paid(at_s, lost=not pays_back, payout_s=None if pays_back else seller.payout_after(delivered_s))
    yield sent_s
    yield it.sent(sent_s)
    yield delivered_s
    yield it.delivered(delivered_s)
    if noticed:
        yield from _sent_back(it, plan, delivered_s, pays_back=pays_back)


def _never_sent(it: Order, chance: Chance, at_s: int) -> Story:
    """Paid to a silent shop: the platform still has the money and gives it back."""
    at_s += chance.hours(90, 130)
    yield at_s
    if chance.often(0.6):
        yield it.complained(at_s, "seller_unreachable", of_return=False)
    at_s += chance.hours(4, 30)
    yield at_s
    yield it.cancelled(at_s, "platform")


def _sent_back(it: Order, plan: Plan, at_s: int, *, pays_back: bool) -> Story:
    chance, seller = plan.chance, it.seller
    at_s += chance.hours(2, 36)
    yield at_s
    yield it.return_requested(at_s, "counterfeit" if chance.often(0.65) else "not_as_described")
    accepted_s = seller.open_at(at_s + chance.hours(0.3, 6))
    if accepted_s >= plan.vanish_s:
        yield from _complaint(it, chance, at_s + chance.hours(72, 110), unanswered=True)
        return
    at_s = accepted_s
    yield at_s
    yield it.return_accepted(at_s)
    if chance.often(0.4):
        yield _said(it, at_s + 2 * MINUTE_S, "seller", chance.pick(PROMISES))
    at_s += chance.hours(5, 30)
    yield at_s
    yield it.return_shipped(at_s)
    at_s += chance.hours(36, 60)
    yield at_s
    yield it.return_delivered(at_s, signed=True)
    if pays_back:
        at_s = seller.open_at(at_s + chance.hours(10, 50))
        yield at_s
        yield it.refunded(at_s)
        return
    if chance.often(0.5):
        yield _said(it, at_s + chance.hours(20, 60), "buyer", chance.pick(PLEAS))
    if chance.often(COMPLAINS):
        yield from _complaint(it, chance, at_s + chance.hours(60, 130), unanswered=False)


def _complaint(it: Order, chance: Chance, at_s: int, *, unanswered: bool) -> Story:
    """The platform decides by the buyer's papers and pays in the seller's place."""
    yield at_s
    counterfeit = chance.often(0.4)
    yield it.complained(at_s, "counterfeit" if counterfeit else "seller_unreachable" if unanswered else "no_refund")
    at_s += chance.hours(40, 90)
    yield at_s
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
