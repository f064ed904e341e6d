"""Who is asking, and may they: before every route, by the table in `console.roles`."""

import secrets
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlsplit

from litestar.connection import ASGIConnection, Request
from litestar.handlers.base import BaseRouteHandler

from console.office import Office
from console.problems import Problem
from console.roles import ROUTES, may
from console.sessions import Session
from console.users import Actor

Asked: TypeAlias = Request[Any, Any, Any]

SAFE: Final = ("GET", "HEAD", "OPTIONS")
CSRF_HEADER: Final = "x-csrf-token"
CSRF_FIELD: Final = "csrf"


class NotSignedIn(Exception):
    """Nobody is signed in; `where` is where to go on after signing in."""

    def __init__(self, where: str) -> None:
        super().__init__("Sign in first.")
        self.where = where


def cookie_name(is_secure: bool) -> str:
    """`__Host-` binds the cookie to this host and to HTTPS, so that no neighbour can plant one."""
    return "__Host-assay" if is_secure else "assay_session"


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Lets a request through or raises `NotSignedIn` or `Problem`; puts actor and session into its scope."""
    office: Office = connection.app.state.office
    name = handler.handler_name
    _check_host(connection, office)
    if connection.scope.get("method") not in SAFE:
        _check_origin(connection)
    actor, session = _who(connection, office)
    connection.scope["user"], connection.scope["auth"] = actor, session
    if ROUTES[name] is None:
        return
    if actor is None:
        raise NotSignedIn(_where(connection))
    if session is not None and connection.scope.get("method") not in SAFE:
        await _check_csrf(connection, session)
    if not may(actor.role, name):
        raise Problem(403, f"The role {actor.role} may not do this; it needs the role {ROUTES[name]}.")


def actor_of(request: Asked) -> Actor:
    """Whoever the gate let through to a route that asks for a sign-in."""
    actor: Actor = request.scope["user"]
    return actor


def session_of(request: Asked) -> Session | None:
    """The session of a person; None for a program."""
    session: Session | None = request.scope.get("auth")
    return session


def safe_path(wanted: str) -> str:
    """Where to go after signing in: a path of this console, else the feed."""
    parts = urlsplit(wanted)
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if is_ours and wanted.isprintable() else "/"


def _who(connection: ASGIConnection[Any, Any, Any, Any], office: Office) -> tuple[Actor | None, Session | None]:
    """A program by its token, else a person by the session. A token that is wrong is not tried as a session."""
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    if kind:
        return (office.users().program(token.strip()) if kind.lower() == "bearer" else None), None
    cookie = connection.cookies.get(cookie_name(office.terms.is_secure), "")
    session = office.sessions.find(cookie) if cookie else None
    if session is None:
        return None, None
    actor = office.person(session)
    if actor is None:
        office.sessions.close(session)
        return None, None
    return actor, session


def _check_host(connection: ASGIConnection[Any, Any, Any, Any], office: Office) -> None:
    """A page of somebody else whose name was pointed at this machine reaches nothing."""
    host = connection.headers.get("host", "").rpartition("@")[2]
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    if office.terms.hosts and name not in office.terms.hosts:
        raise Problem(400, "This address is not the console's own: open it by the name that it printed.")


def _check_origin(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """A browser says from which site a write comes; a program says nothing and has a token."""
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    is_ours = site in (None, "same-origin", "none")
    if is_ours and origin is not None:
        is_ours = urlsplit(origin).netloc == connection.headers.get("host", "")
    if not is_ours:
        raise Problem(403, "This request came from another site, so nothing was done: use the console's own page.")


async def _check_csrf(connection: ASGIConnection[Any, Any, Any, Any], session: Session) -> None:
    given = connection.headers.get(CSRF_HEADER, "")
    kind = connection.headers.get("content-type", "").partition(";")[0].strip()
    if not given and kind == "application/x-www-form-urlencoded" and isinstance(connection, Request):
        held = (await connection.form()).get(CSRF_FIELD)
        given = held if isinstance(held, str) else ""
    if not secrets.compare_digest(given.encode(), session.csrf.encode()):
        raise Problem(403, "The form is of another sign-in, so nothing was done: load the page again and repeat it.")


def _where(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    query = connection.scope.get("query_string", b"").decode("latin-1")
    return quote(connection.scope["path"]) + (f"?{query}" if query else "")
