"""upheld_complaint: whose complaints count, what they hold, and what takes them back."""

from decimal import Decimal
from typing import Any

import pytest

import schemas
from detectors.records import Complaint, decode, encode
from detectors.standing import has_standing
from schemas.fields import DAY_US
from tests.detectors.aftersales import SELLER, Desk, hour_us, said
from tests.detectors.complaining import asked, complaint, decided, found, holds, upheld
from tests.story import Story, at, event, listing, market, registered, sold_and_back, verdict

CODE = "upheld_complaint"
GANG = "gang"


def ordered(number: int, at_hour: float = 0, **fields: Any) -> schemas.OrderPaid:
    told = {"order_id": f"O{number}", "buyer_id": f"B{number}", "listing_id": f"L{number}"}
    told["event_id"] = f"paid-{number}"
    made: schemas.OrderPaid = said(schemas.OrderPaid, at_hour, **told | fields)
    return made


def test_it_fires_at_the_decision_and_names_buyers_kinds_events_and_listings() -> None:
    desk = Desk().take(complaint(1, listing_id="L1"), complaint(2, kind="no_refund", listing_id="L2"))
    assert found(desk, CODE) is None
    seen = found(desk.take(decided(1), decided(2, at=2)), CODE)
    assert seen is not None
    assert (seen.subject_kind, seen.subject_id, seen.grade, seen.facts) == ("seller", SELLER, "two_buyers", 2)
    assert seen.sentence == "the platform upheld complaints of 2 buyers: 1 of counterfeit and 1 of no refund"
    assert seen.numbers == {
        "buyers": 2,
        "buyers_delivered_to": 2,
        "complaints": 2,
        "counterfeit": 1,
        "no_refund": 1,
    }
    assert seen.event_ids == ("opened-1", "upheld-1-1", "opened-2", "upheld-2-2")
    assert seen.listing_ids == ("L2", "L1")


@pytest.mark.parametrize(
    ("buyers", "grade"), [(1, "one_buyer"), (2, "two_buyers"), (3, "more_buyers"), (9, "more_buyers")]
)
def test_it_is_graded_by_the_number_of_buyers(buyers: int, grade: str) -> None:
    seen = found(Desk().take(*(upheld(number) for number in range(buyers))), CODE)
    assert seen is not None
    assert (seen.grade, seen.facts) == (grade, buyers)


def test_of_one_buyer_it_speaks_as_of_one_and_says_that_no_other_kind_was_upheld() -> None:
    seen = found(Desk().take(upheld(1)), CODE)
    assert seen is not None
    assert seen.sentence == "the platform upheld complaints of 1 buyer: 1 of counterfeit"
    assert (seen.numbers["counterfeit"], seen.numbers["no_refund"]) == (1, 0)


def test_of_all_three_kinds_it_says_how_many_there_are_of_each() -> None:
    kinds = ["seller_unreachable", "no_refund", "counterfeit", "seller_unreachable"]
    seen = found(Desk().take(*(upheld(number, kind=kind) for number, kind in enumerate(kinds))), CODE)
    assert seen is not None
    assert seen.sentence == (
        "the platform upheld complaints of 4 buyers: 1 of counterfeit, 1 of no refund and 2 of an unreachable seller"
    )
    assert [seen.numbers[kind] for kind in ("counterfeit", "no_refund", "seller_unreachable")] == [1, 1, 2]


def shop(customers: int) -> Desk:
    """An old shop whose parcels reached so many buyers."""
    desk = Desk().take(said(schemas.SellerRegistered, -9_000, event_id="joined"))
    for number in range(customers):
        there = said(schemas.OrderDelivered, 1, event_id=f"there-{number}", order_id=f"O{number}")
        desk.take(ordered(number), there)
    return desk


