"""A return as the fold of its steps: where it stands, when its refund is due, and what is owed on it.

The steps are folded in the order of (event time, event id), not of arrival: repeated, late and reordered events end
in the same place. The fold knows no clock; a deadline that has fired is one of its inputs.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, Literal

import msgspec

from detectors.calendars import Calendar
from detectors.records import Return, Step
from schemas.fields import DAY_US, HOUR_US

Stage = Literal[
    "unknown", "requested", "accepted", "refused", "shipped", "delivered", "refunded", "cancelled", "settled"
]
_ZERO: Final = Decimal(0)
_WITH_IDS: Final = ("refund", "compensation", "decided")  # of their own: each is another one
MAX_STEPS_OF_A_KIND: Final = 16
MAX_STEPS_WITH_IDS: Final = 64


class ReturnTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a refund is due, and what counts as one.

    `refund_sla_hours` after delivery plus `scan_grace_hours`, or what `calendars` say of the seller's country; an
    unsigned delivery gives `unsigned_extra_days` more; a seller's dispute pauses the deadline once for `dispute_days`.
    A rest of one currency unit (`tolerance_amount`) or of `tolerance_share`, whichever is more, is not missed; where
    the seller has paid `mostly_paid_share`, the two quarrel about the rest and nobody has vanished. A request that the
    seller has not answered after `answer_hours` was ignored, and so was one for goods that never came which it accepted
    and has neither paid nor delivered within `promise_days`.
    """

    refund_sla_hours: float = 72.0
    scan_grace_hours: float = 24.0
    unsigned_extra_days: float = 7.0
    dispute_days: float = 10.0
    tolerance_amount: Decimal = Decimal(1)
    tolerance_share: Decimal = Decimal("0.005")
    mostly_paid_share: Decimal = Decimal("0.5")
    answer_hours: float = 72.0
    promise_days: float = 14.0
    calendars: dict[str, Calendar] = {}

    def due_us(self, country: str, from_us: int) -> int:
        """When a refund is due whose time counts from `from_us`, for a seller in `country` ("": not known)."""
        calendar = self.calendars.get(country)
        if calendar is None:
            return from_us + int((self.refund_sla_hours + self.scan_grace_hours) * HOUR_US)
        return calendar.due_us(country, from_us, self.refund_sla_hours, self.scan_grace_hours)

    def longest_us(self) -> int:
        """A bound: no deadline lies further behind the parcel's return."""
        hours = max(
            [one.longest_hours(self.refund_sla_hours, self.scan_grace_hours) for one in self.calendars.values()],
            default=0.0,
        )
        hours = max(hours, self.refund_sla_hours + self.scan_grace_hours)
        return round(hours * HOUR_US + (self.unsigned_extra_days + self.dispute_days) * DAY_US)


DEFAULT_TERMS: Final = ReturnTerms()


class Folded(msgspec.Struct, frozen=True, gc=False):
    """Where a return stands. Times in microseconds, 0 is never; sums in `currency`.

    `due_us` is 0 once nothing is awaited any more; `deadline_us` stays.
    """

    stage: Stage
    order_id: str = ""
    listing_id: str = ""
    buyer_id: str = ""
    reason: str = ""
    amount: Decimal = _ZERO
    currency: str = ""
    requested_us: int = 0
    delivered_us: int = 0
    due_us: int = 0
    overdue: bool = False
    contested: bool = False
    missing: Decimal = _ZERO
    paid_by_seller: Decimal = _ZERO
    paid_by_platform: Decimal = _ZERO
    platform_paid_us: int = 0
    closed_us: int = 0
    event_ids: tuple[str, ...] = ()
    deadline_us: int = 0


def step_key(step: Step) -> tuple[int, str]:
    """The order in which steps are folded."""
    return step.time_us, step.event_id


def add_step(held: Return, step: Step) -> bool:
    """Takes a step in at its place; False when it is known already or changes nothing.

    Of payments with one id the oldest counts, of decisions on one complaint the newest. A return has a handful of
    steps, a flood of them is noise: of each kind the oldest stay, payments and decisions four times as many. No kind
    takes another's place, so that nobody who repeats himself keeps a parcel's return or a refund out.
    """
    others = held.steps
    for known in held.steps:
        if known.event_id == step.event_id:
            return False
        if step.ref_id and known.ref_id == step.ref_id and known.kind == step.kind:
            if (step_key(known) < step_key(step)) == (step.kind != "decided"):
                return False
            others = [one for one in held.steps if one is not known]
    steps = [*others, step]
    if others and step_key(step) < step_key(others[-1]):  # most come in their order
        steps.sort(key=step_key)
    most = MAX_STEPS_WITH_IDS if step.kind in _WITH_IDS else MAX_STEPS_OF_A_KIND
    if len(steps) > most:
        alike = [one for one in steps if _alike(one, step)]
        if len(alike) > most:
            steps.remove(alike[-1])
            if alike[-1] is step:
                return False
    held.steps = steps
    return True


def fold(held: Return, terms: ReturnTerms) -> Folded:
    """Where the return stands after all its steps."""
    request = next((step for step in held.steps if step.kind == "requested"), None)
    stage, delivered_us, counted_from = _progress(held.steps, terms)
    if request is None:
        event_ids = tuple([step.event_id for step in held.steps])
        return Folded(stage, delivered_us=delivered_us, event_ids=event_ids)
    due_us, contested = _due(held, terms, delivered_us, counted_from)
    return _with_money(held, request, stage, delivered_us, due_us, contested, terms)


