"""The job in Quix Streams: one dataframe over all topics, state in RocksDB with changelogs, `group_by` the product.

State is stored as bytes (msgpack), which its own JSON is slower than; the poll waits 50 ms, where the default of a
second lets the repartitioned half idle. What `concat` puts together is read in the order of its timestamps, and the
topic between the two steps is lined up with the rest: each time that one is empty everybody waits for it. There is no
setting against it, so it is switched off by hand, to the engine's advantage.
"""

import msgspec
from job import Market, Price, Seller, line, read_event, read_price, read_seller, stored, take_event, take_price
from quixstreams import Application, State
from quixstreams.models.serializers import BytesDeserializer, BytesSerializer, StringDeserializer, StringSerializer
from surroundings import BOOTSTRAP, COMMIT_S, FOLDER, GROUP, HOLDS, IN_WORK, SESSION_S, TOPICS, open_window

STATE = "state"


def seller_step(value: bytes, state: State) -> list[Price]:
    if not IN_WORK:
        open_window()
    held = state.get_bytes(STATE)
    seller = Seller() if held is None else read_seller(held)
    price = take_event(seller, read_event(value))
    state.set_bytes(STATE, stored(seller))
    return [] if price is None else [price]


def market_step(value: bytes, state: State) -> list[bytes]:
    if not IN_WORK:
        open_window()
    price = read_price(value)
    if price.answer:
        return [price.answer]
    held = state.get_bytes(STATE)
    market = Market() if held is None else Market.read(held)
    hold = take_price(market, price)
    state.set_bytes(STATE, market.stored())
    return [] if hold is None else [line(hold)]


def main() -> None:
    app = Application(
        broker_address=BOOTSTRAP,
        consumer_group=GROUP,
        auto_offset_reset="earliest",
        state_dir=FOLDER,
        commit_interval=COMMIT_S or 5.0,
        consumer_poll_timeout=0.05,
        consumer_extra_config={"session.timeout.ms": SESSION_S * 1000},
        loglevel="WARNING",
    )
    topics = [
        app.topic(name, key_deserializer=StringDeserializer(), value_deserializer=BytesDeserializer())
        for name in TOPICS
    ]
    events = app.dataframe(topics[0])
    for topic in topics[1:]:
        events = events.concat(app.dataframe(topic))
    prices = events.apply(seller_step, stateful=True, expand=True)
    by_product = prices.group_by(
        lambda price: price.product_id,
        name="product",
        key_serializer=StringSerializer(),
        key_deserializer=StringDeserializer(),
        value_serializer=PriceSerializer(),
        value_deserializer=BytesDeserializer(),
    )
    holds = app.topic(HOLDS, key_serializer=StringSerializer(), value_serializer=BytesSerializer())
    by_product.apply(market_step, stateful=True, expand=True).to_topic(holds)
    app._dataframe_registry._requires_time_alignment = False
    app.run()


class PriceSerializer(BytesSerializer):
    """A price between the two steps, as msgpack."""

    def __call__(self, value: msgspec.Struct, ctx: object) -> bytes:
        return stored(value)


if __name__ == "__main__":
    main()
