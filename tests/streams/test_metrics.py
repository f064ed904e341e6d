"""What a worker counts is what Prometheus reads: every series is in the table, and none names a person.

Turned red by: a process series taken out of the table, a label taken from another; reading a Counter without copying
it first; the cap on currencies; `since_ms` left out of a hold's line; counting a rejected verdict under the seller's
findings though it names an alert; counting what the breaker keeps back at every look.
"""

import asyncio
import re
import sys
import threading
import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
import redis
from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

import schemas
from schemas import topics, wire
from streams.counts import CURRENCIES, OTHER
from streams.depths import Depth, Depths
from streams.exposition import registry_of, serve
from streams.live import LiveHop
from streams.metrics import SERIES
from streams.outbox import CountedOutbox, ProcessOutbox
from streams.polls import TP, Control, Tenure
from streams.preflight import CannotStartError
from streams.readings import Watched
from streams.redis_pipe import RedisPipe
from streams.settings import Settings
from streams.spread import Spread
from streams.store import Line
from tests.story import Story, at, event, listing, market, refund, registered, sold_and_back, verdict
from tests.streams.test_breaker import BEGIN, wave
from tests.streams.test_refund_feed import HOUR, parcel_due, usual_refunds

BOUNDED = {
    *("topic", "partition", "outcome", "reason", "phase", "status", "family", "mode", "reason_code", "action"),
    *("scope", "decided_by", "decision", "currency", "verdict", "guard", "version", "policy_version", "clock"),
}


