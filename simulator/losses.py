"""What became of the buyers' money: lost orders beside the holds in force when they were paid and paid out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias, get_args

from schemas.fields import HoldScope, money
from schemas.outputs import Hold
from simulator.labels import OrderLabel
from simulator.report import Fate, Lost

#: By scope and subject.
Holds: TypeAlias = "defaultdict[tuple[HoldScope, str], list[Hold]]"


def losses(orders: Iterable[OrderLabel], holds: Holds, *, confirmed: bool = False) -> Iterator[Lost]:
    """One line per currency; the currency is "" where labels hold no amounts. `confirmed` holds never end."""
    sums: defaultdict[str, dict[Fate, list[Decimal]]] = defaultdict(lambda: {fate: [] for fate in get_args(Fate)})
    for order in orders:
        withheld = holds["listing", order.listing_id] + holds["seller", order.seller_id]
        fate: Fate = "gone"
        if _in_force(withheld, order.paid_at, confirmed):
            fate = "prevented"
        elif order.payout_at and _in_force(holds["payout", order.seller_id], order.payout_at, confirmed):
            fate = "frozen"
        sums[order.currency][fate].append(order.amount)
    for currency, amounts in sorted(sums.items()):
        totals = {fate: sum(of_fate, Decimal(0)) for fate, of_fate in amounts.items()}
        whole = sum(totals.values(), Decimal(0))
        yield Lost(
            currency=currency,
            orders={fate: len(of_fate) for fate, of_fate in amounts.items()},
            amounts={fate: money(total) for fate, total in totals.items()},
            saved=round(float((whole - totals["gone"]) / whole), 4) if whole else None,
        )


def end_of(hold: Hold) -> datetime:
    return hold.event_time if hold.action == "released" else hold.expires_at


def _in_force(holds: Iterable[Hold], at: datetime, confirmed: bool) -> bool:
    return any(hold.placed_at <= at and (confirmed or at < end_of(hold)) for hold in holds)
