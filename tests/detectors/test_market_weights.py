"""How much each seller weighs in a market, and what the estimate says."""

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.entries import Entry, Flags
from detectors.estimate import Columns, ReferencePrice, estimate, of_equals
from detectors.market import Market, learn_flags
from tests.detectors.markets import entries, marks, names, size
from tests.detectors.prices import NOW_US, USUAL, days, entry, flags, sellers


def one_more(marked: Flags | None = None, **how: float) -> float:
    """What a tenth seller adds to nine fresh ones, in effective sellers (sum of weights)."""
    known: dict[str, Flags] = {}
    market = Market(sellers([3000.0] * 30), known)
    before = size(market)
    if marked is not None:
        learn_flags(known, "one", marked, (market,))
    market.write("one", entry(3000, **how))  # type: ignore[arg-type]
    return size(market) - before


class TestWeights:
    def test_a_fresh_established_seller_weighs_one_up_to_14_days_after_its_last_sign(self) -> None:
        assert one_more() == pytest.approx(1, abs=0.001)
        assert one_more(sign=14) == pytest.approx(1, abs=0.001)

    def test_from_then_on_its_weight_halves_every_30_days(self) -> None:
        assert one_more(sign=14 + 30) == pytest.approx(0.5, abs=0.001)
        assert one_more(sign=14 + 90) == pytest.approx(0.125, abs=0.001)

    def test_activity_of_the_seller_keeps_its_price_fresh(self) -> None:
        assert one_more(flags(active=10), sign=100) == pytest.approx(1, abs=0.001)

    def test_activity_that_becomes_known_later_makes_its_price_fresh_again(self) -> None:
        known: dict[str, Flags] = {}
        market = Market(sellers([3000.0] * 10, sign=44), known)
        assert size(market) == 5
        for number in range(10):
            learn_flags(known, f"s{number:03}", flags(active=20), (market,))
            learn_flags(known, f"s{number:03}", flags(active=1, sequence=2), (market,))
        assert size(market) == 10

    def test_a_removed_listing_decays_from_its_removal_and_activity_does_not_bring_it_back(self) -> None:
        assert one_more(sign=31, removed=30) == pytest.approx(0.5, abs=0.001)
        assert one_more(flags(active=0), sign=31, removed=30) == pytest.approx(0.5, abs=0.001)
        assert one_more(sign=74, removed=30) == pytest.approx(0.25, abs=0.001)  # it was stale before it was removed

    def test_a_young_seller_weighs_a_quarter_until_it_is_30_days_old(self) -> None:
        assert one_more(age=29.99) == pytest.approx(0.25, abs=0.001)
        assert one_more(age=30) == pytest.approx(1, abs=0.001)

    def test_flags_correct_the_age_of_a_seller(self) -> None:
        assert one_more(flags(age=3), age=400) == pytest.approx(0.25, abs=0.001)
        assert one_more(flags()._replace(registered_us=0), age=3) == pytest.approx(0.25, abs=0.001)

    def test_all_young_sellers_together_weigh_at_most_a_tenth_of_the_established(self) -> None:
        market = Market(sellers([3000.0] * 30) | sellers([1500.0] * 60, prefix="young", age=2))
        estimate = market.estimate(NOW_US)
        assert 32.5 < estimate.size <= 33
        assert (estimate.established, estimate.sellers) == (30, 90)

    def test_young_sellers_alone_are_no_market(self) -> None:
        estimate = Market(sellers([1500.0] * 60, age=2)).estimate(NOW_US)
        assert estimate.size == 0
        assert estimate.below_eight

    def test_held_and_confirmed_bad_sellers_weigh_nothing(self) -> None:
        assert one_more(flags(held=True)) == 0
        assert one_more(flags(held=True, held_unseen=True)) == 0
        assert one_more(flags(held=True, standing=True)) == 0
        assert one_more(flags(confirmed_bad=True, standing=True, held_unseen=True)) == 0

    def test_a_hold_that_no_human_has_seen_does_not_silence_a_seller_with_standing(self) -> None:
        assert one_more(flags(held=True, held_unseen=True, standing=True)) == pytest.approx(1, abs=0.001)

    def test_a_market_notices_when_a_seller_is_held_and_released(self) -> None:
        known: dict[str, Flags] = {}
        market = Market(sellers([3000.0] * 10), known)
        assert size(market) == 10
        assert learn_flags(known, "s003", flags(held=True, sequence=2), (market,))
        assert size(market) == 9
        assert not learn_flags(known, "s003", flags(sequence=1), (market,))
        assert learn_flags(known, "s003", flags(sequence=3), (market,))
        assert size(market) == 10

    def test_shops_of_one_ring_weigh_as_one(self) -> None:
        ring = {f"s{number:03}": flags(ring="r") for number in range(5)}
        estimate = Market(sellers([3000.0] * 15), ring).estimate(NOW_US)
        assert estimate.size == pytest.approx(11, abs=0.01)
        assert estimate.established == 11
        assert estimate.sellers == 15

    def test_a_shop_that_is_cleared_of_its_ring_counts_for_itself_again(self) -> None:
        known = {who: flags(ring="r") for who in ("s000", "s001", "s002")}
        market = Market(sellers([3000.0] * 10), known)
        assert market.kin("s000") == {"s000", "s001", "s002"}
        learn_flags(known, "s001", flags(sequence=2), (market,))
        assert market.kin("s001") == {"s001"}
        assert market.kin("s000") == {"s000", "s002"}
        assert size(market) == 9

    def test_two_rings_are_two(self) -> None:
        marked = {f"s{number:03}": flags(ring=f"r{number % 2}") for number in range(6)}
        assert size(Market(sellers([3000.0] * 12), marked)) == pytest.approx(8, abs=0.01)

    def test_a_shop_of_a_ring_that_is_young_shares_the_weight_of_the_old_one(self) -> None:
        marked = {"s000": flags(ring="r"), "new": flags(ring="r", age=2)}
        market = Market(sellers([3000.0] * 10) | {"new": entry(3000, age=2)}, marked)
        assert size(market) == pytest.approx(10, abs=0.01)

    @given(st.dictionaries(names, entries, max_size=12), st.dictionaries(names, marks))
    def test_the_size_is_never_more_than_the_sellers_who_are_there(
        self, written: dict[str, Entry], marked: dict[str, Flags]
    ) -> None:
        estimate = Market(written, marked).estimate(NOW_US)
        units = {marked[who].ring or who if who in marked else who for who in written}
        assert estimate.established <= len(units)
        assert 0 <= estimate.size <= len(units) + 0.01

    def test_a_ring_named_like_a_seller_is_not_that_seller(self) -> None:
        marked = {f"s{number:03}": flags(ring="s009") for number in range(2)}
        known: dict[str, Flags] = {}
        told = Market(sellers([3000.0] * 10), known)
        for who, mark in marked.items():
            learn_flags(known, who, mark, (told,))
        assert told.estimate(NOW_US).established == 9
        assert Market(sellers([3000.0] * 10), marked).estimate(NOW_US).established == 9

    def test_a_seller_too_old_to_count_still_weighs_a_little(self) -> None:
        estimate = Market(sellers([3000.0] * 9) | sellers([3000.0], prefix="old", sign=80)).estimate(NOW_US)
        assert estimate.established == 9
        assert estimate.size > 9

    def test_after_two_years_without_a_sign_it_weighs_nothing(self) -> None:
        """Its half-lives are at an end; the others are judged as if it had never come."""
        old = sellers([1000.0], prefix="old", sign=14 + 700)
        assert Market(sellers([3000.0] * 9) | old).estimate(NOW_US).size == 9


