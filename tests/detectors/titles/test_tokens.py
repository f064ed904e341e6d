"""What a title is cut into: the same features however a seller writes the same thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.titles.rivals import rivals
from detectors.titles.spelling import MAX_CHARACTERS, spell
from detectors.titles.tokens import MAX_CHUNKS, tokens
from detectors.titles.words import CODE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("16 gb", "16GB"),
        ("16 G", "16gb"),
        ("1024 GB", "1TB"),
        ("64 Go", "64gb"),
        ("2.60 GHz", "2.6ghz"),
        ("2,6 GHz", "2.6GHz"),
        ("3.4 oz", "100ml"),
        ("GT-I9100", "gt i 9100"),
        ("R-242 INW", "r242inw"),
        ("EOS 5D Mark III", "eos 5d mk3"),
        ("Ｇａｌａｘｙ　Ｓ８", "galaxy s8"),
        ("Gаlаху S8", "galaxy s8"),  # with Cyrillic letters
        ("gal\u200baxy s8", "galaxy s8"),
        ("Waschmaschine weiß", "washing white"),
        ("Réfrigérateur encastrable", "refrigerator integrated"),
        ("lavadora negra", "washing black"),
        ("苹果 iPhone 13", "apple iphone 13"),
        ("华为手机", "huawei phone"),
        ("iPad 第三代", "ipad 3rd generation"),
        ("iPad (2. Generation)", "ipad 2nd gen"),
        ("iPad 2e génération", "ipad 2. Generation"),
        ("iPad 3ª generación", "ipad 3rd generation"),
        ("iPad dritte Generation", "ipad third gen"),
        ("苹果13ProMax", "apple iphone 13 pro max"),
        ("苹果 13 手机", "apple iphone 13 phone"),
        ("苹果 12.9寸", "apple 12.9寸"),
        ("Coco Eau de Parfum", "coco edp"),
        ("4K Ultra HD", "4k uhd"),
        ("PS5 Edición Digital", "ps5 edition digital"),
        ("Hewlett Packard Enterprise", "HP"),
        ("٦٤ gb", "64gb"),
        ("64㎇", "64gb"),
        ("\u202eoma\u202c lamp", "amo lamp"),  # stored backwards
        ("Aurora™ 12®", "aurora 12"),
        ("＋＋Aurora ⑫🔥", "aurora 12"),
        ("Galaxy S8+ black", "galaxy s8 plus black"),
        ("Galaxy S10+", "galaxy s10 plus"),
        ("D7500 + 18-55mm", "d7500 18 55mm"),
        ("Sony Alpha 6500", "sony a6500"),
        ("Sony ILCE-6500", "sony a6500"),
        ("α7 III", "a7 3"),
        ("Sony Alpha A7 III", "sony a7 3"),
        ("DSC-RX10M3", "dsc-rx10 III"),
        ("RX100 MkVI", "rx100 mark 6"),
        ("MWH122.1X", "mwh1221x"),
        ("G46203.7GHz", "g 4620 3.7 ghz"),
        ("4 GB RAM 64 GB", "4gb ram 64gb"),
        ("8 kilo", "8kg"),
    ],
)
def test_two_ways_to_write_one_thing_have_the_same_features(one: str, other: str) -> None:
    assert tokens(one).features.keys() == tokens(other).features.keys()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("iphone 12", "iphone 13"),
        ("galaxy s8", "galaxy s8 plus"),
        ("pixel 64gb", "pixel 128gb"),
        ("ipad gen 2", "ipad gen 3"),
        ("a52 4g", "a52 5g"),
        ("chanel 50ml", "chanel 100ml"),
        ("pixel 4gb ram", "pixel 4gb"),  # memory is not storage
        ("honor 4", "honor 4k"),
    ],
)
def test_what_makes_another_product_is_another_feature(one: str, other: str) -> None:
    assert tokens(one).features.keys() != tokens(other).features.keys()


@pytest.mark.parametrize(
    ("name", "title", "shared"),
    [
        ("Acme UE49XU8000", "acme 49 xu8000", "xu8000"),
        ("Acme DSC-H310", "acme dsch310", "dsch310"),
        ("Acme GT-I9100", "i9100", "i9100"),
        ("Acme XM10 844 W", "xm10844w", "xm10844"),
        ("Acme MWX 26321 MB", "mwx26321 black", "mwx26321"),  # no goods have so many megabytes
        ("Acme E5606 server", "e5606 ml server", "e5606"),
    ],
)
def test_a_model_number_is_recognised_by_a_part_or_in_another_grouping(name: str, title: str, shared: str) -> None:
    assert shared in tokens(name).features.keys() & tokens(title).features.keys()


@pytest.mark.parametrize(
    "title",
    ["ryzen 5 3600 boxed", "bx80677 i7 7700", "yd2400c5fbbox ryzen 5", "i7 8700k wof", "ryzen 7 3.2ghz, prism cooler"],
)
def test_a_processor_is_boxed_where_its_order_code_or_its_cooler_says_so(title: str) -> None:
    assert "box" in tokens(title).features


@pytest.mark.parametrize("title", ["xbox one", "wine cooler 60 cm", "bx speaker"])
def test_what_only_resembles_such_a_code_is_not_boxed(title: str) -> None:
    assert "box" not in tokens(title).features


def test_that_it_is_boxed_is_said_behind_the_title() -> None:
    assert spell("BX80677 i7 7700") == "bx80677 i7 7700 box"


def test_the_memory_of_a_device_is_not_its_storage() -> None:
    features = tokens("Aurora 8GB RAM 128GB").features
    assert {"8gbram", "128gb"} <= features.keys()
    assert "8gb" not in features


def test_text_without_spaces_is_cut_into_neighbours_that_a_longer_title_shares() -> None:
    assert tokens("空气净化器").features.keys() <= tokens("全新空气净化器正品").features.keys()


def test_a_title_is_read_up_to_a_bound() -> None:
    assert len(spell("x" * 100_000)) == MAX_CHARACTERS
    assert len(spell("\ufdfa" * 100_000)) == MAX_CHARACTERS  # one character that unfolds to eighteen
    assert len(tokens("a 1 " * 50_000).features) <= 4 * MAX_CHUNKS


@given(st.text())
def test_any_text_is_cut_into_features_and_always_the_same(text: str) -> None:
    said = tokens(text)
    assert all(feature and feature == feature.strip() for feature in said.features)
    assert tokens(text) == said


@pytest.mark.parametrize(
    ("lacking", "title", "found"),
    [
        (["3770k"], "core i7-3770t", (1, 0)),
        (["3770k"], "core i7 3770-t", (1, 0)),
        (["3770k"], "core i7 3770 turbo", (0, 0)),  # the next word, no suffix
        (["3770white"], "core i7-3770t", (0, 0)),
        (["3770abc"], "core i7-3770t", (1, 0)),  # three letters are a suffix still
        (["dsc12x", "3770k"], "core i7-3770t", (1, 0)),  # what is of three parts hides nothing behind it
        (["kir18"], "kil18 fridge", (1, 0)),
        (["iphone12"], "iphone 13", (0, 1)),
        (["iphone12"], "galaxy a52", (0, 0)),
        ([], "iphone 13", (0, 0)),
        (["iphone12"], "fridge", (0, 0)),
        (["dsc12x"], "dsc13x", (0, 0)),  # of three parts: its pairs are codes of their own
    ],
)
def test_a_rival_code_agrees_in_one_half_and_differs_in_the_other(
    lacking: list[str], title: str, found: tuple[int, int]
) -> None:
    said = tokens(title)
    foreign = [feature for feature, kind in said.features.items() if kind == CODE]
    assert rivals(lacking, foreign, said.folded) == found
