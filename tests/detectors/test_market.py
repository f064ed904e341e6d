"""What a market remembers, whom it leaves out, and what it notices."""

import itertools
import random
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.entries import MARKET_SELLERS, MARKET_YOUNG_SELLERS, Entry, Flags, pack, pack_flags, unpack, unpack_flags
from detectors.estimate import ReferencePrice
from detectors.market import Market, learn_flags
from tests.detectors.markets import entries, marks, names, size
from tests.detectors.prices import NOW_US, days, entry, flags, sellers

int64 = st.integers(-(2**63), 2**63 - 1)


class TestBytes:
    @given(st.builds(Entry, int64, int64, int64, st.floats(allow_nan=False), int64, int64))
    def test_an_entry_comes_back_from_its_48_bytes(self, written: Entry) -> None:
        assert unpack(pack(written)) == written
        assert len(pack(written)) == 48

    @given(marks, st.text(st.characters(exclude_categories=["Cs"])))
    def test_flags_come_back_from_their_bytes(self, written: Flags, ring: str) -> None:
        assert unpack_flags(pack_flags(written._replace(ring=ring))) == written._replace(ring=ring)

    @given(entries, entries, marks)
    def test_bytes_begin_with_the_stamp_and_compare_like_it(self, one: Entry, other: Entry, marked: Flags) -> None:
        assert (pack(one)[:16] < pack(other)[:16]) == (one[:2] < other[:2])
        assert pack_flags(marked)[:16] == pack(one._replace(stamp_us=marked[0], sequence=marked[1]))[:16]