class TestEstimate:
    def test_the_middle_is_the_weighted_median_and_identical_prices_do_not_make_it_certain(self) -> None:
        estimate = Market(sellers([2900, 3000, 3000, 3000, 9000, 9000, 3000, 3000])).estimate(NOW_US)
        assert exp(estimate.middle) == pytest.approx(3000)
        assert estimate.spread == 0.05

    def test_quartiles_are_what_the_middle_half_asks(self) -> None:
        estimate = Market(sellers(USUAL)).estimate(NOW_US)
        assert exp(estimate.low) == pytest.approx(2760)
        assert exp(estimate.high) == pytest.approx(3240)

    @pytest.mark.parametrize("count", range(8, 28))
    def test_the_short_way_for_equal_sellers_comes_to_the_same(self, count: int) -> None:
        prices = [log(2000 + 37 * number) for number in range(count)]
        columns = Columns(prices, [NOW_US] * count, [0] * count)
        assert of_equals(prices) == estimate(columns, False, False, NOW_US, None)

    def test_ratio_and_z_are_rounded_to_three_decimals(self) -> None:
        estimate = Market(sellers([3000.0] * 8)).estimate(NOW_US)
        assert estimate.ratio(log(1650.9)) == 0.55
        assert estimate.ratio(log(1651.6)) == 0.551
        expected = log(2) / (0.05 * (1 + 1.5707963267948966 / 8) ** 0.5)
        assert estimate.z(log(1500)) == round(expected, 3)

    def test_prices_a_universe_apart_are_compared_without_overflow(self) -> None:
        estimate = Market(sellers([5e-324] * 10)).estimate(NOW_US)
        assert estimate.ratio(log(999_999_999_999)) > 1e300

    def test_an_empty_market_is_below_eight(self) -> None:
        empty = Market().estimate(NOW_US)
        assert empty.below_eight
        assert (empty.size, empty.established, empty.sellers) == (0, 0, 0)

    def test_seven_sellers_are_below_eight_and_eight_are_not(self) -> None:
        assert Market(sellers([3000.0] * 7)).estimate(NOW_US).below_eight
        assert not Market(sellers([3000.0] * 8)).estimate(NOW_US).below_eight

    def test_the_age_of_the_prices_is_the_median_days_since_a_sign(self) -> None:
        known: dict[str, Flags] = {}
        prices = sellers([3000.0], prefix="a", sign=1) | sellers([3000.0] * 2, prefix="b", sign=40, removed=30)
        market = Market(prices, known)
        assert market.days_since_sign(NOW_US) == 40
        assert market.days_since_sign(NOW_US, frozenset({"b000", "b001"})) == 1
        learn_flags(known, "a000", flags(active=0), (market,))
        assert market.days_since_sign(NOW_US, frozenset({"b000", "b001"})) == 0
        assert market.days_since_sign(NOW_US, frozenset(prices)) == 0, "nobody is left"
        ages = {f"s{day}": entry(3000, sign=day) for day in (9, 1, 4, 7, 2)}
        assert Market(ages).days_since_sign(NOW_US) == 4


