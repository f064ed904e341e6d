"""What every market is told of a seller: whether it has standing, is held, has been looked at, is known to be bad."""

from typing import Any

from detectors.entries import Flags
from detectors.flags import new_flags
from detectors.records import Core
from detectors.state import SellerState
from schemas.fields import DAY_US, to_us
from tests.story import Story, at, listing, market, registered, verdict

GANG = "gang"


def told_of(story: Story, day: float) -> Flags:
    """What would be said if nothing had been said before."""
    state: Any = story.state(GANG)
    state.core.flags_said = b""
    flags = new_flags(state, to_us(at(day)))
    assert flags is not None
    return flags


def marks(flags: Flags) -> tuple[bool, bool, bool]:
    return flags.held, flags.held_unseen, flags.confirmed_bad


def test_a_seller_is_held_unseen_until_a_moderator_has_looked_and_not_held_once_it_is_released() -> None:
    story = Story().tell(market(), registered(at(1), GANG), listing(at(1.5), GANG, 2950))
    assert marks(told_of(story, 1.6)) == (False, False, False)
    story.tell(listing(at(2), GANG, 1500))
    assert marks(told_of(story, 2.1)) == (True, True, False)
    on_it = {"subject_id": f"L-{GANG}"}
    story.tell(verdict(at(3), GANG, "listing", "confirmed", cause="counterfeit", **on_it))
    assert marks(told_of(story, 3.1)) == (True, False, True)
    story.tell(verdict(at(4), GANG, "listing", "rejected", **on_it))
    assert marks(told_of(story, 4.1)) == (False, False, False)


def test_what_is_told_has_the_sellers_age_and_the_day_and_whether_it_has_standing() -> None:
    now_us = to_us(at(9, 13))
    for orders, standing in ((99, False), (100, True)):
        core = Core(registered_us=to_us(at(-400)), last_seen_us=now_us - 5, sequence=7, delivered_orders=orders)
        flags = new_flags(SellerState("shop", core), now_us)
        assert flags is not None
        assert flags.standing == standing
        assert (flags.stamp_us, flags.sequence) == (now_us - 5, 7)
        assert (flags.registered_us, flags.last_active_us) == (to_us(at(-400)), to_us(at(9)))


def test_the_same_is_told_once_a_day() -> None:
    state = SellerState("shop", Core(registered_us=to_us(at(0))))
    told = [new_flags(state, to_us(at(9, hour))) is not None for hour in (1, 2, 23, 24, 25)]
    assert told == [True, False, False, True, False]
    assert state.core.flags_day * DAY_US == to_us(at(10))
