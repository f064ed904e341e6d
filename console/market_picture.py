"""Where a price stands in its market: a picture from the numbers of the evidence."""

import math
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from schemas import Evidence

WIDTH: Final = 640
HEIGHT: Final = 150
_LEFT, _RIGHT, _BASE = 16.0, WIDTH - 16.0, 96.0
_HILL: Final = 56.0  # height of the curve
_STEPS: Final = 60
_REACH: Final = 3.0  # standard deviations of log price that the curve shows
_LEAST_SPREAD: Final = 0.05  # the detector's own
_LABEL_WIDTH: Final = 96.0


class Place(NamedTuple):
    """The numbers of a price among others; `reference` is None where the catalogue knows none."""

    price: float
    usual: float
    low: float
    high: float
    spread: float
    sellers: int
    reference: float | None


def place_in(evidence: Evidence) -> Place | None:
    """The place that a piece of evidence tells of; None where it tells of no market."""
    numbers = evidence.numbers
    try:
        found = Place(
            price=float(Decimal(str(numbers["price"]))),
            usual=float(Decimal(str(numbers["market_price"]))),
            low=float(Decimal(str(numbers.get("low", numbers["market_price"])))),
            high=float(Decimal(str(numbers.get("high", numbers["market_price"])))),
            spread=float(numbers.get("spread", 0.1)),
            sellers=int(numbers.get("sellers", 0)),
            reference=float(Decimal(str(numbers["reference_price"]))) if "reference_price" in numbers else None,
        )
    except (KeyError, InvalidOperation, ValueError, TypeError):
        return None
    fits = all(math.isfinite(one) and one > 0 for one in (found.price, found.usual, found.low, found.high))
    return found if fits else None


def market_picture(place: Place, say: Callable[..., str]) -> Markup:
    """An inline SVG: others' prices as a hill, what they ask as a band, this price as a dot."""
    hill_end = place.usual * math.exp(_REACH * max(place.spread, _LEAST_SPREAD))
    right_end = max(place.high, place.price, place.reference or 0, hill_end) * 1.06

    def x(amount: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * amount / right_end

    ratio = place.price / place.usual
    about = say(
        "picture.market_about",
        price=_amount(place.price),
        low=_amount(place.low),
        high=_amount(place.high),
        usual=_amount(place.usual),
        ratio=f"{ratio * 100:.0f}",
        sellers=place.sellers,
    )
    marks = [(x(place.usual), _amount(place.usual), say("picture.usual"), "usual")]
    if place.reference is not None:
        marks.append((x(place.reference), _amount(place.reference), say("picture.reference"), "reference"))
    price_x, band = x(place.price), max(2.0, x(place.high) - x(place.low))
    parts = [
        f'<svg class="picture market" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(about)}">',
        f'<path class="hill" d="{_hill(place, x)}"/>',
        f'<line class="axis" x1="{_LEFT}" x2="{_RIGHT}" y1="{_BASE}" y2="{_BASE}"/>',
        f'<rect class="band" x="{x(place.low):.1f}" y="{_BASE - 3}" width="{band:.1f}" height="6" rx="3"/>',
        f'<line class="gap" x1="{price_x:.1f}" x2="{x(place.usual):.1f}" y1="{_BASE}" y2="{_BASE}"/>',
        *_marks(marks),
        f'<circle class="this" cx="{price_x:.1f}" cy="{_BASE}" r="7"/>',
        _text(price_x, _BASE - 34, _amount(place.price), "figure this"),
        _text(price_x, _BASE - 18, say("picture.this", ratio=f"{ratio * 100:.0f}"), "caption this"),
        "</svg>",
    ]
    return Markup("".join(parts))


def _marks(marks: list[tuple[float, str, str, str]]) -> list[str]:
    """Ticks with two lines of text under the axis, the second one lower where both would touch."""
    drawn: list[str] = []
    for place, (at, figure, caption, kind) in enumerate(marks):
        touches = place > 0 and abs(at - marks[0][0]) < _LABEL_WIDTH
        anchor = ("end" if at < marks[0][0] else "start") if touches else "middle"
        shift = (-6 if anchor == "end" else 6) if touches else 0
        if touches:  # the first one makes room on its side
            drawn = [
                one.replace('text-anchor="middle"', f'text-anchor="{"start" if anchor == "end" else "end"}"')
                for one in drawn
            ]
        drawn.append(f'<line class="tick {kind}" x1="{at:.1f}" x2="{at:.1f}" y1="{_BASE - 10}" y2="{_BASE + 10}"/>')
        drawn.append(_text(at + shift, _BASE + 26, figure, f"figure {kind}", anchor))
        drawn.append(_text(at + shift, _BASE + 42, caption, f"caption {kind}", anchor))
    return drawn


def _hill(place: Place, x: Callable[[float], float]) -> str:
    """The log-normal curve of what others ask, as high as it is likely."""
    spread = max(place.spread, _LEAST_SPREAD)
    points = []
    for step in range(_STEPS + 1):
        z = _REACH * (2 * step / _STEPS - 1)
        at = min(_RIGHT, x(place.usual * math.exp(z * spread)))
        points.append(f"{at:.1f},{_BASE - _HILL * math.exp(-z * z / 2):.1f}")
    return f"M{points[0].split(',')[0]},{_BASE} L" + " L".join(points) + f" L{points[-1].split(',')[0]},{_BASE} Z"


def _text(at: float, y: float, text: str, kind: str, anchor: str = "middle") -> str:
    if anchor == "middle":
        at = min(max(at, _LEFT + 34), _RIGHT - 34)
    return f'<text class="{kind}" x="{at:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _amount(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:,.2f}"
