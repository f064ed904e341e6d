"""How the breaker ends: by itself after an hour in which far fewer would be held, or by a lead.

Each was turned red once, by: sellers who were kept back counting no more; a look that other events move or take away;
looks all over the hour; counting in the watermark's hour; an hour that only the watermark ends; a lead's word
that lasts for its own hour, for one more, or for one category alone; an owner that waits for something of its own.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

import schemas
from detectors.breaker import BreakerTerms, Fuse, catches, look_again
from detectors.state import SellerState
from schemas.fields import HOUR_US, to_us
from schemas.topics import partition_of
from streams.batch import take
from streams.brake import Brake
from streams.deadlines import Deadlines
from tests.story import Story, at, event, listing, market, registered
from tests.streams.test_breaker import BEGIN, CASES, MINUTE, PHONE, TIGHT, held_sellers, system, wave

MINUTE_US = HOUR_US // 60
HOUR = timedelta(hours=1)
CODE = "below_market_price"
OPENED = [("opened", f"breaker:{CODE}"), ("opened", f"breaker:{CODE}:phones")]
WITHDRAWN = [("withdrawn", f"breaker:{CODE}"), ("withdrawn", f"breaker:{CODE}:phones")]


def override(when: datetime, role: str = "lead") -> schemas.Event:
    fields = {"action": "end_breaker", "moderator": "mo", "role": role, "reason": "a real gang"}
    made: schemas.Event = event(schemas.OverrideGiven, when, CODE, **fields)
    return made


def dear_again(when: datetime, shops: range) -> list[schemas.Event]:
    """They ask what all ask."""
    word = schemas.ListingChanged
    return [listing(when, f"fake-{number}", 3000, listing_id=f"L-fake-{number}-0", word=word) for number in shops]


def live(**policy: Any) -> Story:
    """The watermark stands a minute behind the events, as in a worker."""
    story = Story({**TIGHT, **policy})
    story.hop.terms = story.hop.terms._replace(lateness_us=MINUTE_US)
    return story


def test_a_sale_that_nobody_told_of_is_alerts_until_it_is_over_and_then_it_ends_by_itself_and_holds_nobody() -> None:
    story = Story(TIGHT).tell(market(40), wave(12), until=BEGIN + 11 * HOUR)
    assert len(held_sellers(story)) == 6
    assert system(story) == OPENED, "twelve hours later it stands, and says nothing new"
    story.tell(dear_again(BEGIN + 11.8 * HOUR, range(6, 12)), until=BEGIN + 12.9 * HOUR)
    assert system(story) == OPENED, "within the hour in which the sale ended, they counted"
    story.tell(until=BEGIN + 13.5 * HOUR)
    assert system(story) == OPENED + WITHDRAWN
    story.tell(until=BEGIN + 30 * HOUR)
    assert len(held_sellers(story)) == 6


def test_a_gang_of_many_shops_stays_on_alerts_until_a_lead_decides_and_then_all_of_it_is_held() -> None:
    """In the hour after too, when most are looked at again: 35 in one hour do not trip it anew."""
    story = Story().tell(market(40), wave(60), until=BEGIN + 72 * HOUR)
    assert len(held_sellers(story)) == 25
    assert system(story) == OPENED
    story.tell(override(BEGIN + 72.5 * HOUR), until=BEGIN + 73.5 * HOUR)
    assert len(held_sellers(story)) == 60
    assert system(story) == OPENED + WITHDRAWN


@pytest.mark.parametrize(("hours", "lines"), [(1.1, 4), (2, 6)])
def test_a_leads_word_lasts_until_the_next_hour_has_passed(hours: float, lines: int) -> None:
    """Then another wave trips it as if nothing had been."""
    story = Story(TIGHT).tell(market(40), wave(7), override(BEGIN + 55 * MINUTE))
    story.tell(wave(9, 1, BEGIN + hours * HOUR, "next"))
    assert len(system(story)) == lines


def test_a_lead_ends_it_and_a_moderator_does_not() -> None:
    def after(role: str) -> Story:
        told = [wave(7), override(BEGIN + 52 * MINUTE, role), wave(2, 1, BEGIN + 53 * MINUTE, "next")]
        return Story(TIGHT).tell(market(40), *told)

    assert "next-0" not in held_sellers(after("moderator"))
    assert {"next-0", "next-1"} <= held_sellers(after("lead")), "it does not trip again in this hour"


def test_a_leads_word_is_about_the_detector_and_not_about_the_category_that_had_tripped() -> None:
    """Of phones alone far too many were held; at night, when few others are judged, they are too many overall."""
    terms = {"breaker": {"sellers_enough": 5, "share": 0.05}}
    others = [listing(BEGIN, f"cases-{number}", 3000, product_id="case", title="Case") for number in range(400)]
    story = Story(terms, products=(PHONE, CASES)).tell(market(40), others, wave(19), until=BEGIN + 5 * HOUR)
    tripped = [subject for _, subject in system(story)]
    story.tell(override(BEGIN + 5.2 * HOUR), until=BEGIN + 8 * HOUR)
    assert len(held_sellers(story)) == 19
    assert [subject for status, subject in system(story) if status == "opened"] == tripped


def test_whom_it_kept_back_is_held_when_they_are_far_fewer_than_what_trips_it() -> None:
    """Of eight shops two are kept back, and half of five is more than that."""
    story = Story(TIGHT).tell(market(40), wave(8), until=BEGIN + 1.9 * HOUR)
    assert len(held_sellers(story)) == 6
    story.tell(until=BEGIN + 2.9 * HOUR)
    assert len(held_sellers(story)) == 8
    assert system(story) == OPENED + WITHDRAWN


def test_it_does_not_end_while_the_wave_goes_on() -> None:
    """More than half of what trips it is enough, though each of them is cheap for half an hour only."""
    hours = []
    for hour in range(4):
        begin, shops = BEGIN + hour * HOUR, 3 if hour else 6
        hours += list(wave(shops, 1, begin, f"h{hour}"))
        hours += [
            listing(
                begin + 55 * MINUTE, f"h{hour}-{n}", 3000, listing_id=f"L-h{hour}-{n}-0", word=schemas.ListingChanged
            )
            for n in range(shops)
        ]
    story = Story(TIGHT).tell(market(40), hours, until=BEGIN + 3.9 * HOUR)
    assert len(held_sellers(story)) == 6
    assert system(story) == OPENED


def test_the_hour_in_which_it_tripped_does_not_end_it() -> None:
    """Nine of nine judged is far too many; that four hundred others are judged after them does not take it back."""
    terms = {"breaker": {"sellers_enough": 5, "share": 0.05}}
    others = [listing(BEGIN + 55 * MINUTE, f"cases-{n}", 3000, product_id="case", title="Case") for n in range(400)]
    told = [market(40), wave(9), others, dear_again(BEGIN + 58 * MINUTE, range(9))]
    story = Story(terms, products=(PHONE, CASES)).tell(*told, until=BEGIN + 1.9 * HOUR)
    assert system(story) == OPENED
    story.tell(until=BEGIN + 2.1 * HOUR)
    assert system(story) == OPENED + WITHDRAWN


def test_a_sale_that_begins_on_the_stroke_of_an_hour_leaves_no_hour_empty() -> None:
    """Its prices come while the watermark is a minute behind, in the hour before."""
    sale = [listing(BEGIN + timedelta(seconds=2 * n), f"fake-{n}", 1500, listing_id=f"L-fake-{n}-0") for n in range(12)]
    joined = [registered(BEGIN - timedelta(days=1), f"fake-{number}") for number in range(12)]
    story = live().tell(market(40), joined, sale, until=BEGIN + 10 * HOUR)
    assert len(held_sellers(story)) == 6
    assert system(story) == OPENED


def test_what_is_counted_ahead_of_the_watermark_ends_the_hour_before() -> None:
    """The sale is over, an hour was quiet, and the next seller is caught before the watermark is there."""
    over = dear_again(BEGIN + 58 * MINUTE, range(12))
    begin = BEGIN + 2 * HOUR
    late = [registered(BEGIN, "late"), listing(begin + timedelta(seconds=30), "late", 1500)]
    story = live().tell(market(40), wave(12), over, late)
    assert system(story) == OPENED + WITHDRAWN
    story.tell(until=begin + HOUR)
    assert "late" in held_sellers(story)


def test_what_a_seller_does_else_neither_moves_nor_takes_away_the_look_at_what_was_kept_back() -> None:
    """It logs in a moment after the look is due, before the watermark has come so far."""
    story = live().tell(market(40), wave(12), override(BEGIN + 55 * MINUTE))
    look_us = story.state("fake-11").core.braked_us
    signs_in = at() + timedelta(microseconds=look_us - to_us(at())) + timedelta(seconds=30)
    story.tell(event(schemas.SellerActive, signs_in, "fake-11", activity="login"))
    assert story.state("fake-11").core.braked_us == look_us
    story.tell(until=BEGIN + 2 * HOUR)
    assert "fake-11" in held_sellers(story)


def test_each_seller_that_is_kept_back_is_looked_at_once_in_every_hour_and_well_within_it() -> None:
    minutes = set()
    for number in range(200):
        state, now_us = SellerState(f"shop-{number}"), to_us(BEGIN) + number * HOUR_US // 200
        for hour in range(3):
            assert catches(state, [CODE], "", now_us, {Fuse(CODE)})
            look_us = state.core.braked_us
            assert now_us < look_us <= now_us + HOUR_US
            assert hour == 0 or look_us == now_us + HOUR_US
            assert catches(state, [CODE], "", look_us + 1, {Fuse(CODE)})
            assert state.core.braked_us == look_us, "what comes in before it is fired does not move it"
            now_us = look_us
            look_again(state)
        minutes.add(look_us % HOUR_US * 60 // HOUR_US)
    assert minutes <= set(range(15, 45))
    assert len(minutes) > 20, "not all in one minute"


def test_a_seller_that_is_kept_back_counts_once_in_each_hour() -> None:
    state, tripped, now_us = SellerState("shop"), {Fuse(CODE)}, to_us(BEGIN)
    for hour in range(3):
        for minute in (0, 20, 40):
            assert catches(state, [CODE], "", now_us + hour * HOUR_US + minute * HOUR_US // 60, tripped)
        assert state.changes.fuses == [(CODE, "")] * (hour + 1)


@pytest.mark.parametrize(("minutes", "takes"), [(59, False), (60, True)])
def test_an_hour_ends_in_a_partition_to_which_nothing_comes_and_where_nothing_is_due(minutes: int, takes: bool) -> None:
    partition = Story(TIGHT).tell(market(40), wave(12)).partition
    assert partition is not None
    partition.deadlines = Deadlines([], 1)
    for lane in partition.lanes.values():
        lane.ended_us = to_us(BEGIN + minutes * MINUTE)
    assert (take(partition, 1, 0, by_events=False) is not None) == takes


def owner_and_other() -> tuple[Brake, Brake]:
    owner = partition_of(CODE.encode(), 2)
    terms = BreakerTerms(sellers_enough=5)
    made = [Brake(number, 2, None, terms, "v", set()) for number in (owner, 1 - owner)]
    return made[0], made[1]


def count(brake: Brake, sellers: int, now_us: int) -> None:
    for _ in range(sellers):
        brake.note_judged([""], now_us)
        assert not list(brake.note_held([(CODE, "")], now_us, now_us))


def test_an_owner_that_counts_nothing_itself_trips_and_ends_by_what_others_count() -> None:
    owner, other = owner_and_other()
    now_us = to_us(BEGIN)
    for sellers, statuses in ((5, ["opened"]), (3, []), (2, ["withdrawn"])):
        count(other, sellers, now_us)
        owner.gather({str(other.number): other.own})
        said = list(owner.look(now_us + 1, now_us + 1))
        assert owner.ends_us == now_us + HOUR_US
        while now_us + HOUR_US >= owner.ends_us:
            said += owner.end_hour(owner.ends_us, owner.ends_us)
        assert [alert.status for alert in said] == statuses
        now_us += HOUR_US


def test_what_is_due_before_the_running_hour_counts_in_its_own_and_what_is_far_too_late_in_none() -> None:
    """Looks that an old event sets are due in hours that have passed, and would count many times in one."""
    brake, now_us = owner_and_other()[0], to_us(BEGIN)
    for hours, sellers in ((0, 1), (2, 1), (0, 2), (1, 1), (-1, 9)):
        count(brake, sellers, now_us + hours * HOUR_US)
    assert [hour.held for hour in brake.own.hours] == [{(CODE, ""): 3}, {(CODE, ""): 2}]
