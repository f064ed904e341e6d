"""A small bottle under the large one's id is another product."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.products import Place, classify
from detectors.titles import is_less
from detectors.titles.amounts import amounts
from schemas import Product
from tests.detectors.prices import listing, world


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("Eucerin UreaRepair Lotion 10% 250ml", {"ml": {250.0}}),
        ("Anthelios SPF 50 15 ml travel size", {"ml": {15.0}}),
        ("Wasser 33cl", {"ml": {330.0}}),
        ("雅诗兰黛 精华 50毫升", {"ml": {50.0}}),
        ("Bepanthen Salbe 20 g", {"g": {20.0}}),
        ("Orthomol Immun 30 Trinkfläschchen", {"pieces": {30.0}}),
        ("Omega-3, 120 capsules, 1 bottle", {"pieces": {120.0}}),
        ("Creme 50,5 ml + 15 ml", {"ml": {50.5, 15.0}}),
        ("Serum 2 x 50 ml", {}),
        ("Serum 50ml x 2", {}),
        ("Motorola Moto 5G 4g", {}),
        ("Alcatel 2008G", {}),
        ("HP 15-g001", {}),
        ("Chanel No. 5", {}),
    ],
)
def test_an_amount_is_a_number_before_a_unit(text: str, stated: dict[str, set[float]]) -> None:
    assert amounts(text) == stated


@pytest.mark.parametrize(
    ("title", "less"),
    [
        ("Anthelios SPF 50 15ml travel size", True),
        ("Anthelios SPF 50 39 ml", True),
        ("Anthelios SPF 50 40 ml", False),
        ("Anthelios SPF 50 50ml", False),
        ("Anthelios SPF 50 100ml", False),
        ("Anthelios SPF 50", False),
        ("Anthelios SPF 50 50ml + 15ml", False),
        ("Anthelios SPF 50 15 g", False),
    ],
)
def test_less_is_what_is_clearly_less_of_the_one_amount_that_both_state(title: str, less: bool) -> None:
    assert is_less(title, ("La Roche-Posay Anthelios SPF 50 50ml",)) is less


def test_a_product_of_several_sizes_has_none_that_is_less() -> None:
    assert is_less("Sauvage 30 ml", ("Sauvage 100 ml",))
    assert not is_less("Sauvage 30 ml", ("Sauvage 100 ml", "Sauvage 30 ml"))


def test_the_small_one_is_not_compared_with_the_large_one_and_the_large_one_stays_compared() -> None:
    around = world({})
    around.reference.add(Product(product_id="salve", brand="Bepanthen", name="Bepanthen Wund- und Heilsalbe 100g"))
    small = listing(product_id="salve", title="Bepanthen Wund- und Heilsalbe 20g")
    assert classify(small, around) == Place("", "other_product")
    large = listing(product_id="salve", title="Bepanthen Wund- und Heilsalbe 200g")
    assert classify(large, around).key == "p:salve:new:CNY"


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    assert not is_less(text, (text,))
