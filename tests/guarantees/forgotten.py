"""Forgetting a person in tests: the command, what Redis and Kafka hold of it, and what they hold of all others."""

from collections.abc import Iterator
from typing import Any

import msgspec
from click.testing import CliRunner, Result

from assay.__main__ import main
from detectors import shares
from detectors.beta import Moments
from detectors.breaker import Hour
from schemas import topics
from schemas.fields import HOUR_US
from streams.brake import FIELD as BREAKER
from streams.brake import Counted
from streams.lives import FIELD as LIFE
from streams.lives import Life
from streams.sellers import seller_from
from streams.store import STAMP, SellerBytes
from tests.guarantees.lines import Line
from tests.guarantees.marketplace import COMPACTED, SHARES, Marketplace

KEY = "a secret of sixteen and more"
BREAKERS = b"assay:table:breaker"


def forget(here: Marketplace, *words: str, stdin: str = "") -> Result:
    settings = [f"kafka_bootstrap={here.settings.kafka_bootstrap}", f"redis_url={here.settings.redis_url}"]
    given = [part for setting in (*settings, f"hash_key={KEY}") for part in ("--set", setting)]
    return CliRunner().invoke(main, [*given, "forget", *words], input=stdin)


def confirmed(here: Marketplace, *words: str) -> Result:
    return forget(here, *words, "--confirm", "--actor", "mia")


def held(here: Marketplace) -> dict[bytes, Any]:
    """All that Redis holds, streams included."""
    return here.held(here.redis.xrange)


def naming(whole: dict[bytes, Any], person: str) -> list[bytes]:
    """The keys that hold the name, in themselves or in what they hold."""
    return [name for name, value in whole.items() if person in repr((name, value))]


def others_of(here: Marketplace, person: str, last_us: int) -> dict[bytes, Any]:
    """All state but the person's, whose last event was at `last_us`.

    Its part in what is usual in its category is taken out. Of the breaker only hours after its last event are compared:
    in those before, a seller that begins anew is counted once more. How often a partition has counted is not compared
    for the same reason; nor is who owns a partition and since when, which `states` leaves out: see `lives_of`.
    """
    whole, named = here.states(), person.encode()
    _take_shares_out(here, whole, person)
    for name, value in whole.items():
        if name.endswith(b":counts") and (counted := value.get(BREAKER.encode())) is not None:
            value[BREAKER.encode()] = _counted_after(last_us, counted)
    if BREAKERS in whole:
        told = whole[BREAKERS]
        whole[BREAKERS] = {number: _counted_after(last_us, one[STAMP.size :]) for number, one in told.items()}
    kept: dict[bytes, Any] = {}
    for name, value in whole.items():
        if named in name or name.endswith(b":reemit"):
            continue
        if isinstance(value, dict):
            is_about = name.endswith(b":lines")
            kept[name] = {key: one for key, one in value.items() if named not in key + (one if is_about else b"")}
        elif name.endswith(b":ended"):
            lines = whole[name.replace(b":ended", b":lines")]
            kept[name] = {key for key in value if named not in lines[key]}
        elif isinstance(value, list):
            kept[name] = [one for one in value if named not in one[0]]
        else:
            kept[name] = value
    return {name: value for name, value in kept.items() if value}


def _take_shares_out(here: Marketplace, whole: dict[bytes, Any], person: str) -> None:
    """Of a person that was not forgotten, as its forgetting does it."""
    number = topics.partition_of(person.encode(), here.partitions)
    core = here.redis.get(f"assay:{{{number}}}:seller:{person}")
    if core is None:
        return
    state = seller_from(person, SellerBytes(core))
    shares.withdraw(state)
    assert state.changes.shares, "the person counts for nothing in its category"
    for reason, category, less in state.changes.shares:
        for sums, first in ((whole[f"assay:{{{number}}}:counts".encode()], "share"), (whole[SHARES], f"{number}")):
            field = f"{first}\x1f{reason}\x1f{category}".encode()
            sums[field] = msgspec.msgpack.encode(msgspec.msgpack.decode(sums[field], type=Moments).plus(less))


def _counted_after(last_us: int, stored: bytes) -> tuple[list[Hour], Any, Any]:
    counted = msgspec.msgpack.decode(stored, type=Counted)
    later = [hour for hour in counted.hours if hour.hour > last_us // HOUR_US]
    assert later, "nothing was counted after the person's last event"
    return later, counted.tripped, counted.overridden


def lives_of(here: Marketplace) -> list[Life]:
    """What the owners of the partitions note of themselves, apart from who they are, since when, and their policy."""
    stored = [here.redis.hget(f"assay:{{{number}}}:counts", LIFE) for number in range(here.partitions)]
    lives = [msgspec.msgpack.decode(one, type=Life) for one in stored]
    return [msgspec.structs.replace(life, owner=b"", at=b"", judged_by="") for life in lives]


def said_of_others(here: Marketplace, person: str) -> dict[str, set[Line]]:
    lines = {topic: here.published(topic) for topic in COMPACTED}
    about = {(topic, line.key) for topic, each in lines.items() for line in each if person in repr(line)}
    return {topic: {line for line in each if (topic, line.key) not in about} for topic, each in lines.items()}


def last_of(here: Marketplace, person: str) -> Iterator[tuple[str, bytes, bytes | None]]:
    """The last record of every key under which anything was ever said of the person."""
    for topic in COMPACTED:
        last: dict[bytes, bytes | None] = {}
        about: set[bytes] = set()
        for line in here.published(topic):
            last[line.key] = line.value
            if person.encode() in line.key + (line.value or b""):
                about.add(line.key)
        for key in about:
            yield topic, key, last[key]


def audit(here: Marketplace) -> list[Any]:
    return [msgspec.json.decode(line.value or b"") for line in here.published(topics.AUDIT.name)]
