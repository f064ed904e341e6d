"""Holds and sellers, for programs; a listing service asks here whether to show a listing."""

from typing import Annotated, Final, Literal

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from console.api.document import problems
from console.api.shapes import (
    Cursor,
    HoldPage,
    HoldView,
    Key,
    Limit,
    ListingHold,
    SellerView,
    once,
    page_of,
    view_of_alert,
    view_of_hold,
)
from console.deeds import Accepted, HoldVerdict
from console.feed import row_of
from console.gate import Asked, actor_of
from console.holding import held_by, held_of
from console.office import Office, TheOffice
from console.pages.holds import hold_of
from console.problems import Problem
from schemas import Hold
from schemas.fields import HoldScope

Text = Annotated[str, QueryParameter(max_length=256)]


@get("/v1/holds", responses=problems())
async def api_holds(
    office: TheOffice,
    action: FromQuery[Literal["placed", "released"]] = "placed",
    of: Annotated[HoldScope | None, QueryParameter(name="scope")] = None,
    subject_id: Text = "",
    seller_id: Text = "",
    by: Text = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> HoldPage:
    """Holds, those with an open appeal first; `by` is `policy`, `people` or a moderator's id."""
    found = [
        one
        for one in held_by(office.projection, action, of or "", by)
        if subject_id in ("", one.hold.subject_id) and seller_id in ("", one.hold.seller_id)
    ]
    return HoldPage(*page_of(found, limit, cursor, lambda one: one.hold.hold_id, view_of_hold))


@get("/v1/holds/{hold_id:str}", responses=problems(404))
async def api_hold(hold_id: FromPath[str], office: TheOffice) -> HoldView:
    """One hold."""
    return view_of_hold(held_of(office.projection, hold_of(office, hold_id)))


@post("/v1/holds/{hold_id:str}/verdicts", status_code=202, responses=problems(404, 409, 422, 503))
async def api_rule_on_hold(
    request: Asked, hold_id: FromPath[str], data: JSONBody[HoldVerdict], office: TheOffice, idempotency_key: Key
) -> Accepted:
    """Releases a hold (`rejected`) or keeps it until a time (`confirmed`)."""
    actor, hold = actor_of(request), hold_of(office, hold_id)
    return await once(
        office, request, idempotency_key, data, lambda key: office.desk.rule_on_hold(actor, hold, data, key)
    )


@get("/v1/listings/{listing_id:str}/hold", responses=problems(503))
async def api_listing_hold(listing_id: FromPath[str], office: TheOffice, seller_id: Text = "") -> ListingHold:
    """Whether a listing is to be withheld now; give `seller_id` too, and a hold of the whole account counts.

    503 while the console does not know every hold: keep to what you knew. A listing id with a slash in it is asked for
    with `GET /v1/holds?scope=listing&subject_id=`.
    """
    if not office.feed.is_caught_up or office.trouble or not office.projection.holds_are_whole:
        raise Problem(503, "The console does not know every hold now: keep to what you knew.", retry_after_s=5)
    subjects: list[tuple[HoldScope, str]] = [("seller", seller_id)] if seller_id else []
    for scope, subject_id in [("listing", listing_id), *subjects]:
        hold = office.projection.hold_on(scope, subject_id)
        if hold is not None and _binds(hold, office):
            return ListingHold(
                listing_id=listing_id,
                held=True,
                scope=hold.scope,
                hold_id=hold.hold_id,
                revision=hold.revision,
                expires_at=hold.expires_at,
                notice=hold.notice,
            )
    return ListingHold(listing_id=listing_id, held=False)


@get("/v1/sellers/{seller_id:str}", responses=problems(404))
async def api_seller(seller_id: FromPath[str], office: TheOffice) -> SellerView:
    """What is known of a seller."""
    seen, standing = office.history.seller(seller_id), office.projection.standings.get(seller_id)
    alerts = office.projection.alerts.of("seller", seller_id)
    holds = office.projection.holds.of("seller", seller_id)
    if not (seen.since_us or standing or alerts or holds):
        raise Problem(404, "The console knows nothing of such a seller.")
    now = office.now()
    return SellerView(
        seller_id=seller_id,
        shop_name=seen.name,
        standing=standing,
        alerts=tuple(view_of_alert(row_of(office.projection, office.history, one, now)) for one in alerts),
        holds=tuple(view_of_hold(held_of(office.projection, one)) for one in holds),
    )


def _binds(hold: Hold, office: Office) -> bool:
    """A hold binds until `expires_at` at the consumer's own clock, and a little more is not asked of anybody."""
    return hold.action == "placed" and hold.expires_at > office.now()


HANDLERS: Final[list[ControllerRouterHandler]] = [api_holds, api_hold, api_rule_on_hold, api_listing_hold, api_seller]