@pytest.mark.parametrize(
    ("customers", "buyers", "same_listing", "grade", "frozen"),
    [
        (150, 1, False, "one_buyer", False),
        (1_000, 1, False, "few_of_many", False),
        (100, 3, False, "more_buyers", True),
        (400, 3, False, "two_buyers", False),
        (1_000, 3, False, "few_of_many", False),
        (1_000, 3, True, "two_buyers", False),
    ],
)
def test_a_few_of_a_large_shops_buyers_weigh_little_unless_they_speak_of_one_listing(
    customers: int, buyers: int, same_listing: bool, grade: str, frozen: bool
) -> None:
    desk = shop(customers)
    for number in range(buyers):
        desk.take(upheld(number, at=2, listing_id="L-same" if same_listing else f"L-{number}"))
    seen = found(desk, CODE)
    assert seen is not None
    assert seen.grade == grade
    assert (("payout", SELLER, "placed") in holds(desk)) == frozen


def test_a_few_of_many_cost_a_shop_its_standing_only_when_they_speak_of_one_listing() -> None:
    desk = shop(1_000)
    now_us = hour_us(10)
    assert has_standing(desk.state, now_us)
    desk.take(*(upheld(number, at=2, listing_id=f"L-{number}") for number in range(3)))
    assert has_standing(desk.state, now_us)
    desk.take(upheld(3, at=3, listing_id="L-0"))
    assert not has_standing(desk.state, now_us)
    assert has_standing(desk.state, now_us + 181 * DAY_US)


class TestOneFakeAmongManyGoods:
    """An old shop of 400 buyers, and a listing `FAKE` of which complaints are upheld now and then."""

    def selling(self, sold: int, customers: int = 400) -> Desk:
        desk = shop(customers).take(listing(at(0), SELLER, 900, listing_id="FAKE"))
        return desk.take(self.bought(number) for number in range(1_000, 1_000 + sold))

    def bought(self, number: int) -> Any:
        return ordered(number, 2, listing_id="FAKE")

    def wronged(self, buyers: int, **fields: Any) -> list[list[schemas.Event]]:
        return [upheld(number, at=3, listing_id="FAKE", **fields) for number in range(1_000, 1_000 + buyers)]

    def test_three_of_thirty_hold_the_listing_and_neither_payout_nor_account(self) -> None:
        desk = self.selling(30).take(upheld(1, at=2, listing_id="L-other")).take(*self.wronged(3))
        seen = found(desk, CODE)
        assert seen is not None
        assert (seen.grade, seen.facts, seen.listing_ids) == ("one_listing", 4, ("FAKE",))
        assert seen.sentence == (
            "the platform upheld complaints of 4 buyers: 4 of counterfeit; "
            "of 30 sold of one listing, 3 buyers had fakes"
        )
        assert {name: seen.numbers[name] for name in ("fake_listings", "buyers_of_fakes", "sold")} == {
            "fake_listings": 1,
            "buyers_of_fakes": 3,
            "sold": 30,
        }
        assert holds(desk) == [("listing", "FAKE", "placed")]

    @pytest.mark.parametrize(
        ("sold", "buyers", "grade"),
        [
            (30, 2, "two_buyers"),
            (60, 3, "one_listing"),
            (61, 3, "two_buyers"),
            (9, 3, "two_buyers"),
            (10, 3, "one_listing"),
        ],
    )
    def test_fewer_buyers_a_smaller_share_or_too_few_sold_are_near_misses(
        self, sold: int, buyers: int, grade: str
    ) -> None:
        desk = self.selling(sold).take(*self.wronged(buyers))
        seen = found(desk, CODE)
        assert seen is not None
        assert seen.grade == grade
        assert bool(holds(desk)) == (grade == "one_listing")

    def test_a_best_seller_sold_on_is_let_go(self) -> None:
        desk = self.selling(60).take(*self.wronged(3))
        assert holds(desk) == [("listing", "FAKE", "placed")]
        desk.take(self.bought(2_000)).take(decided(1_000, at=5, outcome="dismissed"))
        assert holds(desk)[1:] == [("listing", "FAKE", "released")]

    def test_complaints_of_another_kind_say_nothing_of_the_goods(self) -> None:
        desk = self.selling(30).take(*self.wronged(3, kind="no_refund"))
        seen = found(desk, CODE)
        assert seen is not None
        assert seen.grade == "two_buyers"

    def test_nor_do_three_complaints_of_one_buyer(self) -> None:
        desk = self.selling(30).take(*self.wronged(3, buyer_id="B-same"), upheld(1, at=2))
        seen = found(desk, CODE)
        assert seen is not None
        assert seen.grade == "two_buyers"

    def test_a_shop_of_which_many_complain_is_held_as_before(self) -> None:
        desk = self.selling(30, customers=100).take(*self.wronged(3))
        seen = found(desk, CODE)
        assert seen is not None
        assert seen.grade == "more_buyers"
        assert ("payout", SELLER, "placed") in holds(desk)

    def test_complaints_that_name_their_order_alone_are_of_its_listing_whichever_came_first(self) -> None:
        named = [upheld(number, at=3, order_id=f"O{number}") for number in range(1_000, 1_003)]
        later = shop(400).take(listing(at(0), SELLER, 900, listing_id="FAKE"), *named)
        later.take(self.bought(number) for number in range(1_000, 1_030))
        for desk in (self.selling(30).take(*named), later):
            assert desk.state.listings["FAKE"].sold == 30
            assert holds(desk) == [("listing", "FAKE", "placed")]

    def test_what_was_sold_is_counted_once_an_order_up_to_a_thousand_and_kept_when_the_price_changes(self) -> None:
        desk = self.selling(20).take(self.bought(1_000), *self.wronged(1), self.bought(1_001), self.bought(3_000))
        desk.take(ordered(1_002, 1, listing_id="FAKE", event_id="told late, paid before"))
        assert desk.state.listings["FAKE"].sold == 21
        desk.take(listing(at(1), SELLER, 950, listing_id="FAKE"))
        assert desk.state.listings["FAKE"].sold == 21
        desk.state.listings["FAKE"].sold = 999
        desk.take(self.bought(number) for number in range(4_000, 4_003))
        assert desk.state.listings["FAKE"].sold == 1_000


