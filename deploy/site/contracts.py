"""`docs/reference/contracts.md`: every topic, and the fields of every word on it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from deploy.site.fields import Pages, Schema, fields
from deploy.site.tables import code, link, plain, table
from detectors.state import REMEMBERED_EVENTS
from schemas import fields as limits
from schemas import topics
from schemas.export import json_schema
from schemas.topics import Topic

EXAMPLES: Final = Path(__file__).resolve().parents[2] / "tests/schemas/golden/v1"
_SAID_BY: Final = {
    **dict.fromkeys(topics.MARKETPLACE, "the marketplace"),
    **dict.fromkeys(topics.REFERENCE, "the marketplace"),
    topics.VERDICTS: "moderators' tools",
    topics.AUDIT: "the console",
}
_INTRO: Final = f"""# Contracts

What a marketplace sends, and what assay answers. A value is one JSON object in UTF-8; no schema registry is needed. An
event says its kind in `type`; fields and types that are not known are skipped, so a producer may send more. The same
for programs: a JSON Schema a topic and an AsyncAPI 3.0 document, in `schemas/published/`.

- **Key and partition.** Every marketplace topic is keyed by `seller_id`. All topics have one number of partitions, N,
  but those of the reference catalogue, which have one. A key lies in partition `murmur2(key) & 0x7fffffff mod N`, as
  Java's client has it by default; producers on librdkafka set `partitioner=murmur2_random`. A record in a wrong
  partition becomes a dead letter.
- **Times** are RFC 3339 with an offset. `event_time` is when it happened, not when it was sent.
- **Money** is a decimal, as a string or a number, beside a `currency`. Published sums are strings.
- **People.** A seller's identifiers are sent as keyed hashes only, which `assay hash` makes; `buyer_id` is a pseudonym.
- **Limits.** An event has at most {limits.MAX_EVENT_BYTES:,} bytes and {limits.MAX_NESTING} levels. What does not fit
  becomes a dead letter with a reason, and its neighbours are judged.
- **Identity.** `event_id` is the producer's own and unique. An event that is sent twice counts once as long as fewer
  than {REMEMBERED_EVENTS} others of its seller came between.
- **Holds, alerts and sellers** come in revisions: of one key the line with the highest `revision` counts, and a value
  of null takes the key back. Whoever consumes `assay.holds.v1` withholds from `placed` until `released`, or until
  `expires_at` by its own clock.

The examples are lines that every version of assay has to go on reading (`tests/schemas/golden/`).
"""


def page() -> str:
    """The whole page."""
    rows = [
        (
            link(topic.name),
            plain(topic.about),
            _SAID_BY.get(topic, "assay"),
            code(topic.key),
            kept(topic),
        )
        for topic in topics.ALL
    ]
    overview = table(("topic", "what is on it", "written by", "key", "kept"), rows)
    return "\n".join([_INTRO, "## Topics\n", overview, *(_topic(topic) for topic in topics.ALL)])


def kept(topic: Topic) -> str:
    """For how long Kafka keeps a record of the topic."""
    if topic.compacted:
        return "for ever, of each key the newest"
    return "for ever" if topic.retention_ms == -1 else f"for {topic.retention_ms // topics.DAY_MS} days"


def objects() -> frozenset[str]:
    """Names of all objects that the page describes."""
    return frozenset(name for topic in topics.ALL for name in json_schema(topic)["$defs"])


def _topic(topic: Topic) -> str:
    definitions: dict[str, Schema] = json_schema(topic)["$defs"]
    said = [f"## {topic.name}\n", f"{plain(topic.about)} Kept {kept(topic)}.\n"]
    described: dict[str, str] = {}
    for word in topic.words:
        said += _word(word, topic, definitions, described)
    words = {word.__name__ for word in topic.words}
    for name in sorted(_own(topic) - words):
        said += [
            f"### {name}\n",
            f"{plain(definitions[name].get('description', ''))}\n",
            fields(definitions[name], _PAGES),
        ]
    return "\n".join(said)


def _word(word: type[Any], topic: Topic, definitions: dict[str, Schema], described: dict[str, str]) -> Iterator[str]:
    schema = definitions[word.__name__]
    tag = word.__struct_config__.tag
    yield f"### {word.__name__}\n"
    yield f"{plain(schema.get('description', ''))}{f' Its `type` is `{tag}`.' if tag else ''}\n"
    rows = fields(_without_type(schema), _PAGES)
    if rows in described:
        yield f"The fields of {link(described[rows])}.\n"
    else:
        described[rows] = word.__name__
        yield rows
    yield f"```json\n{_example(word, topic)}\n```\n"


def _own(topic: Topic) -> frozenset[str]:
    """The objects of a topic that no topic before it has."""
    before = topics.ALL[: topics.ALL.index(topic)]
    return frozenset(json_schema(topic)["$defs"]) - {name for other in before for name in json_schema(other)["$defs"]}


def _without_type(schema: Schema) -> Schema:
    properties = {name: held for name, held in schema["properties"].items() if name != "type"}
    return {**schema, "properties": properties}


def _example(word: type[Any], topic: Topic) -> str:
    """The first golden line of the word."""
    for line in (EXAMPLES / f"{topic.name}.jsonl").read_bytes().splitlines():
        tag = word.__struct_config__.tag
        if not tag or msgspec.json.decode(line).get("type") == tag:
            return msgspec.json.format(line, indent=1).decode()
    raise LookupError(f"{EXAMPLES}/{topic.name}.jsonl has no line of {word.__name__}: add one.")


_PAGES: Final = Pages({"": objects()})
