"""The plots of the reports, as PNG. Needs matplotlib (the `bench` extra)."""

from collections.abc import Mapping, Sequence
from math import exp
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLOURS: Final = ("#1b6ca8", "#2a9d8f", "#8ab17d", "#e9a23b", "#d1495b")
STRONG_RATIO, MODERATE_RATIO = 0.55, 0.70
mpl.rcParams.update({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False})


def panels(count: int, height: float = 2.6) -> tuple[Figure, list[Axes]]:
    """A row of axes that share their y."""
    figure = Figure(figsize=(3.0 * count, height), layout="constrained")
    return figure, list(figure.subplots(1, count, sharey=True, squeeze=False)[0])


def save(figure: Figure, path: Path) -> None:
    """Without the version of what drew it, so that the same figures give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def detection(path: Path, curves: Mapping[tuple[float, int], Mapping[float, float]]) -> None:
    """P(strong) against the true ratio: a panel per n, a line per spread."""
    sizes = sorted({size for _, size in curves})
    spreads = sorted({spread for spread, _ in curves})
    figure, axes = panels(len(sizes))
    for axis, size in zip(axes, sizes, strict=True):
        for colour, spread in zip(COLOURS, spreads, strict=False):
            points = sorted((ratio, share) for ratio, share in curves[spread, size].items() if ratio <= 0.8)
            axis.plot(*zip(*points, strict=True), color=colour, label=f"spread {spread:.2f}")
        axis.set(title=f"{size} sellers", xlabel="true share of the usual price")
        axis.axvline(STRONG_RATIO, color="#999999", linewidth=0.6, linestyle=":")
    axes[0].set_ylabel("P(strong)")
    axes[-1].legend()
    save(figure, path)


def wave(path: Path, found: Mapping[str, Any]) -> None:
    """The weight of an old price, and how far waves of fakes move the usual price."""
    figure = Figure(figsize=(10.5, 2.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    days = [int(day) for day in found["weights"]]
    for at, name in enumerate(("listing live, no sign of it", "listing removed")):
        left.plot(days, [pair[at] for pair in found["weights"].values()], color=COLOURS[4 * at], label=name)
    left.set(xlabel="days since the last sign, since the removal", ylabel="weight", xlim=(0, 180))
    left.legend()
    held = list(found["shifts"].values())
    names = [name.replace(", honest prices 0 to ", ", honest prices up to ") for name in found["shifts"]]
    right.barh(names, [100 * one["mean"] for one in held], color=COLOURS[0])
    right.invert_yaxis()
    right.axvline(3, color="#999999", linewidth=0.6, linestyle=":")
    right.set_xlabel("mean shift of the usual price, %")
    save(figure, path)


def tracked(path: Path, shares: Mapping[tuple[str, float, int], tuple[float, float]]) -> None:
    """Strong (line) and moderate (dashed) of genuine tracked offers by spread: a panel per price, a line per n."""
    prices = sorted({price for price, _, _ in shares})
    sizes = sorted({size for _, _, size in shares})
    spreads = sorted({spread for _, spread, _ in shares})
    grades = ("strong", "moderate")
    figure, axes = panels(len(prices), 3.0)
    for axis, price in zip(axes, prices, strict=True):
        for colour, size in zip(COLOURS[::2], sizes, strict=False):
            for at, style in enumerate(("-", "--")):
                values = [100 * shares[price, spread, size][at] for spread in spreads]
                axis.plot(spreads, values, style, color=colour, label=f"{size} sellers, {grades[at]}")
        axis.set(title=f"asks the {price} price", xlabel="spread of the market", xticks=spreads)
    axes[0].set(ylabel="% of the judged offers", ylim=(0, None))
    axes[-1].legend(fontsize=6)
    save(figure, path)


def residuals(path: Path, pools: Mapping[str, Sequence[float]]) -> None:
    """How far real prices lie from the median of their group: histograms of the ratio, rare ones visible."""
    figure, axes = panels(len(pools))
    bins = [0.3 + 0.05 * step for step in range(35)]
    for axis, (name, pool) in zip(axes, pools.items(), strict=True):
        axis.hist([min(max(exp(one), 0.3), 2.0) for one in pool], bins, color=COLOURS[0])
        for ratio, colour in ((STRONG_RATIO, COLOURS[4]), (MODERATE_RATIO, COLOURS[3])):
            axis.axvline(ratio, color=colour, linewidth=0.8, linestyle="--")
        axis.set(title=f"{name}: {len(pool)} listings", xlabel="price / usual price of its group", yscale="log")
    axes[0].set_ylabel("listings")
    save(figure, path)


def surge(path: Path, curves: Mapping[str, Sequence[float]], rates: Mapping[str, Mapping[float, float]]) -> None:
    """The share of rising series found by each day, and how often one that does not rise is called."""
    figure = Figure(figsize=(10.5, 2.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    for number, (name, days) in enumerate(curves.items()):
        shares = [100 * sum(one <= day for one in days) / len(days) for day in range(101)]
        left.plot(range(101), shares, "--" if " over " in name else "-", color=COLOURS[number % 3 * 2], label=name)
    left.axvline(21, color="#999999", linewidth=0.6, linestyle=":")
    left.set(xlabel="days since complaints began to double every 60", ylabel="% found", ylim=(0, 100), xlim=(0, 100))
    left.legend(title="a day at first, over others", fontsize=7)
    for colour, (name, aim), label in zip(
        COLOURS[::4], (("markets", 1.0), ("sellers", 0.01)), ("a brand or category", "a seller"), strict=False
    ):
        points = [(rate, max(share, 1e-4)) for rate, share in sorted(rates[name].items())]
        right.plot(*zip(*points, strict=True), "o-", color=colour, label=label, markersize=3)
        right.axhline(aim, color=colour, linewidth=0.6, linestyle=":")
    right.set(xscale="log", yscale="log", xlabel="complaints a day, none of them rising", ylabel="alarms a year")
    right.legend()
    save(figure, path)
