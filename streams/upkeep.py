"""Topics made and looked at: administration through kafka-python, blocking, outside the hop."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import AuthorizationError, KafkaError, TopicAlreadyExistsError, TopicAuthorizationFailedError

from schemas import topics
from streams import rights
from streams.kafka_access import kafka_access
from streams.kafka_trouble import why_unreachable
from streams.settings import Settings

BOOTSTRAP_MS: Final = 5_000
REQUEST_MS: Final = 15_000
#: Copies that a topic has where one broker may be lost with all that was acknowledged still there.
SAFE_COPIES: Final = 3
SAFE_INSYNC: Final = 2
INSYNC: Final = "min.insync.replicas"
#: What is set on every topic beside its own retention and clean-up.
ALLOWED_BYTES: Final = str(topics.MAX_MESSAGE_BYTES)


class UpkeepError(Exception):
    """Kafka could not do what was asked: one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class TopicMade:
    """What became of one topic; `partitions` is what it has now, `wanted` what the settings ask for."""

    name: str
    created: bool
    partitions: int
    wanted: int


@dataclass(frozen=True, slots=True)
class TopicSeen:
    """One topic as the broker has it; `partitions` 0 is one that does not exist, or that it does not show.

    `configs` are the broker's words; `allowed` is what it lets assay do there, None where it does not say.
    """

    topic: topics.Topic
    partitions: int = 0
    replicas: int = 0
    configs: dict[str, str] = field(default_factory=dict)
    allowed: tuple[str, ...] | None = None


def wanted_configs(topic: topics.Topic) -> dict[str, str]:
    """The configuration that a topic must have at the broker."""
    kept = {} if topic.compacted else {"retention.ms": str(topic.retention_ms)}
    policy = "compact" if topic.compacted else "delete"
    return {"cleanup.policy": policy, "max.message.bytes": ALLOWED_BYTES, **kept}


def wanted_insync(copies: int, settings: Settings) -> int:
    """How many of a topic's `copies` must have a record before a producer with acks=all may rely on it."""
    if settings.min_insync_replicas is not None:
        return min(copies, settings.min_insync_replicas)
    return SAFE_INSYNC if copies >= SAFE_COPIES else 1


def wanted_partitions(topic: topics.Topic, settings: Settings) -> int:
    return 1 if topic.one_partition else settings.partitions


@contextmanager
def administering(settings: Settings) -> Iterator[Any]:
    """A connected `KafkaAdminClient`; what Kafka refuses becomes an `UpkeepError`."""
    options = kafka_access(settings).options
    try:
        admin = KafkaAdminClient(**options, bootstrap_timeout_ms=BOOTSTRAP_MS, request_timeout_ms=REQUEST_MS)
    except (KafkaError, OSError) as error:
        raise unreachable(settings, error) from None
    try:
        yield admin
    except (KafkaError, OSError) as error:
        raise refused(settings, error) from None
    finally:
        admin.close()


def create_topics(settings: Settings, which: Iterable[topics.Topic] = topics.ALL) -> list[TopicMade]:
    """Makes the topics that are missing and leaves the others as they are; safe to repeat."""
    which = tuple(which)
    with administering(settings) as admin:
        before = _partition_counts(admin, which)
        missing = [topic for topic in which if topic.name not in before]
        if missing:
            _create(admin, missing, settings)
        now = _partition_counts(admin, which)
    return [
        TopicMade(topic.name, topic.name not in before, now.get(topic.name, 0), wanted_partitions(topic, settings))
        for topic in which
    ]


def describe_topics(settings: Settings, which: Iterable[topics.Topic] = topics.ALL) -> list[TopicSeen]:
    """Each topic as the broker has it, in the order asked for."""
    with administering(settings) as admin:
        return topics_seen(admin, tuple(which))


