"""The result of an evaluation, as `assay evaluate --json` prints it."""

from typing import Literal, TypeAlias

import msgspec

from schemas.fields import HoldScope

#: What became of a lost order; `simulator.scoring` says when which holds.
Fate: TypeAlias = Literal["prevented", "frozen", "gone"]


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Reason(_Line, frozen=True, kw_only=True):
    """One reason code; counts are of distinct subjects, shares have 4 decimals, null where nothing was counted."""

    reason_code: str
    subject: Literal["listing", "seller"]
    true: int
    false: int
    missed: int
    precision: float | None
    recall: float | None
    shadow_true: int
    shadow_false: int
    withdrawn: int


class Held(_Line, frozen=True, kw_only=True):
    """How many subjects were ever held in this scope: fake or of a gang, and honest ones."""

    scope: HoldScope
    true: int
    false: int


class Span(_Line, frozen=True, kw_only=True):
    """Hours until the first hold, over those of the `subjects` that were held; the 90th percentile by nearest rank."""

    subjects: int
    held: int
    median_hours: float | None
    p90_hours: float | None


class Lost(_Line, frozen=True, kw_only=True):
    """Lost orders of one currency by their fate; the amounts are decimal strings."""

    currency: str
    orders: dict[Fate, int]
    amounts: dict[Fate, str]


class Report(_Line, frozen=True, kw_only=True):
    """`listing_hold` counts from a fake listing's publication, `payout_hold` from a seller's first lost order."""

    fake_listings: int
    gang_sellers: int
    honest_sellers: int
    honest_sellers_held: int
    reasons: tuple[Reason, ...]
    holds: tuple[Held, ...]
    listing_hold: Span
    payout_hold: Span
    lost: tuple[Lost, ...]
    unlabelled: int
