"""What a worker counts, for the summary of a replay and for the metrics: plain numbers, added to when there is news.

Nothing here knows of Prometheus. An event that is judged again after a refused commit counts again.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from detectors.judged import Judged, Word
from schemas import Alert, Event, Hold, SellerStanding
from schemas.fields import SECOND_US, to_us
from schemas.topics import TOPIC_OF
from streams.spread import Spread

STEP_S: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
TIME_TO_HOLD_S: Final = (1.0, 5.0, 15.0, 60.0, 300.0, 1_800.0, 7_200.0, 43_200.0, 172_800.0)
BATCH_EVENTS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
CONFIDENCE: Final = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1.0)
PHASES: Final = ("load", "judge", "commit")
DECIDERS: Final = ("policy", "expiry", "moderator")
CURRENCIES: Final = 40  # told apart: whoever writes events chooses their currencies
OTHER: Final = "other"


class Counts:
    """Plain counters of one hop. `ignored`: duplicates and unknown types; `types` counts all that batches held."""

    def __init__(self) -> None:
        self.judged = 0
        self.ignored = 0
        self.late = 0
        self.dead_letters = 0
        self.deadlines = 0
        self.put_off = 0
        self.unmatched = 0
        self.alerts: Counter[tuple[str, str, str]] = Counter()  # status, family, mode
        self.alert_reasons: Counter[tuple[str, str]] = Counter()  # reason code, mode
        self.holds: Counter[tuple[str, str, str]] = Counter()  # action, scope, who decided
        self.hold_reasons: Counter[tuple[str, str]] = Counter()  # reason code, scope
        self.kept_back: Counter[str] = Counter()  # reason code
        self.guards: Counter[tuple[str, str]] = Counter()  # who abstained, guard
        self.findings: Counter[str] = Counter()  # reason code
        self.verdicts: Counter[tuple[str, str]] = Counter()  # reason code, verdict
        self.money: defaultdict[tuple[str, str], float] = defaultdict(float)  # what was placed or opened, currency
        self.types: Counter[type[Event] | type[None]] = Counter()  # None: no event
        self.exceptions: Counter[tuple[str, str]] = Counter()  # topic, outcome
        self.late_events: Counter[str] = Counter()  # topic
        self.letters: Counter[str] = Counter()  # reason
        self.commits: Counter[str] = Counter()  # outcome
        self.sure = Spread(CONFIDENCE)
        self.batches = Spread(BATCH_EVENTS)
        self.steps = {phase: Spread(STEP_S) for phase in PHASES}
        self.time_to_hold = {scope: Spread(TIME_TO_HOLD_S) for scope in ("listing", "seller", "payout")}

    def note(self, judged: Judged, event: Event, is_late: bool) -> None:
        """Counts one event's outcome; a duplicate is ignored."""
        if not judged.is_news:
            self.ignored += 1
            self.exceptions[TOPIC_OF[type(event)].name, "duplicate"] += 1
            return
        self.judged += 1
        if is_late:
            self.late += 1
            self.late_events[TOPIC_OF[type(event)].name] += 1
        if judged.guards:
            self.guards.update(judged.guards)
        if judged.sure < 1.0:
            self.sure.add(judged.sure)
        if judged.words or judged.found or judged.ruled:
            self.note_news(judged)

    def note_news(self, judged: Judged) -> None:
        """Counts what was seen, ruled and decided."""
        self.findings.update(judged.found)
        if judged.ruled is not None:
            verdict, reason_codes = judged.ruled
            self.verdicts.update((reason_code, verdict) for reason_code in reason_codes)
        self.note_words(judged.words)

    def note_words(self, words: Iterable[Word]) -> None:
        """Counts what was decided."""
        done: list[str] = []
        for word in words:
            if isinstance(word, Alert):
                self.alerts[word.status, word.family, word.mode] += 1
                if word.status == "opened":
                    self.alert_reasons.update((reason_code, word.mode) for reason_code in word.reason_codes)
                    done.append("alert")
            elif isinstance(word, Hold):
                by = word.decided_by if word.decided_by in DECIDERS else "moderator"
                self.holds[word.action, word.scope, by] += 1
                if word.action == "placed":
                    self.hold_reasons.update((reason_code, word.scope) for reason_code in word.reason_codes)
                    done.append(word.scope)
                if word.action == "placed" and by == "policy":
                    waited_us = to_us(word.placed_at) - to_us(word.event_time)
                    self.time_to_hold[word.scope].add(max(0.0, waited_us / SECOND_US))
            elif isinstance(word, SellerStanding):
                self._add_money(word, done)

    def note_unknown(self, topic: str) -> None:
        """Counts an event of a type that this version does not know."""
        self.ignored += 1
        self.exceptions[topic, "unknown_type"] += 1

    def note_letter(self, topic: str, reason: str) -> None:
        """Counts a dead letter; where a detector failed the event was judged all the same."""
        self.dead_letters += 1
        self.letters[reason] += 1
        if reason != "detector_failed":
            self.exceptions[topic, "dead_letter"] += 1

    def note_step(self, events: int, *reached_s: float) -> None:
        """Counts a step of so many events; `reached_s`: when it began and when each of `PHASES` ended, in seconds."""
        self.batches.add(events)
        for phase, (began_s, ended_s) in zip(PHASES, pairwise(reached_s), strict=True):
            self.steps[phase].add(ended_s - began_s)

    def _add_money(self, standing: SellerStanding, done: list[str]) -> None:
        """The seller's exposure, once for each thing that was opened or placed; its line follows them."""
        for what in done:
            for part in standing.exposure:
                known = {currency for _, currency in self.money}
                currency = part.currency if part.currency in known or len(known) < CURRENCIES else OTHER
                self.money[what, currency] += float(part.amount)
