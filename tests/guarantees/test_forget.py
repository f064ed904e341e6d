"""A person is forgotten while workers judge: nothing of it is left, and nobody else notices.

Shops of the workload go on as in a run without it, byte for byte; the person has a past in all topics.
Turned red by: see below each test.
"""

import json
import random
import re
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

import schemas
from assay.__main__ import main
from detectors.returns import buyer_of
from schemas import topics
from schemas.fields import to_us
from streams.lives import Life
from streams.sellers import seller_from
from streams.store import SellerBytes
from tests.guarantees.forgotten import (
    audit,
    confirmed,
    forget,
    held,
    last_of,
    lives_of,
    naming,
    others_of,
    said_of_others,
)
from tests.guarantees.marketplace import COMPACTED, Marketplace
from tests.guarantees.shop import Shop
from tests.guarantees.told import DAY, HOUR, START, Told
from tests.guarantees.workload import Workload, closing, workload
from tests.streams.conftest import BINARIES, USUAL, Cluster

pytestmark = pytest.mark.stack
PARTITIONS = 2
MIDDLE, LAST_DAY = 20.0, 50.0
LAST_US = to_us(START + LAST_DAY * DAY)
REPLIES = 300  # of the person, one an hour from the middle on
LAST_EVENT_US = to_us(START + MIDDLE * DAY + REPLIES * HOUR)
OTHER_MARKETS = ({"condition": "used"}, {"currency": "EUR"})  # so that the person is in one on each of three masters
PERSON = "seller*[7]"  # as hard to look for as an id may be


@pytest.fixture(params=["one Redis", "a Redis Cluster"])
def here(
    request: pytest.FixtureRequest, marketplace: Callable[[int], Marketplace], tmp_path: Path
) -> Iterator[Marketplace]:
    """A marketplace whose state lies on one server, or on three masters."""
    made = marketplace(PARTITIONS)
    if request.param == "one Redis":
        yield made
        return
    cluster = Cluster(BINARIES[USUAL], tmp_path)
    assert len({cluster.client.get_node_from_key(key).port for key in MARKETS}) == len(cluster.masters)
    made.use_redis(cluster.url)
    yield made
    made.kill_workers()
    cluster.kill()


class Person:
    """A shop with everything that assay remembers of one, settled by the middle, and signs of life after that.

    Its product is that of the last shop, whose events are left out: prices of a product are to come from one alone.
    """

    def __init__(self, told: Workload) -> None:
        product = msgspec.json.decode(told.reference[-1], type=schemas.Product)
        past, later = Told(), Told()
        shop = Shop(past, PERSON, product, random.Random(5))
        shop._say(schemas.SellerRegistered, START + HOUR)
        for number, tale in enumerate(("rejected", "implausible", "honest")):
            getattr(shop, f"_{tale}")(START + (1 + 3 * number) * DAY, f"{PERSON}-{number}")
        shop._list(START + 12 * DAY, f"L-{PERSON}-1", 1.0, word=schemas.ListingChanged)
        for number, other in enumerate(OTHER_MARKETS, 2):
            shop._list(START + 12 * DAY, f"L-{PERSON}-{number}", 1.0, **other)
        for number in range(REPLIES):
            later.tell(schemas.SellerActive, START + MIDDLE * DAY + number * HOUR, PERSON, activity="reply")
        self.past, self.later = past.records(), later.records()


LAST_SHOP = b"shop-0006"
MARKETS = [f"assay:market:p:p0006:{kind}".encode() for kind in ("new:CNY", "used:CNY", "new:EUR")]


