"""Whether a title says more than what the goods are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.reference import SURE_OF_MORE, Reference
from detectors.titles import is_plain
from schemas import Product

NAMES = ("Nordlys", "Aurora 12 128GB", "NT-X9100")


@pytest.mark.parametrize(
    "title",
    [
        "Nordlys Aurora 12 128GB",
        "NORDLYS aurora12 128 gb black, new & sealed, free delivery",
        "Nordlys Aurora 12 Handy schwarz neu OVP mit Rechnung",
        "téléphone portable Nordlys Aurora 12 noir débloqué",
        "móvil libre Nordlys Aurora 12 azul",
        "Nordlys Aurora 12 全新 国行 手机 黑色",
        "Aurora 12",
        "",
        "🛒🔥",
    ],
)
def test_name_kind_colour_and_praise_are_plain(title: str) -> None:
    assert is_plain(title, NAMES)


@pytest.mark.parametrize(
    "title",
    [
        "Nordlys Aurora 12 128GB crevice wand",
        "Nordlys Aurora 12 Ständer",
        "support Nordlys Aurora 12",
        "Nordlys Aurora 12 转接头",
        "Nordlys Aurora 12 全新转接头",
    ],
)
def test_any_other_word_is_more(title: str) -> None:
    assert not is_plain(title, NAMES)


def test_an_answer_from_a_title_that_says_more_is_less_sure() -> None:
    reference = Reference()
    reference.add(Product(product_id="aurora", brand="Nordlys", name="Aurora X9100"))
    reference.add(Product(product_id="borea", brand="Nordlys", name="Borea X7300", category="Crevice wands"))
    plain, more = "Nordlys Aurora X9100 black", "Nordlys Aurora X9100 crevice wand"
    assert reference.resolve(plain, None).confidence > 0.95
    assert reference.resolve(more, None).product_id == "aurora"
    assert reference.resolve(more, None).confidence == SURE_OF_MORE
    assert reference.resolve("Nordlys Borea X7300 crevice wands", None).confidence > 0.95


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    assert is_plain(text, (text,))
