"""`product_mismatch`: listed as one product, titled as another."""

from typing import Any

import pytest

from detectors.detector import Abstained, Finding
from detectors.rules.product_mismatch import ProductMismatch
from detectors.state import SellerState
from schemas import Product
from tests.detectors.prices import NOW_US, World, listing, world
from tests.story import Story, at, market, registered
from tests.story import listing as told

S8 = Product(product_id="s8", brand="Samsung", name="Galaxy S8 64GB", category="phones")
CASE = Product(product_id="case", brand="Spigen", name="Silicone case for Samsung i9100", category="cases")


def around() -> World:
    made = world({})
    made.reference.add(S8)
    made.reference.add(CASE)
    return made


def look(title: str, **fields: Any) -> Finding | Abstained | None:
    return ProductMismatch().look(SellerState("judged"), listing(title=title, **fields), NOW_US, around())


def test_the_title_of_another_product_is_named() -> None:
    found = look("Samsung Galaxy S8 64GB midnight black")
    assert isinstance(found, Finding)
    assert (found.grade, found.numbers, found.event_ids) == ("seen", {"product_id": "i9100"}, ("e-1",))
    assert found.event_count == 1
    assert "but its title is of the Samsung Galaxy S8 64GB" in found.sentence


def test_of_a_model_that_the_catalogue_lacks_it_says_that_it_is_something_else() -> None:
    found = look("Samsung Galaxy S II i9100 32GB")
    assert isinstance(found, Finding)
    assert found.sentence == ("listed as the Samsung Galaxy S II i9100 16GB, but its title is of something else")


@pytest.mark.parametrize(
    ("title", "product_id"),
    [
        ("Samsung Galaxy S II GT-I9100", "i9100"),
        ("三星 I9100 白色 国行", "i9100"),
        ("brand new, sealed, with invoice", "i9100"),
        ("Samsung i9100 with free case", "i9100"),
        ("Silicone case for Samsung Galaxy S II i9100", "i9100"),
        ("Spigen silicone case for Samsung i9100 black", "case"),
        ("Samsung Galaxy S8 64GB", "nobody knows it"),
        ("", "i9100"),
    ],
)
def test_an_honest_title_is_quiet(title: str, product_id: str) -> None:
    assert look(title, product_id=product_id) is None


@pytest.mark.parametrize("title", ["\u202e" * 500, "😀" * 500, "i9100 " * 20_000, "\ud800 i9100"])
def test_any_text_is_taken(title: str) -> None:
    assert look(title) is None


def test_a_fake_phone_under_a_cables_id_is_judged_as_the_phone() -> None:
    """The id does not blind the price detector, and alone the mismatch opens no alert."""
    story = Story().tell(market(), registered(at(-40), "gang"), registered(at(-40), "careless"))
    cable = Product(product_id="cable", brand="Belkin", name="USB-C cable F2CU040 2m")
    story.hop.around.reference.add(cable)
    story.tell(told(at(2), "careless", 3100, product_id="cable"))
    assert not story.holds
    assert [alert.mode for alert in story.alerts] == ["shadow"]
    story.tell(told(at(3), "gang", 1500, product_id="cable"))
    assert [hold.subject_id for hold in story.holds] == ["L-gang"]
    alert = next(alert for alert in story.alerts if alert.family == "price")
    assert [one.reason_code for one in alert.evidence] == ["below_market_price", "product_mismatch"]


def test_a_title_alone_must_be_surer_to_hold_than_to_alert() -> None:
    """Three in a hundred titles are taken for the wrong product; who has given no id is not held for that."""
    sure, unsure = "Samsung Galaxy S II GT-I9100 16GB", "三星 I9100 白色 国行"
    story = Story().tell(market(), registered(at(-40), "a"), registered(at(-40), "b"))
    story.tell(told(at(2), "a", 1500, product_id=None, title=sure))
    story.tell(told(at(3), "b", 1500, product_id=None, title=unsure))
    grades = {alert.seller_id: alert.evidence[0].numbers["title_confidence"] for alert in story.alerts}
    assert grades["a"] >= 0.95 > grades["b"]
    assert [hold.subject_id for hold in story.holds] == ["L-a"]
    assert "taken for it by its title" in story.alerts[0].evidence[0].sentence
