"""How an error is answered: problem+json to programs, a page with one sentence to people. The one broad handler."""

import logging
import re
from typing import Any, Final
from urllib.parse import quote

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect
from litestar.types import Message, Scope

from console import saying
from console.edges import Unsent
from console.gate import Asked, NotSignedIn
from console.office import Office
from console.problems import Problem, details
from console.render import language_of

log = logging.getLogger(__name__)

API: Final = "/v1/"
_HEADERS: Final = {
    b"content-security-policy": b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=()",
}
_PLAIN: Final = [*_HEADERS.items(), (b"cache-control", b"no-store")]
_SECURE: Final = [*_PLAIN, (b"strict-transport-security", b"max-age=31536000")]
_NAMES: Final = frozenset(name for name, _ in _SECURE)


async def secure(message: Message, scope: Scope) -> None:
    """Puts the headers on every answer, errors included, before it is sent."""
    if message["type"] != "http.response.start":
        return
    given = list(message.get("headers", []))
    there = {name for name, _ in given}
    office: Office = scope["litestar_app"].state.office
    ours = _SECURE if office.terms.is_secure else _PLAIN
    message["headers"] = given + (ours if there.isdisjoint(_NAMES) else [one for one in ours if one[0] not in there])


def answer(request: Asked, error: Exception) -> Response[Any]:
    """The answer to a request that failed."""
    if isinstance(error, NotSignedIn):
        return _sign_in(request, error)
    status, sentence = _said(error)
    headers = {"allow": _methods(request)} if status == 405 else {}
    headers |= {"retry-after": str(error.retry_after_s)} if isinstance(error, Problem) and error.retry_after_s else {}
    if status >= 500 and not isinstance(error, Problem | Unsent):
        log.error("%s %s failed.", request.method, request.scope["path"], exc_info=error)
    if _is_program(request):
        if request.scope.get("auth") is not None:  # a page asks on behalf of somebody who reads the answer
            sentence = saying.sentence(language_of(request), sentence)
        body = msgspec.json.encode(details(status, sentence))
        return Response(body, status_code=status, media_type="application/problem+json", headers=headers)
    office: Office = request.app.state.office
    page = office.renderer.page(request, "problem.html", status, code=status, sentence=sentence)
    page.headers.update(headers)
    return page


def _sign_in(request: Asked, error: NotSignedIn) -> Response[Any]:
    if _is_program(request) or request.scope["path"].endswith("/stream"):
        body = msgspec.json.encode(details(401, "Sign in, or send a token of the users' file as Bearer."))
        headers = {"www-authenticate": "Bearer"}
        return Response(body, status_code=401, media_type="application/problem+json", headers=headers)
    where = error.where if request.method == "GET" else "/"
    return Redirect("/sign-in" + (f"?next={quote(where, safe='')}" if where != "/" else ""), status_code=303)


def _is_program(request: Asked) -> bool:
    return request.scope["path"].startswith(API)


def _methods(request: Asked) -> str:
    """What an address does take; the framework does not say."""
    path = request.scope["path"]
    methods: set[str] = set()
    for route in request.app.routes:
        pattern = "/".join("[^/]+" if not isinstance(part, str) else re.escape(part) for part in route.path_components)
        if re.fullmatch(f"/{pattern}", path):
            methods |= set(getattr(route, "methods", ()))
    return ", ".join(sorted(methods)) or "GET"


def _said(error: Exception) -> tuple[int, str]:
    match error:
        case Problem():
            return error.status, error.detail
        case Unsent():
            return 503, str(error)
        case ValidationException():
            return 400, _of_fields(error)
        case HTTPException():
            return error.status_code, _KNOWN.get(error.status_code, str(error.detail))
        case UnicodeDecodeError() | RecursionError():  # the framework's reader of bodies lets both through
            return 400, "The request does not fit: its body is not JSON in UTF-8, or is nested too deep."
    return 500, "Something here is broken and was written to the console's log: try again, or tell your operators."


_KNOWN: Final = {
    404: "There is no such page.",
    405: "This address does not take that method.",
    413: "The request is too large.",
}


def _of_fields(error: ValidationException) -> str:
    extra: Any = error.extra if isinstance(error.extra, list) else []
    told = [f"{one.get('key', 'body')}: {one.get('message', '')}" for one in extra if isinstance(one, dict)]
    return f"The request does not fit: {'; '.join(told)}." if told else f"The request does not fit: {error.detail}."
