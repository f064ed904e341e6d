"""The honest sellers: who they are, when they are away, what is peculiar about some of them."""

from collections.abc import Iterator

from simulator.calendar import holidays
from simulator.catalogue import BRANDS
from simulator.chance import Chance, Weighted
from simulator.scene import DAY_S, HOUR_S, Scene
from simulator.sellers import Absence, Seller, hashed
from simulator.words import NAMES, PLACES, TRADES

_TRADE = Weighted((("electronics", 0.6), ("shoes", 0.2), ("beauty", 0.2)))
_HOME = Weighted(
    (
        (("CN", "CNY", 8), 0.86),
        (("US", "USD", -6), 0.07),
        (("DE", "EUR", 1), 0.04),
        (("FR", "EUR", 1), 0.03),
    )
)
#: Orders a day; most shops are small, a few are large.
_ORDERS_A_DAY = Weighted(((0.3, 20.0), (1.0, 35.0), (2.0, 25.0), (5.0, 15.0), (12.0, 5.0)))
_SHELF = Weighted(((3, 1.0), (5, 2.0), (8, 4.0), (11, 2.0), (15, 1.0)))

LARGE = 5.0  # orders a day; such a shop has people who stand in for one another
ANNOUNCES, LARGE_ANNOUNCES = 0.85, 0.97  # share of the absences that are announced
AWAY_IN_DAYS, LARGE_AWAY_IN_DAYS = 240, 1_200  # one absence of the owner's own in so many days
CLOSES_ON_HOLIDAYS, LARGE_CLOSES_ON_HOLIDAYS = 0.45, 0.15  # share of the shops that close
SLOW, SLOW_SHARES = 0.03, (0.18, 0.40)  # sellers who often refund late, and how often
LOW_OPENING, LOW_OPENINGS = 0.30, (0.65, 0.85)  # new shops that begin with low prices, and how low
CLOSES, CLOSES_ABRUPTLY = 0.06, 0.3  # sellers who give up within a year; of those the ones without winding down


def authorised(sellers: int) -> dict[str, list[str]]:
    """Seller ids by brand: a flagship shop and one reseller each; none below two sellers a brand."""
    if sellers < 2 * len(BRANDS):
        return {}
    return {brand: [_id(at), _id(at + len(BRANDS))] for at, brand in enumerate(BRANDS)}


def honest(scene: Scene, chance: Chance, peculiar: Chance, sellers: int) -> Iterator[Seller]:
    """So many honest sellers: some there for years, some young, some that join during the run.

    What they are comes from `chance`, what is peculiar about some of them from `peculiar`.
    """
    flagships = {ids[0]: brand for brand, ids in authorised(sellers).items()}
    days = (scene.end_s - scene.start_s) // DAY_S
    for at in range(sellers):
        seller_id = _id(at)
        brand = flagships.get(seller_id)
        country, currency, offset_h = ("CN", "CNY", 8) if brand else chance.weighted(_HOME)
        trade = chance.weighted(_TRADE)
        draw = chance.random()
        if brand or draw < 0.80:
            registered_s = scene.start_s - int(chance.between(60, 1_500) * DAY_S)
        elif draw < 0.90:
            registered_s = scene.start_s - int(chance.between(2, 60) * DAY_S)
        else:
            registered_s = scene.start_s + int(chance.between(0, 0.8) * days * DAY_S)
        # Every fiftieth owner has two shops: one bank account and one device behind both.
        owner = f"{at - 1 if at % 50 == 49 else at}"
        seller = Seller(
            seller_id=seller_id,
            shop_name=f"{brand} Official Flagship Store"
            if brand
            else f"{chance.pick(PLACES)} {chance.pick(NAMES)} {chance.pick(TRADES[trade])}",
            country=country,
            currency=currency,
            utc_offset_h=offset_h,
            registered_s=registered_s,
            identifiers=(
                hashed("bank_account", owner),
                hashed("device", owner),
                hashed("phone", f"{at}"),
                hashed("return_address", f"{at}"),
            ),
            trade=trade,
            orders_a_day=12.0 if brand else chance.weighted(_ORDERS_A_DAY),
            shelf=chance.weighted(_SHELF),
            flagship_of=brand,
            grey=brand is None and chance.often(0.02),
            payout_second=chance.whole(1, 5) * HOUR_S + chance.whole(0, HOUR_S - 1),
        )
        seller.absences = tuple(sorted(_absences(scene, peculiar, seller)))
        _make_peculiar(scene, peculiar, seller)
        yield seller


def _absences(scene: Scene, chance: Chance, seller: Seller) -> Iterator[Absence]:
    """At most one of the owner's own, and the national holidays of more than a day on which the shop closes."""
    is_large = seller.orders_a_day >= LARGE
    announces = LARGE_ANNOUNCES if is_large else ANNOUNCES
    days = (scene.end_s - scene.start_s) / DAY_S
    if chance.often(days / (LARGE_AWAY_IN_DAYS if is_large else AWAY_IN_DAYS)):
        away_s = scene.start_s + int(chance.random() * days * DAY_S)
        yield Absence(away_s, away_s + int(chance.between(3, 10) * DAY_S), chance.often(announces))
    for one in holidays(seller.country, scene.start_s, scene.end_s):
        from_s = one.from_s - seller.utc_offset_h * HOUR_S
        closes = chance.often(LARGE_CLOSES_ON_HOLIDAYS if is_large else CLOSES_ON_HOLIDAYS)
        if closes and one.until_s - one.from_s > DAY_S:
            yield Absence(from_s, one.until_s - chance.whole(0, 1) * DAY_S, chance.often(announces))


def _make_peculiar(scene: Scene, chance: Chance, seller: Seller) -> None:
    """Slow refunds, low opening prices and a closing for some who are no flagship."""
    if not seller.flagship_of:
        days = (scene.end_s - scene.start_s) / DAY_S
        if chance.often(SLOW):
            seller.late_share = chance.between(*SLOW_SHARES)
        if seller.registered_s >= scene.start_s and chance.often(LOW_OPENING):
            seller.opening_share = chance.between(*LOW_OPENINGS)
            seller.opening_until_s = seller.registered_s + int(chance.between(10, 21) * DAY_S)
        if chance.often(CLOSES * days / 365):
            seller.closes_s = max(scene.start_s, seller.registered_s) + int(chance.between(0.1, 1.0) * days * DAY_S)
            seller.closes_abruptly = chance.often(CLOSES_ABRUPTLY)
    seller.traits = tuple(_traits(scene, seller))


def _traits(scene: Scene, seller: Seller) -> Iterator[str]:
    if seller.registered_s >= scene.start_s:
        yield "joins"
    if seller.opening_share < 1:
        yield "low opening prices"
    if seller.late_share > SLOW_SHARES[0]:
        yield "refunds late"
    if seller.grey:
        yield "grey imports"
    if any(not absence.is_announced for absence in seller.absences):
        yield "away unannounced"
    if seller.closes_s < scene.end_s:
        yield "closes abruptly" if seller.closes_abruptly else "closes"


def _id(at: int) -> str:
    return f"s-{at + 1:06d}"
