"""Where the seller was when the parcel came back, whatever order that is told in and wherever it moves later.

New Year 2026 is a Thursday; hours count from its first.
"""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from detectors.countries import MAX_COUNTRIES, country_at, with_country
from detectors.policy import make_policy
from detectors.records import Core, Return, decode
from schemas.fields import HOUR_US, to_us
from streams.settings import read_policy
from tests.detectors.aftersales import Desk, hour_us, said
from tests.detectors.test_overdue_refund import found, unpaid
from tests.story import Story, at, event, refund, sold_and_back

POLICY = make_policy(
    read_policy(None),
    {
        "returns": {
            "calendars": {
                "DE": {"utc_offset_hours": 0, "seasons": {"christmas": {"extra_hours": 0}}},
                "PL": {"refund_sla_hours": 24, "scan_grace_hours": 0},
                "CN": {"holidays_count": True},
            }
        }
    },
)
BACK = 34 + 96  # the parcel of `unpaid(1, at=24)` comes back on Friday at ten, and everybody's hours
IN_GERMANY = BACK + 48  # ... of which a weekend is none


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["CN", "DE", "US"])), max_size=8), st.randoms())
def test_where_a_seller_was_is_the_same_in_whatever_order_it_is_told(told: list[tuple[int, str]], chance: Any) -> None:
    def taken(order: Sequence[tuple[int, str]]) -> Any:
        known: Any = ()
        for one in order:
            known = with_country(known, *one)
        return known

    mixed = list(told)
    chance.shuffle(mixed)
    known = taken(mixed)
    assert known == taken(sorted(told))
    distinct = sorted(set(told))
    if len(distinct) <= MAX_COUNTRIES:
        for time_us in range(10):
            before = [country for since_us, country in distinct if since_us <= time_us]
            assert country_at(known, time_us) == (before[-1] if before else distinct[0][1] if distinct else "")


def registered(hours: float, country: str | None, word: Any = schemas.SellerRegistered) -> Any:
    return said(word, hours, country=country)


def moved(hours: float, country: str | None) -> Any:
    return registered(hours, country, schemas.SellerChanged)


def fires_at(*told: Any) -> list[float]:
    """When `overdue_refund` opens, in hours, if everything has been told beforehand."""
    desk = Desk(POLICY).take(*told).fire(hour_us(1000))
    alerts = [word for judged in desk.judged for word in judged.words if isinstance(word, schemas.Alert)]
    return [
        (to_us(one.event_time) - hour_us(0)) / HOUR_US
        for one in alerts
        if one.family == "aftersale" and one.status == "opened"
    ]


def test_a_german_seller_is_not_accused_on_tuesday_of_a_parcel_that_came_on_friday() -> None:
    assert fires_at(unpaid(1, at=24)) == [BACK]
    assert fires_at(registered(-5, "DE"), unpaid(1, at=24)) == [IN_GERMANY]
    assert fires_at(registered(-5, "PL"), unpaid(1, at=24)) == [34 + 24]
    assert fires_at(registered(-5, "FR"), unpaid(1, at=24)) == [BACK]


def test_a_country_that_is_learned_later_moves_the_deadline_of_what_is_open() -> None:
    for country, hours in (("DE", IN_GERMANY), ("PL", 34 + 24)):
        desk = Desk(POLICY).take(unpaid(1, at=24), registered(-5, country))
        assert desk.deadlines["refund", "R1"] == hour_us(hours)
        assert desk.state.returns["R1"].country == country


def test_a_country_that_is_learned_after_the_deadline_takes_the_alert_back_until_the_refund_is_due_there() -> None:
    desk = Desk(POLICY).take(unpaid(1, at=24)).fire(hour_us(BACK + 1))
    assert found(desk) is not None
    assert found(desk.take(registered(-5, "DE"))) is None
    assert not desk.state.overdue
    assert found(desk.fire(hour_us(IN_GERMANY) - 1)) is None
    assert found(desk.fire(hour_us(IN_GERMANY))) is not None


def test_the_first_country_that_is_known_counts_for_what_came_before() -> None:
    assert fires_at(unpaid(1, at=24), moved(60, "DE")) == [IN_GERMANY]


def test_an_event_that_names_no_country_says_nothing_of_it() -> None:
    desk = Desk(POLICY).take(registered(-5, "DE"), moved(0, None), unpaid(1, at=24))
    assert desk.deadlines["refund", "R1"] == hour_us(IN_GERMANY)
    assert desk.state.core.countries == ((hour_us(-5), "DE"),)


def test_who_moves_to_a_country_with_longer_terms_gains_nothing_for_a_parcel_that_is_back() -> None:
    moves = [moved(100 + number, ("DE", "CN")[number % 2]) for number in range(20)]
    assert fires_at(registered(-5, "PL"), unpaid(1, at=24), moves) == [34 + 24]
    assert fires_at(registered(-5, "PL"), moved(20, "DE"), unpaid(1, at=24)) == [IN_GERMANY], "it had moved before"


def test_a_frozen_payout_is_not_released_by_a_move() -> None:
    told = [each for number in range(3) for each in sold_and_back("gang", number, at(0))]
    story = Story().tell(event(schemas.SellerRegistered, at(-30), "gang", country="CN"), told, until=at(9))
    assert ("payout", "gang") in story.held()
    moves = [event(schemas.SellerChanged, at(10 + number), "gang", country="DE") for number in range(6)]
    assert ("payout", "gang") in story.tell(moves).held()


def test_a_move_writes_only_the_returns_whose_terms_it_changes() -> None:
    desk = Desk(POLICY).take(registered(-5, "CN"), unpaid(1, at=24), unpaid(2, at=2400))
    desk.state.changes.records.clear()
    desk.take(moved(1000, "DE"))
    assert desk.state.changes.records == {("returns", "R2"), ("orders", "O2")}


def test_a_refund_in_time_by_the_seller_s_own_calendar_is_never_an_alert() -> None:
    told = sold_and_back("shop", 1, at(-3))  # the parcel is back on Friday at midnight
    german = event(schemas.SellerRegistered, at(-30), "shop", country="DE")
    paid = refund(at(6), "shop", 1)  # on Wednesday, five days later
    assert [one.family for one in Story().tell(told, paid, until=at(30)).alerts] == ["aftersale"] * 2
    assert Story().tell(german, told, paid, until=at(30)).alerts == []


def test_a_state_that_was_stored_before_countries_were_known_is_read() -> None:
    assert decode(Core, b"\x91\x01").countries == ()
    held = decode(Return, b"\x9b\x90\x00\x00\xc2\x00\xa0\x00\x00\xc2\xc2\xa0")
    assert (held.steps, held.doubt, held.country) == ([], "", "")
