"""The console's memory: the topics alone make it, in any order and however often."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

import schemas
from console import bounded, projection
from console.cases import case_of
from console.edges import Record
from console.projection import Projection
from schemas import topics
from tests.console.records import alert, at, entry, hold, letter, record, vanished, verdict

HISTORY = [
    record(alert()),
    record(alert(revision=4, when=at(1), severity="medium", mode="alert")),
    record(alert(revision=7, when=at(2), status="withdrawn", severity="low", mode="shadow", evidence=())),
    record(vanished(when=at(3))),
    record(hold(when=at(0))),
    record(hold(revision=2, when=at(2), action="released", decided_by="mia")),
    record(hold("h2", revision=3, when=at(4))),
    record(letter()),
    record(verdict("confirmed", when=at(1))),
    record(verdict("rejected", when=at(2))),
    record(entry("assigned", when=at(1), assignee="mia")),
    record(entry("assigned", when=at(2), assignee="noa")),
    record(entry("snoozed", when=at(1), until=at(9))),
    Record(topics.HOLDS.name, b"listing:l-s1", None),
]
STANDING = schemas.SellerStanding(
    seller_id="s1", revision=9, score=0.9, reason_codes=("vanished_seller",), exposure=(), event_time=at(4)
)


def seen(memory: Projection) -> Any:
    """Everything a moderator could see of it."""
    return (
        memory.alerts.newest(),
        memory.holds.newest(),
        memory.letters.newest(),
        memory.verdicts.newest(),
        [case_of(memory, one, at(5)) for one in memory.alerts.newest()],
        memory.hold_on("listing", "l-s1"),
    )


def after(records: list[Record]) -> Projection:
    memory = Projection()
    for one in records:
        memory.take(one)
    return memory


@given(st.permutations(HISTORY), st.lists(st.sampled_from(HISTORY), max_size=10))
def test_any_order_and_any_repetition_gives_the_same(order: list[Record], repeated: list[Record]) -> None:
    assert seen(after([*order, *repeated])) == seen(after(HISTORY))


def test_the_highest_revision_of_a_key_wins() -> None:
    memory = after([record(alert(revision=7, severity="critical")), record(alert(revision=4, severity="low"))])
    assert [one.severity for one in memory.alerts] == ["critical"]


def test_a_new_hold_on_the_same_subject_takes_the_place_of_the_released_one() -> None:
    memory = after(HISTORY)
    held = memory.hold_on("listing", "l-s1")
    assert held is not None
    assert (held.hold_id, held.action) == ("h2", "placed")
    assert [one.hold_id for one in memory.holds.of("seller", "s1")] == ["h2", "h1"]


def test_a_seller_that_was_forgotten_is_shown_no_more() -> None:
    """Its alerts, holds, verdicts and the seller's own line; others stay. Red with each of them left out."""
    other = msgspec.structs.replace(STANDING, seller_id="s2")
    memory = after(
        [
            *HISTORY,
            record(STANDING),
            record(alert("a2", seller="s2")),
            record(other),
        ]
    )
    changed = memory.take(Record(topics.STANDINGS.name, b"s1", None))
    assert changed == {"a1"}
    assert memory.take(Record(topics.ALERTS.name, b"a9", None)) == {"a9"}
    assert [one.alert_id for one in memory.alerts] == ["a2"]
    assert [one.seller_id for one in memory.standings] == ["s2"]
    assert (len(memory.holds), len(memory.verdicts), memory.holds_are_whole) == (0, 0, True)
    assert memory.hold_on("listing", "l-s1") is None
    assert memory.take(Record(topics.STANDINGS.name, b"s1", None)) == frozenset()


def test_a_seller_that_comes_back_is_new() -> None:
    """Its revisions begin anew, as the tombstone says. Red with a tombstone that changes nothing."""
    memory = after([record(alert(revision=7)), Record(topics.ALERTS.name, b"a1", None), record(alert(revision=1))])
    assert [one.revision for one in memory.alerts] == [1]


def test_a_line_that_cannot_be_read_is_counted_and_harms_nothing() -> None:
    memory = after([Record(topics.ALERTS.name, b"a1", b"{"), record(alert())])
    assert memory.unreadable == 1
    assert len(memory.alerts) == 1


def test_a_record_says_whose_alerts_look_different_now() -> None:
    memory = after([record(alert()), record(vanished())])
    changed = memory.take(record(hold()))
    assert changed == {"a1"}
    assert memory.take(record(hold())) == projection.NOTHING


def test_of_too_many_the_oldest_that_has_ended_goes_first() -> None:
    kept: bounded.Kept[tuple[str, bool, int]] = bounded.Kept(2, lambda one: (one[1], one[2], one[0]))
    for one in (("old", True, 1), ("ended", False, 9), ("new", True, 5)):
        kept.put(one[0], one)
    assert {one[0] for one in kept} == {"old", "new"}
    assert (kept.let_go, kept.let_go_in_force) == (1, 0)
    kept.put("newer", ("newer", True, 6))
    assert {one[0] for one in kept} == {"new", "newer"}
    assert kept.let_go_in_force == 1


def test_an_index_forgets_what_has_gone_and_what_has_moved() -> None:
    kept: bounded.Kept[tuple[str, int]] = bounded.Kept(
        2, lambda one: (True, one[1], one[0]), {"name": lambda one: [one[0]]}
    )
    kept.put("1", ("a", 1))
    kept.put("1", ("b", 2))
    assert kept.of("name", "a") == []
    assert kept.of("name", "b") == [("b", 2)]
    kept.put("2", ("b", 3))
    kept.put("3", ("c", 4))
    assert kept.of("name", "b") == [("b", 3)]
