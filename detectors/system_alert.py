"""The alert that is about the system itself and no seller: it has no score, and is open or withdrawn."""

from typing import Final, NamedTuple

from schemas import Alert, Evidence
from schemas.fields import to_time

FAMILY: Final = "system"


class Why(NamedTuple):
    """What a human has to know: one sentence, and the numbers in it."""

    sentence: str
    numbers: dict[str, int | float | str]


def system_alert(
    alert_id: str,
    revision: int,
    reason: str,
    subject_id: str,
    why: Why | None,
    now_us: int,
    decided_us: int,
    policy_version: str,
) -> Alert:
    """The line that opens the alert or, where nothing is to be said any more (None), withdraws it."""
    evidence: tuple[Evidence, ...] = ()
    if why is not None:
        evidence = (Evidence(reason_code=reason, weight=0.0, sentence=why.sentence, numbers=why.numbers),)
    return Alert(
        alert_id=alert_id,
        revision=revision,
        status="withdrawn" if why is None else "opened",
        family=FAMILY,
        subject_kind="system",
        subject_id=subject_id,
        reason_codes=(reason,),
        score=0.0,
        severity="low" if why is None else "medium",
        exposure=(),
        evidence=evidence,
        mode="shadow" if why is None else "alert",
        policy_version=policy_version,
        event_time=to_time(now_us),
        detected_at=to_time(decided_us),
    )
