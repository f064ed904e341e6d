"""Hypothesis strategies for what markets are made of, and the size of one."""

from hypothesis import strategies as st

from detectors.entries import Entry, Flags
from detectors.market import Market
from tests.detectors.prices import NOW_US, days

stamps = st.integers(NOW_US - days(60), NOW_US)
entries = st.builds(
    Entry,
    stamp_us=stamps,
    sequence=st.integers(0, 3),
    registered_us=st.integers(NOW_US - days(100), NOW_US),
    log_price=st.integers(70, 90).map(lambda tenths: tenths / 10),
    last_sign_us=stamps,
    removed_us=st.one_of(st.just(0), stamps),
)
marks = st.builds(
    Flags,
    stamp_us=stamps,
    sequence=st.integers(0, 3),
    registered_us=st.one_of(st.just(0), st.integers(NOW_US - days(100), NOW_US)),
    last_active_us=stamps,
    standing=st.booleans(),
    held=st.booleans(),
    held_unseen=st.booleans(),
    confirmed_bad=st.booleans(),
    ring=st.sampled_from(["", "", "r1", "r2"]),
)
names = st.sampled_from([f"seller-{number}" for number in range(12)])


def size(market: Market, *without: str) -> float:
    return market.estimate(NOW_US, frozenset(without)).size
