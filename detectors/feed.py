"""Whether a feed of refunds has stalled: then deadlines wait, and nobody is accused of what the platform did not hear.

One `Feed` a partition. It is told of every refund, of every deadline that a refund made needless, and of every one that
fired; asked before one fires. Two ways in which a feed stalls: it falls silent, or much of it is lost.
"""

from typing import Final, Literal, NamedTuple

import msgspec

from detectors.system_alert import Why, system_alert
from schemas import Alert
from schemas.fields import DAY_US, HOUR_US

REASON: Final = "feed_stalled"
DAY_HOURS: Final = 24
WEEK_HOURS: Final = 7 * DAY_HOURS


class FeedTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a feed counts as stalled, and for how long deadlines then wait.

    stall_hours: no refund for so long [a platform's usual outage is found within hours]
    refunds_enough: in the 7 days before, at least; fewer say nothing of a silence
    expected_enough: so many refunds were to be expected in the silent hours, by the same hours of the 7 days before, at
        least [with 12, one silence in 160,000 is chance (Poisson); nights are silent anyway]
    history_days: the share of due deadlines that fire is known after so long
    deadlines_enough: more than so many would fire in one hour
    share_factor: times the known share, and more
    pending_hours: how long a deadline then waits
    """

    stall_hours: float = 6.0
    refunds_enough: float = 500.0
    expected_enough: float = 12.0
    history_days: float = 28.0
    deadlines_enough: float = 20.0
    share_factor: float = 3.0
    pending_hours: float = 24.0


class Stall(NamedTuple):
    """Why a deadline has to wait: how the feed stalls, one sentence, and the numbers in it."""

    how: Literal["silence", "loss"]
    sentence: str
    numbers: dict[str, int | float | str]


class Feed(msgspec.Struct, array_like=True):
    """What is known of one partition's refunds; hours and days are those since 1970.

    `refunds` by hour of event time, over a week. `settled` by the hour in which their deadline would have been due,
    while that lies ahead; `days`: of those due on a day (settled before, fired). `fired`: in `hour`. `stalled`: how,
    while it is, under `alert_id`.
    """

    since_us: int = 0
    last_refund_us: int = 0
    refunds: dict[int, int] = {}
    settled: dict[int, int] = {}
    days: dict[int, tuple[int, int]] = {}
    hour: int = 0
    fired: int = 0
    stalled: str = ""
    alert_id: str = ""
    revision: int = 0

    def note_refund(self, now_us: int, terms: FeedTerms) -> None:
        """A refund came in, by whomever it was paid."""
        hour = now_us // HOUR_US
        self.since_us = min(self.since_us or now_us, now_us)
        self.last_refund_us = max(self.last_refund_us, now_us)
        if hour not in self.refunds:
            oldest = self.last_refund_us // HOUR_US - WEEK_HOURS
            self.refunds = {each: count for each, count in self.refunds.items() if each > oldest}
        self.refunds[hour] = self.refunds.get(hour, 0) + 1
        self._begin(hour, terms)

    def note_settled(self, due_us: int) -> None:
        """A deadline of that time was withdrawn: the money came."""
        hour = due_us // HOUR_US
        self.settled[hour] = self.settled.get(hour, 0) + 1

    def note_fired(self, due_us: int, terms: FeedTerms) -> None:
        """A deadline fired, or would have but for a stall."""
        self._begin(due_us // HOUR_US, terms)
        self.fired += 1

    def stall(self, due_us: int, firing: int, terms: FeedTerms) -> Stall | None:
        """Why a deadline that is due now has to wait; `firing` fire in its hour, if all do that are still due."""
        return self._silence(due_us, terms) or self._loss(due_us, firing, terms)

    def _silence(self, now_us: int, terms: FeedTerms) -> Stall | None:
        silent_us = now_us - self.last_refund_us
        if not self.last_refund_us or silent_us < terms.stall_hours * HOUR_US:
            return None
        last, now = self.last_refund_us // HOUR_US, now_us // HOUR_US
        week = sum(count for hour, count in self.refunds.items() if hour > last - WEEK_HOURS)
        silent = range(last + 1, min(now, last + DAY_HOURS))
        expected = sum(self.refunds.get(hour - DAY_HOURS * day, 0) for hour in silent for day in range(1, 8)) / 7
        if week < terms.refunds_enough or expected < terms.expected_enough:
            return None
        hours = round(silent_us / HOUR_US, 3)
        return Stall(
            "silence",
            f"no refund has come in for {hours:.0f} hours, where {expected:.0f} were to be expected; "
            f"deadlines of refunds wait for {terms.pending_hours:g} hours",
            {"silent_hours": hours, "expected_refunds": round(expected, 3), "refunds_in_7_days": week},
        )

    def _loss(self, due_us: int, firing: int, terms: FeedTerms) -> Stall | None:
        if not self.since_us or due_us - self.since_us < terms.history_days * DAY_US:
            return None
        hour = due_us // HOUR_US
        settled = sum(before for before, _ in self.days.values())
        fired = sum(after for _, after in self.days.values())
        if firing <= terms.deadlines_enough or not settled + fired:
            return None
        share, usual = firing / (firing + self.settled.get(hour, 0)), fired / (settled + fired)
        if share <= terms.share_factor * usual:
            return None
        return Stall(
            "loss",
            f"{firing} refunds would be overdue within the hour, {share:.0%} of those due where {usual:.1%} are usual; "
            f"deadlines of refunds wait for {terms.pending_hours:g} hours",
            {"overdue_in_hour": firing, "share": round(share, 3), "usual_share": round(usual, 3)},
        )

    def _begin(self, hour: int, terms: FeedTerms) -> None:
        """A new hour: those that have passed are counted among their days."""
        if hour <= self.hour:
            return
        for each in [each for each in self.settled if each < hour]:
            self._count(each // DAY_HOURS, self.settled.pop(each), 0)
        if self.fired:
            self._count(self.hour // DAY_HOURS, 0, self.fired)
        oldest = hour // DAY_HOURS - int(terms.history_days)
        self.days = {day: counts for day, counts in self.days.items() if day >= oldest}
        self.hour, self.fired = hour, 0

    def _count(self, day: int, settled: int, fired: int) -> None:
        before, after = self.days.get(day, (0, 0))
        self.days[day] = (before + settled, after + fired)


def alert_of(feed: Feed, partition: int, stall: Stall | None, now_us: int, decided_us: int, version: str) -> Alert:
    """The line that says that a partition's feed has stalled or, without a stall, that it goes on."""
    feed.revision += 1
    why = None if stall is None else Why(stall.sentence, stall.numbers)
    return system_alert(feed.alert_id, feed.revision, REASON, f"refunds:{partition}", why, now_us, decided_us, version)
