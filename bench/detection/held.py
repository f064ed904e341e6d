"""Why honest sellers are held in a simulated marketplace: `python -m bench.detection.held --run SIM --judged OUT`.

SIM is what `assay simulate` wrote, OUT what `assay replay` made of it. Each hold of an honest seller is put down to
what the events say was the matter when it was placed; what several returns share is named once. A hold within
`AGAIN_DAYS` of one on the same subject is counted with that.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final

import msgspec

from bench.detection.simulated import table
from schemas import (
    ComplaintDecided,
    ComplaintOpened,
    Event,
    Hold,
    ListingChanged,
    ListingPublished,
    OrderDelivered,
    RefundIssued,
    ReturnDelivered,
    ReturnDisputed,
    SellerActive,
    SellerAway,
    SellerClosed,
    SellerRegistered,
)
from schemas.wire import decode_event
from simulator.labels import SellerLabel, decode_label

SLA: Final = timedelta(hours=96)  # a refund that comes later is late, whatever the policy says
UNSIGNED: Final = timedelta(days=7)
AGAIN_DAYS: Final = 8
DEEP, CUT = 0.71, 0.97  # shares of the listing's highest price: below the first a deep cut, above the second none
ALSO_CUT: Final = 3  # listings whose prices fell within a quarter of an hour make a sale
_QUARTER: Final = timedelta(minutes=15)
_STANDING_DAYS, _STANDING_ORDERS = timedelta(days=180), 100  # what the policy calls standing
_PLAIN: Final = frozenset({"reassuring_messages", "ignored_return"})  # never what a hold rests on
_decode_hold = msgspec.json.Decoder(Hold).decode


@dataclass
class Back:
    """A return as the events tell it."""

    delivered: datetime
    signed: bool
    disputed: datetime | None = None
    upheld: list[datetime] = field(default_factory=list)
    dismissed: datetime | None = None
    refunded: datetime | None = None

    def is_overdue(self, at: datetime) -> bool:
        if (self.refunded and self.refunded <= at) or (self.dismissed and self.dismissed <= at):
            return False
        due = self.delivered + SLA + (timedelta(0) if self.signed else UNSIGNED)
        if self.disputed and self.disputed <= min(at, due):
            due += timedelta(days=10)
        return min([due, *self.upheld]) <= at


@dataclass
class Shop:
    """What is known of a held seller from its events."""

    registered: datetime | None = None
    away: list[SellerAway] = field(default_factory=list)
    acts: list[datetime] = field(default_factory=list)
    closed: datetime | None = None
    delivered: list[datetime] = field(default_factory=list)
    prices: defaultdict[str, list[ListingPublished | ListingChanged]] = field(default_factory=lambda: defaultdict(list))
    returns: dict[str, Back] = field(default_factory=dict)
    complaints: dict[str, ComplaintOpened] = field(default_factory=dict)
    upheld: list[datetime] = field(default_factory=list)

    def take(self, event: Event) -> None:
        match event:
            case SellerRegistered():
                self.registered = event.event_time
            case SellerAway():
                self.away.append(event)
            case SellerClosed():
                self.closed = event.event_time
            case OrderDelivered():
                self.delivered.append(event.event_time)
            case ListingPublished() | ListingChanged():
                self.prices[event.listing_id].append(event)
            case SellerActive() if event.activity != "login":
                self.acts.append(event.event_time)
            case _:
                self._take_return(event)

    def _take_return(self, event: Event) -> None:
        match event:
            case ReturnDelivered():
                self.returns[event.return_id] = Back(event.event_time, event.signed)
            case ReturnDisputed() if event.return_id in self.returns:
                self.returns[event.return_id].disputed = event.event_time
            case RefundIssued() if event.return_id in self.returns and event.paid_by == "seller":
                self.returns[event.return_id].refunded = event.event_time
            case ComplaintOpened():
                self.complaints[event.complaint_id] = event
            case ComplaintDecided():
                opened = self.complaints.get(event.complaint_id)
                back = self.returns.get(opened.return_id or "") if opened else None
                if event.outcome == "upheld":
                    self.upheld.append(event.event_time)
                if back and event.outcome == "upheld":
                    back.upheld.append(event.event_time)
                elif back:
                    back.dismissed = event.event_time


def cause(shop: Shop, hold: Hold) -> str:
    """What was the matter when the hold was placed."""
    codes = set(hold.reason_codes) - _PLAIN
    if hold.scope == "listing" and "below_market_price" in codes:
        beside = sorted(codes - {"below_market_price"})
        return f"{_price(shop, hold)}; " + (
            f"with {' and '.join(beside)}" if beside else f"alone, {_place(shop, hold)}"
        )
    if hold.scope == "listing":
        return "complaints that were upheld"
    late = {_lateness(shop, back, hold.placed_at) for back in shop.returns.values() if back.is_overdue(hold.placed_at)}
    return " + ".join(sorted(late)) or "complaints that were upheld"


def _price(shop: Shop, hold: Hold) -> str:
    said = [event for event in shop.prices[hold.subject_id] if event.event_time <= hold.placed_at]
    share = said[-1].price / max(event.price for event in shop.prices[hold.subject_id])
    if share > CUT:
        return "regular price"
    near = 0
    for prices in shop.prices.values():
        near += any(
            abs(event.event_time - said[-1].event_time) < _QUARTER and event.price < before.price
            for before, event in pairwise(prices)
        )
    what = "sale" if near >= ALSO_CUT else "opening prices" if len(said) == 1 else "promotion"
    return f"{what}, {'29 % off and more' if share < DEEP else 'less than 29 % off'}"


def _place(shop: Shop, hold: Hold) -> str:
    orders = sum(at <= hold.placed_at for at in shop.delivered)
    if shop.registered and hold.placed_at - shop.registered < _STANDING_DAYS:
        return "young shop"
    if orders < _STANDING_ORDERS:
        return "old shop, fewer than 100 orders seen"
    upheld = [at for at in shop.upheld if timedelta(0) <= hold.placed_at - at < _STANDING_DAYS]
    return "old shop, a complaint upheld in half a year" if upheld else "old shop"


def _lateness(shop: Shop, back: Back, at: datetime) -> str:
    if any(upheld <= at for upheld in back.upheld):
        return "dispute just decided for the buyer" if back.disputed else "complaint upheld while late"
    if shop.closed and shop.closed <= at:
        return "late after closing"
    due = back.delivered + SLA
    if any(one.from_ < due and one.until > back.delivered for one in shop.away):
        return "away, announced"
    if not any(back.delivered <= act < min(due, at) for act in shop.acts):
        return "away, not announced"
    return "late"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--run", type=Path, required=True, help="directory that `assay simulate` wrote")
    parser.add_argument("--judged", type=Path, required=True, help="directory that `assay replay` wrote")
    parser.add_argument("--list", action="store_true", help="name the sellers of each line")
    told = parser.parse_args()
    honest = {label.seller_id for label in _labels(told.run / "labels.jsonl") if label.label == "honest"}
    holds = _holds(told.judged / "holds.jsonl", honest)
    shops = _shops(told.run / "events.jsonl", {first.seller_id for first, _ in holds})
    alike: defaultdict[tuple[str, str], list[tuple[Hold, Hold]]] = defaultdict(list)
    last: dict[tuple[str, str], tuple[datetime, str]] = {}
    for first, ended in holds:
        before, known = last.get((first.scope, first.subject_id), (None, ""))
        again = before is not None and first.placed_at - before < timedelta(days=AGAIN_DAYS)
        why = known if again else cause(shops[first.seller_id], first)
        last[first.scope, first.subject_id] = first.placed_at, why
        alike[first.scope, why].append((first, ended))
    lines = []
    for (scope, why), same in sorted(alike.items(), key=lambda item: (item[0][0], -len(item[1]), item[0][1])):
        sellers = sorted({first.seller_id for first, _ in same})
        hours = median((_end(ended) - first.placed_at) / timedelta(hours=1) for first, ended in same)
        named = (", ".join(sellers),) if told.list else ()
        lines.append((scope, why, str(len(sellers)), str(len(same)), f"{hours:.0f}", *named))
    head = ("scope", "what was the matter", "sellers", "holds", "median hours", *(["who"] if told.list else []))
    print(table(head, lines))


def _end(hold: Hold) -> datetime:
    return hold.event_time if hold.action == "released" else hold.expires_at


def _labels(path: Path) -> Iterator[SellerLabel]:
    with path.open("rb") as lines:
        for line in lines:
            if b'"kind":"seller"' in line:
                label = decode_label(line)
                if isinstance(label, SellerLabel):
                    yield label


def _holds(path: Path, honest: set[str]) -> list[tuple[Hold, Hold]]:
    """The first and the last line of each hold of an honest seller, in the order of placing."""
    seen: dict[str, tuple[Hold, Hold]] = {}
    with path.open("rb") as lines:
        for line in lines:
            hold = _decode_hold(line)
            if hold.seller_id in honest:
                seen[hold.hold_id] = seen.get(hold.hold_id, (hold, hold))[0], hold
    return list(seen.values())


def _shops(path: Path, sellers: set[str]) -> dict[str, Shop]:
    shops = {seller_id: Shop() for seller_id in sellers}
    mark = b'"seller_id":"'
    with path.open("rb") as lines:
        for line in lines:
            at = line.index(mark) + len(mark)
            shop = shops.get(line[at : line.index(b'"', at)].decode())
            if shop is not None:
                event = decode_event(line)
                if isinstance(event, tuple):
                    shop.take(event[0])
    return shops


if __name__ == "__main__":
    main()