@pytest.mark.parametrize("decided_first", [False, True])
def test_what_a_carrier_lost_costs_no_standing_and_a_fake_does(decided_first: bool) -> None:
    """What a carrier lost or delayed is complained about as `other`."""
    now_us = hour_us(10)
    for kind, stands in (("other", True), ("counterfeit", False)):
        told = upheld(1, at=2, kind=kind)
        desk = shop(150).take(*(reversed(told) if decided_first else told))
        assert has_standing(desk.state, now_us) is stands, kind
        assert bool(desk.state.core.last_upheld_us) is not stands, kind
    desk.take(decided(1, at=4, outcome="dismissed"))
    assert has_standing(desk.state, now_us)
    assert not desk.state.core.last_upheld_us


def test_an_older_opening_of_another_kind_takes_an_upheld_complaint_back() -> None:
    desk = shop(150).take(upheld(1, at=2))
    assert not has_standing(desk.state, hour_us(10))
    desk.take(complaint(1, at=0.5, kind="other", event_id="opened-before"))
    assert has_standing(desk.state, hour_us(10))


def test_an_upheld_complaint_that_names_no_listing_is_one_of_few_in_a_large_shop() -> None:
    seen = found(shop(1_000).take(upheld(2_000, at=2)), CODE)
    assert seen is not None
    assert seen.grade == "few_of_many"


def test_one_buyer_counts_once_and_all_without_a_name_are_one() -> None:
    same = [each for number in range(5) for each in upheld(number, buyer_id="B")]
    unknown = [each for number in range(5, 9) for each in upheld(number, buyer_id=None)]
    seen = found(Desk().take(same), CODE)
    assert seen is not None
    assert (seen.grade, seen.numbers["complaints"]) == ("one_buyer", 5)
    seen = found(Desk().take(same, unknown), CODE)
    assert seen is not None
    assert (seen.grade, seen.numbers["complaints"]) == ("two_buyers", 9)