def test_a_seller_is_forgotten_while_workers_judge(here: Marketplace) -> None:
    """Its events are judged before, meanwhile and after; then it is forgotten once more, and nothing is left.

    Red with: markets not looked through, the seller not taken out of them; its deadlines left, or not looked for; no
    tombstones; its state left; its share left among those of its category; what the breaker counts lost; an owner that
    takes itself for dead; of a cluster the wrong master alone looked through.
    """
    told = workload(seed=61, shops=7, rounds=5, known_days=45)
    person = Person(told)
    here.refer(told.reference)
    here.send(told.warm)
    here.judge_all(workers=1)
    warm = here.snapshot()
    busy = [one for one in told.busy if one.key != LAST_SHOP]
    events = sorted([*busy, *person.past, *person.later], key=lambda one: one.time_us)
    here.send([*events, *closing(PARTITIONS, LAST_DAY)])
    here.judge_all(workers=1, until_us=LAST_US)
    undisturbed, said = others_of(here, PERSON, LAST_EVENT_US), said_of_others(here, PERSON)
    assert {topic for topic, *_ in last_of(here, PERSON)} == set(COMPACTED)
    assert {*MARKETS} < set(naming(held(here), PERSON))

    here.restore(warm)
    here.forget_outputs()
    workers = [here.worker(pace_ms=30, pace_seed=number, max_poll_records=8) for number in range(2)]
    number = topics.partition_of(PERSON.encode(), PARTITIONS)
    middle_us = to_us(START + (MIDDLE + 1) * DAY)
    here.until("the middle is reached", lambda: watermark_us(here, number) > middle_us)
    done = confirmed(here, "seller", PERSON, "--although-open")
    assert done.exit_code == 0 or "its events still arrive" in done.stderr, done.output
    assert watermark_us(here, number) < LAST_US, "all was judged before: make the workers slower"
    here.wait_until_judged(until_us=LAST_US)
    done = confirmed(here, "seller", PERSON)
    assert done.exit_code == 0, done.output
    assert PERSON not in done.output
    assert naming(held(here), PERSON) == []
    assert [one for one in last_of(here, PERSON) if one[2] is not None] == []
    assert {topic for topic, *_ in last_of(here, PERSON)} == set(COMPACTED)
    entries = audit(here)
    assert {(one["actor"], one["action"]) for one in entries} == {("mia", "forgotten")}
    assert len({one["reason"] for one in entries}) == 1
    assert re.fullmatch("seller [0-9a-f]{64}: a person asked for it", entries[0]["reason"])
    assert PERSON not in repr(here.published(topics.AUDIT.name))

    here.wait_until_judged(until_us=LAST_US)
    now = others_of(here, PERSON, LAST_EVENT_US)
    assert {name for name in now.keys() | undisturbed.keys() if now.get(name) != undisturbed.get(name)} == set()
    assert said_of_others(here, PERSON) == said
    assert lives_of(here) == [Life()] * PARTITIONS, "a worker from which a partition was taken is not one that died"
    assert [worker.process.poll() for worker in workers] == [None, None], here.logs()


def watermark_us(here: Marketplace, number: int) -> int:
    return int(here.redis.hget(f"assay:{{{number}}}:offsets", "watermark") or 0)


BUYER = "buyer-of-several-shops*7"
SHOPS = ("owes-0", "owes-1", "owes-3")


def bought(told: Told, shop: str, buyer: str, number: int) -> None:
    """An order whose parcel comes back and is not paid for in time; the platform pays, a complaint is upheld."""
    when = START + number * DAY
    money: dict[str, Any] = {"amount": Decimal(1500), "currency": "CNY"}
    what = {"order_id": f"O-{shop}-{number}", "listing_id": f"L-{shop}", "buyer_id": buyer}
    back, complaint = {"return_id": f"R-{shop}-{number}"}, {"complaint_id": f"C-{shop}-{number}"}
    told.tell(schemas.OrderPaid, when, shop, **what, **money)
    told.tell(schemas.OrderDelivered, when + 12 * HOUR, shop, order_id=what["order_id"])
    told.tell(schemas.ReturnRequested, when + 18 * HOUR, shop, **what, **back, **money, reason="counterfeit")
    told.tell(schemas.ReturnDelivered, when + 2 * DAY, shop, **back, signed=True)
    told.tell(schemas.ComplaintOpened, when + 3 * DAY, shop, **complaint, **back, kind="no_refund", buyer_id=buyer)
    told.tell(schemas.ComplaintDecided, when + 4 * DAY, shop, **complaint, outcome="upheld")
    told.tell(schemas.CompensationPaid, when + 9 * DAY, shop, compensation_id=f"P-{shop}-{number}", **back, **money)


