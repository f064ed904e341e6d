"""ignored_return: who waits for an answer, which answers count, and whom it would hurt."""

from decimal import Decimal
from typing import Any

import pytest

import schemas
from tests.detectors.aftersales import SELLER, Desk, hour_us, said
from tests.detectors.complaining import about, asked, decided, found, holds
from tests.detectors.silent import away
from tests.story import Story, at, event, listing, market

CODE = "ignored_return"
ANSWER = 72  # hours


def test_it_fires_at_the_deadline_and_names_the_return_and_its_buyer() -> None:
    desk = Desk().take(asked(1))
    assert found(desk.fire(hour_us(ANSWER) - 1), CODE) is None
    seen = found(desk.fire(hour_us(ANSWER)), CODE)
    assert seen is not None
    assert (seen.subject_kind, seen.subject_id, seen.grade, seen.facts) == ("seller", SELLER, "seen", 1)
    assert seen.sentence == "1 return of 1 buyer left alone: 1 not answered within 72 hours (R1)"
    assert seen.numbers == {"returns": 1, "buyers": 1, "unanswered": 1, "refused_after_acceptance": 0, "unkept": 0}
    assert seen.event_ids == ("asked-1-0",)
    assert seen.opened_by == f"answer::{hour_us(ANSWER)}"


def test_accepted_and_then_refused_fires_at_once() -> None:
    desk = Desk().take(asked(1), about(schemas.ReturnAccepted, 1, 5), about(schemas.ReturnRefused, 1, 9))
    seen = found(desk, CODE)
    assert seen is not None
    assert seen.sentence == "1 return of 1 buyer left alone: 1 accepted and then refused (R1)"
    assert len(seen.event_ids) == 3
    desk.take(about(schemas.ReturnAccepted, 1, 12))
    assert found(desk, CODE) is None, "and it is quiet when the seller accepts again"


def test_those_without_an_answer_and_those_refused_after_all_are_told_apart() -> None:
    went_back = [asked(2, 1), about(schemas.ReturnAccepted, 2, 5), about(schemas.ReturnRefused, 2, 9)]
    seen = found(Desk().take(asked(1), went_back).fire(hour_us(ANSWER)), CODE)
    assert seen is not None
    assert seen.sentence == (
        "2 returns of 2 buyers left alone: 1 not answered within 72 hours, 1 accepted and then refused (R1, R2)"
    )


def test_one_buyer_counts_once() -> None:
    desk = Desk().take(*(asked(number, buyer_id="B") for number in range(3)), asked(9)).fire(hour_us(ANSWER))
    seen = found(desk, CODE)
    assert seen is not None
    assert (seen.facts, seen.numbers["returns"]) == (2, 4)
    assert "4 returns of 2 buyers" in seen.sentence
    assert "(R0, R1, R2 and others)" in seen.sentence


def test_who_has_waited_longest_is_named_first_and_three_are_no_others() -> None:
    seen = found(Desk().take(asked(7), asked(2, at=1), asked(4, at=2)).fire(hour_us(ANSWER + 2)), CODE)
    assert seen is not None
    assert seen.sentence.endswith("(R7, R2, R4)")
    assert seen.event_ids == ("asked-7-0", "asked-2-1", "asked-4-2")


REFUND: dict[str, Any] = {"refund_id": "f", "amount": Decimal(1000), "currency": "CNY"}


