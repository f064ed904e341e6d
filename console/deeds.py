"""What a moderator may ask for, word by word, and what a verdict on an alert is of."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from console.problems import Problem
from console.projection import seller_of
from schemas import Alert
from schemas.fields import Cause, HoldScope, Id, Time

MAX_REASON_CHARS: Final = 2_000

Reason = Annotated[str, Meta(max_length=MAX_REASON_CHARS)]
GivenReason = Annotated[str, Meta(min_length=1, max_length=MAX_REASON_CHARS)]
Ruling = Literal["confirmed", "rejected"]
Scope = Literal["", "listings", "payout", "seller"]
_CONFIRMED_CAUSES: Final = ("counterfeit", "non_delivery", "grey_import", "pricing_error", "unclear")
_REJECTED_CAUSES: Final = ("honest", "pricing_error", "grey_import", "unclear")
CAUSES: Final[dict[str, tuple[str, ...]]] = {"confirmed": _CONFIRMED_CAUSES, "rejected": _REJECTED_CAUSES}


class AlertVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict on an alert. `scope` "": its listings, else the payout or the seller; a reason is kept with it."""

    verdict: Ruling
    cause: Cause
    reason: Reason = ""
    scope: Scope = ""
    expires_at: Time | None = None


class HoldVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """`rejected` releases a hold, `confirmed` keeps it until `expires_at`; the seller may ask for the reason."""

    verdict: Ruling
    cause: Cause
    reason: GivenReason
    expires_at: Time | None = None


class Assignment(msgspec.Struct, frozen=True):
    """Who takes care of an alert; None: nobody any more."""

    assignee: Id | None = None


class Snooze(msgspec.Struct, frozen=True):
    """Until when an alert is out of the feed; None wakes it."""

    until: Time | None = None
    reason: Reason = ""


class Note(msgspec.Struct, frozen=True):
    """A sentence for whoever looks at the alert next."""

    text: GivenReason


class Override(msgspec.Struct, frozen=True):
    """`end_breaker` names a reason code, `release_pending` a seller."""

    action: Literal["end_breaker", "release_pending"]
    subject_id: Id
    reason: GivenReason


class Accepted(msgspec.Struct, frozen=True):
    """What was sent; it shows as soon as the worker has judged it."""

    ids: tuple[str, ...]


def default_scope(alert: Alert) -> Scope:
    """What a verdict on an alert is of, unless somebody says otherwise."""
    if alert.family == "aftersale":
        return "payout"
    return "listings" if alert.listing_ids else "seller"


def subjects_of(alert: Alert, given: AlertVerdict) -> list[tuple[HoldScope, str]]:
    """What the verdict is of. An allow is never wider than the alert: of a whole seller it would cover what comes."""
    usual = default_scope(alert)
    scope = given.scope or usual
    if given.verdict == "rejected" and scope != usual:
        raise Problem(422, f"A rejection of this alert is of its {usual}.")
    if scope == "listings":
        if not alert.listing_ids:
            raise Problem(422, "This alert names no listing: rule on the payout or the seller.")
        return [("listing", listing_id) for listing_id in alert.listing_ids]
    return [("payout" if scope == "payout" else "seller", seller_of(alert))]


def check_cause(verdict: str, cause: str) -> None:
    if cause not in CAUSES[verdict]:
        raise Problem(422, f"A verdict {verdict} has one of these causes: {', '.join(CAUSES[verdict])}.")
