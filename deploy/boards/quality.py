"""*Detection quality*: what moderators overturned, what could not be judged, and what detectors on trial would do."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.boards.panels import RANGE, RATE, Placed, Query, bars, board, lines, number, quantile

ASKED = "assay_listings_total"
ABSTAINED = 'assay_abstentions_total{reason_code="below_market_price"}'
SURE_ENOUGH = 0.95  # a price under a title that is less sure holds nothing


def quality() -> Dashboard:
    """For fraud analysts: which detector is wrong, which is blind, which is ready to act."""
    return board(
        "assay-quality",
        "assay: Detection quality",
        "Verdicts against reason codes, market coverage and abstentions, shadow against live.",
        [
            ("In the time shown", _numbers()),
            ("Verdicts", _verdicts()),
            ("What could be judged", _coverage()),
            ("Shadow against live", _trials()),
        ],
    )


def _numbers() -> list[Placed]:
    rejected = f'sum(increase(assay_verdicts_total{{verdict="rejected"}}[{RANGE}]))'
    held = f'sum(increase(assay_holds_total{{action="placed", scope="listing", decided_by="policy"}}[{RANGE}]))'
    unsure = f'sum(increase(assay_title_confidence_ratio_bucket{{le="{SURE_ENOUGH}"}}[{RANGE}]))'
    return [
        number(
            "Overturned",
            "Rejected among all verdicts, each counted once for each reason code.",
            "percentunit",
            Query(f"{rejected} / sum(increase(assay_verdicts_total[{RANGE}]))"),
            width=6,
            bad_from=0.2,
        ),
        number(
            "Market coverage",
            "Listings published or changed whose price could be compared. An abstention is not a pass.",
            "percentunit",
            Query(f"1 - sum(increase({ABSTAINED}[{RANGE}])) / sum(increase({ASKED}[{RANGE}]))"),
            width=6,
        ),
        number(
            "Hold rate",
            "Holds that the policy placed on listings, among listings published or changed.",
            "percentunit",
            Query(f"{held} / sum(increase({ASKED}[{RANGE}]))"),
            width=6,
        ),
        number(
            "Titles below 95 %",
            "Among listings whose product only the title names: their price holds nothing by itself.",
            "percentunit",
            Query(f"{unsure} / sum(increase(assay_title_confidence_ratio_count[{RANGE}]))"),
            width=6,
        ),
    ]


def _verdicts() -> list[Placed]:
    by_code = f"sum by (reason_code) (increase(assay_verdicts_total[{RANGE}]))"
    rejected = f'sum by (reason_code) (increase(assay_verdicts_total{{verdict="rejected"}}[{RANGE}]))'
    return [
        bars(
            "Overturned, by reason code",
            "Rejected among all verdicts on it; a reason code without verdicts has no bar.",
            "percentunit",
            Query(f"sort_desc({rejected} / ({by_code} > 0))", "{{reason_code}}"),
        ),
        bars(
            "Verdicts, by reason code",
            "Confirmed and rejected.",
            "short",
            Query(f"sum by (reason_code, verdict) (increase(assay_verdicts_total[{RANGE}])) > 0", _both("verdict")),
        ),
        lines(
            "Verdicts",
            "In the last day.",
            "short",
            Query("sum by (verdict) (increase(assay_verdicts_total[1d]))", "{{verdict}}"),
        ),
        bars(
            "Overturned, of all that the console keeps",
            "Rejected among all verdicts on a reason code, whatever time is shown; those of one click count once.",
            "percentunit",
            Query("sort_desc(max by (reason_code) (assay_overturned_ratio))", "{{reason_code}}"),
            width=12,
        ),
        bars(
            "Verdicts that the console keeps",
            "Confirmed and rejected, by reason code.",
            "short",
            Query("max by (reason_code, verdict) (assay_kept_verdicts) > 0", _both("verdict")),
            width=12,
        ),
    ]


def _coverage() -> list[Placed]:
    guards = f"sum by (guard) (increase({ABSTAINED}[{RANGE}]))"
    return [
        lines(
            "Market coverage",
            "Listings published or changed whose price could be compared, in the last hour.",
            "percentunit",
            Query(f"1 - sum(increase({ABSTAINED}[1h])) / sum(increase({ASKED}[1h]))", "compared"),
        ),
        bars(
            "Why a price was not compared",
            "Abstentions by guard. thin_market: too few sellers ask for the product.",
            "short",
            Query(f"sort_desc({guards})", "{{guard}}"),
        ),
        lines(
            "Title confidence",
            "How sure it is which product a title names, where nothing else does: the least sure tenth and the median.",
            "percentunit",
            Query(quantile(0.1, "assay_title_confidence_ratio", over="1h"), "10 %"),
            Query(quantile(0.5, "assay_title_confidence_ratio", over="1h"), "median"),
        ),
        lines(
            "Late events",
            "Among judged ones, by topic: their deadlines may have fallen due before them.",
            "percentunit",
            Query(
                f"sum by (topic) (rate(assay_late_events_total[{RATE}]))"
                f' / (sum by (topic) (rate(assay_events_total{{outcome="judged"}}[{RATE}])) > 0)',
                "{{topic}}",
            ),
            width=8,
        ),
        lines(
            "Detectors that failed",
            "A minute. Each is a dead letter with the event; the other detectors went on.",
            "short",
            Query(f'60 * sum(rate(assay_dead_letters_total{{reason="detector_failed"}}[{RATE}]))', "failures"),
            width=8,
        ),
        lines(
            "Unmatched payments",
            "An hour: of returns, complaints or orders that were unknown as they came. Many: their ids are wrong.",
            "short",
            Query(f"3600 * sum(rate(assay_unmatched_payments_total[{RATE}]))", "payments"),
            width=8,
        ),
    ]


def _trials() -> list[Placed]:
    return [
        lines(
            "Findings",
            "An hour, opened or changed, by the mode of their detector.",
            "short",
            Query(f"3600 * sum by (mode) (rate(assay_findings_total[{RATE}]))", "{{mode}}"),
        ),
        bars(
            "Findings, by reason code",
            "Opened or changed, with the mode of the detector in the policy.",
            "short",
            Query(f"sort_desc(sum by (reason_code, mode) (increase(assay_findings_total[{RANGE}])))", _both("mode")),
        ),
        bars(
            "Alerts opened, by reason code",
            "shadow: a detector on trial, or a score below the alert band; nobody was shown them.",
            "short",
            Query(
                f"sort_desc(sum by (reason_code, mode) (increase(assay_alert_reasons_total[{RANGE}])) > 0)",
                _both("mode"),
            ),
        ),
    ]


def _both(label: str) -> str:
    return "{{reason_code}}, {{" + label + "}}"
