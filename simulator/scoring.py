"""How good the judgement was: labels beside alerts and holds. Pure; a live run may ask at any time.

What counts as what:
  true, false   a reason code on a standing alert in mode `alert` or `hold`: on a fake listing, a gang's seller, or a
                brand or category that a gang copies; or on another. An honest seller that really was late with a
                refund counts as false.
  missed        fake listings, gang sellers, copied brands or categories, without that reason code.
  raised        the same at any time of the run, also where the alert was withdrawn later.
  in force      a hold from `placed_at` until it is released or expires.
  prevented     lost orders paid while a hold on their listing or seller was in force.
  frozen        other lost orders whose payout fell due while a hold on the payout was in force.
  gone          the other lost orders.
Nobody in the simulation reacts: buyers go on buying what is held, and no moderator confirms anything. What holds are
worth where a moderator does is `lost_if_confirmed`. Alerts on rings and the system have no labels and are left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from math import ceil
from statistics import median
from typing import get_args

from schemas.fields import HoldScope
from schemas.outputs import Alert, Hold
from simulator.accused import Accused, Spoken
from simulator.labels import Label
from simulator.losses import Holds, end_of, losses
from simulator.report import Caught, Delay, Held, HonestHeld, HonestHolds, Reason, Report, Span, Subject
from simulator.truth import Truth

NOTHING_SPOKEN: Mapping[str, Spoken] = {}


class Scoring:
    """Takes labels, alerts and holds in any order; of each alert and hold the highest revision counts.

    `spoken` is what the catalogue of detectors says of its reason codes; of others the alert says whom they accuse.
    """

    def __init__(self, spoken: Mapping[str, Spoken] = NOTHING_SPOKEN) -> None:
        self._truth = Truth()
        self._accused = Accused(spoken)
        self._holds: dict[tuple[HoldScope, str, str], Hold] = {}
        self._placed_for: dict[tuple[HoldScope, str, str], tuple[int, tuple[str, ...]]] = {}  # by the lowest revision

    def label(self, label: Label) -> None:
        self._truth.take(label)

    def alert(self, alert: Alert) -> None:
        self._accused.take(alert)

    def hold(self, hold: Hold) -> None:
        key = (hold.scope, hold.subject_id, hold.hold_id)
        known = self._holds.get(key)
        if known is None or known.revision < hold.revision:
            self._holds[key] = hold
        placed_for = hold.revision, tuple(sorted(hold.reason_codes))
        self._placed_for[key] = min(placed_for, self._placed_for.get(key, placed_for))

    def report(self) -> Report:
        holds: Holds = defaultdict(list)
        for hold in self._holds.values():
            holds[hold.scope, hold.subject_id].append(hold)
        truth = self._truth
        fakes = [label for label in truth.listings.values() if label.fake]
        gang = truth.true_ids("seller")
        honest_held = tuple(self._honest_held())
        return Report(
            fake_listings=len(fakes),
            gang_sellers=len(gang),
            reasons=tuple(self._reasons()),
            holds=tuple(self._held(scope) for scope in get_args(HoldScope)),
            listing_hold=_span((label.published_at, holds["listing", label.listing_id]) for label in fakes),
            payout_hold=_span((at, holds["payout", seller_id]) for seller_id, at in truth.first_lost().items()),
            lost=tuple(losses(truth.lost, holds)),
            honest_sellers=len(truth.sellers) - len(gang),
            honest_sellers_held=len(honest_held),
            unlabelled=self._unlabelled(),
            lost_if_confirmed=tuple(losses(truth.lost, holds, confirmed=True)),
            delays=tuple(self._delays()),
            gangs=tuple(self._gangs(holds)),
            honest_holds=tuple(self._honest_holds()),
            honest_held=honest_held,
        )

    def _reasons(self) -> Iterator[Reason]:
        counted, shadow, withdrawn = self._accused.standing()
        first, truth = self._accused.first, self._truth
        for charge in sorted(counted.keys() | shadow.keys() | withdrawn.keys() | first.keys()):
            reason_code, subject = charge
            existing = len(truth.true_ids(subject))
            true, false = truth.split(subject, counted[charge])
            raised_true, raised_false = truth.split(subject, first[charge])
            shadow_true, shadow_false = truth.split(subject, shadow[charge] - counted[charge])
            yield Reason(
                reason_code=reason_code,
                subject=subject,
                true=true,
                false=false,
                missed=existing - true,
                precision=_share(true, true + false),
                recall=_share(true, existing),
                shadow_true=shadow_true,
                shadow_false=shadow_false,
                withdrawn=len(withdrawn[charge] - counted[charge]),
                raised_true=raised_true,
                raised_false=raised_false,
                raised_precision=_share(raised_true, raised_true + raised_false),
                raised_recall=_share(raised_true, existing),
            )

    def _held(self, scope: HoldScope) -> Held:
        subject: Subject = "listing" if scope == "listing" else "seller"
        true, false = self._truth.split(subject, {subject_id for of, subject_id, _ in self._holds if of == scope})
        return Held(scope=scope, true=true, false=false)

    def _delays(self) -> Iterator[Delay]:
        """Of reason codes of the family `aftersale` on sellers, and of all on brands and categories."""
        for charge, first in sorted(self._accused.first.items()):
            reason_code, subject = charge
            if subject == "seller" and charge in self._accused.aftersale:
                since: Mapping[str, datetime | None] = self._truth.first_returned()
            elif subject in ("brand", "category"):
                since = self._truth.copied_since(subject)
            else:
                continue
            at = {subject_id.casefold(): moment for subject_id, moment in first.items()}
            hours = [
                _hours(start, at[one.casefold()]) for one, start in since.items() if start and one.casefold() in at
            ]
            median_hours, p90_hours = _middle(hours)
            yield Delay(
                reason_code=reason_code,
                subject=subject,
                subjects=len(since),
                alerted=len(hours),
                median_hours=median_hours,
                p90_hours=p90_hours,
            )

    def _gangs(self, holds: Holds) -> Iterator[Caught]:
        lost = self._truth.lost_by_seller()
        for gang in sorted(self._truth.gangs.values(), key=lambda one: one.gang):
            orders = [order for shop in gang.shops for order in lost.get(shop, ())]
            held: dict[HoldScope, int] = {}
            for scope in get_args(HoldScope):
                of_scope = {hold.seller_id for hold in self._holds.values() if hold.scope == scope}
                held[scope] = len(of_scope.intersection(gang.shops))
            fakes = [label for label in self._truth.listings.values() if label.fake and label.seller_id in gang.shops]
            first = {seller_id: at for seller_id, at in self._truth.first_lost().items() if seller_id in gang.shops}
            yield Caught(
                gang=gang.gang,
                habit=gang.habit,
                depth=gang.depth,
                shops=len(gang.shops),
                alerted=len(self._accused.sellers.intersection(gang.shops)),
                held=held,
                lost_orders=len(orders),
                saved=next((line.saved for line in losses(orders, holds)), None),
                listing_hold=_span((label.published_at, holds["listing", label.listing_id]) for label in fakes),
                payout_hold=_span((at, holds["payout", seller_id]) for seller_id, at in first.items()),
            )

    def _honest_holds(self) -> Iterator[HonestHolds]:
        alike: defaultdict[tuple[HoldScope, tuple[str, ...]], list[Hold]] = defaultdict(list)
        for hold_id, hold in self._holds.items():
            if self._truth.is_true("seller", hold.seller_id) is False:
                alike[hold.scope, self._placed_for[hold_id][1]].append(hold)
        for (scope, reason_codes), holds in sorted(
            alike.items(), key=lambda item: (item[0][0], -len(item[1]), item[0])
        ):
            yield HonestHolds(
                scope=scope,
                reason_codes=reason_codes,
                sellers=len({hold.seller_id for hold in holds}),
                holds=len(holds),
                median_hours=round(median(_hours(hold.placed_at, end_of(hold)) for hold in holds), 2),
            )

    def _honest_held(self) -> Iterator[HonestHeld]:
        held: defaultdict[str, list[Hold]] = defaultdict(list)
        for hold in self._holds.values():
            if self._truth.is_true("seller", hold.seller_id) is False:
                held[hold.seller_id].append(hold)
        for seller_id, holds in sorted(held.items()):
            scopes = {hold.scope for hold in holds}
            yield HonestHeld(
                seller_id=seller_id,
                traits=self._truth.sellers[seller_id].traits,
                scopes=tuple(scope for scope in get_args(HoldScope) if scope in scopes),
                reason_codes=tuple(sorted({code for hold in holds for code in hold.reason_codes})),
                holds=len(holds),
                first_at=min(hold.placed_at for hold in holds),
                hours=round(sum(_hours(hold.placed_at, end_of(hold)) for hold in holds), 2),
            )

    def _unlabelled(self) -> int:
        """Subjects of holds and alerts that no label names: a sign that labels and outputs belong to two runs."""
        subjects: set[tuple[Subject, str]] = set()
        for scope, subject_id, _ in self._holds:
            subjects.add(("listing" if scope == "listing" else "seller", subject_id))
        for charges in self._accused.standing():
            for (_, subject), subject_ids in charges.items():
                subjects.update((subject, subject_id) for subject_id in subject_ids)
        return sum(self._truth.is_true(subject, subject_id) is None for subject, subject_id in subjects)


def _span(starts: Iterable[tuple[datetime, list[Hold]]]) -> Span:
    """From each start to the first hold of its subject."""
    subjects = list(starts)
    hours = [_hours(start, min(hold.placed_at for hold in holds)) for start, holds in subjects if holds]
    median_hours, p90_hours = _middle(hours)
    return Span(subjects=len(subjects), held=len(hours), median_hours=median_hours, p90_hours=p90_hours)


def _middle(hours: list[float]) -> tuple[float | None, float | None]:
    """The median and the 90th percentile."""
    hours = sorted(hours)
    return (round(median(hours), 2), round(hours[ceil(0.9 * len(hours)) - 1], 2)) if hours else (None, None)


def _hours(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 3_600


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
