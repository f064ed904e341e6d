"""Every query of every panel and rule, put to a real Prometheus that asks a real worker and console: none is empty.

Turned red by: zeros left out of `streams.readings` for what has not happened yet (what failed and what was overturned
then shows nothing); `assay_stalled_partitions` not read at all; `assay console` without its `/metrics`.
"""

import json
import math
import time
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
import pytest

import schemas
from schemas import topics, wire
from schemas.fields import to_us
from simulator import Marketplace as Simulated
from tests.conftest import Stack
from tests.console.running import running_console
from tests.deploy.prometheus import Prometheus
from tests.deploy.promql import used
from tests.deploy.test_boards import BOARDS
from tests.deploy.test_rules import GROUPS
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.told import Record
from tests.ports import free_port
from tests.story import verdict

pytestmark = [pytest.mark.stack, pytest.mark.prometheus]

PARTITIONS = 3
SELLERS, DAYS = 40, 16
SHOWN_SECONDS = 600
SCRAPES_SECONDS = 5.0


class Running(NamedTuple):
    """A worker that has judged a demo load, a console that shows it, and the Prometheus that watched them."""

    prometheus: Prometheus
    here: Marketplace


@pytest.fixture(scope="module")
def running(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("watched")
    here = Marketplace(stack, folder, PARTITIONS)
    port = free_port()
    simulated = Simulated(7, SELLERS, DAYS)
    here.refer(wire.encode(word) for word in simulated.reference() if isinstance(word, schemas.Product))
    here.worker(metrics_port=port)
    with running_console(stack.kafka_bootstrap, folder) as console:
        yield from _watched(
            here, simulated, Prometheus(folder / "prometheus", port, urlsplit(console.address).port or 0)
        )


def _watched(here: Marketplace, simulated: Simulated, prometheus: Prometheus) -> Iterator[Running]:
    try:
        here.until(
            "Prometheus has seen the worker", lambda: prometheus.value("sum(assay_owned_partitions)") == PARTITIONS
        )
        events = list(simulated)
        here.send(map(_record, events))
        here.wait_until_judged()
        here.send([*_verdicts(here, events[-1]), *_unreadable()])
        here.wait_until_judged()
        verdicts = 'sum(assay_kept_verdicts{verdict="rejected"})'
        here.until("the console has read the verdicts", lambda: (prometheus.value(verdicts) or 0) > 0)
        time.sleep(SCRAPES_SECONDS)
        yield Running(prometheus, here)
    finally:
        prometheus.end()
        here.close()


def _record(event: schemas.Event) -> Record:
    name = topics.TOPIC_OF[type(event)].name
    return Record(name, event.seller_id.encode(), wire.encode(event), to_us(event.event_time))


def _verdicts(here: Marketplace, last: schemas.Event) -> Iterator[Record]:
    """A moderator's word on every second listing that was held, for and against in turn."""
    placed = [
        msgspec.json.decode(line.value, type=schemas.Hold) for line in here.published(topics.HOLDS.name) if line.value
    ]
    held = sorted({(hold.subject_id, hold.seller_id) for hold in placed if hold.scope == "listing"})
    assert len(held) >= 4
    for number, (listing_id, seller_id) in enumerate(held[::2]):
        ruling, cause = (("confirmed", "counterfeit"), ("rejected", "honest"))[number % 2]
        yield _record(verdict(last.event_time, seller_id, "listing", ruling, subject_id=listing_id, cause=cause))


def _unreadable() -> Iterator[Record]:
    """One that is no JSON, one of a type that nobody knows."""
    yield Record(topics.ORDERS.name, b"s", b"{", 0)
    yield Record(topics.ORDERS.name, b"s", b'{"type":"weather_changed"}', 0)


def _queries() -> Iterator[Any]:
    for name, board in BOARDS.items():
        for panel in board["panels"]:
            for target in panel.get("targets", ()):
                yield pytest.param(target, id=f"{name}: {panel['title']}, {target['refId']}")


def _filled_in(expr: str) -> str:
    return expr.replace("$__range", f"{SHOWN_SECONDS}s").replace("$__rate_interval", "30s")


@pytest.mark.parametrize("target", list(_queries()))
def test_a_panel_shows_something_after_a_demo_load(running: Running, target: dict[str, Any]) -> None:
    expr, now_s = _filled_in(target["expr"]), time.time()
    if target["instant"]:
        found = running.prometheus.ask("query", query=expr)["result"]
        values = [each["value"] for each in found]
    else:
        window = {"start": str(now_s - SHOWN_SECONDS), "end": str(now_s), "step": "2"}
        found = running.prometheus.ask("query_range", query=expr, **window)["result"]
        values = [value for each in found for value in each["values"]]
    assert [value for _, value in values if not math.isnan(float(value))], expr


def test_the_worker_has_counted_what_it_was_sent(running: Running) -> None:
    ends = sum(running.here.log_ends().values())
    assert running.prometheus.value("sum(assay_events_total)") == ends
    assert running.prometheus.value("sum(assay_lag_events)") == 0
    assert running.prometheus.value('assay_dead_letters_total{reason="not_json"}') == 1
    assert (running.prometheus.value('sum(assay_verdicts_total{verdict="rejected"})') or 0) > 0
    assert (running.prometheus.value("sum(assay_decision_latency_seconds_count)") or 0) > 0


def test_the_console_shows_what_the_worker_decided(running: Running) -> None:
    placed = running.prometheus.value('sum(assay_holds_total{action="placed"})') or 0
    assert 0 < (running.prometheus.value("sum(assay_active_holds)") or 0) <= placed
    assert (running.prometheus.value("sum(assay_open_alerts)") or 0) > 0
    assert (running.prometheus.value("sum(assay_open_exposure_money)") or 0) > 0
    assert running.prometheus.value("sum(assay_refused_sign_ins_total)") == 0
    assert (running.prometheus.value('assay_line_age_seconds{topic="assay.alerts.v1"}') or 0) < SHOWN_SECONDS


def test_every_rule_is_evaluated_without_an_error_and_asks_for_series_that_are_there(running: Running) -> None:
    answered = [rule for group in running.prometheus.ask("rules")["groups"] for rule in group["rules"]]
    shipped = [rule["alert"] for group in GROUPS for rule in group["rules"]]
    assert sorted(rule["name"] for rule in answered) == sorted(shipped)
    for rule in answered:
        assert (rule["health"], rule.get("lastError", "")) == ("ok", ""), rule["name"]
        for series in used(rule["query"]).series:
            name = f"{series.name}_count" if series.kind == "histogram" else series.name
            assert running.prometheus.value(f"count({name})"), f"{rule['name']}: {name}"


def test_a_worker_that_judges_alarms_nobody(running: Running) -> None:
    firing = [
        each["labels"]["alertname"] for each in running.prometheus.ask("alerts")["alerts"] if each["state"] == "firing"
    ]
    assert set(firing) <= {"AssayHoldsSurge"}, json.dumps(firing)
