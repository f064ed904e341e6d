"""Operating characteristics of `below_market_price` by simulation: `python -m bench.detection.characteristics`.

How often a listing at a given share of the true usual price is strong or moderate; how many honest listings are held
when some or most sellers are on promotion; and what a wave of fakes does to the usual price. Needs no data; with
`--pictures FOLDER` it draws what it found.
"""

import random
from collections.abc import Iterator
from math import log
from typing import Any, Final, NamedTuple

from bench.detection import falls, sales, waves
from bench.detection.simulated import USUAL, Bench, Tally, honest, market_of, table
from bench.detection.tables import options
from bench.measured import keep

RATIOS: Final = (0.33, 0.50, 0.55, 0.60, 0.75, 1.0)
CURVE: Final = tuple(round(0.30 + 0.02 * step, 2) for step in range(26))
SPREADS: Final = (0.08, 0.12, 0.15, 0.20, 0.25)
SIZES: Final = (12, 20, 40)
ON_PROMOTION: Final = 0.04  # of the sellers
LEAST_OFF, MOST_OFF = 0.30, 0.60
DRAWS: Final = 2_000


class Promotions(NamedTuple):
    """Per 1,000 honest listings of a market with promotions, by whether all of its sellers have standing."""

    strong: float
    moderate: float
    alerted: float
    held: float
    held_at_usual_price: float


def detected(bench: Bench, size: int, spread: float, draws: int, seed: int) -> dict[float, Tally]:
    """By true ratio: the same markets are asked about every price."""
    draw = random.Random(f"detected/{seed}/{size}/{spread}")
    found = {ratio: Tally() for ratio in sorted({*RATIOS, *CURVE})}
    for _ in range(draws):
        market = market_of(honest(draw, size, spread))
        for ratio, tally in found.items():
            tally.add(bench.ask(market, log(USUAL * ratio)))
    return found


def promoted(bench: Bench, size: int, spread: float, draws: int, seed: int, *, standing: bool) -> Promotions:
    """The judged seller is one of `size` + 1 alike. Those on promotion are judged as often as the others (strata)."""
    draw = random.Random(f"promoted/{seed}/{size}/{spread}")
    tallies = {True: Tally(), False: Tally()}
    for _ in range(draws):
        market = market_of([price + _discount(draw) for price in honest(draw, size, spread)], standing=standing)
        for on_promotion, tally in tallies.items():
            (own,) = honest(draw, 1, spread)
            tally.add(bench.ask(market, own + (_off(draw) if on_promotion else 0.0), standing=standing))
    on, off = tallies[True], tallies[False]

    def rate(of_on: int, of_off: int) -> float:
        return 1_000 * (ON_PROMOTION * of_on / on.judged + (1 - ON_PROMOTION) * of_off / off.judged)

    return Promotions(
        rate(on.grades["strong"], off.grades["strong"]),
        rate(on.grades["moderate"], off.grades["moderate"]),
        rate(on.alerted, off.alerted),
        rate(on.held, off.held),
        rate(0, off.held),
    )


def _off(draw: random.Random) -> float:
    return log(1 - draw.uniform(LEAST_OFF, MOST_OFF))


def _discount(draw: random.Random) -> float:
    return _off(draw) if draw.random() < ON_PROMOTION else 0.0


def settings() -> Iterator[tuple[float, int]]:
    return ((spread, size) for spread in SPREADS for size in SIZES)


def detection_table(found: dict[tuple[float, int], dict[float, Tally]]) -> str:
    """Cells: strong / moderate, in percent."""
    rows = [
        [f"{spread:.2f}", size, *(_cell(found[spread, size][ratio]) for ratio in RATIOS)] for spread, size in settings()
    ]
    return table(["spread", "n", *(f"{ratio:.2f}" for ratio in RATIOS)], rows)


def _cell(tally: Tally) -> str:
    return f"{100 * tally.share(tally.grades['strong']):.1f} / {100 * tally.share(tally.grades['moderate']):.1f}"


def promotion_table(found: dict[tuple[float, int, bool], Promotions]) -> str:
    """Per 1,000 honest listings."""
    rows = []
    for spread, size in settings():
        new, old = found[spread, size, False], found[spread, size, True]
        cells = (new.held, new.held_at_usual_price, new.moderate, old.held, old.alerted, old.moderate)
        rows.append([f"{spread:.2f}", size, *(f"{cell:.1f}" for cell in cells)])
    head = ["spread", "n", "held, no standing", "of them not on promotion", "moderate"]
    return table([*head, "held, standing", "alert, standing", "moderate, standing"], rows)


def shown(
    found: dict[tuple[float, int], dict[float, Tally]], on_sale: dict[tuple[float, int, bool], Promotions]
) -> dict[str, Any]:
    """For the JSON."""
    return {
        "detected": {
            f"spread {spread}, n {size}": {str(ratio): tally.shown() for ratio, tally in by_ratio.items()}
            for (spread, size), by_ratio in found.items()
        },
        "promotions": {
            f"spread {spread}, n {size}, {'standing' if standing else 'no standing'}": rates._asdict()
            for (spread, size, standing), rates in on_sale.items()
        },
    }


def main() -> None:
    """Prints the tables and writes everything as JSON."""
    given = options(__doc__, "markets of each kind", DRAWS)
    bench = Bench()
    found = {(spread, size): detected(bench, size, spread, given.draws, given.seed) for spread, size in settings()}
    print("Strong / moderate, %, by true share of the usual price:\n")
    print(detection_table(found), flush=True)
    on_sale = {
        (spread, size, standing): promoted(bench, size, spread, 2 * given.draws, given.seed, standing=standing)
        for spread, size in settings()
        for standing in (False, True)
    }
    print(f"\nPer 1,000 honest listings, {ON_PROMOTION:.0%} of the sellers {LEAST_OFF:.0%} to {MOST_OFF:.0%} off:\n")
    print(promotion_table(on_sale), flush=True)
    wave = waves.report(bench)
    print(f"\n{waves.shift_table(wave)}\n\n{waves.decay_table(wave)}")
    weekend = sales.report(bench)
    print(f"\nA sale, {sales.JOINING} of {sales.SELLERS} sellers 40 % off:\n\n{sales.sale_table(weekend)}")
    fall = falls.report()
    print(f"\nAll prices fall by 40 % within 60 days:\n\n{falls.fall_table(fall)}")
    results = {**shown(found, on_sale), "wave": wave, "sale": weekend, "fall": fall}
    keep("characteristics", {"seed": given.seed, "draws": given.draws, "policy": bench.policy.version}, results)
    if given.pictures is not None:
        from bench.detection import pictures  # noqa: PLC0415 - matplotlib is asked for only where a plot is

        curves = {
            key: {ratio: tally.share(tally.grades["strong"]) for ratio, tally in by_ratio.items()}
            for key, by_ratio in found.items()
        }
        pictures.detection(given.pictures / "detection.png", curves)
        pictures.wave(given.pictures / "wave.png", wave)


if __name__ == "__main__":
    main()
