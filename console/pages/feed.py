"""The feed: what waits for somebody, kept up to date while it is open."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from console.cases import STATES
from console.feed import ORDERS, SEVERITIES, Row, Wanted, is_wanted, place_of, row_of, rows
from console.gate import Asked, actor_of, session_of
from console.office import Office, TheOffice
from console.problems import Problem
from console.render import language_of
from schemas.fields import Money

PAGE_ROWS: Final = 200
_GATHER_S: Final = 0.25  # what changes within is told together
_SETTLE_S: Final = 1.0  # after a change the counts, which are made less often, are looked at once more
_PING_S: Final = 10.0
_CHANGES_AT_ONCE: Final = 200


def wanted_of(request: Asked) -> Wanted:
    """The filters of an address; `Problem` 400 where they do not fit."""
    names = Wanted.__struct_fields__
    told = {name: value for name, value in request.query_params.items() if name in names}
    try:
        return msgspec.convert(told, Wanted, strict=False)
    except msgspec.ValidationError as error:
        raise Problem(400, f"The filter does not fit: {error}.") from None


@get("/")
async def feed_page(request: Asked, office: TheOffice) -> Response[str]:
    """The rows that pass the filters, the riskiest first."""
    wanted = wanted_of(request)
    everything = rows(office.projection, office.history, wanted, office.now())
    waiting = waiting_in(office)
    return office.renderer.page(
        request,
        "feed.html",
        rows=everything[:PAGE_ROWS],
        found=len(everything),
        wanted=wanted,
        filters=msgspec.to_builtins(wanted),
        summary=summary_of(office, waiting),
        choices=choices_of(office, waiting),
        place=lambda row: place_key(row, wanted),
        breakers=[one for one in office.projection.alerts.of("status", "standing") if one.family == "system"],
        since_position=office.live.position,
    )


@get("/stream")
async def feed_stream(request: Asked, office: TheOffice) -> ServerSentEvent:
    """What changes in that feed: rows to put in place or to take away, and the counts above them."""
    return ServerSentEvent(_changes(request, office, wanted_of(request)), headers={"cache-control": "no-store"})


async def _changes(request: Asked, office: Office, wanted: Wanted) -> AsyncIterator[ServerSentEventMessage]:
    session, language = session_of(request), language_of(request)
    actor = actor_of(request)
    summary, wait_s = "", _PING_S
    with office.live.reading(actor.id, name=actor.name) as reader:
        missed = office.live.since(since_of(request))
        if missed is None:
            yield message("again", {})
            return
        reader.tell(missed)
        yield message("now", {"now": office.now().isoformat()})
        while office.live.is_reading(reader):
            changed = await reader.changed(wait_s)
            told_to = office.live.position
            if session is not None and not office.sessions.is_alive(session):
                yield message("ended", {})
                return
            for alert_id in changed[:_CHANGES_AT_ONCE]:
                told = _told(office, language, wanted, alert_id)
                if told is not None:
                    yield told
            reader.tell(frozenset(changed[_CHANGES_AT_ONCE:]))
            office.wake_snoozed()
            counted = office.renderer.summary(language, lambda: summary_of(office, waiting_in(office)))
            news = {"summary": counted} if counted != summary else {}
            summary, wait_s = counted, _SETTLE_S if changed else _PING_S
            now = {"now": office.now().isoformat(), "trouble": office.trouble, **news}
            yield message("now", now, None if reader.waits else told_to)
            await asyncio.sleep(_GATHER_S)


def _told(office: Office, language: str, wanted: Wanted, alert_id: str) -> ServerSentEventMessage | None:
    """The row to put in place, or that it is gone."""
    alert = office.projection.alerts.get(alert_id)
    if alert is None:
        return message("gone", {"id": alert_id})
    row = row_of(office.projection, office.history, alert, office.now())
    if not is_wanted(row, wanted):
        return message("gone", {"id": alert_id})
    return message("row", {"id": alert_id, "html": office.renderer.row(language, row, place_key(row, wanted))})


def waiting_in(office: Office) -> list[Row]:
    """What waits for somebody, whatever anybody has filtered."""
    return rows(office.projection, office.history, Wanted(), office.now())


def since_of(request: Asked) -> str:
    """The position up to which the page knows what has changed: of its last stream, else that of its rendering."""
    return str(request.headers.get("last-event-id") or request.query_params.get("since", ""))


def message(event: str, data: Any, told_to: str | None = None) -> ServerSentEventMessage:
    """One server-sent event; JSON has no raw line breaks, so nothing in it can end the event early.

    `told_to` is the position up to which the page has been told everything; a browser sends it when it comes again.
    """
    return ServerSentEventMessage(data=msgspec.json.encode(data).decode(), event=event, id=told_to)


def place_key(row: Row, wanted: Wanted) -> str:
    """What the browser sorts rows by, as text: the same order as `place_of`."""
    first, second, alert_id = place_of(row, wanted.order)
    return f"{first:020.2f}|{second:020.2f}|{alert_id}"


def summary_of(office: Office, waiting: list[Row]) -> dict[str, Any]:
    """The counts above the feed: what waits by severity, what is on hold, and the money at stake with whom that is."""
    by_severity = Counter(row.alert.severity for row in waiting)
    held = Counter(one.scope for one in office.projection.holds if one.action == "placed")
    at_stake: dict[str, Decimal] = {}
    newest: dict[str, Row] = {}
    for row in waiting:
        known = newest.get(row.case.seller_id)
        if known is None or row.alert.revision > known.alert.revision:
            newest[row.case.seller_id] = row
    for row in newest.values():
        for one in row.alert.exposure:
            at_stake[one.currency] = at_stake.get(one.currency, Decimal(0)) + Decimal(one.amount)
    monies = tuple(Money(str(amount), currency) for currency, amount in sorted(at_stake.items()))
    return {
        "severities": [(one, by_severity[one]) for one in SEVERITIES if one != "low"],
        "held": {scope: held[scope] for scope in ("listing", "payout", "seller")},
        "at_stake": monies,
    }


def choices_of(office: Office, waiting: list[Row]) -> dict[str, list[str]]:
    """What each filter offers."""
    return {
        "state": list(STATES),
        "severity": list(SEVERITIES),
        "reason": [entry.reason_code for entry in office.policy.entries],
        "brand": sorted({brand for row in waiting for brand in row.brands}),
        "category": sorted({category for row in waiting for category in row.categories}),
        "order": list(ORDERS),
    }
