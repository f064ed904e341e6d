"""A sale that everybody joins: honest sellers go 40 % down one after another, and each is judged as it does."""

import random
from math import log
from typing import Any, Final, NamedTuple

from bench.detection.simulated import ESTABLISHED_DAYS, NOW_US, Bench, Tally, honest, table
from detectors.entries import Entry, Flags
from detectors.market import Market, learn_flags
from schemas.fields import DAY_US

SELLERS: Final = 24
JOINING: Final = 18
OFF: Final = log(0.6)
SEEDS: Final = 200
SPREADS: Final = (0.08, 0.12, 0.15, 0.20)
STANDING: Final = (24, 12, 6, 0)  # sellers of the 24
JOINED_US: Final = NOW_US - ESTABLISHED_DAYS * DAY_US


class Sale(NamedTuple):
    """A category's sale in one market: how far its sellers differ, and how many of the 24 have standing."""

    spread: float
    standing: int


def held_on_sale(bench: Bench, sale: Sale, seed: int) -> Tally:
    """The answers to one sale; whoever is held weighs nothing from then on."""
    draw = random.Random(f"sale/{seed}/{sale}")
    usual = {f"s-{at:02}": price for at, price in enumerate(honest(draw, SELLERS, sale.spread))}
    standing = set(draw.sample(sorted(usual), sale.standing))
    known = {who: Flags(NOW_US, 0, JOINED_US, NOW_US, standing=who in standing) for who in usual}
    market = Market({who: Entry(NOW_US, 0, JOINED_US, price, NOW_US) for who, price in usual.items()}, known)
    tally = Tally()
    for at, who in enumerate(draw.sample(sorted(usual), JOINING), start=1):
        price = usual[who] + OFF
        answer = bench.ask(market, price, standing=who in standing, seller=who)
        tally.add(answer)
        market.write(who, Entry(NOW_US, at, JOINED_US, price, NOW_US))
        if answer.held:
            learn_flags(known, who, Flags(NOW_US, at, JOINED_US, NOW_US, held=True, held_unseen=True), (market,))
    return tally


def report(bench: Bench) -> dict[str, Any]:
    """Of the 18 who join, how many are held, alerted on, and in how many of the sales anybody was held (means)."""
    found = {}
    for spread in SPREADS:
        for standing in STANDING:
            runs = [held_on_sale(bench, Sale(spread, standing), seed) for seed in range(SEEDS)]
            found[f"{spread:.2f}, {standing} of {SELLERS}"] = {
                "held": sum(run.held for run in runs) / SEEDS,
                "alerted": sum(run.alerted for run in runs) / SEEDS,
                "sales_with_a_hold": sum(run.held > 0 for run in runs) / SEEDS,
            }
    return found


def sale_table(found: dict[str, Any]) -> str:
    """Sellers of the 18; sales in percent."""
    rows = [
        [name, f"{one['held']:.2f}", f"{one['alerted']:.2f}", f"{100 * one['sales_with_a_hold']:.0f}"]
        for name, one in found.items()
    ]
    head = ["spread, sellers with standing", f"held of {JOINING}", f"alerts of {JOINING}", "sales with a hold %"]
    return table(head, rows)
