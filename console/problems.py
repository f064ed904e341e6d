"""What went wrong, in one sentence: problem+json (RFC 9457) for programs, a page for people."""

from http import HTTPStatus

import msgspec


class Problem(Exception):
    """Raise it with a status and a sentence that says what to do."""

    def __init__(self, status: int, detail: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.retry_after_s = retry_after_s


class ProblemDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of an error: `title` is the status in words, `detail` says what to do."""

    status: int
    title: str
    detail: str
    type: str = "about:blank"


def details(status: int, detail: str) -> ProblemDetails:
    """The problem of a status."""
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = "Error"
    return ProblemDetails(status, title, detail)
