"""Which product, and so which market, a listing belongs to."""

import itertools
from typing import Any

import msgspec
import pytest

from detectors import products
from detectors.products import Place, market_key, markets_of, product_of, split_key
from detectors.reference import Reference, gtin14
from schemas import Brand, Product
from tests.detectors.prices import World, listing, world


def classify(*given: Any) -> Place:
    """As the judge's, but for the product itself."""
    return msgspec.structs.replace(products.classify(*given), product=None)


def product(product_id: str, *gtins: str) -> Product:
    return Product(product_id=product_id, brand="Samsung", name=product_id, gtins=gtins)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("8806071479903", "08806071479903"),
        ("8-806071 479903", "08806071479903"),
        ("12345670", "00000012345670"),
        ("036000291452", "00036000291452"),
        ("10012345678902", "10012345678902"),
        ("0000000000000", None),
        ("Does not apply", None),
        ("123456789", None),
        ("٨٨٠٦٠٧١٤٧٩٩٠٣", None),
        ("", None),
    ],
)
def test_a_gtin_has_one_form_and_what_cannot_be_one_has_none(text: str, normal: str | None) -> None:
    assert gtin14(text) == normal


class TestReference:
    def test_a_product_is_found_by_id_and_by_its_gtin_in_any_length(self) -> None:
        reference = Reference()
        reference.add(product("a", "036000291452"))
        assert reference.product("a") == reference.product_by_gtin("0036000291452")
        assert reference.product_by_gtin("036000291452") == reference.product_by_gtin("00036000291452")
        assert reference.product_by_gtin("no gtin") is None

    def test_a_newer_line_takes_the_place_of_the_older_one(self) -> None:
        reference = Reference()
        reference.add(product("a", "12345670"))
        reference.add(product("a", "12345687"))
        assert len(reference) == 1
        assert reference.product_by_gtin("12345670") is None
        assert reference.product_by_gtin("12345687") == reference.product("a")

    def test_two_products_that_claim_one_gtin_are_told_apart_by_id_not_by_arrival(self) -> None:
        both = (product("a", "12345670", "12345670"), product("b", "12345670"))
        for order in itertools.permutations(both):
            reference = Reference()
            for one in order:
                reference.add(one)
            assert reference.product_by_gtin("12345670") == both[0]
            reference.remove(Product, "a")
            assert reference.product_by_gtin("12345670") == both[1]

    def test_a_brand_is_found_by_name_and_alias_whatever_the_case(self) -> None:
        reference = Reference()
        samsung = Brand(brand="Samsung", aliases=("三星", "SAMSUNG electronics"))
        reference.add(samsung)
        reference.add(Brand(brand="SAMSUNG", aliases=("三星",)))
        assert reference.brand("samsung") == Brand(brand="SAMSUNG", aliases=("三星",))
        assert reference.brand("Samsung Electronics") is None
        reference.add(samsung)
        assert reference.brand("三星") == samsung
        reference.remove(Brand, "sAmsung")
        reference.remove(Brand, "never there")
        assert reference.brand("三星") is None


