"""How an alert stands with its moderators: what was ruled, who has it, and until when it sleeps. Pure."""

from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from console.projection import Projection, seller_of
from schemas import Alert, Hold, VerdictGiven
from schemas.fields import HoldScope

State = Literal["open", "snoozed", "confirmed", "rejected", "withdrawn"]
STATES: Final[tuple[State, ...]] = ("open", "snoozed", "confirmed", "rejected", "withdrawn")

ANSWER_WITHIN: Final = timedelta(minutes=15)  # how long a verdict is shown as under way


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """An alert and where its handling stands.

    `is_pending`: a verdict was given and the worker has not answered it yet. `holds` are those in force on what the
    alert is about.
    """

    alert: Alert
    seller_id: str
    state: State
    is_pending: bool = False
    verdict: VerdictGiven | None = None
    assignee: str = ""
    snoozed_until: datetime | None = None
    holds: tuple[Hold, ...] = ()


def case_of(projection: Projection, alert: Alert, now: datetime) -> Case:
    """The case of an alert at this moment."""
    verdicts = projection.verdicts_of(alert.alert_id)
    state, pending = _ruled(projection, alert, verdicts, now)
    audit = projection.audit_of(alert.alert_id)
    assigned = next((one for one in audit if one.action == "assigned"), None)
    snoozed = next((one for one in audit if one.action == "snoozed"), None)
    until = snoozed.until if snoozed is not None else None
    if until is not None and until <= now:
        until = None
    if state == "open" and until is not None:
        state = "snoozed"
    return Case(
        alert=alert,
        seller_id=seller_of(alert),
        state=state,
        is_pending=pending,
        verdict=verdicts[0] if verdicts else None,
        assignee=(assigned.assignee or "") if assigned is not None else "",
        snoozed_until=until,
        holds=tuple(holds_of(projection, alert)),
    )


def holds_of(projection: Projection, alert: Alert) -> list[Hold]:
    """The holds in force on what the alert is about: its listings, and the seller's payout and account."""
    seller_id = seller_of(alert)
    subjects: list[tuple[HoldScope, str]] = [("seller", seller_id), ("payout", seller_id)]
    subjects += [("listing", listing_id) for listing_id in alert.listing_ids]
    held = (projection.hold_on(*subject) for subject in subjects)
    return [one for one in held if one is not None and one.action == "placed"]


def _ruled(projection: Projection, alert: Alert, verdicts: list[VerdictGiven], now: datetime) -> tuple[State, bool]:
    """The state by the verdicts that name the alert, and whether the worker's answer is still to come.

    The answer to a rejection is that the alert is withdrawn; one that was answered with a new line instead (other
    listings are left) is open. The answer to a confirmation is the moderator's hold on each subject; an alert that
    gathers more listings afterwards, or whose hold has run out, is open again. So is one that got no answer in time:
    a verdict of a higher role may stand against it.
    """
    newest = verdicts[0] if verdicts else None
    if alert.status == "withdrawn":
        return ("rejected" if newest is not None and newest.verdict == "rejected" else "withdrawn"), False
    if newest is None:
        return "open", False
    may_come = now - newest.event_time < ANSWER_WITHIN
    if newest.verdict == "rejected":
        is_pending = may_come and alert.event_time < newest.event_time
        return ("rejected", True) if is_pending else ("open", False)
    confirmed = {(one.subject, one.subject_id): one for one in reversed(verdicts) if one.verdict == "confirmed"}
    wider = {subject for subject in confirmed if subject[0] != "listing"}
    subjects = wider or {("listing", listing_id) for listing_id in alert.listing_ids}
    if not subjects <= set(confirmed):
        return "open", False
    is_answered = all(_holds(projection, confirmed[subject]) for subject in subjects)
    return ("confirmed", not is_answered) if is_answered or may_come else ("open", False)


def _holds(projection: Projection, verdict: VerdictGiven) -> bool:
    """Whether a confirmation's hold is in force."""
    hold = projection.hold_on(verdict.subject, verdict.subject_id)
    return hold is not None and hold.action == "placed" and hold.event_time >= verdict.event_time
