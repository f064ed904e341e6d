"""A stretch that moves over things in their order: what was counted in and out is what a recount gives."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from detectors.span import Span

_TIMES = st.integers(0, 12)
_ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from("abcdefgh"), _TIMES),
        st.tuples(st.just("drop"), st.sampled_from("abcdefgh"), _TIMES),
        st.tuples(st.just("move"), _TIMES, _TIMES),
    ),
    max_size=50,
)


@given(_ACTS, st.lists(st.tuples(_TIMES, st.just(""), st.sampled_from("stuv")), unique_by=lambda one: one[2]))
def test_what_is_counted_is_what_lies_in_the_stretch(acts: list[Any], first: list[tuple[int, str, str]]) -> None:
    counted: Counter[str] = Counter()
    told: list[int] = []

    def count(key: str, sign: int) -> None:
        counted[key] += sign
        told.append(sign)

    span, held, stretch = Span(count, first), {thing[2]: thing for thing in first}, (0, 0)
    for act, one, other in acts:
        if act == "move":
            stretch = (one, other)
            span.move(*stretch)
        elif act == "put" and one not in held:
            held[one] = (other, "", one)
            span.put(held[one])
        elif act == "drop" and one in held:
            span.drop(held.pop(one))
        span.move(*stretch)
        inside = sorted(thing for thing in held.values() if stretch[0] <= thing[0] < stretch[1])
        assert +counted == Counter(key for _, _, key in inside)
        assert [*span.newest()] == [key for _, _, key in reversed(inside)]
        assert len(span) == len(inside)
        assert span.since(stretch[0]) == sum(thing[0] >= stretch[0] for thing in held.values())


def test_a_stretch_that_moves_on_tells_only_what_changed() -> None:
    told: list[tuple[str, int]] = []
    span = Span(lambda key, sign: told.append((key, sign)), [(at, "", f"{at}") for at in range(100)])
    span.move(0, 50)
    told.clear()
    span.move(2, 51)
    assert told == [("0", -1), ("1", -1), ("50", 1)]
    told.clear()
    span.put((20, "", "new"))
    span.put((60, "", "outside"))
    span.drop((30, "", "30"))
    assert told == [("new", 1), ("30", -1)]
    assert len(span) == 49
