"""Fuzzing in small: each target takes the kept corpus, its inputs bent, and any bytes; a short history of bent events.

Turned red by: `wire` without `UnicodeDecodeError` among what a decoder may raise; `records.decode` that takes a record
of any length; a policy whose numbers are not checked for NaN.
"""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.judged import judge_round
from tests.fuzz.targets import TARGETS
from tests.schemas.strategies import HOSTILE

CORPUS = {name: sorted((Path(__file__).parent / "corpus" / name).iterdir()) for name in TARGETS}
EXAMPLES = {"stories": 15, "console": 25, "policy": 40}


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_kept_raises_nothing(name: str) -> None:
    assert CORPUS[name]
    for path in CORPUS[name]:
        TARGETS[name](path.read_bytes())


def bent(name: str) -> st.SearchStrategy[bytes]:
    """Of the corpus: an input cut, or with something hostile or any bytes in the middle, or two of them together."""
    kept = st.sampled_from([path.read_bytes() for path in CORPUS[name]])
    put = st.one_of(st.just(b""), st.binary(max_size=8), st.sampled_from(HOSTILE), kept)
    spliced = st.tuples(kept, st.floats(0, 1), put, st.integers(0, 12))
    return st.one_of(spliced.map(lambda made: splice(*made)), st.binary(max_size=400))


def splice(value: bytes, share: float, put: bytes, gone: int) -> bytes:
    at = int(share * len(value))
    return value[:at] + put + value[at + gone :]


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_bent_raises_nothing(name: str) -> None:
    @settings(max_examples=EXAMPLES.get(name, 150), deadline=None, suppress_health_check=list(HealthCheck))
    @given(bent(name))
    def tried(data: bytes) -> None:
        TARGETS[name](data)

    tried()


def test_a_history_of_bent_events_is_judged_to_its_end() -> None:
    """`python -m tests.fuzz.judged` does the same with a million."""
    counted = asyncio.run(judge_round(seed=7, messages=4_000))
    assert counted["messages"] == 4_000
    assert counted["judged"] > 2_000
    assert counted["deadlines"] > 500
    assert counted["bad_field"] > 100
