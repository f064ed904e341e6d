"""*Marketplace*: what was held, what moderators were told, how much money it is about, and how fast it went."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.boards.panels import RANGE, RATE, Placed, Query, bars, board, heat, lines, number, quantile

PLACED = 'action="placed"'
SHOWN = 'status="opened", mode!="shadow"'
LISTING = '{scope="listing"}'
HOLDS = '{topic="assay.holds.v1"}'


def marketplace() -> Dashboard:
    """For moderators' leads and whoever answers for the money."""
    return board(
        "assay-marketplace",
        "assay: Marketplace",
        "Holds, alerts and money at stake, by reason code, and how long a hold takes.",
        [
            ("In the time shown", _numbers()),
            ("Now", _waiting()),
            ("Holds", _holds()),
            ("Alerts", _alerts()),
            ("Money", _money()),
            ("How fast", _speed()),
        ],
    )


def _numbers() -> list[Placed]:
    held = [
        number(title, about, "short", Query(f'sum(increase(assay_holds_total{{{PLACED}, scope="{scope}"}}[{RANGE}]))'))
        for scope, title, about in (
            ("listing", "Listings held", "Holds placed on listings, by the policy and by moderators."),
            ("payout", "Payouts frozen", "Holds placed on payouts."),
            ("seller", "Sellers held", "Holds placed on sellers."),
        )
    ]
    return [
        *held,
        number(
            "Alerts opened",
            "Alerts that moderators see; those in shadow mode apart.",
            "short",
            Query(f"sum(increase(assay_alerts_total{{{SHOWN}}}[{RANGE}]))"),
        ),
        number(
            "Money in frozen payouts",
            "The sellers' exposure as their payouts were frozen, by currency.",
            "short",
            Query(_exposure("payout", RANGE), "{{currency}}"),
        ),
        number(
            "Time to hold, median",
            "From the time of the event to the hold on a listing that the policy placed for it.",
            "s",
            Query(quantile(0.5, "assay_time_to_hold_seconds", over=RANGE, where=LISTING)),
        ),
    ]


def _waiting() -> list[Placed]:
    """By the console, which knows what has been ruled; several of them know the same, hence `max`."""
    return [
        lines(
            "Alerts that wait for somebody",
            "By severity, without those in shadow mode: neither ruled on nor snoozed.",
            "short",
            Query('max by (severity) (assay_open_alerts{severity!="low"})', "{{severity}}"),
            stacked=True,
        ),
        lines(
            "Holds in force",
            "By what is held, and whether the policy placed it or a moderator did or keeps it.",
            "short",
            Query("max by (scope, decided_by) (assay_active_holds)", "{{scope}}, {{decided_by}}"),
        ),
        lines(
            "Money at stake with those who wait",
            "By currency; a seller counts once, as its newest alert says.",
            "short",
            Query("max by (currency) (assay_open_exposure_money)", "{{currency}}"),
        ),
        number(
            "Appeals",
            "Against holds in force, without an answer.",
            "short",
            Query("max(assay_waiting_appeals)"),
            bad_from=1,
        ),
        number("Open pages", "Of moderators, kept up to date.", "short", Query("sum(assay_live_streams)")),
        number("Signed in", "Sign-ins that have not ended.", "short", Query("sum(assay_open_sessions)")),
        number(
            "Console behind",
            "How long ago the newest alert's line was written; alarming only where alerts are frequent.",
            "s",
            Query('max(assay_line_age_seconds{topic="assay.alerts.v1"})'),
        ),
        number(
            "Sign-ins refused",
            "In the time shown.",
            "short",
            Query(f"sum(increase(assay_refused_sign_ins_total[{RANGE}]))"),
            bad_from=20,
        ),
        number(
            "Requests that failed",
            "With a status of 500 and more, in the time shown.",
            "short",
            Query(f'sum(increase(assay_requests_total{{status=~"5.."}}[{RANGE}])) or vector(0)'),
            bad_from=1,
        ),
        lines(
            "Newest lines",
            "How long ago the newest line of each topic that the console follows was written.",
            "s",
            Query("max by (topic) (assay_line_age_seconds)", "{{topic}}"),
            width=12,
        ),
        lines(
            "Requests to the console",
            "A second, by route.",
            "short",
            Query(f"sum by (route) (rate(assay_requests_total[{RATE}]))", "{{route}}"),
            width=12,
            stacked=True,
        ),
    ]