class TestWriting:
    def test_the_newest_stamp_wins_whatever_comes_first(self) -> None:
        old, new = entry(3000, sign=2), entry(2000, sign=1)
        market = Market()
        assert [market.write("a", new), market.write("a", old), market.write("a", new)] == [True, False, False]
        assert market.entry("a") == new

    def test_the_sequence_decides_within_one_microsecond(self) -> None:
        market = Market({"a": entry(3000, sequence=1)})
        assert market.write("a", entry(2000, sequence=2))
        assert not market.write("a", entry(1000, sequence=2))

    @given(st.lists(st.one_of(st.tuples(names, entries), st.tuples(names, marks)), max_size=40), st.randoms())
    def test_any_order_and_repetition_of_writes_gives_the_same_estimates(
        self, writes: list[tuple[str, Entry | Flags]], random: random.Random
    ) -> None:
        """Also the same as a market built at once from what is left."""
        seen = {(who, type(what), what[:2]): (who, what) for who, what in writes}  # one content per stamp
        history = [*seen.values(), *random.choices(list(seen.values()), k=len(seen))] if seen else []
        random.shuffle(history)
        known: tuple[dict[str, Flags], dict[str, Flags]] = ({}, {})
        first, second = (Market(flags=one) for one in known)
        for market, marked, order in ((first, known[0], list(seen.values())), (second, known[1], history)):
            for who, what in order:
                if isinstance(what, Entry):
                    market.write(who, what)
                else:
                    learn_flags(marked, who, what, (market,))
                market.estimate(NOW_US)  # what was asked on the way leaves no trace
        newest: dict[str, Flags] = {}
        for who, what in sorted(seen.values(), key=lambda write: write[1][:2]):
            if isinstance(what, Flags):
                newest[who] = what
        built = Market(first.entries(), newest)
        assert first.entries() == second.entries()
        for without in (frozenset[str](), first.kin("seller-1"), frozenset({"seller-2", "nobody"})):
            for now_us in (NOW_US, NOW_US + days(20)):
                reference = ReferencePrice(8.0, NOW_US)
                answers = [market.estimate(now_us, without, reference) for market in (first, second, built)]
                assert answers[0] == answers[1] == answers[2]
                alone = {who: held for who, held in first.entries().items() if who not in without}
                assert answers[0] == Market(alone, newest).estimate(now_us, frozenset(), reference)

    def test_the_oldest_established_makes_room_for_the_257th_seller(self) -> None:
        market = Market({f"s{number}": entry(3000, sign=number / 100) for number in range(MARKET_SELLERS)})
        assert market.write("one more", entry(3000))
        assert len(market) == MARKET_SELLERS
        assert market.entry(f"s{MARKET_SELLERS - 1}") is None
        assert not market.write("too old", entry(3000, sign=9))

    def test_young_sellers_push_out_the_oldest_young_one_first_and_never_more_than_64_places(self) -> None:
        market = Market(sellers([3000.0] * 250, sign=10))
        for number in range(70):
            market.write(f"young{number:02}", entry(1500, sign=1 - number / 100, age=5))
        young = [who for who in market.entries() if who.startswith("young")]
        assert len(young) == MARKET_YOUNG_SELLERS
        assert min(young) == "young06"
        assert len(market) == MARKET_SELLERS

    def test_a_seller_who_writes_often_or_grows_up_takes_one_place(self) -> None:
        market = Market()
        for number in range(100):
            assert market.write("young", entry(3000, sign=50 - number / 10, age=60))
        assert market.write("young", entry(3000, age=60))  # 60 days old by now
        for number in range(MARKET_YOUNG_SELLERS):
            market.write(f"y{number}", entry(3000, age=2))
        assert len(market) == MARKET_YOUNG_SELLERS + 1

    def test_from_its_thirtieth_day_on_a_seller_takes_none_of_the_young_ones_places(self) -> None:
        market = Market()
        for number in range(MARKET_YOUNG_SELLERS + 6):
            for sequence in (1, 2):
                market.write(f"a{number:02}", entry(3000, age=30, sequence=sequence))
        assert len(market) == MARKET_YOUNG_SELLERS + 6
        for number in range(MARKET_YOUNG_SELLERS + 1):
            market.write(f"y{number:02}", entry(3000, age=2))
        assert len(market) == 2 * MARKET_YOUNG_SELLERS + 6
        assert market.entry("a00") is not None

    def test_among_equally_old_entries_the_smallest_id_goes(self) -> None:
        market = Market(sellers([3000.0] * MARKET_SELLERS))
        assert market.write("zz", entry(3000))
        assert market.entry("s000") is None

    def test_a_market_built_from_too_many_holds_the_caps(self) -> None:
        assert len(Market(sellers([3000.0] * 300))) == MARKET_SELLERS
        assert len(Market(sellers([3000.0] * 300, age=2))) == MARKET_YOUNG_SELLERS


class TestLeavingOut:
    def test_a_seller_and_its_ring_are_not_their_own_market(self) -> None:
        market = Market(
            sellers([3000.0] * 12) | {"a": entry(1), "b": entry(2)}, {"a": flags(ring="r"), "b": flags(ring="r")}
        )
        assert market.kin("a") == {"a", "b"}
        assert market.kin("s001") == {"s001"}
        assert market.estimate(NOW_US, market.kin("a")) == Market(sellers([3000.0] * 12)).estimate(NOW_US)

    def test_leaving_out_part_of_a_ring_gives_the_rest_its_whole_weight(self) -> None:
        marked = {who: flags(ring="r") for who in ("s000", "s001")}
        assert size(Market(sellers([3000.0] * 10), marked), "s000") == 9

    def test_leaving_out_one_of_many_at_the_same_price_leaves_out_that_one(self) -> None:
        market = Market(sellers([3000.0] * 10) | {"s004": entry(3000, age=2)})
        assert size(market, "s004") == 9
        assert size(market, "s003") == pytest.approx(8.25, abs=0.01)

    def test_any_two_are_left_out_as_if_they_had_never_come(self) -> None:
        asked = sellers([2000.0 + 37 * number for number in range(12)])
        market = Market(asked)
        for pair in itertools.combinations(asked, 2):
            left = {who: each for who, each in asked.items() if who not in pair}
            assert market.estimate(NOW_US, frozenset(pair)) == Market(left).estimate(NOW_US), pair

    def test_where_seven_are_left_the_reference_price_stands_for_the_eighth(self) -> None:
        market = Market(sellers([3000.0] * 8))
        estimate = market.estimate(NOW_US, frozenset({"s000"}), ReferencePrice(log(3000), NOW_US))
        assert (estimate.size, estimate.pseudo) == (7, 1)

    def test_whoever_is_unknown_is_left_out_without_harm(self) -> None:
        assert size(Market(sellers([3000.0] * 10)), "nobody") == 10


