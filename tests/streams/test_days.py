"""What partitions count by day adds up, once, at the partition that owns it."""

import asyncio
from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from detectors.tally import DELIVERED, Count, Subject, Tally
from schemas.fields import DAY_US
from streams.days import GATHERED_AT_ONCE, MAX_SUBJECTS, Days, table_of
from streams.memory_store import MemoryStore
from streams.store import TableWrite

FIRST_DAY = 20_000
BRANDS = ["Samsung", "SAMSUNG", "Apple", "小米"]
counts = st.builds(
    Count,
    st.sampled_from([DELIVERED, "counterfeit"]),
    st.sampled_from([*BRANDS, ""]),
    st.sampled_from(["phones", ""]),
    st.sampled_from([1, 0, -1]),
    st.sampled_from([Decimal("0"), Decimal("1.5")]),
    st.sampled_from(["CNY", "EUR"]),
)


def fresh(number: int, partitions: int) -> Days:
    days = Days(number, partitions, {})
    days.close(FIRST_DAY * DAY_US)
    days.gathered.clear()
    return days


def of(subject: Subject, told: list[Count]) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """What these counts come to for one subject: numbers, and sums of money."""
    numbers, sums = Counter[str](), Counter[tuple[str, str]]()
    for count in told:
        if subject in count.subjects():
            numbers[count.counter] += count.by
            if count.amount:
                sums[count.counter, count.currency] += count.amount  # type: ignore[assignment]
    return numbers, sums


@given(st.lists(st.lists(counts, max_size=5), min_size=1, max_size=3))
def test_a_day_of_one_partition_holds_what_was_counted_on_it(by_day: list[list[Count]]) -> None:
    days = fresh(0, 1)
    for offset, told in enumerate(by_day):
        for count in told:
            days.note(count)
        assert days.close((FIRST_DAY + offset + 1) * DAY_US) == []
        gathered = days.gathered.get(FIRST_DAY + offset, {})
        assert gathered.keys() == {subject for count in told for subject in count.subjects()}
        for subject, tally in gathered.items():
            assert (tally.counts, tally.sums) == of(subject, told)


@given(st.lists(st.tuples(st.integers(0, 3), counts), max_size=20), st.randoms())
def test_the_owner_of_a_brand_adds_up_what_all_partitions_counted(told: list[tuple[int, Count]], chance) -> None:
    partitions = [fresh(number, 4) for number in range(4)]
    for number, count in told:
        partitions[number].note(count)
    writes = [write for one in partitions for write in one.close((FIRST_DAY + 1) * DAY_US)]
    chance.shuffle(writes)
    found = asyncio.run(_gathered(writes, partitions))
    everything = [count for _, count in told]
    assert found.keys() == {subject for count in everything for subject in count.subjects()}
    for subject, tally in found.items():
        assert (tally.counts, tally.sums) == of(subject, everything)


async def _gathered(writes: list[TableWrite], partitions: list[Days]) -> dict:
    store = MemoryStore()
    await store.commit((), (), (), [*writes, *writes])
    found = {}
    for one in partitions:
        for day in one.told_by((FIRST_DAY + 1) * DAY_US):
            one.gather(day, await store.load_table(table_of(one.number, day)))
        for subject, tally in one.gathered.get(FIRST_DAY, {}).items():
            assert one.owner_of(subject) == one.number
            assert subject not in found
            found[subject] = tally
    return found


@given(st.lists(counts, max_size=8), st.integers(0, 8))
def test_a_new_owner_goes_on_where_the_last_commit_left_off(told: list[Count], committed: int) -> None:
    undisturbed, first = fresh(0, 1), fresh(0, 1)
    stored: dict[str, bytes] = {}
    for count in told[:committed]:
        first.note(count)
    _commit(first, stored)
    for count in told[committed:]:
        first.note(count)  # never committed: judged again by the next owner
    second = Days(0, 1, stored)
    for count in told[committed:]:
        second.note(count)
    for count in told:
        undisturbed.note(count)
    for one in (second, undisturbed):
        one.close((FIRST_DAY + 1) * DAY_US)
    assert second.gathered == undisturbed.gathered
    _commit(second, stored)
    assert set(stored) == {"days"}, "a day that has ended is not kept"


def _commit(days: Days, stored: dict[str, bytes]) -> None:
    for name, value in days.changes().items():
        if value is None:
            stored.pop(name, None)
        else:
            stored[name] = value


def test_an_owner_takes_the_tables_away_that_the_one_before_it_did_not_live_to_take_away() -> None:
    stored: dict[str, bytes] = {}
    dead = fresh(0, 4)
    dead.close((FIRST_DAY + 2) * DAY_US)
    for day in dead.told_by((FIRST_DAY + 2) * DAY_US):
        dead.gather(day, {})
        dead.note_judged(day)
    _commit(dead, stored)
    assert FIRST_DAY in dead.done
    assert {*dead.done} <= {*Days(0, 4, stored).done}
    assert len(Days(0, 4, stored).done) <= GATHERED_AT_ONCE + 1
    assert Days(0, 4, {}).done == []


def test_no_day_is_gathered_before_every_partition_has_passed_it() -> None:
    days = fresh(0, 4)
    days.close((FIRST_DAY + 1) * DAY_US)
    assert FIRST_DAY not in days.told_by((FIRST_DAY + 1) * DAY_US - 1)
    assert FIRST_DAY in days.told_by((FIRST_DAY + 1) * DAY_US)


def test_years_of_which_nothing_is_known_are_passed_over_at_once() -> None:
    days = fresh(0, 1)
    days.close((FIRST_DAY + 20_000) * DAY_US)
    assert days.ends_us == (FIRST_DAY + 20_001) * DAY_US


def test_sellers_cannot_make_up_more_brands_than_are_counted() -> None:
    days = fresh(0, 1)
    for number in range(MAX_SUBJECTS + 5):
        days.note(Count(DELIVERED, f"brand {number}", ""))
    days.note(Count(DELIVERED, "brand 0", ""))
    days.close((FIRST_DAY + 1) * DAY_US)
    told = days.gathered[FIRST_DAY]
    assert len(told) == MAX_SUBJECTS
    assert told[Subject("brand", "brand 0")].counts == {DELIVERED: 2}


def test_the_number_of_notes_grows_with_each_count_and_so_says_which_of_two_owners_knows_more() -> None:
    tally, other = Tally(), Tally()
    for by in (1, 1, -1):
        tally.note(Count("counterfeit", "acme", "", by))
    other.note(Count("counterfeit", "acme", ""))
    assert (tally.notes, tally.counts) == (3, {"counterfeit": 1})
    tally.add(other)
    assert (tally.notes, tally.counts) == (4, {"counterfeit": 2})
