"""What an honest seller does for its buyers after the sale: lost parcels, returns, refunds in time and late."""

from typing import Literal

from schemas.fields import ReturnReason
from simulator.calendar import parcel_time
from simulator.chance import Chance, Weighted
from simulator.clock import Leg, Story
from simulator.orders import Order
from simulator.scene import DAY_S, HOUR_S

REASONS: Weighted[ReturnReason] = Weighted(
    (
        ("changed_mind", 40.0),
        ("not_as_described", 18.0),
        ("damaged", 15.0),
        ("other", 13.0),
        ("wrong_item", 11.0),
        ("counterfeit", 3.0),  # wary buyers err
    )
)
CANCELLED_BY: Weighted[Literal["seller", "buyer", "platform"]] = Weighted(
    (("buyer", 7.0), ("seller", 2.5), ("platform", 0.5))
)
#: How an honest seller answers a request, and how the money comes back once the parcel is there unless it is late.
_ANSWER = Weighted((("accepts", 94.0), ("refuses", 3.0), ("buyer keeps it", 3.0)))
_ENDING = Weighted((("in time", 88.5), ("in two parts", 6.0), ("by the platform", 3.0), ("disputed", 2.5)))
CLOGGED = 1.6  # times as many late refunds while parcels are slow
PLATFORM_ADVANCES = 0.3  # share of the lost parcels for which the platform pays before the seller does
UPHELD_WHILE_LATE = 0.2  # share of the complaints about a late refund that are decided before it comes
_SLOW_H = 30  # a refund that is further off than that is advanced by the platform


def never_arrived(it: Order, chance: Chance, at_s: int) -> Story:
    """The carrier lost it: the seller pays, or the platform does and gets it back from the seller."""
    at_s += chance.hours(180, 260)
    yield at_s
    yield it.return_requested(at_s, "not_received")
    at_s = it.seller.open_at(at_s + chance.hours(1, 20))
    yield at_s
    if chance.often(PLATFORM_ADVANCES):
        yield it.return_refused(at_s, "The carrier lost it, please ask them.")
        at_s += chance.hours(2, 60)
        yield at_s
        yield it.complained(at_s, "other")
        at_s += chance.hours(48, 200)
        yield at_s
        yield it.decided(at_s, "upheld")
        at_s += chance.hours(1, 24)
        yield at_s
        yield it.compensated(at_s)
        at_s = it.seller.open_at(at_s + chance.hours(100, 400))
    else:
        yield it.return_accepted(at_s)
        at_s = it.seller.open_at(at_s + chance.hours(1, 30))
    yield at_s
    yield it.refunded(at_s)


def returned(it: Order, chance: Chance, at_s: int, reason: ReturnReason) -> Story:
    """A return from its request to its end."""
    at_s += chance.hours(3, 120)
    yield at_s
    yield it.return_requested(at_s, reason)
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
    at_s = yield from sent_back(it, chance, at_s)
    clogged = CLOGGED if parcel_time(it.seller.country, at_s // DAY_S * DAY_S) > 1 else 1.0
    if chance.often(it.seller.late_share * clogged):
        yield from _late(it, chance, at_s)
    else:
        yield from _ENDINGS[chance.weighted(_ENDING)](it, chance, at_s)


def sent_back(it: Order, chance: Chance, at_s: int) -> Leg:
    """The return is accepted now, shipped and delivered; ends at that time."""
    yield it.return_accepted(at_s)
    at_s += chance.hours(4, 50)
    yield at_s
    yield it.return_shipped(at_s)
    at_s += int(chance.hours(30, 100) * parcel_time(it.seller.country, at_s // DAY_S * DAY_S))
    yield at_s
    yield it.return_delivered(at_s, signed=chance.often(0.97))
    return at_s


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
    """Four to ten days. Half of the buyers complain, and the complaint is dismissed once the money is there.

    Some of the complaints are upheld before; where the refund is still far off, the platform pays the buyer and the
    seller the platform.
    """
    refund_s = it.seller.open_at(at_s + chance.hours(96, 240))
    complains = chance.often(0.5)
    if complains:
        at_s = at_s + chance.hours(76, 94)
        yield at_s
        yield it.complained(at_s, "no_refund")
        decided_s = at_s + chance.hours(24, 150)
        if decided_s < refund_s and chance.often(UPHELD_WHILE_LATE):
            yield decided_s
            yield it.decided(decided_s, "upheld")
            complains = False
            if refund_s - decided_s > _SLOW_H * HOUR_S:
                at_s = decided_s + chance.hours(6, 24)
                yield at_s
                yield it.compensated(at_s)
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
    """The seller says that the goods were used; buyer complains, platform decides."""
    at_s = it.seller.open_at(at_s + chance.hours(1, 40))
    yield at_s
    yield it.return_disputed(at_s, "seller", "The parcel does not hold what we sold.")
    yield from contested(it, chance, at_s, upheld=0.6)


def contested(it: Order, chance: Chance, at_s: int, upheld: float) -> Story:
    """What follows a seller's dispute: a complaint, decided for the buyer in a share of the cases, and then paid."""
    at_s += chance.hours(2, 40)
    yield at_s
    yield it.complained(at_s, "no_refund")
    at_s += chance.hours(40, 160)
    yield at_s
    if not chance.often(upheld):
        yield it.decided(at_s, "dismissed")
        return
    yield it.decided(at_s, "upheld")
    at_s = it.seller.open_at(at_s + chance.hours(1, 24))
    yield at_s
    yield it.refunded(at_s)


_ENDINGS = {
    "in time": _in_time,
    "in two parts": _in_parts,
    "by the platform": _by_platform,
    "disputed": _disputed,
}
