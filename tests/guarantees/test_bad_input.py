"""Bad input between good events harms nobody, live.

Turned red by: counting an emptied log's end from offset 0 instead of from where the worker reads (its partition then
waits for ever).
"""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

import schemas
from detectors.records import Core, decode
from schemas import topics, wire
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.told import Record

pytestmark = pytest.mark.stack
NOW = datetime.now(UTC).replace(microsecond=0)
SELLERS = [f"good-{number}" for number in range(40)]
LARGE = 10 << 20


def event(word: type[schemas.Event], seller: str, number: int, when: datetime = NOW, **fields: Any) -> Record:
    told = word(event_id=f"e{number}", event_time=when, seller_id=seller, **fields)
    return Record(topics.TOPIC_OF[word].name, seller.encode(), wire.encode(told), 0)


def good(number: int) -> Record:
    when = NOW - timedelta(hours=1) + timedelta(seconds=number)
    return event(schemas.SellerActive, SELLERS[number % len(SELLERS)], number, when, activity="reply")


def raw(topic: topics.Topic, value: bytes) -> Record:
    return Record(topic.name, b"bad", value, 0)


HEAD = '"event_id":"x","event_time":"2026-01-02T00:00:00Z","seller_id":"bad"'
NAN = f'{{"type":"order_paid",{HEAD},"order_id":"o","listing_id":"l","buyer_id":"b","amount":NaN,"currency":"CNY"}}'
VERDICT = {"subject": "seller", "subject_id": "bad", "verdict": "confirmed", "moderator": "mo", "reason": "no"}
BAD = {
    "broken": (raw(topics.ORDERS, b'{"type":"order_paid",'), "not_json"),
    "price": (raw(topics.ORDERS, NAN.encode()), "bad_price"),
    "future": (event(schemas.SellerActive, "bad", 1, NOW + timedelta(days=3), activity="login"), "bad_time"),
    "large": (raw(topics.MESSAGES, f'{{"type":"message_sent",{HEAD},"text":"{"x" * LARGE}"}}'.encode()), "too_large"),
    "verdict": (event(schemas.VerdictGiven, "bad", 2, **VERDICT)._replace(topic=topics.LISTINGS.name), "bad_field"),
    "other key": (event(schemas.SellerActive, "bad", 3, activity="login")._replace(key=b"other"), "wrong_partition"),
    "nested": (raw(topics.RETURNS, b'{"type":' + b"[" * 10_000), "bad_field"),
    "encoding": (raw(topics.LISTINGS, b"\xff\xfe\x00"), "not_json"),
}
REFERENCE = [wire.encode(schemas.Product(product_id="p", brand="B", name="P")), b'{"product_id":']
UNKNOWN = raw(topics.LISTINGS, f'{{"type":"weather_changed",{HEAD}}}'.encode())
STRAY = event(schemas.SellerActive, "stray", 4, activity="login")


def test_good_events_between_bad_ones_are_judged_and_bad_ones_answered(
    marketplace: Callable[[int], Marketplace],
) -> None:
    """Each bad one is answered once with its reason and position; an unknown type is not even that."""
    here = marketplace(2)
    here.refer(REFERENCE)
    records: list[Record] = []
    for number, (bad, _) in enumerate([*BAD.values(), (UNKNOWN, ""), (STRAY, "wrong_partition")]):
        records += [good(2 * len(SELLERS) * number + place) for place in range(2 * len(SELLERS))]
        records.append(bad)
    elsewhere = 1 - topics.partition_of(STRAY.key, 2)
    here.send(records, lambda record: elsewhere if record is STRAY else here.partition_of(record))
    worker = here.worker(clock="wall", allowed_lateness_seconds=60)
    here.wait_until_judged()
    expected = [(bad, reason) for bad, reason in BAD.values()] + [(STRAY, "wrong_partition")]
    expected.append((raw(topics.PRODUCTS, REFERENCE[1]), "not_json"))
    here.until("all are answered", lambda: len(here.published(topics.DEAD_LETTERS.name)) >= len(expected))
    assert worker.end() == 0

    letters = [json.loads(line.value or b"") for line in here.published(topics.DEAD_LETTERS.name)]
    assert Counter((letter["reason"], letter["topic"]) for letter in letters) == Counter(
        (reason, bad.topic) for bad, reason in expected
    )
    positions = {(letter["topic"], letter["partition"], letter["offset"]): letter for letter in letters}
    assert len(positions) == len(expected)
    assert [letter["value_bytes"] for letter in letters if letter["reason"] == "too_large"] == [
        len(BAD["large"][0].value)
    ]
    assert [letter["partition"] for letter in letters if letter["key"] == "stray"] == [elsewhere]
    counted = {}
    for seller in SELLERS:
        number = topics.partition_of(seller.encode(), 2)
        counted[seller] = decode(Core, here.redis.get(f"assay:{{{number}}}:seller:{seller}")).sequence
    assert counted == dict.fromkeys(SELLERS, 2 * (len(BAD) + 2))


def test_a_topic_that_retention_has_emptied_holds_nobody_up(marketplace: Callable[[int], Marketplace]) -> None:
    """Its log begins and ends at the same offset, of which the state knows nothing."""
    here = marketplace(1)
    here.send([event(schemas.MessageSent, "gone", 1, conversation_id="c", sender="buyer", text="Hello?")] * 5)
    with KafkaAdminClient(bootstrap_servers=here.settings.kafka_bootstrap) as admin:
        admin.delete_records({TopicPartition(topics.MESSAGES.name, 0): 5})
    here.send([good(number) for number in range(10)])
    worker = here.worker()
    lane = (topics.SELLERS.name, 0)
    here.until("the other topic is judged", lambda: here.stored().get(lane) == 10, seconds=30)
    assert worker.end() == 0
