"""The job of `bench/job.md`, without an engine: what every Python engine here does with an event.

Two steps, so that an engine can keep each one's state under a key of its own: `take_event` by seller, `take_price` by
product.
"""

from bisect import bisect_left, insort
from typing import Any, Final

import msgspec

MARKET_SELLERS: Final = 256
ENOUGH_OTHERS: Final = 12
HOLD_BELOW: Final = 0.55  # of the median of the others
STEPS: Final = {"return_accepted": 1, "return_shipped": 2, "return_delivered": 3}


class Event(msgspec.Struct, gc=False):
    """Of an event on Kafka what the job needs."""

    type: str
    event_id: str
    event_time: str
    seller_id: str
    listing_id: str = ""
    product_id: str = ""
    price: str = "0"
    return_id: str = ""
    amount: str = "0"


class Open(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A return that is not refunded yet: its last step and when that was."""

    step: int
    amount: float
    since: str


class Seller(msgspec.Struct, array_like=True):
    """What is remembered of a seller."""

    events: int = 0
    published: int = 0
    changed: int = 0
    requested: int = 0
    refunded: int = 0
    refunded_sum: float = 0.0
    registered: str = ""
    open: dict[str, Open] = {}

    def __deepcopy__(self, _: Any) -> "Seller":
        return msgspec.structs.replace(self, open=self.open.copy())


class Price(msgspec.Struct, array_like=True, gc=False):
    """What goes from the seller's step to the market's; with an `answer` to a roll call it is nothing but that."""

    product_id: str
    seller_id: str
    listing_id: str = ""
    event_id: str = ""
    price: float = 0.0
    answer: bytes = b""


class Answer(msgspec.Struct, gc=False):
    """What a seller's state says to a roll call."""

    seller_id: str
    events: int
    published: int
    changed: int
    requested: int
    refunded: int
    open: list[str]


class Hold(msgspec.Struct, gc=False):
    """A listing that asks too little; `median` of the `sellers` others."""

    listing_id: str
    seller_id: str
    product_id: str
    event_id: str
    price: float
    median: float
    sellers: int


class Market:
    """The newest price of each of up to 256 sellers, the newest last."""

    __slots__ = ("prices", "sorted")

    def __init__(self, prices: dict[str, float] | None = None) -> None:
        self.prices: dict[str, float] = {} if prices is None else prices
        self.sorted = sorted(self.prices.values())

    def __deepcopy__(self, _: Any) -> "Market":
        copied = Market.__new__(Market)
        copied.prices, copied.sorted = self.prices.copy(), self.sorted.copy()
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        return Market.read, (self.stored(),)

    def stored(self) -> bytes:
        return _pack(self.prices)

    @staticmethod
    def read(stored: bytes) -> "Market":
        return Market(_unpack_market(stored))


_pack: Final = msgspec.msgpack.Encoder().encode
_json: Final = msgspec.json.Encoder().encode
_unpack_market: Final = msgspec.msgpack.Decoder(dict[str, float]).decode
read_event: Final = msgspec.json.Decoder(Event).decode
read_seller: Final = msgspec.msgpack.Decoder(Seller).decode
read_price: Final = msgspec.msgpack.Decoder(Price).decode
stored: Final = _pack


def take_event(seller: Seller, event: Event) -> Price | None:
    """The seller's step: counters and open returns; what the market of the product has to know, if anything."""
    kind = event.type
    if kind == "seller_active":
        said = Answer(
            event.seller_id,
            seller.events,
            seller.published,
            seller.changed,
            seller.requested,
            seller.refunded,
            sorted(seller.open),
        )
        return Price(event.seller_id, event.seller_id, answer=_json(said))
    seller.events += 1
    if kind == "listing_changed" or kind == "listing_published":  # noqa: PLR1714 - as fast as it gets
        if kind == "listing_changed":
            seller.changed += 1
        else:
            seller.published += 1
        return Price(event.product_id, event.seller_id, event.listing_id, event.event_id, float(event.price))
    step = STEPS.get(kind)
    if step is not None:
        held = seller.open.get(event.return_id)
        if held is not None:
            seller.open[event.return_id] = Open(step, held.amount, event.event_time)
    elif kind == "return_requested":
        seller.requested += 1
        seller.open[event.return_id] = Open(0, float(event.amount), event.event_time)
    elif kind == "refund_issued":
        seller.refunded += 1
        seller.refunded_sum += float(event.amount)
        seller.open.pop(event.return_id, None)
    elif kind == "seller_registered":
        seller.registered = event.event_time
    return None


def take_price(market: Market, price: Price) -> Hold | None:
    """The market's step: the seller's newest price beside those of the others."""
    prices, ordered = market.prices, market.sorted
    before = prices.pop(price.seller_id, None)  # so that the newest stands last
    if before is not None:
        del ordered[bisect_left(ordered, before)]
    others = len(ordered)
    median = ordered[(others - 1) // 2] if others >= ENOUGH_OTHERS else 0.0
    asked = price.price
    prices[price.seller_id] = asked
    insort(ordered, asked)
    if others >= MARKET_SELLERS:
        del ordered[bisect_left(ordered, prices.pop(next(iter(prices))))]
    if asked < HOLD_BELOW * median:
        return Hold(price.listing_id, price.seller_id, price.product_id, price.event_id, asked, median, others)
    return None


def line(hold: Hold) -> bytes:
    """The hold as it is on Kafka, keyed by its listing."""
    return _json(hold)


class InMemory:
    """Both steps over dictionaries: the ceiling, and what is compared with the oracle."""

    def __init__(self) -> None:
        self.sellers: dict[str, Seller] = {}
        self.markets: dict[str, Market] = {}

    def take(self, value: bytes) -> tuple[str, bytes] | None:
        """Key and line that the event brings about."""
        event = read_event(value)
        seller = self.sellers.get(event.seller_id)
        if seller is None:
            seller = self.sellers[event.seller_id] = Seller()
        price = take_event(seller, event)
        if price is None:
            return None
        if price.answer:
            return price.seller_id, price.answer
        market = self.markets.get(price.product_id)
        if market is None:
            market = self.markets[price.product_id] = Market()
        hold = take_price(market, price)
        return None if hold is None else (hold.listing_id, line(hold))
