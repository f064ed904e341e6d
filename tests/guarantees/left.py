"""What a run leaves behind: all state, every line, the last record of each key; and whether two runs left the same."""

import base64
import contextlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from schemas import topics
from tests.guarantees.lines import Line
from tests.guarantees.marketplace import COMPACTED, Marketplace
from tests.guarantees.test_parity import as_if_from_a_file


class Left(NamedTuple):
    """What a run leaves behind.

    `lines` counts those of the compacted topics, repeated ones too; `unsaid` are lines that the broker refused, as
    their dead letters show them.
    """

    states: dict[bytes, Any]
    newest: dict[tuple[str, bytes], Line]
    said: dict[str, set[Line]]
    refused: set[tuple[Any, ...]]
    unsaid: dict[str, set[Line]]
    lines: int

    @property
    def repeated(self) -> int:
        """How many lines were said more than once."""
        return self.lines - sum(map(len, self.said.values()))


def left(here: Marketplace) -> Left:
    outputs = here.outputs()
    newest = {(topic, line.key): line for topic in COMPACTED for line in outputs[topic]}
    letters = [line for line in outputs[topics.DEAD_LETTERS.name] if not line.key.startswith(b"assay.")]
    refused = {(line.partition, line.key, *sorted(without_time(line).items())) for line in letters}
    said = {topic: set(outputs[topic]) for topic in COMPACTED}
    unsaid = {topic: set(lines_in(outputs[topics.DEAD_LETTERS.name], topic)) for topic in COMPACTED}
    return Left(here.states(), newest, said, refused, unsaid, sum(len(outputs[topic]) for topic in COMPACTED))


def lines_in(letters: Iterable[Line], topic: str) -> Iterator[Line]:
    """Lines of that topic in dead letters."""
    for letter in (line for line in letters if line.key.startswith(f"{topic}:".encode())):
        told = json.loads(letter.value or b"")
        yield Line(told["partition"], told["key"].encode(), base64.b64decode(told["value"]))


def without_time(line: Line) -> dict[str, Any]:
    """A dead letter apart from the watermark at which it was met, which a new owner's memory does not order."""
    assert line.value is not None
    return {name: value for name, value in as_if_from_a_file(line.value).items() if name != "at"}


def _apart(found: Any, expected: Any) -> str:
    """What is other in two values of a key, shortened; of hashes the fields that differ."""
    if isinstance(found, dict) and isinstance(expected, dict):
        other = [field for field in found.keys() | expected.keys() if found.get(field) != expected.get(field)]
        return "; ".join(f"{field!r}: {_apart(found.get(field), expected.get(field))}" for field in other[:3])
    return f"{_shown(found)}, undisturbed {_shown(expected)}"


def _shown(value: Any) -> str:
    if isinstance(value, bytes) and not value.startswith(b"{"):
        with contextlib.suppress(msgspec.DecodeError):
            value = msgspec.msgpack.decode(value)
    return str(value)[:1_500]


def assert_same(found: Left, expected: Left) -> None:
    assert found.states.keys() == expected.states.keys(), sorted(found.states.keys() ^ expected.states.keys())[:10]
    differs = [name for name, value in expected.states.items() if found.states[name] != value]
    assert not differs, f"{len(differs)} keys in Redis differ: {differs[:10]}\n" + "\n".join(
        f"{name!r}: {_apart(found.states[name], expected.states[name])}" for name in differs[:5]
    )
    assert found.refused == expected.refused
    for topic in COMPACTED:
        missing = expected.said[topic] - found.said[topic] - found.unsaid[topic]
        surplus = (found.said[topic] | found.unsaid[topic]) - expected.said[topic]
        assert not missing, f"{topic}: {len(missing)} lines are missing: {sorted(missing, key=str)[:2]}"
        assert not surplus, (
            f"{topic}: {len(surplus)} lines that an undisturbed run does not say: {sorted(surplus, key=str)[:2]}"
        )
    unsaid = {(topic, line.key) for topic, lines in found.unsaid.items() for line in lines}
    compared = [name for name in expected.newest if name not in unsaid]
    wrong = [name for name in compared if found.newest[name] != expected.newest[name]]
    assert not wrong, f"of {len(wrong)} keys the last record is another: {wrong[:10]}"