class TestClassify:
    def test_a_known_product_id_comes_before_the_gtin(self) -> None:
        around = world({})
        around.reference.add(product("other", "12345670"))
        assert classify(listing(gtin="12345670"), around) == Place("p:i9100:new:CNY", "")

    def test_a_gtin_leads_to_its_product_and_what_nobody_knows_stands_for_itself(self) -> None:
        around = world({})
        assert classify(listing(product_id=None, gtin="8806071479903"), around).key == "p:i9100:new:CNY"
        assert classify(listing(product_id="unknown", gtin="08806071479903"), around).key == "p:i9100:new:CNY"
        nameless = "brand new, sealed"
        unknown = listing(product_id=None, gtin="036000291452", title=nameless)
        assert classify(unknown, around).key == "g:00036000291452:new:CNY"
        assert classify(listing(product_id="unknown", gtin="036000291452"), around).key == "p:unknown:new:CNY"

    @pytest.mark.parametrize(
        ("condition", "condition_class"),
        [
            ("new", "new"),
            ("open_box", "new"),
            ("unknown", "new"),
            ("refurbished", "refurbished"),
            ("used", "used"),
        ],
    )
    def test_conditions_are_compared_in_classes(self, condition: str, condition_class: str) -> None:
        assert classify(listing(condition=condition), world({})).key == f"p:i9100:{condition_class}:CNY"

    @pytest.mark.parametrize(
        ("fields", "guard"),
        [
            ({"price_kind": "auction_start"}, "price_kind"),
            ({"price_kind": "deposit"}, "price_kind"),
            ({"condition": "for_parts"}, "for_parts"),
            ({"product_id": None, "title": "a phone"}, "no_product"),
            ({"product_id": None, "gtin": "does not apply", "title": "a phone"}, "no_product"),
        ],
    )
    def test_what_cannot_be_compared_has_a_guard_with_a_name(self, fields: dict[str, object], guard: str) -> None:
        assert classify(listing(**fields), world({})) == Place("", guard)

    @pytest.mark.parametrize(
        ("condition", "title", "condition_class"),
        [
            ("new", "Samsung i9100 (Renewed)", "refurbished"),
            ("unknown", "Samsung i9100 used", "used"),
            ("open_box", "二手 i9100", "used"),
            ("used", "Samsung i9100 refurbished", "refurbished"),
            ("refurbished", "Samsung i9100 used", "refurbished"),
            ("used", "Samsung i9100 never used", "used"),
            ("unknown", "Samsung i9100 Zustand sehr gut", "used"),
            ("used", "Samsung i9100 ex display", "used"),
            ("unknown", "Samsung i9100 ex display", "new"),
            ("new", "Samsung i9100, not refurbished", "new"),
        ],
    )
    def test_words_in_the_title_override_a_careless_condition(
        self, condition: str, title: str, condition_class: str
    ) -> None:
        place = classify(listing(condition=condition, title=title), world({}))
        assert place == Place(f"p:i9100:{condition_class}:CNY", "")

    def test_words_of_another_kind_are_a_guard_whatever_the_id_says(self) -> None:
        assert classify(listing(title="Silicone case for Samsung i9100"), world({})) == Place("", "accessory")
        assert classify(listing(title="i9100 tester", product_id=None), world({})) == Place("", "tester")
        assert classify(listing(title="Samsung i9100 with case"), world({})).guard == ""

    def test_words_that_are_in_the_products_own_name_are_no_guard(self) -> None:
        around = world({})
        around.reference.add(Product(product_id="case", brand="Spigen", name="Silicone case for Samsung i9100"))
        title = "Spigen silicone case for Samsung i9100 black"
        assert classify(listing(product_id="case", title=title), around) == Place("p:case:new:CNY", "")
        assert classify(listing(product_id="case", title=f"2x {title}"), around) == Place(
            "", "pack", one="p:case:new:CNY"
        )

    def test_without_an_id_the_title_says_what_it_is_and_how_sure_that_is(self) -> None:
        place = classify(listing(product_id=None, title="三星 SAMSUNG Galaxy S II GT-I9100 16GB white"), world({}))
        assert place.key == "p:i9100:new:CNY"
        assert 0.79 <= place.sure < 1.0

    def test_a_title_of_another_product_outweighs_the_id(self) -> None:
        around = world({})
        around.reference.add(Product(product_id="s8", brand="Samsung", name="Galaxy S8 64GB"))
        place = classify(listing(product_id="i9100", title="Samsung Galaxy S8 64GB"), around)
        assert place.key == "p:s8:new:CNY"
        unknown = classify(listing(product_id="i9100", title="Samsung Galaxy S II i9100 64GB"), around)
        assert unknown == Place("", "other_product")

    def test_an_id_that_the_catalogue_lacks_is_not_overruled_by_a_title(self) -> None:
        place = classify(listing(product_id="s9000", title="Samsung i9100"), world({}))
        assert place == Place("p:s9000:new:CNY", "")

    def test_under_an_id_that_the_catalogue_lacks_the_market_that_the_title_names_is_loaded_too(self) -> None:
        titled = listing(product_id="s9000", title="Samsung Galaxy S II GT-I9100 16GB", condition="used")
        own, named = ("p:s9000:used:CNY", "p:s9000:new:CNY"), ("p:i9100:used:CNY", "p:i9100:new:CNY")
        assert markets_of(titled, world({})) == own + named
        assert markets_of(listing(product_id="s9000", title="a phone"), world({})) == ("p:s9000:new:CNY",)

    def test_changes_of_the_catalogue_wait_until_they_are_asked_for(self) -> None:
        around = world({})
        around.reference.change_later(Product(product_id="s8", brand="Samsung", name="Galaxy S8 64GB"))
        around.reference.change_later((Product, "i9100"))
        titled = listing(product_id=None, title="Samsung Galaxy S8 64GB")
        assert classify(titled, around).guard == "no_product"
        assert classify(listing(product_id="i9100"), around).key == "p:i9100:new:CNY"
        around.reference.catch_up()
        assert classify(titled, around).key == "p:s8:new:CNY"
        assert around.reference.product("i9100") is None

    def test_goods_that_are_not_new_may_also_need_the_market_of_new_ones(self) -> None:
        around = world({})
        assert markets_of(listing(), around) == ("p:i9100:new:CNY",)
        assert markets_of(listing(condition="used"), around) == ("p:i9100:used:CNY", "p:i9100:new:CNY")
        assert markets_of(listing(condition="for_parts"), around) == ()

    def test_a_pack_of_one_is_no_pack(self) -> None:
        assert classify(listing(pack_size=1), world({})).guard == ""

    def test_a_product_id_may_hold_anything_and_never_meets_another_market(self) -> None:
        odd = "p:a:new:CNY"
        around = World()
        around.reference.add(product(odd))
        key = classify(listing(product_id=odd), around).key
        assert split_key(key) == ("p:p:a:new:CNY", "new", "CNY")
        assert split_key(key).product_id == odd
        assert split_key(market_key("g:00036000291452", "used", "EUR")).product_id is None


def test_what_the_category_says_of_the_title_decides_too_whether_it_is_compared() -> None:
    told = {"title": "Miss Dior miniature", "product_id": "missdior"}
    assert classify(listing(**told), World()).guard == ""
    assert classify(listing(**told, category="Perfume"), World()).guard == "sample"


def test_the_product_of_a_listing_is_the_one_that_it_is_compared_as() -> None:
    product = product_of(listing(), world({}))
    assert product is not None
    assert product.product_id == "i9100"