def topics_seen(admin: Any, which: tuple[topics.Topic, ...]) -> list[TopicSeen]:
    """`describe_topics` over a connection that is already there."""
    told = {topic["name"]: topic for topic in admin.describe_topics([topic.name for topic in which])}
    described = {name: topic for name, topic in told.items() if topic["error_code"] == 0}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in described]
    answered = admin.describe_configs(resources, config_filter="all") if resources else {}
    configs = answered.get("topic", {})
    seen = []
    for topic in which:
        if topic.name not in described:
            hidden = told.get(topic.name, {}).get("error_code") == TopicAuthorizationFailedError.errno
            seen.append(TopicSeen(topic, allowed=() if hidden else None))
            continue
        may = described[topic.name]["authorized_operations"]
        allowed = None if may is None else tuple(may)
        partitions = described[topic.name]["partitions"]
        values = {name: config["value"] for name, config in configs.get(topic.name, {}).items()}
        kept = {name: values[name] for name in (*wanted_configs(topic), "retention.ms", INSYNC) if name in values}
        seen.append(TopicSeen(topic, len(partitions), len(partitions[0]["replica_nodes"]), kept, allowed))
    return seen


def _create(admin: Any, missing: list[topics.Topic], settings: Settings) -> None:
    insync = {INSYNC: str(wanted_insync(settings.replication_factor, settings))}
    asked = {
        topic.name: {
            "num_partitions": wanted_partitions(topic, settings),
            "replication_factor": settings.replication_factor,
            "configs": wanted_configs(topic) | insync,
        }
        for topic in missing
    }
    answer = admin.create_topics(asked, timeout_ms=REQUEST_MS, raise_errors=False)
    for topic in answer["topics"]:
        # Somebody else may be making them at the same moment.
        if topic["error_code"] not in (0, TopicAlreadyExistsError.errno):
            raise UpkeepError(f"Kafka did not create {topic['name']}: {topic['error_message']}")
    admin.wait_for_topics(list(asked))


def what_lacks(role: str, settings: Settings, seen: Iterable[TopicSeen]) -> str | None:
    """One sentence that says which rights on topics the user lacks for that role; None where it has them all."""
    denied = {
        one.topic.name: rights.missing(role, "topic", one.topic.name, one.allowed)
        for one in seen
        if one.allowed is not None
    }
    said = [f"{' and '.join(operations)} {name}" for name, operations in denied.items() if operations]
    if not said:
        return None
    who = f"the user {settings.kafka_user}" if settings.kafka_user else "assay"
    return f"Kafka does not allow {who} to {', '.join(said)}: grant what docs/operations.md lists."


def members_of(settings: Settings) -> int:
    """How many workers are in the group now; one that was killed counts until its session has timed out."""
    with administering(settings) as admin:
        group = admin.describe_groups([settings.consumer_group]).get(settings.consumer_group, {})
    return len(group.get("members") or ())


def _described(admin: Any, which: tuple[topics.Topic, ...]) -> list[dict[str, Any]]:
    described: list[dict[str, Any]] = admin.describe_topics([topic.name for topic in which])
    return [topic for topic in described if topic["error_code"] == 0]


def _partition_counts(admin: Any, which: tuple[topics.Topic, ...]) -> dict[str, int]:
    return {topic["name"]: len(topic["partitions"]) for topic in _described(admin, which)}


def unreachable(settings: Settings, error: Exception) -> UpkeepError:
    """The sentence for a Kafka that does not answer, or that turns assay away at its door."""
    why = why_unreachable(kafka_access(settings))
    if why is not None:
        return UpkeepError(f"Kafka at {settings.kafka_bootstrap} cannot be used: {why}.")
    return UpkeepError(
        f"Kafka does not answer at {settings.kafka_bootstrap} ({said_by(error)}): start it (`make stack`), "
        f"or set kafka_bootstrap."
    )


def refused(settings: Settings, error: Exception) -> UpkeepError:
    """The sentence for a Kafka that answers and does not do it."""
    if (
        isinstance(error, AuthorizationError) or "AuthorizationFailed" in type(error).__name__
    ):  # aiokafka's have no class
        who = f"the user {settings.kafka_user}" if settings.kafka_user else "assay"
        said = f"Kafka at {settings.kafka_bootstrap} does not allow it to {who} ({said_by(error)})"
        return UpkeepError(f"{said}: grant the rights that docs/operations.md lists.")
    return UpkeepError(f"Kafka at {settings.kafka_bootstrap} refused: {said_by(error)}.")


def said_by(error: Exception) -> str:
    """The first line of what an error says, for a sentence."""
    return str(error).strip().rstrip(".").partition("\n")[0] or type(error).__name__
