"""One seller judged by hand, event by event, and what the rules say of one return when its whole history is known."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

import schemas
from detectors.detector import Around, DeadlineReached
from detectors.judge import Judge
from detectors.judged import Judged
from detectors.policy import Policy, make_policy
from detectors.records import encode
from detectors.state import SellerState
from schemas.fields import DAY_US, HOUR_US, to_us
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
        deadlines = {key: due_us for key, due_us in self.deadlines.items() if key[0] not in ("seller", "hold")}
        return *records, state.core.exposure, sorted(state.overdue), deadlines, state.core.last_upheld_us

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


class Facts(NamedTuple):
    """What the rules say at one moment: when the refund is or was due (0: no such time), and what is at stake."""

    due_us: int
    overdue: bool
    exposure: dict[tuple[str, str], Decimal]


def by_rules(history: Sequence[Any], at_us: int) -> Facts:
    """The rules read over the whole history at once; nothing is folded and nothing is remembered."""
    events = sorted({one.event_id: one for one in history}.values(), key=lambda one: (one.event_time, one.event_id))

    def of(word: type[Any], which: Callable[[Any], bool] = lambda _: True) -> list[Any]:
        return [one for one in events if isinstance(one, word) and which(one)]

    standing = _standing_decisions(of)
    request = next(iter(of(schemas.ReturnRequested)), None)
    if request is None:
        return Facts(0, False, _of_order(of, None, at_us))
    amount, rest = request.amount, max(Decimal(1), request.amount * Decimal("0.005"))
    parcels = of(schemas.ReturnDelivered)
    cancelled = of(schemas.ReturnCancelled, lambda one: one.by != "seller" or not parcels)
    due_us = _due(of, to_us(parcels[0].event_time), standing) if parcels and not cancelled else 0

    by_seller, by_platform, last_us = _payments(of, request.currency, due_us)
    platform = sum(by_platform)
    refunded = last_us is not None and by_seller + by_platform[0] >= amount - rest
    settled = bool(standing) and standing[-1].outcome == "dismissed"
    is_open = bool(parcels) and not (cancelled or refunded or settled)
    missing = max(Decimal(0), amount - by_seller - platform) if amount > rest else Decimal(0)
    owed = max(Decimal(0), min(platform, amount - by_seller))
    if not owed or at_us >= _last_of_platform(of, request.currency) + 90 * DAY_US:
        owed = Decimal(0)

    exposure: dict[tuple[str, str], Decimal] = {}
    if is_open and missing:
        exposure = {("unrefunded", request.currency): missing + owed}
    elif owed:
        exposure = {("owed_to_platform", request.currency): owed}
    elif not (is_open or refunded):
        exposure = _of_order(of, request, at_us)
    can_be_overdue = is_open and amount > rest
    return Facts(due_us if can_be_overdue else 0, can_be_overdue and at_us >= due_us, exposure)


Of = Callable[..., list[Any]]


def _compensations(of: Of) -> list[Any]:
    """Those that can be put somewhere: they name the return, or a complaint that was opened."""
    opened = {one.complaint_id for one in of(schemas.ComplaintOpened)}
    return of(schemas.CompensationPaid, lambda one: one.return_id is not None or one.complaint_id in opened)


def _from_platform(of: Of, currency: str) -> list[Any]:
    refunds = [one for one in _once(of(schemas.RefundIssued), "refund_id") if one.paid_by == "platform"]
    paid = refunds + _once(_compensations(of), "compensation_id")
    return [one for one in paid if one.currency == currency]


def _last_of_platform(of: Of, currency: str) -> int:
    return max(to_us(one.event_time) for one in _from_platform(of, currency))


def _payments(of: Of, currency: str, due_us: int) -> tuple[Decimal, tuple[Decimal, Decimal], int | None]:
    """By the seller; by the platform in time and late; and whether anything was paid at all (None: nothing)."""
    refunds = _once(of(schemas.RefundIssued), "refund_id")
    own = [one for one in refunds if one.paid_by == "seller" and one.currency == currency]
    platform = _from_platform(of, currency)
    times = [to_us(one.event_time) for one in own + platform]
    in_time = [one for one in platform if not due_us or to_us(one.event_time) <= due_us]
    late = [one for one in platform if one not in in_time]
    sums = [sum((one.amount for one in paid), Decimal(0)) for paid in (own, in_time, late)]
    return sums[0], (sums[1], sums[2]), max(times, default=None)


def _once(paid: list[Any], key: str) -> list[Any]:
    """Each payment counts once by its own id: the first that there was."""
    first: dict[str, Any] = {}
    for one in paid:
        first.setdefault(getattr(one, key), one)
    return list(first.values())


def _standing_decisions(of: Of) -> list[Any]:
    """The newest decision on each complaint that was opened at all, oldest first."""
    opened = {one.complaint_id for one in of(schemas.ComplaintOpened)}
    newest = {one.complaint_id: one for one in of(schemas.ComplaintDecided) if one.complaint_id in opened}
    return sorted(newest.values(), key=lambda one: (one.event_time, one.event_id))


def _due(of: Of, back_us: int, standing: list[Any]) -> int:
    """Delivery, 96 hours, 7 days more where nobody signed; the seller's first dispute; an upheld complaint."""
    due_us = min(
        to_us(one.event_time) + 96 * HOUR_US + (0 if one.signed else 7 * DAY_US) for one in of(schemas.ReturnDelivered)
    )
    upheld = [one for one in standing if one.outcome == "upheld"]
    dispute = next(iter(of(schemas.ReturnDisputed, lambda one: one.by == "seller")), None)
    if dispute is not None and to_us(dispute.event_time) <= due_us:
        at_us = to_us(dispute.event_time)
        if not upheld or (dispute.event_time, dispute.event_id) < (upheld[0].event_time, upheld[0].event_id):
            due_us += max(0, at_us + 10 * DAY_US - max(back_us, at_us))
    return min([due_us, *(max(back_us, to_us(one.event_time)) for one in upheld)])


def _of_order(of: Of, request: Any, at_us: int) -> dict[tuple[str, str], Decimal]:
    """Where the order alone counts: what the platform paid on it, else until it is delivered and seven days more."""
    payments = of(schemas.OrderPaid)
    paid = payments[0] if payments else None
    compensations = _once(of(schemas.CompensationPaid, lambda one: one.return_id is None), "compensation_id")
    opened = {one.complaint_id for one in of(schemas.ComplaintOpened, lambda one: one.order_id is not None)}
    known = [one for one in compensations if one.complaint_id in opened]
    currency = paid.currency if paid else known[0].currency if known else ""
    on_it = [one for one in known if one.currency == currency]
    total = sum((one.amount for one in on_it), Decimal(0))
    if request is None and total:
        until_us = max(to_us(one.event_time) for one in on_it) + 90 * DAY_US
        return {("owed_to_platform", on_it[0].currency): total} if at_us < until_us else {}
    if paid is None or of(schemas.OrderCancelled):
        return {}
    arrivals = [to_us(one.event_time) for one in of(schemas.OrderDelivered)]
    if not arrivals and request is not None and request.reason != "not_received":
        arrivals = [to_us(request.event_time)]
    if not arrivals:
        arrivals = [to_us(paid.event_time) + 7 * DAY_US]
        if at_us < arrivals[0]:
            return {("undelivered", paid.currency): paid.amount}
    return {("in_payout_window", paid.currency): paid.amount} if at_us < arrivals[0] + 7 * DAY_US else {}
