"""`below_market_price`: a Samsung i9100 at 1,500 yuan where everybody asks 3,000."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.detector import Abstained, DeadlineReached, Finding
from detectors.entries import Entry
from detectors.market import Market
from detectors.rules.below_market_price import BelowMarketPrice
from schemas import ListingPublished, Product
from tests.detectors.prices import I9100, KEY, NOW_US, USUAL, World, days, entry, flags, listing, seller, sellers, world

STANDING = {"registered_us": NOW_US - days(181), "delivered_orders": 100}
DISCOUNTED = BelowMarketPrice(class_discounts={"refurbished": 0.75, "used": 0.6})


def look(
    cause: ListingPublished, around: World, rule: BelowMarketPrice = DISCOUNTED, **core: int
) -> Finding | Abstained | None:
    return rule.look(seller(cause, around, **core), cause, NOW_US, around)


def grade(cause: ListingPublished, around: World, rule: BelowMarketPrice = DISCOUNTED, **core: int) -> str | None:
    found = look(cause, around, rule, **core)
    assert not isinstance(found, Abstained)
    return found and found.grade


def test_half_of_what_31_others_ask_is_strong_and_says_so() -> None:
    found = look(listing("1500"), world(sellers(USUAL)))
    assert isinstance(found, Finding)
    assert (found.reason_code, found.subject_kind, found.subject_id) == ("below_market_price", "listing", "l-1")
    assert found.grade == "strong"
    assert found.sentence == (
        "1,500.00 CNY; 31 other sellers ask 2,760 to 3,240 for the Samsung Galaxy S II i9100 16GB new; "
        "half the usual price"
    )
    assert found.numbers == {
        "price": "1500.00",
        "market_price": "3000.00",
        "low": "2760.00",
        "high": "3240.00",
        "ratio": 0.5,
        "z": 5.926,
        "n": 31.0,
        "spread": 0.114,
        "sellers": 31,
        "established": 31,
        "days_since_sign": 0.0,
    }
    assert found.event_ids == ("e-1",)
    assert found.event_count == 1


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ("2101.6", None),
        ("2101.4", "moderate"),
        ("1651.6", "moderate"),
        ("1651.4", "strong"),
        ("301.6", "strong"),
        ("301.4", None),
    ],
)
def test_the_ratio_is_compared_after_rounding(price: str, expected: str | None) -> None:
    """0.701, 0.700, 0.551, 0.550, 0.101 and 0.100, which is `implausible_price`'s."""
    assert grade(listing(price), world(sellers(USUAL))) == expected


@pytest.mark.parametrize(
    ("price", "reached", "threshold"), [("1500", "strong", "strong_z"), ("1900", "moderate", "moderate_z")]
)
def test_as_many_deviations_as_are_asked_for_are_enough(price: str, reached: str, threshold: str) -> None:
    around = world(sellers(USUAL))
    found = look(listing(price), around)
    assert isinstance(found, Finding)
    z = float(found.numbers["z"])
    just = look(listing(price), around, replace(DISCOUNTED, **{threshold: z}))
    assert isinstance(just, Finding)
    assert just.grade == reached
    short = look(listing(price), around, replace(DISCOUNTED, **{threshold: z + 0.001}))
    assert not isinstance(short, Finding) or short.grade != reached


def test_numbers_are_told_to_the_hundredth_and_a_discount_to_the_thousandth() -> None:
    found = look(listing("0.50"), world(sellers(price / 3000 for price in USUAL)))
    assert isinstance(found, Finding)
    assert found.numbers["price"] == "0.50"
    used = look(
        listing("800", condition="used"), world(sellers(USUAL)), replace(DISCOUNTED, class_discounts={"used": 2 / 3})
    )
    assert isinstance(used, Finding)
    assert used.numbers["class_discount"] == 0.667


def test_in_a_market_that_disagrees_half_the_price_is_less() -> None:
    wide = [3000 * 1.09**step for step in range(-6, 7)]
    assert grade(listing("1500"), world(sellers(wide))) is None
    assert grade(listing("1080"), world(sellers(wide))) == "moderate"


