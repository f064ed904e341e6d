"""What the engines are compared on: the job, the oracle, the load, and at which commit a rate is read.

Each was seen to fail with what it protects broken: in the job and in the oracle another median, threshold or number of
others, a seller that counts among its own others, a price that stays beside its newer one, the cap left out, a refund
that closes no return; in the load other halves and smaller markets; the rate read at the last commit or at the end
alone, a price that counts after its first step; a detector of the policy left on.
"""

import json
import runpy
from collections.abc import Iterable
from pathlib import Path
from statistics import median_low
from typing import Any, NamedTuple

import pytest

from detectors.policy import make_policy
from streams.settings import read_policy

BENCH = Path(__file__).resolve().parent.parent.parent / "bench"
job = runpy.run_path(str(BENCH / "peers" / "job.py"))
oracle = runpy.run_path(str(BENCH / "oracle.py"))
mix = runpy.run_path(str(BENCH / "mix.py"))
reading = runpy.run_path(str(BENCH / "reading.py"))
SMALL_LOAD = 6_500


def event(kind: str, seller_id: str, **rest: str) -> bytes:
    number = "-".join([kind, seller_id, *rest.values()])
    return json.dumps(
        {"type": kind, "event_id": number, "event_time": "2026-03-01T00:00:00Z", "seller_id": seller_id, **rest}
    ).encode()


def asks(seller_id: str, price: str, kind: str = "listing_published") -> bytes:
    return event(kind, seller_id, listing_id=f"l-{seller_id}", product_id="p-1", price=price)


def told(lines: Iterable[bytes]) -> list[dict[str, Any]]:
    """What the ceiling's loop writes about these events."""
    loop = job["InMemory"]()
    return [json.loads(line[1]) for line in map(loop.take, lines) if line is not None]


#: Twelve ask 100 to 111; the lower of the two in the middle is 105, and 0.55 of that 57.75.
TWELVE = [asks(f"s-{number}", str(100 + number)) for number in range(12)]


@pytest.mark.parametrize(("price", "is_held"), [("57.74", True), ("57.76", False), ("80", False)])
def test_a_price_below_0_55_of_the_median_of_twelve_others_is_held(price: str, is_held: bool) -> None:
    lines = [*TWELVE, asks("s-new", price)]
    wanted = [f"listing_published-s-new-l-s-new-p-1-{price}"] if is_held else []
    assert [hold["event_id"] for hold in told(lines)] == wanted
    assert list(oracle["outcome"](lines).held) == wanted
    assert [hold["median"] for hold in told(lines)] == [105.0] * is_held


def test_the_seller_itself_is_none_of_the_twelve_others() -> None:
    lines = [*TWELVE, asks("s-11", "1", "listing_changed")]
    assert told(lines) == []
    assert oracle["outcome"](lines).held == {}


def test_only_the_newest_price_of_a_seller_counts() -> None:
    """All but one come down to 50, so that 28 is no longer far below; 27 is."""
    fallen = [asks(f"s-{number}", "50", "listing_changed") for number in range(11)]
    lines = [*TWELVE, *fallen, asks("s-new", "28"), asks("s-other", "27")]
    held = [hold for hold in told(lines) if hold["seller_id"] in ("s-new", "s-other")]
    assert [(hold["seller_id"], hold["median"]) for hold in held] == [("s-other", 50.0)]
    assert {name for name in oracle["outcome"](lines).held if "s-new" in name or "s-other" in name} == {
        "listing_published-s-other-l-s-other-p-1-27"
    }


def test_a_market_remembers_the_256_newest_sellers() -> None:
    lines = [asks(f"s-{number}", "100") for number in range(257)]
    loop = job["InMemory"]()
    for line in lines:
        loop.take(line)
    wanted = {f"s-{number}" for number in range(1, 257)}
    assert set(loop.markets["p-1"].prices) == wanted == set(oracle["outcome"](lines).markets["p-1"])
    assert loop.markets["p-1"].sorted == [100.0] * 256


def test_a_market_is_stored_and_read_back_with_its_oldest_first() -> None:
    loop = job["InMemory"]()
    for line in [*TWELVE, asks("s-0", "90", "listing_changed")]:
        loop.take(line)
    read = job["Market"].read(loop.markets["p-1"].stored())
    assert next(iter(read.prices.items())) == ("s-1", 101.0)
    assert list(read.prices.items())[-1] == ("s-0", 90.0)
    assert read.sorted == loop.markets["p-1"].sorted


