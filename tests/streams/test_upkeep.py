"""Topics and dead letters on a real Kafka."""

from datetime import UTC, datetime
from typing import Any

import kafka
import msgspec
import pytest

from schemas import topics
from schemas.wire import Refused, dead_letter, encode
from streams.dead_letters import read_dead_letter, read_dead_letters
from streams.settings import Settings
from streams.upkeep import UpkeepError, create_topics, describe_topics, wanted_configs, wanted_insync

pytestmark = pytest.mark.stack


@pytest.fixture
def settings(no_topics: Any) -> Settings:
    return Settings(kafka_bootstrap=no_topics.kafka_bootstrap, redis_url=no_topics.redis_url, partitions=3)


def _send_dead_letters(settings: Settings, reasons: list[str]) -> None:
    producer = kafka.KafkaProducer(bootstrap_servers=settings.kafka_bootstrap)
    for number, reason in enumerate(reasons):
        letter = dead_letter(
            Refused(reason, "why"),  # type: ignore[arg-type]  # one of the reasons, from the test
            topic=topics.LISTINGS.name if number % 2 else topics.ORDERS.name,
            partition=0,
            offset=number,
            key=b"seller",
            value=b"{}",
            at=datetime(2026, 1, 1 + number, tzinfo=UTC),
        )
        producer.send(topics.DEAD_LETTERS.name, encode(letter), key=str(number).encode())
    producer.flush()
    producer.close()


def test_topics_are_made_with_their_partitions_compaction_and_retention(settings: Settings) -> None:
    made = create_topics(settings)
    assert [topic.name for topic in made] == [topic.name for topic in topics.ALL]
    assert all(topic.created for topic in made)
    for seen in describe_topics(settings):
        assert seen.partitions == (1 if seen.topic.one_partition else 3)
        assert seen.configs | wanted_configs(seen.topic) == seen.configs


def test_two_of_three_copies_must_have_a_record_unless_the_setting_says_otherwise() -> None:
    assert [wanted_insync(copies, Settings()) for copies in (1, 2, 3, 5)] == [1, 1, 2, 2]
    assert [wanted_insync(copies, Settings(min_insync_replicas=3)) for copies in (2, 3, 5)] == [2, 3, 3]


def test_making_topics_again_changes_nothing_and_says_what_differs(settings: Settings) -> None:
    create_topics(settings)
    again = create_topics(msgspec.structs.replace(settings, partitions=5))
    assert not any(topic.created for topic in again)
    assert {(topic.partitions, topic.wanted) for topic in again} == {(3, 5), (1, 1)}


def test_more_copies_than_brokers_are_refused_in_one_sentence(settings: Settings) -> None:
    with pytest.raises(UpkeepError, match=r"^Kafka did not create marketplace\.listings\.v1: .*replication factor"):
        create_topics(msgspec.structs.replace(settings, replication_factor=3))


def test_a_topic_that_is_missing_is_seen_as_such(settings: Settings) -> None:
    create_topics(settings, topics.MARKETPLACE)
    missing = [seen.topic for seen in describe_topics(settings) if not seen.partitions]
    assert missing == [*topics.REFERENCE, *topics.OUTPUTS]


def test_dead_letters_come_by_age_and_can_be_filtered(settings: Settings) -> None:
    create_topics(settings)
    _send_dead_letters(settings, ["bad_price", "not_json", "bad_price", "no_type"])
    letters = read_dead_letters(settings)
    assert [stored.letter.offset for stored in letters] == [0, 1, 2, 3]
    assert [stored.letter.offset for stored in read_dead_letters(settings, limit=2)] == [2, 3]
    assert [stored.letter.offset for stored in read_dead_letters(settings, reason="bad_price")] == [0, 2]
    assert [stored.letter.offset for stored in read_dead_letters(settings, topic=topics.LISTINGS.name)] == [1, 3]


def test_a_dead_letter_is_found_by_its_own_position(settings: Settings) -> None:
    create_topics(settings)
    _send_dead_letters(settings, ["bad_price"] * 5)
    for stored in read_dead_letters(settings):
        assert read_dead_letter(settings, stored.partition, stored.offset) == stored
    with pytest.raises(UpkeepError, match="has no record at 0:99"):
        read_dead_letter(settings, 0, 99)


def test_a_line_of_somebody_else_among_the_dead_letters_is_named(settings: Settings) -> None:
    create_topics(settings)
    producer = kafka.KafkaProducer(bootstrap_servers=settings.kafka_bootstrap)
    producer.send(topics.DEAD_LETTERS.name, b"hello", partition=1)
    producer.flush()
    producer.close()
    with pytest.raises(UpkeepError, match=r"assay\.dead-letters\.v1 1:0 is no dead letter"):
        read_dead_letters(settings)


def test_a_missing_topic_of_dead_letters_says_how_to_make_it(settings: Settings) -> None:
    with pytest.raises(UpkeepError, match=r"has no topic .*: run `assay topics create`"):
        read_dead_letters(settings)
