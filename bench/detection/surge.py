"""Operating characteristics of `complaint_surge` by simulation: `python -m bench.detection.surge`.

How many days complaints that double every 60 days go on before it speaks, and how often it speaks where nothing rises.
Counts are drawn for each day, with a weekly pattern; the series, the baseline and the thresholds are the real ones.
Needs no data.
"""

from collections.abc import Callable, Iterator
from functools import partial
from statistics import median, quantiles
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bench.detection.simulated import table
from bench.detection.tables import options
from bench.measured import keep
from detectors.baseline import Surges, SurgeTerms
from detectors.surge import Series

DRAWS: Final = 200
WEEK: Final = (1.15, 1.10, 1.05, 1.0, 1.0, 0.9, 0.8)
YEAR: Final = 365
KNOWN: Final = 24 * 7  # days before anything is measured
DOUBLING: Final = 60  # days
RAMPS: Final = ((30.0, 0.0), (10.0, 0.0), (2.7, 0.0), (30.0, 10.0), (10.0, 10.0), (2.7, 10.0))
SLOW: Final = (60, 120, 180, 240, 365)
WATCHED: Final = 2 * YEAR
MARKET_RATES: Final = (0.03, 0.3, 1.0, 2.7, 12.7, 30.0, 100.0)
SELLER_RATES: Final = (0.03, 0.1, 0.3, 1.0, 3.0)
MARKET_YEARS, SELLER_YEARS = 5, 50  # each of the draws
JUMPS: Final = (2.0, 3.0, 5.0)
SALE_DAYS, SALE_TIMES, SALES_A_YEAR = 3, 5.0, 2
LAG_DAYS: Final = 28  # from the delivery to the complaint, at most; 13 on average

Counts = npt.NDArray[np.int64]


class Found(NamedTuple):
    """Of rises: the share that were raised already when it began, and after how many days each of the others is.

    `WATCHED` days: not within them.
    """

    already: float
    days: list[float]

    def within(self, day: float) -> float:
        return sum(one <= day for one in self.days) / len(self.days)

    def shown(self) -> dict[str, float]:
        return {
            "median": median(self.days),
            "90 %": quantiles(self.days, n=10, method="inclusive")[-1],
            "within 21 days": self.within(21),
            "raised before": self.already,
        }


class Calm(NamedTuple):
    """Where nothing rises: how often a year it is raised, and the share of the days on which it stands."""

    a_year: float
    standing: float


def generator(*named: object) -> np.random.Generator:
    return np.random.default_rng([ord(letter) for letter in "/".join(map(str, named))])


def weekly(days: int) -> npt.NDArray[np.float64]:
    return np.resize(np.array(WEEK) / np.mean(WEEK), days)


def drawn(draw: np.random.Generator, rates: npt.NDArray[np.float64], dispersion: float = 1.0) -> Counts:
    """Counts of these means; their variance is `dispersion` times the mean."""
    if dispersion > 1:
        rates = draw.gamma(rates / (dispersion - 1), dispersion - 1)
    return draw.poisson(rates)


def raised(counts: Counts, terms: SurgeTerms, delivered: Counts | None = None) -> Iterator[bool]:
    """Day by day, whether the series is."""
    series = Series(0)
    for day, count in enumerate(counts.tolist()):
        series.close_day(day, count, 0 if delivered is None else int(delivered[day]), terms)
        yield series.raised


def doubling_in(days: float) -> npt.NDArray[np.float64]:
    """By how much a rate has grown on each day since."""
    grown: npt.NDArray[np.float64] = np.power(2.0, (np.arange(WATCHED) + 0.5) / days)
    return grown


def risen(
    seed: int, draws: int, rate: float, background: float, terms: SurgeTerms, grown: npt.NDArray[np.float64]
) -> Found:
    """Complaints grow from `rate` a day, among `background` that do not."""
    days: list[float] = []
    already = 0
    for number in range(draws):
        draw = generator("risen", seed, rate, background, grown[-1], number)
        begins = KNOWN + int(draw.integers(28, 28 + YEAR))
        means = np.concatenate([np.full(begins, rate), rate * grown]) + background
        states = raised(drawn(draw, means * weekly(len(means))), terms)
        before = [next(states) for _ in range(begins)]
        if before[-1]:
            already += 1
        else:
            days.append(next((float(day) for day, state in enumerate(states, 1) if state), float(WATCHED)))
    return Found(already / draws, sorted(days))


def calm(draws: int, years: int, counts: Callable[[int, int], tuple[Counts, Counts | None]], terms: SurgeTerms) -> Calm:
    """`counts` of a draw's number and its days: complaints, and orders delivered."""
    openings = stands = 0
    for number in range(draws):
        complaints, delivered = counts(number, KNOWN + years * YEAR)
        before = False
        for day, state in enumerate(raised(complaints, terms, delivered)):
            openings += day >= KNOWN and state and not before
            stands += day >= KNOWN and state
            before = state
    return Calm(openings / (draws * years), stands / (draws * years * YEAR))


def steady(seed: int, rate: float, dispersion: float, number: int, days: int) -> tuple[Counts, None]:
    draw = generator("steady", seed, rate, dispersion, number)
    return drawn(draw, rate * weekly(days), dispersion), None


