"""When a title is not of the product that it is listed under, and when it only fails to say so."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.titles import Titles
from detectors.titles.contradiction import LEAD, NAMED, SHARED, outdone, refuted
from detectors.titles.scoring import Fit
from tests.detectors.titles.catalogue import catalogue, drawn_titles, product
from tests.detectors.titles.goods import goods


@pytest.fixture(scope="module")
def titles() -> Titles:
    return Titles(catalogue())


@pytest.mark.parametrize(
    ("title", "product_id"),
    [
        ("Frostheim KFZ3037B fridge white", "aurora 12 64gb"),  # another kind of thing
        ("Frostheim KFZ3037B fridge white", "kfz3111d"),  # another model of the maker
        ("Waschgut WMG3074C black", "rdk3111d"),
        ("Nordlys Aurora 12 128GB", "aurora 12 64gb"),  # the same model in another storage
        ("雷鸣 AX300 空气净化器", "x9100"),
    ],
)
def test_a_title_that_names_another_product_contradicts(titles: Titles, title: str, product_id: str) -> None:
    assert titles.contradicts(title, product_id)


@pytest.mark.parametrize(
    ("title", "product_id"),
    [
        ("Frostheim KFZ3037B fridge white", "kfz3037b"),
        ("KFZ 3037 B", "kfz3037b"),
        ("white fridge freezer, frost free", "kfz3037b"),  # names no model
        ("Frostheim fridge", "kfz3037b"),
        ("brand new, free delivery", "aurora 12 64gb"),
        ("Nordlys Aurora 12", "aurora 12 64gb"),  # does not say how much storage
        ("Nordlys NT-X9100", "x9100"),  # one of its two names
        ("Polarwerk ZZ1", "aurora 12 64gb"),  # a model that the catalogue lacks
        ("", "kfz3037b"),
        ("🛒🔥🔥🔥", "kfz3037b"),
        ("هاتف ذكي جديد", "kfz3037b"),
    ],
)
def test_a_title_that_fits_or_says_too_little_does_not(titles: Titles, title: str, product_id: str) -> None:
    assert not titles.contradicts(title, product_id)


def test_nothing_contradicts_a_product_that_the_catalogue_does_not_know(titles: Titles) -> None:
    assert not titles.contradicts("Frostheim KFZ3037B fridge white", "nobody")
    wordless = Titles([*catalogue(), product("void", "--", "***")])
    assert not wordless.contradicts("Frostheim KFZ3037B fridge white", "void")


def test_a_title_that_fits_two_twins_alike_still_contradicts_a_third_product() -> None:
    twins = [product(name, "Nordlys", "Zenith Z310") for name in ("one", "two")]
    titles = Titles([*catalogue(), *twins])
    assert titles.resolve("Nordlys Zenith Z310 black").product_id is None
    assert titles.contradicts("Nordlys Zenith Z310 black", "kfz3037b")
    assert not titles.contradicts("Nordlys Zenith Z310 black", "two")


@pytest.mark.parametrize("title", ["Sony PlayStation 5", "iPhone SE 64GB red", "Apple iPad 64GB", "Dyson Absolute"])
def test_a_title_that_leaves_open_which_of_two_models_it_is_still_contradicts_a_washing_machine(title: str) -> None:
    titles = Titles(goods())
    assert titles.resolve(title).confidence < NAMED, "neither is likely enough by itself"
    assert titles.contradicts(title, "wau28")
    assert not titles.contradicts(title, titles.resolve(title).candidates[1].product_id)


def test_every_name_of_the_catalogue_contradicts_others_and_never_its_own_product(titles: Titles) -> None:
    draw = random.Random(1)
    named = [one for one in catalogue() if one.product_id[:3] in ("kfz", "wmg", "rdk")]
    for one in named:
        others = [rest for rest in named if rest.brand != one.brand and rest.product_id[3:] != one.product_id[3:]]
        assert not titles.contradicts(one.name, one.product_id)
        assert titles.contradicts(one.name, draw.choice(others).product_id)


def test_the_answer_does_not_depend_on_the_order_in_which_products_came(titles: Titles) -> None:
    products = catalogue()
    random.Random(2).shuffle(products)
    shuffled = Titles(products)
    asked = [(title, one.product_id) for title in drawn_titles(40) for one in products[:25]]
    assert [shuffled.contradicts(*pair) for pair in asked] == [titles.contradicts(*pair) for pair in asked]


@settings(deadline=None)
@given(st.text() | st.text(alphabet="Nordlys Aurora12PlusKFZ3037B-6GB苹果代第א\u202e\ud800"))
def test_any_text_is_taken(text: str) -> None:
    assert ANY.contradicts(text, "kfz3037b") == ANY.contradicts(text, "kfz3037b")


ANY = Titles(catalogue())


def fit(score: float = 0.0, coverage: float = 0.0, contradicted: bool = False, code: float = 0.0) -> Fit:
    return Fit(score, coverage, (), contradicted, code)


def test_another_product_has_to_be_named_surely_and_to_lead_by_far_a_claimed_one_that_shares_little() -> None:
    """Each at its limit; less of one of them is too little, whatever the others are."""
    best, claimed = fit(score=LEAD + 2), fit(score=2, coverage=SHARED)
    assert outdone(NAMED, best, claimed)
    assert not outdone(NAMED - 0.01, fit(score=99), fit())
    assert not outdone(1.0, fit(score=99), fit(coverage=SHARED + 0.01))
    assert not outdone(1.0, fit(score=LEAD + 1.99), claimed)


def test_another_storage_refutes_only_the_model_that_the_title_names() -> None:
    assert refuted(fit(contradicted=True, code=0.1))
    assert not refuted(fit(contradicted=True))
    assert not refuted(fit(code=1.0))
