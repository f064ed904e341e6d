"""However many deadlines are due at once, a commit holds a bounded number, and they say what all in one would say.

Seen red: with the watermark moved on to where it was going (`reached_us = batch.watermark_us`), with a `give_back` that
leaves the offsets, without a limit in `_fire`, with an empty head that is taken for all there is; a head that forgets
what is due at its last instant goes on for ever.
"""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from detectors.policy import make_policy
from schemas.fields import to_us
from streams import deadlines
from streams.books import Books
from streams.deadlines import FOREVER, Deadlines, deadline_id
from streams.partition import Item, Partition
from streams.polls import PlainRecord
from streams.settings import read_policy
from streams.store import PartitionHead
from tests.story import Story, at, event, listing, refund, registered, sold_and_back

SELLERS = 30
BACK = at(7)  # when the parcels of `sold_and_back` arrive, four days after the payments


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    def limit(most: int, head: int) -> None:
        for module in ("streams.deadlines", "streams.judging"):
            monkeypatch.setattr(f"{module}.MOST_FIRED", most)
        for module in ("streams.deadlines", "streams.hop", "streams.loading"):
            monkeypatch.setattr(f"{module}.HEAD", head)

    return limit


def history() -> Iterator[schemas.Event]:
    """Many parcels that come back at one instant or soon after, some refunded, and acts while refunds fall due."""
    draw = random.Random(1)
    for number in range(SELLERS):
        seller = f"s{number:02}"
        yield registered(at(0), seller)
        yield listing(at(1), seller, 3000)
        for parcel in range(draw.randrange(1, 4)):
            yield from sold_and_back(seller, parcel, at(3) + timedelta(minutes=draw.choice([0, 0, 0, 1, 7])))
        if draw.random() < 0.3:
            yield refund(at(draw.choice([9, 11.0001, 13])), seller, 0)
        for hours in range(draw.randrange(3)):
            yield event(schemas.SellerActive, at(11, hours / 30), seller, activity="reply")


TOLD = sorted(history(), key=lambda one: one.event_time)


def said(told: list[schemas.Event], until: datetime) -> list[Any]:
    """Every line, in order."""
    story = Story().tell(told, until=until)
    assert story.state("s00").core.last_seen_us
    return [(line.topic, line.key, line.value) for line in story.lines]


@pytest.mark.parametrize(("most", "head"), [(1, 2), (3, 4), (5, 50), (40, 60)])
def test_a_few_deadlines_a_step_say_what_all_at_once_say(few: Callable[[int, int], None], most: int, head: int) -> None:
    usual = said(TOLD, at(40))
    assert len([line for line in usual if line[0] == "assay.holds.v1"]) > SELLERS
    few(most, head)
    assert said(TOLD, at(40)) == usual


def test_no_commit_holds_more_than_it_may(few: Callable[[int, int], None], monkeypatch: pytest.MonkeyPatch) -> None:
    few(5, 12)
    story = Story()
    fired: list[tuple[int, int]] = []
    commit = story.hop.store.commit

    async def counted(commits: Any, *others: Any) -> Any:
        (one,) = commits
        fired.append((story.hop.counts.deadlines, one.watermark_us))
        outcome = await commit(commits, *others)
        assert await story.hop.store.due(0, one.watermark_us, 1) == [], "the watermark passes nothing that waits"
        return outcome

    monkeypatch.setattr(story.hop.store, "commit", counted)
    quiet = [one for one in TOLD if one.event_time <= BACK + timedelta(hours=1)]
    story.tell(quiet)
    fired.clear()
    story.tell(registered(at(40), "late")).tell(until=at(41))
    counts = [count for count, _ in fired]
    assert len(counts) > 20
    assert all(after - before <= 5 for before, after in pairwise(counts))
    assert [watermark_us for _, watermark_us in fired] == sorted(watermark_us for _, watermark_us in fired)


def test_records_wait_until_what_is_due_before_them_has_fired(few: Callable[[int, int], None]) -> None:
    few(2, 3)
    story = Story().tell(TOLD, refund(at(30), "s00", 0), refund(at(30), "s00", 1), refund(at(30), "s00", 2))
    last = [alert for alert in story.alerts if alert.seller_id == "s00"]
    assert last[-1].status == "withdrawn"
    assert [alert.event_time for alert in story.alerts] == sorted(alert.event_time for alert in story.alerts)


def test_records_that_are_given_back_are_read_again_from_where_they_lie() -> None:
    topics = ("marketplace.listings.v1", "marketplace.returns.v1")
    books = Books(0, 1, {}, make_policy(read_policy(None)), set())
    partition = Partition(0, PartitionHead(1, dict.fromkeys(topics, 5), 0, [], []), topics, Deadlines([], 9), books, {})
    for topic, days in zip(topics, (1, 2), strict=True):
        told = registered(at(days), "s")
        partition.lanes[topic].add(Item(to_us(told.event_time), told, None, PlainRecord(topic, 0, 5, b"s", b"")))
        partition.lanes[topic].read_to, partition.lanes[topic].ended_us = 6, FOREVER
    mark = partition.mark()
    taken = list(partition.merged(9, 0, by_events=True))
    assert partition.offsets() == dict.fromkeys(topics, 6)
    partition.give_back(taken, mark)
    assert partition.offsets() == dict.fromkeys(topics, 5)
    assert partition.watermark_us == 0
    assert list(partition.merged(1, 0, by_events=True)) == taken[:1]
    assert partition.offsets() == dict(zip(topics, (6, 5), strict=True)), "the other one waits"


# ---- in memory

_IDS = st.sampled_from([deadline_id("s", "refund", str(number)) for number in range(12)])
_DUE = st.integers(0, 9)
_ACTS = st.lists(st.tuples(_IDS, st.one_of(_DUE, _DUE, _DUE, st.none()), st.booleans()), min_size=12, max_size=60)


@given(_ACTS, st.integers(2, 4))
def test_the_head_is_what_the_store_would_give_first(acts: list[tuple[str, int | None, bool]], head: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deadlines, "HEAD", head)
        patch.setattr(deadlines, "MOST_FIRED", 1)
        store: dict[str, int] = {}
        mine = Deadlines([], head)
        for stored_id, due_us, is_committed in acts:
            mine.schedule(stored_id, due_us)
            if due_us is None:
                store.pop(stored_id, None)
            else:
                store[stored_id] = due_us
            if is_committed:
                mine.trim()
        fired = []
        for before_us in (3, 7, 11):
            while mine.is_due(before_us):
                if not mine.are_enough(before_us):
                    mine = Deadlines(sorted(store.items(), key=lambda one: (one[1], one[0]))[:head], head)
                first = mine.pop(before_us)
                if first is None:
                    break
                fired.append(first)
                del store[first[0]]
            assert min(store.values(), default=FOREVER) >= before_us
        assert fired == sorted(fired, key=lambda one: (one[1], one[0]))
