"""What identifies a person is masked in free text, and what only looks a little like it is not."""

import base64

import pytest

from schemas.people import HIDDEN, without_people
from tests.schemas.lines import line, listing
from tests.schemas.test_refusals import letter

#: Made up: of ranges for examples, or with a check digit and nobody behind it.
PEOPLE = (
    "13800138000", "138 0013 8000", "+49 30 901820", "+1 (555) 010-0199", "mia.lin@market.example",
    "4111 1111 1111 1111", "6222020200112233446", "11010519491231002X",
)  # fmt: skip
GOODS = (
    "Samsung Galaxy S II i9100 16GB", "EAN 8806071582726", "GTIN 08806071582726", "WH-1000XM4 + case",
    "1234567890123456", "2026-01-02T03:04:05Z", "999999999999.99", "o-000000795", "ILCE-7M3 24.2 MP", "5-pack @ 3.99",
    "110105194912310021",
    "13800138000.50", "e-13800138000123", "Intel Xeon E5-2670@2.60GHz", "16MP@f2.2", "8+128 256 512 1024",
    "+20 / 30 / 40 / 50", "UPC 027242896345", "ISBN 978-1-56619-909-4",
)  # fmt: skip


@pytest.mark.parametrize("planted", PEOPLE)
@pytest.mark.parametrize("around", ["{}", "加我微信{}，谢谢", "call {}!", "a {} b {}"])
def test_a_persons_identifier_is_masked(planted: str, around: str) -> None:
    shown = without_people(around.replace("{}", planted))
    assert shown == around.replace("{}", HIDDEN)


@pytest.mark.parametrize("text", GOODS)
def test_what_names_goods_money_and_moments_stays(text: str) -> None:
    assert without_people(text) == text


@pytest.mark.parametrize("planted", PEOPLE)
@pytest.mark.parametrize("broken", [b"", b"}", b"\xff"])
def test_a_dead_letter_shows_no_person_whether_it_can_be_read_or_not(planted: str, broken: bytes) -> None:
    text = line("message_sent", conversation_id="c", sender="nobody", text=f"call {planted}")
    for value in (text + broken, listing(title=planted, price="-1") + broken, text.replace(b"1", b"\\u0031") + broken):
        shown = letter(value)
        assert planted.encode() not in base64.b64decode(shown.value)
        assert HIDDEN.encode() in base64.b64decode(shown.value)
        assert shown.redacted
