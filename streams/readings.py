"""Where each series of `streams.metrics` is read from: a running worker's own numbers, copied before they are used.

All of it runs in the thread of whoever asks, while the worker goes on. `dict(...)` and `list(...)` of a plain dict or
list are one step of the interpreter, so what they copy is whole.
"""

import importlib.metadata
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any, Final, NamedTuple, get_args

from detectors.catalogue import CATALOGUE, FAMILIES
from detectors.judge import LISTING_EVENTS
from schemas.fields import SECOND_US, HoldScope, Mode
from schemas.outputs import DeadLetterReason
from schemas.topics import ALERTS, DEAD_LETTERS, HOLDS, MARKETPLACE, STANDINGS, TOPIC_OF
from streams.counts import DECIDERS
from streams.depths import Depths
from streams.live import LiveHop
from streams.outbox import CountedOutbox
from streams.redis_cluster import ClusterPipe
from streams.redis_pipe import RedisPipe
from streams.settings import Settings
from streams.spread import Spread

Labels = tuple[str, ...]
Reading = tuple[Labels, float | Spread]

REASON_CODES: Final = tuple(entry.reason_code for entry in CATALOGUE)
MODES: Final[Labels] = get_args(Mode)
SCOPES: Final[Labels] = get_args(HoldScope)
WRITTEN: Final = (ALERTS, HOLDS, STANDINGS, DEAD_LETTERS)
_TOPICS: Final = tuple(topic.name for topic in MARKETPLACE)
_OUTCOMES: Final = ("duplicate", "unknown_type", "dead_letter")
_STATUSES: Final = ("opened", "updated", "withdrawn")
_LISTS: Final = frozenset(LISTING_EVENTS)


class Watched(NamedTuple):
    """A running worker, as far as it is measured."""

    settings: Settings
    live: LiveHop
    outbox: CountedOutbox
    depths: Depths
    pipes: tuple[RedisPipe | ClusterPipe, ...]


def events(seen: Watched) -> Iterator[Reading]:
    counts = seen.live.hop.counts
    exceptions = dict(counts.exceptions)
    read: Counter[str] = Counter()
    for word, number in dict(counts.types).items():
        if word in TOPIC_OF:
            read[TOPIC_OF[word].name] += number
    for topic in _TOPICS:
        yield (topic, "judged"), read[topic] - exceptions.get((topic, "duplicate"), 0)
    yield from _with_zeros(exceptions, product(_TOPICS, _OUTCOMES))


def late(seen: Watched) -> Iterator[Reading]:
    yield from _with_zeros(seen.live.hop.counts.late_events, ((topic,) for topic in _TOPICS))


def listings(seen: Watched) -> Iterator[Reading]:
    types = dict(seen.live.hop.counts.types)
    yield (), sum(number for word, number in types.items() if word in _LISTS)


def dead_letters(seen: Watched) -> Iterator[Reading]:
    yield from _with_zeros(seen.live.hop.counts.letters, ((reason,) for reason in get_args(DeadLetterReason)))


def batches(seen: Watched) -> Iterator[Reading]:
    yield (), seen.live.hop.counts.batches


def steps(seen: Watched) -> Iterator[Reading]:
    for phase, spread in seen.live.hop.counts.steps.items():
        yield (phase,), spread


def commits(seen: Watched) -> Iterator[Reading]:
    outcomes = ("stood", "refused", "unknown")
    yield from _with_zeros(seen.live.hop.counts.commits, ((outcome,) for outcome in outcomes))


def buffered(seen: Watched) -> Iterator[Reading]:
    yield (), sum(partition.buffered for partition in dict(seen.live.partitions).values())


def lag(seen: Watched) -> Iterator[Reading]:
    partitions = dict(seen.live.partitions)
    for tp, standing in sorted(seen.live.control.status().items()):
        partition = partitions.get(tp.partition)
        if partition is not None and standing.highwater is not None:
            judged_to = partition.stored.get(tp.topic, standing.position)
            yield (tp.topic, str(tp.partition)), max(0, standing.highwater - judged_to)


def watermark_age(seen: Watched) -> Iterator[Reading]:
    now_s = time.time()
    for number, partition in dict(seen.live.partitions).items():
        if partition.watermark_us > 0:
            yield (str(number),), now_s - partition.watermark_us / SECOND_US


def owned_partitions(seen: Watched) -> Iterator[Reading]:
    yield (), len(seen.live.partitions)


def all_partitions(seen: Watched) -> Iterator[Reading]:
    yield (), seen.live.hop.terms.partitions


def fired_deadlines(seen: Watched) -> Iterator[Reading]:
    yield (), seen.live.hop.counts.deadlines


def unmatched_payments(seen: Watched) -> Iterator[Reading]:
    yield (), seen.live.hop.counts.unmatched


