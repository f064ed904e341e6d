"""Of a seller's unanswered requests only the first has a deadline, and each is found at its own time all the same."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from detectors.records import Core, Return, decode, encode
from detectors.state import SellerState
from schemas.fields import to_us
from tests.detectors.aftersales import Desk, hour_us
from tests.detectors.complaining import about, asked, found

CODE = "ignored_return"
ANSWER = 72  # hours


def awaited(desk: Desk) -> dict[str, int]:
    """The deadline that is set for answers, under no return's name."""
    return {subject: due_us for (kind, subject), due_us in desk.deadlines.items() if kind == "answer"}


def ignored(desk: Desk) -> set[str]:
    return set(desk.state.ignored)


def restart(desk: Desk) -> Desk:
    """The same seller, read again from what is stored."""
    state = desk.state
    returns = {key: decode(Return, encode(held)) for key, held in state.returns.items()}
    desk.state = SellerState(
        state.seller_id,
        decode(Core, encode(state.core)),
        state.orders,
        returns,
        state.listings,
        state.complaints,
        state.findings,
    )
    return desk


def test_requests_that_are_answered_in_time_write_one_deadline_in_three_days() -> None:
    desk, written = Desk(), 0
    for number in range(60):
        for one in (asked(number, number), about(schemas.ReturnAccepted, number, number + 0.5)):
            before = awaited(desk)
            desk.fire(to_us(one.event_time) - 1).take(one)
            written += awaited(desk) != before
    assert written == 1
    desk.fire(hour_us(60 + ANSWER))
    assert (awaited(desk), ignored(desk), found(desk, CODE)) == ({}, set(), None)


def test_a_request_that_is_told_late_is_found_before_the_one_that_had_the_deadline() -> None:
    desk = Desk().take(asked(1, 10), asked(2, 4))
    assert awaited(desk) == {"": hour_us(4 + ANSWER)}
    assert ignored(desk.fire(hour_us(4 + ANSWER))) == {"R2"}
    assert awaited(desk) == {"": hour_us(10 + ANSWER)}
    assert ignored(desk.fire(hour_us(10 + ANSWER))) == {"R1", "R2"}
    assert awaited(desk) == {}


def test_hundreds_of_requests_of_one_second_are_all_found_in_that_second() -> None:
    desk = Desk().take(asked(number, 1, "changed_mind") for number in range(500))
    assert len(awaited(desk)) == 1
    assert ignored(desk.fire(hour_us(1 + ANSWER) - 1)) == set()
    assert len(ignored(desk.fire(hour_us(1 + ANSWER)))) == 500
    times = {judged.words[0].event_time for judged in desk.judged if judged.words}
    assert {to_us(time) for time in times} == {hour_us(1 + ANSWER)}


def test_deadlines_that_an_older_version_set_for_each_request_still_find_it() -> None:
    desk = Desk().take(asked(1), asked(2, 1), asked(3, 2), about(schemas.ReturnAccepted, 1, 2))
    desk.state.core.answer_awaited_us = 0
    desk.deadlines = {("answer", f"R{number}"): hour_us(ANSWER + number - 1) for number in (1, 2, 3)}
    assert ignored(restart(desk).fire(hour_us(ANSWER + 1))) == {"R2"}
    assert ignored(desk.take(asked(4, 80)).fire(hour_us(ANSWER + 2))) == {"R2", "R3"}
    assert ignored(desk.fire(hour_us(ANSWER + 80))) == {"R2", "R3", "R4"}
    assert awaited(desk) == {}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 150), st.integers(0, 6), st.sampled_from(["asked", "asked", "accepted", "cancelled"])),
        max_size=20,
    ),
    st.lists(st.booleans(), min_size=20, max_size=20),
)
def test_at_each_moment_those_are_ignored_that_have_waited_for_three_days(
    told: list[tuple[int, int, str]], restarts: list[bool]
) -> None:
    """Events in the order of their times, deadlines between them, and now and then another worker."""
    desk, first, answered = Desk(), dict[str, int](), set[str]()
    for (hour, number, what), is_restart in zip(sorted(told), restarts, strict=False):
        if is_restart:
            restart(desk)
        desk.fire(hour_us(hour) - 1)
        if what == "asked":
            desk.take(asked(number, hour))
            first.setdefault(f"R{number}", hour)
        else:
            word: Any = schemas.ReturnAccepted if what == "accepted" else schemas.ReturnCancelled
            desk.take(about(word, number, hour))
            answered.add(f"R{number}")
        late = {name for name, asked_at in first.items() if asked_at + ANSWER < hour}
        assert ignored(desk) == late - answered
    until = hour_us(150 + ANSWER)
    assert ignored(desk.fire(until)) == first.keys() - answered
    assert awaited(desk) == {}


def test_who_accepts_twice_and_then_refuses_has_gone_back_on_it() -> None:
    steps = [asked(1), about(schemas.ReturnAccepted, 1, 1), about(schemas.ReturnAccepted, 1, 2)]
    desk = Desk().take(steps)
    assert not desk.state.ignored
    assert desk.take(about(schemas.ReturnRefused, 1, 3)).state.ignored == {"R1"}
