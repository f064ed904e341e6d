"""Which product a title means: answers, abstentions, and what must not change them."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.folding import MAX_RAW_TITLE
from detectors.titles import Titles
from detectors.titles.resolver import ANSWER_FROM, NOTHING
from detectors.titles.scoring import GROUNDS, MEASURES, confidence
from detectors.titles.search import LOOKED_AT
from detectors.titles.tokens import tokens
from tests.detectors.titles.catalogue import catalogue, drawn_titles, product


@pytest.fixture(scope="module")
def titles() -> Titles:
    return Titles(catalogue())


def test_a_sign_becomes_a_letter_only_where_that_makes_a_longer_word_that_some_name_has(titles: Titles) -> None:
    told = titles.resolve("Nordlys Aurora 12 64GB", why=True)
    assert titles.resolve("N0RDLYS Aur0ra 12 64GB", why=True) == told
    short = Titles([product("k1", "Koi", "Koi 12 64GB")])
    assert short.resolve("k0i", why=True) == NOTHING
    assert short.resolve("n0t", why=True) == NOTHING


class TestAnswers:
    @pytest.mark.parametrize(
        ("title", "product_id"),
        [
            ("Nordlys Aurora 12 64 GB black, sim free", "aurora 12 64gb"),
            ("nordlys aurora12 plus 128gb unlocked", "aurora 12 plus 128gb"),
            ("Nordlys AURORA 11 mini - 64 G - neu, OVP", "aurora 11 mini 64gb"),
            ("Nordlys x9100 comet 2", "x9100"),
            ("NORDLYS NT X 9105", "x9105"),
            ("Frostheim kfz 3037b Kühlschrank weiß", "kfz3037b"),
            ("lavadora Waschgut WMG-3074 C negra", "wmg3074c"),
            ("réfrigérateur Kuehlmann RDK3111D blanc", "rdk3111d"),
            ("全新 雷鸣 AX 300 空气净化器 正品", "ring"),
            ("N0rdly$ Aur0ra 12 64GB bl@ck", "aurora 12 64gb"),
            ("FR0STHE1M kfz 3037b", "kfz3037b"),
        ],
    )
    def test_a_title_that_names_its_product_is_answered(self, titles: Titles, title: str, product_id: str) -> None:
        assert titles.resolve(title).product_id == product_id

    @pytest.mark.parametrize(
        "title",
        [
            "frost free fridge freezer",
            "Nordlys phone",
            "Nordlys Aurora 13 64GB",
            "Nordlys Aurora 12 256GB",
            "Nordlys Slate 3rd generation",
            "Frostheim KFZ9999Z fridge white",
            "Comet observation for beginners, paperback",
            "",
            "   ",
            "🛒🔥🔥🔥",
            "هاتف ذكي جديد",
        ],
    )
    def test_a_title_that_names_none_of_the_catalogue_is_not(self, titles: Titles, title: str) -> None:
        assert titles.resolve(title).product_id is None

    def test_two_products_of_one_name_are_not_told_apart_by_guessing(self) -> None:
        twins = [product(name, "Nordlys", "Zenith Z310") for name in ("one", "two")]
        found = Titles([*catalogue(), *twins]).resolve("Nordlys Zenith Z310 black")
        assert found.product_id is None
        assert [candidate.product_id for candidate in found.candidates[:2]] == ["one", "two"]

    def test_another_storage_is_another_product_however_alike_the_rest(self, titles: Titles) -> None:
        one = product("q", "Frostheim", "Frostheim QXV7788 Polarlicht Sonderserie 64GB")
        titles = Titles([*catalogue(), one])
        assert titles.resolve("Frostheim QXV7788 Polarlicht Sonderserie 64 GB").product_id == "q"
        assert titles.resolve("Frostheim QXV7788 Polarlicht Sonderserie 128 GB").product_id is None

    @pytest.mark.parametrize("rival", ["KFZ3037K", "KFL3037B"])
    def test_a_rival_model_number_is_another_product(self, titles: Titles, rival: str) -> None:
        told = titles.resolve(f"Frostheim {rival} white")
        untold = titles.resolve("Frostheim KFZ3037 white")
        assert told.candidates[0].product_id == "kfz3037b"
        assert told.product_id is None
        assert untold.product_id == "kfz3037b"

    def test_the_model_number_of_a_products_other_name_is_no_rival(self) -> None:
        one = product("q", "Frostheim", "Frostheim Polar QXV7788P White", "QXV7788K")
        titles = Titles([*catalogue(), one])
        assert titles.resolve("Frostheim Polar QXV7788K White").product_id == "q"
        assert titles.resolve("Frostheim Polar QXV7788M White").product_id is None

    def test_of_a_name_with_two_model_numbers_one_is_enough(self) -> None:
        titles = Titles([*catalogue(), product("q", "Frostheim", "Frostheim Polar QX310 QX320")])
        assert titles.resolve("Frostheim Polar QX310").product_id == "q"
        assert titles.resolve("Frostheim Polar QX330").product_id is None

    def test_what_another_name_of_the_product_explains_does_not_count_against_it(self, titles: Titles) -> None:
        _, (found, *_) = titles.fits(tokens("Nordlys Comet II NT-X9100"))
        assert found.product_id == "x9100"
        assert dict(zip(MEASURES, found.fit.measures, strict=True))["title_coverage"] == pytest.approx(1.0)
        assert titles.resolve("Nordlys Comet II NT-X9100").product_id == "x9100"

    def test_the_brand_that_a_listing_says_beside_its_title_is_read_with_it(self, titles: Titles) -> None:
        twin = product("twin", "Waschgut", "Comet II")
        titles = Titles([*catalogue(), twin])
        assert titles.resolve("Comet II").product_id is None
        assert titles.resolve("Comet II", "waschgut").product_id == "twin"
        assert titles.resolve("Waschgut Comet II", "Waschgut") == titles.resolve("Waschgut Comet II")

    def test_the_features_that_decided_are_named_on_request(self, titles: Titles) -> None:
        assert titles.resolve("frostheim kfz-3037b neu").why == ()
        assert {"frostheim", "kfz3037"} <= set(titles.resolve("frostheim kfz-3037b neu", why=True).why)

    def test_candidates_come_best_first_and_confidences_are_probabilities(self, titles: Titles) -> None:
        found = titles.resolve("Nordlys Aurora 12")
        confidences = [candidate.confidence for candidate in found.candidates]
        assert len(confidences) > 1
        assert confidences == sorted(confidences, reverse=True)
        assert all(0 <= confidence <= 1 for confidence in confidences)
        assert sum(confidences) <= 1.001, "at most one of them is meant"


@pytest.mark.parametrize("ground", ["contradicted", "same_digits"])
def test_no_likeness_outweighs_a_hard_contradiction(ground: str) -> None:
    alike = dict.fromkeys(GROUNDS, 0.0) | {"constant": 1.0, "margin": 6.0, "coverage": 2.0, "score": 100.0}
    assert confidence(tuple(alike.values())) > ANSWER_FROM
    assert confidence(tuple((alike | {ground: 1.0}).values())) < 0.5


class TestCatalogue:
    def test_the_answer_does_not_depend_on_the_order_in_which_products_came_or_titles_were_asked(self) -> None:
        asked = drawn_titles(300)
        expected = {title: Titles(catalogue()).resolve(title, why=True) for title in asked[:30]}
        for seed in range(4):
            draw = random.Random(seed)
            products = catalogue()
            draw.shuffle(products)
            titles = Titles(products)
            draw.shuffle(asked)
            answers = {title: titles.resolve(title, why=True) for title in asked}
            expected = {**answers, **expected}
            assert answers == expected

    def test_products_that_came_and_went_leave_no_trace(self) -> None:
        draw = random.Random(3)
        products = catalogue()
        churned = Titles(products)
        for _ in range(3):
            gone = draw.sample(products, 150)
            for one in gone:
                churned.remove(one.product_id)
            for one in reversed(gone):  # into the slots and numbers that others had
                churned.add(one)
        titles = Titles(products)
        assert all(churned.resolve(title) == titles.resolve(title) for title in drawn_titles(200))
        for one in products:
            churned.remove(one.product_id)
        assert churned.resolve("Nordlys Aurora 12 64GB") == NOTHING

    def test_a_product_that_was_removed_is_no_answer_and_one_that_was_added_again_is(self) -> None:
        titles = Titles(catalogue())
        gone = product("kfz3037b", "Frostheim", "Frostheim KFZ3037B White")
        titles.remove("kfz3037b")
        assert titles.resolve("Frostheim KFZ3037B White").product_id is None
        titles.add(gone)
        assert titles.resolve("Frostheim KFZ3037B White").product_id == "kfz3037b"

    def test_a_product_is_replaced_by_the_one_of_the_same_id(self) -> None:
        titles = Titles(catalogue())
        count = len(titles)
        titles.add(product("kfz3037b", "Frostheim", "Frostheim Polar Q8800"))
        assert len(titles) == count
        assert titles.resolve("frostheim polar q8800").product_id == "kfz3037b"
        assert titles.resolve("Frostheim KFZ3037B White").product_id is None

    def test_removing_what_is_not_there_changes_nothing(self) -> None:
        titles = Titles(catalogue())
        titles.remove("nobody")
        assert len(titles) == len(catalogue())

    def test_a_product_without_a_word_in_its_name_is_kept_and_never_an_answer(self) -> None:
        titles = Titles([product("void", "--", "***")])
        assert len(titles) == 1
        assert titles.resolve("*** --") == NOTHING
        titles.remove("void")
        assert len(titles) == 0

    def test_an_empty_catalogue_answers_nothing(self) -> None:
        assert Titles().resolve("Nordlys Aurora 12") == NOTHING

    def test_many_products_that_differ_in_nothing_that_the_title_says_are_not_guessed_among(self) -> None:
        titles = Titles(product(f"p{at}", "Nordlys", f"Lumen X{at}") for at in range(3_000))
        assert titles.resolve("nordlys lumen lamp").product_id is None
        assert titles.resolve("nordlys lumen x2717").product_id == "p2717"


@settings(deadline=None)
@given(st.text() | st.text(alphabet="Nordlys Aurora12PlusKFZ3037B-6GB苹果代第א\u202e\ud800"))
def test_any_text_is_taken_and_asked_twice_answered_alike(text: str) -> None:
    assert ANY.resolve(text) == ANY.resolve(text)


@pytest.mark.parametrize(
    "text",
    [
        "Aurora 12 " * 10_000,
        "x" * 100_000,
        "9" * 100_000,
        "4oz" * 30_000,
        "9" * 290 + "oz",
        "🛒" * 100_000,
        "\ufdfa" * 100_000,
        "هاتف ذكي 64 " * 10_000,
        "\u202e" + "טלפון 64 gb " * 10_000,
        " ".join(one.name for one in catalogue()),
    ],
)
def test_the_length_of_a_title_does_not_matter_beyond_what_is_read(titles: Titles, text: str) -> None:
    assert titles.resolve(text) == titles.resolve(text[:MAX_RAW_TITLE])
    assert titles.contradicts(text, "kfz3037b") == titles.contradicts(text[:MAX_RAW_TITLE], "kfz3037b")
    assert len(titles.fits(tokens(text))[1]) <= LOOKED_AT


ANY = Titles(catalogue())
