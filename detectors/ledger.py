"""The compensation ledger: what the platform has paid buyers in the seller's place, and what of it came back.

Every payment counts once by its own id, wherever it is said to belong and in whatever order it arrives: of several
with one id the oldest. What the seller refunds on a return beyond what its buyer still has to get comes back to the
platform; the rest is what the exposure calls owed to it. Sums per currency are kept since ever and for a window of two
halves, the one of `detectors.buyers`, beside what the seller delivered: an absolute sum says nothing of a large shop.

A payment is remembered for 90 days and as long as its return; after that the sums alone are, and a repeat counts again.
"""

from collections.abc import Iterable
from decimal import Decimal
from heapq import nsmallest
from typing import Final, NamedTuple

from detectors.buyers import HALF_US
from detectors.exposure import exact
from detectors.records import Account, Payment, Sums
from detectors.returns import Folded, ReturnTerms, buyer_of, fold
from detectors.state import MAX_CURRENCIES, MAX_PAYMENTS, SellerState
from detectors.tally import COMPENSATED, Count
from schemas import CompensationPaid, RefundIssued
from schemas.fields import DAY_US

KIND: Final = "payment"  # of the one deadline, at most daily, at which payments are looked at and forgotten
KEPT_US: Final = 90 * DAY_US
LOOK_FROM: Final = 3  # so many payments are looked at daily; fewer are only forgotten in time
_ZERO: Final = Decimal(0)
_COMPENSATION, _REFUND = "c", "r"  # their ids come from different counters


class Sale(NamedTuple):
    """An order that counts as delivered."""

    time_us: int
    amount: Decimal
    currency: str


def paid(state: SellerState, event: CompensationPaid | RefundIssued, now_us: int, terms: ReturnTerms) -> None:
    """The platform paid a buyer; a payment with an id that is known counts only if it is older than that one."""
    key = _key(event)
    before = state.payments.get(key)
    if before is not None and (before.time_us, before.event_id) <= (now_us, event.event_id):
        return
    if before is None and len(state.payments) >= MAX_PAYMENTS:
        state.core.truncated = True
        return
    if before is not None:
        _forget(state, key, before)
        _add(state, before, -1)
    complaint_id = event.complaint_id or "" if isinstance(event, CompensationPaid) else ""
    payment = Payment(now_us, event.event_id, exact(event.amount), event.currency, complaint_id=complaint_id)
    state.payments[key] = payment
    _add(state, payment, 1)
    _put_on(state, key, payment, event.return_id or "")
    if before is None:
        _tally(state, payment)
    for return_id in {payment.return_id, before.return_id if before is not None else ""}:
        settle(state, return_id, terms)
    if (
        not state.core.ledger_due_us
        or _day_after(now_us) < state.core.ledger_due_us
        or len(state.payments) == LOOK_FROM
    ):
        _await_look(state, 0)


def unpaid(state: SellerState, event: RefundIssued) -> None:
    """An older refund with this id was the seller's own."""
    key = _key(event)
    payment = state.payments.get(key)
    if payment is not None and payment.return_id == event.return_id:
        _forget(state, key, payment)
        _add(state, payment, -1)
        _await_look(state, 0)


def attach(state: SellerState, compensation_ids: Iterable[str], return_id: str, terms: ReturnTerms) -> None:
    """It turned out on which return these compensations were paid."""
    for compensation_id in compensation_ids:
        key = _COMPENSATION + compensation_id
        payment = state.payments.get(key)
        if payment is not None and not payment.return_id:
            _put_on(state, key, payment, return_id)
    settle(state, return_id, terms)


def settle(state: SellerState, return_id: str, terms: ReturnTerms) -> None:
    """How much of what was paid on the return has come back since; it covers the oldest payment first."""
    keys, held = state.paid_on.get(return_id), state.returns.get(return_id)
    if not return_id or not keys or held is None:
        return
    back = fold(held, terms)
    if not back.requested_us:
        return  # nobody knows yet what was due to the buyer
    rest = _came_back(back)
    for key, payment in sorted(((key, state.payments[key]) for key in keys), key=_by_age):
        repaid = min(rest, payment.amount) if payment.currency == back.currency else _ZERO
        rest -= repaid
        if repaid != payment.repaid:
            _count(state, payment.time_us, payment.currency, Sums(repaid=repaid - payment.repaid))
            payment.repaid = repaid
            state.touch("payments", key)


def sold(state: SellerState, before: Sale | None, after: Sale | None) -> None:
    """An order counts as delivered, or otherwise than before."""
    if before == after:
        return
    for sale, sign in ((before, -1), (after, 1)):
        if sale is not None:
            _count(state, sale.time_us, sale.currency, Sums(sold=sign * sale.amount))


