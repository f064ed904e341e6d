"""Sums, shares, spans and dates as readers of a language expect them."""

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from console import words
from schemas.fields import Money

_WAN: Final = 10_000
_LARGE: Final = 1_000_000  # from here on Chinese counts in units of 10,000 and 100,000,000
_YI: Final = 100_000_000


def sum_of(language: str, amount: object, currency: str = "") -> str:
    """A sum in whole units: "4,500 CNY", "4,500 元", "123.5 万元"; without a currency the number alone."""
    if language != "zh":
        return f"{whole(language, amount)} {currency}".strip()
    return whole(language, amount) + (_unit(amount) + words.label("zh", "currency", currency) if currency else "")


def sums(language: str, monies: tuple[Money, ...]) -> str:
    """Sums of several currencies; "" for nothing."""
    between = "、" if language == "zh" else " + "
    return between.join(sum_of(language, one.amount, one.currency) for one in monies if Decimal(one.amount))


def whole(language: str, amount: object) -> str:
    """A number in whole units; in Chinese large ones in 万 or 亿."""
    try:
        number = Decimal(str(amount))
    except InvalidOperation:
        return str(amount)
    if not number.is_finite():
        return str(amount)
    if language != "zh" or abs(number) < _LARGE:
        return f"{number:,.0f}"
    unit, size = ("亿", _YI) if abs(number) >= _YI else ("万", _WAN)
    return f"{_without_zeros(number / size)} {unit}"


def percent(language: str, share: float) -> str:
    """A share: "47 %", "47%", "0.5%"."""
    number = f"{share * 100:.0f}" if share >= 0.1 or not share else _without_zeros(Decimal(str(share)) * 100)
    return f"{number}%" if language == "zh" else f"{number} %"


def span(language: str, length: timedelta) -> str:
    """How long: "3 min", "2 h", "5 d"; "now" for less than a minute."""
    seconds = max(0, int(length.total_seconds()))
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= size * (2 if unit == "days" else 1):
            return words.say(language, f"span.{unit}", n=seconds // size)
    return words.say(language, "span.now")


def since(language: str, length: timedelta) -> str:
    """How long ago, as a phrase: "3 min ago", "3 分钟前"; "now"."""
    said = span(language, length)
    return said if length < timedelta(minutes=1) else words.say(language, "span.ago", span=said)


def date(language: str, kind: str, at: datetime) -> str:
    """A date: `kind` day "03 Jan", minute "03 Jan 14:05", or full "2026-01-03"."""
    return words.say(language, f"date.{kind}", at=at)


def _unit(amount: object) -> str:
    """A space before the currency where the number has no unit of its own."""
    return "" if whole("zh", amount)[-1:] in ("万", "亿") else " "


def _without_zeros(number: Decimal) -> str:
    text = f"{number:,.1f}"
    return text.removesuffix(".0")
