"""The OpenAPI 3.1 document of the API; the pages are not in it."""

from functools import cache
from typing import Any, Final

from litestar import Litestar
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ControllerRouterHandler

from console.problems import ProblemDetails

_ABOUT: Final = """What assay's moderators' page does, for programs.

Every write takes a header `Idempotency-Key`, any text of up to 200 characters: the same key with the same body happens
once, with another body it is refused. A write is answered when Kafka has it, and shows when the worker has judged it.
Lists are given in pages: `next` of one answer is `cursor` of the next request. Errors are problem+json (RFC 9457).

Programs send `Authorization: Bearer <token>`; the page's own scripts send its session's cookie and `X-CSRF-Token`.
"""


@cache
def document_of(handlers: tuple[ControllerRouterHandler, ...]) -> dict[str, Any]:
    """The document of these routes. It is made apart from the console, which serves it without anybody's viewer."""
    config = OpenAPIConfig(
        title="assay",
        version="1",
        description=_ABOUT,
        security=[{"token": []}],
        components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
        use_handler_docstrings=True,
    )
    office = {"office": Provide(_nobody, sync_to_thread=False)}
    app = Litestar(list(handlers), dependencies=office, openapi_config=config, logging_config=None)
    document: dict[str, Any] = _any_of(app.openapi_schema.to_schema())
    return document


def _any_of(part: Any) -> Any:
    """The framework says `oneOf` for a union, but a whole number is an integer and a number: `anyOf`."""
    if isinstance(part, dict):
        return {"anyOf" if name == "oneOf" else name: _any_of(value) for name, value in part.items()}
    return [_any_of(one) for one in part] if isinstance(part, list) else part


def _nobody() -> None:
    """Stands in for the office, which the document does not show."""


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The errors that a route may answer with, beside those of every route."""
    about = {
        400: "The request does not fit",
        401: "Nobody is signed in",
        403: "This role may not",
        404: "There is no such thing",
        409: "It cannot be done as things stand",
        413: "The request is too large",
        422: "It was understood and cannot be done",
        503: "Not now: try again",
    }
    return {
        status: ResponseSpec(
            ProblemDetails, description=about[status], media_type="application/problem+json", generate_examples=False
        )
        for status in (400, 401, 403, *statuses)
    }