class TestWhatKeepsAPriceFromHolding:
    def test_a_seller_with_standing(self) -> None:
        around = world(sellers(USUAL))
        assert grade(listing(), around, **STANDING) == "strong_unsure"
        assert grade(listing(), around, **(STANDING | {"delivered_orders": 99})) == "strong"
        assert grade(listing(), around, **(STANDING | {"registered_us": NOW_US - days(179)})) == "strong"
        assert grade(listing(), around, **STANDING, last_upheld_us=NOW_US - days(179)) == "strong"

    def test_fewer_than_twelve_sellers(self) -> None:
        assert grade(listing("1400"), world(sellers(USUAL[:12]))) == "strong"
        assert grade(listing("1400"), world(sellers(USUAL[:11]))) == "strong_unsure"

    def test_fewer_than_six_distinct_established_sellers(self) -> None:
        """Many who have gone quiet add up to twelve, and only five are there to be counted."""
        quiet = sellers(USUAL, sign=75) | sellers(USUAL, sign=75, prefix="t")
        assert grade(listing(), world(quiet | sellers(USUAL[:6], prefix="now"))) == "strong"
        assert grade(listing(), world(quiet | sellers(USUAL[:5], prefix="now"))) == "strong_unsure"

    def test_goods_that_are_not_sold_as_new(self) -> None:
        used = world(sellers(USUAL), key="p:i9100:used:CNY")
        assert grade(listing(condition="used"), used) == "strong_unsure"
        assert grade(listing(condition="open_box"), world(sellers(USUAL))) == "strong"

    def test_below_three_tenths_a_title_that_says_more_than_the_products_name(self) -> None:
        """A battery door under the phone's own id is cheap; fakes ask a third and more, and are titled as the phone."""
        around = world(sellers(USUAL))
        odd, plain = "Samsung i9100 battery-door latch", "SAMSUNG Galaxy S II i9100 16 GB black, new and sealed"
        found = look(listing("897", title=odd), around)
        assert isinstance(found, Finding)
        assert (found.numbers["ratio"], found.grade) == (0.299, "strong_unsure")
        assert found.sentence.endswith("; 30 % of the usual price; its title says more than what the product is called")
        assert grade(listing("900", title=odd), around) == "strong"
        held = look(listing("897", title=plain), around)
        assert isinstance(held, Finding)
        assert held.grade == "strong"
        assert held.sentence.endswith("; 30 % of the usual price")
        assert grade(listing("1200", title=odd), around, rule=replace(DISCOUNTED, plain_ratio=0.5)) == "strong_unsure"

    def test_a_title_of_goods_that_are_not_quite_as_new(self) -> None:
        """A shop that sells off its display says so; it is asked about, and not held."""
        around = world(sellers(USUAL))
        for title in ("Samsung i9100 ex display", "Samsung i9100 B-Ware", "三星 i9100 展示机"):
            found = look(listing("1500", title=title), around)
            assert isinstance(found, Finding)
            assert found.grade == "strong_unsure"
            assert found.sentence.endswith("; half the usual price; its title says that the goods are not quite as new")
        nobodys = World({"g:00036000291452:new:CNY": Market(sellers(USUAL))})
        unknown = listing("1500", product_id=None, gtin="036000291452", title="a phone, ex display")
        assert grade(unknown, nobodys) == "strong_unsure"

    def test_a_word_of_condition_in_the_products_own_name_says_nothing_of_the_listing(self) -> None:
        around = World({"p:vintage:new:CNY": Market(sellers(USUAL))})
        around.reference.add(Product(product_id="vintage", brand="Lewis", name="Vintage Clothing 501"))
        assert grade(listing("1500", product_id="vintage", title="Lewis vintage clothing 501"), around) == "strong"

    def test_what_the_catalogue_does_not_have_has_no_name_to_say_more_than(self) -> None:
        around = World({"g:00036000291452:new:CNY": Market(sellers(USUAL))})
        assert grade(listing("600", product_id=None, gtin="036000291452", title="a latch"), around) == "strong"

    def test_a_class_that_is_too_thin_and_judged_by_the_new_price_times_a_discount(self) -> None:
        found = look(listing("800", condition="used"), world(sellers(USUAL)))
        assert isinstance(found, Finding)
        assert found.grade == "strong_unsure"
        assert found.numbers["class_discount"] == 0.6
        assert found.numbers["market_price"] == "1800.00"
        assert found.sentence == (
            "800.00 CNY; 31 other sellers ask 2,760 to 3,240 for the Samsung Galaxy S II i9100 16GB new; "
            "44 % of what one should cost used"
        )
        assert grade(listing("1300", condition="used"), world(sellers(USUAL))) is None

    def test_a_reference_price_alone(self) -> None:
        found = look(listing("900"), world({}))
        assert isinstance(found, Finding)
        assert found.grade == "no_market"
        assert found.numbers["pseudo_sellers"] == 8
        assert found.numbers["reference_price"] == "3000.00"
        assert found.sentence == (
            "900.00 CNY; no established seller has asked a price for the Samsung Galaxy S II i9100 16GB new lately; "
            "its reference price is 3,000; 30 % of the usual price"
        )
        assert grade(listing("1500"), world({})) is None  # half of it is within what a catalogue's price may be off

    def test_a_reference_price_beside_a_few_sellers(self) -> None:
        found = look(listing("600"), world(sellers([3000.0, 3010.0, 2990.0, 3000.0])))
        assert isinstance(found, Finding)
        assert found.grade == "strong_unsure"
        assert "4 other sellers ask 2,990 to 3,000 for the" in found.sentence
        assert "; its reference price is 3,000; 20 % of the usual price" in found.sentence
        one = look(listing("600"), world(sellers([3000.0])))
        assert isinstance(one, Finding)
        assert "; 1 other seller asks 3,000 for the" in one.sentence