def since_us(state: SellerState, now_us: int) -> int:
    """When the window begins: between one and two halves ago, or later where something newer has been seen."""
    newest = max([now_us // HALF_US, *(account.half for account in state.core.ledger.values())])
    return (newest - 1) * HALF_US


def recent(state: SellerState, currency: str, begins_us: int) -> Sums:
    """The sums of the window that begins then."""
    return state.core.ledger.get(currency, _NOTHING).window(begins_us // HALF_US + 1)


def review(state: SellerState, due_us: int) -> None:
    """The day's look: payments that are too old are forgotten, whom the others went to is filled in."""
    for key, payment in list(state.payments.items()):
        if due_us - payment.time_us >= KEPT_US and payment.return_id not in state.returns:
            _forget(state, key, payment)
        elif not payment.buyer_id and (buyer_id := _buyer_of(state, payment)):
            payment.buyer_id = buyer_id
            state.touch("payments", key)
    # After a late event the days since then are not gone through one by one.
    _await_look(state, _day_after(max(due_us, state.core.last_seen_us)))


def is_compensation(key: str) -> bool:
    """Whether the payment of that key was paid as a compensation, and not as a refund."""
    return key.startswith(_COMPENSATION)


_NOTHING: Final = Account()


def _key(event: CompensationPaid | RefundIssued) -> str:
    return _COMPENSATION + event.compensation_id if isinstance(event, CompensationPaid) else _REFUND + event.refund_id


def _came_back(back: Folded) -> Decimal:
    """What the seller has refunded beyond what the buyer still had to get, so in the platform's stead."""
    return max(_ZERO, back.paid_by_seller - max(_ZERO, back.amount - back.paid_by_platform))


def _by_age(item: tuple[str, Payment]) -> tuple[int, str]:
    return item[1].time_us, item[1].event_id


def _put_on(state: SellerState, key: str, payment: Payment, return_id: str) -> None:
    _take_off(state, key, payment)
    payment.return_id = return_id
    state.paid_on.setdefault(return_id, set()).add(key)
    state.touch("payments", key)


def _forget(state: SellerState, key: str, payment: Payment) -> None:
    del state.payments[key]
    _take_off(state, key, payment)
    state.touch("payments", key)


def _take_off(state: SellerState, key: str, payment: Payment) -> None:
    on_same = state.paid_on.get(payment.return_id, set())
    on_same.discard(key)
    if not on_same:
        state.paid_on.pop(payment.return_id, None)


def _add(state: SellerState, payment: Payment, sign: int) -> None:
    _count(state, payment.time_us, payment.currency, Sums(sign * payment.amount, sign * payment.repaid))


def _count(state: SellerState, time_us: int, currency: str, more: Sums) -> None:
    """Adds to the account of that currency, which is opened with the first sum."""
    account = state.core.ledger.get(currency)
    if account is None:
        if len(state.core.ledger) >= MAX_CURRENCIES:
            state.core.truncated = True
            return
        account = state.core.ledger[currency] = Account()
    account.add(time_us // HALF_US, more)


def _buyer_of(state: SellerState, payment: Payment) -> str:
    """Whom it went to: by its return, else by its complaint and what that is about."""
    held = state.returns.get(payment.return_id)
    complaint = state.complaints.get(payment.complaint_id)
    buyer_id = buyer_of(held) if held is not None else ""
    return buyer_id or (complaint.buyer_id or complaint.of_buyer if complaint is not None else "")


def _tally(state: SellerState, payment: Payment) -> None:
    """Counts the payment for the goods' brand and category, where it is known what it is about."""
    held, complaint = state.returns.get(payment.return_id), state.complaints.get(payment.complaint_id)
    order_id = held.order_id if held is not None else complaint.order_id if complaint is not None else ""
    order = state.orders.get(order_id)
    named = complaint.of_listing or complaint.listing_id if complaint is not None else ""
    goods = state.goods(order_id, named or (order.listing_id if order is not None else ""))
    if goods is not None:
        state.count(Count(COMPENSATED, goods.brand, goods.category, 1, payment.amount, payment.currency))


def _await_look(state: SellerState, not_before_us: int) -> None:
    """Sets the next look: the day after there was enough to look at, else when the oldest may be forgotten."""
    oldest = nsmallest(LOOK_FROM, (payment.time_us for payment in state.payments.values()))
    due_us = 0
    if oldest:
        due_us = max(not_before_us, _day_after(oldest[-1]) if len(oldest) == LOOK_FROM else oldest[0] + KEPT_US)
    if due_us != state.core.ledger_due_us:
        state.core.ledger_due_us = due_us
        state.schedule(KIND, "", due_us or None)


def _day_after(time_us: int) -> int:
    return (time_us // DAY_US + 1) * DAY_US
