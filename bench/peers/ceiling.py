"""The ceiling: a bare loop of confluent-kafka and msgspec over dictionaries. Nothing survives it."""

import time

from confluent_kafka import Consumer, Producer
from job import InMemory
from surroundings import BOOTSTRAP, GROUP, HOLDS, IN_WORK, SESSION_S, TOPICS, open_window

COMMIT_EVERY_S = 1.0


def main() -> None:
    consumer = Consumer(
        {
            "bootstrap.servers": BOOTSTRAP,
            "group.id": GROUP,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": SESSION_S * 1000,
        }
    )
    consumer.subscribe(TOPICS)
    producer = Producer({"bootstrap.servers": BOOTSTRAP, "acks": "all"})
    job = InMemory()
    committed_s, is_new = time.monotonic(), False
    while True:
        for message in consumer.consume(2_000, 0.05):
            if message.error():
                raise SystemExit(f"Kafka refused: {message.error()}.")
            is_new = True
            if not IN_WORK:
                open_window()
            told = job.take(message.value())
            if told is not None:
                producer.produce(HOLDS, told[1], told[0])
        producer.poll(0)
        if is_new and time.monotonic() - committed_s > COMMIT_EVERY_S:
            producer.flush()
            consumer.commit(asynchronous=True)  # so that its progress can be seen from outside
            committed_s, is_new = time.monotonic(), False


if __name__ == "__main__":
    main()