class TestAbstention:
    def test_fewer_than_eight_sellers_without_a_reference_price(self) -> None:
        around = World({"g:00036000291452:new:CNY": Market(sellers(USUAL[:7]))})
        assert look(listing(product_id=None, gtin="036000291452"), around) == Abstained("thin_market")

    @pytest.mark.parametrize(
        "fields",
        [{"currency": "EUR"}, {"reference_price": None}, {"as_of": None}, {"as_of": datetime(2023, 12, 1, tzinfo=UTC)}],
    )
    def test_a_reference_price_in_another_currency_missing_undated_or_old(self, fields: dict[str, object]) -> None:
        around = world({})
        changed = {name: getattr(I9100, name) for name in I9100.__struct_fields__} | fields
        around.reference.add(type(I9100)(**changed))
        assert look(listing("300"), around) == Abstained("thin_market")

    def test_a_thin_class_without_a_discount(self) -> None:
        around = world(sellers(USUAL))
        assert look(listing("300", condition="used"), around, BelowMarketPrice()) == Abstained("thin_market")

    @pytest.mark.parametrize(
        ("fields", "guard"),
        [
            ({"price_kind": "deposit"}, "price_kind"),
            ({"condition": "for_parts"}, "for_parts"),
            ({"product_id": None, "title": "a phone"}, "no_product"),
        ],
    )
    def test_a_guard_is_named(self, fields: dict[str, object], guard: str) -> None:
        assert look(listing(**fields), world(sellers(USUAL))) == Abstained(guard)

    def test_a_listing_that_is_not_remembered(self) -> None:
        around, cause = world(sellers(USUAL)), listing()
        state = seller(cause, around)
        state.drop_listing("l-1")
        assert BelowMarketPrice().look(state, cause, NOW_US, around) == Abstained("not_remembered")


class TestMovingMarket:
    def test_three_unlinked_sellers_with_standing_who_ask_about_as_little_make_it_quiet(self) -> None:
        cheap = sellers([1500.0, 1600.0, 1650.0], prefix="cheap")
        marked = {who: flags(standing=True) for who in cheap}
        around = world(sellers(USUAL) | cheap, marked)
        assert look(listing(), around) is None
        assert grade(listing(), world(sellers(USUAL) | cheap, dict(list(marked.items())[:2]))) == "strong"

    def test_the_judged_seller_and_its_ring_do_not_count_among_them(self) -> None:
        cheap = sellers([1500.0] * 3, prefix="cheap") | {"judged": entry(1500)}
        marked = {who: flags(standing=True) for who in cheap}
        marked["judged"] = marked["cheap000"] = flags(standing=True, ring="r")
        assert grade(listing(), world(sellers(USUAL) | cheap, marked)) == "strong"


