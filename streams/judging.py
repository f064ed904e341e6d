"""Step 3 of the hop: every record, deadline and day's end of one partition, in order, into one commit.

Nothing here waits: what is needed was loaded before, what follows is committed and published afterwards.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

from detectors.detector import DeadlineReached
from detectors.judge import Judge
from detectors.judged import Judged
from detectors.state import Changes, SellerState
from schemas import Alert, Event, OverrideGiven, RefundIssued, topics, wire
from streams.batch import Batch
from streams.brake import FIELD
from streams.counts import Counts
from streams.deadlines import FOREVER, MOST_FIRED, deadline_id, parts_of
from streams.outbox import letter_of, line_of
from streams.partition import Item, Partition
from streams.polls import PlainRecord, Record
from streams.refunds import PENDING, REFUND, was_due
from streams.sellers import change_of
from streams.store import PartitionCommit
from streams.surroundings import Surroundings

_encode: Final = msgspec.json.Encoder().encode
PARTITION_EVENTS: Final = frozenset((RefundIssued, OverrideGiven))


class Work(NamedTuple):
    """What one step has to commit and to publish of one partition."""

    partition: Partition
    commit: PartitionCommit
    touched: dict[str, SellerState]


class Judging:
    """Judges batches; `counts` is what came of them."""

    def __init__(self, judge: Judge, around: Surroundings, by_events: bool, clock: Callable[[], int]) -> None:
        self.counts = Counts()
        self.judge = judge
        self._around = around
        self._by_events = by_events
        self._clock = clock

    def judge_batch(self, batch: Batch) -> Work:
        """Step 3: every record and deadline in order, into one commit."""
        partition = batch.partition
        commit = PartitionCommit(partition.number, partition.epoch, now_us=self._clock())
        work = Work(partition, commit, {})
        self._judge_days(work)
        deadlines, sellers = partition.deadlines, partition.sellers
        days, brake = partition.books.days, partition.books.brake
        decided_us = self._decided_us()
        if not brake.is_alone:
            self._say(work, brake.look(partition.watermark_us, self._stamp_us(partition.watermark_us)))
        for item, watermark_us in batch.items:
            if watermark_us > deadlines.first_us or watermark_us >= days.ends_us or watermark_us >= brake.ends_us:
                self._fire(work, watermark_us)
            event, time_us = item.event, item.time_us
            if event is None:
                self._set_aside(work, item, watermark_us)
                continue
            state = sellers[event.seller_id]
            judged = self.judge.judge(state, event, time_us, self._around, decided_us)
            self.counts.note(judged, event, is_late=time_us < watermark_us)
            if judged.is_news:
                self._collect(work, state, judged, item.record, max(time_us, watermark_us))
                if type(event) in PARTITION_EVENTS:
                    self._heard_of(work, event, time_us)
        self.counts.types.update([type(item.event) for item, _ in batch.items])
        self._fire(work, batch.watermark_us, FOREVER if batch.items else 1 if partition.life.alone else MOST_FIRED)
        reached_us = min(batch.watermark_us, deadlines.next_us())
        partition.watermark_us = commit.watermark_us = max(partition.watermark_us, reached_us)
        if batch.items:
            commit.offsets = partition.offsets()
            commit.expected = {topic: partition.stored.get(topic) for topic in commit.offsets}
        for seller_id, state in work.touched.items():
            commit.sellers[seller_id] = change_of(state)
        commit.counts = partition.books.changes()
        if FIELD in commit.counts and not brake.is_alone:
            self._around.tell([brake.told()])
        return work

    def _fire(self, work: Work, watermark_us: int, most: int = FOREVER) -> None:
        """Every deadline that is due before the watermark, those included that the firing sets; the first `most`.

        Days end among them, and the hours of the breaker; each counts as one.
        """
        partition, days, brake = work.partition, work.partition.books.days, work.partition.books.brake
        while most > 0:
            most -= 1
            first = partition.deadlines.pop(min(watermark_us, partition.books.ends_us))
            if first is not None:
                self._fire_one(work, *first)
            elif watermark_us >= brake.ends_us <= days.ends_us:
                self._say(work, brake.end_hour(brake.ends_us, self._stamp_us(brake.ends_us)))
            elif watermark_us >= days.ends_us:
                self._around.tell(days.close(watermark_us))
                self._around.tell_shares(partition.books.shares.end_day(days.closed))
                self._judge_days(work)
            else:
                return

    def _fire_one(self, work: Work, stored_id: str, fires_us: int) -> None:
        partition, commit = work.partition, work.commit
        seller_id, kind, subject_id = parts_of(stored_id)
        if seller_id in partition.damaged:
            return  # it stays in the store
        if partition.life.accused and (refused := partition.life.verdict_on((stored_id, fires_us))):
            reached = DeadlineReached(seller_id, kind, subject_id, fires_us)
            self._dead_letter(work, refused, _told_of(reached, partition.number), fires_us)
            return  # so does this
        commit.deadlines[stored_id] = None
        due_us = fires_us
        if kind == PENDING:
            kind, (due_us, subject_id) = REFUND, was_due(subject_id)
        elif kind == REFUND:
            fires, alerts = partition.books.refunds.fall_due(
                stored_id, due_us, self._stamp_us(due_us), partition.deadlines, commit
            )
            self._say(work, alerts)
            if not fires:
                self.counts.put_off += 1
                return
        state = partition.sellers[seller_id]
        reached = DeadlineReached(seller_id, kind, subject_id, due_us)
        judged = self.judge.judge(state, reached, fires_us, self._around, self._decided_us())
        self.counts.deadlines += 1
        self.counts.note_news(judged)
        told = _told_of(reached, partition.number) if judged.failures else None
        self._collect(work, state, judged, told, fires_us)

    def _judge_days(self, work: Work) -> None:
        """What the brands and categories of this partition come to at the end of days that all have told."""
        days = work.partition.books.days
        for day, told in sorted(days.gathered.items()):
            for subject in days.subjects_on(day, told):
                state, words = self.judge.judge_day(
                    subject, days.subjects.get(subject), day, told.get(subject), self._decided_us()
                )
                days.keep(subject, state)
                self._say(work, words)
            days.note_judged(day)

    def _collect(self, work: Work, state: SellerState, judged: Judged, record: Record | None, at_us: int) -> None:
        """What one judgement changes and says, into the commit and the surroundings."""
        seller_id, changes = state.seller_id, state.changes
        work.touched[seller_id] = state
        if changes.deadlines:
            self._schedule(work, seller_id, changes.deadlines)
            changes.deadlines.clear()
        if changes.judged or changes.fuses:
            self._count_for_breaker(work, changes, at_us)
        if changes.kept:
            self.counts.kept_back.update(changes.kept)
            changes.kept.clear()
        if changes.unmatched:
            self.counts.unmatched += changes.unmatched
            changes.unmatched = 0
        if changes.shares:
            work.partition.books.shares.note(changes.shares)
            changes.shares.clear()
        if changes.counted:
            for count in changes.counted:
                work.partition.books.days.note(count)
            changes.counted.clear()
        if judged.flags is not None:
            self._around.flag(seller_id, judged.flags)
        for key, entry in judged.entries.items():
            self._around.write(seller_id, key, entry)
        for word in judged.words:
            work.commit.outbox.append(line_of(word, record.timestamp if record else 0))
        for error in judged.failures:
            if record is not None:
                refused = wire.Refused("detector_failed", error)
                self._dead_letter(work, refused, record, at_us)

    def _count_for_breaker(self, work: Work, changes: Changes, at_us: int) -> None:
        """In the event's own hour, though the watermark, behind it by the lateness, may be in the one before."""
        brake = work.partition.books.brake
        while at_us >= brake.ends_us:
            self._say(work, brake.end_hour(brake.ends_us, self._stamp_us(brake.ends_us)))
        is_new_hour = brake.note_judged(changes.judged, at_us)
        if changes.fuses or is_new_hour:  # one more who was judged only makes a share smaller
            self._say(work, brake.note_held(changes.fuses, at_us, self._stamp_us(at_us)))
        changes.judged.clear()
        changes.fuses.clear()

    def _schedule(self, work: Work, seller_id: str, changed: Mapping[tuple[str, str], int | None]) -> None:
        partition = work.partition
        for (kind, subject_id), due_us in changed.items():
            stored_id = deadline_id(seller_id, kind, subject_id)
            if kind == REFUND and due_us is None:
                partition.books.refunds.settled(partition.deadlines.due_of(stored_id))
            partition.deadlines.schedule(stored_id, due_us)
            work.commit.deadlines[stored_id] = due_us

    def _heard_of(self, work: Work, event: Event, now_us: int) -> None:
        """What concerns more than a seller: a refund came in, a human lets deadlines go or a detector hold again."""
        partition = work.partition
        if isinstance(event, RefundIssued):
            self._say(work, partition.books.refunds.came(now_us, self._stamp_us(now_us)))
        elif isinstance(event, OverrideGiven) and event.action == "release_pending":
            partition.books.refunds.release(event.seller_id, now_us, partition.deadlines, work.commit)
        elif isinstance(event, OverrideGiven) and event.role == "lead":
            self._say(work, partition.books.brake.override(event.seller_id, now_us, self._stamp_us(now_us)))

    def _say(self, work: Work, alerts: Iterable[Alert]) -> None:
        """Alerts that are no seller's."""
        for alert in alerts:
            self.counts.note_words([alert])
            work.commit.outbox.append(line_of(alert))

    def _set_aside(self, work: Work, item: Item, watermark_us: int) -> None:
        """Bytes that are no event: a dead letter, or an unknown type that is only counted."""
        if item.refused is None:
            self.counts.note_unknown(item.record.topic)
            return
        self._dead_letter(work, item.refused, item.record, watermark_us)

    def _dead_letter(self, work: Work, refused: wire.Refused, record: Record, watermark_us: int) -> None:
        at_us = watermark_us if self._by_events else self._clock()
        topic = record.topic or topics.topic_named_by(record.value or b"")
        self.counts.note_letter(topic, refused.reason)
        line = letter_of(refused, topic, record.partition, record.offset, record.key, record.value, at_us)
        work.commit.outbox.append(line)

    def _decided_us(self) -> int | None:
        return None if self._by_events else self._clock()

    def _stamp_us(self, event_us: int) -> int:
        """What stamps a line that is no seller's: the wall clock, in history the event time."""
        return self._decided_us() or event_us


def _told_of(reached: DeadlineReached, number: int) -> PlainRecord:
    """Nobody sent a deadline, so its dead letter says what fell due instead."""
    return PlainRecord("", number, -1, reached.seller_id.encode("utf-8", "surrogatepass"), _encode(reached))
