"""Events of a simulated marketplace, bent: fields taken away, swapped between events, made absurd; bytes cut and mixed.

A bent event is mostly still one: what a decoder refuses tries no judge.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from schemas import wire
from schemas.events import Event
from tests.schemas.strategies import HOSTILE

Fields = dict[str, Any]

_CURRENCIES: Final = ("CNY", "EUR", "USD", "JPY", "XAU", "ZZZ", "cny", "")
_NUMBERS: Final = (
    "0", "-0", "-1", "1e-300", "1e-9", "0.005", "1", "999999999999.99", "1e12", "1e400", "NaN", "Infinity", "0x1F", "",
    "1" * 400, "0." + "0" * 300 + "1", 0, -1, 1e308, 10**30, True, None, [],
)  # fmt: skip
_TIMES: Final = (
    "1999-12-31T23:59:59Z", "2026-02-29T00:00:00Z", "2017-01-20T24:00:01Z", "",
    "2026-01-01T00:00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-06-30T23:59:60Z", 0, None,
)  # fmt: skip
_TEXTS: Final = (
    "", " ", "\x00", "\u202e\u200b", "高仿 1:1 精仿 加我微信", "AAA replica samsung i9100 pay me on WhatsApp", "..",
    "iPhone 15 Pro Max 256GB 2nd gen + case", "samsung " * 1200, "第9代" * 100, "ᴀᴀᴀ ǫᴜᴀʟɪᴛʏ", "İıſßﬁ" * 60, "🧨" * 300,
    "1" * 10_000, "a1" * 5_000, "٣٤٥" * 200, "m5 " * 3_000, "eau de " * 50, "苹果13" * 60, "\ud7ff", None, 7, [], {},
)  # fmt: skip
#: A day more than the others moves the watermark and makes all that follows late; only a wild history has many of them.
_DAYS: Final = (-400, -91, -30, -2, -1, -0.1, -0.01, 0.001, 0.01)
_WILD_DAYS: Final = (1, 2, 30, 91, 400)
_WILD_TIMES: Final = ("2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "2099-12-31T23:59:59.999999Z")
_CHANCES: Final = (0.15, 0.75, 0.90)  # untouched, bent, bent twice or more; the rest are broken as bytes
_MOST_BENDS: Final = 4


class Mutator:
    """Bends the events of one history; what it gives depends on the seed alone. One seed in ten is wild with time."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)
        self._days = _DAYS + (_WILD_DAYS if seed % 10 == 0 else ())
        self._times = _TIMES + (_WILD_TIMES if seed % 10 == 0 else ())
        self._seen: list[Fields] = []
        self._bends: Sequence[Callable[[Fields], None]] = (
            self._drop, self._swap, self._swap, self._misplace, self._retype, self._number, self._text, self._text,
            self._shift, self._shift, self._time, self._repeat, self._id, self._list, self._currency,
        )  # fmt: skip

    def bend(self, events: Sequence[Event]) -> Iterator[bytes]:
        """One message an event, in their order."""
        draw = self._draw
        for event in events:
            value = wire.encode(event)
            chance = draw.random()
            if chance < _CHANCES[0]:
                yield value
                continue
            fields: Fields = json.loads(value)
            self._remember(fields)
            fields = dict(fields)
            if chance < _CHANCES[2]:
                for _ in range(1 if chance < _CHANCES[1] else draw.randint(2, _MOST_BENDS)):
                    draw.choice(self._bends)(fields)
                yield json.dumps(fields, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")
            else:
                yield self._break(value)

    def _remember(self, fields: Fields) -> None:
        if len(self._seen) < 2_000:
            self._seen.append(fields)
        else:
            self._seen[self._draw.randrange(2_000)] = fields

    def _name(self, fields: Fields) -> str:
        """A field that is there; rarely one without which nothing is read at all."""
        names = sorted(fields) if self._draw.random() < 0.02 else sorted(fields.keys() - {"type", "event_time"})
        return self._draw.choice(names) if names else "seller_id"

    # ---- one bend each

    def _drop(self, fields: Fields) -> None:
        fields.pop(self._name(fields), None)

    def _swap(self, fields: Fields) -> None:
        """A field gets another event's value: orders of others, returns that were paid, ids of another kind."""
        other = self._draw.choice(self._seen)
        shared = sorted(set(fields) & set(other) - {"type", "event_time"})
        if shared:
            name = self._draw.choice(shared)
            fields[name] = other[name]

    def _misplace(self, fields: Fields) -> None:
        """A field gets a value of another field's."""
        other = self._draw.choice(self._seen)
        fields[self._name(fields)] = other.get(self._name(other))

    def _retype(self, fields: Fields) -> None:
        """The event becomes one of another type with what both have, and what that one had."""
        fields |= {**self._draw.choice(self._seen), "seller_id": fields.get("seller_id", "s")}

    def _number(self, fields: Fields) -> None:
        names = [name for name in ("price", "amount", "quantity", "pack_size") if name in fields]
        fields[self._draw.choice(names) if names else self._name(fields)] = self._draw.choice(_NUMBERS)

    def _text(self, fields: Fields) -> None:
        names = [name for name in ("title", "text", "brand", "category", "shop_name", "reason") if name in fields]
        fields[self._draw.choice(names) if names else self._name(fields)] = self._draw.choice(_TEXTS)

    def _shift(self, fields: Fields) -> None:
        """Out of order by a moment or by a year."""
        try:
            time = datetime.fromisoformat(fields["event_time"]) + timedelta(days=self._draw.choice(self._days))
        except (KeyError, TypeError, ValueError, OverflowError):
            return
        fields["event_time"] = time.isoformat()

    def _time(self, fields: Fields) -> None:
        names = [name for name in ("from", "until", "expires_at") if name in fields]
        name = self._draw.choice(names) if names and self._draw.random() < 0.9 else "event_time"
        fields[name] = self._draw.choice((*self._times, *_WILD_TIMES) if name != "event_time" else self._times)

    def _repeat(self, fields: Fields) -> None:
        """A fact that was told before, told again under a new id."""
        fields |= {**self._draw.choice(self._seen), "event_id": f"again-{self._draw.randrange(10**9)}"}

    def _id(self, fields: Fields) -> None:
        names = [name for name in sorted(fields) if name.endswith("_id")]
        odd = ("x" * 256, "x" * 257, "🧨" * 256, "a\x1fb", "", "\ud7ff", "0", "{1}", "assay:market", "\u2028")
        fields[self._draw.choice(names) if names else "event_id"] = self._draw.choice(odd)

    def _list(self, fields: Fields) -> None:
        names = [name for name in sorted(fields) if isinstance(fields[name], list)]
        name = self._draw.choice(names) if names else "evidence_refs"
        held = fields.get(name)
        held = held if held and isinstance(held, list) else ["0123456789abcdef"]
        fields[name] = self._draw.choice((held * 2, held[:1] * 101, [], [held], [None], {"0": held}))

    def _currency(self, fields: Fields) -> None:
        fields["currency"] = self._draw.choice(_CURRENCIES)

    def _break(self, value: bytes) -> bytes:
        draw = self._draw
        for _ in range(draw.randint(1, 3)):
            at = draw.randrange(len(value) + 1)
            put = draw.choice((b"", draw.choice(HOSTILE), draw.randbytes(3), value[at : at + 9] * 2))
            value = value[:at] + put + value[at + draw.randint(0, 9) :]
        return value


def start(seed: int) -> datetime:
    """When the history of that seed begins: any year, so that calendars and days of the year vary."""
    return datetime(2005, 1, 1, tzinfo=UTC) + timedelta(days=random.Random(seed).randrange(80 * 365))
