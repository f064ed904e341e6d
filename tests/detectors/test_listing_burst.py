"""`listing_burst`: a young seller that opens with a catalogue of brands, all of it below what others ask.

Turned red by: `is_young` not asked; removed listings counted; authorised sellers counted; brands taken as written; the
window measured from now instead of from the first listing; a walk over more than `most_listings`.
"""

import math
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from detectors.detector import Finding
from detectors.records import Core, Listing
from detectors.rules.listing_burst import ListingBurst
from detectors.state import MAX_LISTINGS, SellerState
from schemas import Brand, Event, ListingChanged, ListingRemoved, Product
from tests.detectors.prices import NOW_US, World, days
from tests.detectors.prices import listing as cause
from tests.story import Story, at, event, listing, registered

SHOP, OLD = "shop", "old-hand"
CODE = "listing_burst"
BRANDS = ("Samsung", "Apple", "Huawei", "Sony")
GOODS = [
    Product(product_id=f"p{number}", brand=BRANDS[number % 4], name=f"Model Q{number}00 64GB") for number in range(8)
]


def goods_of(number: int) -> dict[str, Any]:
    product = GOODS[number % len(GOODS)]
    return {"product_id": product.product_id, "title": f"{product.brand} {product.name}"}


def town() -> list[Event]:
    """Fifteen shops of a year's standing ask about 3,000 for each of the eight products."""
    told: list[Event] = []
    for number in range(15):
        seller = f"honest-{number:02}"
        told.append(registered(at(-400), seller))
        for product in range(len(GOODS)):
            asked = 3000 + 30 * ((number * 7) % 15 - 7)
            told.append(
                listing(at(0, number / 100), seller, asked, listing_id=f"{seller}-{product}", **goods_of(product))
            )
    return told


def catalogue(count: int, price: int, apart_hours: float = 0.5, seller: str = SHOP, **fields: Any) -> list[Event]:
    """So many listings of the seller, put up one after the other from the second day on."""
    return [
        listing(
            at(2, number * apart_hours),
            seller,
            price,
            **{
                "listing_id": f"{seller}-{number:03}",
                "event_id": f"{seller}-e{number:03}",
                **goods_of(number),
                **fields,
            },
        )
        for number in range(count)
    ]


def young(*told: Event | list[Event], policy: dict[str, Any] | None = None, brands: tuple[Brand, ...] = ()) -> Story:
    """The town, a shop that joined yesterday, and what is told of it."""
    story = Story(policy, GOODS)
    for brand in brands:
        story.hop.around.reference.add(brand)
    return story.tell(town(), registered(at(1), SHOP), *told)


def found(story: Story, seller: str = SHOP) -> Finding | None:
    finding: Finding | None = story.state(seller).findings.get(CODE)
    return finding


def test_a_young_shop_that_opens_with_a_cheap_catalogue_of_four_brands_is_a_finding_in_shadow() -> None:
    story = young(catalogue(10, 1950))
    seen = found(story)
    assert seen is not None
    assert seen.sentence == "10 listings of 4 brands, put up within 4.5 hours, ask about 65 % of the usual prices"
    assert seen.numbers == {"listings": 10, "brands": 4, "hours": 4.5, "ratio": 0.65}
    assert seen.event_ids == tuple(f"{SHOP}-e{number:03}" for number in range(10))
    assert seen.listing_ids == tuple(f"{SHOP}-{number:03}" for number in range(10))
    assert (seen.subject_kind, seen.subject_id, seen.grade, seen.event_count) == ("seller", SHOP, "seen", 10)
    assert {alert.mode for alert in story.alerts} == {"shadow"}, "each price by itself is too little, and this on trial"
    assert story.held() == set()


def test_a_team_may_let_it_alert_where_each_price_alone_is_too_little() -> None:
    alert = young(catalogue(10, 1950), policy={"detectors": {CODE: {"mode": "alert"}}}).open_alerts()["price"]
    assert (alert.mode, alert.score) == ("alert", 0.7109)
    assert alert.reason_codes[0] == CODE


@pytest.mark.parametrize(("count", "fires"), [(7, False), (8, True)])
def test_from_so_many_listings_on(count: int, fires: bool) -> None:
    assert (found(young(catalogue(count, 1500))) is not None) is fires


def test_a_price_that_cannot_be_meant_counts_as_well() -> None:
    assert found(young(catalogue(8, 250))) is not None


