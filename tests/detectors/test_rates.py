"""Comparing across currencies: only by a team's own rates, in alerts and never for a hold, and the finding says so."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from assay.__main__ import main
from detectors.detector import Abstained, Finding
from detectors.market import Market
from detectors.policy import PolicyError, make_policy
from detectors.products import markets_of
from detectors.rates import rates_of
from detectors.rules.below_market_price import BelowMarketPrice
from detectors.rules.implausible_price import ImplausiblePrice
from schemas import ListingPublished
from streams.settings import read_policy
from tests.detectors.prices import I9100, KEY, NOW_US, USUAL, World, flags, listing, seller, sellers
from tests.story import Story, at, market, registered
from tests.story import listing as told

PACKAGED = read_policy(None)
#: One euro is 7.5 yuan.
RATES = {"CNY": 0.2, "EUR": 1.5, "USD": 1.4}
ABROAD = "p:i9100:new:EUR"
IN_EUROS = tuple(price / 7.5 for price in USUAL)


def around(here: int = 0, rates: dict[str, float] | None = None, **abroad: Any) -> World:
    """So many sellers ask about 3,000 yuan, 31 about 400 euros, and no reference price is known."""
    world = World({KEY: Market(sellers(USUAL[:here])), ABROAD: Market(sellers(IN_EUROS, prefix="e", **abroad))})
    world.exchange = RATES if rates is None else rates
    return world


def look(cause: ListingPublished, world: World, rule: Any = None) -> Finding | Abstained | None:
    found: Finding | Abstained | None = (rule or BelowMarketPrice()).look(seller(cause, world), cause, NOW_US, world)
    return found


def test_half_of_what_others_ask_in_euros_is_strong_but_unsure_and_says_at_what_rate() -> None:
    found = look(listing("1500", title="i9100"), around())
    assert isinstance(found, Finding)
    assert found.grade == "strong_unsure"
    assert found.sentence == (
        "1,500.00 CNY; 31 other sellers ask 368 to 432 EUR (2,760 to 3,240 CNY at the policy's rates) "
        'for "i9100" new; half the usual price'
    )
    assert (found.numbers["market_currency"], found.numbers["exchange_rate"]) == ("EUR", "7.5")
    assert (found.numbers["market_price"], found.numbers["ratio"], found.numbers["n"]) == ("3000.00", 0.5, 31.0)


@pytest.mark.parametrize(
    "world",
    [
        around(rates={}),
        around(rates={"EUR": 1.5, "USD": 1.4}),  # none for the yuan
        around(rates={"CNY": 0.2, "USD": 1.4}),  # nor for the euro
        World({ABROAD: Market(sellers(IN_EUROS[:7]))}, exchange=RATES),  # seven are too few there as well
    ],
)
def test_without_a_rate_for_both_nothing_is_compared(world: World) -> None:
    assert look(listing("1500"), world) == Abstained("thin_market")
    assert look(listing("150"), world, ImplausiblePrice()) == Abstained("thin_market")


def test_a_market_in_the_listings_own_currency_comes_first() -> None:
    world = around(here=20)
    world.exchange = {"CNY": 1.0, "EUR": 1.0}  # under which the euro's market would be 400 yuan
    found = look(listing("1300"), world)
    assert isinstance(found, Finding)
    assert found.grade == "strong"
    assert "market_currency" not in found.numbers


def test_sellers_abroad_come_before_a_reference_price_that_nobody_bears_out() -> None:
    world = around()
    world.reference.add(I9100)
    found = look(listing("1500"), world)
    assert isinstance(found, Finding)
    assert (found.grade, found.numbers["market_currency"]) == ("strong_unsure", "EUR")
    world.exchange = {}
    found = look(listing("1000"), world)
    assert isinstance(found, Finding)
    assert found.grade == "no_market"


def test_the_currency_that_most_sellers_ask_in_is_taken() -> None:
    world = around()
    world.markets = {**world.markets, "p:i9100:new:USD": Market(sellers(IN_EUROS[:12], prefix="u"))}
    found = look(listing("1500"), world)
    assert isinstance(found, Finding)
    assert found.numbers["market_currency"] == "EUR"


def test_the_sellers_own_price_abroad_and_its_rings_are_left_out() -> None:
    entries = sellers(IN_EUROS[:8], prefix="e")
    world = around()
    world.markets = {ABROAD: Market({**entries, "judged": entries["e000"]})}
    assert isinstance(look(listing("1300"), world), Finding)
    del entries["e000"]
    world.markets = {ABROAD: Market({**entries, "judged": entries["e001"]})}
    assert look(listing("1300"), world) == Abstained("thin_market")
    ring = {"judged": flags(ring="r"), "e001": flags(ring="r")}
    world.markets = {ABROAD: Market({**sellers(IN_EUROS[:8], prefix="e"), "judged": entries["e001"]}, ring)}
    assert look(listing("1300"), world) == Abstained("thin_market")


def test_a_sale_abroad_moves_the_market_too() -> None:
    cheap = sellers([200.0, 205.0, 210.0], prefix="sale")
    standing = {seller_id: flags(standing=True) for seller_id in cheap}
    world = around()
    world.markets = {ABROAD: Market({**sellers(IN_EUROS, prefix="e"), **cheap}, standing)}
    assert look(listing("1500"), world) is None
    world.markets = {ABROAD: Market({**sellers(IN_EUROS, prefix="e"), **cheap})}
    assert isinstance(look(listing("1500"), world), Finding)


def test_a_tenth_abroad_is_implausible() -> None:
    found = look(listing("290"), around(), ImplausiblePrice())
    assert isinstance(found, Finding)
    assert found.numbers["market_currency"] == "EUR"


def test_the_markets_of_other_currencies_are_loaded_only_where_there_are_rates() -> None:
    world = around()
    assert markets_of(listing(), world) == (KEY, ABROAD, "p:i9100:new:USD")
    used = ("p:i9100:used:CNY", KEY, "p:i9100:used:EUR", "p:i9100:used:USD")
    assert markets_of(listing(condition="used"), world) == used
    assert markets_of(listing(currency="JPY"), world) == ("p:i9100:new:JPY",)
    world.exchange = {}
    assert markets_of(listing(), world) == (KEY,)


@given(st.sampled_from(["CNY", "EUR", "USD", "JPY"]), st.decimals("0.01", "1000000", places=2), st.integers(0, 31))
def test_no_price_abroad_is_ever_strong_by_itself(currency: str, price: Any, here: int) -> None:
    found = look(listing(str(price), currency=currency), around(here % 8))
    assert not isinstance(found, Finding) or found.grade != "strong" or "market_currency" not in found.numbers


def test_a_fake_in_a_new_currency_is_an_alert_with_rates_and_nothing_without() -> None:
    for own, alerts in (({}, 0), ({"rates": {"CNY": "1", "USD": "7.2"}}, 1)):
        story = Story(own).tell(market(), registered(at(-40), "gang"))
        story.tell(told(at(2), "gang", 200, currency="USD"))
        assert len([alert for alert in story.alerts if alert.mode == "alert"]) == alerts
        assert not story.holds


class TestPolicy:
    @pytest.mark.parametrize(
        ("rates", "sentence"),
        [
            ('EUR = "0"\nUSD = 1', "must be a number from 1e-09 to 1e+09, what one EUR is worth"),
            ("EUR = -1.08\nUSD = 1", "must be a number from 1e-09 to 1e+09, what one EUR is worth"),
            ('EUR = "cheap"\nUSD = 1', "not 'cheap'"),
            ("EUR = true\nUSD = 1", "not True"),
            ("EUR = nan\nUSD = 1", "not nan"),
            ("EUR = inf\nUSD = 1", "not inf"),
            (f"EUR = {'9' * 400}\nUSD = 1", "not 999"),
            ("EUR = [1]\nUSD = 1", "not [1]"),
            ("EURO = 1.08\nUSD = 1", "The policy's rates.EURO is of no currency"),
            ("eur = 1.08\nUSD = 1", "The policy's rates.eur is of no currency"),
            ("EUR = 1.08", "name EUR alone"),
        ],
    )
    def test_what_is_no_rate_is_told_in_one_sentence(self, rates: str, sentence: str, tmp_path: Path) -> None:
        own = tmp_path / "own.toml"
        own.write_text(f"[rates]\n{rates}\n")
        ended = CliRunner().invoke(main, ["policy", "check", str(own)])
        assert (ended.exit_code, ended.stdout) == (1, "")
        assert sentence in ended.stderr
        assert ended.stderr.count("\n") == 1

    def test_rates_that_are_no_table_are_told_too(self) -> None:
        with pytest.raises(PolicyError, match="must be a table"):
            make_policy(PACKAGED, {"rates": 1})

    def test_text_and_numbers_mean_the_same_and_every_rate_changes_the_version(self) -> None:
        texts = make_policy(PACKAGED, {"rates": {"USD": "1", "EUR": "1.08"}})
        numbers = make_policy(PACKAGED, {"rates": {"EUR": 1.08, "USD": 1}})
        assert (texts.rates, texts.version) == (numbers.rates, numbers.version)
        assert texts.version != make_policy(PACKAGED, {"rates": {"EUR": 1.09, "USD": 1}}).version
        assert make_policy(PACKAGED).rates == {}


@pytest.mark.parametrize("worth", ["1e-9", "1e9"])
def test_the_least_and_the_most_that_the_sentence_names_are_rates(worth: str) -> None:
    assert rates_of({"CNY": "1", "USD": worth}) == {"CNY": 1.0, "USD": float(worth)}