def test_a_buyer_is_forgotten_and_counts_as_before(here: Marketplace) -> None:
    """What is owed to it is judged on: two of three buyers fall overdue after it, and every line is the same.

    Red with: another name in each record, a name of any bit, complaints or returns left out; of a cluster one master
    alone looked through.
    """
    past, later = Told(), Told()
    for shop in SHOPS:
        past.tell(schemas.SellerRegistered, START, shop)
        bought(past, shop, BUYER, 1)
        bought(later, shop, "another buyer", 14)
        bought(later, shop, "a third one", 16)
        later.tell(schemas.SellerActive, START + 30 * DAY, shop, activity="reply")
    assert len({topics.partition_of(shop.encode(), PARTITIONS) for shop in SHOPS}) == PARTITIONS
    here.send([*past.records(), *closing(PARTITIONS, 13)])
    here.judge_all(workers=1, until_us=to_us(START + 13 * DAY))
    half = here.snapshot()
    here.forget_outputs()
    here.send([*later.records(), *closing(PARTITIONS, 40)])
    here.judge_all(workers=1, until_us=to_us(START + 40 * DAY))
    undisturbed, said = here.states(), {topic: set(lines) for topic, lines in here.outputs().items()}
    assert len(naming(undisturbed, BUYER)) == 2 * len(SHOPS)

    here.restore(half)
    here.forget_outputs()
    assert len(naming(held(here), BUYER)) == 2 * len(SHOPS)
    stored = here.stored()
    worker = here.worker(pace_ms=30, max_poll_records=4)
    here.until("it judges", lambda: here.stored() != stored)
    done = confirmed(here, "buyer", BUYER)
    assert done.exit_code == 0, done.output
    assert naming(held(here), BUYER) == []
    assert here.stored() != here.log_ends(), "all was judged before: make the worker slower"
    names = {shop: returns_of(here, shop)[f"R-{shop}-1"] for shop in SHOPS}
    assert len(set(names.values())) == len(SHOPS), "whoever knows two sellers cannot tell that it is the same buyer"
    here.wait_until_judged(until_us=to_us(START + 40 * DAY))
    assert worker.end() == 0, here.logs()
    assert naming(held(here), BUYER) == []
    now = {name: as_before(value, names.values()) for name, value in here.states().items()}
    assert {name for name in now.keys() | undisturbed.keys() if now.get(name) != undisturbed.get(name)} == set()
    assert {topic: set(lines) for topic, lines in here.outputs().items()} == said
    assert [one["reason"].partition(" ")[0] for one in audit(here)][-1] == "buyer"


def returns_of(here: Marketplace, shop: str) -> dict[str, str]:
    """Who sent back what."""
    number = topics.partition_of(shop.encode(), PARTITIONS)
    stored = SellerBytes(
        returns={k.decode(): v for k, v in here.redis.hgetall(f"assay:{{{number}}}:returns:{shop}").items()}
    )
    return {key: buyer_of(one) for key, one in seller_from(shop, stored).returns.items()}


def as_before(value: Any, names: Iterable[str]) -> Any:
    """With the old name in the place of the new ones, which are as long."""
    if isinstance(value, dict):
        return {key: as_before(one, names) for key, one in value.items()}
    if isinstance(value, bytes):
        for name in names:
            value = value.replace(name.encode(), BUYER.encode())
    return value


