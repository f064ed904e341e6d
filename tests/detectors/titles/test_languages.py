"""Titles in five languages among hard neighbours: an answer may be missing, and none may be wrong."""

from collections import Counter

import pytest

from detectors.products import classify, split_key
from tests.detectors.prices import World, listing
from tests.detectors.titles.belongings import BELONGINGS, UNLISTED
from tests.detectors.titles.goods import TITLES, Titled, goods


@pytest.fixture(scope="module")
def around() -> World:
    made = World()
    for product in goods():
        made.reference.add(product)
    return made


def answer(around: World, title: str) -> tuple[str, str]:
    """What a title alone says: a product and its condition class, or "guard:" with a name, or "nothing"."""
    place = classify(listing(title=title, product_id=None, gtin=None), around)
    if not place.key:
        return ("nothing" if place.guard == "no_product" else f"guard:{place.guard}"), "new"
    key = split_key(place.key)
    return str(key.product_id), key.condition_class


def outcome(around: World, titled: Titled) -> str:
    said = answer(around, titled.title)
    if said == (titled.means, titled.condition_class):
        return "right"
    return "abstained" if said[0] == "nothing" else "wrong"


@pytest.mark.parametrize("titled", TITLES, ids=lambda titled: titled.title)
def test_no_title_is_taken_for_other_goods_or_for_another_condition(around: World, titled: Titled) -> None:
    assert outcome(around, titled) in ("right", "abstained")
    if titled.means.startswith("guard:"):
        assert outcome(around, titled) == "right"


@pytest.mark.parametrize("language", ["English", "German", "Spanish", "French", "Chinese"])
def test_nine_of_ten_titles_are_answered_in_every_language(around: World, language: str) -> None:
    counted = Counter(outcome(around, titled) for titled in TITLES if titled.language == language)
    assert counted["right"] >= 0.9 * counted.total()


@pytest.mark.parametrize("title", BELONGINGS)
def test_what_belongs_to_goods_is_not_compared_with_them(around: World, title: str) -> None:
    said, _ = answer(around, title)
    assert said in ("guard:accessory", "guard:part", "nothing")


@pytest.mark.parametrize("title", UNLISTED)
def test_a_title_that_says_more_than_a_name_is_never_sure_enough_for_a_hold(around: World, title: str) -> None:
    place = classify(listing(title=title, product_id=None, gtin=None), around)
    assert place.key == "" or place.sure <= 0.9
