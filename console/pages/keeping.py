"""What leads and admins look after: dead letters, the policy in force, the audit."""

import base64
from collections import Counter
from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from console.advice import about
from console.deeds import Override
from console.gate import Asked, actor_of
from console.office import Office, TheOffice
from console.pages.forms import fields_of, on_to, once, word_of
from console.problems import Problem
from console.projection import Letter
from console.render import language_of
from detectors.policy import shown

PAGE_LETTERS: Final = 200
PAGE_ENTRIES: Final = 200
VALUE_CHARS: Final = 20_000


def letter_of(office: Office, key: str) -> Letter:
    """The dead letter, or `Problem` 404."""
    letter = office.projection.letters.get(key)
    if letter is None:
        raise Problem(404, "There is no such dead letter here; they are kept for seven days.")
    return letter


def text_of(letter: Letter) -> str:
    """Its bytes for people: identifiers were masked before they got here."""
    return base64.b64decode(letter.letter.value).decode("utf-8", "backslashreplace")[:VALUE_CHARS]


@get("/dead-letters")
async def letters_page(request: Asked, office: TheOffice) -> Response[str]:
    """What could not be judged, the newest first."""
    reason = request.query_params.get("reason", "")
    letters = [one for one in office.projection.letters.newest() if reason in ("", one.letter.reason)]
    counts = Counter(one.letter.reason for one in office.projection.letters)
    return office.renderer.page(
        request,
        "letters.html",
        letters=letters[:PAGE_LETTERS],
        found=len(letters),
        reason=reason,
        counts=sorted(counts.items()),
    )


@get("/dead-letters/{key:path}")
async def letter_page(request: Asked, key: FromPath[str], office: TheOffice) -> Response[str]:
    """One of them with its bytes."""
    letter = letter_of(office, key.removeprefix("/"))
    return office.renderer.page(request, "letter.html", letter=letter, text=text_of(letter))


@post("/replays", status_code=303)
async def replay_letter(request: Asked, office: TheOffice) -> Redirect:
    """Sends it once more."""
    fields = await fields_of(request)
    letter, reason = letter_of(office, fields.get("letter", "")), fields.get("reason", "")
    actor = actor_of(request)
    await once(office, request, fields, lambda key: office.desk.replay(actor, letter, reason, key))
    return on_to(fields, "/dead-letters")


@get("/policy")
async def policy_page(request: Asked, office: TheOffice) -> Response[str]:
    """What is in force, and what each detector has done."""
    fired: Counter[str] = Counter()
    held: Counter[str] = Counter()
    overturned: Counter[str] = Counter()
    for alert in office.projection.alerts:
        fired.update(set(alert.reason_codes))
        if any(one.verdict == "rejected" for one in office.projection.verdicts_of(alert.alert_id)):
            overturned.update(set(alert.reason_codes))
    for hold in office.projection.holds:
        held.update(set(hold.reason_codes))
    in_force = shown(office.policy)
    return office.renderer.page(
        request,
        "policy.html",
        policy=office.policy,
        detectors=[(entry, in_force["detectors"][entry.reason_code]) for entry in office.policy.entries],
        sections={name: value for name, value in in_force.items() if isinstance(value, dict) and name not in _APART},
        weights=office.policy.weights,
        fired=fired,
        held=held,
        overturned=overturned,
        about=lambda code: about(office.policy, code, language_of(request)),
        breakers=[one for one in office.projection.alerts.of("status", "standing") if one.family == "system"],
        versions=sorted({one.policy_version for one in office.projection.alerts.newest()[:PAGE_ENTRIES]}),
    )


_APART: Final = ("detectors", "weights")


@post("/overrides", status_code=303)
async def override(request: Asked, office: TheOffice) -> Redirect:
    """Ends a breaker or releases a seller's pending deadlines."""
    fields = await fields_of(request)
    given, actor = word_of(Override, fields), actor_of(request)
    await once(office, request, fields, lambda key: office.desk.override(actor, given, key))
    return on_to(fields, "/policy")


@get("/audit")
async def audit_page(request: Asked, office: TheOffice) -> Response[str]:
    """Who did what, the newest first."""
    actor, action = request.query_params.get("actor", ""), request.query_params.get("action", "")
    entries = [
        one
        for one in sorted(office.projection.audit, key=lambda one: (one.at, one.audit_id), reverse=True)
        if actor in ("", one.actor) and action in ("", one.action)
    ]
    return office.renderer.page(
        request,
        "audit.html",
        entries=entries[:PAGE_ENTRIES],
        found=len(entries),
        actor=actor,
        action=action,
        actors=sorted({one.actor for one in office.projection.audit}),
        actions=sorted({one.action for one in office.projection.audit}),
    )
