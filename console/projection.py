"""What assay and its moderators have said, as far as a moderator has to see it: pure, bounded, in memory.

It is built from the topics alone and has no other memory: the highest revision of a key wins, events are known by
their ids, so any order and any repetition of the same records gives the same (below the caps).
"""

import logging
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias, TypeVar

import msgspec

from console.bounded import Kept, Rank
from console.edges import Record
from schemas import (
    Alert,
    AuditEntry,
    DeadLetter,
    Event,
    Hold,
    HoldAppealed,
    SellerStanding,
    VerdictGiven,
    topics,
    wire,
)
from schemas.fields import HoldScope, to_us

log = logging.getLogger(__name__)
Revised = TypeVar("Revised", Alert, Hold, SellerStanding)

ALERTS_KEPT: Final = 100_000  # open ones outlive those that have ended
HOLDS_KEPT: Final = 300_000  # placed ones outlive released ones
STANDINGS_KEPT: Final = 200_000
LETTERS_KEPT: Final = 10_000
VERDICTS_KEPT: Final = 200_000
AUDIT_KEPT: Final = 50_000


class Letter(NamedTuple):
    """A dead letter; `key` is that of its record, and what pages and addresses call it."""

    key: str
    letter: DeadLetter


#: Ids of the alerts that a record makes look different, for those who look at them now.
Changed: TypeAlias = "frozenset[str]"
NOTHING: Final[Changed] = frozenset()