def test_the_buyer_and_the_listing_are_those_of_the_order_or_the_return() -> None:
    by_order = upheld(1, buyer_id=None, order_id="O1")
    by_return = upheld(2, buyer_id=None, return_id="R2")
    desk = Desk().take(ordered(1), asked(2, listing_id="L2"), by_order, by_return)
    seen = found(desk, CODE)
    assert seen is not None
    assert seen.facts == 2
    assert set(seen.listing_ids) == {"L1", "L2"}
    late = Desk().take(by_order, by_return, ordered(1), asked(2, listing_id="L2"))
    again = found(late, CODE)
    assert again is not None
    assert (again.facts, again.listing_ids) == (2, seen.listing_ids)
    assert late.state.complaints == desk.state.complaints


def test_an_order_that_is_forgotten_still_says_whose_complaint_it_was() -> None:
    desk = Desk().take(ordered(1), complaint(1, at=24, buyer_id=None, order_id="O1")).fire(hour_us(60 * 24))
    assert desk.state.orders == {}
    seen = found(desk.take(decided(1, at=61 * 24)), CODE)
    assert seen is not None
    assert seen.listing_ids == ("L1",)
    assert desk.state.complaints["C1"].of_buyer == "B1"


def late(number: int, **fields: Any) -> list[schemas.Event]:
    """What the buyer of `O{number}` says ten weeks later, naming nothing but the order, which is forgotten by then."""
    return upheld(number, 70 * 24 + number, **{"buyer_id": None, "order_id": f"O{number}"} | fields)


def test_three_orders_that_are_forgotten_are_three_buyers() -> None:
    desk = shop(3).fire(hour_us(60 * 24))
    assert desk.state.orders == {}
    seen = found(desk.take(*(late(number) for number in range(3))), CODE)
    assert seen is not None
    assert (seen.grade, seen.facts) == ("more_buyers", 3)
    assert ("payout", SELLER, "placed") in holds(desk)


def test_several_complaints_about_one_forgotten_order_are_one_buyer() -> None:
    desk = Desk().take(late(1), late(2, order_id="O1"), late(3, order_id="O1", kind="no_refund"))
    seen = found(desk, CODE)
    assert seen is not None
    assert (seen.grade, seen.numbers["buyers"], seen.numbers["complaints"]) == ("one_buyer", 1, 3)


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_an_order_whose_buyer_one_complaint_names_is_that_buyers_in_all_of_them(order: tuple[int, int]) -> None:
    told = {1: upheld(1, order_id="O1", buyer_id="B1"), 2: late(2, order_id="O1")}
    desk = Desk().take(*(told[number] for number in order))
    seen = found(desk, CODE)
    assert seen is not None
    assert (seen.facts, seen.numbers["complaints"]) == (1, 2)
    again = found(desk.take(decided(1, 90 * 24, outcome="dismissed")), CODE)
    assert again is not None
    assert (again.facts, again.numbers["complaints"]) == (1, 1)


def test_those_who_name_neither_buyer_nor_order_are_one_buyer_beside_those_of_an_order() -> None:
    nobody = [each for number in (7, 8, 9) for each in upheld(number, buyer_id=None)]
    seen = found(Desk().take(nobody, late(1)), CODE)
    assert seen is not None
    assert (seen.facts, seen.numbers["complaints"]) == (2, 4)


def test_complaints_of_other_kinds_are_near_misses() -> None:
    assert found(Desk().take(*(upheld(number, kind="other") for number in range(5))), CODE) is None


def test_a_decision_on_nothing_known_and_an_open_complaint_are_near_misses() -> None:
    assert found(Desk().take(decided(1), complaint(2)), CODE) is None


def test_a_dismissed_complaint_takes_its_own_back_and_no_other() -> None:
    desk = Desk().take(upheld(1), upheld(2))
    seen = found(desk.take(decided(1, at=5, outcome="dismissed")), CODE)
    assert seen is not None
    assert seen.grade == "one_buyer"
    assert found(desk.take(decided(2, at=6, outcome="dismissed")), CODE) is None


