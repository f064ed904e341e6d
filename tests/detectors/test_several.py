"""Packs and bundles: several goods cannot honestly cost less than one, and what they cost says nothing of one."""

from decimal import Decimal
from typing import Any

import pytest

from detectors.detector import Abstained, Finding
from detectors.market import Market
from detectors.products import Place, classify, markets_of
from detectors.rules.below_market_price import BelowMarketPrice
from detectors.rules.implausible_price import ImplausiblePrice
from schemas import ListingChanged, ListingPublished, Product
from tests.detectors.prices import KEY, NOW_US, USUAL, World, flags, listing, seller, sellers, world
from tests.story import Story, at, market
from tests.story import listing as offer

RULE = BelowMarketPrice(class_discounts={"used": 0.6})
NAMED = "Samsung Galaxy S II GT-I9100 16GB"


def look(
    cause: ListingPublished,
    around: World | None = None,
    rule: BelowMarketPrice | ImplausiblePrice = RULE,
    before: Finding | None = None,
) -> Finding | Abstained | None:
    """The detector's answer about a listing of which it said `before` already."""
    around = around or world(sellers(USUAL))
    state = seller(cause, around)
    if before is not None:
        state.listings[cause.listing_id].findings = {before.reason_code: before}
    return rule.look(state, cause, NOW_US, around)


def found(cause: ListingPublished, **how: Any) -> Finding:
    answer = look(cause, **how)
    assert isinstance(answer, Finding)
    return answer


@pytest.mark.parametrize(
    ("fields", "guard"),
    [
        ({"pack_size": 2}, "pack"),
        ({"title": f"2x {NAMED}"}, "pack"),
        ({"title": f"{NAMED} (lot of 2)"}, "pack"),
        ({"title": f"{NAMED} bundle"}, "bundle"),
        ({"title": f"{NAMED} gift set"}, "bundle"),
        ({"title": f"3x {NAMED}", "product_id": None}, "pack"),
        ({"title": f"{NAMED} twin pack", "product_id": None}, "pack"),
        ({"title": f"{NAMED} bundle", "product_id": "nobodys-id"}, "bundle"),
        ({"title": f"2x {NAMED} bundle", "pack_size": 2}, "pack"),
        ({"title": f"2x {NAMED}", "condition": "used", "price": "700"}, "pack"),
    ],
)
def test_several_for_half_the_price_of_one_alert_and_do_not_hold(fields: dict[str, Any], guard: str) -> None:
    several = found(listing(**({"price": "1500"} | fields)))
    assert several.grade == "strong_unsure"
    assert several.numbers["sold_as"] == guard
    assert f" usual price; for one alone, and this is sold as a {guard}" in several.sentence.replace(
        "what one should cost used", "the usual price"
    )


@pytest.mark.parametrize("price", ["1700", "2100", "3000", "5700"])
def test_several_for_more_than_that_are_not_judged(price: str) -> None:
    """At 0.57 one alone would be moderate; what two cost is for nobody to say."""
    assert look(listing(price, pack_size=2)) == Abstained("pack")


def test_where_too_few_ask_a_price_several_are_not_judged() -> None:
    nobodys = World({"g:00036000291452:new:CNY": Market(sellers(USUAL[:7]))})
    assert look(listing("300", product_id=None, gtin="036000291452", pack_size=2), nobodys) == Abstained("pack")
    assert look(listing("900", pack_size=2), world({})) == Abstained("pack"), "a reference price alone is no market"


@pytest.mark.parametrize(
    ("fields", "guard"),
    [
        ({"title": f"2x case for {NAMED}"}, "accessory"),
        ({"title": f"2x {NAMED} for parts"}, "for_parts"),
        ({"title": f"2x {NAMED}", "price_kind": "auction_start"}, "price_kind"),
        ({"title": f"case for {NAMED}", "pack_size": 2}, "pack"),
        ({"title": "2x phone", "product_id": None}, "pack"),
        ({"title": "2x Samsung Galaxy S II i9100 64GB"}, "pack"),
    ],
)
def test_what_is_not_the_goods_is_not_several_of_them(fields: dict[str, Any], guard: str) -> None:
    assert classify(listing(**fields), world({})) == Place("", guard)
    assert look(listing("1500", **fields)) == Abstained(guard)


def test_a_moving_market_is_one_for_several_too() -> None:
    cheap = sellers([1500.0, 1600.0, 1650.0], prefix="cheap")
    around = world(sellers(USUAL) | cheap, {who: flags(standing=True) for who in cheap})
    assert look(listing("1500", pack_size=2), around) == Abstained("pack")


def test_several_for_a_tenth_of_the_price_of_one_are_implausible() -> None:
    cause = listing("300", title=f"{NAMED} bundle")
    implausible = found(cause, rule=ImplausiblePrice())
    assert implausible.sentence.endswith("10 % of the usual price; for one alone, and this is sold as a bundle")
    assert look(cause) == Abstained("bundle")
    assert look(listing("310", title=f"{NAMED} bundle"), rule=ImplausiblePrice()) == Abstained("bundle")


def test_calling_the_same_a_pack_takes_nothing_away_and_a_price_for_several_ends_what_was_said_of_several() -> None:
    one = found(listing("1500"))
    assert look(listing("1500", pack_size=2), before=one) == Abstained("pack")
    doubted = found(listing("1500", title=f"{NAMED} ex display"))
    assert found(listing("1500", pack_size=2), before=doubted).numbers["sold_as"] == "pack"
    several = found(listing("1500", pack_size=2))
    assert look(listing("5700", pack_size=2), before=several) is None
    assert look(listing("5700", pack_size=2), before=doubted) == Abstained("pack")


def test_the_market_of_one_is_loaded_for_several_and_their_price_is_not_entered_there() -> None:
    around = world({})
    assert markets_of(listing(pack_size=2), around) == (KEY,)
    assert markets_of(listing(title=f"2x {NAMED}"), around) == (KEY,)
    assert classify(listing(title=f"2x {NAMED}"), around).key == ""
    dealt = [offer(at(2), "dealer", 900, title=f"2x {NAMED}"), offer(at(3), "dealer", 900, pack_size=2)]
    story = Story().tell(market(), dealt)
    seen = story.hop.around.market(KEY)
    assert len(seen) == 20
    assert seen.entry("dealer") is None


def test_a_shop_that_sells_pairs_for_the_price_of_half_a_phone_is_alerted_on_and_never_held() -> None:
    story = Story().tell(market(), [offer(at(2), "shop", 1400, title=f"2x {NAMED}", listing_id="L")])
    assert story.open_alerts()["price"].mode == "alert"
    assert story.hop.counts.guards["market", "pack"] == 1
    raised = offer(at(3), "shop", 5800, title=f"2x {NAMED}", listing_id="L", word=ListingChanged)
    story.tell([raised])
    assert story.holds == []
    assert "price" not in story.open_alerts()


def test_a_pack_that_is_the_product_is_compared_with_its_like() -> None:
    around = world({})
    around.reference.add(Product(product_id="duo", brand="Samsung", name="i9100 twin pack", reference_price=Decimal(1)))
    assert classify(listing(product_id="duo", title="Samsung i9100 twin pack"), around).guard == ""
