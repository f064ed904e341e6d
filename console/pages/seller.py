"""The page of a seller: what is known, what is owed, what is on hold, and what happened when."""

from functools import partial
from typing import Final

from litestar import Response, get
from litestar.params import FromPath

from console import words
from console.feed import place_of, row_of
from console.gate import Asked
from console.holding import held_of
from console.office import TheOffice
from console.pages.alert import returns_of
from console.render import language_of
from console.timeline_picture import timeline_picture

LISTINGS_SHOWN: Final = 50
HOLDS_SHOWN: Final = 50


@get("/sellers/{seller_id:path}")
async def seller_page(request: Asked, seller_id: FromPath[str], office: TheOffice) -> Response[str]:
    """Everything about one seller; one never heard of has an empty page, because ids are the marketplace's."""
    seller_id = seller_id.removeprefix("/")
    now, language = office.now(), language_of(request)
    seen = office.history.seller(seller_id)
    alerts = office.projection.alerts.of("seller", seller_id)
    rows = [row_of(office.projection, office.history, one, now) for one in alerts]
    rows.sort(key=lambda row: (row.case.state == "open", *place_of(row, "risk")), reverse=True)
    holds = office.projection.holds.of("seller", seller_id)
    standing = office.projection.standings.get(seller_id)
    say = partial(words.say, language)
    shown = [one for one in alerts if one.mode != "shadow"]
    return office.renderer.page(
        request,
        "seller.html",
        seller_id=seller_id,
        seen=seen,
        standing=standing,
        is_known=bool(seen.since_us or alerts or holds or standing),
        rows=rows,
        holds=[held_of(office.projection, one) for one in holds][:HOLDS_SHOWN],
        listings=sorted(seen.listings.values(), key=lambda one: (one.removed, -one.at_us))[:LISTINGS_SHOWN],
        held_listings={one.subject_id for one in holds if one.scope == "listing" and one.action == "placed"},
        returns=returns_of(seen),
        timeline=timeline_picture(seen, shown, holds, now, say) if seen.moments else None,
    )