def _holds() -> list[Placed]:
    released = 'action="released"'
    return [
        lines(
            "Holds placed",
            "An hour, by what is held.",
            "short",
            Query(f"3600 * sum by (scope) (rate(assay_holds_total{{{PLACED}}}[{RATE}]))", "{{scope}}"),
            stacked=True,
        ),
        lines(
            "Holds released",
            "An hour, by who ended them: the policy when nothing supports them any more, time, or a moderator.",
            "short",
            Query(f"3600 * sum by (decided_by) (rate(assay_holds_total{{{released}}}[{RATE}]))", "{{decided_by}}"),
            stacked=True,
        ),
        bars(
            "Why it was held",
            "Holds placed, by reason code; one hold has one or several.",
            "short",
            Query(f"sort_desc(sum by (reason_code) (increase(assay_hold_reasons_total[{RANGE}])))", "{{reason_code}}"),
        ),
        lines(
            "Breaker",
            "Fuses that have tripped, overall and by category: what these detectors would hold is an alert until then.",
            "short",
            Query("sum by (reason_code) (assay_tripped_fuses)", "{{reason_code}}"),
            width=12,
        ),
        lines(
            "Kept back by the breaker",
            "In the last hour, sellers whom a detector would have held; they are alerts until the breaker ends.",
            "short",
            Query("sum by (reason_code) (increase(assay_braked_holds_total[1h]))", "{{reason_code}}"),
            width=12,
        ),
    ]


def _alerts() -> list[Placed]:
    seen = 'mode!="shadow"'
    reasons = f"sum by (reason_code) (increase(assay_alert_reasons_total{{{seen}}}[{RANGE}]))"
    return [
        lines(
            "Alerts opened",
            "An hour, by family; those in shadow mode apart.",
            "short",
            Query(f"3600 * sum by (family) (rate(assay_alerts_total{{{SHOWN}}}[{RATE}]))", "{{family}}"),
            stacked=True,
        ),
        lines(
            "Lines on the feed",
            "An hour, by status: what moderators have to look at.",
            "short",
            Query(f"3600 * sum by (status) (rate(assay_alerts_total{{{seen}}}[{RATE}]))", "{{status}}"),
            stacked=True,
        ),
        bars(
            "Why it was opened",
            "Alerts opened, by reason code; one alert has one or several.",
            "short",
            Query(f"sort_desc({reasons})", "{{reason_code}}"),
        ),
    ]


def _money() -> list[Placed]:
    return [
        lines(
            "Money at stake as alerts were opened",
            "In the last hour, by currency. A seller with alerts of two families counts twice.",
            "short",
            Query(_exposure("alert", "1h"), "{{currency}}"),
            width=12,
        ),
        lines(
            "Money at stake as payouts were frozen",
            "In the last hour, by currency: what buyers and the platform would have lost.",
            "short",
            Query(_exposure("payout", "1h"), "{{currency}}"),
            width=12,
        ),
    ]


def _speed() -> list[Placed]:
    return [
        heat(
            "Time to hold",
            "From the time of the event to the hold of a listing.",
            "s",
            Query(f"sum by (le) (increase(assay_time_to_hold_seconds_bucket{LISTING}[{RATE}]))"),
            width=12,
        ),
        lines(
            "From the broker to the hold",
            "From the broker's time for the event to its acknowledgement of the hold.",
            "s",
            Query(quantile(0.5, "assay_decision_latency_seconds", where=HOLDS), "median"),
            Query(quantile(0.99, "assay_decision_latency_seconds", where=HOLDS), "99 %"),
            width=12,
        ),
    ]


def _exposure(decision: str, over: str) -> str:
    return f'sum by (currency) (increase(assay_exposure_money_total{{decision="{decision}"}}[{over}]))'
