"""Files through the hop: history, judged by the same code as the live worker, on state in memory."""

import gzip
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from detectors.judge import Judge
from detectors.policy import Policy
from detectors.reference import Reference
from schemas import wire
from schemas.fields import to_us
from streams.hop import Hop, HopTerms
from streams.memory_store import MemoryStore
from streams.outbox import FileOutbox, Outbox, letter_of
from streams.partition import Partition
from streams.polls import PlainRecord, Record
from streams.store import Line
from streams.surroundings import Surroundings

LANE: Final = ""  # a file holds any mix of topics: one lane, in the order given
BATCH: Final = 1_000


class UnreadableError(Exception):
    """An input that cannot be read; the message is one sentence."""


class Catalogue(NamedTuple):
    """The reference catalogue, and a dead letter for each line that was left out; a file's name is its topic."""

    reference: Reference
    refused: list[Line]


def history_hop(policy: Policy, reference: Reference, outbox: Outbox) -> Hop:
    """A hop over history: event time is the only clock, memory the only store."""
    around = Surroundings(reference, fresh_us=None, exchange=policy.rates)
    return Hop(Judge(policy), MemoryStore(), outbox, around, HopTerms(by_events=True, batch=BATCH), clock=lambda: 0)


async def replay(
    events: Sequence[str], catalogue: Catalogue, policy: Policy, out: Path, until_us: int | None = None
) -> dict[str, Any]:
    """Judges the events of these files ("-" is standard input) and writes what follows to `out`.

    Raises `UnreadableError` before anything is written where an input is missing or unreadable.
    """
    files = [open_lines(path) for path in events]
    out.mkdir(parents=True, exist_ok=True)
    outbox = FileOutbox(out)
    hop = history_hop(policy, catalogue.reference, outbox)
    await outbox.publish(0, catalogue.refused)
    hop.counts.dead_letters += len(catalogue.refused)
    began = time.perf_counter()
    read = 0
    try:
        partition = await hop.open(0, [LANE])
        for chunk in _chunks(_lines(events, files), BATCH):
            read += len(chunk)
            await feed(hop, partition, chunk)
        await end(hop, partition, until_us)
    finally:
        outbox.close()
        for file in files:
            file.close()
    seconds = time.perf_counter() - began
    summary = summary_of(hop, read, seconds, policy)
    (out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    return summary


async def feed(hop: Hop, partition: Partition, chunk: Sequence[Record]) -> None:
    """Judges one chunk of a history."""
    hop.decode(partition, chunk)
    partition.lanes[LANE].read_to = chunk[-1].offset + 1
    while partition.buffered:
        await hop.step([partition])
    await hop.publisher.wait([partition])


async def end(hop: Hop, partition: Partition, until_us: int | None) -> None:
    """After the last event the watermark stands at its time, or at `until_us`; without either nothing has ended."""
    reached_us = max(partition.highest_us, until_us or 0)
    if reached_us > 0:
        await hop.finish(partition, reached_us)


def summary_of(hop: Hop, events: int, seconds: float, policy: Policy) -> dict[str, Any]:
    """What `summary.json` says."""
    counts = hop.counts
    return {
        "events": events,
        "judged": counts.judged,
        "ignored": counts.ignored,
        "late": counts.late,
        "dead_letters": counts.dead_letters,
        "deadlines_fired": counts.deadlines,
        "alerts": {
            "status": _by(counts.alerts, 0),
            "reason_code": _by(counts.alert_reasons, 0),
        },
        "holds": {
            "action": _by(counts.holds, 0),
            "scope": _by({key: count for key, count in counts.holds.items() if key[0] == "placed"}, 1),
            "reason_code": _by(counts.hold_reasons, 0),
        },
        "abstained": {f"{who}:{guard}": count for (who, guard), count in sorted(counts.guards.items())},
        "seconds": round(seconds, 3),
        "events_per_second": round(events / seconds) if seconds else 0,
        "policy_version": policy.version,
    }


def read_reference(paths: Sequence[str]) -> Catalogue:
    """The reference catalogue of these files; a line that cannot be read is left out."""
    reference, refused = Reference(), []
    for path in paths:
        with open_lines(path) as file:
            for offset, line in enumerate(_readable(path, file)):
                if not line.strip():
                    continue
                word = wire.decode_reference(line)
                if isinstance(word, wire.Refused):
                    refused.append(letter_of(word, path, 0, offset, None, line.rstrip(b"\r\n"), 0))
                else:
                    reference.add(word)
    return Catalogue(reference, refused)


def open_lines(path: str) -> IO[bytes]:
    """A file of JSON lines, plain or .gz, or standard input."""
    if path == "-":
        return sys.stdin.buffer
    try:
        opened = gzip.open if path.endswith(".gz") else open
        file: IO[bytes] = opened(path, "rb")  # type: ignore[assignment]  # closed by whoever reads it
        file.peek(1)  # type: ignore[attr-defined]  # a folder, a missing right and a broken .gz show here
    except (OSError, EOFError) as error:
        raise UnreadableError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    return file


def parse_time(text: str) -> int:
    """An RFC 3339 time as microseconds; raises ValueError."""
    from datetime import datetime  # noqa: PLC0415 - only options of the command line are parsed here

    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("the time needs an offset, such as Z")
    return to_us(time)


def _lines(paths: Sequence[str], files: Sequence[IO[bytes]]) -> Iterator[PlainRecord]:
    offset = 0
    for path, file in zip(paths, files, strict=True):
        for line in _readable(path, file):
            stripped = line.rstrip(b"\r\n")
            if stripped:
                yield PlainRecord(LANE, 0, offset, None, stripped)
            offset += 1


def _readable(path: str, file: IO[bytes]) -> Iterator[bytes]:
    try:
        yield from file
    except (OSError, EOFError) as error:
        raise UnreadableError(f"{path} cannot be read to its end: {error}.") from error


def _chunks(records: Iterable[PlainRecord], size: int) -> Iterator[list[PlainRecord]]:
    chunk: list[PlainRecord] = []
    for record in records:
        chunk.append(record)
        if len(chunk) >= size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _by(counted: Any, place: int) -> dict[str, int]:
    total: dict[str, int] = {}
    for key, count in sorted(counted.items()):
        total[key[place]] = total.get(key[place], 0) + count
    return total
