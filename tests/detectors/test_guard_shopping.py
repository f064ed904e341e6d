"""`guard_shopping`: three reasons not to compare a price in a week."""

from typing import Any

import msgspec
import pytest

from detectors.detector import Finding
from detectors.raised import COUNTED
from detectors.records import Core, decode, encode
from schemas import Event, ListingChanged, SellerActive, wire
from tests.story import Story, at, event, listing, market

SHOP = "shop"
TITLES = ("Samsung i9100 for parts", "2x Samsung i9100", "Samsung i9100 bundle")


def offer(day: float, number: int, title: str, **fields: Any) -> Event:
    return listing(at(day), SHOP, 2900, listing_id=f"L{number}", event_id=f"g{number}", title=title, **fields)


def offers(*days: float, **fields: Any) -> list[Event]:
    return [offer(day, number, TITLES[number % 3], **fields) for number, day in enumerate(days)]


def found(story: Story) -> Finding | None:
    finding: Finding | None = story.state(SHOP).findings.get("guard_shopping")
    return finding


def test_three_different_guards_in_a_week_are_a_finding_in_shadow() -> None:
    story = Story().tell(market(), offers(1, 2, 3))
    seen = found(story)
    assert seen is not None
    assert seen.sentence == (
        "branded goods were kept from comparison for 3 different reasons within 7 days: bundle, for_parts, pack"
    )
    assert seen.numbers == {"different_guards": 3, "guards": "bundle, for_parts, pack"}
    assert seen.event_ids == ("g0", "g1", "g2")
    assert (seen.subject_kind, seen.subject_id, seen.facts, seen.event_count) == ("seller", SHOP, 3, 3)
    assert [alert for alert in story.alerts if alert.mode != "shadow"] == []
    assert story.hop.counts.guards["market", "bundle"] == 1


def test_a_team_may_let_it_alert() -> None:
    own = {"detectors": {"guard_shopping": {"mode": "alert"}}, "weights": {"guard_shopping": {"seen": 5.0}}}
    assert Story(own).tell(market(), offers(1, 2, 3)).open_alerts()["words"].score > 0.5


def test_two_guards_or_three_in_more_than_a_week_are_no_shopping() -> None:
    assert found(Story().tell(offers(1, 2))) is None
    assert found(Story().tell(offers(1, 2, 8))) is None, "the first was seven days ago"
    assert found(Story().tell(offers(1, 2, 7.9))) is not None
    same = [offer(1 + number / 10, number, TITLES[0]) for number in range(30)]
    assert found(Story().tell(same)) is None, "one guard thirty times"


def test_goods_without_a_brand_do_not_count_and_the_brand_may_be_the_catalogues() -> None:
    unknown = {"product_id": "nobody-knows"}
    assert found(Story().tell(offers(1, 2, 3, **unknown))) is None
    assert found(Story().tell(offers(1, 2, 3, **unknown, brand="Samsung"))) is not None
    assert found(Story().tell(offers(1, 2, 3, product_id=None, gtin="08806071582726"))) is not None


def test_accessories_in_their_own_category_and_what_nobody_knows_do_not_count() -> None:
    two = offers(1, 2)
    case = "Silicone case for Samsung Galaxy"
    assert found(Story().tell(two, offer(3, 3, case, category="phones"))) is not None
    assert found(Story().tell(two, offer(3, 3, case, category="Phone cases"))) is None
    assert found(Story().tell(two, offer(3, 3, "Samsung thing", product_id=None, brand="Samsung"))) is None


def test_an_auction_counts_as_one_of_them() -> None:
    auction = offer(3, 3, "Samsung i9100", price_kind="auction_start")
    assert found(Story().tell(offers(1, 2), auction)) is not None


def test_it_goes_with_the_week_without_another_event() -> None:
    story = Story().tell(offers(1, 2, 3), until=at(7.9))
    assert found(story) is not None
    story.tell(until=at(8))
    assert found(story) is None
    story.tell(until=at(30))
    assert len(story.state(SHOP).core.guards) == 1, "one alone is worth no deadline, and goes with the next"
    story.tell(offer(40, 9, TITLES[0]))
    assert list(story.state(SHOP).core.guards) == ["for_parts"]


def test_a_clean_price_still_releases_a_hold_while_it_stands() -> None:
    story = Story().tell(market(), listing(at(1), SHOP, 1400), offers(1.1, 2, 3))
    assert story.held() == {("listing", f"L-{SHOP}")}
    assert found(story) is not None
    clean = listing(at(4), SHOP, 2950, word=ListingChanged)
    assert story.tell(clean, until=at(5)).held() == set()


def test_an_event_that_comes_late_takes_no_date_back() -> None:
    story = Story().tell(offers(1, 2))
    story.tell_bytes([wire.encode(offer(0.5, 9, TITLES[0]))])
    assert story.state(SHOP).core.guards["for_parts"][1] == "g0"


class TestHostile:
    def test_ten_thousand_listings_leave_one_date_a_guard(self) -> None:
        kinds = (*TITLES, "Samsung i9100 tester", "Samsung i9100 dummy phone", "Samsung i9100 empty box")
        told = [offer(1 + number / 2_000, number, f"{kinds[number % 6]} {number}") for number in range(10_000)]
        core = Story().tell(told).state(SHOP).core
        assert set(core.guards) <= COUNTED
        assert len(core.guards) == 6
        assert decode(Core, encode(core)) == core

    @pytest.mark.parametrize("title", ["", "\u202e" * 50, "2x " * 3_000, "😀 for parts"])
    def test_odd_titles_do_not_stop_it(self, title: str) -> None:
        story = Story().tell(offers(1, 2, 3), offer(4, 7, title))
        assert story.dead_letters == []
        assert found(story) is not None


def test_a_core_from_before_is_read() -> None:
    core = Core(sequence=7)
    fields = msgspec.msgpack.decode(encode(core))
    at = Core.__struct_fields__.index("guards")
    assert fields[at] == {}
    assert decode(Core, msgspec.msgpack.encode(fields[:at])) == core


def test_a_seller_without_guards_has_no_deadline_of_it() -> None:
    story = Story().tell(listing(at(1), SHOP, 3000), event(SellerActive, at(2), SHOP, activity="login"))
    assert story.state(SHOP).core.guards == {}
    assert story.state(SHOP).changes.deadlines == {}
