"""Every limit is on the operators' page, and has a test that names it."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from deploy.boards.limits import LIMITS, Limit

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("schemas", "detectors", "streams")
NAMED = re.compile(r"^(MAX_\w+|\w+_MAX|\w+_KEPT|\w+_LIMIT)\b.*=", re.MULTILINE)
#: What a test of another name tries, and what is said of it elsewhere on the page.
NO_LIMITS = {
    ("detectors.wording.flat", "MAX_CHARACTERS"): "inside `MAX_RAW_TITLE`",
    ("detectors.titles.spelling", "MAX_CHARACTERS"): "inside `MAX_RAW_TITLE`",
    ("detectors.wording.replicas", "MAX_PHRASE"): "how a sentence looks",
    ("detectors.breaker", "HOURS_KEPT"): "a time",
    ("detectors.rules.overdue_refund", "MAX_NAMED_RETURNS"): "how a sentence looks",
    ("detectors.rules.ignored_return", "MAX_NAMED_RETURNS"): "how a sentence looks",
    ("detectors.rules.vanished_seller", "MAX_COMPLAINT_IDS"): "how a sentence looks",
    ("detectors.rules.upheld_complaint", "MAX_LISTINGS_NAMED"): "`MAX_LISTING_IDS` again",
    ("detectors.fitting", "MAX_SHORT_SENTENCE"): "inside `MAX_ALERT_BYTES`",
    ("detectors.fitting", "MAX_SHORT_NUMBER"): "inside `MAX_ALERT_BYTES`",
    ("detectors.estimate", "MAX_EXPONENT"): "arithmetic",
    ("detectors.detector", "MAX_FINDING_EVENT_IDS"): "`MAX_EVENT_IDS` again",
}
TESTS = "\n".join(path.read_text() for path in ROOT.glob("tests/**/test_*.py") if path != Path(__file__).resolve())


def constants() -> set[tuple[str, str]]:
    found = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found |= {(module, name) for name in NAMED.findall(path.read_text())}
    return found


def test_every_constant_that_sounds_like_a_limit_is_in_the_table() -> None:
    listed = {(limit.module, limit.name) for limit in LIMITS}
    assert constants() - listed - NO_LIMITS.keys() == set()
    assert NO_LIMITS.keys() <= constants()


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit.module}.{limit.name}")
def test_a_limit_is_a_number_where_the_table_says_and_a_test_names_it(limit: Limit) -> None:
    assert isinstance(limit.value, int) or limit.name == "PRICE_LIMIT"
    assert vars(import_module(limit.module))[limit.name] == limit.value
    assert re.search(rf"\b{limit.name}\b", TESTS), "a test at it and beyond it"
