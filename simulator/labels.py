"""The truth behind a simulated marketplace, one line per subject: what `assay evaluate` judges by.

A label tells how a story ends, also where it ends after the run: it is made when its subject appears.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec


class _Label(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    pass


class GangLabel(_Label, frozen=True, kw_only=True, tag="gang"):
    """Shops of one hand; `depth` is their price as a share of the market's.

    `habit` says in a few words what they do with returns; `vanishes_at` is when the last shop falls silent.
    """

    gang: str
    depth: float
    vanishes: bool
    brand: str
    shops: tuple[str, ...]
    habit: str = ""
    brands: tuple[str, ...] = ()
    category: str = ""
    opens_at: datetime | None = None
    vanishes_at: datetime | None = None


class SellerLabel(_Label, frozen=True, kw_only=True, tag="seller"):
    """`traits`: what is peculiar about an honest seller, in a few words each."""

    seller_id: str
    label: Literal["honest", "gang"]
    gang: str | None = None
    traits: tuple[str, ...] = ()


class ListingLabel(_Label, frozen=True, kw_only=True, tag="listing"):
    listing_id: str
    seller_id: str
    fake: bool
    published_at: datetime


class OrderLabel(_Label, frozen=True, kw_only=True, omit_defaults=True, tag="order"):
    """`lost`: the buyer, or the platform for the buyer, never gets the money back from the seller.

    `payout_at` is when the platform pays a lost order's money out to the seller unless somebody stops it, `returned_at`
    when the goods of a lost order are back at the seller, where they ever are.
    """

    order_id: str
    listing_id: str
    seller_id: str
    paid_at: datetime
    lost: bool
    amount: Decimal = Decimal(0)
    currency: str = ""
    payout_at: datetime | None = None
    returned_at: datetime | None = None


Label: TypeAlias = GangLabel | SellerLabel | ListingLabel | OrderLabel
Sink: TypeAlias = Callable[[Label], object]

decode_label = msgspec.json.Decoder(Label).decode
