"""The topics: their names, what is on them, and where a key goes."""

import random
import re

import pytest
from aiokafka.partitioner import DefaultPartitioner as AiokafkaPartitioner
from kafka.partitioner.default import DefaultPartitioner as KafkaPythonPartitioner

import schemas
from schemas import events, outputs, topics
from schemas.events import Event

INNER = {"Event", "Evidence"}  # words that stand inside others or above them, never on a topic by themselves
MASS_NOUNS = {"audit"}


class OneTopic:
    """What kafka-python's partitioner asks of a cluster: one topic `t`, every partition available."""

    def __init__(self, partitions: int) -> None:
        self.partitions = set(range(partitions))

    def topics(self) -> set[str]:
        return {"t"}

    def partitions_for_topic(self, _topic: str) -> set[int]:
        return self.partitions

    available_partitions_for_topic = partitions_for_topic


def test_topic_names_are_unique_and_say_owner_plural_and_version() -> None:
    names = [topic.name for topic in topics.ALL]
    assert len(set(names)) == len(names)
    for name in names:
        matched = re.fullmatch(r"(marketplace|reference|assay)\.([a-z]+(?:-[a-z]+)*)\.v[1-9][0-9]*", name)
        assert matched, name
        assert matched[2].endswith("s") or matched[2] in MASS_NOUNS, name


def test_every_word_is_on_exactly_one_topic() -> None:
    on_topics = [word.__name__ for topic in topics.ALL for word in topic.words]
    assert sorted(on_topics) == sorted(set(schemas.__all__) - INNER)


def test_every_event_type_has_a_type_of_its_own_in_the_past_tense_and_one_topic() -> None:
    words = [word for topic in topics.MARKETPLACE for word in topic.words]
    assert all(issubclass(word, Event) for word in words)
    tags = [word.__struct_config__.tag for word in words]
    assert len(set(tags)) == len(tags)
    assert tags == [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word.__name__).lower() for word in words]
    assert {word: topic for word, topic in topics.TOPIC_OF.items() if word not in topic.words} == {}
    assert set(topics.TOPIC_OF) == set(words)


def test_no_event_type_was_left_off_the_topics() -> None:
    """One that is on none is refused as unknown, wherever else it is spoken of."""
    told = {word for word in vars(events).values() if isinstance(word, type) and issubclass(word, Event)}
    assert {word for word in told - {Event} if not word.__name__.startswith("_")} == set(topics.TOPIC_OF)


def test_marketplace_and_output_topics_about_a_seller_are_keyed_by_it() -> None:
    assert {topic.key for topic in topics.MARKETPLACE} == {"seller_id"}
    for topic in (*topics.REFERENCE, topics.ALERTS, topics.STANDINGS):
        assert topic.key in topic.words[0].__struct_fields__


def test_what_consumers_need_the_latest_of_is_compacted_and_the_rest_ends_one_day() -> None:
    compacted = {topic.name for topic in topics.ALL if topic.compacted}
    assert compacted == {
        "reference.products.v1", "reference.brands.v1", "assay.holds.v1", "assay.alerts.v1", "assay.sellers.v1"
    }  # fmt: skip
    for topic in topics.ALL:
        assert ("retention.ms" in topic.configuration()) is not topic.compacted
        assert topic.configuration()["max.message.bytes"] == str(16 * 1024 * 1024)
    assert topics.DEAD_LETTERS.configuration()["retention.ms"] == str(7 * 24 * 3600 * 1000)
    assert topics.AUDIT.configuration() == {
        "cleanup.policy": "delete", "max.message.bytes": "16777216", "retention.ms": "-1"
    }  # fmt: skip


def test_every_reason_of_a_dead_letter_and_every_alert_revision_are_in_the_outputs() -> None:
    for topic in (topics.ALERTS, topics.HOLDS, topics.STANDINGS):
        assert "revision" in topic.words[0].__struct_fields__
    assert topics.DEAD_LETTERS.words == (outputs.DeadLetter,)


@pytest.mark.parametrize("partitions", [1, 4, 12, 64])
def test_a_key_goes_where_javas_default_partitioner_sends_it(partitions: int) -> None:
    """Compared with the two Python clients, which carry the same arithmetic each in its own words."""
    dice = random.Random(20130514)
    everywhere = list(range(partitions))
    keys = [dice.randbytes(dice.randrange(40)) for _ in range(1_990)]
    keys += [b"", b"s", "三星直销店".encode(), b"\xff" * 3, b"samsung-direct", *(b"x" * n for n in range(5))]
    for key in keys:
        expected = KafkaPythonPartitioner().partition("t", key, key, None, None, OneTopic(partitions))
        assert topics.partition_of(key, partitions) == expected
        assert AiokafkaPartitioner()(key, everywhere, everywhere) == expected
    seen = {topics.partition_of(key, partitions) for key in keys}
    assert seen == set(everywhere)
