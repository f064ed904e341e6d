"""Every series that a worker shows to Prometheus: name, kind, labels, what it says, and where it is read from.

Names are `assay_<noun>_<unit>`, counters end in `_total`. Labels are bounded: topics, partitions, reason codes, words
of the contract; never a seller or a listing. What costs something is done when somebody asks, in the asker's thread.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal, NamedTuple
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from streams import readings
from streams.preflight import CannotStartError
from streams.readings import Reading, Watched
from streams.spread import Spread

Read = Callable[[Watched], Iterable[Reading]] | None


class Series(NamedTuple):
    """One name with its labels. `read` is None for what prometheus-client measures of any process."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    help: str
    read: Read


def _counter(name: str, labels: str, help_: str, read: Read) -> Series:
    return Series(name, "counter", tuple(labels.split()), help_, read)


def _gauge(name: str, labels: str, help_: str, read: Read) -> Series:
    return Series(name, "gauge", tuple(labels.split()), help_, read)


def _histogram(name: str, labels: str, help_: str, read: Read) -> Series:
    return Series(name, "histogram", tuple(labels.split()), help_, read)


SERIES: Final = (
    # ---- events
    _counter(
        "assay_events_total",
        "topic outcome",
        "Events by what became of them: judged, duplicate, unknown_type or dead_letter.",
        readings.events,
    ),
    _counter(
        "assay_late_events_total",
        "topic",
        "Judged events whose time the watermark had passed before them.",
        readings.late,
    ),
    _counter(
        "assay_dead_letters_total",
        "reason",
        "Dead letters by reason; where a detector failed the event was judged by the others.",
        readings.dead_letters,
    ),
    _histogram("assay_batch_events", "", "Events in one step.", readings.batches),
    _histogram(
        "assay_step_seconds",
        "phase",
        "How long a step took to load what it needs, to judge, and to commit.",
        readings.steps,
    ),
    _counter(
        "assay_commits_total",
        "outcome",
        "Commits of partitions that stood or were refused; unknown: steps after which all is read again.",
        readings.commits,
    ),
    # ---- how far it is
    _gauge(
        "assay_lag_events",
        "topic partition",
        "Offsets between what is judged and committed and the end of the log.",
        readings.lag,
    ),
    _gauge("assay_buffered_events", "", "Events read and not judged yet.", readings.buffered),
    _gauge(
        "assay_watermark_age_seconds",
        "partition",
        "How long ago the time is up to which deadlines have fallen due.",
        readings.watermark_age,
    ),
    _gauge("assay_owned_partitions", "", "Partitions that this worker judges.", readings.owned_partitions),
    _gauge("assay_all_partitions", "", "Partitions that all workers share.", readings.all_partitions),
    _gauge(
        "assay_open_deadlines",
        "",
        "Deadlines of this worker's partitions in Redis; absent while Redis does not answer.",
        readings.open_deadlines,
    ),
    _gauge(
        "assay_overdue_deadlines",
        "",
        "Those of them that are due by the clock and wait for the watermark.",
        readings.overdue_deadlines,
    ),
    _counter("assay_fired_deadlines_total", "", "Deadlines that fell due.", readings.fired_deadlines),
    _counter(
        "assay_pending_deadlines_total",
        "",
        "Refunds' deadlines put off because the feed of refunds has stalled.",
        readings.pending_deadlines,
    ),
    _gauge(
        "assay_stalled_partitions",
        "",
        "Partitions whose feed of refunds counts as stalled.",
        readings.stalled_partitions,
    ),
    # ---- Redis and Kafka
    _histogram(
        "assay_redis_round_trip_seconds",
        "",
        "Round trips to Redis of any size, from sending to the last reply.",
        readings.redis_trips,
    ),
    _counter("assay_redis_failures_total", "", "Round trips to Redis that came to nothing.", readings.redis_failures),
    _gauge(
        "assay_outbox_lines",
        "",
        "Lines committed to Redis that the outbox still holds; absent while Redis does not answer.",
        readings.outbox_lines,
    ),
    _counter("assay_published_lines_total", "topic", "Lines that the broker has acknowledged.", readings.published),
    _histogram(
        "assay_decision_latency_seconds",
        "topic",
        "From the broker's time for an event to its acknowledgement of the line that followed; deadlines apart.",
        readings.latency,
    ),
    # ---- decisions
    _counter(
        "assay_alerts_total",
        "status family mode",
        "Lines of alerts. Mode shadow: recorded and shown to nobody who does not ask.",
        readings.alerts,
    ),
    _counter(
        "assay_alert_reasons_total",
        "reason_code mode",
        "Alerts opened, once for each reason code on the opening line.",
        readings.alert_reasons,
    ),
    _counter("assay_holds_total", "action scope decided_by", "Lines of holds.", readings.holds),
    _counter(
        "assay_hold_reasons_total",
        "reason_code scope",
        "Lines of holds placed, once for each reason code.",
        readings.hold_reasons,
    ),
    _histogram(
        "assay_time_to_hold_seconds",
        "scope",
        "From the time of the event to the hold that the policy placed for it; 0 by the clock `events`.",
        readings.time_to_hold,
    ),
    _counter(
        "assay_exposure_money_total",
        "decision currency",
        "Sellers' money at stake as an alert was opened or a hold placed (decision: alert or the hold's scope).",
        readings.money,
    ),
    # ---- quality
    _counter(
        "assay_findings_total",
        "reason_code mode",
        "Findings opened or changed, by the mode of their detector in the policy.",
        readings.findings,
    ),
    _counter(
        "assay_verdicts_total",
        "reason_code verdict",
        "Moderators' verdicts, once for each reason code of the alert, hold or subject they are about.",
        readings.verdicts,
    ),
    _counter(
        "assay_listings_total", "", "Listings published or changed: what prices can be judged of.", readings.listings
    ),
    _counter(
        "assay_abstentions_total",
        "reason_code guard",
        "A detector did not judge, by the guard that kept it from it.",
        readings.abstentions,
    ),
    _histogram(
        "assay_title_confidence_ratio",
        "",
        "How sure it is which product a title names, where nothing else names it.",
        readings.title_confidence,
    ),
    # ---- the worker itself
    _gauge("assay_catalogue_products", "", "Products in the reference catalogue.", readings.products),
    _gauge("assay_cached_sellers", "", "Sellers in memory.", readings.cached_sellers),
    _gauge("assay_worker_info", "version policy_version clock", "Always 1; what runs.", readings.info),
    _counter("assay_process_cpu_seconds_total", "", "Total user and system CPU time spent in seconds.", None),
    _gauge("assay_process_resident_memory_bytes", "", "Resident memory size in bytes.", None),
    _gauge("assay_process_virtual_memory_bytes", "", "Virtual memory size in bytes.", None),
    _gauge("assay_process_start_time_seconds", "", "Start time of the process since unix epoch in seconds.", None),
    _gauge("assay_process_open_fds", "", "Number of open file descriptors.", None),
    _gauge("assay_process_max_fds", "", "Maximum number of open file descriptors.", None),
)


