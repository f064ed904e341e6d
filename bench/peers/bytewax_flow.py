"""The job in Bytewax: `stateful_map` by seller and by product in one process, a snapshot of all state every 10 s.

`python -m bytewax.run bytewax_flow:flow -r FOLDER -s 10 -b 0`. Its last release, 0.21.1, is of November 2024.
"""

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from job import Event, Market, Price, Seller, line, read_event, take_event, take_price
from surroundings import BOOTSTRAP, HOLDS, IN_WORK, TOPICS, open_window


def keyed(message: KafkaSourceMessage) -> tuple[str, Event]:
    if not IN_WORK:
        open_window()
    event = read_event(message.value)
    return event.seller_id, event


def seller_step(seller: Seller | None, event: Event) -> tuple[Seller, Price | None]:
    if seller is None:
        seller = Seller()
    return seller, take_event(seller, event)


def by_product(item: tuple[str, Price | None]) -> tuple[str, Price] | None:
    price = item[1]
    return None if price is None else (price.product_id, price)


def market_step(market: Market | None, price: Price) -> tuple[Market | None, tuple[str, bytes] | None]:
    if price.answer:
        return market, (price.seller_id, price.answer)
    if market is None:
        market = Market()
    hold = take_price(market, price)
    return market, None if hold is None else (hold.listing_id, line(hold))


def told(item: tuple[str, tuple[str, bytes] | None]) -> KafkaSinkMessage | None:
    line = item[1]
    return None if line is None else KafkaSinkMessage(line[0].encode(), line[1])


flow = Dataflow("job")
events = op.map("decode", op.input("kafka", flow, KafkaSource([BOOTSTRAP], TOPICS)), keyed)
prices = op.filter_map("by_product", op.stateful_map("sellers", events, seller_step), by_product)
holds = op.filter_map("told", op.stateful_map("markets", prices, market_step), told)
op.output("holds", holds, KafkaSink([BOOTSTRAP], HOLDS))
