"""What is wrong with an installation and how to mend it: one `Check` for each thing looked at, nothing is changed."""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kafka.errors import RetriableError

from detectors.policy import PolicyError, make_policy
from schemas import topics
from streams.dead_letters import read_dead_letters
from streams.doctor_redis import Check, RedisSeen, check_redis, look_at_redis
from streams.meta import VERSION, meta, reads
from streams.partitioner import Sample, sample_marketplace
from streams.settings import Settings, SettingsError, read_policy, unknown_in_environment
from streams.upkeep import INSYNC, TopicSeen, UpkeepError, administering, topics_seen, wanted_configs, wanted_insync

MEND_PRODUCER: Final = (
    "set `partitioner=murmur2_random` where the producer is built on librdkafka; Java's default partitioner is right"
)
NOTHING_YET: Final = "The marketplace topics hold no records yet: look again when they do."
COORDINATOR_SECONDS: Final = 15.0
#: Written to the seller's own partition, so it needs as many partitions as the topics it answers.
CO_PARTITIONED: Final = (*topics.MARKETPLACE, topics.ALERTS)


@dataclass(frozen=True, slots=True)
class KafkaSeen:
    """What was learnt from the broker; `committed` is the group's offset by (topic, partition)."""

    seen: list[TopicSeen] = field(default_factory=list)
    committed: dict[tuple[str, int], int] = field(default_factory=dict)

    def partitions(self) -> dict[str, int]:
        """Partitions by name of the topics that exist."""
        return {seen.topic.name: seen.partitions for seen in self.seen if seen.partitions}


def doctor(settings: Settings, environment: Mapping[str, str] = os.environ) -> list[Check]:
    """Looks at settings, policy, Kafka and Redis; never raises for what is wrong with them."""
    checks = [_check_environment(environment), _check_policy(settings)]
    kafka = None
    try:
        kafka = look_at_kafka(settings)
        checks.append(Check("kafka", True, f"Kafka answers at {settings.kafka_bootstrap}."))
        checks += _check_kafka(settings, kafka)
    except (UpkeepError, SettingsError) as error:
        checks.append(Check("kafka", False, str(error)))
    redis = look_at_redis(settings)
    checks += check_redis(redis)
    if isinstance(redis, RedisSeen) and kafka is not None:
        checks += [check_meta(redis, kafka), check_rebuild(redis), check_state(settings, redis, kafka)]
    return checks


def _check_environment(environment: Mapping[str, str]) -> Check:
    unknown = unknown_in_environment(environment)
    return Check("environment", not unknown, " ".join(unknown) or "Every ASSAY_ variable is a known setting.")


def _check_policy(settings: Settings) -> Check:
    try:
        policy = make_policy(read_policy(None), read_policy(settings.policy_file) if settings.policy_file else None)
    except (SettingsError, PolicyError) as error:
        return Check("policy", False, str(error))
    return Check("policy", True, f"The policy ({settings.policy_file or 'the packaged one'}) is {policy.version}.")


def look_at_kafka(settings: Settings) -> KafkaSeen:
    """The topics as the broker has them, and the group's committed offsets."""
    with administering(settings) as admin:
        seen = topics_seen(admin, topics.ALL)
        offsets = _committed(admin, settings.consumer_group)
    committed = {(where.topic, where.partition): stored.offset for where, stored in offsets.items()}
    return KafkaSeen(seen, {where: offset for where, offset in committed.items() if offset > 0})


def _committed(admin: Any, group: str) -> dict[Any, Any]:
    """A broker that never had a group first makes its topic of offsets, and asks to come again until it has."""
    deadline = time.monotonic() + COORDINATOR_SECONDS
    while True:
        try:
            answered: dict[str, dict[Any, Any]] = admin.list_group_offsets([group])
            return answered.get(group, {})
        except RetriableError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)


def _check_kafka(settings: Settings, kafka: KafkaSeen) -> Iterator[Check]:
    missing = [seen.topic.name for seen in kafka.seen if not seen.partitions]
    there = f"All {len(kafka.seen)} topics exist."
    mend = f"Topics are missing, `assay topics create` makes them: {', '.join(missing)}."
    yield Check("topics", not missing, mend if missing else there)
    yield check_partitions(kafka)
    yield _check_configs(settings, kafka)
    counts = kafka.partitions()
    present = {topic.name: counts[topic.name] for topic in topics.MARKETPLACE if topic.name in counts}
    if present:
        samples = sample_marketplace(settings, present)
        yield _check_partitioner(samples)
        yield _check_keys(samples)
    if topics.DEAD_LETTERS.name in counts:
        yield _check_wrong_partition(settings)


