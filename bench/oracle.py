"""What the job of `bench/job.md` comes to, plainly: every engine's answers are compared with it.

Written apart from `bench/peers/job.py`, with other means and no thought of speed, so that one cannot hide the other's
mistakes. Events are taken in the order of the file, that of event time.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from statistics import median_low
from typing import Any, Final

import msgspec

NEWEST: Final = 256
ENOUGH: Final = 12
SHARE: Final = 0.55


class Outcome(msgspec.Struct):
    """`held`: the events whose price is held, with their listing. `sellers`: as a roll call is answered. `markets`:
    newest price by seller."""

    events: int
    held: dict[str, str]
    sellers: dict[str, dict[str, Any]]
    markets: dict[str, dict[str, float]]


def outcome(lines: Iterable[bytes]) -> Outcome:
    """What follows from these events."""
    held: dict[str, str] = {}
    sellers: dict[str, dict[str, Any]] = {}
    markets: dict[str, dict[str, float]] = {}
    events = 0
    for line in lines:
        event = json.loads(line)
        events += 1
        seller = sellers.setdefault(
            event["seller_id"], {"events": 0, "published": 0, "changed": 0, "requested": 0, "refunded": 0, "open": []}
        )
        seller["events"] += 1
        kind = event["type"]
        if kind in ("listing_published", "listing_changed"):
            seller[kind.removeprefix("listing_")] += 1
            market = markets.setdefault(event["product_id"], {})
            if _is_held(market, event["seller_id"], float(event["price"])):
                held[event["event_id"]] = event["listing_id"]
        elif kind == "return_requested":
            seller["requested"] += 1
            seller["open"].append(event["return_id"])
        elif kind == "refund_issued":
            seller["refunded"] += 1
            if event["return_id"] in seller["open"]:
                seller["open"].remove(event["return_id"])
    for seller in sellers.values():
        seller["open"].sort()
    return Outcome(events, held, sellers, markets)


def _is_held(market: dict[str, float], seller_id: str, price: float) -> bool:
    """Whether the price is held; afterwards it is the seller's newest one."""
    market.pop(seller_id, None)
    others = list(market.values())
    market[seller_id] = price
    while len(market) > NEWEST:
        market.pop(next(iter(market)))
    return len(others) >= ENOUGH and price < SHARE * median_low(others)


def outcome_of(events: Path) -> Outcome:
    """The same of a file, kept beside it: a million and a half events take half a minute."""
    kept = events.with_name("outcome.json")
    if kept.exists():
        return msgspec.json.decode(kept.read_bytes(), type=Outcome)
    with events.open("rb") as file:
        found = outcome(file)
    kept.write_bytes(msgspec.json.encode(found))
    return found
