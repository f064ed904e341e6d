"""Alerts and what is done about them, for programs."""

from typing import Annotated, Any, Final, Literal

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from console.api.document import problems
from console.api.shapes import (
    AlertDetail,
    AlertPage,
    Cursor,
    Key,
    Limit,
    Me,
    once,
    page_of,
    view_of_alert,
)
from console.cases import State
from console.deeds import Accepted, AlertVerdict, Assignment, Note, Snooze
from console.feed import Order, Severity, Wanted, row_of, rows
from console.gate import Asked, actor_of
from console.office import TheOffice
from console.pages.alert import alert_of, similar_to
from schemas.fields import Mode

Text = Annotated[str, QueryParameter(max_length=200)]
_WRITE: Final[dict[str, Any]] = {"status_code": 202, "responses": problems(404, 409, 422, 503)}


@get("/v1/me", responses=problems())
async def api_me(request: Asked) -> Me:
    """Who asks, and with which role."""
    actor = actor_of(request)
    return Me(actor.id, actor.name, actor.role)


@get("/v1/alerts", responses=problems())
async def api_alerts(
    office: TheOffice,
    standing: Annotated[State | Literal["any"] | None, QueryParameter(name="state")] = None,
    severity: FromQuery[Severity | None] = None,
    mode: FromQuery[Mode | Literal["any"] | None] = None,
    family: Text = "",
    reason: Text = "",
    brand: Text = "",
    category: Text = "",
    assignee: Text = "",
    text: Text = "",
    order: FromQuery[Order] = "risk",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> AlertPage:
    """Alerts that pass the filters. Without a state: open ones; without a mode: those that are not on trial."""
    wanted = Wanted(
        state=standing or "",
        severity=severity or "",
        mode=mode or "",
        family=family,
        reason=reason,
        brand=brand,
        category=category,
        assignee=assignee,
        text=text,
        order=order,
    )
    found = rows(office.projection, office.history, wanted, office.now())
    return AlertPage(*page_of(found, limit, cursor, lambda row: row.alert.alert_id, view_of_alert))


@get("/v1/alerts/{alert_id:str}", responses=problems(404))
async def api_alert(request: Asked, alert_id: FromPath[str], office: TheOffice) -> AlertDetail:
    """One alert, and what people did about it."""
    alert = alert_of(office, alert_id)
    row = row_of(office.projection, office.history, alert, office.now())
    return AlertDetail(
        view=view_of_alert(row),
        verdicts=tuple(office.projection.verdicts_of(alert_id)),
        audit=tuple(office.projection.audit_of(alert_id)),
        similar=tuple(view_of_alert(one) for one in similar_to(office, row)),
        readers=tuple(office.live.others(alert_id, actor_of(request).id)),
    )


@post("/v1/alerts/{alert_id:str}/verdicts", **_WRITE)
async def api_rule_on_alert(
    request: Asked, alert_id: FromPath[str], data: JSONBody[AlertVerdict], office: TheOffice, idempotency_key: Key
) -> Accepted:
    """Confirms or rejects an alert: one verdict for each of its listings, or one for the payout or the seller."""
    actor, alert = actor_of(request), alert_of(office, alert_id)
    return await once(
        office, request, idempotency_key, data, lambda key: office.desk.rule_on_alert(actor, alert, data, key)
    )


@post("/v1/alerts/{alert_id:str}/assignment", **_WRITE)
async def api_assign(
    request: Asked, alert_id: FromPath[str], data: JSONBody[Assignment], office: TheOffice, idempotency_key: Key
) -> Accepted:
    """Gives an alert to somebody, or to nobody."""
    actor, alert = actor_of(request), alert_of(office, alert_id)
    return await once(
        office,
        request,
        idempotency_key,
        data,
        lambda key: office.desk.assign(actor, alert, data, office.people(), key),
    )


@post("/v1/alerts/{alert_id:str}/snooze", **_WRITE)
async def api_snooze(
    request: Asked, alert_id: FromPath[str], data: JSONBody[Snooze], office: TheOffice, idempotency_key: Key
) -> Accepted:
    """Takes an alert out of the feed until a time, or puts it back."""
    actor, alert = actor_of(request), alert_of(office, alert_id)
    return await once(office, request, idempotency_key, data, lambda key: office.desk.snooze(actor, alert, data, key))


@post("/v1/alerts/{alert_id:str}/notes", **_WRITE)
async def api_note(
    request: Asked, alert_id: FromPath[str], data: JSONBody[Note], office: TheOffice, idempotency_key: Key
) -> Accepted:
    """Writes a note for whoever looks at the alert next."""
    actor, alert = actor_of(request), alert_of(office, alert_id)
    return await once(office, request, idempotency_key, data, lambda key: office.desk.note(actor, alert, data, key))


HANDLERS: Final[list[ControllerRouterHandler]] = [
    api_me,
    api_alerts,
    api_alert,
    api_rule_on_alert,
    api_assign,
    api_snooze,
    api_note,
]
