"""The refunds of a partition: while their feed has stalled, deadlines that are due wait under another name."""

from collections.abc import Iterator
from typing import Final

import msgspec

from detectors.feed import Feed, FeedTerms, Stall, alert_of
from detectors.held import derived_id
from schemas import Alert
from schemas.fields import HOUR_US
from streams.deadlines import Deadlines, deadline_id, parts_of
from streams.store import PartitionCommit

REFUND: Final = "refund"  # the kind of the deadline at which a return is overdue
PENDING: Final = "pending"  # and of one that waits; its subject is when it was due, and the return
FIELD: Final = "refunds"
_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Feed).decode


class Refunds:
    """One partition's feed of refunds, kept among its counts."""

    def __init__(self, number: int, stored: bytes | None, terms: FeedTerms, policy_version: str) -> None:
        self.number = number
        self.feed = Feed() if stored is None else _decode(stored)
        self._terms = terms
        self._version = policy_version
        self._changed = False
        self._looked_at, self._firing = 0, 0

    def came(self, now_us: int, decided_us: int) -> Iterator[Alert]:
        """A refund came in; the alert of a silence ends with it."""
        self._changed = True
        self.feed.note_refund(now_us, self._terms)
        if self.feed.stalled == "silence":
            yield self._ended(now_us, decided_us)

    def settled(self, due_us: int | None) -> None:
        """A deadline was withdrawn; None where it had fired, or lies too far ahead to be in memory."""
        if due_us is not None:
            self._changed = True
            self.feed.note_settled(due_us)

    def fall_due(
        self, stored_id: str, due_us: int, decided_us: int, deadlines: Deadlines, commit: PartitionCommit
    ) -> tuple[bool, list[Alert]]:
        """Whether the deadline may fire, and what is to be said; one that may not is put off."""
        feed, terms, hour = self.feed, self._terms, due_us // HOUR_US
        said: list[Alert] = []
        if hour != self._looked_at:  # once an hour: thousands may be due in it
            already = feed.fired if hour == feed.hour else 0
            self._looked_at = hour
            self._firing = already + 1 + deadlines.count_due((hour + 1) * HOUR_US, REFUND)
        stall = feed.stall(due_us, self._firing, terms)
        is_over = stall is None and feed.stalled == "loss" and hour > feed.hour
        feed.note_fired(due_us, terms)
        self._changed = True
        if stall is None:
            return True, [self._ended(due_us, decided_us)] if is_over else said
        if not feed.stalled:
            said.append(self._began(stall, due_us, decided_us))
        seller_id, _, return_id = parts_of(stored_id)
        pending_id = deadline_id(seller_id, PENDING, f"{due_us}:{return_id}")
        pending_us = due_us + int(terms.pending_hours * HOUR_US)
        deadlines.schedule(pending_id, pending_us)
        commit.deadlines[pending_id] = pending_us
        return False, said

    def release(self, seller_id: str, now_us: int, deadlines: Deadlines, commit: PartitionCommit) -> None:
        """A moderator lets the seller's deadlines fall due now."""
        for pending_id in deadlines.of(seller_id, PENDING):
            deadlines.schedule(pending_id, now_us)
            commit.deadlines[pending_id] = now_us

    def changes(self) -> dict[str, bytes | None]:
        """What the next commit has to write; asked once for each."""
        if not self._changed:
            return {}
        self._changed = False
        return {FIELD: _encode(self.feed)}

    def _began(self, stall: Stall, now_us: int, decided_us: int) -> Alert:
        feed = self.feed
        feed.stalled = stall.how
        feed.alert_id = "a" + derived_id("system", REFUND, str(self.number), str(now_us))
        return alert_of(feed, self.number, stall, now_us, decided_us, self._version)

    def _ended(self, now_us: int, decided_us: int) -> Alert:
        self.feed.stalled = ""
        return alert_of(self.feed, self.number, None, now_us, decided_us, self._version)


def was_due(subject_id: str) -> tuple[int, str]:
    """When a pending deadline was due, and the return that it is of."""
    due_us, _, return_id = subject_id.partition(":")
    return int(due_us), return_id
