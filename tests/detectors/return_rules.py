"""What the rules say of one return when its whole history is known: nothing is folded, nothing is remembered.

Written from the rules, not from the code, and as slow as it likes: each question goes through all events again.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import schemas
from schemas.fields import DAY_US, HOUR_US, to_us

ZERO = Decimal(0)
HOURS = 96.0  # from a signed delivery to the deadline, for everybody
ANSWER_US = 72 * HOUR_US
PROMISE_US = 14 * DAY_US
Of = Callable[..., list[Any]]
_WORDS = {
    schemas.ReturnRequested: "requested",
    schemas.ReturnAccepted: "accepted",
    schemas.ReturnRefused: "refused",
    schemas.ReturnShipped: "shipped",
}


class Facts(NamedTuple):
    """At one moment: how far the return is; when its refund is or was due and the answer to it is awaited (0: no such
    time); what is at stake; and which of the findings about returns and complaints stand."""

    stage: str
    due_us: int
    answer_us: int
    exposure: dict[tuple[str, str], Decimal]
    findings: set[str]


class Rest(NamedTuple):
    """What is known of the money."""

    refunded: bool
    by_seller: Decimal
    platform: Decimal


def by_rules(history: Sequence[Any], at_us: int, hours_in: Mapping[str, float] | None = None) -> Facts:
    """The rules at `at_us`, for return R of order O; `hours_in`: to the deadline, by country."""
    events = sorted({one.event_id: one for one in history}.values(), key=lambda one: (one.event_time, one.event_id))

    def of(word: type[Any], which: Callable[[Any], bool] = lambda _: True) -> list[Any]:
        return [one for one in events if isinstance(one, word) and which(one)]

    findings = _complaints_found(of, at_us)
    parcels = of(schemas.ReturnDelivered)
    cancelled = bool(of(schemas.ReturnCancelled, lambda one: one.by != "seller" or not parcels))
    request = next(iter(of(schemas.ReturnRequested)), None)
    moves = [one for one in events if type(one) in _WORDS]
    stage = "cancelled" if cancelled else "delivered" if parcels else _WORDS[type(moves[-1])] if moves else "unknown"
    if request is None:
        return Facts(stage, 0, 0, _of_order(of, None, at_us), findings)

    standing = _decisions(of)
    due_us = _due(of, parcels, standing, HOURS, hours_in or {}) if parcels and not cancelled else 0
    money = _money(of, request, due_us)
    if money.refunded:
        stage = "refunded"
    elif standing and standing[-1].outcome == "dismissed":
        stage = "settled"
    if stage != "delivered" or request.amount <= _tolerance(request):
        due_us = 0
    if 0 < due_us <= at_us:
        findings.add("overdue_refund")
    answer_us = 0
    if stage not in ("refunded", "settled", "cancelled"):
        answer_us = _promised(of, request, moves, money) if _answered(of) else to_us(request.event_time) + ANSWER_US
        if 0 < answer_us <= at_us or _went_back_on_it(of, moves):
            findings.add("ignored_return")
    return Facts(stage, due_us, answer_us, _exposure(of, request, stage, money, at_us), findings)


def _tolerance(request: Any) -> Decimal:
    return max(Decimal(1), request.amount * Decimal("0.005"))


def _by_seller(one: Any) -> bool:
    return one.by == "seller"


# ---- when


def _due(of: Of, parcels: list[Any], standing: list[Any], hours: float, hours_in: Mapping[str, float]) -> int:
    """Delivery and the hours of the country of that day, 7 days more where nobody signed; the seller's first dispute;
    an upheld complaint."""
    back_us = to_us(parcels[0].event_time)
    stated = of(schemas.Event, lambda one: getattr(one, "country", None) is not None)
    before = [one for one in stated if to_us(one.event_time) <= back_us] or stated[:1]
    time_us = round((hours_in.get(before[-1].country, hours) if before else hours) * HOUR_US)
    due_us = min(to_us(one.event_time) + time_us + (0 if one.signed else 7 * DAY_US) for one in parcels)
    upheld = [one for one in standing if one.outcome == "upheld"]
    dispute = next(iter(of(schemas.ReturnDisputed, _by_seller)), None)
    if dispute is not None and to_us(dispute.event_time) <= due_us:
        at_us = to_us(dispute.event_time)
        if not upheld or (dispute.event_time, dispute.event_id) < (upheld[0].event_time, upheld[0].event_id):
            due_us += max(0, at_us + 10 * DAY_US - max(back_us, at_us))
    return min([due_us, *(max(back_us, to_us(one.event_time)) for one in upheld)])


def _answered(of: Of) -> bool:
    answers: tuple[type[Any], ...] = (*_WORDS, schemas.ReturnDelivered, schemas.ReturnCancelled)
    refunds = of(schemas.RefundIssued, lambda one: one.paid_by == "seller")
    said = [one for word in answers if word is not schemas.ReturnRequested for one in of(word)]
    return bool(said or refunds or of(schemas.ReturnDisputed, _by_seller))


def _promised(of: Of, request: Any, moves: list[Any], money: Rest) -> int:
    """When goods that never came have to be paid or delivered, two weeks after the acceptance; 0: they need not."""
    came_to_something = of(schemas.OrderDelivered) or of(schemas.OrderCancelled) or money.by_seller
    is_open = type(moves[-1]) is schemas.ReturnAccepted and not of(schemas.ReturnDelivered)
    if request.reason != "not_received" or not is_open or not of(schemas.OrderPaid):
        return 0
    if came_to_something or of(schemas.ReturnDisputed, _by_seller):
        return 0
    return to_us(of(schemas.ReturnAccepted)[0].event_time) + PROMISE_US


def _went_back_on_it(of: Of, moves: list[Any]) -> bool:
    words = [_WORDS[type(one)] for one in moves if type(one) in (schemas.ReturnAccepted, schemas.ReturnRefused)]
    return words[-1:] == ["refused"] and "accepted" in words and not of(schemas.ReturnDisputed, _by_seller)


# ---- complaints


def _opened(of: Of) -> dict[str, Any]:
    """Each complaint as it was first told."""
    first: dict[str, Any] = {}
    for one in of(schemas.ComplaintOpened):
        first.setdefault(one.complaint_id, one)
    return first


def _about_return(one: Any) -> bool:
    return one.return_id is not None or one.order_id is not None


def _newest(of: Of) -> list[Any]:
    """The newest decision on each complaint that was opened at all, oldest first."""
    opened = _opened(of)
    newest = {one.complaint_id: one for one in of(schemas.ComplaintDecided) if one.complaint_id in opened}
    return sorted(newest.values(), key=lambda one: (one.event_time, one.event_id))


def _decisions(of: Of) -> list[Any]:
    """Those on complaints that are about the return, or about its order."""
    opened = _opened(of)
    return [one for one in _newest(of) if _about_return(opened[one.complaint_id])]


def _complaints_found(of: Of, at_us: int) -> set[str]:
    opened = _opened(of)
    upheld = [
        one
        for one in _newest(of)
        if one.outcome == "upheld"
        and opened[one.complaint_id].kind in ("counterfeit", "no_refund", "seller_unreachable")
        and at_us < to_us(one.event_time) + 90 * DAY_US
    ]
    return {"upheld_complaint"} if upheld else set()


# ---- money


def _once(paid: list[Any], key: str) -> list[Any]:
    """Each payment counts once by its own id: the first that there was."""
    first: dict[str, Any] = {}
    for one in paid:
        first.setdefault(getattr(one, key), one)
    return list(first.values())


def _from_platform(of: Of, currency: str) -> list[Any]:
    """Refunds, and compensations that can be put somewhere: on the return, or on a complaint about it or its order."""
    opened = _opened(of)

    def is_placed(one: Any) -> bool:
        complaint = opened.get(one.complaint_id)
        return one.return_id is not None or (complaint is not None and _about_return(complaint))

    refunds = [one for one in _once(of(schemas.RefundIssued), "refund_id") if one.paid_by == "platform"]
    paid = refunds + _once(of(schemas.CompensationPaid, is_placed), "compensation_id")
    return [one for one in paid if one.currency == currency]


def _money(of: Of, request: Any, due_us: int) -> Rest:
    """A return is refunded by what the seller paid at any time and the platform in time, within the tolerance."""
    refunds = _once(of(schemas.RefundIssued), "refund_id")
    own = [one for one in refunds if one.paid_by == "seller" and one.currency == request.currency]
    platform = _from_platform(of, request.currency)
    in_time = [one for one in platform if not due_us or to_us(one.event_time) <= due_us]
    by_seller, early, all_ = (sum((one.amount for one in paid), ZERO) for paid in (own, in_time, platform))
    enough = by_seller + early >= request.amount - _tolerance(request)
    return Rest(bool(own or platform) and enough, by_seller, all_)


def _exposure(of: Of, request: Any, stage: str, money: Rest, at_us: int) -> dict[tuple[str, str], Decimal]:
    amount, currency = request.amount, request.currency
    missing = max(ZERO, amount - money.by_seller - money.platform) if amount > _tolerance(request) else ZERO
    owed = max(ZERO, min(money.platform, amount - money.by_seller))
    if owed:
        last_us = max(to_us(one.event_time) for one in _from_platform(of, currency))
        owed = owed if at_us < last_us + 90 * DAY_US else ZERO
    if stage == "delivered" and missing:
        return {("unrefunded", currency): missing + owed}
    if owed:
        return {("owed_to_platform", currency): owed}
    return {} if stage in ("delivered", "refunded") else _of_order(of, request, at_us)


def _of_order(of: Of, request: Any, at_us: int) -> dict[tuple[str, str], Decimal]:
    """Where the order alone counts: what the platform paid on it, else until it is delivered and seven days more."""
    payments = of(schemas.OrderPaid)
    paid = payments[0] if payments else None
    about_order = {name for name, one in _opened(of).items() if one.order_id is not None and one.return_id is None}
    compensations = _once(of(schemas.CompensationPaid, lambda one: one.return_id is None), "compensation_id")
    known = [one for one in compensations if one.complaint_id in about_order]
    currency = paid.currency if paid else known[0].currency if known else ""
    on_it = [one for one in known if one.currency == currency]
    total = sum((one.amount for one in on_it), ZERO)
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