def test_it_counts_for_ninety_days_and_the_complaint_is_remembered_for_longer() -> None:
    desk = Desk().take(upheld(1), upheld(2, at=24))
    seen = found(desk.fire(hour_us(1 + 90 * 24)), CODE)
    assert seen is not None
    assert seen.grade == "one_buyer"
    assert found(desk.fire(hour_us(25 + 90 * 24)), CODE) is None
    assert set(desk.state.complaints) == {"C1", "C2"}
    assert desk.fire(hour_us(200 * 24)).state.complaints == {}


def test_a_flood_of_strange_complaints_raises_nothing_and_names_a_bounded_number_of_listings() -> None:
    strange = "\u202e：🧨" * 60
    desk = Desk().take(*(upheld(number, listing_id=f"{strange}{number}", buyer_id="B") for number in range(300)))
    seen = found(desk, CODE)
    assert seen is not None
    assert (len(seen.listing_ids), len(seen.event_ids), seen.event_count) == (200, 50, 600)
    assert seen.grade == "one_buyer"
    assert holds(desk) == []


def test_an_honest_shop_with_one_upheld_complaint_is_an_alert_and_keeps_its_listings_and_payouts() -> None:
    story = Story().tell(market(), *([event(schemas.OrderPaid, at(1), "honest-03", **paid(7))]))
    story.tell(complained("honest-03", 7, at(5)))
    alert = story.open_alerts()["aftersale"]
    assert (alert.score, alert.mode, alert.severity) == (0.5498, "alert", "medium")
    assert alert.listing_ids == ("L-honest-03",)
    assert story.held() == set()


def paid(number: int, seller: str = "honest-03") -> dict[str, Any]:
    money = {"amount": Decimal(3000), "currency": "CNY"}
    return {"order_id": f"O{number}", "listing_id": f"L-{seller}", "buyer_id": f"B{number}", **money}


def complained(seller: str, number: int, when: Any, **about: Any) -> list[schemas.Event]:
    told = {"complaint_id": f"C{number}", "kind": "counterfeit", **(about or {"order_id": f"O{number}"})}
    return [
        event(schemas.ComplaintOpened, when, seller, **told),
        event(schemas.ComplaintDecided, when, seller, complaint_id=f"C{number}", outcome="upheld"),
    ]


# ---- what it holds


def shelf_of(*names: str) -> list[schemas.Event]:
    """A shop of standing with listings at the usual price."""
    told = [listing(at(2), GANG, 3000, listing_id=name) for name in names]
    return [registered(at(-400), GANG), *told]


def bought(name: str, number: int) -> list[schemas.Event]:
    order = paid(number, GANG) | {"listing_id": name}
    return [event(schemas.OrderPaid, at(3), GANG, **order), *complained(GANG, number, at(6 + number))]


def test_three_buyers_hold_the_listings_they_name_and_the_payout_and_no_other_listing() -> None:
    story = Story().tell(market(), shelf_of("fake", "bag", "plain"))
    story.tell(bought("fake", 1), bought("fake", 2))
    assert story.held() == set(), "0.88 is an alert"
    story.tell(complained(GANG, 3, at(9), listing_id="bag", buyer_id="B3"))
    assert story.held() == {("listing", "fake"), ("listing", "bag"), ("payout", GANG)}
    payout = next(hold for hold in story.holds if hold.scope == "payout")
    assert "complaints" in payout.notice
    assert "refunds" not in payout.notice
    alert = story.open_alerts()["aftersale"]
    assert (alert.mode, alert.severity) == ("hold", "critical")
    assert set(alert.listing_ids) == {"fake", "bag"}


def test_who_takes_the_money_and_never_ships_has_its_payout_held_at_the_third_upheld_complaint() -> None:
    story = Story().tell(market(), shelf_of("promised"))
    for number in (1, 2, 3):
        order = paid(number, GANG) | {"listing_id": "promised"}
        told = {"kind": "seller_unreachable", "order_id": f"O{number}"}
        story.tell(event(schemas.OrderPaid, at(3), GANG, **order))
        assert ("payout", GANG) not in story.held()
        story.tell(complained(GANG, number, at(10 + number), **told))
    assert story.held() == {("listing", "promised"), ("payout", GANG)}
    assert story.open_alerts()["aftersale"].score == 0.9526


