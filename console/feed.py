"""Which alerts a moderator wants to see, and in which order. Pure."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final, Literal

import msgspec

from console.cases import Case, State, case_of
from console.history import History, Listed
from console.projection import Projection
from schemas import Alert
from schemas.fields import Mode, Money, to_us

Severity = Literal["low", "medium", "high", "critical"]
Order = Literal["risk", "newest", "exposure"]
SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low")
ORDERS: Final[tuple[Order, ...]] = ("risk", "newest", "exposure")
_RANK: Final = {severity: place for place, severity in enumerate(reversed(SEVERITIES))}
SURE: Final = 0.9  # the packaged policy's band of holds; it only orders a list
WITHDRAWN_SEARCHED: Final = 5_000  # the newest; what was withdrawn piles up for ever
_ENDED: Final = ("any", "rejected", "withdrawn")
_TITLES_SEARCHED: Final = 50
Words = Annotated[str, msgspec.Meta(max_length=200)]


class Wanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the feed is asked for; "" means any. `mode` "" hides what is on trial or below the alert band."""

    state: State | Literal["", "any"] = ""
    severity: Severity | Literal[""] = ""
    mode: Mode | Literal["", "any"] = ""
    family: Words = ""
    reason: Words = ""
    brand: Words = ""
    category: Words = ""
    assignee: Words = ""
    text: Words = ""
    order: Order = "risk"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A case with what a moderator reads first: whose shop and which goods."""

    case: Case
    shop_name: str
    goods: Listed | None
    brands: tuple[str, ...]
    categories: tuple[str, ...]

    @property
    def is_of_seller(self) -> bool:
        """Whether there is somebody to rule on; a brand, a category and the system have no holds."""
        return isinstance(self.case.alert.seller_id, str)

    @property
    def alert(self) -> Alert:
        """The alert itself."""
        return self.case.alert


def row_of(projection: Projection, history: History, alert: Alert, now: datetime) -> Row:
    """The row of an alert at this moment."""
    case = case_of(projection, alert, now)
    seen = history.seller(case.seller_id)
    listed = [seen.listings[one] for one in alert.listing_ids[:_TITLES_SEARCHED] if one in seen.listings]
    return Row(
        case=case,
        shop_name=seen.name,
        goods=_goods(alert, listed),
        brands=_of("brand", alert, [one.brand for one in listed]),
        categories=_of("category", alert, [one.category for one in listed]),
    )


def _goods(alert: Alert, listed: list[Listed]) -> Listed | None:
    """The listing that the evidence speaks of; else the one of the opening, which may be another."""
    named = alert.evidence[0].event_ids if alert.evidence else ()
    spoken_of = next((one for one in listed if one.event_id in named), None)
    opened_by = next((one for one in listed if one.listing_id == alert.listing_id), None)
    return spoken_of or opened_by or (listed[0] if listed else None)


def _of(kind: str, alert: Alert, named: list[str]) -> tuple[str, ...]:
    """The brands or categories of an alert: its goods', and its own where it is about one."""
    own = [alert.subject_id] if alert.subject_kind == kind else []
    return tuple(dict.fromkeys(name for name in (*own, *named) if name))


def is_wanted(row: Row, wanted: Wanted) -> bool:
    """Whether a row passes the filters. Without a state, what waits for somebody passes: open, and not snoozed."""
    case = row.case
    if case.state != (wanted.state or "open") and wanted.state != "any":
        return False
    return (
        _may_be_wanted(row.alert, wanted)
        and wanted.assignee in ("", case.assignee)
        and _named(wanted.brand, row.brands)
        and _named(wanted.category, row.categories)
        and _says(row, wanted.text)
    )


def _may_be_wanted(alert: Alert, wanted: Wanted) -> bool:
    """What the line alone can tell."""
    if wanted.mode == "":
        # What was withdrawn is on trial by its line; somebody who asks for it wants to see it.
        if alert.mode == "shadow" and alert.status != "withdrawn":
            return False
    elif wanted.mode not in ("any", alert.mode):
        return False
    return (
        wanted.severity in ("", alert.severity)
        and wanted.family in ("", alert.family)
        and (not wanted.reason or wanted.reason in alert.reason_codes)
    )


def place_of(row: Row, order: Order) -> tuple[float, float, str]:
    """What rows are sorted by, the highest first; of equals the newest.

    `risk` is the severity, within it what is as sure as a hold needs: a hold that ran out unseen is not buried.
    """
    at_us = float(to_us(row.alert.event_time))
    if order == "newest":
        return at_us, 0.0, row.alert.alert_id
    if order == "exposure":
        return float(largest(row.alert.exposure)), at_us, row.alert.alert_id
    return _RANK[row.alert.severity] + (0.5 if row.alert.score >= SURE else 0.0), at_us, row.alert.alert_id


def rows(projection: Projection, history: History, wanted: Wanted, now: datetime) -> list[Row]:
    """Every row that passes, in the order asked for; of what was withdrawn only the newest are searched."""
    alerts = projection.alerts.of("status", "standing")
    if wanted.state in _ENDED:
        alerts += projection.alerts.of("status", "withdrawn")[:WITHDRAWN_SEARCHED]
    each = (row_of(projection, history, alert, now) for alert in alerts if _may_be_wanted(alert, wanted))
    passing = (row for row in each if is_wanted(row, wanted))
    return sorted(passing, key=lambda row: place_of(row, wanted.order), reverse=True)


def largest(sums: Iterable[Money]) -> Decimal:
    """The largest of sums in whatever currencies: an order to read by, not an amount."""
    return max((Decimal(one.amount) for one in sums), default=Decimal(0))


def _named(wanted: str, names: tuple[str, ...]) -> bool:
    return not wanted or wanted.casefold() in (name.casefold() for name in names)


def _says(row: Row, text: str) -> bool:
    """Whether every word of `text` is somewhere in what the row is about."""
    if not text:
        return True
    alert = row.alert
    said = [
        row.shop_name,
        row.case.seller_id,
        alert.alert_id,
        alert.subject_id,
        *alert.listing_ids,
        *alert.reason_codes,
    ]
    said += [one.sentence for one in alert.evidence] + [row.goods.title if row.goods else ""]
    said += [*row.brands, *row.categories]
    whole = "\n".join(said).casefold()
    return all(word in whole for word in text.casefold().split())
