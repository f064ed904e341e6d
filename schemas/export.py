"""JSON Schema and AsyncAPI out of the words and their topics: what `make generate` writes to `schemas/published/`.

A schema says what to send and is stricter than the decoder in two respects: the decoder also skips unknown types, and
takes what Python's Decimal takes ("1_500").
"""

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from schemas import topics
from schemas.topics import Topic

PUBLISHED: Final = Path(__file__).parent / "published"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
KAFKA_BINDING: Final = "0.5.0"
#: The version of the contract, not of the code: it moves when a `.v1` topic gets a `.v2`.
CONTRACT_VERSION: Final = "1.0.0"


def documents() -> dict[str, str]:
    """File name -> text of every published document; the same words give the same text."""
    made = {f"{topic.name}.schema.json": json_schema(topic) for topic in topics.ALL}
    made["asyncapi.json"] = asyncapi()
    return {name: _text(document) for name, document in sorted(made.items())}


def json_schema(topic: Topic) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one value of `topic`; several event types are told apart by `type`."""
    references, definitions = _schemas(topic.words, "#/$defs/{name}")
    head = {"$schema": DIALECT, "$id": f"urn:assay:{topic.name}", "title": topic.name, "description": topic.about}
    if len(references) == 1:
        return {**head, **references[0], "$defs": definitions}
    mapping = {_tag(word): reference["$ref"] for word, reference in zip(topic.words, references, strict=True)}
    discriminator = {"propertyName": "type", "mapping": mapping}
    return {**head, "oneOf": references, "discriminator": discriminator, "$defs": definitions}


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0.0 document of the worker: what it receives, what it sends, how each topic is configured."""
    words = [word for topic in topics.ALL for word in topic.words]
    _, definitions = _schemas(tuple(words), "#/components/schemas/{name}")
    received = (*topics.MARKETPLACE, *topics.REFERENCE)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "assay",
            "version": CONTRACT_VERSION,
            "description": "A streaming counterfeit-listing detector: marketplace events in, alerts and holds out. "
            "Every event is keyed by seller_id; partition = murmur2(key) & 0x7fffffff mod N, Java's default "
            "partitioner; the marketplace topics have one number of partitions. Unknown fields and types are skipped.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in topics.ALL},
        "operations": {
            **{f"receive.{topic.name}": _operation("receive", topic) for topic in received},
            **{f"send.{topic.name}": _operation("send", topic) for topic in topics.OUTPUTS},
        },
        "components": {
            "messages": {word.__name__: _message(word, topic) for topic in topics.ALL for word in topic.words},
            "schemas": definitions,
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    configuration: dict[str, Any] = {
        name: [held] if name == "cleanup.policy" else int(held) for name, held in topic.configuration().items()
    }
    kafka: dict[str, Any] = {
        "topic": topic.name,
        "topicConfiguration": configuration,
        "bindingVersion": KAFKA_BINDING,
    }
    if topic.one_partition:
        kafka["partitions"] = 1
    return {
        "address": topic.name,
        "description": topic.about,
        "messages": {word.__name__: {"$ref": f"#/components/messages/{word.__name__}"} for word in topic.words},
        "bindings": {"kafka": kafka},
    }


def _operation(action: str, topic: Topic) -> dict[str, Any]:
    channel = f"#/channels/{topic.name}"
    messages = [{"$ref": f"{channel}/messages/{word.__name__}"} for word in topic.words]
    return {"action": action, "channel": {"$ref": channel}, "summary": topic.about, "messages": messages}


def _message(word: type[Any], topic: Topic) -> dict[str, Any]:
    return {
        "name": _tag(word),
        "title": word.__name__,
        "summary": (word.__doc__ or "").partition("\n")[0],
        "payload": {"$ref": f"#/components/schemas/{word.__name__}"},
        "bindings": {
            "kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": KAFKA_BINDING},
        },
    }


def _tag(word: type[Any]) -> str:
    return str(word.__struct_config__.tag or word.__name__)


def _schemas(words: tuple[type[Any], ...], template: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    references, definitions = msgspec.json.schema_components(words, ref_template=template)
    return [dict(reference) for reference in references], _with_decimals(definitions)


def _with_decimals(node: Any) -> Any:
    """`node` with each decimal as `schemas.fields` says it, string or number; msgspec insists on a string."""
    if isinstance(node, list):
        return [_with_decimals(held) for held in node]
    if not isinstance(node, dict):
        return node
    held_back = ("type", "format") if node.get("format") == "decimal" else ()
    return {name: _with_decimals(held) for name, held in node.items() if name not in held_back}


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
