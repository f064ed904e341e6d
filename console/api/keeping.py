"""Dead letters, policy, audit, overrides and the document itself, for programs."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from console.api.document import problems
from console.api.shapes import AuditPage, Cursor, Key, LetterPage, LetterView, Limit, once, page_of
from console.deeds import Accepted, GivenReason, Override
from console.gate import Asked, actor_of
from console.office import TheOffice
from console.pages.keeping import letter_of
from console.projection import Letter
from detectors.policy import shown

Text = Annotated[str, QueryParameter(max_length=256)]


class Replay(msgspec.Struct, frozen=True):
    """Which dead letter is sent once more, and what has been mended."""

    letter: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    reason: GivenReason


@get("/v1/openapi.json", include_in_schema=False)
async def openapi(request: Asked) -> Response[dict[str, Any]]:
    """The document."""
    return Response(request.app.state.document, media_type="application/vnd.oai.openapi+json;version=3.1")


@get("/v1/dead-letters", responses=problems())
async def api_letters(office: TheOffice, reason: Text = "", limit: Limit = 50, cursor: Cursor = "") -> LetterPage:
    """What could not be judged, the newest first; `value` is base64, identifiers are masked."""
    found = [one for one in office.projection.letters.newest() if reason in ("", one.letter.reason)]
    return LetterPage(*page_of(found, limit, cursor, lambda one: one.key, _view))


@get("/v1/dead-letters/{key:str}", responses=problems(404))
async def api_letter(key: FromPath[str], office: TheOffice) -> LetterView:
    """One dead letter."""
    return _view(letter_of(office, key))


@post("/v1/replays", status_code=202, responses=problems(404, 409, 422, 503))
async def api_replay(request: Asked, data: JSONBody[Replay], office: TheOffice, idempotency_key: Key) -> Accepted:
    """Sends the record that a dead letter is of once more to the topic that it came from."""
    actor, letter = actor_of(request), letter_of(office, data.letter)
    return await once(
        office, request, idempotency_key, data, lambda key: office.desk.replay(actor, letter, data.reason, key)
    )


@get("/v1/policy", responses=problems())
async def api_policy(office: TheOffice) -> dict[str, Any]:
    """The policy that the console was started with: bands, weights, terms, each detector's mode and thresholds."""
    return shown(office.policy)


@get("/v1/audit", responses=problems())
async def api_audit(
    office: TheOffice, actor: Text = "", alert_id: Text = "", limit: Limit = 50, cursor: Cursor = ""
) -> AuditPage:
    """Who did what, the newest first."""
    found = sorted(office.projection.audit, key=lambda one: (one.at, one.audit_id), reverse=True)
    found = [one for one in found if actor in ("", one.actor) and alert_id in ("", one.alert_id)]
    return AuditPage(*page_of(found, limit, cursor, lambda one: one.audit_id, lambda one: one))


@post("/v1/overrides", status_code=202, responses=problems(422, 503))
async def api_override(request: Asked, data: JSONBody[Override], office: TheOffice, idempotency_key: Key) -> Accepted:
    """Ends a breaker, or releases a seller's pending deadlines."""
    actor = actor_of(request)
    return await once(office, request, idempotency_key, data, lambda key: office.desk.override(actor, data, key))


def _view(letter: Letter) -> LetterView:
    return LetterView(key=letter.key, letter=letter.letter)


HANDLERS: Final[list[ControllerRouterHandler]] = [
    openapi,
    api_letters,
    api_letter,
    api_replay,
    api_policy,
    api_audit,
    api_override,
]
