"""What every story shares: the run's bounds, the next ids, where labels go; money and time as the wire has them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypedDict

from simulator.labels import Sink

MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400


class Stamp(TypedDict):
    """The fields that every event has."""

    event_id: str
    event_time: datetime
    seller_id: str


def moment(at_s: int) -> datetime:
    """Seconds since 1970 as an event time."""
    return datetime.fromtimestamp(at_s, UTC)


def amount_of(cents: int) -> Decimal:
    """Always with two places, so that it is written the same everywhere."""
    return Decimal(cents).scaleb(-2)


@dataclass(slots=True)
class Scene:
    """One run. Event ids have one width and grow, so that events of one second are in the order of their ids."""

    start_s: int
    end_s: int
    label: Sink
    _last: dict[str, int] = field(default_factory=dict)
    _events: int = 0

    def stamp(self, seller_id: str, at_s: int) -> Stamp:
        self._events += 1
        return {"event_id": f"e-{self._events:010d}", "event_time": moment(at_s), "seller_id": seller_id}

    def number(self, kind: str) -> int:
        """The next number of its kind, from 1."""
        number = self._last.get(kind, 0) + 1
        self._last[kind] = number
        return number