class TestNearMisses:
    def test_an_honest_young_shop_imports_its_whole_catalogue_at_market_prices(self) -> None:
        assert found(young(catalogue(60, 2900, 0.01))) is None

    def test_a_few_of_them_are_bargains(self) -> None:
        assert found(young(catalogue(60, 2900, 0.01)[7:], catalogue(7, 1950))) is None

    def test_an_established_seller_has_a_sale(self) -> None:
        story = Story(None, GOODS).tell(town(), registered(at(-100), OLD), catalogue(20, 1500, seller=OLD))
        assert found(story, OLD) is None

    @pytest.mark.parametrize("brand", ["", "No Name"])
    def test_a_wholesaler_of_goods_without_a_brand_or_of_brands_that_only_it_knows(self, brand: str) -> None:
        """Under the marketplace's own product ids, which the catalogue lacks; others sell them too."""
        towels: list[Event] = []
        for number in range(8):
            own = {"product_id": f"t{number}", "title": "Towels", "brand": f"{brand} {number}" if brand else None}
            for other in range(15):
                seller = f"honest-{other:02}"
                towels.append(listing(at(0, other / 100), seller, 3000, **own, listing_id=f"{seller}-t{number}"))
            towels.append(listing(at(2, number / 10), SHOP, 1500, **own, listing_id=f"t{number}"))
        story = young(towels)
        assert len(story.state(SHOP).flagged) == 8
        assert found(story) is None
        assert found(young(towels, catalogue(2, 1500))) is None, "beside two brands they are no third"

    def test_a_young_shop_with_one_cheap_brand(self) -> None:
        assert found(young(catalogue(40, 1500)[::4])) is None

    def test_an_authorised_seller_of_all_of_them(self) -> None:
        own = tuple(Brand(brand=brand, authorised_sellers=(SHOP,)) for brand in BRANDS)
        assert found(young(catalogue(20, 1500), brands=own)) is None
        assert found(young(catalogue(8, 1500), brands=own[:2])) is None, "two brands are left"
        others = tuple(Brand(brand=brand, authorised_sellers=("another",)) for brand in BRANDS)
        assert found(young(catalogue(20, 1500), brands=others)) is not None

    def test_one_listing_a_day_is_no_burst(self) -> None:
        assert found(young(catalogue(14, 1500, 24.0))) is None

    @pytest.mark.parametrize(("apart_hours", "fires"), [(6.8, True), (6.9, False)])
    def test_it_has_to_come_within_two_days(self, apart_hours: float, fires: bool) -> None:
        assert (found(young(catalogue(8, 1500, apart_hours))) is not None) is fires


def put_up(*told: tuple[float, int]) -> list[Event]:
    """Listings at half the price, by hours from the second day on and by what they are of."""
    return [
        listing(at(2, hours), SHOP, 1500, listing_id=f"l{index}", event_id=f"put-{index}", **goods_of(number))
        for index, (hours, number) in enumerate(told)
    ]


@pytest.mark.parametrize(("last_hours", "fires"), [(47.99, True), (48, False)])
def test_two_days_after_the_first_is_too_late(last_hours: float, fires: bool) -> None:
    told = [*((float(number), number) for number in range(7)), (last_hours, 7)]
    assert (found(young(put_up(*told))) is not None) is fires


def test_a_later_import_of_one_brand_does_not_hide_the_burst_of_many() -> None:
    many = [(number * 1.006, number) for number in range(8)]
    samsung = [(60.0 + number, 4 * (number % 2)) for number in range(9)]
    seen = found(young(put_up(*many, *samsung)))
    assert seen is not None
    assert (seen.numbers["listings"], seen.numbers["brands"], seen.numbers["hours"]) == (8, 4, 7.0)


@pytest.mark.parametrize(("before", "first", "second"), [(1, 10, 8), (1, 8, 9), (1, 8, 7), (0, 9, 8)])
def test_of_two_bursts_the_larger_one_is_told_whatever_came_before_it(before: int, first: int, second: int) -> None:
    told = [(0.0, 0)] * before + [(60.0 + number, number) for number in range(first)]
    told += [(130.0 + number, number) for number in range(second)]
    seen = found(young(put_up(*told)))
    assert seen is not None
    assert seen.numbers["listings"] == max(first, second)
    assert seen.listing_ids[0] == f"l{before if first > second else before + first}"


def test_a_listing_that_stands_under_other_findings_alone_is_none_of_them() -> None:
    copies = [listing(at(1, hour), SHOP, 2950, listing_id=f"copy-{hour}", **goods_of(hour)) for hour in range(3)]
    copies = [msgspec.structs.replace(one, title=f"{one.title} AAA quality") for one in copies]
    story = young(copies, catalogue(9, 1500))
    seen = found(story)
    assert seen is not None
    assert seen.numbers["listings"] == 9
    assert len(story.state(SHOP).flagged) == 12
    assert story.dead_letters == []


def test_eight_that_are_left_of_nine_are_enough() -> None:
    story = young(catalogue(9, 1500), event(ListingRemoved, at(5), SHOP, listing_id=f"{SHOP}-003", reason="seller"))
    seen = found(story)
    assert seen is not None
    assert seen.numbers["listings"] == 8
    assert f"{SHOP}-003" not in seen.listing_ids