class TestMovingMarket:
    def standing(self, number: int, **how: bool | str | float) -> dict[str, Flags]:
        return {f"s{index:03}": flags(standing=True, **how) for index in range(number)}

    def test_sellers_with_standing_who_ask_no_more_than_a_tenth_more_are_counted(self) -> None:
        market = Market(sellers([1400, 1650, 1650.7, 1653, 3000]), self.standing(5))
        assert market.standing_sellers(log(1500), 1.1, NOW_US, frozenset()) == 3
        assert market.standing_sellers(log(1500), 1.1, NOW_US, frozenset({"s000"})) == 2

    def test_a_ring_is_one_and_whoever_is_removed_stale_held_or_without_standing_is_none(self) -> None:
        cheap = sellers([1500.0] * 3)
        assert Market(cheap, self.standing(3)).standing_sellers(log(1500), 1.1, NOW_US, frozenset()) == 3
        assert Market(cheap, self.standing(3, ring="r")).standing_sellers(log(1500), 1.1, NOW_US, frozenset()) == 1
        for marked in ({}, {who: flags() for who in cheap}):
            assert Market(cheap, marked).standing_sellers(log(1500), 1.1, NOW_US, frozenset()) == 0
        assert Market(cheap, self.standing(3, held=True)).standing_sellers(log(1500), 1.1, NOW_US, frozenset()) == 0
        for how in ({"removed": 0.1}, {"sign": 15}):
            gone = sellers([1500.0] * 3, **how)
            assert Market(gone, self.standing(3)).standing_sellers(log(1500), 1.1, NOW_US, frozenset()) == 0

    def test_a_price_counts_up_to_the_fourteenth_day_after_its_last_sign(self) -> None:
        cheap = sellers([1500.0] * 3, sign=14)
        assert Market(cheap, self.standing(3)).standing_sellers(log(1500), 1.1, NOW_US, frozenset()) == 3
        assert Market(cheap, self.standing(3)).standing_sellers(log(1500), 1.1, NOW_US + 1, frozenset()) == 0


class TestFlags:
    def test_flags_that_are_told_twice_are_news_once(self) -> None:
        known: dict[str, Flags] = {}
        assert learn_flags(known, "a", flags(sequence=2), ())
        assert not learn_flags(known, "a", flags(sequence=2), ())
        assert not learn_flags(known, "a", flags(sequence=1, held=True), ())
        assert known["a"] == flags(sequence=2)

    def test_of_another_active_day_no_market_is_told_and_of_a_hold_or_another_age_every_one_is(self) -> None:
        """Every seller is active every day, and some are in thousands of markets."""
        known: dict[str, Flags] = {}
        asked: list[str] = []

        class Told(Market):
            def flags_changed(self, seller_id: str) -> None:
                asked.append(seller_id)

        learn_flags(known, "a", flags(active=3, sequence=1), (Told(),))
        asked.clear()
        learn_flags(known, "a", flags(active=2, sequence=2), (Told(),))
        assert asked == []
        learn_flags(known, "a", flags(active=2, sequence=3, held=True), (Told(), Told()))
        assert asked == ["a", "a"]
        learn_flags(known, "a", flags(active=2, sequence=4, held=True, age=5), (Told(),))
        assert asked == ["a", "a", "a"], "it is younger than was known"
