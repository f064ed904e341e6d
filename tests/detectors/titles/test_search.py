"""The search for candidates stays within its bounds, whatever the catalogue."""

import pytest

from detectors.titles.index import Index
from detectors.titles.scoring import MEASURES, Asked, asked, fit
from detectors.titles.search import FEW, LOOKED_AT, MANY, Known, best, few, many
from detectors.titles.tokens import tokens


def index_of(names: list[str]) -> Index:
    index = Index()
    for name in names:
        index.add(tokens(name))
    return index


def question(index: Index, title: str) -> tuple[Known, Asked]:
    said = tokens(title)
    known = sorted(
        (index.counts[number], feature, number)
        for feature in said.features
        if (number := index.number(feature)) is not None
    )
    return known, asked(said, known, index.live)


@pytest.mark.parametrize("names", [FEW // 2, FEW + 1, MANY, 5 * MANY])
def test_what_is_brought_in_does_not_grow_with_the_catalogue(names: int) -> None:
    index = index_of([f"lumen lamp x{at}" for at in range(names)])
    known, title = question(index, "lumen lamp")
    assert len(few(index, known, title)) <= FEW
    found = many(index, known, title)
    assert len(found) <= 8 * LOOKED_AT
    assert len(best(index, [""] * names, found)) <= LOOKED_AT


def test_common_features_together_find_what_none_of_them_does_alone() -> None:
    colours, shapes = [f"c{chr(97 + at)}" for at in range(20)], [f"s{chr(97 + at)}" for at in range(20)]
    names = [f"{colour} {shape} lamp" for colour in colours for shape in shapes] * 2
    names.append("ca sb sc lamp")
    index = index_of(names)
    known, title = question(index, "sc ca sb")
    found = many(index, known, title)
    assert max(found, key=found.__getitem__) == len(names) - 1


def test_a_search_leaves_nothing_behind_for_the_next() -> None:
    index = index_of([f"lumen lamp x{at}" for at in range(1_000)])
    known, title = question(index, "lumen lamp x7")
    before = many(index, known, title)
    other, another_title = question(index, "lamp x8")
    many(index, other, another_title)
    assert many(index, known, title) == before


def test_of_names_that_a_rare_word_brought_in_alike_the_common_ones_tell() -> None:
    index = index_of([*(f"lumen lamp {letter}{at}" for letter in "abcd" for at in range(10)), *("other d7",) * 300])
    found = few(index, *question(index, "lumen d7"))
    assert best(index, [""] * index.live, found)[0] == 37


def test_of_many_names_that_share_as_much_the_shorter_ones_are_looked_at() -> None:
    index = index_of([f"lumen lamp x{at} with shade and bulb" for at in range(1_000)])
    short = {index.add(tokens(f"lumen lamp y{at}")) for at in range(LOOKED_AT)}
    assert set(many(index, *question(index, "lumen lamp"))) == short


def test_what_a_title_says_otherwise_than_the_name_is_measured() -> None:
    index = index_of(["aurora 12 64gb", "aurora 12 128gb"])
    _, title = question(index, "aurora 12 plus mini 128gb")
    assert title.variants == 2
    for slot, other in ((0, 1.0), (1, 0.0)):
        measures = dict(zip(MEASURES, fit(index, title, slot).measures, strict=True))
        assert (measures["other_capacity"], measures["extra_variant"]) == (other, 2.0)
