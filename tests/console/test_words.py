"""What the console says, in English and in Chinese, and the pictures beside it."""

import re
from functools import partial
from xml.etree import ElementTree

import pytest

from console import words
from console.advice import next_steps, parts_of
from console.history import History
from console.market_picture import market_picture, place_in
from console.timeline_picture import LANES, timeline_picture
from detectors.catalogue import CATALOGUE
from detectors.policy import make_policy
from streams.settings import read_policy
from tests.console.records import alert, at, hold, listing, price_evidence, vanished

POLICY = make_policy(read_policy(None))
CODES = [entry.reason_code for entry in CATALOGUE]
_FILLED = re.compile(r"\{(\w+)")
#: What English takes from the detectors' files, or spells out of the code.
SPELT_OUT = ("advice.", "currency.", "number.", "silence.", "guard.", "grade.")


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    english, chinese = words.told("en"), words.told("zh")
    only = {name for name in chinese if name.startswith(SPELT_OUT)}
    assert set(english) == set(chinese) - only
    for name, text in english.items():
        assert set(_FILLED.findall(text)) == set(_FILLED.findall(chinese[name])), name


def test_what_chinese_says_of_detectors_is_of_detectors_that_there_are() -> None:
    named = {name.partition(".")[2] for name in words.told("zh") if name.startswith("advice.")}
    assert named <= {*CODES, "young"}


@pytest.mark.parametrize("code", CODES)
def test_every_detector_tells_a_moderator_what_to_look_at_next(code: str) -> None:
    assert set(parts_of(POLICY, code)) == {"Fires when", "Stays quiet when", "Known gaps", "Moderator"}
    for language in words.LANGUAGES:
        ((_, said),) = next_steps(POLICY, (code,), language)
        assert len(said) > 10
        assert "Parameters" not in said


@pytest.mark.parametrize(
    ("accepted", "language"), [("zh-CN,zh;q=0.9", "zh"), ("de, en;q=0.5", "en"), ("", "en"), ("fr", "en")]
)
def test_a_browser_gets_the_first_of_its_languages_that_there_is(accepted: str, language: str) -> None:
    assert words.preferred(accepted) == language


def test_the_price_stands_left_of_the_market_where_it_is_lower() -> None:
    place = place_in(price_evidence(reference_price="3100.00"))
    assert place is not None
    picture = ElementTree.fromstring(market_picture(place, partial(words.say, "en")))
    assert picture.attrib["aria-label"].startswith("This listing asks 1,500; 18 others ask 2,700 to 3,300")
    price = float(picture.find("circle").attrib["cx"])  # type: ignore[union-attr]
    usual, reference = (float(one.attrib["x1"]) for one in picture.iter("line") if "tick" in one.attrib["class"])
    assert price < usual < reference
    band = picture.find("rect")
    assert band is not None
    assert price < float(band.attrib["x"]) < usual


@pytest.mark.parametrize("numbers", [{"price": "nothing"}, {"price": "-1"}, {"price": "NaN"}, {"market_price": "0"}])
def test_numbers_that_make_no_picture_make_none(numbers: dict[str, str]) -> None:
    assert place_in(price_evidence(**numbers)) is None
    assert place_in(vanished().evidence[0]) is None


def test_the_timeline_counts_each_lane_and_shows_how_long_was_held() -> None:
    history = History(lambda _: True)
    for number in range(3):
        history.take(listing(when=at(number), listing_id=f"l{number}"))
    seen = history.seller("s1")
    held = [hold(when=at(2)), hold("h2", when=at(3), scope="payout", subject_id="s1")]
    drawn = timeline_picture(seen, [alert(when=at(2))], held, at(6), partial(words.say, "en"))
    picture = ElementTree.fromstring(drawn)
    assert "Listings 3" in picture.attrib["aria-label"]
    assert len([one for one in picture.iter("rect") if one.attrib["class"] == "bar listings"]) == 3
    spans = [float(one.attrib["width"]) for one in picture.iter("rect") if one.attrib["class"] == "held placed"]
    assert len(spans) == 2
    assert spans[0] < spans[1], "the payout has been held for a day less than the listing"
    said = [one.text for one in picture.iter("text")]
    assert {words.say("en", f"lane.{lane}") for lane in LANES} <= set(said)


def test_what_a_shop_calls_itself_cannot_break_a_picture() -> None:
    history = History(lambda _: True)
    history.take(listing(title='"><script>', shop_name="</svg>"))
    ElementTree.fromstring(timeline_picture(history.seller("s1"), [], [], at(1), partial(words.say, "en")))
