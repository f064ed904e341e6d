"""What a brand or a category comes to at the end of a day: whether complaints rise, what the platform pays, one alert.

A subject has no verdicts, no holds and no payouts: it shows moderators where to look for sellers.
"""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import msgspec

from detectors.buyers import HALF_US
from detectors.detector import Finding
from detectors.held import derived_id
from detectors.policy import Policy
from detectors.records import Account, OpenAlert, Sums
from detectors.rules.compensation_drain import CompensationDrain, Drained
from detectors.rules.complaint_surge import ComplaintSurge
from detectors.score import Score, score_of
from detectors.surge import SAID_OF, Series
from detectors.tally import COMPENSATED, DELIVERED, Subject, Tally
from schemas import Alert, Evidence
from schemas.fields import DAY_US, to_time

FAMILY: Final = "aftersale"
FORGOTTEN_DAYS: Final = 200  # after the last day of which anything was counted
MAX_CURRENCIES: Final = 8
_SEVERITY: Final = {"shadow": "low", "alert": "medium"}


class SubjectState(msgspec.Struct, array_like=True):
    """What is remembered of a brand or category; `last_day` is the last one of which anything was counted.

    `surges` by kind of complaint, see `detectors.surge`; `money` by currency; `payments`: of the platform, in each
    half of that window.
    """

    last_day: int
    surges: dict[str, Series]
    money: dict[str, Account] = {}
    half: int = 0
    payments: tuple[int, int] = (0, 0)
    revision: int = 0
    alert: OpenAlert | None = None

    @property
    def is_awake(self) -> bool:
        """Whether a day without counts may change what is said of it."""
        return self.alert is not None or any(series.total for series in self.surges.values())


def judge_day(
    subject: Subject, state: SubjectState | None, day: int, tally: Tally | None, policy: Policy, decided_us: int | None
) -> tuple[SubjectState | None, list[Alert]]:
    """Takes a day in and says what is new about the subject; a state of None: nothing to remember is left.

    `day` counts from 1970; `decided_us` stamps what is published, None: the day's end.
    """
    if state is None:
        state = SubjectState(day, {kind: Series(since_day=day) for kind in SAID_OF})
    counted = tally or Tally()
    if tally is not None:
        state.last_day = day
    for kind, series in state.surges.items():
        complaints = counted.counts.get(kind, 0)
        series.close_day(day, max(0, complaints), counted.counts.get(DELIVERED, 0), policy.terms.surge.market)
        if complaints < 0:  # more were dismissed than opened
            series.amend(day, complaints)
    _take_money(state, day, counted)
    ends_us = (day + 1) * DAY_US
    findings = [one for one in _looks(subject, state, ends_us, policy) if policy.mode(one.reason_code) != "shadow"]
    alerts = list(_decide(subject, state, findings, ends_us, ends_us if decided_us is None else decided_us, policy))
    is_over = day - state.last_day > FORGOTTEN_DAYS and state.alert is None
    return None if is_over else state, alerts


def _take_money(state: SubjectState, day: int, counted: Tally) -> None:
    half = day * DAY_US // HALF_US
    currencies = {currency for _, currency in counted.sums}
    for currency in sorted(currencies):
        if currency not in state.money and len(state.money) >= MAX_CURRENCIES:
            continue
        zero = Decimal(0)
        paid, sold = counted.sums.get((COMPENSATED, currency), zero), counted.sums.get((DELIVERED, currency), zero)
        state.money.setdefault(currency, Account()).add(half, Sums(paid=paid, sold=sold))
    state.payments = _moved(state.payments, half - state.half)
    state.half = half
    state.payments = (state.payments[0], state.payments[1] + counted.counts.get(COMPENSATED, 0))


def _looks(subject: Subject, state: SubjectState, now_us: int, policy: Policy) -> Iterator[Finding]:
    """What the detectors that look at more than one seller say."""
    for entry in policy.entries:
        detector = entry.detector
        if isinstance(detector, ComplaintSurge):
            finding = detector.look_at_market(state.surges, subject.kind, subject.name)
        elif isinstance(detector, CompensationDrain):
            finding = detector.look_at_market(subject, _drains(state, now_us))
        else:
            continue
        if finding is not None:
            yield finding


def _drains(state: SubjectState, now_us: int) -> Iterator[Drained]:
    half = (now_us - 1) // HALF_US
    for currency, money in sorted(state.money.items()):
        sums, payments = money.window(half), sum(_moved(state.payments, half - state.half))
        yield Drained(currency, sums.paid, Decimal(0), Decimal(0), payments, sums.sold)


def _decide(
    subject: Subject, state: SubjectState, findings: list[Finding], now_us: int, decided_us: int, policy: Policy
) -> Iterator[Alert]:
    """One alert a subject: opened, updated when there is more to it, withdrawn."""
    alert = state.alert
    if not findings:
        if alert is not None:
            state.alert = None
            state.revision += 1
            yield _line(subject, state, alert, None, now_us, decided_us, policy)
        return
    score = score_of(findings, policy, young=False)
    said = _digest(findings, score)
    if alert is None:
        alert = OpenAlert("a" + derived_id(*subject, FAMILY, str(now_us)), now_us, subject.kind, subject.name)
    elif alert.said == said:
        return
    state.alert, state.revision = alert, state.revision + 1
    yield _line(subject, state, alert, score, now_us, decided_us, policy)
    alert.said, alert.reason_codes = said, tuple(one.reason_code for one in score.counted)


def _line(
    subject: Subject,
    state: SubjectState,
    alert: OpenAlert,
    score: Score | None,
    now_us: int,
    decided_us: int,
    policy: Policy,
) -> Alert:
    """The alert's line as it reads now; without a score it is withdrawn."""
    counted = () if score is None else score.counted
    value = 0.0 if score is None else score.value
    mode = "alert" if value >= policy.bands.alert else "shadow"
    return Alert(
        alert_id=alert.alert_id,
        revision=state.revision,
        status="withdrawn" if score is None else "updated" if alert.said else "opened",
        family=FAMILY,
        subject_kind=subject.kind,
        subject_id=subject.name,
        reason_codes=alert.reason_codes if score is None else tuple(one.reason_code for one in counted),
        score=value,
        severity=_SEVERITY[mode],  # type: ignore[arg-type]
        exposure=(),
        evidence=tuple(_evidence(one, policy) for one in counted),
        mode=mode,  # type: ignore[arg-type]
        policy_version=policy.version,
        event_time=to_time(now_us),
        detected_at=to_time(decided_us),
    )


def _evidence(one: Finding, policy: Policy) -> Evidence:
    weight = round(policy.weight(one.reason_code, one.grade), 3)
    return Evidence(reason_code=one.reason_code, weight=weight, sentence=one.sentence, numbers=one.numbers)


def _digest(findings: list[Finding], score: Score) -> bytes:
    """What makes a new line worth publishing: other findings, or twice as much in one of them."""
    facts = [(one.reason_code, one.grade, one.facts) for one in findings]
    return hashlib.blake2b(msgspec.msgpack.encode((facts, score.value)), digest_size=8).digest()


def _moved(halves: tuple[int, int], by: int) -> tuple[int, int]:
    """The halves of a window, so many halves later."""
    return halves if by <= 0 else (halves[1], 0) if by == 1 else (0, 0)
