"""What was published is taken over by a state that was built again: ids, revisions, holds; nobody is told twice.

Turned red by: revisions that begin again; a second id for an open alert; a hold that is forgotten with its events; a
line published although it says the same; a detector of what did not happen that judges while events are missing.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from detectors import records
from detectors.detector import Abstained, Finding
from detectors.policy import make_policy
from detectors.records import ON_TRIAL, Listing
from detectors.restoring import ABSENCE, Said, hold_back, restore
from detectors.state import SellerState
from schemas import Alert, Hold, SellerStanding
from schemas.fields import to_us
from streams.settings import read_policy
from tests.story import at

POLICY = make_policy(read_policy(None))
NOTHING = Said([], [], [])


def alert(alert_id: str = "a1", **fields: Any) -> Alert:
    told: dict[str, Any] = {
        "revision": 7,
        "status": "opened",
        "family": "aftersale",
        "subject_kind": "seller",
        "subject_id": "shop",
        "seller_id": "shop",
        "reason_codes": ("unpaid_refunds",),
        "score": 0.97,
        "severity": "critical",
        "exposure": (),
        "evidence": (),
        "mode": "hold",
        "policy_version": "p",
        "event_time": at(3),
        "detected_at": at(3),
    }
    return Alert(alert_id=alert_id, **{**told, **fields})


def hold(hold_id: str = "h1", **fields: Any) -> Hold:
    told: dict[str, Any] = {
        "revision": 8,
        "action": "placed",
        "scope": "payout",
        "subject_id": "shop",
        "seller_id": "shop",
        "reason_codes": ("unpaid_refunds",),
        "score": 0.97,
        "decided_by": "policy",
        "notice": "n",
        "policy_version": "p",
        "event_time": at(3),
        "placed_at": at(3),
        "expires_at": at(17),
    }
    return Hold(hold_id=hold_id, **{**told, **fields})


def standing(score: float = 0.97, revision: int = 9) -> SellerStanding:
    codes = ("unpaid_refunds",)
    return SellerStanding(
        seller_id="shop", revision=revision, score=score, reason_codes=codes, exposure=(), event_time=at(3)
    )


TOLD = Said([alert()], [hold()], [standing()])


def judged(*, alert_id: str = "a1", hold_id: str = "h1") -> SellerState:
    """A state that the events that are left have led to the same alert and hold, under these ids."""
    state = SellerState("shop")
    restore(state, Said([alert(alert_id)], [hold(hold_id)], []), NOTHING, POLICY)
    state.core.revision = 3
    state.changes.clear()
    return state


def test_the_same_again_is_not_said_again_and_revisions_go_on() -> None:
    state = judged()
    done = restore(state, TOLD, TOLD, POLICY)
    assert done == ([], 0, [])
    assert state.core.revision == 9


def test_when_a_hold_was_placed_is_what_was_published() -> None:
    """The worker that placed it stamped it with its clock; history knows event times alone."""
    late = Said([alert()], [hold(placed_at=at(3, hours=2))], [standing()])
    state = judged()
    assert not restore(state, late, TOLD, POLICY).words
    assert state.core.holds["payout"].placed_us == to_us(at(3, hours=2))


def test_an_open_alert_keeps_its_id_where_its_first_events_are_gone() -> None:
    state = judged(alert_id="a2", hold_id="h2")
    ours = Said([alert("a2", revision=1, score=0.9)], [hold("h2", revision=2)], [standing(0.9, 3)])
    done = restore(state, TOLD, ours, POLICY)
    assert state.core.alerts["aftersale"].alert_id == "a1"
    assert state.core.holds["payout"].hold_id == "h1"
    said = [(type(word), word.revision) for word in done.words]
    assert said == [(Alert, 10), (SellerStanding, 11)], "the alert's score differs, the hold is the same"
    assert isinstance(done.words[0], Alert)
    assert (done.words[0].alert_id, done.words[0].status) == ("a1", "updated")


def test_what_only_the_topics_know_is_kept_and_not_spoken_of() -> None:
    """An honest shop gets no second notice; a held one is not let go because Redis was lost."""
    state = SellerState("shop")
    done = restore(state, TOLD, NOTHING, POLICY)
    assert (done.words, done.kept, done.lost) == ([], 2, [])
    assert state.core.alerts["aftersale"].alert_id == "a1"
    kept = state.core.holds["payout"]
    assert (kept.hold_id, kept.active, kept.by_human, kept.expires_us) == ("h1", True, False, to_us(at(17)))
    assert ("hold", "payout:shop") in state.changes.deadlines, "it expires"


def test_what_was_on_trial_is_taken_over_beside_its_familys_alert() -> None:
    trial = alert("a3", family="words", reason_codes=("guard_shopping", "unpaid_refunds"), mode="shadow")
    both = Said([trial, alert("a4", family="words", reason_codes=("replica_wording",))], [], [])
    state = SellerState("shop")
    assert restore(state, both, NOTHING, POLICY).kept == 2
    assert {key: one.alert_id for key, one in state.core.alerts.items()} == {"words": "a4", f"words{ON_TRIAL}": "a3"}


def test_a_moderators_hold_stays_the_moderators() -> None:
    state = SellerState("shop")
    restore(state, Said([], [hold(decided_by="mia")], []), NOTHING, POLICY)
    assert state.core.holds["payout"].by_human


def test_a_hold_of_a_listing_that_nobody_remembers_is_listed() -> None:
    told = hold(scope="listing", subject_id="L")
    assert restore(SellerState("shop"), Said([], [told], []), NOTHING, POLICY).lost == [told]


def with_a_listing(**fields: Any) -> SellerState:
    state = SellerState("shop")
    stamp_us = to_us(at(3))
    state.put_listing("L", Listing(stamp_us, "e", stamp_us, "m", 7.0, Decimal(1500), "CNY", **fields))
    state.changes.clear()
    return state


def test_a_hold_of_a_listing_that_is_remembered_is_kept_on_it() -> None:
    state = with_a_listing()
    done = restore(state, Said([], [hold(scope="listing", subject_id="L")], []), NOTHING, POLICY)
    assert (done.words, done.kept, done.lost) == ([], 1, [])
    kept = state.listings["L"].hold
    assert kept is not None
    assert (kept.hold_id, kept.active, kept.expires_us) == ("h1", True, to_us(at(17)))
    assert ("listings", "L") in state.changes.records, "it is written with the next commit"


def test_a_hold_of_a_listing_that_the_events_placed_too_takes_its_published_id() -> None:
    state = with_a_listing(hold=records.Hold("h2", to_us(at(4)), to_us(at(18)), "policy", (), 0.97))
    restore(state, Said([], [hold(scope="listing", subject_id="L")], []), NOTHING, POLICY)
    kept = state.listings["L"].hold
    assert kept is not None
    assert (kept.hold_id, kept.placed_us) == ("h1", to_us(at(3)))
    assert ("listings", "L") in state.changes.records, "it is written with the next commit"


def test_what_was_over_stays_over() -> None:
    over = Said([alert(status="withdrawn")], [hold(action="released")], [])
    state = SellerState("shop")
    assert restore(state, over, NOTHING, POLICY) == ([], 0, [])
    assert not state.core.alerts
    assert not state.core.holds


def test_a_hold_that_the_events_end_is_released_for_everybody() -> None:
    state = judged()
    state.core.holds["payout"].active = False
    ours = Said([alert()], [hold(action="released", revision=5)], [standing()])
    done = restore(state, TOLD, ours, POLICY)
    assert [(one.action, one.revision) for one in done.words if isinstance(one, Hold)] == [("released", 10)]


def test_what_the_topics_do_not_know_is_published() -> None:
    done = restore(judged(), NOTHING, TOLD, POLICY)
    assert [type(word) for word in done.words] == [Alert, Hold, SellerStanding]
    assert [word.revision for word in done.words] == [4, 5, 6]


def test_detectors_of_what_did_not_happen_wait_until_nothing_is_missing() -> None:
    until = at(10)
    held_back = hold_back(POLICY, to_us(until))
    assert {one.reason_code for one in held_back.entries} == {one.reason_code for one in POLICY.entries}
    for before, entry in zip(POLICY.entries, held_back.entries, strict=True):
        if entry.reason_code not in ABSENCE:
            assert entry is before
            continue
        state, around, cause = SellerState("shop"), Any, Decimal(0)
        early = entry.detector.look(state, cause, to_us(until - timedelta(seconds=1)), around)  # type: ignore[arg-type]
        assert early == Abstained("events_lost")
    assert msgspec.structs.replace(held_back, entries=POLICY.entries) == POLICY


def test_a_detector_that_was_held_back_looks_again_from_then_on() -> None:
    class Seeing:
        def look(self, *asked: Any) -> Finding:
            assert asked == (state, cause, until_us, around)
            return SEEN

    unpaid = next(one for one in POLICY.entries if one.reason_code == SEEN.reason_code)
    policy = msgspec.structs.replace(POLICY, entries=(unpaid._replace(detector=Seeing()),))
    state, until_us = SellerState("shop"), to_us(at(10))
    held_back = hold_back(policy, until_us).entries[0].detector
    cause: Any = "what happens"
    around: Any = "what lies around"
    assert held_back.look(state, cause, until_us - 1, around) == Abstained("events_lost")
    assert held_back.look(state, cause, until_us, around) is SEEN


SEEN = Finding("unpaid_refunds", "seller", "shop", "seen", "two buyers wait", {}, ("e",), 1)