@pytest.mark.parametrize(
    "answer",
    [
        about(schemas.ReturnAccepted, 1, ANSWER - 0.01),
        about(schemas.ReturnRefused, 1, 71),
        about(schemas.ReturnDisputed, 1, 71, by="seller"),
        about(schemas.ReturnShipped, 1, 71),
        about(schemas.ReturnCancelled, 1, 71, by="buyer"),
        about(schemas.RefundIssued, 1, 71, paid_by="seller", **REFUND),
        about(schemas.RefundIssued, 1, 71, paid_by="platform", **REFUND),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_answer_in_the_last_hour_is_a_near_miss_and_a_late_one_quiets_it(answer: Any) -> None:
    assert found(Desk().take(asked(1), answer).fire(hour_us(500)), CODE) is None
    late = Desk().take(asked(1)).fire(hour_us(100))
    assert found(late, CODE) is not None
    assert found(late.take(answer), CODE) is None
    assert found(late.fire(hour_us(500)), CODE) is None


def test_what_the_buyer_does_is_no_answer() -> None:
    desk = Desk().take(asked(1), about(schemas.ReturnDisputed, 1, 10, by="buyer")).fire(hour_us(ANSWER))
    assert found(desk, CODE) is not None
    assert found(desk.take(about(schemas.ReturnDisputed, 1, 100, by="buyer")), CODE) is not None
    assert ("answer", "R1") not in desk.deadlines


def test_refused_after_acceptance_with_a_dispute_is_a_near_miss() -> None:
    told = [asked(1), about(schemas.ReturnAccepted, 1, 5), about(schemas.ReturnDisputed, 1, 6, by="seller")]
    assert found(Desk().take(told, about(schemas.ReturnRefused, 1, 9)).fire(hour_us(500)), CODE) is None


def test_a_dismissed_complaint_about_the_return_takes_it_back() -> None:
    desk = Desk().take(asked(1)).fire(hour_us(ANSWER))
    desk.take(said(schemas.ComplaintOpened, 80, complaint_id="C1", kind="other", return_id="R1"))
    assert found(desk, CODE) is not None
    assert found(desk.take(decided(1, at=90, outcome="dismissed")), CODE) is None


def test_it_ends_when_the_return_is_forgotten() -> None:
    desk = Desk().take(asked(1)).fire(hour_us(181 * 24))
    assert desk.state.returns == {}
    assert found(desk, CODE) is None


def test_a_flood_of_requests_and_answers_to_nothing_raise_nothing() -> None:
    strange = "\u202e：🧨" * 60
    desk = Desk().take(
        (said(schemas.ReturnRefused, 0, return_id=f"unasked {number}") for number in range(100)),
        (asked(number, return_id=f"{strange}{number}", buyer_id=strange) for number in range(300)),
    )
    seen = found(desk.fire(hour_us(ANSWER)), CODE)
    assert seen is not None
    assert (seen.facts, len(seen.event_ids), seen.event_count) == (1, 50, 300)
    assert holds(desk) == []


def test_an_honest_seller_on_holiday_has_a_finding_that_nobody_is_bothered_with() -> None:
    seller = "honest-04"
    away = event(schemas.SellerAway, at(1), seller, **{"from_": at(1), "until": at(9)})
    order = {"order_id": "O", "listing_id": f"L-{seller}", "buyer_id": "B", "amount": Decimal(3000), "currency": "CNY"}
    request = event(schemas.ReturnRequested, at(2), seller, return_id="R", reason="changed_mind", **order)
    story = Story().tell(market(), away, request, until=at(6))
    alert = story.open_alerts()["aftersale"]
    assert alert.reason_codes == (CODE,)
    assert (alert.score, alert.mode, alert.severity) == (0.1192, "shadow", "low")
    story.tell(event(schemas.ReturnAccepted, at(9), seller, return_id="R"))
    assert story.open_alerts() == {}


def test_beside_a_price_that_is_low_it_makes_an_alert() -> None:
    story = Story().tell(market(), listing(at(1), "gang", 2000, listing_id="L"))
    order = {"order_id": "O", "listing_id": "L", "buyer_id": "B", "amount": Decimal(2000), "currency": "CNY"}
    story.tell(event(schemas.ReturnRequested, at(2), "gang", return_id="R", reason="counterfeit", **order), until=at(6))
    assert story.open_alerts()["aftersale"].mode == "alert"
    assert story.held() == set()


class TestASellerWhoSpeaksToNobody:
    """Paid orders that never arrive: there is no parcel to send back, and nobody who answers."""

    def asked_by(self, buyers: int, *others: Any) -> Any:
        desk = Desk().take(said(schemas.SellerActive, -30, activity="reply"), *map(asked, range(buyers)), *others)
        return found(desk.fire(hour_us(ANSWER + 1)), CODE)

    def test_five_buyers_left_alone_by_one_who_speaks_to_nobody_weigh_enough_for_an_alert(self) -> None:
        seen = self.asked_by(5)
        assert seen is not None
        assert seen.grade == "silent"
        assert seen.sentence.endswith("(R0, R1, R2 and others); the seller speaks to nobody")

    def test_four_do_not(self) -> None:
        seen = self.asked_by(4)
        assert seen is not None
        assert seen.grade == "seen"

    def test_nor_five_of_a_busy_seller_who_answers_others(self) -> None:
        seen = self.asked_by(5, said(schemas.MessageSent, 40, conversation_id="c", sender="seller", text="hi"))
        assert seen is not None
        assert seen.grade == "seen"

    def test_nor_five_of_one_who_said_that_it_would_be_away(self) -> None:
        seen = self.asked_by(5, away(-20, -20, 300))
        assert seen is not None
        assert seen.grade == "seen"


PROMISE = 14 * 24  # hours


def never_came(number: int, at: float = 0) -> list[Any]:
    """Buyer `B{number}` paid a week before and has nothing; an hour after the request the seller agrees."""
    paid = said(schemas.OrderPaid, at - 168, order_id=f"O{number}", buyer_id=f"B{number}", event_id=f"paid-{number}")
    return [paid, asked(number, at, "not_received"), about(schemas.ReturnAccepted, number, at + 1)]


def delivered(number: int, at: float) -> Any:
    return said(schemas.OrderDelivered, at, order_id=f"O{number}", event_id=f"delivered-{number}")


def talks(at: float) -> Any:
    return said(schemas.MessageSent, at, conversation_id="c", sender="seller", text="soon")


class TestASellerWhoAgreesThatItNeverCame:
    """Words cost nothing: there is no parcel whose return would start the refund's time."""

    def test_two_weeks_after_it_agreed_it_is_found(self) -> None:
        desk = Desk().take(never_came(1))
        assert found(desk.fire(hour_us(1 + PROMISE) - 1), CODE) is None
        seen = found(desk.fire(hour_us(1 + PROMISE)), CODE)
        assert seen is not None
        assert seen.grade == "seen"
        assert seen.sentence == (
            "1 return of 1 buyer left alone: 1 accepted and neither paid nor delivered within 14 days (R1)"
        )
        assert seen.numbers == {"returns": 1, "buyers": 1, "unanswered": 0, "refused_after_acceptance": 0, "unkept": 1}

    def test_agreeing_again_wins_no_time(self) -> None:
        desk = Desk().take(never_came(1), about(schemas.ReturnAccepted, 1, 200))
        assert found(desk.fire(hour_us(1 + PROMISE)), CODE) is not None

    @pytest.mark.parametrize(
        "kept",
        [
            about(schemas.RefundIssued, 1, 300, paid_by="seller", **REFUND),
            about(schemas.RefundIssued, 1, 300, paid_by="seller", **REFUND | {"amount": Decimal(10)}),
            about(schemas.RefundIssued, 1, 300, paid_by="platform", **REFUND),
            about(schemas.ReturnCancelled, 1, 300, by="buyer"),
            about(schemas.ReturnDisputed, 1, 300, by="seller"),
            about(schemas.ReturnShipped, 1, 300),
            delivered(1, 300),
            said(schemas.OrderCancelled, 300, order_id="O1", by="platform"),
        ],
        ids=lambda one: type(one).__name__,
    )
    def test_whatever_came_of_it_is_enough_in_time_and_late(self, kept: Any) -> None:
        assert found(Desk().take(never_came(1), kept).fire(hour_us(1000)), CODE) is None
        late = Desk().take(never_came(1)).fire(hour_us(1 + PROMISE))
        assert found(late, CODE) is not None
        assert found(late.take(kept), CODE) is None
        assert found(late.fire(hour_us(1000)), CODE) is None

    def test_what_is_sent_back_for_another_reason_has_the_time_that_its_parcel_takes(self) -> None:
        paid, _, accepted = never_came(1)
        assert found(Desk().take(paid, asked(1, 0, "damaged"), accepted).fire(hour_us(1000)), CODE) is None

    def test_nor_is_anything_owed_on_an_order_that_nobody_knows_to_be_paid(self) -> None:
        assert found(Desk().take(never_came(1)[1:]).fire(hour_us(1000)), CODE) is None

    @pytest.mark.parametrize("hours", [2, PROMISE + 10])
    def test_a_payment_that_is_told_last_starts_the_time_at_the_acceptance_all_the_same(self, hours: float) -> None:
        paid, *others = never_came(1)
        desk = Desk().take(others).fire(hour_us(hours)).take(paid)
        assert found(desk.fire(hour_us(1 + PROMISE)), CODE) is not None

    def test_five_buyers_are_many_for_a_shop_that_delivers_nothing_and_four_are_not(self) -> None:
        desk = Desk().take(*map(never_came, range(4))).fire(hour_us(1 + PROMISE))
        seen = found(desk, CODE)
        assert seen is not None
        assert seen.grade == "seen"
        desk.take(never_came(4, PROMISE), talks(2 * PROMISE))
        seen = found(desk.fire(hour_us(1 + 2 * PROMISE)), CODE)
        assert seen is not None
        assert (seen.grade, seen.facts) == ("unkept", 5)

    @pytest.mark.parametrize(("others", "grade"), [(40, "unkept"), (60, "seen")])
    def test_five_are_few_for_one_who_delivers_to_ten_times_as_many(self, others: int, grade: str) -> None:
        arrived = [
            [
                said(schemas.OrderPaid, 0, order_id=f"P{number}", buyer_id=f"C{number}", event_id=f"bought-{number}"),
                said(schemas.OrderDelivered, 48, order_id=f"P{number}", event_id=f"got-{number}"),
            ]
            for number in range(others)
        ]
        told = [*map(never_came, range(5)), *arrived, talks(PROMISE)]
        seen = found(Desk().take(*told).fire(hour_us(1 + PROMISE)), CODE)
        assert seen is not None
        assert seen.grade == grade

    def test_what_was_not_kept_before_the_parcels_that_are_counted_makes_nobody_many(self) -> None:
        """A shop that has closed its season would else be all broken words."""
        desk = Desk().take(*(never_came(number, 24 * number) for number in range(5)))
        desk.take(talks(5 * 24 + PROMISE))
        seen = found(desk.fire(hour_us(5 * 24 + PROMISE)), CODE)
        assert seen is not None
        assert (seen.grade, seen.facts) == ("unkept", 5)
        desk.take(asked(9, 3_000), talks(3_000 + ANSWER)).fire(hour_us(3_000 + ANSWER))
        seen = found(desk, CODE)
        assert seen is not None
        assert (seen.grade, seen.facts) == ("seen", 6)

    def test_answers_to_others_do_not_hide_it_and_it_is_an_alert_and_no_hold(self) -> None:
        desk = Desk().take(*map(never_came, range(5)))
        desk.take(talks(PROMISE)).fire(hour_us(1 + PROMISE))
        alerts = [word for judged in desk.judged for word in judged.words if isinstance(word, schemas.Alert)]
        assert [(alert.mode, alert.reason_codes) for alert in alerts[-1:]] == [("alert", (CODE,))]
        assert holds(desk) == []
