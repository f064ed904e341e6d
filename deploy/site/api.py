"""`docs/reference/api.md`: the console's HTTP API, out of its OpenAPI document and its table of roles."""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from litestar.handlers import HTTPRouteHandler

from console.api.document import document_of
from console.app import API
from console.roles import ROUTES
from deploy.site import contracts
from deploy.site.fields import HEADINGS, Pages, Schema, fields, row
from deploy.site.tables import anchor, code, plain, table

_INTRO: Final = """# HTTP API

`assay console` serves it beside the moderators' page, and at `/v1/openapi.json` the document that this page is made of.
A program signs in with a token (`assay console token` makes one) and may what its role may;
[operations](../operations.md) says how to set both up. A listing service needs one route only, the hold of a listing.
Every route may also answer 400 (the request does not fit), 401 (nobody is signed in) or 403 (this role may not).
"""
_OF_EVERY_ROUTE: Final = ("400", "401", "403")


class Route(NamedTuple):
    """One method of one address, the least role that may use it, and what the document says of it."""

    method: str
    path: str
    role: str
    said: dict[str, Any]

    @property
    def heading(self) -> str:
        """What it is called."""
        return f"{self.method} {self.path}"

    @property
    def about(self) -> str:
        """What it does, in one sentence or more."""
        return str(self.said["description"])


def page() -> str:
    """The whole page."""
    document = document_of(tuple(API))
    shapes: dict[str, Schema] = document["components"]["schemas"]
    own = frozenset(shapes) - contracts.objects()
    pages = Pages({"": own, "contracts.md": contracts.objects()})
    routes = list(_routes(document))
    links = [
        (f"[{code(one.heading)}](#{anchor(one.heading)})", one.role, plain(one.about.partition("\n\n")[0]))
        for one in routes
    ]
    _, _, rules = document["info"]["description"].partition("\n\n")
    parts = [_INTRO, rules, "## Routes\n", table(("route", "from role", "what it does"), links)]
    for one in routes:
        parts += _route(one, pages)
    parts.append("## Shapes\n")
    for name in sorted(own):
        parts += [f"### {name}\n", fields(shapes[name], pages)]
    return "\n".join(parts)


def _routes(document: dict[str, Any]) -> Iterator[Route]:
    for handler in API:
        assert isinstance(handler, HTTPRouteHandler)
        for path in sorted(handler.paths):
            shown = re.sub(r":\w+}", "}", path)
            for method in sorted(handler.http_methods & {"GET", "POST"}):
                said = document["paths"].get(shown, {}).get(method.lower())
                if said is not None:  # the document itself is not in it
                    yield Route(method, shown, str(ROUTES[handler.handler_name]), said)


def _route(route: Route, pages: Pages) -> Iterator[str]:
    yield f"### {route.heading}\n"
    yield "\n\n".join(plain(part) for part in route.about.split("\n\n")) + f" From the role *{route.role}* on.\n"
    if given := [
        (*row(one["name"], _described(one), one["required"], pages), one["in"])
        for one in route.said.get("parameters", [])
    ]:
        yield table((*HEADINGS, "in"), given)
    if body := route.said.get("requestBody"):
        yield f"Takes {pages.link(_shape(body))}.\n"
    answers = route.said["responses"]
    done = next(status for status in answers if status.startswith("2"))
    refusals = [f"{status} {held['description'].lower()}" for status, held in answers.items() if _is_special(status)]
    shape = _shape(answers[done])
    yield f"Answers {'; '.join([f'{done} with {pages.link(shape)}' if shape else done, *refusals])}.\n"


def _is_special(status: str) -> bool:
    return not status.startswith("2") and status not in _OF_EVERY_ROUTE


def _described(parameter: dict[str, Any]) -> Schema:
    """The schema of a parameter, which is not given rather than null."""
    schema: dict[str, Any] = parameter["schema"]
    return {**schema, "type": "string"} if isinstance(schema.get("type"), list) else schema


def _shape(held: dict[str, Any]) -> str:
    """The name of the shape of a body; "" for a free one."""
    (content,) = held["content"].values()
    return str(content["schema"].get("$ref", "")).rpartition("/")[2]
