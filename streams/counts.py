"""What a worker counts, for the summary of a replay and for the metrics."""

from collections import Counter
from collections.abc import Iterable

from detectors.judged import Judged, Tombstone, Word
from schemas import Alert, Hold


class Counts:
    """Plain counters of one hop."""

    def __init__(self) -> None:
        self.judged = 0
        self.ignored = 0
        self.late = 0
        self.dead_letters = 0
        self.deadlines = 0
        self.alerts: Counter[str] = Counter()
        self.alert_reasons: Counter[str] = Counter()
        self.holds: Counter[tuple[str, str]] = Counter()
        self.hold_reasons: Counter[str] = Counter()
        self.guards: Counter[tuple[str, str]] = Counter()

    def note(self, judged: Judged, is_late: bool) -> None:
        """Counts one event's outcome; a duplicate is ignored."""
        if not judged.is_news:
            self.ignored += 1
            return
        self.judged += 1
        self.late += is_late
        if judged.guards:
            self.guards.update(judged.guards)
        if judged.words:
            self.note_words(judged.words)

    def note_words(self, words: Iterable[Word]) -> None:
        """Counts what was decided."""
        for word in words:
            if isinstance(word, Alert):
                self.alerts[word.status] += 1
                if word.status == "opened":
                    self.alert_reasons.update(word.reason_codes)
            elif isinstance(word, Hold):
                self.holds[word.action, word.scope] += 1
                if word.action == "placed":
                    self.hold_reasons.update(word.reason_codes)
            else:
                assert isinstance(word, Tombstone) or word.seller_id
