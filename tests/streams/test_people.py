"""Raw identifiers planted wherever an event has room for them turn up nowhere behind the decoder.

Store (memory and each Redis), published lines, dead letters, logs, metrics and the console's pages are searched.
Turned red by: `without_people` that gives its text back; a title kept as it came by `detectors.shelf` or by
`console.history`, a shop's name by the latter, a phrase by `detectors.heard`; a detector's error that quotes a title.
"""

import base64
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from prometheus_client import generate_latest

import schemas
from console.edges import Record
from detectors.judge import Judge
from detectors.policy import make_policy
from detectors.reference import Reference
from schemas import topics, wire
from streams.hop import Hop, HopTerms
from streams.outbox import ProcessOutbox
from streams.polls import PlainRecord
from streams.replay import LANE, end, feed
from streams.settings import read_policy
from streams.store import Line
from streams.surroundings import Surroundings
from tests.console.served import Served
from tests.detectors.test_alerts import with_detector
from tests.story import PHONE, Story, at, event, listing, market, registered, sold_and_back, verdict
from tests.streams.test_metrics import Measured

PLANTED = ("13800138000", "mia.lin@market.example", "4111111111111111", "11010519491231002X")
ALL = " ".join(PLANTED)
GANG = "gang"


class Quoting:
    """A detector whose error quotes what it was given."""

    def look(self, _state: Any, cause: Any, *_: Any) -> None:
        raise ValueError(f"no product in {cause.title!r}")


def told() -> list[bytes]:
    """A gang's story with people's identifiers in every text, and events that are refused for theirs."""
    title = f"Samsung Galaxy S II i9100 AAA replica {ALL}"
    told_to = {"sender": "seller", "text": f"我们渠道不同，微信号是{ALL}"}
    events = [
        *market(),
        registered(at(1), GANG),
        listing(at(2), GANG, 1500, title=title, shop_name=ALL, description=ALL, brand="Samsung"),
        listing(at(2), "other", 1400, title=f"{ALL} i9100", shop_name=f"samsung {ALL}"),
        *[one for number in range(4) for one in sold_and_back(GANG, number, at(3))],
        *[event(schemas.MessageSent, at(4), GANG, conversation_id=f"c{n}", **told_to) for n in range(9)],
        event(schemas.ReturnDelivered, at(8), GANG, return_id="R-gang-0", signed=True, signed_by=PLANTED[1]),
        event(schemas.ReturnDisputed, at(9), GANG, return_id="R-gang-1", by="seller", reason=ALL),
        verdict(at(30), GANG, "payout", "confirmed", cause="non_delivery"),
    ]
    values = [wire.encode(one) for one in sorted(events, key=lambda one: one.event_time)]
    head = {"event_time": "2026-01-05T00:00:00Z", "seller_id": GANG}
    bad: list[dict[str, Any]] = []
    for number, raw in enumerate(PLANTED):
        about = head | {"event_id": f"bad{number}"}
        bad += [
            {"type": "seller_changed", **about, "identifiers": [{"kind": "phone", "value": raw}]},
            {"type": "return_accepted", **about, "return_id": "R", "return_address": raw},
            {"type": "return_delivered", **about, "return_id": "R", "signed": "yes", "signed_by": raw},
            {"type": "message_sent", **about, "conversation_id": "c", "sender": "both", "text": f"call {raw}"},
            {"type": "listing_published", **about, "title": raw, "price": "-1"},
            {"type": "order_paid", **about, "order_id": {"note": raw}},
            {"type": "return_disputed", **about, "return_id": "R", "by": raw},
        ]
    lines = [json.dumps(one).encode() for one in bad]
    return [*values, *lines, *(one[:-1] for one in lines), *(one + b"\xff" for one in lines)]


@contextmanager
def logged() -> Iterator[StringIO]:
    """All that is logged, from DEBUG on."""
    said, root = StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(said), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield said
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


async def judge(store: Any, lines: list[Line]) -> Hop:
    policy = with_detector(make_policy(read_policy(None)), Quoting())
    reference = Reference()
    reference.add(PHONE)
    around = Surroundings(reference, fresh_us=0)
    hop = Hop(Judge(policy), store, ProcessOutbox(lines.append), around, HopTerms(by_events=True), clock=lambda: 0)
    partition = await hop.open(0, [LANE])
    await feed(hop, partition, [PlainRecord(LANE, 0, at, None, value) for at, value in enumerate(told())])
    await end(hop, partition, schemas.fields.to_us(at(60)))
    return hop


def pages(lines: list[Line]) -> str:
    """Every page and answer of the console that could show any of it."""
    served = Served()
    for line in lines:
        served.office.take(Record(line.topic, line.key, line.value))
    for value in told():
        decoded = wire.decode_event(value)
        if isinstance(decoded, tuple):
            served.office.history.take(decoded[0])
    alerts = {one.alert_id for one in served.office.projection.alerts}
    letters = [one.key for one in served.office.projection.letters]
    addresses = ["/", "/?state=any&mode=any", "/holds", "/dead-letters", "/audit", f"/sellers/{GANG}", "/sellers/other"]
    addresses += [f"/alerts/{alert_id}" for alert_id in alerts] + [f"/dead-letters/{key}" for key in letters]
    addresses += ["/v1/alerts?state=any&mode=any", "/v1/dead-letters?limit=500", f"/v1/sellers/{GANG}", "/v1/holds"]
    with served.client("ada") as client:
        answers = [client.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} == {200}, [(a.url, a.status_code) for a in answers]
    return "".join(answer.text for answer in answers)


def test_nothing_behind_the_decoder_holds_a_persons_identifier(world: Any) -> None:
    lines: list[Line] = []

    async def story() -> None:
        await judge(world.store(), lines)

    with logged() as said:
        world.run(story())
        logging.getLogger("streams").debug("the end")
        shown = pages(lines)
    assert "the end" in said.getvalue()
    letters = [line.value for line in lines if line.topic == topics.DEAD_LETTERS.name]
    reasons = {json.loads(value or b"")["reason"] for value in letters}
    assert {"raw_identifier", "bad_field", "not_json", "bad_price", "detector_failed"} <= reasons
    seen = {
        "store": repr(world.dump()),
        "lines": "".join(repr(line) + _decoded(line) for line in lines),
        "logs": said.getvalue(),
        "pages": shown,
    }
    assert "i9100" in seen["store"], "titles are remembered"
    assert "AAA replica" in seen["lines"] + seen["pages"], "and shown"
    assert [(where, raw) for where, text in seen.items() for raw in PLANTED if raw in text] == []


def test_no_metric_holds_a_persons_identifier() -> None:
    shown = generate_latest(Measured(Story().tell_bytes(told())).registry).decode()
    assert "assay_dead_letters_total" in shown
    assert [raw for raw in PLANTED if raw in shown] == []


def _decoded(line: Line) -> str:
    """What a dead letter holds in base64."""
    if line.topic != topics.DEAD_LETTERS.name or line.value is None:
        return ""
    return base64.b64decode(json.loads(line.value)["value"]).decode("utf-8", "replace")
