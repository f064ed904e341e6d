"""`assay hash`: which texts are the same identifier, and that nothing else is."""

import hashlib
import hmac
from typing import get_args

import pytest
from click.testing import CliRunner, Result

from assay.__main__ import main
from assay.hash import NORMALISE, keyed_hash
from schemas.fields import IdentifierKind

KEY = "0123456789abcdef"


def _hash(kind: str, given: str | bytes, key: str | None = KEY) -> Result:
    environment = {"ASSAY_HASH_KEY": key, "ASSAY_HASH_KEY_FILE": None}
    return CliRunner().invoke(main, ["hash", "--kind", kind], input=given, env=environment)


def test_the_hash_is_hmac_sha_256_over_kind_and_text() -> None:
    expected = hmac.new(KEY.encode(), b"email\0a@b.example", hashlib.sha256).hexdigest()
    assert _hash("email", " A@B.example \n").output == f"{expected}\n"


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("phone", "+49 (170) 123-45", "004917012345"),
        ("phone", "+8613800138000", "＋８６ 138 0013 8000"),
        ("bank_account", "de89 3704-0044 0532", "DE89370400440532"),
        ("id_document", "ab–12", "AB12"),
        ("ip", "2001:DB8:0:0::1", "2001:db8::1"),
        ("ip", "::ffff:192.0.2.1", "192.0.2.1"),
        ("return_address", "Main  Straße 1\tＡ", "main strasse 1 a"),
        ("device", " Ab ", "Ab"),
        ("email", "A@b.example", "a@B.example "),
    ],
)
def test_two_ways_to_write_one_identifier_have_one_hash(kind: str, one: str, other: str) -> None:
    assert keyed_hash(kind, one, KEY.encode()) == keyed_hash(kind, other, KEY.encode())


def test_the_same_text_as_another_kind_or_under_another_key_is_another_hash() -> None:
    kinds = [kind for kind in NORMALISE if kind != "ip"]
    hashes = {keyed_hash(kind, "+49170", key) for kind in kinds for key in (b"one key", b"another")}
    assert len(hashes) == 2 * len(kinds)


def test_the_case_of_a_device_matters() -> None:
    assert keyed_hash("device", "a", b"k") != keyed_hash("device", "A", b"k")


def test_every_kind_of_identifier_can_be_hashed() -> None:
    assert set(NORMALISE) == set(get_args(IdentifierKind))


def test_lines_come_out_in_their_order() -> None:
    ended = _hash("device", "a\nb\na\n")
    lines = ended.output.splitlines()
    assert ended.exit_code == 0
    assert (len(lines), lines[0] == lines[2], lines[0] == lines[1]) == (3, True, False)


@pytest.mark.parametrize(
    ("kind", "given"),
    [("ip", "192.0.2.1\nsecret.example\n"), ("phone", "+49170\nsecret\n"), ("device", b"a\n\xffsecret\n")],
)
def test_a_line_that_holds_no_identifier_is_named_by_number_and_not_repeated(kind: str, given: str | bytes) -> None:
    ended = _hash(kind, given)
    assert ended.exit_code == 1
    assert ended.stderr == f"Line 2 holds no {kind}: mend it; the lines before it are done.\n"
    assert len(ended.stdout.splitlines()) == 1


def test_without_a_key_nothing_is_hashed() -> None:
    ended = _hash("phone", "+49170\n", key=None)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr == "No hash_key is set: give ASSAY_HASH_KEY, or hash_key_file in assay.toml.\n"


def test_an_unknown_kind_is_wrong_usage() -> None:
    assert _hash("name", "x\n").exit_code == 2
