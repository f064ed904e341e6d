"""Genuine goods on offer, judged: `python -m bench.detection.tracked --data FOLDER`.

FOLDER holds `price_history/amazon_tracked.csv`: goods with their current, average and lowest price, most of them there
because they are a bargain. Each is put into simulated markets around its average price, and a seller outside the
market asks the current price, then the lowest ever. Nothing of the data is copied here.
"""

import random
from collections.abc import Iterator
from math import log
from pathlib import Path
from typing import Final, NamedTuple

from bench.detection.simulated import USUAL, Bench, Tally, honest, market_of, table, wilson
from bench.detection.tables import TRACKED, options, price_of, rows
from bench.measured import keep

SIZES: Final = (12, 20, 40)
SPREADS: Final = (0.08, 0.15, 0.25)
ASKED: Final = ("current", "lowest")
DRAWS: Final = 5  # markets of each kind, of each of the goods
MAX_TITLE_CHARS: Final = 200


class Goods(NamedTuple):
    """One tracked product; prices as natural logarithms of their share of its average price."""

    title: str
    current: float
    lowest: float


class Setting(NamedTuple):
    """What is asked, in which market, by whom."""

    asked: str
    spread: float
    size: int
    standing: bool

    def __str__(self) -> str:
        standing = "standing" if self.standing else "no standing"
        return f"{self.asked} price, spread {self.spread}, {self.size} sellers, {standing}"


def goods(folder: Path) -> list[Goods]:
    """Whatever has all three prices."""
    found = []
    for row in rows(folder, TRACKED):
        average, current, lowest = (price_of(row[f"{name}_price"]) for name in ("average", *ASKED))
        if average and current and lowest:
            shares = (log(price / average) for price in (current, lowest))
            found.append(Goods(row["title"][:MAX_TITLE_CHARS], *shares))
    return found


def settings() -> Iterator[Setting]:
    return (
        Setting(asked, spread, size, standing)
        for spread in SPREADS
        for size in SIZES
        for asked in ASKED
        for standing in (False, True)
    )


def judged(bench: Bench, offers: list[Goods], draws: int, seed: int) -> dict[Setting, Tally]:
    """Both prices and both kinds of seller ask in the same markets, whose other sellers have no standing."""
    found = {setting: Tally() for setting in settings()}
    for size in SIZES:
        for spread in SPREADS:
            draw = random.Random(f"tracked/{seed}/{size}/{spread}")
            for one in offers:
                for _ in range(draws):
                    market = market_of(honest(draw, size, spread))
                    for asked, share in zip(ASKED, (one.current, one.lowest), strict=True):
                        for standing in (False, True):
                            answer = bench.ask(market, log(USUAL) + share, standing=standing, title=one.title)
                            found[Setting(asked, spread, size, standing)].add(answer)
    return found


def price_table(found: dict[Setting, Tally], goods_judged: float) -> str:
    """In percent of the judged; the interval takes each of the goods once, however many markets it was put into."""
    lines = []
    for setting in (one for one in settings() if not one.standing):
        new, old = found[setting], found[setting._replace(standing=True)]
        held = new.share(new.held)
        low, high = wilson(held, goods_judged)
        shares = (new.share(new.grades["strong"]), new.share(new.grades["moderate"]), held)
        cells = [f"{100 * share:.1f}" for share in shares]
        of_old = (old.share(old.alerted), old.share(old.held))
        lines.append(
            [
                f"{setting.asked}, {setting.size} sellers, {setting.spread:.2f}",
                *cells,
                f"{100 * low:.1f} to {100 * high:.1f}",
                *(f"{100 * share:.1f}" for share in of_old),
                new.moderate_alerted + old.moderate_alerted,
            ]
        )
    head = ["asks", "strong %", "moderate %", "held, no standing %", "95 % interval"]
    return table([*head, "alerts, standing %", "held, standing %", "alerts on moderate alone"], lines)


def how_far(offers: list[Goods]) -> str:
    """What the data say before anything is judged: shares of the goods at or below a share of their average price."""
    lines = []
    for asked, shares in zip(ASKED, zip(*((one.current, one.lowest) for one in offers), strict=True), strict=True):
        below = (sum(share <= log(ratio) for share in shares) / len(offers) for ratio in (0.33, 0.5, 0.55, 0.7))
        lines.append([f"{asked} price", *(f"{100 * share:.1f} %" for share in below)])
    return table(["of the average price, at most", "0.33", "0.50", "0.55", "0.70"], lines)


def main() -> None:
    """Prints the tables and writes them as JSON."""
    given = options(__doc__, "markets of each kind, of each of the goods", DRAWS, TRACKED)
    offers, bench = goods(given.data), Bench()
    found = judged(bench, offers, given.draws, given.seed)
    first = next(iter(found.values()))
    goods_judged = first.judged / given.draws
    print(f"{len(offers)} goods; judged {goods_judged:.0f} ({first.judged / first.asked:.1%}).\n\n{how_far(offers)}\n")
    print(f"Guards, of {len(offers)}: { ({guard: n // given.draws for guard, n in first.guards.most_common()}) }\n")
    print(price_table(found, goods_judged))
    results = {"goods": len(offers), **{str(setting): tally.shown() for setting, tally in found.items()}}
    keep("tracked", {"seed": given.seed, "draws": given.draws, "policy": bench.policy.version}, results)
    if given.pictures is not None:
        from bench.detection import pictures  # noqa: PLC0415 - matplotlib is asked for only where a plot is

        shares = {
            (one.asked, one.spread, one.size): (
                tally.share(tally.grades["strong"]),
                tally.share(tally.grades["moderate"]),
            )
            for one, tally in found.items()
            if not one.standing
        }
        pictures.tracked(given.pictures / "tracked.png", shares)


if __name__ == "__main__":
    main()
