"""What the console counts of itself, and what it counts of its projection when somebody asks for its metrics.

The projection may hold a hundred thousand alerts, so it is counted in slices between which pages are answered, and at
most every few seconds.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from console.cases import case_of
from console.edges import Record
from console.holding import held_of
from console.projection import Projection
from schemas import Alert, VerdictGiven

if TYPE_CHECKING:
    from console.office import Office

T = TypeVar("T")

COUNTED_S: Final = 5.0
CURRENCIES: Final = 40  # told apart: whoever writes events chooses their currencies
OTHER: Final = "other"
_SLICE: Final = 500


class Counted(NamedTuple):
    """Of the projection: open alerts by severity, verdicts by (reason code, verdict), money by currency, holds by
    (scope, who decided), appeals without an answer."""

    open_alerts: Counter[str]
    verdicts: Counter[tuple[str, str]]
    money: dict[str, float]
    holds: Counter[tuple[str, str]]
    appeals: int


class Figures:
    """Plain numbers of one console. `newest_s`: the time of each topic's newest line, in seconds since 1970."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str]] = Counter()  # route, status
        self.newest_s: dict[str, float] = {}
        self._counted: Counted | None = None
        self._counted_s = 0.0
        self._counting = asyncio.Lock()

    def note_line(self, record: Record) -> None:
        """A line was read; where its broker told no time it is new."""
        at_s = record.at_ms / 1_000 or time.time()
        if at_s > self.newest_s.get(record.topic, 0.0):
            self.newest_s[record.topic] = at_s

    def note_answer(self, route: str, status: int) -> None:
        """A request was answered."""
        self.requests[route, str(status)] += 1

    async def counted(self, office: "Office") -> Counted:
        """The counts of the projection, at most `COUNTED_S` seconds old."""
        async with self._counting:
            now_s = time.monotonic()
            if self._counted is None or now_s - self._counted_s >= COUNTED_S:
                self._counted, self._counted_s = await _count(office), now_s
            return self._counted


async def _count(office: "Office") -> Counted:
    projection, now = office.projection, office.now()
    open_alerts: Counter[str] = Counter()
    newest: dict[str, Alert] = {}
    async for alert in _in_slices(projection.alerts):
        case = case_of(projection, alert, now) if alert.status != "withdrawn" else None
        if case is None or case.state != "open":
            continue
        open_alerts[alert.severity] += 1
        known = newest.get(case.seller_id)
        if alert.mode != "shadow" and (known is None or alert.revision > known.revision):
            newest[case.seller_id] = alert
    verdicts: Counter[tuple[str, str]] = Counter()
    seen: set[str] = set()
    async for given in _in_slices(projection.verdicts):
        if (once := given.batch_id or given.event_id) not in seen:
            seen.add(once)
            verdicts.update((reason_code, given.verdict) for reason_code in _reasons_of(office, given))
    holds: Counter[tuple[str, str]] = Counter()
    async for hold in _in_slices(projection.holds):
        if hold.action == "placed":
            holds[hold.scope, "policy" if hold.decided_by == "policy" else "moderator"] += 1
    return Counted(open_alerts, verdicts, _money(newest.values()), holds, _appeals(projection))


async def _in_slices(values: Iterable[T]) -> AsyncIterator[T]:
    """All of them, as they were at the start; others have their turn in between."""
    for number, value in enumerate(list(values), 1):
        yield value
        if number % _SLICE == 0:
            await asyncio.sleep(0)


def _reasons_of(office: "Office", given: VerdictGiven) -> tuple[str, ...]:
    """The reason codes that a verdict is about: the named alert's of its own family, else the hold's on its subject."""
    alert = office.projection.alerts.get(given.alert_id) if given.alert_id else None
    if alert is not None:
        entries = office.policy.by_code
        return tuple(code for code in alert.reason_codes if code in entries and entries[code].family == alert.family)
    hold = office.projection.hold_on(given.subject, given.subject_id)
    return tuple(code for code in hold.reason_codes if code in office.policy.by_code) if hold is not None else ()


def _money(newest: Iterable[Alert]) -> dict[str, float]:
    """The exposure of each seller as its newest alert tells it."""
    sums: dict[str, Decimal] = {}
    for alert in newest:
        for one in alert.exposure:
            currency = one.currency if one.currency in sums or len(sums) < CURRENCIES else OTHER
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(one.amount)
    return {currency: float(amount) for currency, amount in sums.items()}


def _appeals(projection: Projection) -> int:
    appealed = {one.hold_id for one in projection.appeals}
    holds = (hold for hold_id in appealed if (hold := projection.holds.get(hold_id)) is not None)
    return sum(held_of(projection, hold).appeal is not None for hold in holds if hold.action == "placed")