def test_a_roll_call_is_answered_with_counters_and_open_returns() -> None:
    lines = [
        event("seller_registered", "s-1", shop_name="Shop"),
        asks("s-1", "10"),
        asks("s-1", "11", "listing_changed"),
        event("return_requested", "s-1", return_id="r-1", amount="10.00"),
        event("return_requested", "s-1", return_id="r-2", amount="10.00"),
        event("return_accepted", "s-1", return_id="r-1"),
        event("return_delivered", "s-1", return_id="r-2"),
        event("refund_issued", "s-1", return_id="r-2", amount="10.00"),
    ]
    (answer,) = told([*lines, event("seller_active", "s-1")])
    counts = {"events": 8, "published": 1, "changed": 1, "requested": 2, "refunded": 1}
    assert answer == {"seller_id": "s-1", **counts, "open": ["r-1"]}
    assert oracle["outcome"](lines).sellers["s-1"] == {**counts, "open": ["r-1"]}


def test_the_load_has_what_it_says_and_the_oracle_holds_its_halved_prices_alone() -> None:
    load = [json.loads(line) for _, line in mix["Mix"](SMALL_LOAD).lines()]
    assert len(load) == SMALL_LOAD
    kinds = [one["type"] for one in load]
    assert (kinds.count("seller_registered"), kinds.count("listing_published")) == (65, 845)
    assert kinds.count("return_requested") > kinds.count("refund_issued") > 0.1 * SMALL_LOAD / 2
    published: dict[str, list[float]] = {}
    for one in load:
        if one["type"] == "listing_published":
            published.setdefault(one["product_id"], []).append(float(one["price"]))
    usual = {product: median_low(prices) for product, prices in published.items()}
    changed = [one for one in load if one["type"] == "listing_changed"]
    halved = {one["event_id"] for one in changed if float(one["price"]) < 0.6 * usual[one["product_id"]]}
    found = oracle["outcome"](line for _, line in mix["Mix"](SMALL_LOAD).lines())
    assert halved
    assert found.held.keys() == halved
    assert {len(market) for market in found.markets.values()} == {65}


def test_the_ceiling_and_the_oracle_agree_on_holds_sellers_and_markets() -> None:
    lines = [line for _, line in mix["Mix"](SMALL_LOAD).lines()]
    found = oracle["outcome"](lines)
    calls = [event("seller_active", seller_id) for seller_id in found.sellers]
    said = told([*lines, *calls])
    assert {line["event_id"]: line["listing_id"] for line in said if "median" in line} == found.held
    answers = {line.pop("seller_id"): line for line in said if "events" in line}
    assert answers == found.sellers


class Place(NamedTuple):
    topic: str
    partition: int


def test_a_price_counts_once_its_second_step_is_committed_too() -> None:
    committed = {
        Place("marketplace.listings.v1", 0): 60,
        Place("marketplace.listings.v1", 1): 40,
        Place("marketplace.returns.v1", 0): 7,
        Place("engine-product-repartition", 1): 30,
        Place("small.marketplace.returns.v1", 0): 1_000,
    }
    assert reading["effects_of"](committed, "", repartitions=False) == 107
    assert reading["effects_of"](committed, "", repartitions=True) == 37


def window(*seen: tuple[float, int]) -> Any:
    return reading["Window"]([reading["Sample"](effects, at_s, 0.0, 0.0, 0.0) for at_s, effects in seen], 0.0, 0.0)


def test_the_rate_is_read_at_the_last_commit_made_while_events_were_left() -> None:
    """Otherwise a timer of 30 s would be charged to an engine that has had nothing to do for 25 of them."""
    read = window((0.1, 0), (10.0, 600), (10.1, 600), (20.0, 900), (20.1, 900), (50.0, 1_000)).read_at
    assert (read.at_s, read.effects) == (20.0, 900)


def test_the_rate_is_read_at_the_end_where_that_is_higher_or_all_there_is() -> None:
    read = window((0.1, 0), (20.0, 900), (20.5, 1_000)).read_at
    assert (read.at_s, read.effects) == (20.5, 1_000)
    assert window((0.1, 0), (30.0, 1_000)).read_at.at_s == 30.0


def test_under_the_policy_of_the_job_every_detector_but_that_of_prices_is_on_trial() -> None:
    policy = make_policy(read_policy(None), read_policy(BENCH / "peers" / "assay_job.toml"))
    assert [entry.reason_code for entry in policy.entries if entry.mode != "shadow"] == ["below_market_price"]
