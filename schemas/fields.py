"""Checked building blocks of every event: identifiers, times, prices, and each limit with its name.

What msgspec can check while decoding (lengths, patterns, enumerations) is said in the type; what it cannot
(a finite positive price) is in `problem_with_price` and is asked by `schemas.wire` after decoding.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

MAX_EVENT_BYTES = 1 << 20
MAX_NESTING = 64
MAX_ID_CHARS = 256
MAX_SHORT_CHARS = 512
MAX_TITLE_CHARS = 10_000
MAX_TEXT_CHARS = 200_000
MAX_COUNT = 1_000_000_000
MAX_URLS = 100
MAX_IMAGE_HASHES = 100
MAX_IDENTIFIERS = 64
MAX_ORDERS_IN_PAYOUT = 10_000
MAX_REFERENCES = 100
MAX_ALIASES = 200
MAX_AUTHORISED_SELLERS = 100_000
PRICE_LIMIT = Decimal(10) ** 12
SMALLEST_POWER = -307  # of ten; below it a float is 0 or no longer exact, and the plain form of 1e-400000 fills pages

#: Any text of the marketplace's own without control characters (they would break keys and log lines). That part
#: is checked by `schemas.wire` and only where the bytes hold an escape: a regular expression per identifier and
#: event would cost as much as the rest of the decoding.
Id = Annotated[
    str,
    Meta(min_length=1, max_length=MAX_ID_CHARS, extra_json_schema={"pattern": "^[^\\x00-\\x1f\\x7f]*$"}),
]
#: A person's identifier, only ever as the keyed hash that `assay hash` makes: HMAC-SHA-256 in hex.
#: The lengths beside the patterns are not idle: `$` alone would let a line break through at the end.
HashedId = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", min_length=64, max_length=64)]
Short = Annotated[str, Meta(max_length=MAX_SHORT_CHARS)]
Title = Annotated[str, Meta(max_length=MAX_TITLE_CHARS)]
Text = Annotated[str, Meta(max_length=MAX_TEXT_CHARS)]
Currency = Annotated[
    str, Meta(min_length=3, max_length=3, description="ISO 4217", extra_json_schema={"pattern": "^[A-Z]{3}$"})
]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", min_length=2, max_length=2, description="ISO 3166-1 alpha-2")]
ImageHash = Annotated[
    str,
    Meta(pattern=r"^[0-9a-fA-F]{16}$", min_length=16, max_length=16, description="64-bit perceptual hash in hex"),
]
Time = Annotated[datetime, Meta(tz=True, description="RFC 3339, UTC")]
Count = Annotated[int, Meta(ge=1, le=MAX_COUNT)]

#: msgspec would publish a Decimal as a string only. What `schemas.export` publishes instead stands under `anyOf`; the
#: string's range is in the description, because a pattern cannot compare a number that has an exponent.
_DECIMAL_TEXT = r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
Price = Annotated[
    Decimal,
    Meta(
        description="decimal as string or number, finite, above 0 and below 10^12",
        extra_json_schema={
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 10**12},
                {"type": "string", "pattern": r"^(?=[^eE]*[1-9])" + _DECIMAL_TEXT},
            ]
        },
    ),
]
Amount = Annotated[
    Decimal,
    Meta(
        description="decimal as string or number, finite, from 0 to below 10^12",
        extra_json_schema={
            "anyOf": [
                {"type": "number", "minimum": 0, "exclusiveMaximum": 10**12},
                {"type": "string", "pattern": "^" + _DECIMAL_TEXT},
            ]
        },
    ),
]

PriceKind = Literal["fixed", "auction_start", "deposit"]
Condition = Literal["new", "open_box", "refurbished", "used", "for_parts", "unknown"]
ReturnReason = Literal[
    "counterfeit", "not_as_described", "damaged", "wrong_item", "not_received", "changed_mind", "other"
]
ComplaintKind = Literal["counterfeit", "no_refund", "seller_unreachable", "other"]
IdentifierKind = Literal["bank_account", "id_document", "device", "phone", "email", "return_address", "ip"]
Role = Literal["moderator", "lead"]
Cause = Literal["counterfeit", "non_delivery", "pricing_error", "grey_import", "honest", "unclear"]
Mode = Literal["shadow", "alert", "hold"]
HoldScope = Literal["listing", "seller", "payout"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
DAY_US = 24 * HOUR_US


def to_us(time: datetime) -> int:
    """Microseconds since 1970 in UTC: the one form in which times are compared and remembered."""
    since = time - _EPOCH
    return since.days * DAY_US + since.seconds * SECOND_US + since.microseconds


def to_time(time_us: int) -> datetime:
    """The inverse of `to_us`, for what is published; OverflowError outside the years 1 to 9999."""
    return _EPOCH + time_us * _MICROSECOND


def problem_with_price(price: Decimal) -> str | None:
    """A sentence when `price` is not a finite positive number below 10^12."""
    if not price.is_finite() or not 0 < price < PRICE_LIMIT or price.adjusted() < SMALLEST_POWER:
        return "a price must be a finite number above 0 and below 10^12"
    return None


def problem_with_amount(amount: Decimal) -> str | None:
    """A sentence when `amount` is not a finite number from 0 to below 10^12; a free order has amount 0."""
    if not amount.is_finite() or not 0 <= amount < PRICE_LIMIT or amount.adjusted() < SMALLEST_POWER:
        return "an amount must be a finite number from 0 to below 10^12"
    return None


def money(amount: Decimal) -> str:
    """Money as published: a plain decimal string with at least two places, never an exponent."""
    plain = f"{amount or abs(amount):f}"  # a zero has no sign
    whole, _, fraction = plain.partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction:<02}" if len(fraction) < 2 else f"{whole}.{fraction}"


class Money(msgspec.Struct, frozen=True):
    """A sum in one currency, as published."""

    amount: str
    currency: Currency
