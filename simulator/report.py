"""The result of an evaluation, as `assay evaluate --json` prints it."""

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from schemas.fields import HoldScope

#: What became of a lost order; `simulator.scoring` says when which holds.
Fate: TypeAlias = Literal["prevented", "frozen", "gone"]
#: Whom a reason code accuses; what is not among these has no labels.
Subject: TypeAlias = Literal["listing", "seller", "brand", "category"]


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Reason(_Line, frozen=True, kw_only=True):
    """One reason code; counts are of distinct subjects, shares have 4 decimals, null where nothing was counted.

    Up to `withdrawn` it is what stands at the end of the run; what begins with `raised` was alerted at any time.
    """

    reason_code: str
    subject: Subject
    true: int
    false: int
    missed: int
    precision: float | None
    recall: float | None
    shadow_true: int
    shadow_false: int
    withdrawn: int
    raised_true: int = 0
    raised_false: int = 0
    raised_precision: float | None = None
    raised_recall: float | None = None


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


class Delay(_Line, frozen=True, kw_only=True):
    """Hours until a reason code was first alerted: for a gang's shop from the first return that came back to it and was
    never refunded, for a brand or category from the opening of the gang's first shop; negative where it was before.

    `alerted` of so many `subjects` were.
    """

    reason_code: str
    subject: Subject
    subjects: int
    alerted: int
    median_hours: float | None
    p90_hours: float | None


class Lost(_Line, frozen=True, kw_only=True):
    """Lost orders of one currency by their fate; the amounts are decimal strings.

    `saved` is the share of the sum that was prevented or frozen.
    """

    currency: str
    orders: dict[Fate, int]
    amounts: dict[Fate, str]
    saved: float | None = None


class Caught(_Line, frozen=True, kw_only=True):
    """What became of one gang; `held` counts its shops of which anything was ever held, by scope.

    The spans are those of the whole report, for this gang alone.
    """

    gang: str
    habit: str
    depth: float
    shops: int
    alerted: int
    held: dict[HoldScope, int]
    lost_orders: int
    saved: float | None
    listing_hold: Span
    payout_hold: Span


class HonestHolds(_Line, frozen=True, kw_only=True):
    """Holds of honest sellers, by scope and by the reason codes that they were first placed for."""

    scope: HoldScope
    reason_codes: tuple[str, ...]
    sellers: int
    holds: int
    median_hours: float


class HonestHeld(_Line, frozen=True, kw_only=True):
    """An honest seller that was held: in which scopes, for what, since when, for how many hours in all."""

    seller_id: str
    traits: tuple[str, ...]
    scopes: tuple[HoldScope, ...]
    reason_codes: tuple[str, ...]
    holds: int
    first_at: datetime
    hours: float


class Report(_Line, frozen=True, kw_only=True):
    """`listing_hold` counts from a fake listing's publication, `payout_hold` from a seller's first lost order.

    `lost_if_confirmed` is `lost` as if a moderator confirmed each hold of a fake or a gang's shop for good.
    """

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
    lost_if_confirmed: tuple[Lost, ...] = ()
    delays: tuple[Delay, ...] = ()
    gangs: tuple[Caught, ...] = ()
    honest_holds: tuple[HonestHolds, ...] = ()
    honest_held: tuple[HonestHeld, ...] = ()
