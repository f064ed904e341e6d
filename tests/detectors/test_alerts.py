"""Alerts: one per seller and family, updated in place, named after what came in, within 64 KB, withdrawn when quiet."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

import schemas
from detectors.catalogue import Entry
from detectors.detector import Abstained, Around, Cause, Finding
from detectors.judge import Judge
from detectors.policy import Policy
from detectors.state import SellerState
from schemas.outputs import MAX_ALERT_BYTES, MAX_LISTING_IDS
from tests.story import Story, at, event, listing, market, refund, registered, sold_and_back, verdict

GANG = "gang"
ROOT = Path(__file__).parents[2]


def changed(when: Any, price: int, **fields: Any) -> schemas.ListingPublished:
    return listing(when, GANG, price, word=schemas.ListingChanged, **fields)


def fake(when: Any, number: int, price: int = 1500, **fields: Any) -> schemas.ListingPublished:
    return listing(when, GANG, price, listing_id=f"L{number}", **fields)


def whole_story(**policy: Any) -> Story:
    """A low price, then refunds that stay out, then some that come."""
    story = Story(policy or None).tell(market(), registered(at(1), GANG), fake(at(2), 1), fake(at(2.5), 2, 1400))
    story.tell(*(sold_and_back(GANG, number, at(3)) for number in (1, 2, 3)), until=at(12))
    return story.tell(refund(at(13), GANG, 1), refund(at(14), GANG, 2), refund(at(15), GANG, 3), until=at(40))


def test_a_seller_has_one_alert_per_family_and_later_listings_join_it() -> None:
    story = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1), fake(at(3), 2))
    first, second = story.alerts
    assert (first.status, second.status) == ("opened", "updated")
    assert first.alert_id == second.alert_id
    assert first.listing_ids == ("L1",)
    assert second.listing_ids == ("L1", "L2")
    assert (second.subject_kind, second.subject_id, second.listing_id) == ("listing", "L1", "L1"), "as at its opening"
    story.tell(sold_and_back(GANG, 1, at(4)), until=at(13))
    aftersale = story.open_alerts()["aftersale"]
    assert (aftersale.subject_kind, aftersale.subject_id) == ("seller", GANG)
    assert aftersale.listing_id is msgspec.UNSET
    assert aftersale.alert_id != first.alert_id


def test_what_says_nothing_new_is_not_repeated() -> None:
    story = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1))
    lines = len(story.alerts)
    story.tell(changed(at(2.1), 1500, listing_id="L1", description="now with a word more"))
    story.tell(event(schemas.SellerActive, at(2.2), GANG, activity="login"))
    assert len(story.alerts) == lines


def test_every_line_of_one_key_has_a_higher_revision_than_the_one_before() -> None:
    last: dict[tuple[str, bytes], int] = {}
    story = whole_story()
    for line in story.lines:
        if line.value is not None:
            revision = msgspec.json.decode(line.value)["revision"]
            assert revision > last.get((line.topic, line.key), 0)
            last[line.topic, line.key] = revision
    assert {topic for topic, _ in last} == {"assay.alerts.v1", "assay.holds.v1", "assay.sellers.v1"}


def _digest_of_a_story() -> str:
    lines = [f"{line.topic} {line.key!r} {line.value!r}" for line in whole_story().lines]
    assert len(lines) > 12
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_the_same_input_gives_the_same_ids_and_bytes_in_every_process() -> None:
    program = f"from {__name__} import _digest_of_a_story as digest; print(digest())"
    digests = set()
    for seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC-{seed}"}
        ended = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, env=environment, cwd=ROOT, check=True
        )
        digests.add(ended.stdout.strip())
    assert len(digests) == 1


def test_an_alert_is_withdrawn_when_its_detectors_are_quiet_and_the_next_one_is_another() -> None:
    story = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1, 1900), changed(at(3), 2950, listing_id="L1"))
    opened, withdrawn = story.alerts
    assert (withdrawn.status, withdrawn.evidence, withdrawn.score) == ("withdrawn", (), 0.0)
    assert withdrawn.alert_id == opened.alert_id
    story.tell(changed(at(4), 1900, listing_id="L1"))
    assert story.alerts[-1].status == "opened"
    assert story.alerts[-1].alert_id != opened.alert_id


def test_an_abstention_is_not_quiet() -> None:
    story = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1, 1900))
    story.tell(changed(at(3), 1900, listing_id="L1", price_kind="auction_start"))
    assert story.open_alerts()["price"].alert_id == story.alerts[0].alert_id


@pytest.mark.parametrize(
    ("price", "mode", "severity"), [(1900, "shadow", "low"), (250, "alert", "medium"), (1500, "hold", "high")]
)
def test_severity_follows_the_strongest_thing_done(price: int, mode: str, severity: str) -> None:
    alert = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1, price)).alerts[-1]
    assert (alert.mode, alert.severity) == (mode, severity)


def test_a_payout_or_seller_on_hold_is_critical() -> None:
    story = Story().tell(*(sold_and_back(GANG, number, at(3)) for number in (1, 2, 3)), until=at(12))
    assert story.open_alerts()["aftersale"].severity == "critical"
    story = Story().tell(market(), fake(at(2), 1, 1900), verdict(at(3), GANG, "seller", "confirmed"))
    assert story.open_alerts()["price"].severity == "critical"


def test_the_exposure_is_one_sum_per_currency() -> None:
    paid = {"listing_id": "L", "buyer_id": "b", "currency": "EUR", "amount": Decimal("12.5")}
    order = event(schemas.OrderPaid, at(1), GANG, order_id="o", **paid)
    story = Story().tell(market(), registered(at(1), GANG), order, sold_and_back(GANG, 1, at(1)), fake(at(2), 1))
    exposure = [(money.amount, money.currency) for money in story.alerts[-1].exposure]
    assert exposure == [("1500.00", "CNY"), ("12.50", "EUR")]
    assert story.standings[-1].exposure == story.alerts[-1].exposure


def test_all_families_are_evidence_and_its_own_comes_first() -> None:
    story = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1))
    story.tell(sold_and_back(GANG, 1, at(3)), until=at(12))
    alerts = story.open_alerts()
    assert alerts["aftersale"].reason_codes == ("overdue_refund", "below_market_price")
    story.tell(fake(at(13), 2))
    alerts = story.open_alerts()
    assert alerts["price"].reason_codes == ("below_market_price", "overdue_refund")
    assert [one.reason_code for one in alerts["price"].evidence] == ["below_market_price", "overdue_refund", "young"]


def test_youth_is_evidence_beside_another_finding_and_never_alone() -> None:
    story = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1, 2950), sold_and_back(GANG, 1, at(3)))
    assert not story.alerts
    story.tell(until=at(20))
    assert [one.reason_code for one in story.alerts[-1].evidence] == ["overdue_refund", "young"]
    older = Story().tell(registered(at(-40), GANG), sold_and_back(GANG, 1, at(3)), until=at(20))
    assert [one.reason_code for one in older.alerts[-1].evidence] == ["overdue_refund"]


def test_what_is_on_trial_is_shown_under_its_own_family_and_changes_no_score() -> None:
    story = Story({"detectors": {"overdue_refund": {"mode": "shadow"}}})
    story.tell(market(), registered(at(1), GANG), fake(at(2), 1), sold_and_back(GANG, 1, at(3)), until=at(12))
    price, trial = story.open_alerts()["price"], story.open_alerts()["aftersale"]
    assert [one.reason_code for one in trial.evidence] == ["overdue_refund", "below_market_price", "young"]
    assert (trial.mode, trial.severity, trial.score) == ("shadow", "low", price.score)
    assert "overdue_refund" not in price.reason_codes


def test_what_is_on_trial_changes_no_line_of_the_same_family() -> None:
    """Three guards in a week, on trial since ever, beside words of a copy and a price that is held."""
    guards = ("Samsung i9100 for parts", "Samsung i9100 bundle with headset", "Samsung i9100 empty box")
    titles = [fake(at(2, hour), hour, 2950, title=title) for hour, title in enumerate(guards)]
    told = [
        registered(at(1), GANG),
        *titles,
        fake(at(3), 8, title="Samsung i9100 AAA quality", price=2950),
        fake(at(4), 9),
    ]
    with_it, without = Story(), Story()
    without.hop.judging.judge = Judge(without_detector(without.policy, "guard_shopping"))
    lines = [
        [
            msgspec.structs.replace(alert, revision=0, policy_version="")
            for alert in story.tell(market(), told).alerts
            if "guard_shopping" not in alert.reason_codes
        ]
        for story in (with_it, without)
    ]
    assert lines[0] == lines[1]
    trials = [alert for alert in with_it.alerts if "guard_shopping" in alert.reason_codes]
    assert {(trial.family, trial.mode, trial.severity) for trial in trials} == {("words", "shadow", "low")}
    assert {trial.alert_id for trial in trials}.isdisjoint(alert.alert_id for alert in lines[0])
    words = [alert for alert in lines[0] if alert.family == "words"]
    assert [(alert.mode, alert.listing_id) for alert in words] == [("alert", "L8")]


def test_what_is_on_trial_has_an_alert_of_its_own_though_one_event_opens_both() -> None:
    story = Story()
    odd = Entry(Verbose(), "odd", "price", "shadow", "listing", (schemas.ListingPublished,))
    story.hop.judging.judge = Judge(with_entry(story.policy, odd))
    story.tell(market(), registered(at(1), GANG), fake(at(2), 1))
    alerts = [alert for alert in story.alerts if alert.seller_id == GANG]
    assert len({alert.alert_id for alert in alerts}) == 2
    assert {(alert.mode, "odd" in alert.reason_codes) for alert in alerts} == {("hold", False), ("shadow", True)}


@pytest.mark.parametrize("mode", ["shadow", "alert"])
def test_what_is_on_trial_is_no_new_fact_that_ends_an_allow(mode: str) -> None:
    story = Story()
    odd = Entry(Crowd(), "odd", "aftersale", mode, "seller", (schemas.SellerActive,))  # type: ignore[arg-type]
    story.hop.judging.judge = Judge(with_entry(story.policy, odd))
    story.tell(sold_and_back(GANG, 1, at(3)), until=at(12))
    story.tell(verdict(at(13), GANG, "payout", "rejected"))
    assert story.open_alerts() == {}
    story.tell(event(schemas.SellerActive, at(14), GANG, activity="login"))
    assert [alert for alert in story.alerts if "odd" in alert.reason_codes] == story.alerts[-1:] * (mode == "alert")


def test_a_verdict_on_what_is_on_trial_is_of_its_family() -> None:
    story = Story({"detectors": {"below_market_price": {"mode": "shadow"}}})
    story.tell(market(), registered(at(1), GANG), fake(at(2), 1))
    story.tell(verdict(at(3), GANG, "listing", "rejected", subject_id="L1", alert_id=story.alerts[-1].alert_id))
    assert story.alerts[-1].status == "withdrawn"
    assert story.state(GANG).listings["L1"].ruling.family == "price"
    assert story.hop.counts.verdicts == {("below_market_price", "rejected"): 1}


@pytest.mark.parametrize("mode", ["shadow", "alert"])
def test_who_abstains_or_raises_on_trial_keeps_no_hold(mode: str) -> None:
    for detector in (Broken(), Unwilling()):
        story = Story()
        odd = Entry(detector, "odd", "words", mode, "listing", (schemas.ListingChanged,))  # type: ignore[arg-type]
        story.hop.judging.judge = Judge(with_entry(story.policy, odd))
        story.tell(market(), registered(at(1), GANG), fake(at(2), 1), changed(at(3), 2950, listing_id="L1"))
        story.tell(until=at(4))
        assert (story.held() == set()) is (mode == "shadow"), type(detector)


# ---- odd detectors, registered beside the catalogue's


@dataclass(frozen=True, slots=True)
class Broken:
    """Raises whenever it is asked."""

    def look(self, _state: SellerState, _cause: Cause, _now_us: int, _around: Around) -> Finding | None:
        raise ZeroDivisionError("a bug")


@dataclass(frozen=True, slots=True)
class Unwilling:
    """Abstains whenever it is asked."""

    def look(self, _state: SellerState, _cause: Cause, _now_us: int, _around: Around) -> Abstained:
        return Abstained("odd")


@dataclass(frozen=True, slots=True)
class Crowd:
    """Speaks of ninety-nine buyers."""

    def look(self, state: SellerState, _cause: Cause, _now_us: int, _around: Around) -> Finding:
        return Finding("odd", "seller", state.seller_id, "seen", "ninety-nine buyers", facts=99)


@dataclass(frozen=True, slots=True)
class Verbose:
    """Has far more to say than fits into a line."""

    def look(self, _state: SellerState, cause: Cause, _now_us: int, _around: Around) -> Finding | None:
        numbers: dict[str, float | str] = {"count": 3.0, "text": "x" * 100_000}
        ids = tuple("🧨" * 250 + str(number) for number in range(1000))
        listing_id = str(getattr(cause, "listing_id", ""))
        return Finding("odd", "listing", listing_id, "seen", "\u202e\x00 🧨" * 50_000, numbers, ids, 1000)


def with_detector(policy: Policy, detector: Any) -> Policy:
    return with_entry(
        policy,
        Entry(detector, "odd", "price", "alert", "listing", (schemas.ListingPublished, schemas.ListingChanged)),
    )


def without_detector(policy: Policy, reason_code: str) -> Policy:
    entries = tuple(entry for entry in policy.entries if entry.reason_code != reason_code)
    return msgspec.structs.replace(policy, entries=entries)


def with_entry(policy: Policy, entry: Entry) -> Policy:
    return msgspec.structs.replace(
        policy,
        entries=(entry, *policy.entries),
        by_code={**policy.by_code, "odd": entry},
        weights={**policy.weights, "odd": {"seen": 4.2}},
    )


def odd_story(detector: Any) -> Story:
    story = Story()
    story.hop.judging.judge = Judge(with_detector(story.policy, detector))
    return story


def test_a_detector_that_raises_is_named_by_a_dead_letter_and_the_others_go_on() -> None:
    story = odd_story(Broken()).tell(market(1), fake(at(2), 1))
    assert {letter.reason for letter in story.dead_letters} == {"detector_failed"}
    assert {letter.error for letter in story.dead_letters} == {"odd: ZeroDivisionError: a bug"}
    assert len(story.dead_letters) == 2, "one for each listing it was asked about"
    story.tell(market(20), registered(at(1), "other"), listing(at(3), "other", 1500))
    assert story.held() == {("listing", "L-other")}


def test_a_detector_that_raises_is_not_quiet_so_that_no_hold_is_released() -> None:
    story = Story().tell(market(), registered(at(1), GANG), fake(at(2), 1))
    story.hop.judging.judge = Judge(with_detector(story.policy, Broken()))
    story.tell(changed(at(3), 2950, listing_id="L1"), until=at(4))
    assert story.held() == {("listing", "L1")}


def alert_lines(story: Story) -> list[bytes]:
    return [line.value for line in story.lines if line.topic == "assay.alerts.v1" and line.value is not None]


def test_one_monstrous_piece_of_evidence_does_not_break_the_limit() -> None:
    story = odd_story(Verbose()).tell(fake(at(2), 1))
    assert max(map(len, alert_lines(story))) <= MAX_ALERT_BYTES
    (shown,) = [one for one in story.alerts[-1].evidence if one.reason_code == "odd"]
    assert (len(shown.event_ids), shown.event_count, shown.numbers) == (5, 1000, {"count": 3.0})
    assert shown.sentence.endswith("…")


def test_hundreds_of_listings_with_long_ids_and_titles_do_not_break_the_limit() -> None:
    story = Story().tell(market(), registered(at(1), GANG))
    title = "Samsung Galaxy S II i9100 16GB " + "🧨" * 5000
    ids = [("🧨" * 252 + f"{number:04}") for number in range(MAX_LISTING_IDS + 50)]
    story.tell(listing(at(2, number / 60), GANG, 1500, listing_id=one, title=title) for number, one in enumerate(ids))
    assert max(map(len, alert_lines(story))) <= MAX_ALERT_BYTES
    last = story.open_alerts()["price"]
    assert last.listing_ids == tuple(ids[: len(last.listing_ids)])
    assert len(last.listing_ids) >= 40
    assert len(story.held()) == len(ids)
