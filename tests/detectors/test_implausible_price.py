"""`implausible_price`: a price that is hardly meant."""

from detectors.detector import Abstained, DeadlineReached, Finding
from detectors.rules.below_market_price import BelowMarketPrice
from detectors.rules.implausible_price import ImplausiblePrice
from schemas import ListingPublished
from tests.detectors.prices import NOW_US, USUAL, World, entry, flags, listing, seller, sellers, world


def look(
    cause: ListingPublished, around: World, rule: ImplausiblePrice | BelowMarketPrice | None = None
) -> Finding | Abstained | None:
    return (rule or ImplausiblePrice()).look(seller(cause, around), cause, NOW_US, around)


def test_a_tenth_of_the_usual_price_is_implausible_and_says_so() -> None:
    found = look(listing("15"), world(sellers(USUAL)))
    assert isinstance(found, Finding)
    assert (found.reason_code, found.grade, found.subject_id) == ("implausible_price", "seen", "l-1")
    assert found.sentence == (
        "15.00 CNY; 31 other sellers ask 2,760 to 3,240 for the Samsung Galaxy S II i9100 16GB new; "
        "less than 1 % of the usual price"
    )
    assert found.numbers["ratio"] == 0.005
    assert found.event_ids == ("e-1",)


def test_exactly_one_of_the_two_price_detectors_speaks_on_either_side_of_a_tenth() -> None:
    around = world(sellers(USUAL))
    for price, implausible in (("301.4", True), ("301.6", False)):
        assert (look(listing(price), around) is not None) is implausible
        assert (look(listing(price), around, BelowMarketPrice()) is not None) is not implausible


def test_a_market_that_moves_makes_it_quiet_and_a_ring_that_pretends_to_does_not() -> None:
    cheap = sellers([250.0] * 3, prefix="cheap")
    for ring, quiet in (("", True), ("r", False)):
        around = world(sellers(USUAL) | cheap, {who: flags(standing=True, ring=ring) for who in cheap})
        assert (look(listing("250"), around) is None) is quiet


def test_a_thin_class_is_judged_by_the_new_price_times_its_discount() -> None:
    around, used = world(sellers(USUAL)), listing("179", condition="used")
    assert look(used, around) == Abstained("thin_market")
    assert isinstance(look(used, around, ImplausiblePrice(class_discounts={"used": 0.6})), Finding)
    assert look(listing("190", condition="used"), around, ImplausiblePrice(class_discounts={"used": 0.6})) is None


def test_it_abstains_without_a_market_and_on_packs() -> None:
    assert look(listing("1", currency="EUR"), world({})) == Abstained("thin_market")
    assert look(listing("400", pack_size=10), world(sellers(USUAL))) == Abstained("pack")


def test_the_smallest_price_there_is_among_sellers_of_one_ring_is_shown_without_an_exponent() -> None:
    """Hostile input: a price far below a cent, and a ring that owns the low end of the market."""
    ring = {f"low{number}": entry(0.001) for number in range(20)}
    around = world(sellers(USUAL) | ring, {who: flags(ring="r", standing=True) for who in ring})
    found = look(listing("0.00000000123456"), around)
    assert isinstance(found, Finding)
    assert found.numbers["price"] == "0.00000000123"
    assert found.sentence.startswith("0.00000000123 CNY; 51 other sellers ask ")


def test_it_answers_about_listings_only() -> None:
    around, cause = world(sellers(USUAL)), listing("15")
    reached = DeadlineReached("judged", "refund", "r-1", NOW_US)
    assert ImplausiblePrice().look(seller(cause, around), reached, NOW_US, around) is None