class TestHostileInput:
    def test_a_seller_cannot_move_its_own_market(self) -> None:
        without = look(listing(), world(sellers(USUAL)))
        within = world(sellers(USUAL) | {"judged": entry(1)}, {"judged": flags(ring="r")})
        assert look(listing(), within) == without

    def test_nor_the_market_of_new_goods_that_its_used_ones_are_judged_by(self) -> None:
        ring = {f"shop{number}": entry(100) for number in range(9)} | {"judged": entry(100)}
        within = world(sellers(USUAL) | ring, {who: flags(ring="r") for who in ring})
        cause = listing("800", condition="used")
        assert look(cause, within) == look(cause, world(sellers(USUAL)))

    def test_sellers_under_a_hold_do_not_pull_the_price_down(self) -> None:
        fakes = sellers([1500.0] * 100, prefix="fake")
        around = world(sellers(USUAL) | fakes, {who: flags(held=True) for who in fakes})
        assert look(listing(), around) == look(listing(), world(sellers(USUAL)))

    def test_new_shops_in_any_number_do_not_hide_a_fake_among_them(self) -> None:
        around = world(sellers(USUAL) | sellers([1500.0] * 200, prefix="fake", age=3))
        assert grade(listing(), around) == "strong"

    def test_a_title_is_cut_and_cannot_break_the_line_or_turn_it_around(self) -> None:
        around = World({"g:00036000291452:new:CNY": Market(sellers(USUAL))})
        title = "i9100\n\u202egnusmas \u2066 " + "x" * 9000
        found = look(listing(product_id=None, gtin="036000291452", title=title), around)
        assert isinstance(found, Finding)
        assert f'for "i9100 gnusmas {"x" * 66}" new' in found.sentence

    @given(
        st.decimals("1E-300", "999999999999", allow_nan=False, allow_infinity=False).filter(
            lambda price: float(price) > 0
        ),
        st.lists(st.floats(5e-324, 1e12), max_size=40),
    )
    def test_any_price_in_any_market_gets_an_answer_of_bounded_length(self, price: object, others: list[float]) -> None:
        found = look(listing(str(price)), world(sellers(others)))
        if isinstance(found, Finding):
            assert len(found.sentence) < 2000
            assert found.grade in {"strong", "strong_unsure", "no_market", "moderate"}

    def test_a_price_of_a_hundred_thousand_digits_makes_a_short_sentence(self) -> None:
        found = look(listing("1500." + "0" * 100_000 + "1"), world(sellers(USUAL)))
        assert isinstance(found, Finding)
        assert found.sentence.startswith("1,500.00 CNY; ")
        assert found.numbers["price"] == "1500.00"


def test_it_answers_about_listings_only() -> None:
    around, cause = world(sellers(USUAL)), listing()
    reached = DeadlineReached("judged", "refund", "r-1", NOW_US)
    assert BelowMarketPrice().look(seller(cause, around), reached, NOW_US, around) is None


def test_the_thresholds_are_the_policys_to_set() -> None:
    around = world(sellers(USUAL))
    assert look(listing("1500"), around, replace(DISCOUNTED, strong_ratio=0.3, moderate_ratio=0.4)) is None
    found = look(listing("1500"), around, replace(DISCOUNTED, hold_sellers=40.0))
    assert isinstance(found, Finding)
    assert found.grade == "strong_unsure"
    assert KEY in around.markets


class TestUnderAnIdThatTheCatalogueLacks:
    TITLE = "Samsung Galaxy S II GT-I9100 16GB white"

    def shared_by(self, others: dict[str, Entry]) -> World:
        around = World({KEY: Market(sellers(USUAL)), "p:own-777:new:CNY": Market(others)})
        around.reference.add(I9100)
        return around

    def test_half_of_what_others_ask_for_what_the_title_names_is_an_alert_and_no_hold(self) -> None:
        found = look(listing("1500", product_id="own-777", title=self.TITLE), world(sellers(USUAL)))
        assert isinstance(found, Finding)
        assert found.grade == "strong_unsure"
        assert found.sentence == (
            "1,500.00 CNY; 31 other sellers ask 2,760 to 3,240 for the Samsung Galaxy S II i9100 16GB new; "
            "half the usual price; taken for it by its title; no established seller sells under its product id"
        )

    def test_an_id_that_others_sell_under_is_the_marketplaces_word(self) -> None:
        around = self.shared_by(sellers([1500, 1490], prefix="t"))
        assert look(listing("1500", product_id="own-777", title=self.TITLE), around) == Abstained("thin_market")
        used = listing("800", product_id="own-777", title=self.TITLE, condition="used")
        assert look(used, around) == Abstained("thin_market")

    def test_a_gangs_other_new_shops_do_not_make_its_id_the_marketplaces(self) -> None:
        gang = self.shared_by(sellers([1500] * 20, prefix="t", age=5))
        assert grade(listing("1500", product_id="own-777", title=self.TITLE), gang) == "strong_unsure"
