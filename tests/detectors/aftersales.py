"""One seller judged by hand, event by event."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import schemas
from detectors.detector import Around, DeadlineReached
from detectors.judge import Judge
from detectors.judged import Judged
from detectors.policy import Policy, make_policy
from detectors.records import encode
from detectors.state import SellerState
from schemas.fields import HOUR_US, to_us
from streams.settings import read_policy
from tests.detectors.prices import World
from tests.story import NEW_YEAR, event

SELLER: Final = "shop"
POLICY: Final = make_policy(read_policy(None))
START_US: Final = to_us(NEW_YEAR)


class Desk:
    """A seller's state, its deadlines, and all that was said; nothing happens but what the test does.

    `forgetful`: the desk does not know event ids, so that repeats reach the state itself.
    """

    def __init__(self, policy: Policy = POLICY, around: Around | None = None, *, forgetful: bool = False) -> None:
        self.judge = Judge(policy)
        self.around = around or World()
        self.state = SellerState(SELLER)
        self.deadlines: dict[tuple[str, str], int] = {}
        self.judged: list[Judged] = []
        self.forgetful = forgetful

    def take(self, *told: schemas.Event | Iterable[schemas.Event]) -> "Desk":
        """Judges events in the order given, whatever their times."""
        for one in told:
            for each in [one] if isinstance(one, schemas.Event) else one:
                if self.forgetful:
                    self.state.core.seen = b""
                self._judge(each, to_us(each.event_time))
        return self

    def fire(self, until_us: int) -> "Desk":
        """Lets every deadline fall due that is due by then, by (due, id)."""
        while self.deadlines:
            due_us, key = min((due_us, key) for key, due_us in self.deadlines.items())
            if due_us > until_us:
                break
            del self.deadlines[key]
            self._judge(DeadlineReached(SELLER, *key, due_us), due_us)
            assert self.deadlines.get(key, due_us + 1) > due_us, f"{key} would fall due for ever"
        return self

    def _judge(self, cause: schemas.Event | DeadlineReached, now_us: int) -> None:
        judged = self.judge.judge(self.state, cause, now_us, self.around)
        assert not judged.failures, judged.failures
        self.judged.append(judged)
        for key, due_us in self.state.changes.deadlines.items():
            if due_us is None:
                self.deadlines.pop(key, None)
            else:
                self.deadlines[key] = due_us
        self.state.changes.deadlines.clear()

    def aftersale(self) -> tuple[Any, ...]:
        """All that is stored of orders, returns and complaints, as bytes, the sums, and the deadlines."""
        state = self.state
        records = [
            {key: encode(held) for key, held in kept.items()}
            for kept in (state.orders, state.returns, state.complaints, state.surges)
        ]
        # A hold may have been placed and released again on the way: two complaints, known only later to be one buyer's.
        # A deadline for an answer stays when the answer comes, and fires in vain.
        deadlines = {
            key: due_us for key, due_us in self.deadlines.items() if key[0] not in ("seller", "hold", "answer")
        }
        deadlines |= {("answer", key): one.answer_due_us for key, one in state.returns.items() if one.answer_due_us}
        return (
            *records,
            state.core.exposure,
            sorted(state.overdue),
            deadlines,
            state.core.last_upheld_us,
            state.core.countries,
        )

    def exposure(self) -> dict[tuple[str, str], Decimal]:
        """What counts, by (part, currency), without what is nothing."""
        parts = ("unrefunded", "owed_to_platform", "undelivered", "in_payout_window")
        sums = self.state.core.exposure
        return {
            (part, currency): held
            for currency, held_in in sums.items()
            for part, held in zip(parts, held_in, strict=True)
            if held
        }


ORDER: Final = {"order_id": "O", "listing_id": "L", "buyer_id": "B"}


def when(hours: float) -> Any:
    """Hours after New Year."""
    return NEW_YEAR + timedelta(hours=hours)


def hour_us(hours: float) -> int:
    """The same in microseconds since 1970."""
    return START_US + round(hours * HOUR_US)


def said(word: type[schemas.Event], hours: float, **fields: Any) -> Any:
    """An event of the seller; what is about a return is about `R`, what is about an order about `O`."""
    told: dict[str, Any] = {}
    names = word.__struct_fields__
    if "return_id" in names and word not in (schemas.ComplaintOpened, schemas.CompensationPaid):
        told["return_id"] = "R"
    if word in (schemas.OrderPaid, schemas.ReturnRequested):
        told |= ORDER | {"amount": Decimal(1000), "currency": "CNY"}
    if word in (schemas.OrderDelivered, schemas.OrderCancelled):
        told["order_id"] = "O"
    if word is schemas.ReturnRequested:
        told["reason"] = "counterfeit"
    return event(word, when(hours), SELLER, **told | fields)
