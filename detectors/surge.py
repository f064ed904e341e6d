"""Complaints of one kind about one seller, brand or category, day by day: whether they rise.

What was to be expected of a day comes from the same weekday in weeks t-16 to t-5, offset by the orders that were
delivered in the 14 days before it; the weeks stay where they are while the sum of `detectors.measures.cusum` is above
0, so that a slow rise does not become its own measure, though for eight weeks at most, so that what has changed for
good is learned. A day is a whole number: days since 1970; a week is seven of them, the first from day 0.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import msgspec

from detectors.baseline import WEEK_DAYS, Expected, SurgeTerms, expected_of, limit_of, shift_of
from detectors.detector import MAX_FINDING_EVENT_IDS, Finding, SubjectKind
from detectors.measures.cusum import PLACES, step

OFFSET_DAYS: Final = 14
FIRST_WEEK, LAST_WEEK = 16, 5  # before the day's own
FROZEN_WEEKS: Final = 8
KEPT_WEEKS: Final = FIRST_WEEK + FROZEN_WEEKS
OVER_AT: Final = 0.5  # of the threshold
EPOCH: Final = date(1970, 1, 1)
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_KINDS: Final = {"counterfeit": "counterfeit", "no_refund": "unpaid", "seller_unreachable": "unpaid"}
SAID_OF: Final = {"counterfeit": "of counterfeit goods", "unpaid": "of refunds or answers that never came"}


class Series(msgspec.Struct, array_like=True):
    """Closed days, the newest `day`; stored, so new fields go to the end and have defaults.

    `since_day`: nothing is known of the days before it. `weeks`, the newest last and not over: each its days' offsets
    added up, then the complaints of its seven days; zeros at the end are left out. `delivered`, the newest day first:
    orders delivered on each of the last 14 days, likewise. `total` is the sum; while it is above 0, since `rising_day`,
    so many complaints were `observed` where `expected` were. `raised`: it reached the threshold, beyond which it does
    not grow, and has not fallen to half of it; then it begins anew.
    """

    since_day: int
    day: int = -1
    weeks: list[list[int]] = []
    delivered: list[int] = []
    total: float = 0.0
    rising_day: int = 0
    observed: int = 0
    expected: float = 0.0
    raised: bool = False

    def close_day(self, day: int, complaints: int, delivered: int, terms: SurgeTerms) -> None:
        """Takes in a day that is over, and the days since the last one, on which there was nothing.

        A day that is closed already is left as it is: see `amend`. The delivered orders have to be told from
        `since_day` on, on days without a complaint too: where none are known, many today would expect many complaints.
        """
        if self.day < 0:
            self.day = max(self.since_day, day) - 1
        if day - self.day > KEPT_WEEKS * WEEK_DAYS:  # nothing of it would be remembered
            self.weeks, self.delivered, self.day = [], [], day - 1
            self._calm()
        while self.day < day:
            is_last = self.day == day - 1
            self._close_next(complaints if is_last else 0, delivered if is_last else 0, terms)

    def amend(self, day: int, complaints: int) -> None:
        """Adds complaints to a closed day, or takes them back: less of the sum too where that day raised it."""
        place = self.day // WEEK_DAYS - day // WEEK_DAYS
        if day > self.day or place >= len(self.weeks):
            return
        week = self.weeks[-1 - place]
        week.extend([0] * (2 + day % WEEK_DAYS - len(week)))
        week[1 + day % WEEK_DAYS] = max(0, week[1 + day % WEEK_DAYS] + complaints)
        _cut(week)
        if self.total and day >= self.rising_day:
            self.total = max(0.0, round(self.total + complaints, PLACES))
            self.observed = max(0, self.observed + complaints)
            if not self.total:
                self._calm()

    @property
    def rising_days(self) -> int:
        """How long the sum has been above 0, in days; 0 while it is not."""
        return self.day - self.rising_day + 1 if self.total else 0

    def expects(self, day: int, terms: SurgeTerms) -> Expected | None:
        """What the day after the last closed one was to bring; None while too few weeks are known."""
        own = day // WEEK_DAYS
        until = own
        if self.total:
            until = max(self.rising_day // WEEK_DAYS, own - FROZEN_WEEKS)
        first = max(until - FIRST_WEEK, -(-self.since_day // WEEK_DAYS))
        known = until - LAST_WEEK + 1 - first
        if known < terms.least_weeks or known <= 0:
            return None
        newest = self.day // WEEK_DAYS
        weeks = [self._week(newest - week) for week in range(first, first + known)]
        return expected_of(weeks, day % WEEK_DAYS, sum(self.delivered), terms)

    def _close_next(self, complaints: int, delivered: int, terms: SurgeTerms) -> None:
        day = self.day + 1
        if self.total or complaints:
            usual = self.expects(day, terms)
            if usual is None:
                self._calm()
            else:
                self._add(day, complaints, usual, terms)
        if not self.weeks or day % WEEK_DAYS == 0:
            self.weeks.append([])
            del self.weeks[: -KEPT_WEEKS - 1]
            while not self.weeks[0] and len(self.weeks) > 1:
                del self.weeks[0]
        week = self.weeks[-1]
        week.extend([0] * (2 + day % WEEK_DAYS - len(week)))
        week[0] += sum(self.delivered)
        week[1 + day % WEEK_DAYS] = complaints
        _cut(week)
        self.delivered = [delivered, *self.delivered][:OFFSET_DAYS]
        _cut(self.delivered)
        self.day = day

    def _add(self, day: int, complaints: int, usual: Expected, terms: SurgeTerms) -> None:
        rising_day = self.rising_day if self.total else day
        limit = limit_of(usual, terms)
        total = step(self.total, complaints, usual.granted, shift_of(usual, terms))
        if not total or (self.raised and total <= OVER_AT * limit):
            self._calm()
            return
        self.raised = self.raised or total >= limit
        self.total, self.rising_day = min(total, limit), rising_day
        self.observed += complaints
        self.expected = round(self.expected + usual.today, PLACES)

    def _calm(self) -> None:
        self.total, self.rising_day, self.observed, self.expected, self.raised = 0.0, 0, 0, 0.0, False

    def _week(self, ago: int) -> list[int]:
        return self.weeks[-1 - ago] if 0 <= ago < len(self.weeks) else []


def kind_of(complaint: str) -> str | None:
    """With which complaints one of that kind is counted, apart from others; None: it is not."""
    return _KINDS.get(complaint)


def surge_finding(
    raised: Mapping[str, Series],
    subject_kind: SubjectKind,
    subject_id: str,
    grade: str,
    name: str = "",
    event_ids: tuple[str, ...] = (),
) -> Finding | None:
    """What a moderator reads of the series of a subject that are raised, None where there are none.

    `raised` by kind, a key of `SAID_OF`; `name` is what people call the subject, which is not named for a seller.
    """
    if not raised:
        return None
    about = "" if subject_kind == "seller" else f" about {name or subject_id}"
    numbers: dict[str, int | float | str] = {}
    for kind, one in raised.items():
        numbers |= {
            kind: one.observed,
            f"{kind}_expected": round(one.expected, 3),
            f"{kind}_ratio": round(one.observed / max(one.expected, 0.001), 3),
            f"{kind}_days": one.rising_days,
        }
    return Finding(
        reason_code="complaint_surge",
        subject_kind=subject_kind,
        subject_id=subject_id,
        grade=grade,
        sentence="; ".join(f"complaints {SAID_OF[kind]}{about} {_said(one)}" for kind, one in raised.items()),
        numbers=numbers,
        event_ids=event_ids[-MAX_FINDING_EVENT_IDS:],
        event_count=len(event_ids),
        facts=sum(_doublings(one.observed) for one in raised.values()),
    )


def _said(series: Series) -> str:
    since = EPOCH + timedelta(days=series.rising_day)
    usual = f"{series.expected:.0f}" if series.expected >= 1 else "less than 1"
    days = "1 day" if series.rising_days == 1 else f"{series.rising_days} days"
    when = f"{since.day} {MONTHS[since.month - 1]} {since.year}"
    return f"have risen since {when}: {series.observed} in {days} where {usual} were to be expected"


def _doublings(observed: int) -> int:
    """An alert is told again when its complaints have doubled, not at every one of them."""
    return observed.bit_length()


def _cut(numbers: list[int]) -> None:
    """Without the zeros at the end."""
    while numbers and not numbers[-1]:
        numbers.pop()
