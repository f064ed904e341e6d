"""Sends files of events to the marketplace topics, keyed and partitioned as a marketplace's own producers have to:

    python deploy/send.py sim/events.jsonl --reference sim/reference.jsonl

Kafka is where the settings say. One producer an order: with `acks=all` and one key a seller, what a seller's events say
stays in the order of the file.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from schemas import topics
from streams.kafka_access import KafkaOptions, kafka_access
from streams.settings import SettingsError, load
from streams.upkeep import UpkeepError, describe_topics


class Head(msgspec.Struct):
    """What says where a line goes."""

    seller_id: str = ""
    product_id: str = ""
    brand: str = ""


_head = msgspec.json.Decoder(Head)


async def send(kafka: KafkaOptions, events: Path, reference: Path | None, partitions: int) -> int:
    """How many lines were sent; each is acknowledged when this returns."""
    producer = AIOKafkaProducer(**kafka, acks="all", enable_idempotence=True, linger_ms=20, max_request_size=16 << 20)
    await producer.start()
    sent = 0
    try:
        for line in lines(reference) if reference else ():
            head = _head.decode(line)
            topic, key = (topics.PRODUCTS, head.product_id) if head.product_id else (topics.BRANDS, head.brand)
            await producer.send(topic.name, line, key.encode(), 0)
            sent += 1
        for line in lines(events):
            key = _head.decode(line).seller_id.encode()
            await producer.send(topics.topic_named_by(line), line, key, topics.partition_of(key, partitions))
            sent += 1
        await producer.flush()
    finally:
        await producer.stop()
    return sent


def lines(path: Path) -> Iterator[bytes]:
    """The lines of a file that hold anything."""
    with path.open("rb") as file:
        yield from (line.strip() for line in file if line.strip())


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy/send.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("events", type=Path, help="JSON lines, one event each")
    parser.add_argument("--reference", type=Path, help="JSON lines of products and brands")
    options = parser.parse_args()
    try:
        settings = load().settings
        (listings,) = describe_topics(settings, [topics.LISTINGS])
        if not listings.partitions:
            raise UpkeepError(f"Kafka has no topic {topics.LISTINGS.name}: run `assay topics create`.")
        sent = asyncio.run(send(kafka_access(settings).options, options.events, options.reference, listings.partitions))
    except (OSError, KafkaError, SettingsError, UpkeepError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{sent:,} lines sent.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
