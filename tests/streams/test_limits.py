"""A worker at its limits: what it takes in one step, keeps in memory and tells apart.

Turned red by: `<=` for `<` where there is room for more, and the other way round where something is let go.
"""

from collections import OrderedDict
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import msgspec

from detectors.reference import Reference
from detectors.state import SellerState
from detectors.subjects import MAX_CURRENCIES, SubjectState, judge_day
from detectors.tally import DELIVERED, Count, Subject, Tally
from schemas import topics
from streams import deadlines
from streams.deadlines import HEAD, MOST_FIRED, Deadlines
from streams.hop import SELLERS_KEPT, HopTerms
from streams.live import LANE_FULL, LiveHop
from streams.lives import MAX_ACCUSED, Life, begun
from streams.partition import Item, Lane, Partition
from streams.polls import TP, PlainRecord
from streams.surroundings import MARKETS_KEPT, Surroundings
from tests.detectors.aftersales import POLICY


def test_a_topic_is_fetched_until_its_lane_is_full_and_again_when_there_is_room() -> None:
    live = LiveHop(cast(Any, SimpleNamespace(clock=lambda: 0)), cast(Any, None), [topics.ORDERS.name], lambda _: None)
    lane = Lane(topics.ORDERS.name, 0)
    live.partitions[0] = cast(Partition, SimpleNamespace(lanes={topics.ORDERS.name: lane}))
    item = Item(1, None, None, PlainRecord(topics.ORDERS.name, 0, 0, b"", b""))
    tp = TP(topics.ORDERS.name, 0)
    lane.items.extend([item] * (LANE_FULL - 1))
    assert live.wanted(tp)
    lane.items.append(item)
    assert not live.wanted(tp)
    lane.items.popleft()
    assert live.wanted(tp)


def test_so_many_deadlines_fit_into_one_step_and_one_more_does_not() -> None:
    head = Deadlines([(f"s{number}\x1frefund\x1f", 5) for number in range(MOST_FIRED)], HEAD)
    assert not head.are_too_many(6)
    head.schedule("one more\x1frefund\x1f", 5)
    assert head.are_too_many(6)
    assert len(head.sellers_due(6)) == MOST_FIRED


def test_deadlines_in_memory_are_cut_back_to_the_head_when_they_are_twice_as_many() -> None:
    first = [(f"s{number}\x1frefund\x1f", number) for number in range(2 * HEAD)]
    head = Deadlines(first, 4 * HEAD)
    head.trim()
    assert head.horizon_us == deadlines.FOREVER
    head.schedule("last\x1frefund\x1f", 2 * HEAD)
    head.trim()
    assert head.horizon_us == HEAD - 1
    assert head.due_of(f"s{HEAD - 1}\x1frefund\x1f") == HEAD - 1
    assert head.due_of(f"s{HEAD}\x1frefund\x1f") is None


def test_the_sellers_used_longest_ago_leave_memory_beyond_the_limit() -> None:
    assert HopTerms(by_events=False).sellers_kept == SELLERS_KEPT
    sellers = dict.fromkeys(map(str, range(SELLERS_KEPT + 1)), cast(SellerState, None))
    partition = SimpleNamespace(sellers=OrderedDict(sellers))
    Partition.evict(cast(Partition, partition), SELLERS_KEPT)
    assert len(partition.sellers) == SELLERS_KEPT
    assert "0" not in partition.sellers
    Partition.evict(cast(Partition, partition), SELLERS_KEPT)
    assert "1" in partition.sellers


def test_the_markets_used_longest_ago_leave_memory_beyond_the_limit() -> None:
    around = Surroundings(Reference(), fresh_us=1)
    for number in range(MARKETS_KEPT + 1):
        around.market(str(number))
    around.evict()
    assert around.stale(["0", "1"], 0) == ["0"]
    around.evict()
    assert around.stale(["1"], 0) == [], "it makes room once"


def test_a_brands_money_is_kept_in_so_many_currencies() -> None:
    tally = Tally()
    codes = [f"C{number:02}" for number in range(MAX_CURRENCIES + 1)]
    for code in codes:
        tally.note(Count(DELIVERED, "samsung", "", 1, Decimal(1), code))
    state, _ = judge_day(Subject("brand", "samsung"), None, 20_000, tally, POLICY, None)
    assert isinstance(state, SubjectState)
    assert sorted(state.money) == codes[:MAX_CURRENCIES]


def test_so_many_records_are_accused_of_killing_and_the_oldest_makes_room_for_one_more() -> None:
    life = Life()
    for offset in range(MAX_ACCUSED + 1):
        died = msgspec.structs.replace(life, owner=b"another", named=("t", offset))
        life = begun(died, b"this", {}, batch=1)
        assert len(life.accused) == min(offset + 1, MAX_ACCUSED)
    assert ("t", 0) not in life.accused
    assert ("t", MAX_ACCUSED) in life.accused