class Measured:
    """A story as a worker would show it."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.control = Control()
        live = LiveHop(story.hop, self.control, [], stop=_never)
        if story.partition is not None:
            live.partitions[0] = story.partition
        self.depths = Depths("redis://localhost:1/0", live)
        self.outbox = CountedOutbox(ProcessOutbox(lambda line: None))
        pipes = (RedisPipe("redis://localhost:1/0", 1.0), self.depths.pipe)
        self.watched = Watched(Settings(clock="events"), live, self.outbox, self.depths, pipes)
        self.registry = registry_of(self.watched)

    def families(self) -> list[Metric]:
        return list(text_string_to_metric_families(generate_latest(self.registry).decode()))

    def value(self, name: str, **labels: str) -> float:
        """The sum over the series that have these labels."""
        samples = [sample for family in self.families() for sample in family.samples if sample.name == name]
        return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())


def _never(error: Exception) -> None:
    raise error


def fakes(seller: str = "gang", price: int = 1450, **fields: Any) -> list[schemas.Event]:
    return [registered(at(1), seller), listing(at(2), seller, price, **fields)]


def test_every_series_is_in_the_table_and_has_its_labels() -> None:
    measured = Measured(Story().tell(market(), fakes()))
    measured.depths.newest = Depth(1, 0, 0)
    lane = TP("marketplace.listings.v1", 0)
    books = {lane: SimpleNamespace(highwater=50)}
    measured.control.tenure = Tenure(assignment=None, books=books, handed={lane: 5}, seek=lambda *_: None)
    shown = {family.name: family for family in measured.families()}
    table = {series.name.removesuffix("_total"): series for series in SERIES}
    assert shown.keys() == table.keys()
    for name, family in shown.items():
        series = table[name]
        assert (family.type, family.documentation) == (series.kind, series.help)
        for sample in family.samples:
            assert sample.labels.keys() - {"le"} == set(series.labels), name
        read = () if series.read is None else series.read(measured.watched)
        assert {len(labels) for labels, _ in read} <= {len(series.labels)}, name


@pytest.mark.parametrize("series", SERIES, ids=lambda series: str(series.name))
def test_a_series_has_a_plain_name_bounded_labels_and_a_sentence(series: Any) -> None:
    assert re.fullmatch(r"assay(_[a-z]+){2,}", series.name)
    assert series.name.endswith("_total") == (series.kind == "counter")
    assert set(series.labels) <= BOUNDED
    assert series.help.endswith(".")


def test_events_are_counted_by_topic_and_by_what_became_of_them() -> None:
    twice = event(schemas.SellerActive, at(3), "gang", activity="reply")
    words = [wire.encode(each) for each in (*market(), *fakes(), twice, twice)]
    broken = [b'{"type":"order_paid"', b'{"type":"weather_changed","event_id":"1"}', b'{"type":"order_delivered"}']
    measured = Measured(Story().tell_bytes([*words, *broken]))
    read = measured.value("assay_events_total")
    assert read == len(words) + len(broken)
    assert measured.value("assay_events_total", outcome="judged") == len(words) - 1
    assert measured.value("assay_events_total", topic="marketplace.listings.v1", outcome="judged") == 21
    assert measured.value("assay_events_total", topic="marketplace.sellers.v1", outcome="duplicate") == 1
    assert measured.value("assay_events_total", outcome="unknown_type") == 1
    assert measured.value("assay_events_total", topic="marketplace.orders.v1", outcome="dead_letter") == 1
    assert measured.value("assay_dead_letters_total", reason="not_json") == 1
    assert measured.value("assay_dead_letters_total", reason="bad_field") == 1
    assert measured.value("assay_listings_total") == 21


def test_a_hold_is_counted_with_its_reason_its_money_and_its_finding() -> None:
    paid = [one for number in range(3) for one in sold_and_back("gang", number, at(4 + number / 10))]
    measured = Measured(Story().tell(market(), fakes(), paid, until=at(20)))
    assert measured.value("assay_holds_total", action="placed", scope="listing", decided_by="policy") == 1
    assert measured.value("assay_holds_total", action="released", scope="listing", decided_by="expiry") == 1
    assert measured.value("assay_holds_total", action="placed", scope="payout") == 1
    assert measured.value("assay_hold_reasons_total", reason_code="below_market_price", scope="listing") == 1
    assert measured.value("assay_hold_reasons_total", reason_code="unpaid_refunds", scope="payout") == 1
    assert measured.value("assay_exposure_money_total", decision="payout", currency="CNY") == 4500
    assert measured.value("assay_exposure_money_total", decision="listing") == 0
    assert measured.value("assay_findings_total", reason_code="below_market_price", mode="hold") == 1
    assert measured.value("assay_alerts_total", status="opened", family="price") == 1
    assert measured.value("assay_alert_reasons_total", reason_code="below_market_price", mode="hold") == 1
    assert measured.value("assay_time_to_hold_seconds_count", scope="listing") == 1
    assert measured.value("assay_fired_deadlines_total") > 3


def test_a_verdict_counts_for_the_reasons_of_what_it_is_about() -> None:
    """The listing's hold, for one; the alert that it names, for the other, though the seller's payout is held too."""
    paid = [one for number in range(3) for one in sold_and_back("gang", number, at(4 + number / 10))]
    story = Story().tell(market(), fakes(), paid, until=at(13))
    story.tell(verdict(at(13, 1), "gang", "payout", "confirmed", cause="non_delivery"))
    price = story.open_alerts()["price"]
    story.tell(verdict(at(13, 2), "gang", "seller", "rejected", alert_id=price.alert_id))
    measured = Measured(story)
    assert measured.value("assay_verdicts_total", reason_code="unpaid_refunds", verdict="confirmed") == 1
    assert measured.value("assay_verdicts_total", reason_code="unpaid_refunds", verdict="rejected") == 0
    assert measured.value("assay_verdicts_total", reason_code="below_market_price", verdict="rejected") == 1
    assert measured.value("assay_verdicts_total", reason_code="below_market_price", verdict="confirmed") == 0


def test_what_is_not_compared_is_counted_by_its_guard() -> None:
    unknown = listing(at(3), "gang", 1450, listing_id="L2", product_id=None, title="something nice")
    measured = Measured(Story().tell(market(), fakes(), unknown))
    assert measured.value("assay_abstentions_total", reason_code="below_market_price", guard="no_product") == 1
    assert measured.value("assay_abstentions_total", reason_code="market") == 0
    assert measured.value("assay_title_confidence_ratio_count") == 0


def test_a_title_that_names_the_product_counts_with_its_confidence() -> None:
    measured = Measured(Story().tell(market(), fakes(product_id=None)))
    assert measured.value("assay_title_confidence_ratio_count") == 1
    assert 0.5 < measured.value("assay_title_confidence_ratio_sum") < 1.0


def test_a_late_event_is_counted_by_its_topic() -> None:
    story = Story().tell(market(), fakes()).tell(event(schemas.SellerActive, at(0.5), "gang", activity="reply"))
    assert Measured(story).value("assay_late_events_total", topic="marketplace.sellers.v1") == 1


def test_whoever_invents_currencies_makes_no_series_without_end() -> None:
    codes = [f"{chr(65 + number // 26)}{chr(65 + number % 26)}X" for number in range(CURRENCIES + 20)]
    told: list[schemas.Event] = []
    for number, code in enumerate(codes):
        for one in sold_and_back(f"gang-{number}", 0, at(4)):
            paid = isinstance(one, schemas.OrderPaid | schemas.ReturnRequested)
            told.append(_in(one, code) if paid else one)
    measured = Measured(Story().tell(told, until=at(20)))
    samples = [one for family in measured.families() for one in family.samples if "currency" in one.labels]
    assert len({one.labels["currency"] for one in samples}) == CURRENCIES + 1
    assert measured.value("assay_exposure_money_total", decision="alert", currency=OTHER) == 20 * 1500


def _in(one: schemas.Event, currency: str) -> schemas.Event:
    changed: schemas.Event = msgspec.structs.replace(one, currency=currency)
    return changed


def test_money_that_is_paid_back_is_at_stake_no_more() -> None:
    paid = [one for number in range(3) for one in sold_and_back("shop", number, at(4))]
    measured = Measured(Story().tell(paid, [refund(at(9), "shop", number) for number in range(3)], until=at(20)))
    assert measured.value("assay_exposure_money_total") == 0


def test_a_refund_of_a_return_that_nobody_requested_counts_as_unmatched() -> None:
    for number, unmatched in ((1, 0), (2, 1)):
        measured = Measured(Story().tell(sold_and_back("shop", 1, at(4)), [refund(at(9), "shop", number)]))
        assert measured.value("assay_unmatched_payments_total") == unmatched


def test_a_stalled_feed_of_refunds_shows_with_the_deadlines_that_wait_for_it() -> None:
    due = at(8, 9)
    measured = Measured(Story().tell(usual_refunds(0, 8), parcel_due(due), until=due + 20 * HOUR))
    assert measured.value("assay_stalled_partitions") == 1
    assert measured.value("assay_pending_deadlines_total") == 1
    assert measured.value("assay_alerts_total", family="system", status="opened") == 1


def test_a_tripped_breaker_shows_by_its_detector() -> None:
    """Overall, and in the category of the phones."""
    measured = Measured(Story({"breaker": {"sellers_most": 5, "sellers_enough": 100}}).tell(market(40), wave(12)))
    assert measured.value("assay_tripped_fuses", reason_code="below_market_price") == 2
    assert measured.value("assay_tripped_fuses") == 2


def test_what_a_tripped_breaker_keeps_back_is_counted_once_a_seller_and_hour() -> None:
    """Of twelve shops with two listings each six are held, the sixth for its first one; an hour later all is again."""
    terms = {"breaker": {"sellers_most": 5, "sellers_enough": 100}}
    first = Measured(Story(terms).tell(market(40), wave(12, 2)))
    assert first.value("assay_braked_holds_total", reason_code="below_market_price") == 7
    assert first.value("assay_braked_holds_total", reason_code="unpaid_refunds") == 0
    goes_on = wave(6, 1, BEGIN + timedelta(hours=1, minutes=30), "next")
    second = Measured(Story(terms).tell(market(40), wave(12, 2), goes_on, until=BEGIN + timedelta(hours=2)))
    kept = second.value("assay_braked_holds_total", reason_code="below_market_price")
    assert kept == 7 + 7 + 6, "seven in their own hour, the same in the next, and six new ones"


def test_lag_is_what_lies_between_the_commit_and_the_end_of_the_log() -> None:
    story = Story().tell(market())
    assert story.partition is not None
    story.partition.stored["marketplace.listings.v1"] = 40
    measured = Measured(story)
    lanes = {TP("marketplace.listings.v1", 0): 45, TP("marketplace.orders.v1", 0): 7, TP("marketplace.orders.v1", 1): 3}
    books = {tp: SimpleNamespace(highwater=50) for tp in lanes}
    books[TP("marketplace.orders.v1", 0)].highwater = None
    measured.control.tenure = Tenure(assignment=None, books=books, handed=dict(lanes), seek=lambda *_: None)
    assert measured.value("assay_lag_events", topic="marketplace.listings.v1", partition="0") == 10
    assert measured.value("assay_lag_events") == 10


def test_the_latency_of_a_hold_runs_from_the_brokers_time_to_its_acknowledgement() -> None:
    outbox = CountedOutbox(ProcessOutbox(lambda line: None))
    since_ms = int(time.time() * 1_000) - 700
    lines = [Line(topics.HOLDS.name, b"listing:L", b"{}", True, since_ms), Line(topics.HOLDS.name, b"k", b"{}", True)]
    asyncio.run(outbox.publish(0, lines))
    spread = outbox.latency[topics.HOLDS.name]
    assert outbox.lines[topics.HOLDS.name] == 2
    assert sum(spread.counts) == 1, "what has no event behind it has no latency"
    assert spread.counts[spread.bounds.index(0.5)] == 0
    assert spread.total >= 0.7


def test_a_hold_carries_the_brokers_time_of_the_event_that_led_to_it() -> None:
    story = Story().tell(market()).tell_bytes([wire.encode(one) for one in fakes()], at_ms=1_234)
    assert {line.since_ms for line in story.lines if line.topic in (topics.HOLDS.name, topics.ALERTS.name)} == {1_234}


def test_values_lie_up_to_their_bounds() -> None:
    spread = Spread((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 2.0, 9.0):
        spread.add(value)
    assert spread.cumulative() == [2, 4, 5]
    assert spread.total == 14.0


def test_a_worker_may_be_asked_while_it_counts() -> None:
    measured = Measured(Story().tell(market(), fakes()))
    counts, stop = measured.story.hop.counts, threading.Event()

    def count() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            counts.exceptions[f"topic-{number % 5_000}", "dead_letter"] += 1
            if number % 5_000 == 0:
                counts.exceptions.clear()

    counting, switches_s = threading.Thread(target=count), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    counting.start()
    try:
        for _ in range(20):
            generate_latest(measured.registry)
    finally:
        stop.set()
        counting.join()
        sys.setswitchinterval(switches_s)


def test_a_port_that_is_taken_is_said_in_one_sentence() -> None:
    seen = Measured(Story().tell(market()))
    first = serve(0, seen.watched)
    try:
        with pytest.raises(CannotStartError, match=rf"^metrics_port {first.server_port} cannot be opened .*its own\.$"):
            serve(first.server_port, seen.watched)
    finally:
        first.shutdown()
        first.server_close()


def test_deadlines_and_the_outbox_are_looked_up_in_redis(redis_url: str) -> None:
    story = Story()
    story.tell(market())
    live = LiveHop(story.hop, Control(), [], stop=_never)
    assert story.partition is not None
    live.partitions = {0: story.partition, 3: story.partition}
    overdue_us = story.partition.watermark_us - 1
    with redis.Redis.from_url(redis_url) as client:
        client.zadd("assay:{0}:deadlines", {"a": overdue_us, "b": story.partition.watermark_us})
        client.zadd("assay:{3}:deadlines", {"c": overdue_us})
        client.xadd("assay:{3}:outbox", {"t": "x"})

    async def look() -> Depth:
        depths = Depths(redis_url, live)
        try:
            return await depths.look()
        finally:
            await depths.pipe.close()

    assert asyncio.run(look()) == Depth(open=3, overdue=2, outbox=1)


def test_a_redis_that_does_not_answer_leaves_the_depths_unknown() -> None:
    measured = Measured(Story().tell(market()))

    async def follow() -> None:
        following = asyncio.create_task(measured.depths.follow())
        while not measured.depths.pipe.failures:
            await asyncio.sleep(0.01)
        following.cancel()

    asyncio.run(follow())
    assert measured.value("assay_redis_failures_total") >= 1
    names = {family.name for family in measured.families() if family.samples}
    assert names.isdisjoint({"assay_open_deadlines", "assay_overdue_deadlines", "assay_outbox_lines"})
