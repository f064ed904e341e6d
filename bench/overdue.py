"""What an event costs whose seller owes many buyers: `python bench/overdue.py`.

A seller that is silent and lets so many refunds fall due, then events of one more return. The judge alone, in memory;
CPU of this process.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from measured import command, keep, shown, summary

import schemas
from detectors.detector import DeadlineReached
from detectors.judge import Judge
from detectors.policy import make_policy
from detectors.reference import Reference
from detectors.state import SellerState
from schemas.fields import to_us
from streams.settings import read_policy
from streams.surroundings import Surroundings

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
OWED: Final = (0, 10, 100, 1_400, 10_000)
EVENTS: Final = 100
KINDS: Final = {
    "requested": (schemas.ReturnRequested, {"order_id": "O", "listing_id": "L", "reason": "other", "buyer_id": "B"}),
    "delivered": (schemas.ReturnDelivered, {"signed": True}),
    "refunded": (schemas.RefundIssued, {"paid_by": "platform"}),
}
MONEY: Final = {"amount": Decimal(100), "currency": "CNY"}


class Seller:
    """A seller's state and its deadlines, judged by hand."""

    def __init__(self) -> None:
        self.judge = Judge(make_policy(read_policy(None)))
        self.around = Surroundings(Reference(), fresh_us=None)
        self.state = SellerState("silent")
        self.deadlines: dict[tuple[str, str], int] = {}

    def tell(self, word: type[schemas.Event], back: str, hours: float, **fields: Any) -> None:
        """Judges one event."""
        when = START + timedelta(hours=hours)
        told = {"return_id": back, **(MONEY if "amount" in word.__struct_fields__ else {}), **fields}
        self._judge(word(event_id=f"{back}-{word.__name__}", event_time=when, seller_id="silent", **told), to_us(when))

    def fire(self, until: datetime) -> None:
        """Every deadline up to then, in order."""
        while due := [(due_us, key) for key, due_us in self.deadlines.items() if due_us <= to_us(until)]:
            for due_us, key in sorted(due):
                if self.deadlines.get(key) == due_us:
                    del self.deadlines[key]
                    self._judge(DeadlineReached("silent", *key, due_us), due_us)

    def _judge(self, cause: Any, now_us: int) -> None:
        self.judge.judge(self.state, cause, now_us, self.around)
        for key, due_us in self.state.changes.deadlines.items():
            self.deadlines.pop(key, None)
            if due_us is not None:
                self.deadlines[key] = due_us
        self.state.changes.clear()


def owing(count: int) -> Seller:
    """A seller with so many overdue refunds, one an hour."""
    seller = Seller()
    for number in range(count):
        buyer = {"order_id": f"O{number}", "listing_id": "L", "reason": "other", "buyer_id": f"B{number}"}
        seller.tell(schemas.ReturnRequested, f"R{number}", number, **buyer)
        seller.tell(schemas.ReturnDelivered, f"R{number}", number + 1, signed=True)
    seller.fire(START + timedelta(hours=count + 200))
    assert len(seller.state.overdue) == count
    return seller


def costs(seller: Seller, hours: float) -> Iterable[tuple[str, float]]:
    """CPU in microseconds of each kind of event about one more return."""
    for number in range(EVENTS):
        for kind, (word, fields) in KINDS.items():
            named = {"refund_id": f"f{number}"} if kind == "refunded" else {}
            before = time.process_time()
            seller.tell(word, f"more-{number}", hours + number / 100, **fields, **named)
            yield kind, 1e6 * (time.process_time() - before)


def main() -> None:
    """Prints a line for each number of refunds owed, and writes everything as JSON."""
    command(__doc__).parse_args()
    results = {}
    for count in OWED:
        found: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for kind, cost_us in costs(owing(count), count + 201):
            found[kind].append(cost_us)
        results[count] = {kind: summary(values) for kind, values in found.items()}
        print(
            f"{count:6,} owed, CPU us: " + "; ".join(f"{kind} {shown(held)}" for kind, held in results[count].items())
        )
    print(keep("overdue", {"events": EVENTS}, results))


if __name__ == "__main__":
    main()
