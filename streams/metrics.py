"""Every series that a worker shows to Prometheus: name, kind, labels, what it says, and where it is read from.

Names are `assay_<noun>_<unit>`, counters end in `_total`. Labels are bounded: topics, partitions, reason codes, words
of the contract; never a seller or a listing. What costs something is done when somebody asks, in the asker's thread.
"""

from collections.abc import Callable, Iterable
from typing import Final, Literal, NamedTuple

from streams import readings
from streams.readings import Reading, Watched

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
    _gauge(
        "assay_tripped_fuses",
        "reason_code",
        "Fuses of the breaker that have tripped, overall and by category: what the detector would hold is an alert.",
        readings.tripped_fuses,
    ),
    _counter(
        "assay_braked_holds_total",
        "reason_code",
        "Holds that the breaker kept back, once for each seller, detector and hour; they are alerts until it ends.",
        readings.kept_back,
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
    _counter(
        "assay_unmatched_payments_total",
        "",
        "Refunds and compensations of a return, complaint or order that was unknown when they came.",
        readings.unmatched_payments,
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
