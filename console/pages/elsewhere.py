"""Signing in with the provider that the users' file names: off to it, and back.

Both are links, not forms: a page's policy lets no form lead to another site. What the browser may be led to is the
provider's own address and, afterwards, a path of this console.
"""

import logging
from typing import Any, Final

from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.response import Redirect

from console.gate import Asked, safe_path, session_of
from console.guests import Elsewhere, Refused, Unreachable
from console.journeys import LONGEST_SECONDS
from console.office import Office, TheOffice
from console.pages.signing import entered, form
from console.problems import Problem

log = logging.getLogger(__name__)

CODE_CHARS: Final = 4_096


@get("/sign-in/oidc")
async def oidc_begin(request: Asked, office: TheOffice) -> Response[Any]:
    """Sends the browser to the provider, with what it has to bring back."""
    provider = _provider(office)
    onward = safe_path(request.query_params.get("next", "/"))
    if request.scope.get("user") is not None and session_of(request) is not None:
        return Redirect(onward, status_code=303)
    cookie, journey = office.journeys.begin(onward)
    try:
        address = await provider.address(journey)
    except Unreachable as error:
        log.error("The provider of logins cannot be reached: %s.", error)
        return form(request, office, onward, "sign_in.provider_down", 503)
    return Redirect(address, status_code=303, cookies=[_cookie(office, cookie, LONGEST_SECONDS)])


@get("/sign-in/oidc/callback")
async def oidc_callback(request: Asked, office: TheOffice) -> Response[Any]:
    """Where the provider sends the browser back to: opens a session for whoever it vouches for, if that has a role."""
    provider, told = _provider(office), request.query_params
    journey = office.journeys.back(request.cookies.get(cookie_name(office), ""), told.get("state", ""))
    if journey is None:
        return form(request, office, "/", "sign_in.begun_elsewhere", 400)
    onward, address = journey.onward, request.client.host if request.client else ""
    wait_s = office.throttle.address_wait_s(address)
    if wait_s > 0:
        return _gone(office, form(request, office, onward, "sign_in.wait", 429, wait_s=round(wait_s) + 1))
    try:
        if "code" not in told:
            raise Refused(f"it says {told.get('error', 'neither code nor error')[:200]!r}")
        guest = await provider.guest(told["code"][:CODE_CHARS], told.get("iss", ""), journey)
    except Unreachable as error:
        log.error("The provider of logins cannot be reached: %s.", error)
        return _gone(office, form(request, office, onward, "sign_in.provider_down", 503))
    except Refused as error:
        office.throttle.address_failed(address)
        log.warning("A sign-in with the provider from %s was refused: %s.", address, error)
        return _gone(office, form(request, office, onward, "sign_in.provider_refused", 401))
    actor = office.enter(guest)
    if actor is None:
        office.throttle.address_failed(address)
        log.warning("%r from %s has no role here; its claim says %r.", guest.id, address, guest.values[:20])
        return _gone(office, form(request, office, onward, "sign_in.no_role", 403))
    return _gone(office, await entered(request, office, onward, actor, guest))


def cookie_name(office: Office) -> str:
    """The cookie of a browser on its way; `__Host-` for the reason that the session's has it."""
    return "__Host-assay-journey" if office.terms.is_secure else "assay_journey"


def _provider(office: Office) -> Elsewhere:
    if office.elsewhere is None:
        raise Problem(404, "There is no such page.")
    return office.elsewhere


def _cookie(office: Office, value: str, max_age_s: int) -> Cookie:
    """Lax, not strict: the way back is a link of the provider's."""
    secure = office.terms.is_secure
    return Cookie(
        cookie_name(office), value=value, path="/", secure=secure, httponly=True, samesite="lax", max_age=max_age_s
    )


def _gone(office: Office, answer: Response[Any]) -> Response[Any]:
    """The answer, and the journey is over."""
    answer.set_cookie(_cookie(office, "", 0))
    return answer
