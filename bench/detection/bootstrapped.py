"""Real prices in simulated markets, judged: `python -m bench.detection.bootstrapped --data FOLDER`.

FOLDER holds `phone_listings/amazon_2019.csv` and `perfume_listings/ebay_womens.csv`. How far listings lie from the
median of their group (residuals of log price) is drawn again and again into markets of 12, 20 and 40 sellers; each
listing's own residual is judged in such markets. Coarser groups show what a wrong product costs. Nothing of the data
is copied here; `--show` prints the titles that decide.
"""

import random
from collections import Counter
from collections.abc import Sequence
from math import exp, log
from statistics import median
from typing import Any, Final, NamedTuple

from bench.detection.grouped import LEAST, Goods, Residual, residuals
from bench.detection.perfumes import perfumes
from bench.detection.phones import phones
from bench.detection.simulated import STRONG, USUAL, Bench, Tally, market_of, table, wilson
from bench.detection.tables import PERFUMES, PHONES, options
from bench.measured import keep
from detectors.measures.weighted import NORMAL_CONSISTENCY

SIZES: Final = (12, 20, 40)
DRAWS: Final = 200  # markets a listing is judged in, of each size


class Pool(NamedTuple):
    """Which listings are compared: groups of at least `least`, by everything but what is left out.

    `guarded`: also what the judge would not compare.
    """

    name: str
    least: int = LEAST
    without: tuple[str, ...] = ()
    guarded: bool = False

    def of(self, goods: Goods) -> list[Residual]:
        return residuals(goods.groups(self.without, guarded=self.guarded), self.least)


POOLS: Final = (
    Pool("groups of 3 and more"),
    Pool("groups of 2 and more", least=2),
    Pool("size left out", without=("size",)),
    Pool("type and condition left out", without=("type", "condition")),
    Pool("guards ignored", guarded=True),
    Pool("size and guards ignored", without=("size",), guarded=True),
)


class Judged(NamedTuple):
    """One pool in markets of one size: how often each listing was strong, moderate (shares), and what followed."""

    size: int
    strong: list[float]
    moderate: list[float]
    tally: Tally


def judged(bench: Bench, pool: Sequence[Residual], size: int, draws: int, seed: str) -> Judged:
    """Every listing in as many markets, each of the others drawn with replacement."""
    draw = random.Random(f"{seed}/{size}")
    values = [one.value for one in pool]
    every = Judged(size, [], [], Tally())
    for value in values:
        grades: Counter[str] = Counter()
        for _ in range(draws):
            market = market_of(log(USUAL) + other for other in draw.choices(values, k=size))
            answer = bench.ask(market, log(USUAL) + value)
            every.tally.add(answer)
            grades["strong" if answer.grade in (*STRONG, "implausible") else answer.grade] += 1
        every.strong.append(grades["strong"] / draws)
        every.moderate.append(grades["moderate"] / draws)
    return every


def as_they_are(bench: Bench, goods: Goods) -> Tally:
    """Each listing against the others of its own group, nothing drawn: most groups are too small to be judged."""
    tally = Tally()
    for group in goods.groups():
        for at, row in enumerate(group):
            market = market_of(other.log_price for other in group[:at] + group[at + 1 :])
            tally.add(bench.ask(market, row.log_price))
    return tally


def spread(pool: Sequence[Residual]) -> float:
    """1.4826 times the median absolute residual."""
    return NORMAL_CONSISTENCY * median(abs(one.value) for one in pool)


def line(name: str, pool: Sequence[Residual], found: Judged) -> list[object]:
    """Per 1,000 judged; the interval takes each listing once, however many markets it was put into."""
    cells: list[object] = [name, found.size, len(pool), f"{spread(pool):.3f}"]
    for shares in (found.strong, found.moderate):
        rate = sum(shares) / len(shares)
        low, high = wilson(rate, len(shares))
        cells.append(f"{1000 * rate:.1f} ({1000 * low:.1f} to {1000 * high:.1f})")
    tally = found.tally
    return [*cells, f"{1000 * tally.share(tally.held):.1f}", tally.moderate_alerted]


def report(bench: Bench, kind: str, goods: Goods, draws: int, seed: int) -> tuple[list[list[object]], dict[str, Any]]:
    """The lines of the table, and the same for the JSON. Coarser groups are judged at 20 sellers only."""
    lines, results = [], {}
    for pool in POOLS:
        drawn = pool.of(goods)
        for size in SIZES if pool is POOLS[0] else SIZES[1:2]:
            found = judged(bench, drawn, size, draws, f"{seed}/{kind}/{pool.name}")
            lines.append(line(f"{kind}, {pool.name}", drawn, found))
            deciding = sum(map(bool, map(sum, zip(found.strong, found.moderate, strict=True))))
            results[f"{pool.name}, {size} sellers"] = {"flagged_ever": deciding, **found.tally.shown()}
    return lines, results


def deciding(pool: Sequence[Residual], ratio: float = 0.75) -> list[str]:
    """The titles of listings that ask at most that share of their group's usual price, the lowest first."""
    low = sorted((one for one in pool if exp(one.value) <= ratio), key=lambda one: one.value)
    return [
        f"{exp(one.value):.2f} {' '.join(one.row.named)} {one.row.condition} {one.row.guard}: {one.row.title[:100]}"
        for one in low
    ]


def funnel(kind: str, goods: Goods, alone: Tally) -> str:
    """How many listings are left at each step."""
    named, compared, grouped = len(goods.rows), len(goods.compared), len(POOLS[0].of(goods))
    return (
        f"{kind}: {goods.listed} listings, {goods.unpriced} without a price, {goods.unnamed} without a name or a size; "
        f"of the other {named} no guard holds {compared} back ({compared / named:.1%}; "
        f"{dict(goods.guards.most_common())}); {grouped} are in groups of {LEAST} and more. As they are, "
        f"{alone.judged} are judged: {alone.grades['strong']} strong, {alone.grades['moderate']} moderate.\n"
    )


def main() -> None:
    """Prints the table and writes it as JSON."""
    given = options(__doc__, "markets a listing is judged in, of each size", DRAWS, f"{PHONES} and {PERFUMES}")
    kinds = {"phones": phones(given.data), "perfumes": perfumes(given.data)}
    bench, lines = Bench(), []
    results: dict[str, Any] = {}
    for kind, goods in kinds.items():
        of_kind, results[kind] = report(bench, kind, goods, given.draws, given.seed)
        lines += of_kind
        alone = as_they_are(bench, goods)
        results[kind]["as they are"] = alone.shown()
        print(funnel(kind, goods, alone))
    head = ["listings", "sellers", "rows", "spread", "strong per 1,000", "moderate per 1,000", "held per 1,000"]
    print(table([*head, "alerts on moderate alone"], lines))
    keep("bootstrapped", {"seed": given.seed, "draws": given.draws, "policy": bench.policy.version}, results)
    if given.pictures is not None:
        from bench.detection import pictures  # noqa: PLC0415 - matplotlib is asked for only where a plot is

        pools = {kind: [one.value for one in POOLS[0].of(goods)] for kind, goods in kinds.items()}
        pictures.residuals(given.pictures / "residuals.png", pools)


if __name__ == "__main__":
    main()
