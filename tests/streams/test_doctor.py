"""The doctor finds what is wrong with a real Kafka and Redis, and says how to mend it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import kafka
import msgspec
import pytest
import redis as redis_client
from aiokafka import AIOKafkaProducer
from kafka.admin import KafkaAdminClient
from kafka.structs import OffsetAndMetadata

from schemas import topics
from schemas.events import ListingRemoved
from schemas.wire import Refused, dead_letter, encode
from streams.doctor import doctor
from streams.meta import meta
from streams.settings import Settings
from streams.upkeep import create_topics

pytestmark = pytest.mark.stack


@pytest.fixture
def settings(no_topics: Any, tmp_path: Any) -> Settings:
    (tmp_path / "policy.toml").write_text("")
    return Settings(
        kafka_bootstrap=no_topics.kafka_bootstrap,
        redis_url=no_topics.redis_url,
        partitions=4,
        policy_file=tmp_path / "policy.toml",
    )


def _wrong(settings: Settings) -> dict[str, str]:
    return {check.name: check.sentence for check in doctor(settings, environment={}) if not check.ok}


def _removed(seller_id: str) -> bytes:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return encode(ListingRemoved(event_id="e", event_time=now, seller_id=seller_id, listing_id="l", reason="seller"))


def _send(settings: Settings, records: list[tuple[bytes | None, bytes, int]], codec: str | None = None) -> None:
    """(key, value, partition) to the topic of listings."""

    async def send() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap, compression_type=codec)
        await producer.start()
        for key, value, partition in records:
            await producer.send(topics.LISTINGS.name, value, key=key, partition=partition)
        await producer.stop()

    asyncio.run(send())


def _to_partition(sellers: int, shift: int) -> list[tuple[bytes | None, bytes, int]]:
    """Sellers' events `shift` partitions away from where Java's partitioner puts them."""
    ids = [f"seller-{number}" for number in range(sellers)]
    return [(name.encode(), _removed(name), (topics.partition_of(name.encode(), 4) + shift) % 4) for name in ids]


def test_a_sound_installation_has_nothing_wrong(settings: Settings) -> None:
    create_topics(settings)
    _send(settings, _to_partition(50, shift=0))
    assert _wrong(settings) == {}


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_records_are_sampled_whatever_their_compression(settings: Settings, codec: str) -> None:
    create_topics(settings)
    _send(settings, _to_partition(20, shift=1), codec)
    assert "20 of 20" in _wrong(settings)["partitioner"]


def test_a_wrong_partitioner_is_found_with_its_mending(settings: Settings) -> None:
    create_topics(settings)
    _send(settings, [*_to_partition(10, shift=0), *_to_partition(7, shift=1)])
    wrong = _wrong(settings)
    assert set(wrong) == {"partitioner"}
    assert "marketplace.listings.v1 7 of 17" in wrong["partitioner"]
    assert "partitioner=murmur2_random" in wrong["partitioner"]


def test_a_key_that_is_not_the_seller_is_found(settings: Settings) -> None:
    create_topics(settings)
    _send(settings, [(b"listing-1", _removed("seller-1"), topics.partition_of(b"listing-1", 4))])
    assert set(_wrong(settings)) == {"keys"}


def test_a_record_without_a_key_is_found(settings: Settings) -> None:
    create_topics(settings)
    _send(settings, [(None, _removed("seller-1"), 0)])
    assert set(_wrong(settings)) == {"partitioner", "keys"}


def test_bytes_that_are_no_event_do_not_disturb_the_doctor(settings: Settings) -> None:
    create_topics(settings)
    _send(settings, [(b"k", b"\xff{", topics.partition_of(b"k", 4))])
    assert _wrong(settings) == {}


def test_missing_topics_are_named(settings: Settings) -> None:
    create_topics(settings, [topic for topic in topics.ALL if topic not in (topics.RETURNS, topics.AUDIT)])
    wrong = _wrong(settings)
    assert set(wrong) == {"topics"}
    assert wrong["topics"].endswith("`assay topics create` makes them: marketplace.returns.v1, assay.audit.v1.")


def test_unequal_partition_counts_are_found(settings: Settings) -> None:
    create_topics(msgspec.structs.replace(settings, partitions=2), [topics.RETURNS])
    create_topics(settings)
    wrong = _wrong(settings)
    assert set(wrong) == {"partitions"}
    assert "marketplace.returns.v1 2" in wrong["partitions"]


def test_wrong_compaction_and_too_small_messages_are_found(settings: Settings) -> None:
    with KafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap) as admin:
        admin.create_topics(
            {
                topics.HOLDS.name: {"num_partitions": 4, "replication_factor": 1},
                topics.ORDERS.name: {
                    "num_partitions": 4,
                    "replication_factor": 1,
                    "configs": {"max.message.bytes": "1000"},
                },
            },
            wait_for_metadata=True,
        )
    create_topics(settings)
    wrong = _wrong(settings)
    assert set(wrong) == {"topic settings"}
    assert "assay.holds.v1 cleanup.policy=compact" in wrong["topic settings"]
    assert "marketplace.orders.v1 max.message.bytes=16777216" in wrong["topic settings"]


def test_dead_letters_of_a_wrong_partition_are_counted(settings: Settings) -> None:
    create_topics(settings)
    producer = kafka.KafkaProducer(bootstrap_servers=settings.kafka_bootstrap)
    for reason in ("wrong_partition", "wrong_partition", "not_json"):
        refused = Refused(reason, "why")  # type: ignore[arg-type]  # one of the reasons, from the tuple
        at = datetime(2026, 1, 1, tzinfo=UTC)
        letter = dead_letter(refused, topic="t", partition=0, offset=0, key=None, value=b"", at=at)
        producer.send(topics.DEAD_LETTERS.name, encode(letter))
    producer.flush()
    producer.close()
    assert _wrong(settings)["dead letters"].startswith("2 dead letters say wrong_partition")


def test_a_redis_that_forgets_or_evicts_is_found(settings: Settings, redis_with: Callable[..., str]) -> None:
    create_topics(settings)
    url = redis_with("--maxmemory-policy", "allkeys-lru", "--appendonly", "no")
    wrong = _wrong(msgspec.structs.replace(settings, redis_url=url))
    assert set(wrong) == {"redis log", "redis eviction"}
    assert "allkeys-lru" in wrong["redis eviction"]


def test_servers_that_do_not_answer_are_one_check_each(settings: Settings) -> None:
    away = msgspec.structs.replace(settings, kafka_bootstrap="127.0.0.1:1", redis_url="redis://:s3cret@127.0.0.1:1/0")
    wrong = _wrong(away)
    assert set(wrong) == {"kafka", "redis"}
    assert "s3cret" not in wrong["redis"]


def test_state_of_other_partitions_or_another_assignor_is_found(settings: Settings) -> None:
    create_topics(settings)
    with redis_client.Redis.from_url(settings.redis_url) as client:
        client.hset("assay:meta", mapping=meta(4))
        assert _wrong(settings) == {}
        client.hset("assay:meta", "assignor", "range")
        assert _wrong(settings)["state"] == (
            "The state in Redis was written with assignor range instead of faust: "
            "bring back what it was written with, or point redis_url at an empty Redis."
        )
        client.hset("assay:meta", "partitions", "8")
        assert "partitions 8 instead of 4" in _wrong(settings)["state"]


def test_an_empty_redis_beside_committed_offsets_is_found(settings: Settings) -> None:
    create_topics(settings)
    consumer = kafka.KafkaConsumer(bootstrap_servers=settings.kafka_bootstrap, group_id=settings.consumer_group)
    consumer.assign([kafka.TopicPartition(topics.LISTINGS.name, 1)])
    consumer.commit({kafka.TopicPartition(topics.LISTINGS.name, 1): OffsetAndMetadata(7, "", -1)})
    consumer.close()
    assert "the group assay has committed offsets" in _wrong(settings)["offsets"]
    with redis_client.Redis.from_url(settings.redis_url) as client:
        client.hset("assay:{1}:offsets", "epoch", "1")
        assert "the group assay has committed offsets" in _wrong(settings)["offsets"]
        client.hset("assay:{1}:offsets", f"offset:{topics.LISTINGS.name}", "7")
    assert _wrong(settings) == {}


def test_a_policy_that_is_not_toml_is_found(settings: Settings) -> None:
    create_topics(settings)
    assert settings.policy_file is not None
    settings.policy_file.write_text("[hold\n")
    assert set(_wrong(settings)) == {"policy"}
