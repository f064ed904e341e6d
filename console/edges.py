"""The console's three edges: where lines and events come from, where words go, and which time it is.

Kafka (`console.kafka`) and the demo (in process) differ in these alone.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from schemas.topics import Topic


class Record(NamedTuple):
    """One record of a topic; without a value it is a tombstone. `at_ms` is the broker's time for it, 0: unknown."""

    topic: str
    key: bytes
    value: bytes | None
    partition: int = 0
    offset: int = 0
    at_ms: int = 0


Take = Callable[[Record], None]
Clock = Callable[[], datetime]


class Feed(Protocol):
    """Where records come from."""

    @property
    def is_caught_up(self) -> bool:
        """Whether everything that was there at the start has been handed over."""

    @property
    def trouble(self) -> str:
        """One sentence while nothing new can be read; "" while all is well."""

    async def follow(self, take: Take) -> None:
        """Hands over the past, then what comes; returns only when it is cancelled."""


class Unsent(Exception):
    """The word did not arrive, or it is not known whether it did; the message is one sentence for a moderator."""


class Sink(Protocol):
    """Where verdicts and audit entries go."""

    async def send(self, topic: Topic, key: str, word: msgspec.Struct) -> None:
        """Returns when the word has arrived; raises `Unsent`."""

    async def send_again(self, topic: str, partition: int, offset: int) -> None:
        """Reads the record there, whole, and appends it to its topic with the same key; raises `Unsent`."""
