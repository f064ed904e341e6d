"""Repeats: an event that is delivered again changes nothing and says nothing, wherever in the history that happens."""

from typing import Any

import msgspec
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from detectors.records import encode
from detectors.state import EVENT_MARK_BYTES, REMEMBERED_EVENTS, SellerState
from schemas.fields import DAY_US, to_us
from tests.detectors.aftersales import Desk
from tests.detectors.prices import USUAL, sellers, world
from tests.detectors.test_catalogue import happenings
from tests.detectors.test_returns import histories
from tests.story import at


def stored(desk: Desk) -> tuple[Any, ...]:
    """Everything that is remembered of the seller, as bytes, and the deadlines."""
    state = desk.state
    kept: tuple[dict[str, Any], ...] = (state.orders, state.returns, state.listings, state.complaints, state.findings)
    records = ({key: encode(held) for key, held in one.items()} for one in (*kept, state.surges))
    return encode(state.core), *records, dict(desk.deadlines)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(happenings(), st.data())
def test_replaying_any_stretch_of_the_last_events_changes_nothing(told: list[Any], data: st.DataObject) -> None:
    once, twice = (Desk(around=world(sellers(USUAL))) for _ in range(2))
    reached_us = 0
    for number, one in enumerate(told, 1):
        reached_us = max(reached_us, to_us(one.event_time))
        for desk in (once, twice):
            desk.fire(reached_us - 1).take(one)
        first = data.draw(st.integers(max(0, number - REMEMBERED_EVENTS), number))
        before, said = stored(twice), len(twice.judged)
        twice.take(told[first:number])
        assert stored(twice) == before
        assert not any(judged.is_news or judged.words for judged in twice.judged[said:])
    for desk in (once, twice):
        desk.fire(reached_us + 100 * DAY_US)
    assert stored(twice) == stored(once)
    assert [judged for judged in twice.judged if judged.is_news] == once.judged


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.integers(0, 60))
def test_beyond_the_remembered_ids_what_is_remembered_is_idempotent_by_its_own(
    history: list[Any], days_later: int
) -> None:
    # Forty days made five, so that the order is not forgotten on the way.
    short = [msgspec.structs.replace(one, event_time=at() + (one.event_time - at()) / 8) for one in history]
    once, twice = Desk(), Desk(forgetful=True)
    for desk in (once, twice):
        for one in sorted(short, key=lambda one: one.event_time):
            desk.fire(to_us(one.event_time) - 1).take(one)
    end_us = max([to_us(one.event_time) for one in short], default=0) + days_later * DAY_US
    assume("O" in once.fire(end_us).state.orders)
    twice.fire(end_us).take(short).fire(end_us)
    assert twice.aftersale() == once.aftersale()
    assert twice.state.core.delivered_orders == once.state.core.delivered_orders


def test_an_id_whose_mark_only_lies_across_two_others_is_new() -> None:
    """Of a few million events one meets such bytes by chance; taken for a repeat it would be lost."""
    state = SellerState("s")
    assert state.is_new("e")
    mark = state.core.seen
    state.core.seen = mark[-3:] + mark + mark[:5]
    assert len(state.core.seen) % EVENT_MARK_BYTES == 0
    assert state.is_new("e")
    assert not state.is_new("e")
