"""Forms of pages: plain fields into words, and where to go on afterwards."""

from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from litestar.response import Redirect

from console.gate import Asked, actor_of, safe_path
from console.office import Office
from console.problems import Problem

T = TypeVar("T", bound=msgspec.Struct)
_OURS = frozenset(("csrf", "key", "next", "days", "hours"))
KEY_CHARS = 200


async def fields_of(request: Asked) -> dict[str, str]:
    """The fields of a form that are not empty."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str) and value.strip()}


def word_of(kind: type[T], fields: dict[str, str], **more: Any) -> T:
    """The word that a form's fields make; `Problem` 422 with a sentence where they make none."""
    told = {name: value for name, value in fields.items() if name not in _OURS}
    try:
        return msgspec.convert({**told, **more}, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Problem(422, f"The form is not complete: {error}.") from None


def span_of(office: Office, fields: dict[str, str]) -> dict[str, Any]:
    """The moment that lies the form's days or hours ahead, as the console's clock has it; None where it gives none."""
    try:
        ahead = timedelta(days=float(fields.get("days", 0)), hours=float(fields.get("hours", 0)))
        return {"until": office.now() + ahead if ahead else None}
    except (ValueError, OverflowError):
        raise Problem(422, "The number of days or hours is no number: choose one from the list.") from None


def key_of(office: Office, fields: dict[str, str]) -> str:
    """The key of this form: the same when it is sent twice."""
    return fields.get("key", office.fresh_key())[:KEY_CHARS]


def on_to(fields: dict[str, str], usual: str) -> Redirect:
    """Back to where the form was, by GET."""
    return Redirect(safe_path(fields.get("next", usual)), status_code=303)


async def once(office: Office, request: Asked, fields: dict[str, str], act: Any) -> None:
    """Does the form's deed once, however often it is sent; `act` gets the key."""
    key = key_of(office, fields)
    what = (request.scope["path"], tuple(sorted(fields.items())))
    await office.once.do(actor_of(request).id, key, what, lambda: act(key))
