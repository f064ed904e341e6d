"""Which alerts a moderator sees, in which order, and in which state."""

from typing import Any

import msgspec
import pytest

from console.cases import case_of
from console.feed import Wanted, rows
from console.history import History
from console.projection import Projection
from tests.console.records import alert, at, entry, hold, listing, record, vanished, verdict


def feed(*words: Any, events: tuple[Any, ...] = (), **wanted: Any) -> list[str]:
    memory, history = Projection(), History(lambda _: True)
    for word in words:
        memory.take(record(word))
    for one in events:
        history.take(one)
    return [row.alert.alert_id for row in rows(memory, history, Wanted(**wanted), at(10))]


def state(*words: Any, days: float = 10) -> tuple[str, bool]:
    memory = Projection()
    for word in words:
        memory.take(record(word))
    case = case_of(memory, next(iter(memory.alerts)), at(days))
    return case.state, case.is_pending


def test_the_riskiest_come_first_and_of_equals_the_newest() -> None:
    words = [alert("a1", when=at(1)), alert("a2", when=at(3)), vanished("a3", when=at(2))]
    assert feed(*words) == ["a3", "a2", "a1"]
    assert feed(*words, order="newest") == ["a2", "a3", "a1"]


def test_what_is_on_trial_shows_on_request_only() -> None:
    words = [alert("a1"), alert("a2", seller="s2", mode="shadow", severity="low")]
    assert feed(*words) == ["a1"]
    assert feed(*words, mode="shadow") == ["a2"]
    assert feed(*words, mode="any") == ["a1", "a2"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"reason": "vanished_seller"}, ["a9"]),
        ({"family": "price"}, ["a1", "a2"]),
        ({"severity": "critical"}, ["a9"]),
        ({"brand": "samsung"}, ["a1"]),
        ({"category": "shoes"}, ["a2"]),
        ({"text": "direct STORE i9100"}, ["a1"]),
        ({"text": "direct shoes"}, []),
        ({"assignee": "mia"}, ["a2"]),
        ({"state": "any", "severity": "high"}, ["a1", "a2"]),
    ],
)
def test_each_filter_lets_its_own_through(wanted: dict[str, str], found: list[str]) -> None:
    words = [alert("a1"), alert("a2", seller="s2"), vanished(), entry("assigned", alert_id="a2", assignee="mia")]
    shoe = listing("s2", brand="Nike", category="shoes", title="Air Force 1", shop_name="Run Club")
    assert sorted(feed(*words, events=(listing(), shoe), **wanted)) == found


def test_an_alert_is_open_until_somebody_rules_and_the_worker_holds() -> None:
    given = verdict("confirmed", when=at(1))
    assert state(alert()) == ("open", False)
    assert state(alert(), given, hold(), days=1) == ("confirmed", True)
    assert state(alert(), given, hold(revision=2, when=at(1), decided_by="mia"), days=2) == ("confirmed", False)


def test_a_verdict_that_the_worker_did_not_obey_leaves_the_alert_open() -> None:
    for ruling in ("confirmed", "rejected"):
        assert state(alert(), verdict(ruling, when=at(1)), hold(), days=1.005)[1]
        assert state(alert(), verdict(ruling, when=at(1)), hold(), days=2) == ("open", False)


def test_a_confirmed_alert_whose_hold_has_run_out_is_open_again() -> None:
    ran_out = hold(revision=3, when=at(9), action="released", decided_by="expiry")
    assert state(alert(), verdict("confirmed", when=at(1)), ran_out) == ("open", False)


def test_a_rejected_alert_is_pending_until_the_worker_withdraws_it() -> None:
    assert state(alert(), verdict("rejected", when=at(1)), days=1) == ("rejected", True)
    withdrawn = alert(revision=2, when=at(1), status="withdrawn", mode="shadow", severity="low")
    assert state(withdrawn, verdict("rejected", when=at(1))) == ("rejected", False)


def test_an_alert_that_the_worker_upholds_after_a_rejection_is_open_again() -> None:
    left = alert(revision=2, when=at(1), status="updated", listing_ids=("l2",))
    assert state(left, verdict("rejected", when=at(1)), days=1) == ("open", False)


def test_more_listings_after_a_confirmation_need_somebody_again() -> None:
    grown = alert(revision=2, when=at(2), listing_ids=("l-s1", "l2"))
    kept = (verdict("confirmed", when=at(1)), hold(revision=2, when=at(1)))
    assert state(grown, *kept)[0] == "open"
    both = (verdict("confirmed", when=at(3), subject_id="l2"), hold("h2", when=at(3), subject_id="l2"))
    assert state(grown, *kept, *both)[0] == "confirmed"
    account = hold("h3", when=at(4), scope="seller", subject_id="s1")
    assert state(grown, *kept, verdict(when=at(4), subject="seller", subject_id="s1"), account)[0] == "confirmed"


def test_a_snoozed_alert_comes_back_when_its_time_is_up() -> None:
    words = (alert(), entry("snoozed", when=at(1), until=at(3)))
    assert state(*words, days=2)[0] == "snoozed"
    assert state(*words, days=4)[0] == "open"


def test_nothing_supports_an_alert_any_more() -> None:
    assert state(alert(revision=2, status="withdrawn", mode="shadow", severity="low"))[0] == "withdrawn"


def test_the_holds_of_a_case_are_those_in_force_on_its_subjects() -> None:
    memory = Projection()
    for word in (
        alert(),
        hold("h1"),
        hold("h2", subject_id="elsewhere"),
        hold("h3", scope="payout", subject_id="s1"),
        hold("h4", scope="seller", subject_id="s1", action="released"),
    ):
        memory.take(record(word))
    case = case_of(memory, next(iter(memory.alerts)), at(1))
    assert [one.hold_id for one in case.holds] == ["h3", "h1"]


def test_an_alert_about_a_brand_is_found_by_its_brand_and_has_nobody_to_rule_on() -> None:
    memory, history = Projection(), History(lambda _: True)
    brand = alert(
        "a7", seller_id=msgspec.UNSET, subject_kind="brand", subject_id="Samsung", listing_ids=(), mode="alert"
    )
    memory.take(record(brand))
    (row,) = rows(memory, history, Wanted(brand="samsung"), at(1))
    assert not row.is_of_seller
    assert row.case.holds == ()