def check_partitions(kafka: KafkaSeen) -> Check:
    counts = kafka.partitions()
    found = {topic.name: counts[topic.name] for topic in CO_PARTITIONED if topic.name in counts}
    shared = {topic.name: counts[topic.name] for topic in topics.REFERENCE if counts.get(topic.name, 1) != 1}
    if len(set(found.values())) > 1:
        said = ", ".join(f"{name} {count}" for name, count in found.items())
        mend = "stop producers and workers, and make those that differ anew with one count"
        return Check("partitions", False, f"Topics keyed by seller have different partition counts ({said}): {mend}.")
    if shared:
        said = ", ".join(f"{name} {count}" for name, count in shared.items())
        return Check("partitions", False, f"Reference topics need one partition, make these anew with one: {said}.")
    return Check("partitions", True, f"Topics keyed by seller have {next(iter(found.values()), 'no')} partitions each.")


def _check_configs(settings: Settings, kafka: KafkaSeen) -> Check:
    wrong = []
    for seen in (seen for seen in kafka.seen if seen.partitions):
        wanted = wanted_configs(seen.topic)
        if seen.configs.get("cleanup.policy") != wanted["cleanup.policy"]:
            wrong.append(f"{seen.topic.name} cleanup.policy={wanted['cleanup.policy']}")
        insync = wanted_insync(seen.replicas, settings)
        if int(seen.configs.get(INSYNC, 1)) < insync:
            wrong.append(f"{seen.topic.name} {INSYNC}={insync}")
        if int(seen.configs.get("max.message.bytes", 0)) < int(wanted["max.message.bytes"]):
            wrong.append(f"{seen.topic.name} max.message.bytes={wanted['max.message.bytes']}")
    if wrong:
        return Check("topic settings", False, f"Set with kafka-configs.sh --alter --add-config: {'; '.join(wrong)}.")
    return Check("topic settings", True, "Compaction, copies and the largest message are right on every topic.")


def _check_partitioner(samples: list[Sample]) -> Check:
    looked_at = sum(sample.records for sample in samples)
    wrong = [sample for sample in samples if sample.elsewhere or sample.without_key]
    if wrong:
        said = ", ".join(f"{s.topic} {s.elsewhere + s.without_key} of {s.records}" for s in wrong)
        return Check("partitioner", False, f"Newest records lie in a wrong partition ({said}): {MEND_PRODUCER}.")
    said = f"The newest {looked_at} records lie in the partitions of their keys." if looked_at else NOTHING_YET
    return Check("partitioner", True, said)


def _check_keys(samples: list[Sample]) -> Check:
    wrong = [sample for sample in samples if sample.other_key or sample.without_key]
    if wrong:
        said = ", ".join(f"{s.topic} {s.other_key + s.without_key} of {s.records}" for s in wrong)
        return Check(
            "keys", False, f"Newest records have another key than their seller_id ({said}): send it as the key."
        )
    there = any(sample.records for sample in samples)
    return Check("keys", True, "The newest records have their seller_id as the key." if there else NOTHING_YET)


def _check_wrong_partition(settings: Settings) -> Check:
    letters = read_dead_letters(settings, reason="wrong_partition")
    if letters:
        newest = letters[-1].letter.at.isoformat()
        said = f"{len(letters)} dead letters say wrong_partition, the newest at {newest}"
        return Check("dead letters", False, f"{said}: those events were not judged; {MEND_PRODUCER}.")
    return Check("dead letters", True, "No dead letter says wrong_partition.")


def check_meta(redis: RedisSeen, kafka: KafkaSeen) -> Check:
    """Whether the state in Redis was written with these partitions and topics, by a version that this one can read."""
    if not redis.meta:
        return Check("state", True, "Redis holds no state of an earlier worker to agree with.")
    expected = meta(kafka.partitions().get(topics.LISTINGS.name, 0))
    differs = [
        f"{name} {redis.meta.get(name, 'unset')} instead of {value}"
        for name, value in expected.items()
        if redis.meta.get(name) != value and not (name == VERSION and reads(redis.meta.get(name)))
    ]
    if differs:
        mend = "bring back what it was written with, or point redis_url at an empty Redis"
        return Check("state", False, f"The state in Redis was written with {'; '.join(differs)}: {mend}.")
    return Check("state", True, "The state in Redis was written with these partitions and topics.")


def check_rebuild(redis: RedisSeen) -> Check:
    """Whether the state is whole."""
    if redis.is_rebuilding:
        said = "The state in Redis is being built again, or that was interrupted"
        return Check("rebuild", False, f"{said}: let `assay rebuild` come to its end, or run it again.")
    return Check("rebuild", True, "No rebuild of the state is under way.")


def check_state(settings: Settings, redis: RedisSeen, kafka: KafkaSeen) -> Check:
    inputs = {topic.name for topic in topics.MARKETPLACE}
    partitions = {partition for name, partition in kafka.committed if name in inputs}
    if partitions - redis.partitions_among(settings, partitions):
        said = f"Redis holds no state although the group {settings.consumer_group} has committed offsets in Kafka"
        return Check("offsets", False, f"{said}: bring Redis's data back, or build it again with `assay rebuild`.")
    return Check("offsets", True, "Redis and the offsets committed in Kafka do not contradict each other.")
