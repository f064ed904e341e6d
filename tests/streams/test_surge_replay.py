"""A rise of complaints is found in a replay of files, as an operator would run it."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import schemas
from detectors.policy import make_policy
from detectors.reference import Reference
from schemas import wire
from streams.replay import Catalogue, replay
from streams.settings import read_policy
from tests.story import NEW_YEAR, event

DAYS, RISES, ENDS = 200, 150, 165
OFTEN, SELDOM, GREW = "rises", "steady", "grew"


def told(day: int, seller_id: str, complaints: int, orders: int) -> list[Any]:
    """A day of the seller: orders that arrive, complaints of a buyer each."""
    at = NEW_YEAR + timedelta(days=day)
    lines: list[Any] = []
    for number in range(orders):
        ids = {"order_id": f"{seller_id}-{day}-{number}", "buyer_id": f"b-{seller_id}-{day}-{number}"}
        paid = ids | {"listing_id": "L", "amount": "100", "currency": "CNY"}
        lines.append(event(schemas.OrderPaid, at + timedelta(hours=1, seconds=number), seller_id, **paid))
        there = {"order_id": ids["order_id"]}
        lines.append(event(schemas.OrderDelivered, at + timedelta(hours=9, seconds=number), seller_id, **there))
    for number in range(complaints):
        about = {"complaint_id": f"C-{seller_id}-{day}-{number}", "kind": "counterfeit"}
        buyer = {"buyer_id": f"c-{seller_id}-{day}-{number}"}
        lines.append(
            event(schemas.ComplaintOpened, at + timedelta(hours=20, seconds=number), seller_id, **about, **buyer)
        )
    return lines


def history() -> list[Any]:
    """Three sellers: one whose complaints rise for two weeks, one's that do not, and one that sells more."""
    lines = []
    for day in range(DAYS):
        is_rising = RISES <= day < ENDS
        lines += told(day, OFTEN, 4 if is_rising else 1, 10)
        lines += told(day, SELDOM, 1, 10)
        lines += told(day, GREW, 2 if day >= RISES else 1, 20 if day >= RISES - 14 else 10)
    return sorted(lines, key=lambda one: one.event_time)


def test_a_seller_whose_complaints_rise_is_alerted_in_a_replay_and_the_alert_is_withdrawn_when_it_is_over(
    tmp_path: Path,
) -> None:
    events, out = tmp_path / "events.jsonl", tmp_path / "out"
    events.write_bytes(b"\n".join(wire.encode(one) for one in history()))
    packaged = read_policy(None)
    asyncio.run(replay([str(events)], Catalogue(Reference(), []), make_policy(packaged), out))
    alerts = [json.loads(line) for line in (out / "alerts.jsonl").read_text().splitlines()]
    assert {one["seller_id"] for one in alerts} == {OFTEN}
    first, last = alerts[0], alerts[-1]
    assert (first["status"], first["mode"], first["reason_codes"][0]) == ("opened", "shadow", "complaint_surge")
    days = (day_of(first) - RISES, day_of(last) - ENDS)
    assert 4 <= days[0] <= 14
    assert 0 < days[1] < DAYS - ENDS
    assert last["status"] == "withdrawn"
    assert "complaints of counterfeit goods have risen since" in first["evidence"][0]["sentence"]
    assert len(first["evidence"][0]["event_ids"]) == first["evidence"][0]["numbers"]["counterfeit"]


def day_of(alert: dict[str, Any]) -> int:
    """Days since the story began."""
    return (datetime.fromisoformat(alert["event_time"]) - NEW_YEAR).days
