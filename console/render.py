"""Pages out of templates, in the language of whoever reads them."""

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import Response
from litestar.connection import Request

from console import amounts, saying, words
from console.assets import ASSETS
from console.feed import Row
from console.roles import may
from console.users import Actor
from schemas.fields import Money, to_time

if TYPE_CHECKING:
    from console.office import Office

LANGUAGE_COOKIE: Final = "assay_lang"
THEME_COOKIE: Final = "assay_theme"
ROWS_KEPT: Final = 2_000
SUMMARY_S: Final = 0.5
THEMES: Final = ("auto", "light", "dark")
#: Numbers of the evidence that are codes, and of which kind.
_CODES: Final = {
    "silence": "silence",
    "guards": "guard",
    "sold_as": "guard",
    "detector": "reason",
    "currency": "currency",
    "market_currency": "currency",
}


class Renderer:
    """Jinja with everything escaped, and rows of the feed rendered once for everybody who looks at them."""

    def __init__(self, office: "Office") -> None:
        self._office = office
        self._rows: dict[tuple[str, str], tuple[tuple[Row, str], str]] = {}
        self._summaries: dict[str, tuple[float, str]] = {}
        self.templates = Environment(
            loader=PackageLoader("console", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters |= {"sums": _sums, "plain": plain}
        self.templates.globals |= {"asset": lambda name: f"/static/{name}?{ASSETS[name].stamp}"}

    def page(self, request: Request[Any, Any, Any], template: str, status: int = 200, **context: Any) -> Response[str]:
        """A whole page for whoever asks."""
        language = language_of(request)
        html = self.templates.get_template(template).render(self.context(request) | context)
        return Response(
            html,
            status_code=status,
            media_type="text/html",
            headers={"cache-control": "no-store", "content-language": language},
        )

    def part(self, language: str, template: str, **context: Any) -> str:
        """A piece of a page, the same for everybody who reads that language."""
        return self.templates.get_template(template).render(self.spoken(language) | context)

    def row(self, language: str, row: Row, place: str) -> str:
        """A row of the feed, rendered once for all who look at it."""
        known = self._rows.get((row.alert.alert_id, language))
        if known is None or known[0] != (row, place):
            known = (row, place), self.part(language, "row.html", row=row, place=place)
            self._rows[row.alert.alert_id, language] = known
            if len(self._rows) > ROWS_KEPT:
                del self._rows[next(iter(self._rows))]
        return known[1]

    def summary(self, language: str, count: Callable[[], dict[str, Any]]) -> str:
        """The counts above the feed, counted at most twice a second for all who look at them."""
        counted_s, html = self._summaries.get(language, (-SUMMARY_S, ""))
        now_s = time.monotonic()
        if now_s - counted_s >= SUMMARY_S:
            html = self.part(language, "summary.html", summary=count())
            self._summaries[language] = (now_s, html)
        return html

    def spoken(self, language: str) -> dict[str, Any]:
        """What templates say with."""
        now = self._office.now()
        return {
            "lang": language,
            "t": partial(words.say, language),
            "label": partial(words.label, language),
            "sentence_of": partial(saying.evidence, language),
            "said": partial(saying.sentence, language),
            "number_name": partial(number_name, language),
            "number_said": partial(number_said, language),
            "date": partial(amounts.date, language),
            "money": partial(amounts.sum_of, language),
            "marks_of": words.marks,
            "notes_of": partial(words.notes, language),
            "name_of": self._office.name_of,
            "now": now,
            "us": to_time,
            "ago": lambda then: amounts.span(language, now - then),
            "past": lambda then: amounts.since(language, now - then),
            "left": lambda then: amounts.span(language, then - now) if then > now else "",
        }

    def context(self, request: Request[Any, Any, Any]) -> dict[str, Any]:
        """What every page has: who reads it, in which language and colours."""
        actor: Actor | None = request.scope.get("user")
        session = request.scope.get("auth")
        theme = request.cookies.get(THEME_COOKIE, "auto")
        return self.spoken(language_of(request)) | {
            "me": actor,
            "may": (lambda route: may(actor.role, route)) if actor is not None else (lambda _: False),
            "csrf": session.csrf if session is not None else "",
            "theme": theme if theme in THEMES else "auto",
            "path": request.scope["path"],
            "here": request.scope["path"] + ("?" + request.url.query if request.url.query else ""),
            "languages": words.NAMES,
            "trouble": self._office.trouble,
            "is_caught_up": self._office.feed.is_caught_up,
            "fresh_key": self._office.fresh_key,
            "terms": self._office.terms,
            "unreadable": self._office.projection.unreadable,
        }


def language_of(request: Request[Any, Any, Any]) -> str:
    """The language that was chosen, else the browser's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in words.LANGUAGES else words.preferred(request.headers.get("accept-language", ""))


@pass_context
def _sums(context: Context, monies: tuple[Money, ...]) -> str:
    return amounts.sums(context["lang"], monies)


def number_name(language: str, name: str) -> str:
    """What a number of the evidence is called; its currency, where its name ends in one, stays behind it."""
    bare, _, currency = name.rpartition(" ")
    if not bare:
        return words.label(language, "number", name)
    return f"{words.label(language, 'number', bare)} {words.label(language, 'currency', currency)}"


def number_said(language: str, name: str, value: int | float | str) -> str:
    """A number of the evidence as people read it; some are codes, or several of them."""
    kind = _CODES.get(name)
    if kind is None or not isinstance(value, str):
        return plain(value)
    return ", ".join(words.label(language, kind, code) for code in value.split(", "))


def plain(value: object) -> str:
    """A number of the evidence, without the digits that nobody reads."""
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