class WorkerCollector(Collector):
    """Reads `SERIES` of one worker each time it is asked."""

    def __init__(self, seen: Watched) -> None:
        self._seen = seen

    def collect(self) -> Iterator[Metric]:
        for series in SERIES:
            if series.read is not None:
                yield _family(series, series.read(self._seen))


def registry_of(seen: Watched) -> CollectorRegistry:
    """Everything in `SERIES`, and nothing that anybody else in this process has registered."""
    registry = CollectorRegistry()
    registry.register(WorkerCollector(seen))
    ProcessCollector(namespace="assay", registry=registry)
    return registry


def serve(port: int, seen: Watched) -> WSGIServer:
    """Answers Prometheus on every address of this machine, in threads of its own; `CannotStartError` where it may not.

    Without a password: it names no seller, buyer or listing.
    """
    try:
        server, _ = start_http_server(port, registry=registry_of(seen))
    except OSError as error:
        raise CannotStartError(
            f"metrics_port {port} cannot be opened ({error.strerror}): give each worker of this machine its own."
        ) from None
    return server


def _family(series: Series, found: Iterable[Reading]) -> Metric:
    if series.kind == "histogram":
        histogram = HistogramMetricFamily(series.name, series.help, labels=series.labels)
        for labels, spread in found:
            assert isinstance(spread, Spread)
            total, reached = spread.total, spread.cumulative()
            buckets = [(str(float(bound)), float(count)) for bound, count in zip(spread.bounds, reached, strict=False)]
            histogram.add_metric(labels, [*buckets, ("+Inf", float(reached[-1]))], total)
        return histogram
    kind = CounterMetricFamily if series.kind == "counter" else GaugeMetricFamily
    family = kind(series.name, series.help, labels=series.labels)
    for labels, number in found:
        assert not isinstance(number, Spread)
        family.add_metric(labels, float(number))
    return family