class Projection:
    """The console's memory of the output topics, the verdicts and the audit."""

    def __init__(self) -> None:
        self.alerts: Kept[Alert] = Kept(
            ALERTS_KEPT,
            _rank_of_alert,
            {
                "seller": lambda one: [seller_of(one)],
                "status": lambda one: ["withdrawn" if one.status == "withdrawn" else "standing"],
                "reason": lambda one: one.reason_codes,
            },
        )
        self.holds: Kept[Hold] = Kept(
            HOLDS_KEPT,
            _rank_of_hold,
            {"seller": lambda one: [one.seller_id], "subject": lambda one: [f"{one.scope}:{one.subject_id}"]},
        )
        self.standings: Kept[SellerStanding] = Kept(STANDINGS_KEPT, _rank_of_standing)
        self.letters: Kept[Letter] = Kept(LETTERS_KEPT, lambda one: (True, to_us(one.letter.at), one.key))
        self.verdicts: Kept[VerdictGiven] = Kept(
            VERDICTS_KEPT,
            _rank_of_event,
            {
                "alert": lambda one: [one.alert_id] if one.alert_id else [],
                "hold": lambda one: [one.hold_id] if one.hold_id else [],
                "seller": lambda one: [one.seller_id],
            },
        )
        self.appeals: Kept[HoldAppealed] = Kept(VERDICTS_KEPT, _rank_of_event, {"hold": lambda one: [one.hold_id]})
        self.audit: Kept[AuditEntry] = Kept(
            AUDIT_KEPT,
            lambda one: (one.action != "signed_in", to_us(one.at), one.audit_id),
            {"alert": lambda one: [one.alert_id] if one.alert_id else []},
        )
        self.unreadable = 0
        self._takers: dict[str, Callable[[Record, bytes], Changed]] = {
            topics.ALERTS.name: self._alert,
            topics.HOLDS.name: self._hold,
            topics.STANDINGS.name: self._standing,
            topics.DEAD_LETTERS.name: self._letter,
            topics.VERDICTS.name: self._verdict,
            topics.AUDIT.name: self._entry,
        }

    def take(self, record: Record) -> Changed:
        """Takes a record in; a topic that is not one of the console's own changes nothing.

        A tombstone of a hold changes nothing either: it follows a release, and says only that the topic may forget.
        That of an alert or of a seller's line is of `assay forget`: nothing is shown of them any more.
        """
        taker = self._takers.get(record.topic)
        if taker is None:
            return NOTHING
        if record.value is None:
            return self._forget(record.topic, record.key.decode("utf-8", "replace"))
        try:
            return taker(record, record.value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self.unreadable += 1
            log.warning("%s %d:%d cannot be read: %s", record.topic, record.partition, record.offset, error)
            return NOTHING

    def hold_on(self, scope: HoldScope, subject_id: str) -> Hold | None:
        """The newest line of the hold on a subject, placed or released; None where there never was one."""
        return max(self.holds.each("subject", f"{scope}:{subject_id}"), key=lambda one: one.revision, default=None)

    def verdicts_of(self, alert_id: str) -> list[VerdictGiven]:
        """The verdicts that name an alert, the newest first."""
        return self.verdicts.of("alert", alert_id)

    def audit_of(self, alert_id: str) -> list[AuditEntry]:
        """What moderators did with an alert, the newest first."""
        return self.audit.of("alert", alert_id)

    @property
    def holds_are_whole(self) -> bool:
        """Whether every hold in force is known; False when so many were placed that some had to go."""
        return self.holds.let_go_in_force == 0

    def _alert(self, _: Record, value: bytes) -> Changed:
        alert = _decode_alert(value)
        if not _put_newer(self.alerts, alert.alert_id, alert):
            return NOTHING
        return frozenset((alert.alert_id,))

    def _forget(self, topic: str, key: str) -> Changed:
        """What a tombstone takes away."""
        if topic == topics.ALERTS.name and self.alerts.get(key) is not None:
            self.alerts.drop(key)
            return frozenset((key,))
        if topic != topics.STANDINGS.name:
            return NOTHING
        alert_ids = frozenset(one.alert_id for one in self.alerts.each("seller", key))
        for alert_id in alert_ids:
            self.alerts.drop(alert_id)
        for hold in self.holds.each("seller", key):
            self.holds.drop(hold.hold_id)
            for appeal in self.appeals.each("hold", hold.hold_id):
                self.appeals.drop(appeal.event_id)
        for verdict in self.verdicts.each("seller", key):
            self.verdicts.drop(verdict.event_id)
        self.standings.drop(key)
        return alert_ids

    def _hold(self, _: Record, value: bytes) -> Changed:
        hold = _decode_hold(value)
        if not _put_newer(self.holds, hold.hold_id, hold):
            return NOTHING
        return self._of_seller(hold.seller_id)

    def _standing(self, _: Record, value: bytes) -> Changed:
        standing = _decode_standing(value)
        _put_newer(self.standings, standing.seller_id, standing)
        return NOTHING

    def _letter(self, record: Record, value: bytes) -> Changed:
        key = record.key.decode("utf-8", "backslashreplace")
        self.letters.put(key, Letter(key, _decode_letter(value)))
        return NOTHING

    def _verdict(self, record: Record, value: bytes) -> Changed:
        read = wire.decode_event(value, record.topic)
        if not isinstance(read, tuple):  # the worker's dead letter says why
            return NOTHING
        word = read[0]
        if isinstance(word, VerdictGiven):
            self.verdicts.put(word.event_id, word)
        elif isinstance(word, HoldAppealed):
            self.appeals.put(word.event_id, word)
        return self._of_seller(word.seller_id)

    def _entry(self, _: Record, value: bytes) -> Changed:
        entry = _decode_entry(value)
        self.audit.put(entry.audit_id, entry)
        return frozenset((entry.alert_id,)) if entry.alert_id else NOTHING

    def _of_seller(self, seller_id: str) -> Changed:
        """A hold or a verdict shows on every alert of its seller."""
        return frozenset(one.alert_id for one in self.alerts.of("seller", seller_id))


def seller_of(alert: Alert) -> str:
    """The seller whom an alert is about; of a brand, a category or the system, that subject."""
    return alert.seller_id if isinstance(alert.seller_id, str) else alert.subject_id


def _put_newer(kept: Kept[Revised], key: str, line: Revised) -> bool:
    """Keeps the line, unless one of its revision or a higher one is there; whether it did."""
    before = kept.get(key)
    if before is not None and before.revision >= line.revision:
        return False
    kept.put(key, line)
    return True


_decode_alert: Final = msgspec.json.Decoder(Alert).decode
_decode_hold: Final = msgspec.json.Decoder(Hold).decode
_decode_standing: Final = msgspec.json.Decoder(SellerStanding).decode
_decode_letter: Final = msgspec.json.Decoder(DeadLetter).decode
_decode_entry: Final = msgspec.json.Decoder(AuditEntry).decode


def _rank_of_alert(alert: Alert) -> Rank:
    return alert.status != "withdrawn", to_us(alert.event_time), alert.alert_id


def _rank_of_hold(hold: Hold) -> Rank:
    return hold.action == "placed", to_us(hold.placed_at), hold.hold_id


def _rank_of_standing(standing: SellerStanding) -> Rank:
    return True, to_us(standing.event_time), standing.seller_id


def _rank_of_event(event: Event) -> Rank:
    return True, to_us(event.event_time), event.event_id
