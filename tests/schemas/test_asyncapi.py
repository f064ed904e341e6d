"""The AsyncAPI document: its references resolve, and every topic and word is in it.

Checked by structure; the official JSON Schema of AsyncAPI 3.0.0 (380 KB) is not part of this repository, so these tests
do not prove full conformance.
"""

import json
from typing import Any

import pytest

from schemas import export, topics

DOCUMENT: dict[str, Any] = json.loads((export.PUBLISHED / "asyncapi.json").read_bytes())
TOPICS = pytest.mark.parametrize("topic", topics.ALL, ids=lambda topic: topic.name)


def resolved(reference: dict[str, str]) -> Any:
    """What a `$ref` of the document points at; KeyError where it points nowhere."""
    held: Any = DOCUMENT
    for step in reference["$ref"].removeprefix("#/").split("/"):
        held = held[step]
    return held


def references(node: Any) -> list[dict[str, str]]:
    if isinstance(node, list):
        return [found for inner in node for found in references(inner)]
    if not isinstance(node, dict):
        return []
    return ([node] if "$ref" in node else []) + [found for inner in node.values() for found in references(inner)]


def test_it_is_asyncapi_3_with_the_parts_that_a_reader_looks_for() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version", "description", "license"} <= set(DOCUMENT["info"])
    assert set(DOCUMENT) == {"asyncapi", "info", "defaultContentType", "channels", "operations", "components"}


def test_every_reference_resolves() -> None:
    found = references(DOCUMENT)
    assert len(found) > 100
    assert all(isinstance(resolved(reference), dict) for reference in found)


@TOPICS
def test_every_topic_is_a_channel_with_its_words_and_its_configuration(topic: topics.Topic) -> None:
    channel = DOCUMENT["channels"][topic.name]
    assert channel["address"] == topic.name
    assert set(channel["messages"]) == {word.__name__ for word in topic.words}
    kafka = channel["bindings"]["kafka"]
    assert (kafka["topic"], kafka.get("partitions")) == (topic.name, 1 if topic.one_partition else None)
    configuration = kafka["topicConfiguration"]
    assert configuration["cleanup.policy"] == ["compact" if topic.compacted else "delete"]
    assert configuration["max.message.bytes"] == 16 * 1024 * 1024
    assert configuration.get("retention.ms") == (None if topic.compacted else topic.retention_ms)


@TOPICS
def test_assay_receives_what_others_own_and_sends_what_it_owns(topic: topics.Topic) -> None:
    action = "send" if topic.name.startswith("assay.") else "receive"
    operation = DOCUMENT["operations"][f"{action}.{topic.name}"]
    assert operation["action"] == action
    assert operation["channel"] == {"$ref": f"#/channels/{topic.name}"}
    assert [message["$ref"] for message in operation["messages"]] == [
        f"#/channels/{topic.name}/messages/{word.__name__}" for word in topic.words
    ]


def test_there_are_no_operations_and_no_channels_beside_the_topics() -> None:
    assert len(DOCUMENT["channels"]) == len(DOCUMENT["operations"]) == len(topics.ALL)


@TOPICS
def test_every_message_has_its_schema_its_key_and_a_sentence(topic: topics.Topic) -> None:
    for word in topic.words:
        message = DOCUMENT["components"]["messages"][word.__name__]
        schema = resolved(message["payload"])
        assert set(schema["properties"]) >= set(schema["required"])
        assert schema["title"] == message["title"] == word.__name__
        assert message["summary"]
        assert message["bindings"]["kafka"]["key"] == {"type": "string", "description": topic.key}
        if "type" in schema["properties"]:
            assert schema["properties"]["type"] == {"enum": [message["name"]]}


def test_no_base_of_words_is_published() -> None:
    names = {*DOCUMENT["components"]["schemas"], *DOCUMENT["components"]["messages"]}
    assert not {name for name in names if name.startswith("_") or name == "Event"}
