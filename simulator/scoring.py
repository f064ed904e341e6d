"""How good the judgement was: labels beside alerts and holds. Pure; a live run may ask at any time.

What counts as what:
  true, false   a reason code on a standing alert in mode `alert` or `hold`: on a fake listing or a gang's seller, or on
                another. An honest seller that really was late with a refund counts as false.
  missed        fake listings, or gang sellers, without that reason code.
  in force      a hold from `placed_at` until it is released or expires.
  prevented     lost orders paid while a hold on their listing or seller was in force.
  frozen        other lost orders whose payout fell due while a hold on the payout was in force.
  gone          the other lost orders.
Alerts on brands, categories, rings and the system have no labels and are left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from math import ceil
from statistics import median
from typing import Literal, TypeAlias, get_args

from schemas.fields import HoldScope, money
from schemas.outputs import Alert, Hold
from simulator.labels import GangLabel, Label, ListingLabel, OrderLabel, SellerLabel
from simulator.report import Fate, Held, Lost, Reason, Report, Span

#: Reason codes that speak of a listing; every other one speaks of its seller.
LISTING_REASONS = frozenset(
    {
        "below_market_price",
        "implausible_price",
        "replica_wording",
        "off_platform_lure",
        "reassuring_messages",
        "product_mismatch",
        "guard_shopping",
    }
)

Subject: TypeAlias = Literal["listing", "seller"]
_Flagged: TypeAlias = "defaultdict[str, set[str]]"  # reason code -> subjects


class Scoring:
    """Takes labels, alerts and holds in any order; of each alert and hold the highest revision counts."""

    def __init__(self) -> None:
        self._sellers: dict[str, bool] = {}  # seller id -> of a gang
        self._listings: dict[str, ListingLabel] = {}
        self._lost: list[OrderLabel] = []
        self._alerts: dict[str, Alert] = {}
        self._holds: dict[tuple[HoldScope, str, str], Hold] = {}

    def label(self, label: Label) -> None:
        match label:
            case SellerLabel():
                self._sellers[label.seller_id] = label.label == "gang"
            case ListingLabel():
                self._listings[label.listing_id] = label
            case OrderLabel():
                if label.lost:
                    self._lost.append(label)
            case GangLabel():
                pass  # its shops have labels of their own

    def alert(self, alert: Alert) -> None:
        known = self._alerts.get(alert.alert_id)
        if known is None or known.revision < alert.revision:
            self._alerts[alert.alert_id] = alert

    def hold(self, hold: Hold) -> None:
        key = (hold.scope, hold.subject_id, hold.hold_id)
        known = self._holds.get(key)
        if known is None or known.revision < hold.revision:
            self._holds[key] = hold

    def report(self) -> Report:
        holds = self._holds_by_subject()
        fakes = [label for label in self._listings.values() if label.fake]
        gang = [seller_id for seller_id, of_gang in self._sellers.items() if of_gang]
        first_lost: dict[str, datetime] = {}
        for order in self._lost:
            known = first_lost.get(order.seller_id)
            first_lost[order.seller_id] = order.paid_at if known is None else min(known, order.paid_at)
        honest_held = {hold.seller_id for hold in self._holds.values() if self._sellers.get(hold.seller_id) is False}
        return Report(
            fake_listings=len(fakes),
            gang_sellers=len(gang),
            reasons=tuple(self._reasons()),
            holds=tuple(self._held(scope) for scope in get_args(HoldScope)),
            listing_hold=_span((label.published_at, holds["listing", label.listing_id]) for label in fakes),
            payout_hold=_span((at, holds["payout", seller_id]) for seller_id, at in first_lost.items()),
            lost=tuple(self._losses(holds)),
            honest_sellers=len(self._sellers) - len(gang),
            honest_sellers_held=len(honest_held),
            unlabelled=self._unlabelled(),
        )

    def _is_true(self, subject: Subject, subject_id: str) -> bool | None:
        """None for a subject without a label."""
        if subject == "seller":
            return self._sellers.get(subject_id)
        label = self._listings.get(subject_id)
        return None if label is None else label.fake

    def _reasons(self) -> Iterator[Reason]:
        counted: _Flagged = defaultdict(set)
        shadow: _Flagged = defaultdict(set)
        withdrawn: _Flagged = defaultdict(set)
        for alert in self._alerts.values():
            into = withdrawn if alert.status == "withdrawn" else shadow if alert.mode == "shadow" else counted
            for reason_code in alert.reason_codes:
                if subjects := _subjects(alert, reason_code):
                    into[reason_code] |= subjects
        for reason_code in sorted(counted.keys() | shadow.keys() | withdrawn.keys()):
            subject = _spoken_of(reason_code)
            true, false = self._split(subject, counted[reason_code])
            in_shadow = self._split(subject, shadow[reason_code] - counted[reason_code])
            existing = (
                sum(label.fake for label in self._listings.values())
                if subject == "listing"
                else sum(self._sellers.values())
            )
            yield Reason(
                reason_code=reason_code,
                subject=subject,
                true=true,
                false=false,
                missed=existing - true,
                precision=round(true / (true + false), 4) if true + false else None,
                recall=round(true / existing, 4) if existing else None,
                shadow_true=in_shadow[0],
                shadow_false=in_shadow[1],
                withdrawn=len(withdrawn[reason_code] - counted[reason_code]),
            )

    def _split(self, subject: Subject, subject_ids: Iterable[str]) -> tuple[int, int]:
        truths = [self._is_true(subject, subject_id) for subject_id in subject_ids]
        return truths.count(True), truths.count(False)

    def _held(self, scope: HoldScope) -> Held:
        subject: Subject = "listing" if scope == "listing" else "seller"
        true, false = self._split(subject, {subject_id for of, subject_id, _ in self._holds if of == scope})
        return Held(scope=scope, true=true, false=false)

    def _holds_by_subject(self) -> defaultdict[tuple[HoldScope, str], list[Hold]]:
        found: defaultdict[tuple[HoldScope, str], list[Hold]] = defaultdict(list)
        for hold in self._holds.values():
            found[hold.scope, hold.subject_id].append(hold)
        return found

    def _losses(self, holds: defaultdict[tuple[HoldScope, str], list[Hold]]) -> Iterator[Lost]:
        """One line per currency; the currency is "" where labels hold no amounts."""
        sums: defaultdict[str, dict[Fate, list[Decimal]]] = defaultdict(lambda: {fate: [] for fate in get_args(Fate)})
        for order in self._lost:
            withheld = holds["listing", order.listing_id] + holds["seller", order.seller_id]
            fate: Fate = "gone"
            if _in_force(withheld, order.paid_at):
                fate = "prevented"
            elif order.payout_at and _in_force(holds["payout", order.seller_id], order.payout_at):
                fate = "frozen"
            sums[order.currency][fate].append(order.amount)
        for currency, amounts in sorted(sums.items()):
            yield Lost(
                currency=currency,
                orders={fate: len(of_fate) for fate, of_fate in amounts.items()},
                amounts={fate: money(sum(of_fate, Decimal(0))) for fate, of_fate in amounts.items()},
            )

    def _unlabelled(self) -> int:
        """Subjects of holds and alerts that no label names: a sign that labels and outputs belong to two runs."""
        subjects: set[tuple[Subject, str]] = set()
        for scope, subject_id, _ in self._holds:
            subjects.add(("listing" if scope == "listing" else "seller", subject_id))
        for alert in self._alerts.values():
            for code in alert.reason_codes:
                subjects.update((_spoken_of(code), subject_id) for subject_id in _subjects(alert, code))
        return sum(self._is_true(subject, subject_id) is None for subject, subject_id in subjects)


def _spoken_of(reason_code: str) -> Subject:
    return "listing" if reason_code in LISTING_REASONS else "seller"


def _subjects(alert: Alert, reason_code: str) -> set[str]:
    """Ids of the listings, or of the one seller, that this reason code on this alert accuses."""
    if alert.subject_kind not in ("listing", "seller"):
        return set()
    if _spoken_of(reason_code) == "seller":
        seller_id = alert.subject_id if alert.subject_kind == "seller" else alert.seller_id
        return {seller_id} if seller_id else set()
    listing_ids = {*alert.listing_ids, *([alert.listing_id] if alert.listing_id else [])}
    return listing_ids | {alert.subject_id} if alert.subject_kind == "listing" else listing_ids


def _span(starts: Iterable[tuple[datetime, list[Hold]]]) -> Span:
    """From each start to the first hold of its subject."""
    hours: list[float] = []
    subjects = 0
    for start, holds in starts:
        subjects += 1
        if holds:
            hours.append((min(hold.placed_at for hold in holds) - start).total_seconds() / 3_600)
    hours.sort()
    return Span(
        subjects=subjects,
        held=len(hours),
        median_hours=round(median(hours), 2) if hours else None,
        p90_hours=round(hours[ceil(0.9 * len(hours)) - 1], 2) if hours else None,
    )


def _in_force(holds: Iterable[Hold], at: datetime) -> bool:
    return any(
        hold.placed_at <= at < (hold.event_time if hold.action == "released" else hold.expires_at) for hold in holds
    )
