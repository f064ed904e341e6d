"""`replica_wording`: a title that says itself that the goods are a copy."""

from typing import Any

import pytest

from detectors.detector import Abstained, DeadlineReached, Finding
from detectors.rules.replica_wording import ReplicaWording
from detectors.state import SellerState
from schemas import ListingChanged, ListingPublished, Product
from tests.detectors.prices import NOW_US, World, listing, world
from tests.story import Story, at, market, registered, sold_and_back
from tests.story import listing as told

GANG = "gang"
SHELF = ("listing", f"L-{GANG}")


def look(title: str, around: World | None = None, **fields: Any) -> Finding | Abstained | None:
    cause = listing(title=title, **fields)
    return ReplicaWording().look(SellerState("judged"), cause, NOW_US, around or world({}))


def test_the_phrase_is_quoted() -> None:
    assert look("Rolex Submariner 1:1 Super Clone") == Finding(
        "replica_wording",
        "listing",
        "l-1",
        "seen",
        'the title says "1:1 super"',
        {"phrase": "1:1 super"},
        ("e-1",),
        1,
    )


@pytest.mark.parametrize("title", ["LV 高仿 包包", "Rolex r\u200beplica", "Nike AAA quality"])
def test_words_of_a_copy_are_found_in_whatever_letters(title: str) -> None:
    assert isinstance(look(title), Finding)


@pytest.mark.parametrize(
    "title", ["Samsung Galaxy S II i9100", "Rolex, not a replica", "正品 拒绝高仿", "AAA batteries", "1:18 replica car"]
)
def test_an_honest_title_is_quiet(title: str) -> None:
    assert look(title) is None


def test_a_product_or_brand_of_that_name_is_quiet_and_another_is_not() -> None:
    title = "Replica Jazz Club Eau de Toilette"
    assert isinstance(look(title, product_id=None), Finding)
    assert isinstance(look(title, product_id=None, brand="Chanel"), Finding)
    assert look(title, product_id=None, brand="Maison Margiela") is None
    assert isinstance(look(title, brand="Maison Margiela"), Finding), "the catalogue knows it as a Samsung"
    around = world({})
    around.reference.add(Product(product_id="jazz", brand="Maison Margiela", name="Replica Jazz Club"))
    assert look(title, around, product_id="jazz") is None
    assert isinstance(look("Jazz Club 1:1 quality", around, product_id="jazz"), Finding)


def test_what_says_a_copy_of_perfume_alone_is_read_beside_the_category() -> None:
    title = "Inspired by No 5"
    assert isinstance(look(title, product_id=None, category="Perfume"), Finding)
    assert isinstance(look(title, product_id=None, category="Perfume", brand="Dossier"), Finding)
    assert look(title, product_id=None, category="Posters") is None


def test_a_product_that_is_called_so_in_the_catalogue_is_quiet_whatever_its_brand() -> None:
    around = world({})
    around.reference.add(Product(product_id="one", brand="Acme", name="Replica One"))
    around.reference.add(Product(product_id="night", brand="Acme", name="Inspired by Night", category="perfume"))
    assert look("Acme Replica One", around, product_id="one") is None
    assert look("Inspired by Night", around, product_id="night", category="perfume") is None
    assert isinstance(look("Super clone of Replica One", around, product_id="one"), Finding)


def test_a_hostile_title_makes_a_short_sentence_in_one_line() -> None:
    title = "\u202er e\np l\u0301i c a \u2066" + "高仿" * 4_000
    found = look(title)
    assert isinstance(found, Finding)
    assert found.sentence.isprintable()
    assert len(found.sentence) < 80


def test_it_answers_about_listings_only() -> None:
    reached = DeadlineReached("judged", "refund", "r-1", NOW_US)
    assert ReplicaWording().look(SellerState("judged"), reached, NOW_US, world({})) is None


def fake(when: Any, price: int = 2900, **fields: Any) -> ListingPublished:
    return told(when, GANG, price, **({"title": "Samsung i9100 AAA quality"} | fields))


def test_alone_it_alerts_and_holds_nothing() -> None:
    story = Story().tell(market(), registered(at(-400), GANG), fake(at(2)))
    alert = story.open_alerts()["words"]
    assert (alert.score, alert.severity, alert.mode) == (0.5498, "medium", "alert")
    assert alert.evidence[0].sentence == 'the title says "aaa quality"'
    assert story.held() == set()


def test_beside_unpaid_refunds_it_holds_the_listing() -> None:
    story = Story().tell(market(), registered(at(-400), GANG), fake(at(2)))
    story.tell(*(sold_and_back(GANG, number, at(3)) for number in (1, 2, 3)), until=at(13))
    assert SHELF in story.held()
    plain = Story().tell(market(), registered(at(-400), GANG), fake(at(2), title="Samsung i9100"))
    plain.tell(*(sold_and_back(GANG, number, at(3)) for number in (1, 2, 3)), until=at(13))
    assert SHELF not in plain.held()


def test_beside_a_moderately_low_price_it_holds_the_listing() -> None:
    story = Story().tell(market(), registered(at(-400), GANG), fake(at(2), price=2000))
    assert story.held() == {SHELF}


def test_a_new_title_withdraws_it() -> None:
    story = Story().tell(market(), registered(at(-400), GANG), fake(at(2)))
    story.tell(fake(at(3), title="Samsung Galaxy S II", word=ListingChanged))
    assert story.open_alerts() == {}
