"""One seller with up to a million returns: what an event takes as its history grows, what is remembered, what is said.

The judge alone, with the seller's deadlines and what a commit would write, on one thread; sizes are those of the seller
in a Redis of its own. A return is five events: paid, delivered, asked for, back again, and the refund, unless `unpaid`:
then no refund ever comes. CPU per event is of the last `WINDOW` events before each mark and includes the deadlines that
fell due.
"""

import time
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

import redis
from measured import command, keep

import schemas
from detectors.alerts import TRUNCATED
from detectors.detector import DeadlineReached
from detectors.judge import Judge
from detectors.policy import make_policy
from detectors.reference import Reference
from detectors.state import SellerState
from schemas import Alert, Hold
from schemas.fields import to_us
from streams.deadlines import FOREVER, Deadlines, deadline_id, parts_of
from streams.embedded import embedded_redis
from streams.sellers import change_of, seller_from
from streams.settings import read_policy
from streams.store import SellerBytes
from streams.surroundings import Surroundings

SELLER: Final = "s"
START: Final = datetime(2001, 1, 1, tzinfo=UTC)
MARKS: Final = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)  # returns
WINDOW: Final = 2_000  # events
STEPS_DAYS: Final = (0.0, 2.0, 4.0, 6.0, 8.0)  # paid, delivered, asked for, back, refunded


class Shop:
    """The seller as one worker holds it, and its share of Redis as a commit would leave it."""

    def __init__(self) -> None:
        self.judge = Judge(make_policy(read_policy(None)))
        self.around = Surroundings(Reference(), fresh_us=None)
        self.state = SellerState(SELLER)
        self.deadlines = Deadlines([], FOREVER)
        self.stored = SellerBytes()
        self.said: Counter[str] = Counter()
        self.truncated_said = False

    def take(self, one: Any) -> None:
        now_us = to_us(one.event_time)
        while (first := self.deadlines.pop(now_us)) is not None:
            _, kind, subject = parts_of(first[0])
            self._judge(DeadlineReached(SELLER, kind, subject, first[1]), first[1])
        self._judge(one, now_us)

    def _judge(self, cause: Any, now_us: int) -> None:
        judged = self.judge.judge(self.state, cause, now_us, self.around)
        if judged.failures:
            raise SystemExit(judged.failures[0])
        for (kind, subject), due_us in self.state.changes.deadlines.items():
            self.deadlines.schedule(deadline_id(SELLER, kind, subject), due_us)
        for word in judged.words:
            if isinstance(word, Alert):
                self.said[f"{word.family} alert"] += 1
                self.truncated_said |= TRUNCATED in str(word.note)
            elif isinstance(word, Hold):
                self.said[f"{word.scope} hold {word.action}"] += 1
        change = change_of(self.state)
        self.stored.core = change.core
        for kept, changed in ((self.stored.orders, change.orders), (self.stored.returns, change.returns)):
            for key, held in changed.items():
                if held is None:
                    kept.pop(key, None)
                else:
                    kept[key] = held

    def report(self, client: Any) -> dict[str, Any]:
        """What is remembered, and what it takes to load it."""
        state, stored = self.state, self.stored
        began = time.process_time()
        seller_from(SELLER, stored)
        load_ms = 1e3 * (time.process_time() - began)
        client.flushall()
        client.set("core", stored.core)
        for name, kept in (("orders", stored.orders), ("returns", stored.returns)):
            items = list(kept.items())
            for at in range(0, len(items), 5_000):
                client.hset(name, mapping=dict(items[at : at + 5_000]))
        sizes = {name: client.memory_usage(name, samples=0) or 0 for name in ("core", "orders", "returns")}
        return {
            "orders": len(state.orders),
            "returns": len(state.returns),
            "overdue": len(state.overdue),
            "deadlines": len(self.deadlines._due),
            "core_bytes": len(stored.core or b""),
            "redis_bytes": sizes,
            "load_ms": round(load_ms, 1),
            "state_truncated": state.core.truncated,
            "said_so": self.truncated_said,
            "said": dict(self.said),
        }


def events(returns: int, a_day: float, unpaid: bool) -> Iterator[tuple[int, Any]]:
    """(number of the return, event) in the order of time."""
    draw = Random(1)
    step_days = STEPS_DAYS[:4] if unpaid else STEPS_DAYS
    lags = [round(days * a_day) for days in step_days]
    for tick in range(returns + lags[-1]):
        for step, lag in enumerate(lags):
            number = tick - lag
            if 0 <= number < returns:
                at = START + timedelta(days=tick / a_day, seconds=step)
                yield number, event(step, number, at, str(uuid.UUID(int=draw.getrandbits(128))))


def event(step: int, number: int, at: datetime, event_id: str) -> Any:
    about = {"order_id": f"order-{number:09d}", "buyer_id": f"buyer-{number * 7 % 900_001:08d}"}
    back, money = {"return_id": f"return-{number:09d}"}, {"amount": Decimal("149.90"), "currency": "CNY"}
    listing = {"listing_id": f"listing-{number % 500:04d}"}
    who: dict[str, Any] = {"event_time": at, "event_id": event_id, "seller_id": SELLER}
    if step == 0:
        return schemas.OrderPaid(**who, **about, **listing, **money)
    if step == 1:
        return schemas.OrderDelivered(**who, order_id=about["order_id"])
    if step == 2:
        reason = "changed_mind" if number % 20 else "not_as_described"
        return schemas.ReturnRequested(**who, **about, **listing, **money, **back, reason=reason)
    if step == 3:
        return schemas.ReturnDelivered(**who, **back, signed=True)
    return schemas.RefundIssued(**who, **back, **money, refund_id=f"refund-{number:09d}", paid_by="seller")


def main() -> None:
    parser = command(__doc__)
    parser.add_argument("--returns", type=int, default=1_000_000)
    parser.add_argument("--a-day", type=float, default=100.0)
    parser.add_argument("--unpaid", action="store_true")
    options = parser.parse_args()
    shop, results = Shop(), {}
    with embedded_redis() as url, redis.Redis.from_url(url) as client:
        began, each_us, marks = time.process_time(), 0.0, iter([*MARKS, 0])
        mark = next(marks)
        for taken, (number, one) in enumerate(events(options.returns, options.a_day, options.unpaid), 1):
            shop.take(one)
            if taken % WINDOW == 0:
                each_us = 1e6 * (time.process_time() - began) / WINDOW
                began = time.process_time()
            if number + 1 == mark and taken >= WINDOW:
                results[mark] = {"cpu_us_an_event": round(each_us, 1), **shop.report(client)}
                print(f"{mark:,} returns: {results[mark]}", flush=True)
                mark, began = next(marks), time.process_time()
    settings = {"returns": options.returns, "a_day": options.a_day, "unpaid": options.unpaid}
    keep("one-seller", settings, results)


if __name__ == "__main__":
    main()
