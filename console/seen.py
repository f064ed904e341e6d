"""What is remembered of one seller: its listings, its returns, and the moments of its timeline."""

from collections import OrderedDict

import msgspec


class Listed(msgspec.Struct):
    """A listing as of its newest event."""

    listing_id: str
    at_us: int
    event_id: str
    title: str = ""
    price: str = ""
    currency: str = ""
    condition: str = ""
    brand: str = ""
    category: str = ""
    url: str = ""
    published_us: int = 0
    removed_us: int = 0

    @property
    def removed(self) -> bool:
        """Whether its removal is the newest that is known of it."""
        return self.removed_us > self.at_us


class Step(msgspec.Struct, frozen=True, order=True):
    """One thing that happened to a return; `detail` is by whom, whether signed, or the sum."""

    at_us: int
    event_id: str
    kind: str
    detail: str = ""


class Returned(msgspec.Struct):
    """A return and its steps in the order of their times."""

    return_id: str
    steps: list[Step] = []
    order_id: str = ""
    listing_id: str = ""
    buyer_id: str = ""
    amount: str = ""
    currency: str = ""
    reason: str = ""


class Moment(msgspec.Struct, frozen=True, order=True):
    """Something in a lane of the timeline."""

    at_us: int
    event_id: str
    lane: str


class Seen(msgspec.Struct):
    """What is remembered of one seller; `since_us` is the earliest event known, 0 for none."""

    seller_id: str
    shop_name: str = ""
    named_us: int = -1
    country: str = ""
    registered_us: int = 0
    away_until_us: int = 0
    closed_us: int = 0
    since_us: int = 0
    orders_paid: int = 0
    listings: OrderedDict[str, Listed] = msgspec.field(default_factory=OrderedDict)
    returns: OrderedDict[str, Returned] = msgspec.field(default_factory=OrderedDict)
    moments: list[Moment] = []

    @property
    def name(self) -> str:
        """The shop's name, else its id."""
        return self.shop_name or self.seller_id
