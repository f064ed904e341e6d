"""What happened to a seller day by day: a picture with one lane for each kind of event, and one for the holds."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from markupsafe import Markup, escape

from console.seen import Seen
from schemas import Alert, Hold
from schemas.fields import DAY_US, to_time, to_us

WIDTH: Final = 860
LANES: Final = ("listings", "orders", "returns", "refunds", "complaints", "answers")
LONGEST_DAYS: Final = 90
SHORTEST_DAYS: Final = 10
_LABELS: Final = 150.0
_TOTALS: Final = 44.0
_LANE: Final = 26.0
_BAR: Final = 18.0
_TOP: Final = 10.0
_HOLD: Final = 9.0
_SCOPES: Final = ("seller", "payout", "listing")


def timeline_picture(
    seen: Seen, alerts: Iterable[Alert], holds: Iterable[Hold], now: datetime, say: Callable[..., str]
) -> Markup:
    """An inline SVG; its lanes count by day, the newest on the right. Bars are as high as their lane's busiest day."""
    now_us = to_us(now)
    first_us = min([one.at_us for one in seen.moments] or [now_us])
    days = min(LONGEST_DAYS, max(SHORTEST_DAYS, (now_us - first_us) // DAY_US + 1))
    left_us = now_us - days * DAY_US
    step = (WIDTH - _LABELS - _TOTALS) / days

    def x(at_us: int) -> float:
        return _LABELS + step * min(max(0.0, (at_us - left_us) / DAY_US), days)

    parts: list[str] = []
    y = _TOP
    counted = {lane: Counter[int]() for lane in LANES}
    for moment in seen.moments:
        if moment.lane in counted and left_us <= moment.at_us <= now_us:
            counted[moment.lane][(moment.at_us - left_us) // DAY_US] += 1
    for lane in LANES:
        parts += _lane(y, lane, counted[lane], step, say)
        y += _LANE
    held = [one for one in holds if to_us(one.expires_at) > left_us]
    y += 4
    for scope in _SCOPES:
        of_scope = [one for one in held if one.scope == scope]
        if of_scope:
            parts.append(_text(0, y + _HOLD, say(f"lane.held_{scope}"), "lane"))
            parts.append(_text(WIDTH, y + _HOLD, str(len(of_scope)), "total", "end"))
            parts += [_span(y, x(to_us(one.placed_at)), x(_end_us(one, now_us)), one) for one in of_scope]
            y += _LANE - 6
    marked = [(x(to_us(one.event_time)), one.severity) for one in alerts if to_us(one.event_time) > left_us]
    marks = [
        f'<line class="alerted {severity}" x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP - 4}" y2="{y}"/>'
        for at, severity in sorted(set(marked))
    ]
    parts += [*marks, *_axis(y, left_us, days, step)]
    totals = {say(f"lane.{lane}"): sum(counted[lane].values()) for lane in LANES}
    about = say(
        "picture.timeline_about", days=days, counts=", ".join(f"{name} {count}" for name, count in totals.items())
    )
    height = y + 24
    head = f'<svg class="picture timeline" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(about)}">'
    return Markup(head + "".join(parts) + "</svg>")


def _lane(y: float, lane: str, counts: Counter[int], step: float, say: Callable[..., str]) -> list[str]:
    busiest = max(counts.values(), default=1)
    total = sum(counts.values())
    parts = [
        _text(0, y + _BAR - 4, say(f"lane.{lane}"), "lane"),
        f'<line class="ground" x1="{_LABELS}" x2="{WIDTH - _TOTALS}" y1="{y + _BAR}" y2="{y + _BAR}"/>',
        _text(WIDTH, y + _BAR - 4, f"{total:,}", "total" if total else "total none", "end"),
    ]
    for day, count in sorted(counts.items()):
        high = max(2.0, _BAR * count / busiest)
        at = _LABELS + step * day
        parts.append(
            f'<rect class="bar {lane}" x="{at + step * 0.1:.1f}" y="{y + _BAR - high:.1f}"'
            f' width="{max(1.5, step * 0.8):.1f}" height="{high:.1f}"/>'
        )
    return parts


def _span(y: float, left: float, right: float, hold: Hold) -> str:
    state = "placed" if hold.action == "placed" else "released"
    width = max(3.0, right - left)
    return f'<rect class="held {state}" x="{left:.1f}" y="{y + 1}" width="{width:.1f}" height="{_HOLD}" rx="2"/>'


def _end_us(hold: Hold, now_us: int) -> int:
    """A released hold ended with its newest line; one in force reaches until now."""
    return min(now_us, to_us(hold.event_time) if hold.action == "released" else to_us(hold.expires_at))


def _axis(y: float, left_us: int, days: int, step: float) -> list[str]:
    parts = [f'<line class="axis" x1="{_LABELS}" x2="{WIDTH - _TOTALS}" y1="{y + 2}" y2="{y + 2}"/>']
    every = max(1, days // 6)
    for day in range(0, days, every):
        midnight_us = (left_us // DAY_US + 1 + day) * DAY_US
        at = _LABELS + step * (midnight_us - left_us) / DAY_US
        if at < WIDTH - _TOTALS - 10:
            parts.append(f'<line class="axis" x1="{at:.1f}" x2="{at:.1f}" y1="{y + 2}" y2="{y + 6}"/>')
            parts.append(_text(at, y + 19, f"{to_time(midnight_us):%d %b}", "date", "middle"))
    return parts


def _text(at: float, y: float, text: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{at:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
