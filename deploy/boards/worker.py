"""*Worker*: whether the system lives: throughput, latency, lag, Redis, outbox, deadlines, dead letters."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.boards.panels import RANGE, RATE, Placed, Query, bars, board, lines, mean, number, quantile

LATENCY = "assay_decision_latency_seconds"
HOLDS = '{topic="assay.holds.v1"}'
TRIPS = "assay_redis_round_trip_seconds"


def worker() -> Dashboard:
    """For operators; one look says whether anything waits."""
    return board(
        "assay-worker",
        "assay: Worker",
        "Throughput, latency, lag, Redis, outbox, deadlines and dead letters of all workers.",
        [
            ("Now", _numbers()),
            ("Events", _events()),
            ("How far it is", _progress()),
            ("Deadlines and what could not be judged", _waiting()),
            ("Redis and Kafka", _servers()),
            ("Processes", _processes()),
        ],
    )


def _numbers() -> list[Placed]:
    return [
        number("Workers", "Worker processes that answer.", "short", Query("count(assay_worker_info)")),
        number(
            "Partitions nobody judges",
            "Partitions of the marketplace topics less those that workers hold; not 0 for a moment while they move.",
            "short",
            Query("max(assay_all_partitions) - sum(assay_owned_partitions)"),
            bad_from=1,
        ),
        number(
            "Events a second",
            "Events of any outcome.",
            "short",
            Query(f"sum(rate(assay_events_total[{RATE}]))"),
        ),
        number(
            "Lag",
            "Events at the broker that are not judged yet.",
            "short",
            Query("sum(assay_lag_events)"),
            bad_from=100_000,
        ),
        number(
            "Latency of a hold, 99 %",
            "From the broker's time for the event to its acknowledgement of the hold.",
            "s",
            Query(quantile(0.99, LATENCY, over=RANGE, where=HOLDS)),
            bad_from=5,
        ),
        number(
            "Dead letters",
            "In the time shown.",
            "short",
            Query(f"sum(increase(assay_dead_letters_total[{RANGE}]))"),
            bad_from=1,
        ),
    ]


def _events() -> list[Placed]:
    return [
        lines(
            "Events by topic",
            "A second, of any outcome.",
            "short",
            Query(f"sum by (topic) (rate(assay_events_total[{RATE}]))", "{{topic}}"),
            stacked=True,
        ),
        lines(
            "Events by worker",
            "A second. Workers share partitions, not events: one with the big sellers has more to do.",
            "short",
            Query(f"sum by (instance) (rate(assay_events_total[{RATE}]))", "{{instance}}"),
            stacked=True,
        ),
        lines(
            "Latency of a hold",
            "From the broker's time for the event to its acknowledgement of the hold.",
            "s",
            Query(quantile(0.5, LATENCY, where=HOLDS), "median"),
            Query(quantile(0.99, LATENCY, where=HOLDS), "99 %"),
        ),
        lines(
            "A step",
            "What a mean step spends on loading, judging and committing.",
            "s",
            Query(mean("assay_step_seconds", "phase"), "{{phase}}"),
            stacked=True,
        ),
        lines(
            "Events in a step",
            "One at a time when little comes, many when there is a backlog.",
            "short",
            Query(mean("assay_batch_events"), "mean"),
            Query(quantile(0.99, "assay_batch_events"), "99 %"),
        ),
        lines(
            "Judging time",
            "Of one event, on average.",
            "s",
            Query(
                f'sum(rate(assay_step_seconds_sum{{phase="judge"}}[{RATE}]))'
                f" / sum(rate(assay_batch_events_sum[{RATE}]))",
                "an event",
            ),
        ),
    ]


def _progress() -> list[Placed]:
    return [
        lines(
            "Lag by topic",
            "Events at the broker that are not judged yet.",
            "short",
            Query("sum by (topic) (assay_lag_events)", "{{topic}}"),
            stacked=True,
        ),
        lines(
            "Lag by partition",
            "The ten partitions with most.",
            "short",
            Query("topk(10, sum by (partition) (assay_lag_events))", "{{partition}}"),
        ),
        lines(
            "Watermark age",
            "How old the time is up to which refunds have fallen due; a minute is the allowed lateness.",
            "s",
            Query("max(assay_watermark_age_seconds)", "oldest"),
            Query("min(assay_watermark_age_seconds)", "newest"),
        ),
    ]


def _waiting() -> list[Placed]:
    return [
        lines(
            "Deadlines",
            "Overdue ones are due by the clock and wait for the watermark.",
            "short",
            Query("sum(assay_open_deadlines)", "open"),
            Query("sum(assay_overdue_deadlines)", "overdue"),
        ),
        lines(
            "Deadlines that fell due",
            "A minute; put off ones wait because the feed of refunds has stalled.",
            "short",
            Query(f"60 * sum(rate(assay_fired_deadlines_total[{RATE}]))", "fired"),
            Query(f"60 * sum(rate(assay_pending_deadlines_total[{RATE}]))", "put off"),
            Query("sum(assay_stalled_partitions)", "partitions whose feed has stalled"),
        ),
        bars(
            "Dead letters",
            "In the time shown, by reason.",
            "short",
            Query(f"sort_desc(sum by (reason) (increase(assay_dead_letters_total[{RANGE}])))", "{{reason}}"),
        ),
    ]


def _servers() -> list[Placed]:
    return [
        lines(
            "Redis round trips",
            "Of any size, from sending to the last reply.",
            "s",
            Query(quantile(0.5, TRIPS), "median"),
            Query(quantile(0.99, TRIPS), "99 %"),
        ),
        lines(
            "Outbox",
            "Lines committed to Redis and not yet trimmed; the broker has acknowledged most of them.",
            "short",
            Query("sum(assay_outbox_lines)", "lines"),
        ),
        lines(
            "Lines published",
            "A second, by topic.",
            "short",
            Query(f"sum by (topic) (rate(assay_published_lines_total[{RATE}]))", "{{topic}}"),
            stacked=True,
        ),
        lines(
            "Commits",
            "A second; refused and unknown ones are judged again.",
            "short",
            Query(f"sum by (outcome) (rate(assay_commits_total[{RATE}]))", "{{outcome}}"),
            width=12,
        ),
        lines(
            "Redis failures",
            "A minute: round trips that came to nothing.",
            "short",
            Query(f"60 * sum by (instance) (rate(assay_redis_failures_total[{RATE}]))", "{{instance}}"),
            width=12,
        ),
    ]


def _processes() -> list[Placed]:
    return [
        lines(
            "CPU",
            "Cores in use; a worker judges on one.",
            "short",
            Query(f"sum by (instance) (rate(assay_process_cpu_seconds_total[{RATE}]))", "{{instance}}"),
        ),
        lines(
            "Memory",
            "Resident.",
            "bytes",
            Query("sum by (instance) (assay_process_resident_memory_bytes)", "{{instance}}"),
        ),
        lines(
            "In memory",
            "Sellers that need not be loaded, and products of the catalogue.",
            "short",
            Query("sum by (instance) (assay_cached_sellers)", "sellers of {{instance}}"),
            Query("max(assay_catalogue_products)", "products"),
        ),
        bars(
            "What runs",
            "Workers by version, policy and clock.",
            "short",
            Query(
                "count by (version, policy_version, clock) (assay_worker_info)",
                "{{version}}, policy {{policy_version}}, clock {{clock}}",
            ),
            width=12,
        ),
        lines(
            "Open files",
            "Of as many as the process may open.",
            "percentunit",
            Query(
                "sum by (instance) (assay_process_open_fds) / sum by (instance) (assay_process_max_fds)",
                "{{instance}}",
            ),
            width=12,
        ),
    ]
