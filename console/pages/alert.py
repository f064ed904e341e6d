"""The page of an alert: why, how sure, what next; and what a moderator does with it."""

from collections.abc import AsyncIterator
from functools import partial
from math import exp
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from console import words
from console.advice import next_steps
from console.deeds import CAUSES, AlertVerdict, Assignment, Note, Snooze, default_scope
from console.feed import Row, row_of
from console.gate import Asked, actor_of, session_of
from console.market_picture import market_picture, place_in
from console.office import Office, TheOffice
from console.pages.feed import message, since_of
from console.pages.forms import fields_of, on_to, once, span_of, word_of
from console.problems import Problem
from console.render import language_of
from console.timeline_picture import timeline_picture
from schemas import Alert

SIMILAR_SHOWN: Final = 6
SIMILAR_SEARCHED: Final = 2_000
RETURNS_SHOWN: Final = 8
_PING_S: Final = 10.0


def alert_of(office: Office, alert_id: str) -> Alert:
    """The alert, or `Problem` 404."""
    alert = office.projection.alerts.get(alert_id)
    if alert is None:
        raise Problem(404, "There is no such alert here: it may be older than what the console keeps.")
    return alert


@get("/alerts/{alert_id:str}")
async def alert_page(request: Asked, alert_id: FromPath[str], office: TheOffice) -> Response[str]:
    """Everything that is known of an alert."""
    alert, now, language = alert_of(office, alert_id), office.now(), language_of(request)
    row = row_of(office.projection, office.history, alert, now)
    seen = office.history.seller(row.case.seller_id)
    say = partial(words.say, language)
    place = next((found for one in alert.evidence if (found := place_in(one)) is not None), None)
    holds = office.projection.holds.of("seller", row.case.seller_id)
    theirs = [one for one in office.projection.alerts.of("seller", row.case.seller_id) if one.mode != "shadow"]
    codes = tuple(one.reason_code for one in alert.evidence)
    return office.renderer.page(
        request,
        "alert.html",
        row=row,
        alert=alert,
        case=row.case,
        seen=seen,
        since=seen.since_us,
        prior=office.policy.prior,
        market=market_picture(place, say) if place is not None else None,
        timeline=timeline_picture(seen, theirs, holds, now, say) if seen.moments else None,
        returns=returns_of(seen),
        advice=next_steps(office.policy, codes or alert.reason_codes, language)[:3],
        similar=similar_to(office, row),
        log=log_of(office, alert),
        others=office.live.others(alert_id, actor_of(request).id),
        causes=CAUSES,
        scope=default_scope(alert),
        people=office.people(),
        sent=request.query_params.get("sent", ""),
        chance=lambda nats: 1 / (1 + exp(-nats)),
        since_position=office.live.position,
    )


@get("/alerts/{alert_id:str}/stream")
async def alert_stream(request: Asked, alert_id: FromPath[str], office: TheOffice) -> ServerSentEvent:
    """Who else looks at this alert, and that it has changed."""
    alert_of(office, alert_id)
    return ServerSentEvent(_changes(request, office, alert_id), headers={"cache-control": "no-store"})


async def _changes(request: Asked, office: Office, alert_id: str) -> AsyncIterator[ServerSentEventMessage]:
    actor, session = actor_of(request), session_of(request)
    with office.live.reading(actor.id, alert_id, actor.name) as reader:
        missed = office.live.since(since_of(request))
        if missed is None or alert_id in missed:
            reader.tell(frozenset((alert_id,)))
        while office.live.is_reading(reader):
            others = office.live.others(alert_id, actor.id)
            told_to = None if reader.waits else office.live.position
            yield message("others", {"names": others, "now": office.now().isoformat()}, told_to)
            changed = await reader.changed(_PING_S)
            if session is not None and not office.sessions.is_alive(session):
                yield message("ended", {})
                return
            if changed:
                yield message("changed", {})