def test_nobody_is_forgotten_while_a_hold_is_in_force(marketplace: Callable[[int], Marketplace]) -> None:
    """Nor, unless it is asked for, while something is open; nothing is changed by asking.

    Red with: `_refuse` left out; `although_open` that covers holds.
    """
    here = marketplace(1)
    told = Told()
    told.tell(schemas.SellerRegistered, START, "owes-0")
    for number in range(1, 4):
        bought(told, "owes-0", f"buyer {number}", number)
    verdict = {"subject": "payout", "subject_id": "owes-0", "verdict": "rejected", "cause": "honest"}
    told.tell(schemas.VerdictGiven, START + 15 * DAY, "owes-0", **verdict, moderator="mo", reason="paid by hand")
    *past, rejected = told.records()
    here.send([*past, *closing(1, 14)])
    here.judge_all(workers=1, until_us=to_us(START + 14 * DAY))
    before = held(here)
    shown = json.loads(forget(here, "seller", "owes-0", "--json").stdout)
    assert (shown["erased"], shown["holds"]) == (False, ["a hold on the seller's payouts"])
    assert "an alert of the family aftersale" in shown["open"]
    assert shown["found"]["returns and complaints"] > 3
    done = confirmed(here, "seller", "owes-0", "--although-open")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "There is a hold on the seller's payouts: nobody gets rid of a hold by being forgotten."
    )

    assert held(here) == before
    here.send([rejected])
    here.judge_all(workers=1)
    done = confirmed(here, "seller", "owes-0")
    assert done.exit_code == 1
    assert done.stderr.startswith("There is still ")
    assert audit(here) == []
    done = confirmed(here, "seller", "owes-0", "--although-open")
    assert done.exit_code == 0, done.output
    assert naming(held(here), "owes-0") == []
    again = forget(here, "seller", "owes-0")
    assert (again.exit_code, again.stdout.splitlines()[-1]) == (0, "Nothing is kept.")


def test_a_command_that_lacks_something_says_what(marketplace: Callable[[int], Marketplace]) -> None:
    here = marketplace(1)
    assert forget(here, "seller", "s", "--confirm").exit_code == 2
    assert forget(here, "seller", "").stderr.startswith("That is no seller's id")
    assert forget(here, "seller", "-").stderr.startswith("That is no seller's id")
    told = [json.loads(forget(here, "buyer", *words, "--json", stdin="b\n").stdout) for words in (("b",), ("-",))]
    assert told[0] == told[1], "the id may come on stdin"
    assert told[0]["person"] != json.loads(forget(here, "seller", "b", "--json").stdout)["person"]
    without_key = [f"kafka_bootstrap={here.settings.kafka_bootstrap}", f"redis_url={here.settings.redis_url}"]
    given = [part for setting in without_key for part in ("--set", setting)]
    done = CliRunner().invoke(main, [*given, "forget", "buyer", "b"])
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("No hash_key is set")


def test_a_worker_that_was_about_to_tell_the_others_of_the_seller_is_waited_for(
    marketplace: Callable[[int], Marketplace],
) -> None:
    """Flags go out beside a commit that is refused. The deadline behind them is gone, so nobody would write them again.

    Red with: no `until_taken_back`.
    """
    here = marketplace(1)
    told = Told()
    told.tell(schemas.SellerRegistered, START, "owes-0")
    bought(told, "owes-0", "a buyer", 1)
    here.send([*told.records()[:5], *closing(1, 3.5)])
    here.judge_all(workers=1)
    here.send(closing(1, 20))
    worker = here.worker(pace_stop="tell:before:1", session_timeout_seconds=60)
    here.until("it is about to tell of the overdue refund", worker.is_stopped)
    ended: list[Result] = []
    erasing = threading.Thread(
        target=lambda: ended.append(confirmed(here, "seller", "owes-0", "--although-open")), daemon=True
    )
    erasing.start()
    here.until("the state is gone", lambda: not here.redis.exists("assay:{0}:seller:owes-0"))
    erasing.join(3.0)
    worker.process.send_signal(signal.SIGCONT)
    erasing.join()
    here.wait_until_judged()
    assert worker.end() == 0, here.logs()
    assert (ended[0].exit_code, ended[0].stderr) == (0, "")
    assert naming(held(here), "owes-0") == []
