"""What the console shows to Prometheus: every series is in the table, and none names a person.

Turned red by: a process series taken out of the table; a snoozed alert counted as open; each verdict of one click
counted; the reasons of another family counted against a verdict; an answered appeal counted as waiting; the count kept
for ever; refusals of other routes counted as sign-ins; a handler that answers nobody without a sign-in.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

import schemas
from console import figures
from console.app import make_app
from console.edges import Record
from console.exposition import metrics
from console.figures import CURRENCIES, OTHER
from console.metrics import SERIES
from schemas.fields import Money
from tests.console.records import alert, at, entry, hold, listing, record, vanished, verdict
from tests.console.served import ORIGIN, Served, bearer, sign_in

BOUNDED = {"severity", "currency", "scope", "decided_by", "reason_code", "verdict", "topic", "route", "status"}
BOUNDED |= {"reason", "version", "policy_version"}


class Measured:
    """A console over fakes, as Prometheus sees it."""

    def __init__(self, client: TestClient[Any], served: Served) -> None:
        self.client = client
        self.served = served

    def families(self) -> list[Metric]:
        answer = self.client.get("/metrics", headers={"cookie": ""})
        assert answer.status_code == 200
        return list(text_string_to_metric_families(answer.text))

    def value(self, name: str, **labels: str) -> float:
        """The sum over the series that have these labels."""
        samples = [sample for family in self.families() for sample in family.samples if sample.name == name]
        return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Measured]:
    monkeypatch.setattr(figures, "COUNTED_S", 0.0)
    served = Served()
    app = make_app(served.office, extra=[metrics])
    with TestClient(app, base_url=ORIGIN, raise_server_exceptions=False) as client:
        yield Measured(client, served)


def appeal(hold_id: str = "h1", days: float = 2) -> schemas.HoldAppealed:
    return schemas.HoldAppealed(event_id=f"p-{hold_id}", event_time=at(days), seller_id="s1", hold_id=hold_id)


def test_every_series_is_in_the_table_and_has_its_labels(measured: Measured) -> None:
    measured.served.put(alert(), hold(), verdict(), appeal())
    shown = {family.name: family for family in measured.families()}
    table = {series.name.removesuffix("_total"): series for series in SERIES}
    assert shown.keys() == table.keys()
    for name, family in shown.items():
        series = table[name]
        assert (family.type, family.documentation) == (series.kind, series.help)
        for sample in family.samples:
            assert sample.labels.keys() == set(series.labels), name


@pytest.mark.parametrize("series", SERIES, ids=lambda series: str(series.name))
def test_a_series_has_a_plain_name_bounded_labels_and_a_sentence(series: Any) -> None:
    assert re.fullmatch(r"assay(_[a-z]+){2,}", series.name)
    assert series.name.endswith("_total") == (series.kind == "counter")
    assert set(series.labels) <= BOUNDED
    assert series.help.endswith(".")


def test_open_alerts_are_those_that_wait_for_somebody(measured: Measured) -> None:
    measured.served.put(alert(), alert("a2", seller="s2"), vanished(), entry("snoozed", alert_id="a2", until=at(99)))
    measured.served.put(alert("a3", status="withdrawn", mode="shadow", severity="low"))
    assert measured.value("assay_open_alerts", severity="high") == 1
    assert measured.value("assay_open_alerts", severity="critical") == 1
    assert measured.value("assay_open_alerts") == 2
    measured.served.clock.now = at(100)
    assert measured.value("assay_open_alerts", severity="high") == 2, "a2 is awake again"


def test_money_at_stake_counts_a_seller_once_and_by_currency(measured: Measured) -> None:
    both = (Money("100.00", "USD"), Money("7000.00", "CNY"))
    measured.served.put(alert(), alert("a2", 2, family="words", exposure=both), vanished(exposure=()))
    measured.served.put(alert("a3", seller="s3", mode="shadow", severity="low"))
    assert measured.value("assay_open_exposure_money", currency="CNY") == 7000
    assert measured.value("assay_open_exposure_money", currency="USD") == 100


def test_whoever_invents_currencies_makes_no_series_without_end(measured: Measured) -> None:
    for number in range(CURRENCIES + 5):
        code = f"X{chr(65 + number // 26)}{chr(65 + number % 26)}"
        measured.served.put(alert(f"a{number}", seller=f"s{number}", exposure=(Money("1.00", code),)))
    (family,) = [one for one in measured.families() if one.name == "assay_open_exposure_money"]
    assert len(family.samples) == CURRENCIES + 1
    assert measured.value("assay_open_exposure_money", currency=OTHER) == 5


def test_verdicts_count_for_the_reasons_of_their_alert_and_say_what_was_overturned(measured: Measured) -> None:
    codes = ("below_market_price", "vanished_seller")
    measured.served.put(alert(reason_codes=codes), hold("h2", subject_id="l-s2", seller="s2"))
    measured.served.put(*(verdict(batch_id="b1", subject_id=f"l{number}") for number in range(3)))
    measured.served.put(verdict("rejected", when=at(3)), verdict("rejected", alert_id=None, subject_id="l-s2"))
    measured.served.put(verdict(alert_id=None, subject_id="nobody knows it"))
    assert measured.value("assay_kept_verdicts", reason_code="below_market_price", verdict="confirmed") == 1
    assert measured.value("assay_kept_verdicts", reason_code="below_market_price", verdict="rejected") == 2
    assert measured.value("assay_kept_verdicts", reason_code="vanished_seller") == 0, "of another family"
    assert measured.value("assay_overturned_ratio", reason_code="below_market_price") == pytest.approx(2 / 3)
    (ratio,) = [one for one in measured.families() if one.name == "assay_overturned_ratio"]
    assert len(ratio.samples) == 1, "nobody has judged the others"


def test_holds_in_force_are_told_apart_by_scope_and_by_whose_word_they_are(measured: Measured) -> None:
    payout: dict[str, Any] = {"scope": "payout", "subject_id": "s1"}
    measured.served.put(hold(), hold("h2", decided_by="mia", **payout), hold("h3", action="released"))
    assert measured.value("assay_active_holds", scope="listing", decided_by="policy") == 1
    assert measured.value("assay_active_holds", scope="payout", decided_by="moderator") == 1
    assert measured.value("assay_active_holds") == 2


def test_an_appeal_waits_until_a_verdict_answers_it_or_the_hold_is_over(measured: Measured) -> None:
    measured.served.put(hold(), hold("h2"), hold("h3"), appeal("h1"), appeal("h2"), appeal("h3"), appeal("h9"))
    assert measured.value("assay_waiting_appeals") == 3
    measured.served.put(verdict(when=at(3), hold_id="h1"), hold("h2", 2, action="released"))
    assert measured.value("assay_waiting_appeals") == 1


def test_the_age_of_a_topics_newest_line_is_by_the_brokers_time(measured: Measured) -> None:
    for day in (2, 1):
        said = record(alert())
        measured.served.office.take(Record(said.topic, said.key, said.value, at_ms=int(at(day).timestamp() * 1_000)))
    measured.served.office.take(record(listing()))
    age_s = measured.value("assay_line_age_seconds", topic="assay.alerts.v1")
    assert age_s == pytest.approx(figures.time.time() - at(2).timestamp(), abs=60)
    assert measured.value("assay_line_age_seconds", topic="marketplace.listings.v1") < 60


def test_requests_are_counted_by_route_and_refused_sign_ins_by_why(measured: Measured) -> None:
    client = measured.client
    measured.served.put(alert())
    for number in range(6):
        sign_in(client, "mia", "wrong" if number else "also wrong")
    client.get("/alerts/a1", follow_redirects=False)
    client.get("/v1/alerts/a1")
    client.get("/v1/alerts/none", headers=bearer("viewer"))
    client.get("/nowhere/1")
    client.get("/nowhere/2")
    assert measured.value("assay_refused_sign_ins_total", reason="wrong") == 5
    assert measured.value("assay_refused_sign_ins_total", reason="too_many") == 1
    assert measured.value("assay_requests_total", route="alert_page", status="303") == 1
    assert measured.value("assay_requests_total", route="api_alert", status="401") == 1
    assert measured.value("assay_requests_total", route="api_alert", status="404") == 1
    assert measured.value("assay_requests_total", route="none", status="404") == 2
    assert measured.value("assay_refused_sign_ins_total") == 6


def test_open_pages_and_sign_ins_are_counted(measured: Measured) -> None:
    sign_in(measured.client, "mia")
    with measured.served.office.live.reading("mia"):
        assert measured.value("assay_live_streams") == 1
    assert measured.value("assay_live_streams") == 0
    assert measured.value("assay_open_sessions") == 1


def test_the_projection_is_counted_anew_only_after_some_seconds(
    measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "COUNTED_S", 1_000.0)
    measured.served.put(alert())
    assert measured.value("assay_open_alerts") == 1
    measured.served.put(vanished())
    assert measured.value("assay_open_alerts") == 1
    monkeypatch.setattr(figures, "COUNTED_S", 0.0)
    assert measured.value("assay_open_alerts") == 2
