"""What is left out of an alert that would be too long, and what is not."""

import msgspec
import pytest

from detectors import fitting as module
from detectors.fitting import FEW_EVENT_IDS, MAX_SHORT_NUMBER, MAX_SHORT_SENTENCE, fitting
from schemas import Alert, Evidence
from tests.detectors.test_restoring import alert


def long_line(sentence: str = "it was seen", **numbers: str) -> Alert:
    ids = tuple(f"event-{number}" for number in range(FEW_EVENT_IDS + 30))
    seen = Evidence(
        reason_code="odd", weight=1.0, sentence=sentence, event_ids=ids, event_count=len(ids), numbers=dict(numbers)
    )
    return alert(evidence=(seen,), listing_ids=tuple(f"listing-{number}" for number in range(8)))


def within(most: int, line: Alert, monkeypatch: pytest.MonkeyPatch) -> Alert:
    monkeypatch.setattr(module, "MAX_ALERT_BYTES", most)
    return fitting(line)


def test_a_line_that_just_fits_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    line = long_line()
    size = len(msgspec.json.encode(line))
    assert within(size, line, monkeypatch) is line
    shorter = within(size - 1, line, monkeypatch)
    assert shorter.evidence[0].event_ids == line.evidence[0].event_ids[-FEW_EVENT_IDS:]
    assert shorter.listing_ids == line.listing_ids


def test_listings_go_by_halves_until_it_fits_and_sentences_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    line = long_line("x" * (MAX_SHORT_SENTENCE + 1))
    few = msgspec.structs.replace(line.evidence[0], event_ids=line.evidence[0].event_ids[-FEW_EVENT_IDS:])
    wanted = msgspec.structs.replace(line, evidence=(few,), listing_ids=line.listing_ids[:4])
    assert within(len(msgspec.json.encode(wanted)), line, monkeypatch) == wanted


def test_at_last_a_sentence_and_its_numbers_are_cut_behind_their_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {"kept": "9" * MAX_SHORT_NUMBER, "gone": "9" * (MAX_SHORT_NUMBER + 1)}
    for length, cut in ((MAX_SHORT_SENTENCE, ""), (MAX_SHORT_SENTENCE + 1, "…")):
        (seen,) = within(1, long_line("x" * length, **numbers), monkeypatch).evidence
        assert seen.sentence == "x" * MAX_SHORT_SENTENCE + cut
        assert list(seen.numbers) == ["kept"]
