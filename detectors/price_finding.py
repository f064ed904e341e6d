"""How a comparison is told: by numbers, and in the sentence that a moderator reads."""

from decimal import Decimal
from math import exp
from typing import Final

from detectors.comparison import NEW, Comparison
from detectors.detector import Around, Finding
from detectors.reference import full_name

MAX_NAME_CHARS: Final = 80

_SHARES: Final = ((0.475, 0.525, "half"), (0.323, 0.343, "a third of"), (0.24, 0.26, "a quarter of"))


def finding(seen: Comparison, reason_code: str, grade: str, now_us: int, around: Around, doubt: str = "") -> Finding:
    """What was seen, for people and by numbers: money as decimal strings, the rest rounded to 3 decimals.

    `doubt`: what makes it less sure, as the end of the sentence.
    """
    estimate, listing = seen.estimate, seen.listing
    numbers: dict[str, int | float | str] = {
        "price": _plain(listing.price),
        "market_price": _plain(exp(estimate.middle)),
        "low": _plain(exp(estimate.low)),
        "high": _plain(exp(estimate.high)),
        "ratio": seen.ratio,
        "z": seen.z,
        "n": round(estimate.size, 3),
        "spread": round(estimate.spread, 3),
        "sellers": estimate.sellers,
        "established": estimate.established,
        "days_since_sign": round(seen.market.days_since_sign(now_us, seen.without), 3),
    }
    if estimate.pseudo and seen.reference is not None:
        numbers["pseudo_sellers"] = round(estimate.pseudo, 3)
        numbers["reference_price"] = _plain(exp(seen.reference.log_price))
    if seen.sold_as:
        numbers["sold_as"] = seen.sold_as
    if seen.sure < 1.0:
        numbers["title_confidence"] = round(seen.sure, 3)
    if seen.discount is not None:
        numbers["class_discount"] = round(seen.discount, 3)
    if seen.exchange is not None:
        numbers["market_currency"] = seen.exchange.currency
        numbers["exchange_rate"] = f"{seen.exchange.rate:.6g}"
    return Finding(
        reason_code=reason_code,
        subject_kind="listing",
        subject_id=seen.listing_id,
        grade=grade,
        sentence="; ".join([*_clauses(seen, around), doubt] if doubt else _clauses(seen, around)),
        numbers=numbers,
        event_ids=(listing.event_id,),
        event_count=1,
    )


def _clauses(seen: Comparison, around: Around) -> list[str]:
    estimate, sold_as = seen.estimate, seen.key.condition_class
    name = f"{_name(seen, around)} {sold_as if seen.discount is None else NEW}"
    parts = [f"{_shown(seen.listing.price, 2)} {seen.listing.currency}"]
    if estimate.established or (estimate.sellers and not estimate.pseudo):
        asking = "1 other seller asks" if estimate.sellers == 1 else f"{estimate.sellers} other sellers ask"
        asked = _range(seen, 1.0 if seen.discount is None else seen.discount)
        if seen.exchange is not None:
            there = f"{_range(seen, seen.exchange.rate)} {seen.exchange.currency}"
            asked = f"{there} ({asked} {seen.listing.currency} at the policy's rates)"
        parts.append(f"{asking} {asked} for {name}")
    else:
        parts.append(f"no established seller has asked a price for {name} lately")
    if estimate.pseudo and seen.reference is not None:
        parts.append(f"its reference price is {_shown(exp(seen.reference.log_price))}")
    usual = "the usual price" if seen.discount is None else f"what one should cost {sold_as}"
    parts.append(f"{_share(seen.ratio)} {usual}")
    if seen.sold_as:
        parts.append(f"for one alone, and this is sold as a {seen.sold_as}")
    if seen.sure < 1.0:
        parts.append("taken for it by its title")
    if seen.lone_id:
        parts.append("no established seller sells under its product id")
    return parts


def _range(seen: Comparison, factor: float) -> str:
    low, high = (_shown(exp(end) / factor) for end in (seen.estimate.low, seen.estimate.high))
    return low if low == high else f"{low} to {high}"


def _name(seen: Comparison, around: Around) -> str:
    product = around.reference.product(seen.key.product_id) if seen.key.product_id else None
    if product is None:
        return f'"{shown(seen.listing.title)}"'
    return f"the {shown(full_name(product))}"


def shown(text: str) -> str:
    """Names and titles as people see them, on one line and not too long."""
    # Titles are a stranger's: no line breaks and no marks that turn the text around in a moderator's feed.
    words = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * MAX_NAME_CHARS])
    return " ".join(words.split())[:MAX_NAME_CHARS].rstrip()


def _shown(price: Decimal | float, places: int | None = None) -> str:
    if price < 0.01:
        return _plain(price)
    if places is None:
        places = 0 if price >= 100 else 2
    return f"{price:,.{places}f}"


def _plain(price: Decimal | float) -> str:
    return f"{price:.2f}" if price >= 0.01 else f"{Decimal(f'{price:.3g}'):f}"


def _share(ratio: float) -> str:
    for low, high, words in _SHARES:
        if low <= ratio <= high:
            return words
    return f"{ratio:.0%} of".replace("%", " %") if ratio >= 0.01 else "less than 1 % of"
