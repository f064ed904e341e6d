"""Signing in and out, language and colours, and the files that pages load."""

import logging
from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect

from console.assets import ASSETS
from console.edges import Unsent
from console.gate import Asked, cookie_name, safe_path, session_of
from console.guests import Guest
from console.office import Office, TheOffice
from console.pages.forms import fields_of
from console.problems import Problem
from console.render import LANGUAGE_COOKIE, THEME_COOKIE, THEMES
from console.users import Actor
from console.words import LANGUAGES

log = logging.getLogger(__name__)

_YEAR_SECONDS: Final = 365 * 86_400
_ASSET_HEADERS: Final = {"cache-control": "public, max-age=31536000, immutable"}
NAME_CHARS: Final = 256
PASSWORD_CHARS: Final = 1_024


@get("/sign-in")
async def sign_in_page(request: Asked, office: TheOffice) -> Response[Any]:
    """The form, or the feed for somebody who is signed in."""
    onward = safe_path(request.query_params.get("next", "/"))
    if request.scope.get("user") is not None and session_of(request) is not None:
        return Redirect(onward, status_code=303)
    return form(request, office, onward)


@post("/sign-in", status_code=200)
async def sign_in(request: Asked, office: TheOffice) -> Response[Any]:
    """Opens a session. A wrong name and a wrong password look the same and take the same time."""
    fields = await fields_of(request)
    user_id, password = fields.get("user", "")[:NAME_CHARS], fields.get("password", "")[:PASSWORD_CHARS]
    onward = safe_path(fields.get("next", "/"))
    address = request.client.host if request.client else ""
    wait_s = office.throttle.wait_s(user_id, address)
    if wait_s > 0:
        return form(request, office, onward, "sign_in.wait", 429, user_id, round(wait_s) + 1)
    actor = await office.users().check(user_id, password)
    if actor is None:
        office.throttle.failed(user_id, address)
        log.warning("A sign-in as %r from %s was refused.", user_id, address)
        return form(request, office, onward, "sign_in.wrong", 401, user_id)
    office.throttle.succeeded(user_id, address)
    return await entered(request, office, onward, actor)


@post("/sign-out", status_code=303)
async def sign_out(request: Asked, office: TheOffice) -> Redirect:
    """Ends the session."""
    session = session_of(request)
    if session is not None:
        office.sessions.close(session)
    gone = _session_cookie(office, "")
    gone.max_age = 0
    return Redirect("/sign-in", status_code=303, cookies=[gone])


@post("/preferences", status_code=303)
async def preferences(request: Asked, office: TheOffice) -> Redirect:
    """Language and colours, remembered by the browser."""
    fields = await fields_of(request)
    chosen = []
    for field, cookie, known in (("lang", LANGUAGE_COOKIE, LANGUAGES), ("theme", THEME_COOKIE, THEMES)):
        if fields.get(field) in known:
            chosen.append(
                Cookie(
                    cookie,
                    value=fields[field],
                    max_age=_YEAR_SECONDS,
                    secure=office.terms.is_secure,
                    httponly=True,
                    samesite="lax",
                )
            )
    return Redirect(safe_path(fields.get("next", "/")), status_code=303, cookies=chosen)


@get("/static/{name:str}")
async def static(name: FromPath[str]) -> Response[bytes]:
    """A file that pages load."""
    asset = ASSETS.get(name)
    if asset is None:
        raise Problem(404, "There is no such file.")
    return Response(asset.content, media_type=asset.media_type, headers=_ASSET_HEADERS)


@get("/healthy")
async def healthy(office: TheOffice) -> Response[dict[str, Any]]:
    """Whether the console serves what is: for a supervisor. 503 while it reads the past or cannot read on."""
    well = office.feed.is_caught_up and not office.trouble
    body = {"healthy": well, "trouble": office.trouble}
    return Response(body, status_code=200 if well else 503, headers={"cache-control": "no-store"})


async def entered(request: Asked, office: Office, onward: str, actor: Actor, guest: Guest | None = None) -> Redirect:
    """Opens a session in place of the browser's last one, writes it into the audit, and leads on."""
    before = session_of(request)
    if before is not None:
        office.sessions.close(before)
    token, _ = office.sessions.open(actor.id, guest)
    try:
        await office.desk.signed_in(actor, token)
    except Unsent as error:
        log.error("The sign-in of %s is not in the audit: %s", actor.id, error)
    return Redirect(onward, status_code=303, cookies=[_session_cookie(office, token)])


def form(
    request: Asked,
    office: Office,
    onward: str,
    problem: str = "",
    status: int = 200,
    user_id: str = "",
    wait_s: int = 0,
) -> Response[str]:
    """The page to sign in on, with the sentence of a problem."""
    page = office.renderer.page(
        request,
        "sign_in.html",
        status,
        onward=onward,
        problem=problem,
        user_id=user_id,
        wait_minutes=-(-wait_s // 60),
        elsewhere=office.elsewhere.name if office.elsewhere is not None else "",
        has_passwords=office.users().has_passwords,
    )
    if wait_s:
        page.headers["retry-after"] = str(wait_s)
    return page


def _session_cookie(office: Office, token: str) -> Cookie:
    secure = office.terms.is_secure
    return Cookie(cookie_name(secure), value=token, path="/", secure=secure, httponly=True, samesite="lax")
