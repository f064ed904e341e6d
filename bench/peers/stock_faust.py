"""The job in Faust as it comes: agents, tables with changelogs in Kafka, and a topic by product between the two steps.

`group_by` makes such a topic too, but forwards whole events; an agent that sends what the market needs moves less.
"""

import faust
from job import Market, Price, Seller, line, read_event, read_price, read_seller, stored, take_event, take_price
from surroundings import BOOTSTRAP, FOLDER, GROUP, HOLDS, IN_WORK, PARTITIONS, SESSION_S, TOPICS, open_window

app = faust.App(
    GROUP,
    broker=f"kafka://{BOOTSTRAP}",
    datadir=FOLDER,
    topic_partitions=PARTITIONS,
    topic_replication_factor=1,
    topic_disable_leader=True,
    consumer_auto_offset_reset="earliest",
    broker_session_timeout=SESSION_S,
    broker_heartbeat_interval=2,
    web_enabled=False,
    key_serializer="raw",
    value_serializer="raw",  # msgpack as it is, which is faster than Faust's own JSON; changelogs follow the app alone
)
RAW = {"key_type": str, "value_type": bytes}
events = app.topic(*TOPICS, **RAW)
prices = app.topic(f"{GROUP}-product-repartition", internal=True, partitions=PARTITIONS, **RAW)
holds = app.topic(HOLDS, **RAW)
sellers = app.Table("sellers", partitions=PARTITIONS, **RAW)
markets = app.Table("markets", partitions=PARTITIONS, **RAW)


@app.agent(events)
async def by_seller(stream: faust.Stream) -> None:
    async for value in stream:
        if not IN_WORK:
            open_window()
        event = read_event(value)
        held = sellers.get(event.seller_id)
        seller = Seller() if held is None else read_seller(held)
        price: Price | None = take_event(seller, event)
        sellers[event.seller_id] = stored(seller)
        if price is not None:
            await prices.send(key=price.product_id, value=stored(price))


@app.agent(prices)
async def by_product(stream: faust.Stream) -> None:
    async for value in stream:
        if not IN_WORK:
            open_window()
        price = read_price(value)
        if price.answer:
            await holds.send(key=price.seller_id, value=price.answer)
            continue
        held = markets.get(price.product_id)
        market = Market() if held is None else Market.read(held)
        hold = take_price(market, price)
        markets[price.product_id] = market.stored()
        if hold is not None:
            await holds.send(key=hold.listing_id, value=line(hold))


if __name__ == "__main__":
    app.main()