def test_of_two_bursts_as_large_as_each_other_the_later_one_is_told() -> None:
    """A brand counts in it as long as one of its listings does."""
    goods = (0, 0, 1, 2, 5, 6, 1, 2, 5)
    hours = (0, 40, 41, 42, 43, 44, 45, 46, 49)
    seen = found(young(put_up(*zip(hours, goods, strict=True))))
    assert seen is not None
    assert seen.listing_ids == tuple(f"l{index}" for index in range(1, 9))
    assert (seen.numbers["brands"], seen.numbers["hours"]) == (3, 9.0)


def test_two_names_of_one_brand_are_one() -> None:
    linked = (Brand(brand="Sony", aliases=("Apple", "Huawei")), Brand(brand="Samsung"))
    assert found(young(catalogue(16, 1500), brands=linked)) is None


def test_it_stands_while_the_listings_do_and_goes_with_them() -> None:
    opened = catalogue(9, 1950)
    later = listing(at(12), SHOP, 2950, listing_id="honest", **goods_of(0))
    story = young(opened, later)
    assert found(story) is not None, "ten days later they are still for sale"
    dearer = listing(at(13), SHOP, 2950, listing_id=f"{SHOP}-000", word=ListingChanged, **goods_of(0))
    assert found(story.tell(dearer)) is not None
    story.tell(event(ListingRemoved, at(14), SHOP, listing_id=f"{SHOP}-001", reason="seller"))
    assert found(story) is None, "seven are left"


def test_it_ends_when_the_seller_is_young_no_more() -> None:
    story = young(catalogue(9, 1950), listing(at(30.9), SHOP, 2950, listing_id="honest", **goods_of(0)))
    assert found(story) is not None
    assert found(story.tell(listing(at(31.1), SHOP, 2950, listing_id="another", **goods_of(1)))) is None


def test_a_state_that_was_read_in_another_order_says_the_same() -> None:
    state = young(catalogue(12, 1500)).state(SHOP)
    turned = SellerState(SHOP, state.core, listings=dict(reversed(state.listings.items())))
    around = World()
    for product in GOODS:
        around.reference.add(product)
    looks = [ListingBurst().look(one, cause(), state.core.last_seen_us, around) for one in (state, turned)]
    assert looks[0] is not None
    assert looks[0] == looks[1]


# ---- hostile


def shelf(flagged: int, plain: int = 0) -> SellerState:
    """A young seller with so many cheap listings of many brands, and so many others."""
    low = Finding("below_market_price", "listing", "", "strong", "", {"ratio": 0.5})
    state = SellerState(SHOP, Core(first_seen_us=NOW_US - days(3)))
    for number in range(flagged + plain):
        told = {"market": f"p:p{number % 8}:new:CNY", "log_price": math.log(1500), "price": Decimal(1500)}
        findings = {"below_market_price": low} if number < flagged else {}
        state.listings[f"L{number}"] = Listing(NOW_US, f"e{number}", NOW_US, currency="CNY", findings=findings, **told)
    return SellerState(SHOP, state.core, listings=state.listings)


class Unasked:
    """Surroundings that nobody may ask."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked for")


def test_of_a_hundred_thousand_listings_only_those_under_findings_are_looked_at() -> None:
    around = World()
    for product in GOODS:
        around.reference.add(product)
    seen = ListingBurst().look(shelf(flagged=9, plain=MAX_LISTINGS - 9), cause(), NOW_US, around)
    assert isinstance(seen, Finding)
    assert seen.numbers["listings"] == 9


def test_under_a_hundred_thousand_findings_it_looks_at_none_and_says_what_it_said() -> None:
    state, around = shelf(MAX_LISTINGS), Unasked()
    assert ListingBurst().look(state, cause(), NOW_US, around) is None  # type: ignore[arg-type]
    state.findings[CODE] = Finding(CODE, "seller", SHOP, "seen", "as before")
    assert ListingBurst().look(state, cause(), NOW_US, around) is state.findings[CODE]  # type: ignore[arg-type]


def test_what_it_writes_does_not_grow_with_the_catalogue() -> None:
    around = World()
    for product in GOODS:
        around.reference.add(product)
    seen = ListingBurst().look(shelf(200), cause(), NOW_US, around)
    assert isinstance(seen, Finding)
    assert (len(seen.event_ids), len(seen.listing_ids), seen.event_count) == (50, 50, 200)


def test_it_is_told_again_when_the_listings_have_doubled() -> None:
    around = World()
    for product in GOODS:
        around.reference.add(product)
    facts = []
    for count in (8, 15, 16):
        seen = ListingBurst().look(shelf(count), cause(), NOW_US, around)
        assert isinstance(seen, Finding)
        facts.append(seen.facts)
    assert facts[0] == facts[1] < facts[2]


@pytest.mark.parametrize("title", ["", "\u202e" * 50, "2x " * 300, "😀" * 200, "\x00Samsung", "高仿" * 100])
def test_odd_titles_do_not_stop_it(title: str) -> None:
    story = young(catalogue(9, 1500), listing(at(3), SHOP, 1, listing_id="odd", product_id=None, title=title))
    assert story.dead_letters == []
    assert found(story) is not None
