"""Titles against a makers' catalogue: names short, codes many, and sizes that look like models."""

import pytest

from detectors.titles import Titles
from schemas import Product
from tests.detectors.titles.catalogue import product


def maker(name: str, *codes: str, brand: str = "Nordlys") -> Product:
    return Product(product_id=name.casefold(), brand=brand, name=name, aliases=codes)


@pytest.fixture(scope="module")
def devices() -> Titles:
    lines = [maker(f"Comet {letter}{number}") for letter in "ABCDEFGH" for number in range(3, 30)]
    decimals = [maker(f"Nordlys {number}.{point}") for number in range(1, 9) for point in range(1, 5)]
    names = (
        maker("Comet S9 Edge", "NT-G925F"),
        maker("Comet S9 Edge+", "NT-G928F"),
        maker("Comet S5", "NT-G900P"),
        maker("Comet T3", "NT-N900P"),
        maker("Comet V10", "NT-V105FN", "NT-V105MN"),
    )
    others = [maker(f"Tab V10 {at}", brand=f"Maker{at}") for at in range(250)]  # so that "V10" alone finds nothing
    return Titles([*lines, *decimals, *names, *others])


def test_a_code_in_a_writing_of_its_own_does_not_outweigh_the_name_that_the_title_says(devices: Titles) -> None:
    assert devices.resolve("Nordlys Comet V10 NT-V105FDS 32GB dual sim").product_id == "comet v10"


@pytest.mark.parametrize(
    "title", ["Nordlys Comet S9 Edge+", "Nordlys Comet S9 Edge+ 64GB", "Nordlys Comet S9 edge plus"]
)
def test_a_plus_that_touches_a_word_is_another_model(devices: Titles, title: str) -> None:
    assert devices.resolve(title).product_id == "comet s9 edge+"


def test_a_word_without_a_plus_is_the_model_without_it(devices: Titles) -> None:
    assert devices.resolve("Nordlys Comet S9 Edge").product_id == "comet s9 edge"


@pytest.mark.parametrize("title", ["Nordlys Comet S5, G900P 16GB white", "Nordlys Comet S5 G900P"])
def test_a_model_before_a_code_that_begins_with_g_is_no_network_of_the_fifth_generation(
    devices: Titles, title: str
) -> None:
    assert devices.resolve(title).product_id == "comet s5"


@pytest.mark.parametrize(
    "title",
    [
        "Nordlys 3310 3G feature phone 2.4 inch screen charcoal",
        "nordlys 150 6.1 cm 2.4 240 x 320 pixels",
        "Nordlys Lumo 635 8GB Windows 8.1 black",
        "Nordlys Lumo 635 8GB Android 8.1 black",
    ],
)
def test_the_size_of_a_screen_and_the_version_of_a_system_are_no_model(devices: Titles, title: str) -> None:
    assert devices.resolve(title).product_id is None


@pytest.mark.parametrize("title", ["Nordlys 2.4 16GB charcoal", "NORDLYS 2.4 - Android 8.1 - 5.45 inch screen"])
def test_a_decimal_behind_its_brand_is_a_model(devices: Titles, title: str) -> None:
    assert devices.resolve(title).product_id == "nordlys 2.4"


def test_another_brands_phone_of_that_number_and_colour_is_not_answered_for_want_of_looking_further() -> None:
    crowd = [product(f"u{at}", "Umbra", f"Umbra Z{at}") for at in range(100)]
    crowd += [product(f"n{at}", "Nordlys", f"Nordlys Comet N{at}") for at in range(300)]
    crowd += [product(f"b{at}", f"Maker{at}", f"Maker{at} Tab S9") for at in range(150)]
    crowd += [product(word, "Verda", f"Verda {word}") for word in ("unlocked", "64GB", "midnight")]
    both = product("other", "Umbra", "Umbra Noir S9"), product("meant", "Nordlys", "Nordlys Comet S9")
    titles = Titles([*crowd, *both])
    assert titles.resolve("Nordlys Comet S9 unlocked 64gb midnight black").product_id == "meant"