class TestReferencePrice:
    REFERENCE = ReferencePrice(log(3000), NOW_US - days(30))

    def test_it_stands_for_the_sellers_that_are_missing_to_eight(self) -> None:
        estimate = Market(sellers([3000.0] * 3)).estimate(NOW_US, reference=self.REFERENCE)
        assert (estimate.size, estimate.pseudo) == (3, 5)
        assert not estimate.below_eight

    @pytest.mark.parametrize(("asked", "middle"), [([3300.0] * 3, 3300), ([4000.0], 3000)])
    def test_beside_three_sellers_of_eight_it_gives_way_and_beside_one_it_does_not(
        self, asked: list[float], middle: int
    ) -> None:
        estimate = Market(sellers(asked)).estimate(NOW_US, reference=self.REFERENCE)
        assert round(exp(estimate.middle)) == middle

    def test_alone_it_is_a_normal_of_spread_0_35_around_the_price(self) -> None:
        estimate = Market().estimate(NOW_US, reference=self.REFERENCE)
        assert exp(estimate.middle) == pytest.approx(3000)
        assert estimate.spread == pytest.approx(0.35, abs=0.0001)
        assert (estimate.established, estimate.sellers, estimate.pseudo) == (0, 0, 8)

    def test_eight_real_sellers_need_none(self) -> None:
        market = Market(sellers([2000.0] * 8))
        assert market.estimate(NOW_US, reference=self.REFERENCE) == market.estimate(NOW_US)

    def test_after_180_days_it_is_worth_nothing(self) -> None:
        market = Market()
        assert not market.estimate(NOW_US, reference=ReferencePrice(8.0, NOW_US - days(180))).below_eight
        assert market.estimate(NOW_US, reference=ReferencePrice(8.0, NOW_US - days(180) - 1)).below_eight

    @pytest.mark.parametrize(("price", "dismissed"), [(2200, True), (2300, False), (3800, True), (3700, False)])
    def test_four_established_sellers_who_disagree_by_over_a_quarter_dismiss_it(
        self, price: float, dismissed: bool
    ) -> None:
        market = Market(sellers([price] * 4))
        assert market.estimate(NOW_US, reference=self.REFERENCE).below_eight is dismissed

    def test_three_do_not_nor_a_fourth_who_is_young_of_their_ring_or_on_the_other_side(self) -> None:
        three = sellers([1500.0] * 3)
        for fourth, ring in ((entry(1500, age=3), ""), (entry(1500), "r"), (entry(4000), ""), (entry(9000), "")):
            marked = {"s000": flags(ring=ring), "z": Flags(NOW_US, 1, fourth.registered_us, 0, ring=ring)}
            assert not Market(three | {"z": fourth}, marked).estimate(NOW_US, reference=self.REFERENCE).below_eight