def with_sales(seed: int, rate: float, number: int, days: int) -> tuple[Counts, Counts]:
    """Two sales a year of three days with five times the orders; complaints come up to four weeks after a delivery."""
    draw = generator("sales", seed, rate, number)
    orders = 100 * weekly(days)
    for _ in range(SALES_A_YEAR * days // YEAR):
        first = int(draw.integers(0, days - SALE_DAYS))
        orders[first : first + SALE_DAYS] *= SALE_TIMES
    lags = np.exp(-np.arange(1, LAG_DAYS + 1) / 8.0) * np.arange(1, LAG_DAYS + 1)
    late = np.convolve(np.concatenate([np.full(LAG_DAYS, 100.0), orders]), lags / lags.sum())[LAG_DAYS - 1 :][:days]
    return drawn(draw, rate * late / 100), drawn(draw, orders)


def doubled(seed: int, rate: float, number: int, days: int) -> tuple[Counts, Counts]:
    """Sales double within a fortnight once a year, and their complaints ten days later; then they fall again."""
    draw = generator("doubled", seed, rate, number)
    phase = (np.arange(days) + int(draw.integers(0, YEAR))) % YEAR
    share = np.interp(phase, [0, 100, 114, 240, 254, YEAR], [1, 1, 2, 2, 1, 1])
    later = np.concatenate([share[:10], share[:-10]])
    return drawn(draw, rate * later * weekly(days)), drawn(draw, 100 * share * weekly(days))


def rise_table(found: dict[str, Found]) -> str:
    rows = []
    for name, one in found.items():
        told = one.shown()
        shares = [f"{told[key]:.0%}" for key in ("within 21 days", "raised before")]
        days = ["never" if told[key] >= WATCHED else f"{told[key]:.0f}" for key in ("median", "90 %")]
        rows.append([name, *days, *shares])
    return table(["complaints a day", "median", "90 %", "within 21 days", "raised before"], rows)


def calm_table(found: dict[str, Calm], unit_years: int) -> str:
    rows = [[name, f"{unit_years * one.a_year:.2f}", f"{one.standing:.2%}"] for name, one in found.items()]
    return table(
        ["complaints a day", "times a year" if unit_years == 1 else f"times in {unit_years} years", "of the days"], rows
    )


def rises(seed: int, draws: int, terms: Surges) -> dict[str, dict[str, Found]]:
    """By what rises: brands with and without what does not, ever more slowly, and sellers at once."""
    grown = doubling_in(DOUBLING)
    return {
        "doubling": {
            f"{rate:g}" + (f" over {rest:g}" if rest else ""): risen(seed, draws, rate, rest, terms.market, grown)
            for rate, rest in RAMPS
        },
        "slower": {
            f"10, doubling in {days} days": risen(seed, draws, 10.0, 0.0, terms.market, doubling_in(days))
            for days in SLOW
        },
        "jumps": {
            f"{rate:g} to {rate * times:g}": risen(seed, draws, rate, 0.0, terms.seller, np.full(WATCHED, times))
            for rate in SELLER_RATES
            for times in JUMPS
        },
    }


def calms(seed: int, draws: int, terms: Surges) -> dict[str, dict[str, Calm]]:
    """Of brands and of sellers where nothing rises, and where it only looks so."""
    markets = {
        f"{rate:g}": calm(draws, MARKET_YEARS, partial(steady, seed, rate, 1.0), terms.market) for rate in MARKET_RATES
    }
    for wide in (1.5, 2.0):
        markets |= {
            f"{rate:g}, variance {wide:g} times the mean": calm(
                draws, MARKET_YEARS, partial(steady, seed, rate, wide), terms.market
            )
            for rate in (2.7, 12.7, 30.0)
        }
    for name, counts in (("sales of three days", with_sales), ("orders double and halve", doubled)):
        markets |= {
            f"{rate:g}, {name}": calm(draws, MARKET_YEARS, partial(counts, seed, rate), terms.market)
            for rate in (2.7, 30.0)
        }
    sellers = {
        f"{rate:g}": calm(draws, SELLER_YEARS, partial(steady, seed, rate, 1.0), terms.seller) for rate in SELLER_RATES
    }
    return {"markets": markets, "sellers": sellers}


def main() -> None:
    """Prints the tables and writes everything as JSON; with `--pictures FOLDER` it draws what it found."""
    given = options(__doc__, "series of each kind", DRAWS)
    found = rises(given.seed, given.draws, Surges())
    for title, name in (
        (f"Days until complaints about a brand that double every {DOUBLING} days are found", "doubling"),
        ("Those that rise more slowly", "slower"),
        ("Days until complaints about a seller that have jumped are found", "jumps"),
    ):
        print(f"{title}:\n\n{rise_table(found[name])}\n", flush=True)
    quiet = calms(given.seed, given.draws, Surges())
    print(f"A brand or category where nothing rises:\n\n{calm_table(quiet['markets'], 1)}\n")
    print(f"A seller where nothing rises:\n\n{calm_table(quiet['sellers'], 100)}\n", flush=True)
    results: dict[str, Any] = {
        **{name: {key: one.shown() for key, one in by.items()} for name, by in found.items()},
        **{name: {key: one._asdict() for key, one in by.items()} for name, by in quiet.items()},
    }
    keep("surge", {"seed": given.seed, "draws": given.draws}, results)
    if given.pictures is not None:
        from bench.detection import pictures  # noqa: PLC0415 - matplotlib is asked for only where a plot is

        curves = {name: one.days for name, one in found["doubling"].items()}
        rates = {name: {float(key): one.a_year for key, one in quiet[name].items() if "," not in key} for name in quiet}
        pictures.surge(given.pictures / "surge.png", curves, rates)


if __name__ == "__main__":
    main()
