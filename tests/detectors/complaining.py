"""What buyers complain about, in a few words: complaints, decisions, and returns with their reasons."""

from typing import Any

import schemas
from detectors.detector import Finding
from tests.detectors.aftersales import Desk, said


def complaint(number: int, at: float = 0, kind: str = "counterfeit", **fields: Any) -> schemas.ComplaintOpened:
    """Complaint `C{number}` of buyer `B{number}`."""
    told = {"complaint_id": f"C{number}", "event_id": f"opened-{number}", "kind": kind, "buyer_id": f"B{number}"}
    made: schemas.ComplaintOpened = said(schemas.ComplaintOpened, at, **told | fields)
    return made


def decided(number: int, at: float = 1, outcome: str = "upheld", **fields: Any) -> schemas.ComplaintDecided:
    """The platform's word on it."""
    told = {"complaint_id": f"C{number}", "event_id": f"{outcome}-{number}-{at:g}", "outcome": outcome}
    made: schemas.ComplaintDecided = said(schemas.ComplaintDecided, at, **told | fields)
    return made


def upheld(number: int, at: float = 0, **fields: Any) -> list[schemas.Event]:
    """A complaint, and an hour later the decision for the buyer."""
    return [complaint(number, at, **fields), decided(number, at + 1)]


def asked(number: int, at: float = 0, reason: str = "counterfeit", **fields: Any) -> schemas.ReturnRequested:
    """Buyer `B{number}` asks for return `R{number}` of order `O{number}`."""
    named = {"return_id": f"R{number}", "order_id": f"O{number}", "buyer_id": f"B{number}"}
    told = {"event_id": f"asked-{number}-{at:g}", "reason": reason}
    made: schemas.ReturnRequested = said(schemas.ReturnRequested, at, **named | told | fields)
    return made


def about(word: type[schemas.Event], number: int, at: float, **fields: Any) -> Any:
    """What happens to return `R{number}`."""
    return said(word, at, return_id=f"R{number}", event_id=f"{word.__name__}-{number}-{at:g}", **fields)


def found(desk: Desk, reason_code: str) -> Finding | None:
    """What stands against the seller."""
    held: Finding | None = desk.state.findings.get(reason_code)
    return held


def holds(desk: Desk) -> list[tuple[str, str, str]]:
    """Every hold's line: (scope, subject, action)."""
    words = [word for judged in desk.judged for word in judged.words]
    return [(word.scope, word.subject_id, word.action) for word in words if isinstance(word, schemas.Hold)]