@post("/alerts/{alert_id:str}/verdicts", status_code=303)
async def rule_on_alert(request: Asked, alert_id: FromPath[str], office: TheOffice) -> Redirect:
    """Confirms or rejects."""
    fields = await fields_of(request)
    given = word_of(AlertVerdict, fields, expires_at=span_of(office, fields)["until"])
    act = partial(office.desk.rule_on_alert, actor_of(request), alert_of(office, alert_id), given)
    await once(office, request, fields, act)
    return on_to(fields, f"/alerts/{alert_id}?sent={given.verdict}")


@post("/alerts/{alert_id:str}/assignment", status_code=303)
async def assign_alert(request: Asked, alert_id: FromPath[str], office: TheOffice) -> Redirect:
    """Gives it to somebody."""
    fields = await fields_of(request)
    given, alert = word_of(Assignment, fields), alert_of(office, alert_id)
    actor = actor_of(request)
    await once(office, request, fields, lambda key: office.desk.assign(actor, alert, given, office.people(), key))
    return on_to(fields, f"/alerts/{alert_id}")


@post("/alerts/{alert_id:str}/snooze", status_code=303)
async def snooze_alert(request: Asked, alert_id: FromPath[str], office: TheOffice) -> Redirect:
    """Lets it sleep for a while."""
    fields = await fields_of(request)
    given = word_of(Snooze, fields, **span_of(office, fields))
    act = partial(office.desk.snooze, actor_of(request), alert_of(office, alert_id), given)
    await once(office, request, fields, act)
    return on_to(fields, f"/alerts/{alert_id}")


@post("/alerts/{alert_id:str}/notes", status_code=303)
async def note_alert(request: Asked, alert_id: FromPath[str], office: TheOffice) -> Redirect:
    """Writes a note."""
    fields = await fields_of(request)
    act = partial(office.desk.note, actor_of(request), alert_of(office, alert_id), word_of(Note, fields))
    await once(office, request, fields, act)
    return on_to(fields, f"/alerts/{alert_id}")


def returns_of(seen: Any) -> list[Any]:
    """The seller's returns: those not refunded first, the longest waiting on top."""

    def order(returned: Any) -> tuple[bool, int]:
        kinds = {step.kind for step in returned.steps}
        is_waiting = "delivered" in kinds and "refunded" not in kinds
        return not is_waiting, returned.steps[0].at_us if returned.steps else 0

    return sorted(seen.returns.values(), key=order)[:RETURNS_SHOWN]


def similar_to(office: Office, row: Row) -> list[Row]:
    """Past alerts that share the most reasons and the goods with this one, and how they ended."""
    codes = set(row.alert.reason_codes)
    candidates = {one.alert_id: one for code in codes for one in office.projection.alerts.of("reason", code)}
    candidates.pop(row.alert.alert_id, None)
    newest = sorted(candidates.values(), key=lambda one: one.event_time, reverse=True)[:SIMILAR_SEARCHED]
    ended = [row_of(office.projection, office.history, one, office.now()) for one in newest]
    ended = [one for one in ended if one.case.state in ("confirmed", "rejected", "withdrawn")]

    def likeness(other: Row) -> tuple[bool, float, bool, float]:
        shared = codes & set(other.alert.reason_codes)
        of_all = len(shared) / len(codes | set(other.alert.reason_codes))
        is_ruled = other.case.state != "withdrawn"
        return is_ruled, of_all, bool(set(row.brands) & set(other.brands)), other.alert.event_time.timestamp()

    return sorted(ended, key=likeness, reverse=True)[:SIMILAR_SHOWN]


def log_of(office: Office, alert: Alert) -> list[tuple[Any, str, Any]]:
    """What people did about an alert, the newest first: (when, kind, word)."""
    entries: list[tuple[Any, str, Any]] = [(one.event_time, "verdict", one) for one in verdicts_on(office, alert)]
    entries += [(one.at, "entry", one) for one in office.projection.audit_of(alert.alert_id) if one.action != "ruled"]
    return sorted(entries, key=lambda one: one[0], reverse=True)


def verdicts_on(office: Office, alert: Alert) -> list[Any]:
    """The verdicts that name an alert; those of one batch as one."""
    found: dict[str, Any] = {}
    for one in office.projection.verdicts_of(alert.alert_id):
        found.setdefault(one.batch_id or one.event_id, one)
    return list(found.values())