def test_a_dismissal_releases_what_it_no_longer_supports_at_once() -> None:
    story = Story().tell(market(), shelf_of("fake"), *(bought("fake", number) for number in (1, 2, 3)))
    assert len(story.held()) == 2
    story.tell(event(schemas.ComplaintDecided, at(20), GANG, complaint_id="C2", outcome="dismissed"))
    assert story.held() == set()
    assert story.open_alerts()["aftersale"].evidence[0].numbers["buyers"] == 2


def test_a_release_on_its_way_is_called_off_when_buyers_name_the_listing() -> None:
    """The clean price came first; nothing of the listing itself is written when it is called off but that."""
    story = Story().tell(market(), registered(at(1), GANG), listing(at(2), GANG, 1500, listing_id="fake"))
    story.tell(listing(at(3), GANG, 2950, listing_id="fake", word=schemas.ListingChanged))
    named = {"listing_id": "fake"}
    story.tell(*(complained(GANG, number, at(3, 0.1), buyer_id=f"B{number}", **named) for number in (1, 2, 3)))
    assert story.state(GANG).listings["fake"].hold.release_at_us == 0
    story.tell(until=at(3, 8))
    assert ("listing", "fake") in story.held()


def test_taken_down_and_put_up_again_the_listing_is_held_when_it_comes_back() -> None:
    story = Story().tell(market(), shelf_of("fake"))
    story.tell(event(schemas.ListingRemoved, at(4), GANG, listing_id="fake", reason="seller"), until=at(6))
    story.tell(*(bought("fake", number)[1:] for number in (1, 2, 3)))
    story.tell(*(complained(GANG, number, at(10), listing_id="fake", buyer_id=f"B{number}") for number in (4, 5, 6)))
    assert story.held() == {("payout", GANG)}
    story.tell(listing(at(12), GANG, 3000, listing_id="fake"))
    assert ("listing", "fake") in story.held()


def test_one_buyer_and_a_moderately_low_price_hold_the_listing_named_and_not_its_neighbour() -> None:
    cheap = [listing(at(2), GANG, 2000, listing_id=name) for name in ("named", "neighbour")]
    story = Story().tell(market(), registered(at(-400), GANG), cheap, bought("named", 1))
    assert ("listing", "named") in story.held()
    both = Story().tell(market(), registered(at(-400), GANG), cheap)
    assert both.held() == set()


def test_an_allowed_listing_stays_free_until_another_buyer_complains() -> None:
    story = Story().tell(market(), shelf_of("fake"), *(bought("fake", number) for number in (1, 2, 3)))
    story.tell(verdict(at(15), GANG, "listing", "rejected", subject_id="fake"))
    story.tell(event(schemas.ComplaintOpened, at(16), GANG, complaint_id="C9", kind="other"))
    assert story.held() == {("payout", GANG)}
    story.tell(bought("fake", 14))
    assert ("listing", "fake") in story.held()


def test_in_mode_alert_it_holds_nothing() -> None:
    story = Story({"detectors": {CODE: {"mode": "alert"}}}).tell(market(), shelf_of("fake"))
    story.tell(*(bought("fake", number) for number in (1, 2, 3)))
    assert story.held() == set()
    assert story.open_alerts()["aftersale"].mode == "alert"
    story.tell(*(sold_and_back(GANG, number, at(11)) for number in (21, 22, 23)), until=at(20))
    assert ("payout", GANG) in story.held()
    assert ("listing", "fake") not in story.held(), "nor where something else may"


def test_a_complaint_stored_before_this_is_read() -> None:
    whole = Complaint(kind="counterfeit", buyer_id="B", outcome="upheld")
    assert decode(Complaint, encode(whole)) == whole
    assert (whole.of_buyer, whole.of_listing) == ("", "")
