"""What the demo shows: names and goods as the events told them, alerts and holds as the hop published them."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias

import msgspec

from schemas import (
    Alert,
    Event,
    Hold,
    ListingChanged,
    ListingPublished,
    OrderPaid,
    RefundIssued,
    ReturnCancelled,
    ReturnDelivered,
    SellerChanged,
    SellerRegistered,
    topics,
)
from schemas.fields import HoldScope, Money
from simulator.labels import Label, SellerLabel
from simulator.scoring import Scoring
from streams.store import Line

News: TypeAlias = "Alert | Hold"

RANKS: Final = {"low": 0, "medium": 1, "high": 2, "critical": 3}
_SCOPES: Final[tuple[HoldScope, ...]] = ("payout", "seller", "listing")

_decode_alert = msgspec.json.Decoder(Alert).decode
_decode_hold = msgspec.json.Decoder(Hold).decode


class Board:
    """Takes events before they are judged and lines after; labels are for the summary alone."""

    def __init__(self) -> None:
        self.scoring = Scoring()
        self.at: datetime | None = None  # the time of the newest event
        self.events = self.orders = self.refunds = 0
        self.parcels_waiting: set[str] = set()  # returns that are back at the seller and not refunded at all
        self.names: dict[str, str] = {}
        self.listings: dict[str, ListingPublished | ListingChanged] = {}
        self.alerts: OrderedDict[str, Alert] = OrderedDict()  # those to show, the one that rose last at the end
        self._holds: dict[tuple[HoldScope, str], Hold] = {}
        self._stakes: dict[str, Alert] = {}  # seller id -> its open aftersale alert
        self._shown: dict[str, int] = {}  # alert id -> the highest rank told
        self.risen: dict[str, datetime] = {}  # alert id -> when it rose to that rank
        self._news: list[News] = []
        self._gang: set[str] = set()
        self._ever_held: defaultdict[str, set[HoldScope]] = defaultdict(set)  # seller id -> scopes

    def saw(self, event: Event) -> None:
        """An event that is about to be judged."""
        self.events += 1
        self.at = event.event_time
        match event:
            case SellerRegistered() | SellerChanged():
                if event.shop_name:
                    self.names[event.seller_id] = event.shop_name
            case ListingPublished() | ListingChanged():
                self.listings[event.listing_id] = event
            case OrderPaid():
                self.orders += 1
            case ReturnDelivered():
                self.parcels_waiting.add(event.return_id)
            case RefundIssued():
                self.refunds += 1
                self.parcels_waiting.discard(event.return_id)
            case ReturnCancelled():
                self.parcels_waiting.discard(event.return_id)

    def label(self, label: Label) -> None:
        """A label of the simulator's."""
        self.scoring.label(label)
        if isinstance(label, SellerLabel) and label.label == "gang":
            self._gang.add(label.seller_id)

    def take(self, line: Line) -> None:
        """A line that the hop published; what has no value is a tombstone."""
        if line.value is None:
            return
        if line.topic == topics.ALERTS.name:
            self._alert(_decode_alert(line.value))
        elif line.topic == topics.HOLDS.name:
            self._hold(_decode_hold(line.value))

    def news(self) -> list[News]:
        """What a person has to be told since the last call: rising or withdrawn alerts, every hold."""
        news, self._news = self._news, []
        return news

    def holds(self) -> list[Hold]:
        """What is on hold now: payouts, sellers, listings; the newest of each first."""
        newest_first = sorted(self._holds.values(), key=lambda hold: hold.placed_at, reverse=True)
        return [hold for scope in _SCOPES for hold in newest_first if hold.scope == scope]

    def action(self, alert: Alert) -> str:
        """What has been done about an alert."""
        if alert.status == "withdrawn":
            return "withdrawn"
        if ("seller", seller_of(alert)) in self._holds:
            return "account held"
        if alert.family == "aftersale":
            return "payouts frozen" if ("payout", seller_of(alert)) in self._holds else "reported"
        held = sum(("listing", listing_id) in self._holds for listing_id in alert.listing_ids)
        return f"{held} listing{'s' if held > 1 else ''} held" if held else "reported"

    def stake(self, seller_id: str) -> str:
        """The money at stake with a seller, "" when no alert has told it."""
        alert = self._stakes.get(seller_id)
        return summed(alert.exposure) if alert else ""

    def stakes(self) -> str:
        """The money at stake with all sellers who owe refunds; "" for none."""
        return summed(money for alert in self._stakes.values() for money in alert.exposure)

    def ever_held(self, of_gang: bool) -> dict[str, set[HoldScope]]:
        """Sellers of a gang, or honest ones, on whom anything was ever held, with the scopes."""
        return {
            seller_id: scopes for seller_id, scopes in self._ever_held.items() if (seller_id in self._gang) == of_gang
        }

    def name(self, seller_id: str) -> str:
        """The shop's name, else its id."""
        return self.names.get(seller_id, seller_id)

    def _alert(self, alert: Alert) -> None:
        self.scoring.alert(alert)
        seller_id = seller_of(alert)
        is_open = alert.status != "withdrawn" and alert.mode != "shadow"
        if alert.family == "aftersale":
            self._stakes.pop(seller_id, None)
            if is_open:
                self._stakes[seller_id] = alert
        told, rank = self._shown.get(alert.alert_id, 0), RANKS[alert.severity]
        if is_open and rank > told:
            self._shown[alert.alert_id] = rank
            self.risen[alert.alert_id] = alert.event_time
            self.alerts[alert.alert_id] = alert
            self.alerts.move_to_end(alert.alert_id)
            self._news.append(alert)
        elif alert.alert_id in self.alerts and (is_open or alert.status == "withdrawn"):
            self.alerts[alert.alert_id] = alert
            if alert.status == "withdrawn":
                self._shown[alert.alert_id] = 0
                self._news.append(alert)

    def _hold(self, hold: Hold) -> None:
        self.scoring.hold(hold)
        key = (hold.scope, hold.subject_id)
        was_held = self._holds.pop(key, None) is not None
        if hold.action == "placed":
            self._holds[key] = hold
            self._ever_held[hold.seller_id].add(hold.scope)
        if was_held != (hold.action == "placed"):
            self._news.append(hold)


def seller_of(alert: Alert) -> str:
    """The seller whom an alert is about."""
    return alert.seller_id if isinstance(alert.seller_id, str) else alert.subject_id


def spoken(amount: Decimal, currency: str) -> str:
    """Money for a person, in whole units: "1,500 CNY"."""
    return f"{amount:,.0f} {currency}"


def summed(monies: Iterable[Money]) -> str:
    """One sum per currency: "228,150 CNY and 94 EUR"; "" for nothing."""
    sums: dict[str, Decimal] = {}
    for money in monies:
        sums[money.currency] = sums.get(money.currency, Decimal(0)) + Decimal(money.amount)
    return " and ".join(spoken(amount, currency) for currency, amount in sorted(sums.items()))
