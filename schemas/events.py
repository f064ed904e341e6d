"""What a marketplace and its reference topics tell us: one frozen struct per event type.

Fields are the wire's; an unknown field is skipped, a new one needs a default. `event_id` is unique and the
producer's own; `event_time` is when it happened; `seller_id` is the Kafka key.
"""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from schemas.fields import (
    MAX_ALIASES,
    MAX_AUTHORISED_SELLERS,
    MAX_COUNT,
    MAX_IDENTIFIERS,
    MAX_IMAGE_HASHES,
    MAX_ORDERS_IN_PAYOUT,
    MAX_REFERENCES,
    MAX_URLS,
    Amount,
    Cause,
    ComplaintKind,
    Condition,
    Count,
    Country,
    Currency,
    HashedId,
    Id,
    IdentifierKind,
    ImageHash,
    Price,
    PriceKind,
    ReturnReason,
    Role,
    Short,
    Text,
    Time,
    Title,
)


def _type_of(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name.rpartition(".")[2]).lower()


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag=_type_of, gc=False):
    """What every event says."""

    event_id: Id
    event_time: Time
    seller_id: Id


# ---- marketplace.listings.v1


class _Listing(Event, frozen=True, kw_only=True):
    listing_id: Id
    title: Title
    price: Price
    currency: Currency
    price_kind: PriceKind
    condition: Condition
    shop_name: Short | None = None
    brand: Short | None = None
    category: Short | None = None
    product_id: Id | None = None
    gtin: Id | None = None
    quantity: Annotated[int, Meta(ge=0, le=MAX_COUNT)] | None = None
    pack_size: Count | None = None
    ships_from: Country | None = None
    description: Text | None = None
    url: Short | None = None
    image_urls: Annotated[tuple[Short, ...], Meta(max_length=MAX_URLS)] = ()
    image_hashes: Annotated[tuple[ImageHash, ...], Meta(max_length=MAX_IMAGE_HASHES)] = ()


class ListingPublished(_Listing, frozen=True, kw_only=True):
    """A listing went live."""


class ListingChanged(_Listing, frozen=True, kw_only=True):
    """The whole listing after the change; a new price is a change."""


class ListingRemoved(Event, frozen=True, kw_only=True):
    """A listing went."""

    listing_id: Id
    reason: Literal["seller", "platform", "sold_out"]


# ---- marketplace.orders.v1


class OrderPaid(Event, frozen=True, kw_only=True):
    """A buyer paid."""

    order_id: Id
    listing_id: Id
    buyer_id: Id
    amount: Amount
    currency: Currency


class OrderDelivered(Event, frozen=True, kw_only=True):
    """The buyer has the parcel."""

    order_id: Id


class OrderCancelled(Event, frozen=True, kw_only=True):
    """An order fell through."""

    order_id: Id
    by: Literal["seller", "buyer", "platform"]


class PayoutReleased(Event, frozen=True, kw_only=True):
    """The platform has paid out to the seller; `order_ids` names what for, where it knows."""

    payout_id: Id
    amount: Amount
    currency: Currency
    order_ids: Annotated[tuple[Id, ...], Meta(max_length=MAX_ORDERS_IN_PAYOUT)] = ()


# ---- marketplace.returns.v1


class ReturnRequested(Event, frozen=True, kw_only=True):
    """A buyer wants to send it back."""

    return_id: Id
    order_id: Id
    listing_id: Id
    buyer_id: Id
    amount: Amount
    currency: Currency
    reason: ReturnReason


class ReturnAccepted(Event, frozen=True, kw_only=True):
    """The seller agrees to take it back."""

    return_id: Id
    return_address: HashedId | None = None


class ReturnRefused(Event, frozen=True, kw_only=True):
    """The seller does not take it back."""

    return_id: Id
    reason: Text | None = None


class ReturnShipped(Event, frozen=True, kw_only=True):
    """The parcel is on its way back."""

    return_id: Id
    carrier: Short | None = None
    tracking_number: Short | None = None


class ReturnDelivered(Event, frozen=True, kw_only=True):
    """The parcel is back at the seller; `signed_by` is read and not kept."""

    return_id: Id
    signed: bool
    signed_by: Short | None = None


class ReturnDisputed(Event, frozen=True, kw_only=True):
    """Seller or buyer contests the return."""

    return_id: Id
    by: Literal["seller", "buyer"]
    reason: Text | None = None


class ReturnCancelled(Event, frozen=True, kw_only=True):
    """A return fell through, or was settled without a refund, such as by an exchange."""

    return_id: Id
    by: Literal["buyer", "seller", "platform"] = "buyer"