def request_detail(order_id: str, listing_id: str, buyer_id: str, reason: str) -> str:
    """The `detail` of a `requested` step."""
    return "\x1f".join((order_id, listing_id, buyer_id, reason))


def buyer_of(held: Return) -> str:
    """Who asked for the return, without folding it; "" where nobody is known to have."""
    request = next((step for step in held.steps if step.kind == "requested"), None)
    return request.detail.split("\x1f")[2] if request is not None else ""


def delivered_at_us(held: Return) -> int:
    """When the parcel first came back, without folding it; 0 where it has not."""
    return next((step.time_us for step in held.steps if step.kind == "delivered"), 0)


def _alike(one: Step, other: Step) -> bool:
    """Whether they say the same; no two requests do, and only the oldest counts."""
    return one.kind == other.kind and (one.detail == other.detail or one.kind == "requested")


def _progress(steps: Iterable[Step], terms: ReturnTerms) -> tuple[Stage, int, list[int]]:
    """The stage without money, when the parcel came back, and from when on, by each delivery, the refund's time
    counts."""
    stage: Stage = "unknown"
    delivered_us = 0
    counted_from: list[int] = []
    for step in steps:
        kind = step.kind
        if kind in ("requested", "accepted", "refused", "shipped"):
            if stage not in ("delivered", "cancelled"):
                stage = kind  # type: ignore[assignment]  # narrowed by the line above
        elif kind == "delivered":
            # A parcel that arrives after the seller's own cancellation is back at the seller all the same.
            if stage != "cancelled" or not delivered_us:
                extra_us = 0 if step.detail == "signed" else int(terms.unsigned_extra_days * DAY_US)
                counted_from.append(step.time_us + extra_us)
                delivered_us = delivered_us or step.time_us
                stage = "cancelled" if stage == "cancelled" and _withdrawn_by_buyer(steps) else "delivered"
        elif kind == "cancelled" and (not delivered_us or step.detail != "seller"):
            stage = "cancelled"
    return stage, delivered_us, counted_from


def _withdrawn_by_buyer(steps: Iterable[Step]) -> bool:
    return any(step.kind == "cancelled" and step.detail != "seller" for step in steps)


def _with_money(
    held: Return, request: Step, stage: Stage, delivered_us: int, due_us: int, contested: bool, terms: ReturnTerms
) -> Folded:
    """The return with its request, refunds, the deadline, disputes and decisions."""
    amount, currency = request.amount, request.currency
    rest = max(terms.tolerance_amount, amount * terms.tolerance_share)
    enough = amount - rest
    if stage != "delivered":
        due_us = 0
    deadline_us = due_us
    # A platform's payment counts as closing the return only while the refund was not yet due.
    seller = platform = in_time = _ZERO
    closed_us = platform_us = 0
    dismissed_us = 0
    for step in held.steps:
        if step.kind == "decided":
            dismissed_us = step.time_us if step.detail == "dismissed" else 0
        if step.kind not in ("refund", "compensation") or step.currency != currency:
            continue
        if step.kind == "refund" and step.detail == "seller":
            seller += step.amount
        else:
            platform += step.amount
            platform_us = step.time_us
            if not due_us or step.time_us <= due_us:
                in_time += step.amount
        if not closed_us and seller + in_time >= enough and (seller or in_time or amount <= rest):
            closed_us = step.time_us
    if closed_us:
        stage = "refunded"
    elif dismissed_us:
        stage, closed_us = "settled", dismissed_us
    elif stage == "cancelled":
        closed_us = max(step.time_us for step in held.steps if step.kind == "cancelled")
    is_open = stage == "delivered" and amount > rest
    order_id, listing_id, buyer_id, reason = request.detail.split("\x1f")
    return Folded(
        stage,
        order_id,
        listing_id,
        buyer_id,
        reason,
        amount,
        currency,
        requested_us=request.time_us,
        delivered_us=delivered_us,
        due_us=due_us if is_open else 0,
        overdue=is_open and held.fired_us >= due_us > 0,
        contested=contested and is_open,
        missing=max(_ZERO, amount - seller - platform) if amount > rest else _ZERO,
        paid_by_seller=seller,
        paid_by_platform=platform,
        platform_paid_us=platform_us,
        closed_us=closed_us,
        event_ids=tuple([step.event_id for step in held.steps]),
        deadline_us=deadline_us,
    )


def _due(held: Return, terms: ReturnTerms, delivered_us: int, counted_from: Iterable[int]) -> tuple[int, bool]:
    """When the refund is due, 0 while the parcel is not back, and whether a seller's dispute is on it."""
    if not delivered_us:
        return 0, False
    due_us = min([terms.due_us(held.country, from_us) for from_us in counted_from])
    contested, may_pause = False, True
    for step in held.steps:
        if step.kind == "disputed" and step.detail == "seller" and may_pause and step.time_us <= due_us:
            # The pause runs from the dispute, but only the part after the parcel's return moves the deadline.
            pause_ends_us = step.time_us + int(terms.dispute_days * DAY_US)
            due_us += max(0, pause_ends_us - max(step.time_us, delivered_us))
            contested, may_pause = True, False
        elif step.kind == "decided" and step.detail == "upheld":
            due_us = min(due_us, max(step.time_us, delivered_us))
            contested = may_pause = False
    return due_us, contested
