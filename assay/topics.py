"""`assay topics`: the topics made and shown."""

import click
import msgspec

from assay.failure import Failure
from assay.invocation import Invocation, pass_invocation
from assay.table import echo_table
from schemas import topics as known
from streams.upkeep import TopicSeen, create_topics, describe_topics

DAY_MS = known.DAY_MS


@click.group()
def topics() -> None:
    """Makes and shows the topics that assay reads and writes."""


@topics.command()
@click.option("--partitions", type=click.IntRange(min=1), help="Partitions of each topic keyed by seller.")
@click.option("--replication-factor", type=click.IntRange(min=1), help="Copies that Kafka keeps of each partition.")
@pass_invocation
def create(invocation: Invocation, partitions: int | None, replication_factor: int | None) -> None:
    """Makes the topics that are missing; those that exist stay as they are.

    Safe to repeat. Ends with exit code 1 where a topic exists with another number of partitions.
    """
    settings = invocation.settings(partitions=partitions, replication_factor=replication_factor)
    made = create_topics(settings)
    echo_table(
        ("topic", "partitions", "state"),
        [(topic.name, topic.partitions, "created" if topic.created else "exists") for topic in made],
    )
    others = [
        f"{topic.name} ({topic.partitions} instead of {topic.wanted})"
        for topic in made
        if topic.partitions != topic.wanted
    ]
    if others:
        raise Failure(f"These exist with another number of partitions and were left as they are: {', '.join(others)}.")


@topics.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a topic.")
@pass_invocation
def describe(invocation: Invocation, as_json: bool) -> None:
    """Shows every topic: its partitions, copies, clean-up, retention and largest message, as the broker has it."""
    seen = describe_topics(invocation.settings())
    if as_json:
        for topic in seen:
            click.echo(msgspec.json.encode(_line(topic)))
        return
    headings = ("topic", "key", "partitions", "copies", "clean-up", "retention", "largest message", "holds")
    echo_table(headings, [_row(topic) for topic in seen])


def _line(seen: TopicSeen) -> dict[str, object]:
    facts = {"topic": seen.topic.name, "key": seen.topic.key, "exists": seen.partitions > 0}
    return facts | {"partitions": seen.partitions, "replication_factor": seen.replicas, "configs": seen.configs}


def _row(seen: TopicSeen) -> tuple[object, ...]:
    if not seen.partitions:
        return seen.topic.name, seen.topic.key, "missing", "", "", "", "", seen.topic.about
    policy = seen.configs.get("cleanup.policy", "")
    kept_ms = int(seen.configs.get("retention.ms", 0))
    kept = "newest per key" if policy == "compact" else "for ever" if kept_ms < 0 else f"{kept_ms / DAY_MS:g} days"
    largest = f"{int(seen.configs.get('max.message.bytes', 0)) / (1 << 20):g} MiB"
    return seen.topic.name, seen.topic.key, seen.partitions, seen.replicas, policy, kept, largest, seen.topic.about
