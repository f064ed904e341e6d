"""Deadlines on real Kafka and Redis by the wall clock: nobody sends anything any more, and workers come and go.

Turned red by: deadlines left out of the commit; deadlines that stay in the store once they have fired.
"""

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

import schemas
from schemas import topics
from schemas.fields import to_us
from tests.guarantees.marketplace import SESSION_SECONDS, Marketplace
from tests.guarantees.told import Record, Told

pytestmark = pytest.mark.stack
SELLERS = 40
SLA = timedelta(hours=96)
LATENESS_SECONDS = 1.0
#: Time enough for the workers to judge the parcels, and for one of them to be killed before it is up.
AHEAD = timedelta(seconds=20)


def parcels_due(due: datetime) -> list[Record]:
    """One unpaid return for each seller; all refunds are due in the same second."""
    told = Told()
    for number in range(SELLERS):
        seller, back = f"shop-{number}", {"return_id": f"R-{number}"}
        about = {"order_id": f"O-{number}", "listing_id": "L", "buyer_id": f"B-{number}", "reason": "counterfeit"}
        asked = due - SLA - timedelta(days=2)
        told.tell(schemas.ReturnRequested, asked, seller, amount=Decimal(1500), currency="CNY", **about, **back)
        told.tell(schemas.ReturnAccepted, asked + timedelta(hours=1), seller, **back)
        told.tell(schemas.ReturnDelivered, due - SLA, seller, signed=True, **back)
    return told.records()


def opened(here: Marketplace) -> list[schemas.Alert]:
    lines = here.published(topics.ALERTS.name)
    alerts = [msgspec.json.decode(line.value, type=schemas.Alert) for line in lines if line.value is not None]
    return [one for one in alerts if one.status == "opened" and "overdue_refund" in one.reason_codes]


def test_deadlines_outlive_their_workers_and_each_fires_once_at_its_time(
    marketplace: Callable[[int], Marketplace],
) -> None:
    """One of two is killed before they are due, the partitions go to the other, and a third comes after all is done."""
    here = marketplace(3)
    settings = {"clock": "wall", "allowed_lateness_seconds": LATENESS_SECONDS}
    running = [here.worker(**settings)]
    here.until("the first has all partitions", lambda: all(here.epochs().values()))
    running.append(here.worker(**settings))
    here.until("both have partitions", lambda: here.sharing() == 2)
    due = datetime.now(UTC).replace(microsecond=0) + AHEAD
    here.send(parcels_due(due))
    here.until("all is judged", lambda: here.stored() == here.log_ends())
    before = here.epochs()
    running[0].end(signal.SIGKILL)
    assert datetime.now(UTC) < due, "too slow: the deadlines are due already"
    assert opened(here) == []
    here.until("the other has all of them", lambda: all(here.epochs()[n] != before[n] for n in before))
    here.until("the alerts are out", lambda: len(opened(here)) >= SELLERS, 3 * SESSION_SECONDS + AHEAD.seconds)
    assert running[1].end() == 0, here.logs()
    assert not any(here.redis.zcount(f"assay:{{{number}}}:deadlines", 0, to_us(due)) for number in range(3))
    last = here.worker(**settings)
    here.until("a third has them", lambda: here.sharing() == 1)
    time.sleep(3.0)
    assert last.end() == 0, here.logs()

    alerts = opened(here)
    assert sorted(one.seller_id or "" for one in alerts) == sorted(f"shop-{number}" for number in range(SELLERS))
    assert {one.event_time for one in alerts} == {due}
    assert min(one.detected_at for one in alerts) >= due + timedelta(seconds=LATENESS_SECONDS)
