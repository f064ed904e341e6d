"""Whether refunds go on: what of the sums that fell due lately was paid, and which sums are in dispute."""

from decimal import Decimal
from typing import Final

from detectors.late import Late
from detectors.returns import ReturnTerms, fold
from detectors.rhythm import SilenceTerms
from detectors.state import SellerState
from schemas.fields import DAY_US

_ZERO: Final = Decimal(0)


def goes_on(state: SellerState, late: Late, now_us: int, terms: ReturnTerms, silence: SilenceTerms) -> bool:
    """Whether most of what fell due in the last days was refunded, in each currency; False where nothing fell due.

    A refund counts whoever sent it, the platform's only if it came in time: later, it paid in the seller's place, as
    it does with every compensation. `late` are the overdue returns, of which only the seller's own parts count.
    """
    since_us = now_us - round(silence.refunded_days * DAY_US)
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for due in (
        late.due_between(since_us, now_us),
        state.overview.refunded(terms, since_us).due_between(since_us, now_us),
    ):
        for currency, one in due.items():
            due_before, paid_before = sums.get(currency, (_ZERO, _ZERO))
            sums[currency] = due_before + one.due, paid_before + one.paid
    share = Decimal(str(silence.refunded_share))
    return bool(sums) and all(paid >= due * share for due, paid in sums.values())


def contested(state: SellerState, terms: ReturnTerms) -> dict[str, Decimal]:
    """What buyers wait for on returns that the seller disputes, by currency."""
    sums: dict[str, Decimal] = {}
    for return_id in state.disputed:
        back = fold(state.returns[return_id], terms)
        if back.contested:
            sums[back.currency] = sums.get(back.currency, _ZERO) + back.missing
    return sums
