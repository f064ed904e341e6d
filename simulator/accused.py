"""Whom alerts accuse of what, now and at any time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, TypeAlias

from schemas.outputs import Alert
from simulator.report import Subject

#: Reason code and the kind of subject that it accuses.
Charge: TypeAlias = tuple[str, Subject]
Charged: TypeAlias = "defaultdict[Charge, set[str]]"  # -> subject ids

AFTERSALE = "aftersale"


class Spoken(NamedTuple):
    """What a catalogue says of a reason code: its family, and whom it is about."""

    family: str
    about: Subject


class Accused:
    """Takes alert lines in any order. Of reason codes that `spoken` does not name the alert says whom they accuse."""

    def __init__(self, spoken: Mapping[str, Spoken]) -> None:
        self._spoken = spoken
        self._alerts: dict[str, Alert] = {}
        self.first: dict[Charge, dict[str, datetime]] = defaultdict(dict)  # -> subject id -> when it was first alerted
        self.aftersale: set[Charge] = set()
        self.sellers: set[str] = set()  # of whom, or of whose listings, any line in mode `alert` or `hold` ever spoke

    def take(self, alert: Alert) -> None:
        known = self._alerts.get(alert.alert_id)
        if known is None or known.revision < alert.revision:
            self._alerts[alert.alert_id] = alert
        if alert.status == "withdrawn" or alert.mode == "shadow":
            return
        if alert.seller_id:
            self.sellers.add(alert.seller_id)
        for charge, subject_ids in self._charges(alert):
            first = self.first[charge]
            for subject_id in subject_ids:
                first[subject_id] = min(alert.detected_at, first.get(subject_id, alert.detected_at))
            if (self._spoken[charge[0]].family if charge[0] in self._spoken else alert.family) == AFTERSALE:
                self.aftersale.add(charge)

    def standing(self) -> tuple[Charged, Charged, Charged]:
        """By the highest revision of each alert: those in mode `alert` or `hold`, in `shadow`, and withdrawn."""
        counted: Charged = defaultdict(set)
        shadow: Charged = defaultdict(set)
        withdrawn: Charged = defaultdict(set)
        for alert in self._alerts.values():
            into = withdrawn if alert.status == "withdrawn" else shadow if alert.mode == "shadow" else counted
            for charge, subject_ids in self._charges(alert):
                into[charge] |= subject_ids
        return counted, shadow, withdrawn

    def _charges(self, alert: Alert) -> Iterator[tuple[Charge, set[str]]]:
        for reason_code in alert.reason_codes:
            subject = self._subject(alert, reason_code)
            subject_ids = _subject_ids(alert, subject) if subject else set()
            if subject and subject_ids:
                yield (reason_code, subject), subject_ids

    def _subject(self, alert: Alert, reason_code: str) -> Subject | None:
        """None where the alert is of a kind without labels, or shows another family's listings."""
        if alert.subject_kind in ("brand", "category"):
            return "brand" if alert.subject_kind == "brand" else "category"
        if alert.subject_kind not in ("listing", "seller"):
            return None
        spoken = self._spoken.get(reason_code)
        if spoken is None:
            return "listing" if alert.subject_kind == "listing" else "seller"
        # An alert carries other families' codes too, but its listings are those of its own.
        return None if spoken.about == "listing" and spoken.family != alert.family else spoken.about


def _subject_ids(alert: Alert, subject: Subject) -> set[str]:
    """Ids of the listings, or the one other subject, that the alert accuses."""
    if subject in ("brand", "category"):
        return {alert.subject_id}
    if subject == "seller":
        seller_id = alert.subject_id if alert.subject_kind == "seller" else alert.seller_id
        return {seller_id} if seller_id else set()
    listing_ids = {*alert.listing_ids, *([alert.listing_id] if alert.listing_id else [])}
    return listing_ids | {alert.subject_id} if alert.subject_kind == "listing" else listing_ids
