"""What moderators do: each deed checked, sent, and written into the audit. Pages and API act through here alone.

Nothing is changed here: a verdict goes to Kafka and shows when it comes back, as everybody else sees it.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal

from console.deeds import (
    Accepted,
    AlertVerdict,
    Assignment,
    HoldVerdict,
    Note,
    Override,
    Snooze,
    check_cause,
    subjects_of,
)
from console.edges import Clock, Sink
from console.problems import Problem
from console.projection import Letter
from console.roles import at_least
from console.users import Actor
from schemas import Alert, AuditEntry, Hold, OverrideGiven, VerdictGiven, topics
from schemas.fields import HoldScope

LONGEST_VERDICT_DAYS: Final = 365
LONGEST_SNOOZE_DAYS: Final = 30


class Desk:
    """The deeds. `key` is the caller's own for a deed: the same key gives the same ids, so repeating it is harmless."""

    def __init__(self, sink: Sink, clock: Clock) -> None:
        self._sink = sink
        self._clock = clock

    async def rule_on_alert(self, actor: Actor, alert: Alert, given: AlertVerdict, key: str) -> Accepted:
        """Sends one verdict for each subject of the alert."""
        check_cause(given.verdict, given.cause)
        if not isinstance(alert.seller_id, str):
            raise Problem(409, "This alert is about no seller, so there is nothing to hold or to release.")
        if alert.status == "withdrawn":
            raise Problem(409, "This alert has ended: rule on the seller's open alerts, or on a hold.")
        subjects = subjects_of(alert, given)
        if given.verdict == "confirmed" and subjects[0][0] == "seller" and not at_least(actor.role, "lead"):
            raise Problem(403, "Only a lead holds a whole account: confirm the listings or the payout, or ask a lead.")
        batch = _derived("b", actor.id, key)
        words = [
            self._verdict(
                actor,
                _derived("v", actor.id, key, *subject),
                subject,
                alert.seller_id,
                given,
                alert_id=alert.alert_id,
                batch_id=batch if len(subjects) > 1 else None,
            )
            for subject in subjects
        ]
        for word in words:
            await self._sink.send(topics.VERDICTS, word.seller_id, word)
        await self._note(actor, "ruled", words[0].reason, key, alert_id=alert.alert_id)
        return Accepted(tuple(word.event_id for word in words))

    async def rule_on_hold(self, actor: Actor, hold: Hold, given: HoldVerdict, key: str) -> Accepted:
        """Releases a hold or keeps it for longer."""
        check_cause(given.verdict, given.cause)
        if not given.reason.strip():
            raise Problem(422, "A reason is needed: the seller may ask for it, and so may your lead.")
        if given.verdict == "rejected" and hold.action == "released":
            raise Problem(409, "This hold has been released already.")
        if hold.scope == "seller" and not at_least(actor.role, "lead"):
            raise Problem(403, "Only a lead decides on the hold of a whole account.")
        subject = (hold.scope, hold.subject_id)
        verdict_id = _derived("v", actor.id, key, *subject)
        word = self._verdict(actor, verdict_id, subject, hold.seller_id, given, hold_id=hold.hold_id)
        await self._sink.send(topics.VERDICTS, word.seller_id, word)
        await self._note(actor, "ruled", given.reason, key, hold_id=hold.hold_id)
        return Accepted((word.event_id,))

    async def assign(
        self, actor: Actor, alert: Alert, given: Assignment, people: Iterable[Actor], key: str
    ) -> Accepted:
        """Gives the alert to somebody, or to nobody."""
        if given.assignee is not None and given.assignee not in {one.id for one in people}:
            raise Problem(422, f"Nobody here who may rule on alerts is called {given.assignee}.")
        entry = await self._note(actor, "assigned", "", key, alert_id=alert.alert_id, assignee=given.assignee)
        return Accepted((entry.audit_id,))

    async def snooze(self, actor: Actor, alert: Alert, given: Snooze, key: str) -> Accepted:
        """Takes the alert out of the feed for a while."""
        if given.until is not None:
            self._check_time(given.until, LONGEST_SNOOZE_DAYS)
        entry = await self._note(actor, "snoozed", given.reason, key, alert_id=alert.alert_id, until=given.until)
        return Accepted((entry.audit_id,))

    async def note(self, actor: Actor, alert: Alert, given: Note, key: str) -> Accepted:
        """Writes a note."""
        if not given.text.strip():
            raise Problem(422, "The note is empty.")
        return Accepted(((await self._note(actor, "noted", given.text, key, alert_id=alert.alert_id)).audit_id,))

    async def override(self, actor: Actor, given: Override, key: str) -> Accepted:
        """Ends a breaker, or lets a seller's pending deadlines fire."""
        word = OverrideGiven(
            event_id=_derived("o", actor.id, key),
            event_time=self._clock(),
            seller_id=given.subject_id,
            action=given.action,
            moderator=actor.id,
            role="lead",
            reason=given.reason,
        )
        await self._sink.send(topics.VERDICTS, word.seller_id, word)
        await self._note(actor, "overridden", f"{given.action} {given.subject_id}: {given.reason}", key)
        return Accepted((word.event_id,))

    async def replay(self, actor: Actor, letter: Letter, reason: str, key: str) -> Accepted:
        """Sends what was refused once more to the topic that it came from."""
        if not letter.letter.topic:
            raise Problem(409, "This dead letter came from a file or is about a deadline: no record can be sent again.")
        if letter.letter.offset < 0:
            topic = letter.letter.topic
            raise Problem(409, f"Kafka did not take this line of {topic}: raise max.message.bytes of that topic.")
        if not reason.strip():
            raise Problem(422, "A reason is needed: say what has been mended.")
        await self._sink.send_again(letter.letter.topic, letter.letter.partition, letter.letter.offset)
        entry = await self._note(actor, "replayed", f"{letter.key}: {reason}", key)
        return Accepted((entry.audit_id,))

    async def signed_in(self, actor: Actor, key: str) -> None:
        """Writes a sign-in down."""
        await self._note(actor, "signed_in", "", key)

    def _verdict(
        self,
        actor: Actor,
        verdict_id: str,
        subject: tuple[HoldScope, str],
        seller_id: str,
        given: AlertVerdict | HoldVerdict,
        *,
        alert_id: str | None = None,
        hold_id: str | None = None,
        batch_id: str | None = None,
    ) -> VerdictGiven:
        if given.expires_at is not None:
            self._check_time(given.expires_at, LONGEST_VERDICT_DAYS)
        return VerdictGiven(
            event_id=verdict_id,
            event_time=self._clock(),
            seller_id=seller_id,
            subject=subject[0],
            subject_id=subject[1],
            verdict=given.verdict,
            moderator=actor.id,
            reason=given.reason.strip() or given.cause.replace("_", " "),
            verdict_id=verdict_id,
            role="lead" if at_least(actor.role, "lead") else "moderator",
            cause=given.cause,
            alert_id=alert_id,
            hold_id=hold_id,
            batch_id=batch_id,
            expires_at=given.expires_at,
        )

    def _check_time(self, until: datetime, longest_days: int) -> None:
        now = self._clock()
        if not now < until <= now + timedelta(days=longest_days):
            raise Problem(422, f"The time must lie ahead, by at most {longest_days} days.")

    async def _note(
        self,
        actor: Actor,
        action: Literal["signed_in", "assigned", "snoozed", "noted", "ruled", "overridden", "replayed"],
        reason: str,
        key: str,
        *,
        alert_id: str | None = None,
        hold_id: str | None = None,
        assignee: str | None = None,
        until: datetime | None = None,
    ) -> AuditEntry:
        entry = AuditEntry(
            audit_id=_derived("u", actor.id, key, action),
            actor=actor.id,
            action=action,
            at=self._clock(),
            reason=reason,
            alert_id=alert_id,
            hold_id=hold_id,
            assignee=assignee,
            until=until,
        )
        await self._sink.send(topics.AUDIT, alert_id or hold_id or actor.id, entry)
        return entry


def _derived(kind: str, *parts: str) -> str:
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return kind + hashlib.blake2b(joined, digest_size=12).hexdigest()
