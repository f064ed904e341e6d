"""Buyers who are not as honest as the seller: who return everything, cry fake, or send back an empty parcel.

The platform sees through most of it, errs now and then, and corrects some of its errors. The shares are made up.
"""

from typing import Literal, TypeAlias

from schemas.fields import ReturnReason
from simulator.aftercare import contested, sent_back
from simulator.chance import Chance, Weighted
from simulator.clock import Story
from simulator.orders import Order

Manner: TypeAlias = Literal["ordinary", "returns everything", "claims a fake", "sends back nothing"]

#: Shares of the orders.
MANNERS: Weighted[Manner] = Weighted(
    (("ordinary", 0.9915), ("returns everything", 0.006), ("claims a fake", 0.0015), ("sends back nothing", 0.001))
)
#: The first and the last number of the buyers of each manner: the fewer, the oftener one comes back.
_NUMBERS: dict[Manner, tuple[int, int]] = {
    "returns everything": (1, 1_500),
    "claims a fake": (1_501, 2_200),
    "sends back nothing": (2_201, 2_600),
    "ordinary": (2_601, 2_000_000),
}
SERIAL_RETURNED = 0.8
SERIAL_REASONS: Weighted[ReturnReason] = Weighted(
    (("not_as_described", 45.0), ("changed_mind", 30.0), ("damaged", 15.0), ("counterfeit", 10.0))
)
CLAIMS_WITH_RETURN = 0.5  # share of the false claims that come with a return, which the seller refuses
BELIEVED, CORRECTED = 0.07, 0.5  # false claims that the platform upholds, and upheld ones that it takes back
EMPTY_BELIEVED = 0.25


def number(chance: Chance, manner: Manner) -> int:
    """Which buyer it is."""
    return chance.whole(*_NUMBERS[manner])


def left_waiting(it: Order, chance: Chance, at_s: int, sent_s: int) -> Story:
    """A buyer who hears nothing and complains before the parcel is sent; the platform waits for the parcel."""
    if at_s < sent_s:
        yield at_s
        yield it.complained(at_s, "seller_unreachable", of_return=False)
        at_s = sent_s + chance.hours(1, 12)
        yield at_s
        yield it.decided(at_s, "dismissed" if chance.often(0.85) else "upheld")


def false_claim(it: Order, chance: Chance, at_s: int) -> Story:
    """Says that genuine goods are fake, to have them for nothing."""
    at_s += chance.hours(5, 160)
    yield at_s
    with_return = chance.often(CLAIMS_WITH_RETURN)
    if with_return:
        yield it.return_requested(at_s, "counterfeit")
        at_s = it.seller.open_at(at_s + chance.hours(0.5, 30))
        yield at_s
        yield it.return_refused(at_s, "The goods are genuine, here is the invoice.")
        at_s += chance.hours(1, 40)
        yield at_s
    yield it.complained(at_s, "counterfeit", of_return=with_return)
    at_s += chance.hours(72, 288)
    yield at_s
    if not chance.often(BELIEVED):
        yield it.decided(at_s, "dismissed")
        return
    yield it.decided(at_s, "upheld")
    if chance.often(CORRECTED):
        at_s += chance.hours(100, 360)
        yield at_s
        yield it.decided(at_s, "dismissed")
    elif with_return:
        at_s = it.seller.open_at(at_s + chance.hours(4, 60))
        yield at_s
        yield it.refunded(at_s)


def empty_parcel(it: Order, chance: Chance, at_s: int) -> Story:
    """Sends back a parcel without the goods; the seller disputes it."""
    at_s += chance.hours(3, 120)
    yield at_s
    yield it.return_requested(at_s, "changed_mind" if chance.often(0.5) else "not_as_described")
    at_s = it.seller.open_at(at_s + chance.hours(0.5, 30))
    yield at_s
    at_s = yield from sent_back(it, chance, at_s)
    at_s = it.seller.open_at(at_s + chance.hours(1, 40))
    yield at_s
    yield it.return_disputed(at_s, "seller", "The parcel was empty.")
    yield from contested(it, chance, at_s, upheld=EMPTY_BELIEVED)
