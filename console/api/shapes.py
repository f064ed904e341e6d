"""What the API answers with."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import msgspec
from litestar.params import HeaderParameter, QueryParameter
from msgspec import Meta

from console.cases import Case, State
from console.deeds import Accepted
from console.feed import Row
from console.gate import Asked, actor_of
from console.holding import Held
from console.office import Office
from console.problems import Problem
from console.roles import Role
from schemas import Alert, AuditEntry, DeadLetter, Hold, HoldAppealed, SellerStanding, VerdictGiven
from schemas.fields import HoldScope

T = TypeVar("T")
U = TypeVar("U")

PAGE_LIMIT: Final = 500
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_LIMIT, description="how many at most")]
Cursor = Annotated[str, QueryParameter(max_length=100, description="`next` of the page before; empty for the first")]
Key = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x20-\x7e]+$",
        description="the caller's own for this write",
    ),
]


class Me(msgspec.Struct, frozen=True):
    """Who asks."""

    id: str
    name: str
    role: Role


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """An alert, how it stands with moderators, and whose goods it is about."""

    alert: Alert
    state: State
    is_pending: Annotated[bool, Meta(description="a verdict was given and the worker has not answered it yet")]
    assignee: str
    snoozed_until: datetime | None
    verdict: VerdictGiven | None
    holds: tuple[Hold, ...]
    shop_name: str
    title: str
    brands: tuple[str, ...]
    categories: tuple[str, ...]


class AlertDetail(msgspec.Struct, frozen=True, kw_only=True):
    """An alert with what people did about it."""

    view: AlertView
    verdicts: tuple[VerdictGiven, ...]
    audit: tuple[AuditEntry, ...]
    similar: tuple[AlertView, ...]
    readers: Annotated[tuple[str, ...], Meta(description="others who have it open now")]


class HoldView(msgspec.Struct, frozen=True, kw_only=True):
    """A hold, the appeal that waits for an answer, and the newest verdict on it."""

    hold: Hold
    appeal: HoldAppealed | None
    verdict: VerdictGiven | None


class ListingHold(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a listing is to be withheld now. A hold of the whole seller is asked for with `seller_id`."""

    listing_id: str
    held: bool
    scope: HoldScope | None = None
    hold_id: str | None = None
    revision: int | None = None
    expires_at: datetime | None = None
    notice: str | None = None


class SellerView(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a seller."""

    seller_id: str
    shop_name: str
    standing: SellerStanding | None
    alerts: tuple[AlertView, ...]
    holds: tuple[HoldView, ...]


class LetterView(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter; `key` is what a replay names."""

    key: str
    letter: DeadLetter


class AlertPage(msgspec.Struct, frozen=True):
    """A page of alerts; without `next` it is the last."""

    items: tuple[AlertView, ...]
    next: str | None = None


class HoldPage(msgspec.Struct, frozen=True):
    """A page of holds."""

    items: tuple[HoldView, ...]
    next: str | None = None


class LetterPage(msgspec.Struct, frozen=True):
    """A page of dead letters."""

    items: tuple[LetterView, ...]
    next: str | None = None


class AuditPage(msgspec.Struct, frozen=True):
    """A page of the audit."""

    items: tuple[AuditEntry, ...]
    next: str | None = None


def view_of_alert(row: Row) -> AlertView:
    """A row as a program reads it."""
    case: Case = row.case
    return AlertView(
        alert=row.alert,
        state=case.state,
        is_pending=case.is_pending,
        assignee=case.assignee,
        snoozed_until=case.snoozed_until,
        verdict=case.verdict,
        holds=case.holds,
        shop_name=row.shop_name,
        title=row.goods.title if row.goods else "",
        brands=row.brands,
        categories=row.categories,
    )


def view_of_hold(held: Held) -> HoldView:
    """A hold as a program reads it."""
    return HoldView(hold=held.hold, appeal=held.appeal, verdict=held.verdict)


def page_of(
    found: Sequence[T], limit: int, cursor: str, id_of: Callable[[T], str], view: Callable[[T], U]
) -> tuple[tuple[U, ...], str | None]:
    """The page after the thing that `cursor` names, and the cursor of the next one.

    A thing that has left the list since ends it with `Problem` 400: what comes after it cannot be known.
    """
    first = 0
    if cursor:
        wanted = _decoded(cursor)
        first = next((place + 1 for place, one in enumerate(found) if id_of(one) == wanted), -1)
        if first < 0:
            raise Problem(400, "The list has changed and the cursor's place is gone: begin again without a cursor.")
    part = found[first : first + limit]
    is_last = first + limit >= len(found)
    return tuple(view(one) for one in part), None if is_last or not part else _encoded(id_of(part[-1]))


async def once(
    office: Office, request: Asked, key: str, what: Any, act: Callable[[str], Awaitable[Accepted]]
) -> Accepted:
    """Does a write once for its key."""
    about = (request.method, request.scope["path"], msgspec.json.encode(what))
    accepted: Accepted = await office.once.do(actor_of(request).id, f"api:{key}", about, lambda: act(f"api:{key}"))
    return accepted


def _encoded(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _decoded(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError, UnicodeDecodeError):
        raise Problem(400, "The cursor is none of this API's: begin again without one.") from None