def pending_deadlines(seen: Watched) -> Iterator[Reading]:
    yield (), seen.live.hop.counts.put_off


def stalled_partitions(seen: Watched) -> Iterator[Reading]:
    yield (), sum(bool(partition.books.refunds.feed.stalled) for partition in dict(seen.live.partitions).values())


def open_deadlines(seen: Watched) -> Iterator[Reading]:
    if seen.depths.newest is not None:
        yield (), seen.depths.newest.open


def overdue_deadlines(seen: Watched) -> Iterator[Reading]:
    if seen.depths.newest is not None:
        yield (), seen.depths.newest.overdue


def outbox_lines(seen: Watched) -> Iterator[Reading]:
    if seen.depths.newest is not None:
        yield (), seen.depths.newest.outbox


def published(seen: Watched) -> Iterator[Reading]:
    yield from _with_zeros(seen.outbox.lines, ((topic.name,) for topic in WRITTEN))


def latency(seen: Watched) -> Iterator[Reading]:
    for topic, spread in seen.outbox.latency.items():
        yield (topic,), spread


def redis_trips(seen: Watched) -> Iterator[Reading]:
    yield (), seen.pipes[0].trips


def redis_failures(seen: Watched) -> Iterator[Reading]:
    yield (), sum(pipe.failures for pipe in seen.pipes)


def alerts(seen: Watched) -> Iterator[Reading]:
    known = (*product(_STATUSES, FAMILIES, MODES), *product(_STATUSES, ("system",), ("alert",)))
    yield from _with_zeros(seen.live.hop.counts.alerts, known)


def tripped_fuses(seen: Watched) -> Iterator[Reading]:
    brakes = [partition.books.brake for partition in dict(seen.live.partitions).values()]
    tripped = Counter(reason_code for brake in brakes for reason_code, _ in dict(brake.own.tripped))
    yield from _with_zeros(tripped, ((reason_code,) for reason_code in REASON_CODES))


def kept_back(seen: Watched) -> Iterator[Reading]:
    yield from _with_zeros(seen.live.hop.counts.kept_back, ((reason_code,) for reason_code in REASON_CODES))


def alert_reasons(seen: Watched) -> Iterator[Reading]:
    yield from _with_zeros(seen.live.hop.counts.alert_reasons, product(REASON_CODES, MODES))


def holds(seen: Watched) -> Iterator[Reading]:
    yield from _with_zeros(seen.live.hop.counts.holds, product(("placed", "released"), SCOPES, DECIDERS))


def hold_reasons(seen: Watched) -> Iterator[Reading]:
    yield from _with_zeros(seen.live.hop.counts.hold_reasons, product(REASON_CODES, SCOPES))


def time_to_hold(seen: Watched) -> Iterator[Reading]:
    for scope, spread in seen.live.hop.counts.time_to_hold.items():
        yield (scope,), spread


def money(seen: Watched) -> Iterator[Reading]:
    counted = dict(seen.live.hop.counts.money)
    currencies = sorted({currency for _, currency in counted})
    yield from _with_zeros(counted, product(("alert", *SCOPES), currencies))


def findings(seen: Watched) -> Iterator[Reading]:
    found, policy = dict(seen.live.hop.counts.findings), seen.live.hop.judging.judge.policy
    for reason_code in dict.fromkeys((*REASON_CODES, *found)):
        yield (reason_code, policy.mode(reason_code)), found.get(reason_code, 0)


def verdicts(seen: Watched) -> Iterator[Reading]:
    yield from _with_zeros(seen.live.hop.counts.verdicts, product(REASON_CODES, ("confirmed", "rejected")))


def abstentions(seen: Watched) -> Iterator[Reading]:
    for (who, guard), number in dict(seen.live.hop.counts.guards).items():
        if who in REASON_CODES:  # what kept a listing out of every market is counted once more under `market`
            yield (who, guard), number


def title_confidence(seen: Watched) -> Iterator[Reading]:
    yield (), seen.live.hop.counts.sure


def products(seen: Watched) -> Iterator[Reading]:
    yield (), len(seen.live.hop.around.reference)


def cached_sellers(seen: Watched) -> Iterator[Reading]:
    yield (), sum(len(partition.sellers) for partition in dict(seen.live.partitions).values())


def info(seen: Watched) -> Iterator[Reading]:
    version, policy = importlib.metadata.version("assay"), seen.live.hop.judging.judge.policy.version
    yield (version, policy, seen.settings.clock), 1


def _with_zeros(counted: Mapping[Any, float], known: Iterable[Any]) -> Iterator[Reading]:
    """What was counted, and 0 where nothing was: a series that appears with its first event has no rate before it."""
    found = {key if isinstance(key, tuple) else (key,): float(number) for key, number in dict(counted).items()}
    for labels in known:
        yield labels, found.pop(labels, 0.0)
    yield from found.items()
