"""Every series that the console shows to Prometheus: name, kind, labels, what it says, and where it is read from.

Named as the worker's are, `assay_<noun>_<unit>`, and bounded like them: severities, reason codes, scopes, topics,
routes; never a seller, a listing or a moderator.
"""

import importlib.metadata
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Final, Literal, NamedTuple, get_args

from console.feed import SEVERITIES
from console.figures import Counted
from console.office import Office
from console.roles import ROUTES
from detectors.catalogue import CATALOGUE
from schemas.fields import HoldScope

Labels = tuple[str, ...]
Reading = tuple[Labels, float]

REASON_CODES: Final = tuple(entry.reason_code for entry in CATALOGUE)
NO_ROUTE: Final = "none"
_REFUSALS: Final = {"401": "wrong", "403": "forbidden", "429": "too_many"}


class Asked(NamedTuple):
    """A running console as it is asked, and what its projection was counted to."""

    office: Office
    counted: Counted


class Series(NamedTuple):
    """One name with its labels. `read` is None for what prometheus-client measures of any process."""

    name: str
    kind: Literal["counter", "gauge"]
    labels: Labels
    help: str
    read: Callable[[Asked], Iterable[Reading]] | None


def _open_alerts(asked: Asked) -> Iterator[Reading]:
    for severity in SEVERITIES:
        yield (severity,), asked.counted.open_alerts[severity]


def _money(asked: Asked) -> Iterator[Reading]:
    for currency, amount in sorted(asked.counted.money.items()):
        yield (currency,), amount


def _verdicts(asked: Asked) -> Iterator[Reading]:
    for labels in product(REASON_CODES, ("confirmed", "rejected")):
        yield labels, asked.counted.verdicts[labels]


def _overturned(asked: Asked) -> Iterator[Reading]:
    for code in REASON_CODES:
        rejected, confirmed = (asked.counted.verdicts[code, verdict] for verdict in ("rejected", "confirmed"))
        if rejected + confirmed:
            yield (code,), rejected / (rejected + confirmed)


def _holds(asked: Asked) -> Iterator[Reading]:
    for labels in product(get_args(HoldScope), ("policy", "moderator")):
        yield labels, asked.counted.holds[labels]


def _appeals(asked: Asked) -> Iterator[Reading]:
    yield (), asked.counted.appeals


def _line_age(asked: Asked) -> Iterator[Reading]:
    now_s = time.time()
    for topic, at_s in sorted(asked.office.figures.newest_s.items()):
        yield (topic,), max(0.0, now_s - at_s)


def _streams(asked: Asked) -> Iterator[Reading]:
    yield (), len(asked.office.live)


def _sessions(asked: Asked) -> Iterator[Reading]:
    yield (), len(asked.office.sessions)


def _requests(asked: Asked) -> Iterator[Reading]:
    yield from sorted(asked.office.figures.requests.items())


def _refused(asked: Asked) -> Iterator[Reading]:
    """By what routes without a sign-in answered: those that sign somebody in, whichever there are."""
    refused = dict.fromkeys(_REFUSALS.values(), 0)
    for (route, status), number in asked.office.figures.requests.items():
        if status in _REFUSALS and ROUTES.get(route, "") is None:
            refused[_REFUSALS[status]] += number
    for why, number in refused.items():
        yield (why,), number


def _info(asked: Asked) -> Iterator[Reading]:
    yield (importlib.metadata.version("assay"), asked.office.policy.version), 1


def _counter(name: str, labels: str, help_: str, read: Callable[[Asked], Iterable[Reading]] | None) -> Series:
    return Series(name, "counter", tuple(labels.split()), help_, read)


def _gauge(name: str, labels: str, help_: str, read: Callable[[Asked], Iterable[Reading]] | None) -> Series:
    return Series(name, "gauge", tuple(labels.split()), help_, read)


SERIES: Final = (
    # ---- what waits for somebody
    _gauge(
        "assay_open_alerts", "severity", "Alerts that wait for a moderator; low: on trial or too weak.", _open_alerts
    ),
    _gauge(
        "assay_open_exposure_money",
        "currency",
        "Money at stake with the sellers of open alerts, each seller once; those in shadow mode apart.",
        _money,
    ),
    _gauge("assay_active_holds", "scope decided_by", "Holds in force, by the policy's or a moderator's word.", _holds),
    _gauge("assay_waiting_appeals", "", "Appeals against holds in force that no verdict has answered.", _appeals),
    # ---- what was ruled
    _gauge(
        "assay_kept_verdicts",
        "reason_code verdict",
        "Verdicts that the console knows, once for each reason code; those of one click count once.",
        _verdicts,
    ),
    _gauge(
        "assay_overturned_ratio",
        "reason_code",
        "Rejected among all of these; absent where there is no verdict.",
        _overturned,
    ),
    # ---- the console itself
    _gauge("assay_line_age_seconds", "topic", "How long ago the newest line of a topic was written.", _line_age),
    _gauge("assay_live_streams", "", "Pages that are open and kept up to date.", _streams),
    _gauge("assay_open_sessions", "", "Sign-ins that have not ended.", _sessions),
    _counter(
        "assay_requests_total",
        "route status",
        "Requests answered, by the name of their route (none: there is no such page) and status.",
        _requests,
    ),
    _counter(
        "assay_refused_sign_ins_total",
        "reason",
        "Sign-ins refused: a wrong name or password, forbidden, or too many attempts.",
        _refused,
    ),
    _gauge("assay_console_info", "version policy_version", "Always 1; what runs.", _info),
    _counter("assay_console_process_cpu_seconds_total", "", "Total user and system CPU time spent in seconds.", None),
    _gauge("assay_console_process_resident_memory_bytes", "", "Resident memory size in bytes.", None),
    _gauge("assay_console_process_virtual_memory_bytes", "", "Virtual memory size in bytes.", None),
    _gauge(
        "assay_console_process_start_time_seconds", "", "Start time of the process since unix epoch in seconds.", None
    ),
    _gauge("assay_console_process_open_fds", "", "Number of open file descriptors.", None),
    _gauge("assay_console_process_max_fds", "", "Maximum number of open file descriptors.", None),
)
