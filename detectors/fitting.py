"""What is left out of an alert that would be longer than a line may be."""

from typing import Final

import msgspec

from schemas import Alert, Evidence
from schemas.outputs import MAX_ALERT_BYTES

FEW_EVENT_IDS: Final = 5
MAX_SHORT_SENTENCE: Final = 500
MAX_SHORT_NUMBER: Final = 40


def fitting(line: Alert) -> Alert:
    """`line` within `MAX_ALERT_BYTES`: event ids go first, then listing ids, then what makes a sentence long."""
    if _fits(line):
        return line
    evidence = tuple(msgspec.structs.replace(one, event_ids=one.event_ids[-FEW_EVENT_IDS:]) for one in line.evidence)
    line = msgspec.structs.replace(line, evidence=evidence)
    while not _fits(line) and line.listing_ids:
        line = msgspec.structs.replace(line, listing_ids=line.listing_ids[: len(line.listing_ids) // 2])
    if _fits(line):
        return line
    return msgspec.structs.replace(line, evidence=tuple(map(_shortened, line.evidence)))


def _fits(line: Alert) -> bool:
    return len(msgspec.json.encode(line)) <= MAX_ALERT_BYTES


def _shortened(evidence: Evidence) -> Evidence:
    numbers = {name: value for name, value in evidence.numbers.items() if len(str(value)) <= MAX_SHORT_NUMBER}
    sentence = evidence.sentence
    if len(sentence) > MAX_SHORT_SENTENCE:
        sentence = sentence[:MAX_SHORT_SENTENCE] + "…"
    return msgspec.structs.replace(evidence, sentence=sentence, numbers=numbers)
