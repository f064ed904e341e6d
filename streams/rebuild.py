"""The state built again in an empty Redis: from the events that Kafka still has, and from what was published.

First every event up to the group's committed offsets goes through the hop once more, with an outbox that says nothing.
Then what was published is taken over (`detectors.restoring`), and only where it differs a line goes out. Each step of
the hop commits as it does in a worker, so a rebuild that was interrupted goes on where it stopped; until it has ended
no worker starts.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from aiokafka.structs import TopicPartition

from detectors.judge import Judge
from detectors.policy import Policy
from detectors.reference import Reference
from detectors.restoring import hold_back
from schemas import topics
from schemas.fields import HOUR_US, SECOND_US
from streams import doctor
from streams.doctor_redis import META_KEY, REBUILD_KEY, RedisSeen, ask, look_at_redis
from streams.history import History, Span, consumer_of
from streams.hop import Hop, HopTerms, PartitionLostError, wall_clock_us
from streams.kafka_access import KafkaOptions, kafka_access
from streams.meta import INPUTS, meta
from streams.outbox import KafkaOutbox, Outbox
from streams.plainly import plainly
from streams.polls import TP
from streams.redis_access import redis_access
from streams.redis_store import RedisStore
from streams.reference import ReferenceTopics
from streams.republishing import Handed, hand_over
from streams.settings import Settings
from streams.store import Line
from streams.surroundings import Surroundings
from streams.upkeep import members_of, what_lacks

BATCH: Final = 500
EVENTS, HANDING_OVER = "events", "handing over"


class CannotRebuildError(Exception):
    """One sentence that says why the state is not built again, and what to do."""


class Rebuilt(NamedTuple):
    """What came of it; `gaps` are sentences about what cannot be restored."""

    events: int
    handed: Handed
    gaps: list[str]


class MutedOutbox:
    """Says nothing: all of it was published before."""

    async def publish(self, partition: int, lines: Sequence[Line]) -> None:
        """Drops the lines."""


def rebuild(settings: Settings, policy: Policy, accept_gap: bool, tell: Callable[[str], None]) -> Rebuilt:
    """Builds the state; `tell` hears how far it is. Raises `CannotRebuildError` or `UpkeepError`, before anything is
    changed.
    """
    kafka = doctor.look_at_kafka(settings)
    lacking = what_lacks("administrator", settings, kafka.seen)
    if lacking is not None:
        raise CannotRebuildError(lacking)
    check = doctor.check_partitions(kafka)
    if not check.ok:
        raise CannotRebuildError(check.sentence)
    partitions = kafka.partitions().get(topics.LISTINGS.name, 0)
    committed = {TP(*where): at for where, at in kafka.committed.items() if where[0] in INPUTS}
    if not committed:
        raise CannotRebuildError(
            f"The group {settings.consumer_group} has committed nothing in Kafka: there is no state to build again, "
            "start a worker."
        )
    _refuse_members(settings)
    with plainly(settings, CannotRebuildError):
        phase = _phase(settings, partitions)
        began, spans = asyncio.run(_spans(kafka_access(settings).options, committed, partitions))
    gaps = [f"{tp.topic} partition {tp.partition} begins at offset {at}" for tp, at in sorted(began.items()) if at]
    if gaps and not accept_gap:
        raise CannotRebuildError(
            f"Kafka no longer has the first events ({len(gaps)} topic-partitions, such as {gaps[0]}): "
            "read in docs/operations.md what cannot be restored, then run `assay rebuild --accept-gap`."
        )
    with plainly(settings, CannotRebuildError):
        return asyncio.run(_rebuild(settings, policy, partitions, spans, gaps, phase, tell))


def _refuse_members(settings: Settings) -> None:
    if members := members_of(settings):
        raise CannotRebuildError(
            f"{members} workers of the group {settings.consumer_group} run: stop them first, and wait until the "
            f"group has noticed ({settings.session_timeout_seconds} s after a kill)."
        )


def _phase(settings: Settings, partitions: int) -> str:
    """How far an interrupted rebuild has come; `EVENTS` where none was."""
    seen = look_at_redis(settings)
    if not isinstance(seen, RedisSeen):
        raise CannotRebuildError(seen)
    (phase,) = asyncio.run(ask(settings, ("GET", REBUILD_KEY)))
    if phase is not None:
        return str(phase.decode())
    if seen.meta or seen.partitions_among(settings, set(range(partitions))):
        raise CannotRebuildError(
            "Redis is not empty: `assay rebuild` fills an empty one; if this state is to be given up, delete the "
            "keys assay:* first."
        )
    return EVENTS


async def _spans(
    kafka: KafkaOptions, committed: Mapping[TP, int], partitions: int
) -> tuple[dict[TP, int], dict[TP, Span]]:
    """Where each log begins, and what is to be read of it."""
    lanes = [TopicPartition(topic, number) for topic in INPUTS for number in range(partitions)]
    consumer = consumer_of(kafka)
    await consumer.start()
    try:
        began = {TP(*tp): at for tp, at in (await consumer.beginning_offsets(lanes)).items()}
    finally:
        await consumer.stop()
    return began, {tp: Span(at, committed.get(tp, at)) for tp, at in began.items()}


async def _rebuild(
    settings: Settings,
    policy: Policy,
    partitions: int,
    spans: Mapping[TP, Span],
    gaps: list[str],
    phase: str,
    tell: Callable[[str], None],
) -> Rebuilt:
    options = kafka_access(settings).options
    catalogue = ReferenceTopics(options, Reference())
    await catalogue.read_to_end()
    store = RedisStore(redis_access(settings))
    kafka = KafkaOutbox(options, settings.linger_ms)
    try:
        events = 0
        if phase == EVENTS:
            await ask(settings, ("SET", REBUILD_KEY, EVENTS))
            judged = hold_back(policy, await _whole_from_us(settings, policy, spans)) if gaps else policy
            hop = _hop(settings, judged, partitions, catalogue.reference, store, MutedOutbox())
            events = await History(hop, options, spans, tell).judge()
            await ask(settings, ("SET", REBUILD_KEY, HANDING_OVER))
        # From here on lines are published: what an interrupted one had committed and not published goes out now.
        hop = _hop(settings, policy, partitions, catalogue.reference, store, kafka)
        handed = await hand_over(hop, range(partitions), settings, policy)
    except PartitionLostError as error:
        raise CannotRebuildError(f"Somebody else works on this Redis ({error}): stop it, and start over.") from None
    finally:
        await kafka.close()
        await store.close()
    told = [each for pair in meta(partitions).items() for each in pair]
    await ask(settings, ("HSET", META_KEY, *told), ("UNLINK", REBUILD_KEY))
    return Rebuilt(events, handed, gaps)


def _hop(
    settings: Settings, policy: Policy, partitions: int, reference: Reference, store: RedisStore, outbox: Outbox
) -> Hop:
    around = Surroundings(reference, int(settings.market_cache_seconds * SECOND_US), policy.rates)
    terms = HopTerms(
        by_events=True,
        lateness_us=int(settings.allowed_lateness_seconds * SECOND_US),
        batch=min(BATCH, settings.max_poll_records),
        sellers_kept=max(1, settings.seller_cache // partitions),
        partitions=partitions,
        checks_keys=True,
        by_stamps=settings.clock == "wall",
    )
    return Hop(Judge(policy), store, outbox, around, terms, clock=wall_clock_us)


async def _whole_from_us(settings: Settings, policy: Policy, spans: Mapping[TP, Span]) -> int:
    """When nothing is missing any more: every log has begun by then, and one SLA of refunds has passed."""
    lanes = {tp: span for tp, span in spans.items() if span.begins and span.begins < span.ends}
    consumer = consumer_of(kafka_access(settings).options)
    await consumer.start()
    try:
        first_ms = 0
        for tp, span in lanes.items():
            consumer.assign([TopicPartition(*tp)])
            consumer.seek(TopicPartition(*tp), span.begins)
            first_ms = max(first_ms, (await consumer.getone()).timestamp)
    finally:
        await consumer.stop()
    terms = policy.terms.returns
    return first_ms * 1_000 + int((terms.refund_sla_hours + terms.scan_grace_hours) * HOUR_US)
