"""A person is to be forgotten: what that would end, and a buyer's name put out of a seller's state. Pure.

A seller is forgotten whole. A buyer has no state of its own: it is named in what sellers owe, and that stays under
another name, so that what is owed and how many buyers there are stays as it is.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from detectors.exposure import total
from detectors.held import holds_of
from detectors.measures.linear_count import bit_of
from detectors.records import Complaint, Return, Step
from detectors.state import SellerState

_NAMES: Final = {"payout": "payouts", "seller": "account"}
_MARK: Final = "\x1f"  # between the parts of what `detectors.returns.request_detail` makes
_BUYER: Final = 2


class Standing(NamedTuple):
    """What forgetting the seller would end, in words: `holds` in force, and what else is `open`."""

    holds: list[str]
    open: list[str]


def standing(state: SellerState) -> Standing:
    """What stands against the seller now."""
    holds = [hold_called(scope, subject_id) for scope, subject_id, hold in holds_of(state) if hold.active]
    awaited = sum(1 for held in state.returns.values() if held.due_us or held.overdue)
    still = [f"an alert of the family {family}" for family in sorted(state.core.alerts)]
    still += [f"refunds that are awaited ({awaited})"] if awaited else []
    still += [f"{one.amount} {one.currency} at stake" for one in total(state)]
    still += ["a moderator's word that the seller is bad"] if state.core.confirmed_bad else []
    return Standing(holds, still)


def hold_called(scope: str, subject_id: str) -> str:
    """What a person calls a hold."""
    return f"a hold on the listing {subject_id}" if scope == "listing" else f"a hold on the seller's {_NAMES[scope]}"


def name_like(buyer_id: str, draw: Callable[[], str]) -> str:
    """A drawn name that `detectors.buyers` takes for the same buyer: its bit is the same.

    Takes as many draws as there are bits, on average.
    """
    bit = bit_of(buyer_id)
    while True:
        name = draw()
        if bit_of(name) == bit:
            return name


def rename_buyer(state: SellerState, buyer_id: str, name: str) -> int:
    """Puts `name` in the place of `buyer_id` wherever the state has it; in how many records.

    Changes the records. What was derived from them before still has the old name: load the state again.
    """
    before = len(state.changes.records)
    for order_id, order in state.orders.items():
        if order.buyer_id == buyer_id:
            order.buyer_id = name
            state.touch("orders", order_id)
    for payment_id, payment in state.payments.items():
        if payment.buyer_id == buyer_id:
            payment.buyer_id = name
            state.touch("payments", payment_id)
    for return_id, held in state.returns.items():
        if _rename_return(held, buyer_id, name):
            state.touch("returns", return_id)
    for complaint_id, one in state.complaints.items():
        if _rename_complaint(one, buyer_id, name):
            state.touch("complaints", complaint_id)
    return len(state.changes.records) - before


def _rename_return(held: Return, buyer_id: str, name: str) -> bool:
    steps = [_renamed(step, buyer_id, name) for step in held.steps]
    is_other, held.steps = steps != held.steps, steps
    return is_other


def _renamed(step: Step, buyer_id: str, name: str) -> Step:
    parts = step.detail.split(_MARK)
    if step.kind != "requested" or parts[_BUYER] != buyer_id:
        return step
    return msgspec.structs.replace(step, detail=_MARK.join((*parts[:_BUYER], name, *parts[_BUYER + 1 :])))


def _rename_complaint(complaint: Complaint, buyer_id: str, name: str) -> bool:
    named = complaint.buyer_id == buyer_id, complaint.of_buyer == buyer_id
    complaint.buyer_id = name if named[0] else complaint.buyer_id
    complaint.of_buyer = name if named[1] else complaint.of_buyer
    return any(named)
