"""What is on hold: appeals first, then what ends soonest; released or kept with a reason."""

from datetime import timedelta
from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from console.deeds import CAUSES, HoldVerdict
from console.gate import Asked, actor_of
from console.holding import Held, held_by
from console.office import Office, TheOffice
from console.pages.forms import fields_of, on_to, once, span_of, word_of
from console.problems import Problem
from schemas import Hold

PAGE_HOLDS: Final = 200
SOON: Final = timedelta(hours=24)


def hold_of(office: Office, hold_id: str) -> Hold:
    """The hold, or `Problem` 404."""
    hold = office.projection.holds.get(hold_id)
    if hold is None:
        raise Problem(404, "There is no such hold here: it may be older than what the console keeps.")
    return hold


@get("/holds")
async def holds_page(request: Asked, office: TheOffice) -> Response[str]:
    """Holds in force, or those released lately."""
    query = request.query_params
    show = query.get("show", "placed")
    scope, by = query.get("scope", ""), query.get("by", "")
    held: list[Held] = held_by(office.projection, "released" if show == "released" else "placed", scope, by)
    return office.renderer.page(
        request,
        "holds.html",
        holds=held[:PAGE_HOLDS],
        found=len(held),
        show=show,
        scope=scope,
        by=by,
        soon=office.now() + SOON,
        causes=CAUSES,
        goods=lambda hold: office.history.listing(hold.seller_id, hold.subject_id) if hold.scope == "listing" else None,
        shop=lambda seller_id: office.history.seller(seller_id).name,
        is_whole=office.projection.holds_are_whole,
    )


@post("/holds/{hold_id:str}/verdicts", status_code=303)
async def rule_on_hold(request: Asked, hold_id: FromPath[str], office: TheOffice) -> Redirect:
    """Releases it or keeps it."""
    fields = await fields_of(request)
    given, hold = word_of(HoldVerdict, fields, expires_at=span_of(office, fields)["until"]), hold_of(office, hold_id)
    actor = actor_of(request)
    await once(office, request, fields, lambda key: office.desk.rule_on_hold(actor, hold, given, key))
    return on_to(fields, "/holds")
