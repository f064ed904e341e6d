"""What is fuzzed: a function a target, which takes any bytes and raises only where something is wrong.

Three drivers share them: hypothesis in CI (`test_targets.py`), atheris in `make fuzz` (`run.py`), and the kept corpus.
"""

import asyncio
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from urllib.parse import quote

import msgspec

from detectors.entries import pack, pack_flags, unpack, unpack_flags
from detectors.policy import PolicyError, make_policy
from detectors.records import Complaint, Core, Finding, Listing, Order, Payment, Return, Series, decode, encode
from detectors.reference import Reference
from detectors.wording.messages import read_message
from detectors.wording.read import read_title
from schemas import topics, wire
from schemas.events import Product
from schemas.fields import to_us
from streams.outbox import ProcessOutbox
from streams.polls import PlainRecord
from streams.replay import LANE, end, feed, history_hop
from streams.settings import read_policy
from streams.store import Line
from tests.story import PHONE

AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
PACKAGED: Final = read_policy(None)
POLICY: Final = make_policy(PACKAGED)
TOPICS: Final = ("", *(topic.name for topic in topics.MARKETPLACE))
RECORDS: Final = (Core, Order, Return, Listing, Complaint, Finding, Payment, Series)
_LATER_US: Final = to_us(datetime(2030, 1, 1, tzinfo=UTC))


def events(data: bytes) -> None:
    """The first byte says on which topic the rest was read."""
    topic, value = TOPICS[data[0] % len(TOPICS)] if data else "", data[1:]
    for now_us in (None, to_us(AT)):
        outcome = wire.decode_event(value, topic, now_us)
        if isinstance(outcome, tuple):
            again = wire.decode_event(wire.encode(outcome[0]), topic, now_us)
            assert again == outcome, "what was decoded is encoded and decoded to the same"
        elif isinstance(outcome, wire.Refused):
            letter = wire.dead_letter(outcome, topic=topic, partition=0, offset=0, key=value, value=value, at=AT)
            assert len(wire.encode(letter)) < 256 * 1024
    topics.topic_named_by(value)


def reference(data: bytes) -> None:
    """A line of the catalogue; what is taken is found again."""
    word = wire.decode_reference(data)
    if isinstance(word, wire.Refused):
        return
    catalogue = Reference()
    catalogue.add(word)
    if isinstance(word, Product):
        assert catalogue.product(word.product_id) == word
        catalogue.resolve(word.name, word.brand)


@cache
def _catalogue() -> Reference:
    catalogue = Reference()
    catalogue.add(PHONE)
    for product_id, brand, name in (
        ("ip13", "Apple", "iPhone 13 Pro 256GB"),
        ("a7", "Sony", "Alpha 7 III ILCE-7M3"),
        ("cpu", "Intel", "Core i7-9700K 3.6 GHz"),
        ("no5", "Chanel", "N°5 Eau de Parfum 100 ml"),
        ("kb", "Ümlaut", "第9代 机械键盘"),
    ):
        catalogue.add(Product(product_id=product_id, brand=brand, name=name))
    return catalogue


def titles(data: bytes) -> None:
    """A brand and a title with a line break between them, read in every way in which titles and messages are."""
    text = data.decode("utf-8", "surrogateescape")
    brand, _, title = text.partition("\n")
    catalogue = _catalogue()
    found = catalogue.resolve(title, brand or None)
    assert 0.0 <= found.confidence <= 1.0
    assert found.product_id is None or catalogue.product(found.product_id) is not None
    for product_id in ("i9100", "nobody"):
        catalogue.contradicts(title, product_id, brand or None)
    read_title(title, brand)
    read_message(text)


def policy(data: bytes) -> None:
    """A team's own policy as a file: a policy, or one sentence."""
    try:
        own = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return
    try:
        assert make_policy(PACKAGED, own).version
    except PolicyError:
        return


def states(data: bytes) -> None:
    """The first byte says as what the rest is decoded; a stored record is read whole or refused."""
    word, stored = RECORDS[data[0] % len(RECORDS)] if data else Core, data[1:]
    try:
        record: Any = decode(word, stored)
    except msgspec.DecodeError:
        return
    again = encode(record)
    assert encode(decode(word, again)) == again, "bytes, because no NaN equals another"
    for unpacked, packed, size in ((unpack, pack, 48), (unpack_flags, pack_flags, 33)):
        if len(stored) == size:
            packed(unpacked(stored))


def stories(data: bytes) -> None:
    """A history, a message a line, to long after its end."""
    failed: list[bytes] = []

    def take(line: Line) -> None:
        if line.topic == topics.DEAD_LETTERS.name and line.value is not None and b"detector_failed" in line.value:
            failed.append(line.value)

    async def tell() -> None:
        hop = history_hop(POLICY, _catalogue(), ProcessOutbox(take))
        partition = await hop.open(0, [LANE])
        values = data.split(b"\n")[:200]
        await feed(hop, partition, [PlainRecord(LANE, 0, offset, None, value) for offset, value in enumerate(values)])
        await end(hop, partition, _LATER_US)

    asyncio.run(tell())
    assert not failed, failed


@cache
def _client() -> Any:  # only this target needs the console
    from litestar.testing import TestClient

    from tests.console.records import alert, hold, letter, vanished
    from tests.console.served import ORIGIN, Served

    served = Served()
    served.put(alert(), vanished(), hold(), letter())
    client = TestClient(served.app, base_url=ORIGIN, raise_server_exceptions=False)
    client.__enter__()
    return client


def console(data: bytes) -> None:
    """A path with a query, and behind a line break a body, as every role's program would send it."""
    from tests.console.served import bearer

    line, _, body = data.partition(b"\n")
    address = "/" + quote(line.decode("utf-8", "replace").lstrip("/"), safe="/?&=%.-_~:+")[:4_000]
    headers = bearer("lead") | {"idempotency-key": str(len(body)), "content-type": "application/json"}
    if body:
        answer = _client().post(address, content=body, headers=headers, follow_redirects=False)
    else:
        answer = _client().get(address, headers=headers, follow_redirects=False)
    assert answer.status_code < 500, answer.text


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "events": events,
    "reference": reference,
    "titles": titles,
    "policy": policy,
    "states": states,
    "stories": stories,
    "console": console,
}