class RefundIssued(Event, frozen=True, kw_only=True):
    """The buyer, or the platform, got money back."""

    refund_id: Id
    return_id: Id
    amount: Amount
    currency: Currency
    paid_by: Literal["seller", "platform"]


class ComplaintOpened(Event, frozen=True, kw_only=True):
    """A buyer complained to the platform.

    `listing_id` and `buyer_id` are worth sending beside `order_id`: orders are forgotten a week after they closed, and
    fakes are often recognised later. What the complaint does not name itself is not known then: no listing is held for
    it, and a buyer who complains about two orders counts as two.
    """

    complaint_id: Id
    kind: ComplaintKind
    order_id: Id | None = None
    listing_id: Id | None = None
    return_id: Id | None = None
    buyer_id: Id | None = None
    evidence_refs: Annotated[tuple[Short, ...], Meta(max_length=MAX_REFERENCES)] = ()


class ComplaintDecided(Event, frozen=True, kw_only=True):
    """The platform upheld or dismissed a complaint."""

    complaint_id: Id
    outcome: Literal["upheld", "dismissed"]


class CompensationPaid(Event, frozen=True, kw_only=True):
    """The platform paid a buyer in the seller's place."""

    compensation_id: Id
    amount: Amount
    currency: Currency
    complaint_id: Id | None = None
    return_id: Id | None = None


# ---- marketplace.sellers.v1


class Identifier(msgspec.Struct, frozen=True, gc=False):
    """One of a seller's identifiers, as a keyed hash."""

    kind: IdentifierKind
    value: HashedId


class _Seller(Event, frozen=True, kw_only=True):
    shop_name: Short | None = None
    country: Country | None = None
    identifiers: Annotated[tuple[Identifier, ...], Meta(max_length=MAX_IDENTIFIERS)] | None = None


class SellerRegistered(_Seller, frozen=True, kw_only=True):
    """A seller joined the marketplace."""


class SellerChanged(_Seller, frozen=True, kw_only=True):
    """`identifiers`, when present, is the complete new list."""


class SellerActive(Event, frozen=True, kw_only=True):
    """A sign of life."""

    activity: Literal["login", "reply", "shipment"]
    order_id: Id | None = None


class SellerAway(Event, frozen=True, kw_only=True):
    """Announced absence, from one time until another."""

    from_: Time = msgspec.field(name="from")
    until: Time


class SellerClosed(Event, frozen=True, kw_only=True):
    """The shop closed."""

    by: Literal["seller", "platform"]


# ---- marketplace.messages.v1


class MessageSent(Event, frozen=True, kw_only=True):
    """A line of chat."""

    conversation_id: Id
    sender: Literal["buyer", "seller"]
    text: Text
    listing_id: Id | None = None


# ---- marketplace.verdicts.v1


class VerdictGiven(Event, frozen=True, kw_only=True):
    """A moderator decided."""

    subject: Literal["listing", "seller", "payout"]
    subject_id: Id
    verdict: Literal["confirmed", "rejected"]
    moderator: Id
    reason: Text
    verdict_id: Id | None = None
    role: Role = "moderator"
    cause: Cause | None = None
    alert_id: Id | None = None
    hold_id: Id | None = None
    batch_id: Id | None = None
    note: Text | None = None
    expires_at: Time | None = None


class HoldAppealed(Event, frozen=True, kw_only=True):
    """A seller asks for a hold to be looked at again."""

    hold_id: Id
    text_ref: Short | None = None


class OverrideGiven(Event, frozen=True, kw_only=True):
    """A lead ends a breaker (`seller_id` is then the reason code) or releases a seller's pending deadlines."""

    action: Literal["end_breaker", "release_pending"]
    moderator: Id
    role: Role
    reason: Text


# ---- reference.products.v1 and reference.brands.v1 (no `type`: told apart by their keys)


class Product(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A product that a marketplace knows; `reference_price` is in `currency` and of the day `as_of`."""

    product_id: Id
    brand: Short
    name: Title
    aliases: Annotated[tuple[Title, ...], Meta(max_length=MAX_ALIASES)] = ()
    category: Short | None = None
    gtins: Annotated[tuple[Id, ...], Meta(max_length=MAX_ALIASES)] = ()
    reference_price: Price | None = None
    currency: Currency | None = None
    as_of: Time | None = None


class Brand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A brand and the sellers that its rights holder has authorised."""

    brand: Short
    aliases: Annotated[tuple[Short, ...], Meta(max_length=MAX_ALIASES)] = ()
    authorised_sellers: Annotated[tuple[Id, ...], Meta(max_length=MAX_AUTHORISED_SELLERS)] = ()
    categories: Annotated[tuple[Short, ...], Meta(max_length=MAX_ALIASES)] = ()
