"""How well and how fast titles are resolved: `python -m bench.detection.titles --data FOLDER`.

The folder holds `product_titles/pricerunner_dev.csv`. Coefficients and threshold were chosen on the tuning half of the
products alone (`--fit` finds the coefficients again); the figures are those of the other half.
"""

import argparse
import gc
import json
import multiprocessing
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from bench.detection.fitting import refit
from bench.detection.offers import FILE, Offer, Offers, half, load, variants, without_half
from detectors.titles import Titles

RUNS: Final = 5
TIMED: Final = 3_000  # distinct titles
CHANGED: Final = 2_000  # products added and removed again
SIZES: Final = (10_000, 100_000, 1_000_000)


def main() -> None:
    """Prints the figures and writes them as JSON."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--data", required=True, type=Path, help=f"folder with {FILE}")
    options.add_argument("--fit", action="store_true", help="find the coefficients again, print them, and stop")
    options.add_argument("--sizes", type=int, nargs="*", default=list(SIZES), help="catalogues to be timed")
    options.add_argument("--out", type=Path, help="file for the figures as JSON")
    given = options.parse_args()
    if not (given.data / FILE).exists():
        sys.exit(f"{given.data / FILE} is missing: give the folder that holds it as --data.")
    offers = load(given.data)
    if given.fit:
        print(refit(offers))
        return
    figures: dict[str, Any] = {"machine": _machine(), "quality": quality(offers)}
    _show(figures)
    figures["speed"] = []
    for size in given.sizes:
        with multiprocessing.get_context("spawn").Pool(1) as fresh:  # so that memory counts from nothing
            figures["speed"].append(fresh.apply(speed, (offers, size)))
        print(json.dumps(figures["speed"][-1]), flush=True)
    if given.out is not None:
        given.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def quality(offers: Offers) -> dict[str, Any]:
    """Shares of titles answered and right, by part and category; and answered with half of the products absent."""
    titles = Titles(offers.products)
    figures: dict[str, Any] = {
        "products": len(offers.products),
        "tuning": resolved(titles, offers.tuning),
        "reported": resolved(titles, offers.reported),
    }
    for category in sorted({offer.category for offer in offers.reported}):
        figures[f"reported, {category}"] = resolved(
            titles, [offer for offer in offers.reported if offer.category == category]
        )
    label_of = {product.product_id: product.name for product in offers.products}
    answered = asked = 0
    for missing in (0, 1):
        fewer = without_half(offers.products, missing)
        absent = [offer for offer in offers.reported if half(label_of[offer.product_id], 1) == missing]
        asked += len(absent)
        answered += sum(fewer.resolve(offer.title).product_id is not None for offer in absent)
    figures["answered although the product is not in the catalogue"] = round(answered / asked, 4)
    return figures


def resolved(titles: Titles, offers: Sequence[Offer]) -> dict[str, float]:
    """Shares: `best` candidate right, `answered`, `right` of those; `calibration` is mean confidence less `best`."""
    best = answered = right = 0
    confidence = 0.0
    for offer in offers:
        found = titles.resolve(offer.title)
        best += bool(found.candidates) and found.candidates[0].product_id == offer.product_id
        answered += found.product_id is not None
        right += found.product_id == offer.product_id
        confidence += found.confidence
    count = len(offers)
    return {
        "titles": count,
        "best": round(best / count, 4),
        "answered": round(answered / count, 4),
        "right": round(right / answered, 4) if answered else 0.0,
        "calibration": round((confidence - best) / count, 4),
    }


def speed(offers: Offers, size: int) -> dict[str, Any]:
    """Microseconds a title, a product added and removed; bytes a product; CPU time of the thread."""
    gc.collect()
    before = _resident()
    titles = Titles(offers.products[:size])
    for product in variants(offers.products, size - len(titles)):
        titles.add(product)
    gc.collect()
    memory = (_resident() - before) / size
    chosen = random.Random(1).sample(sorted({offer.title for offer in offers.reported}), TIMED)
    spent = [_timed(titles.resolve, chosen) for _ in range(RUNS)]
    runs = [sorted(run) for run in spent]
    quiet = sorted(map(min, zip(*spent, strict=True)))  # the fastest of each title's runs: what others did least to
    fresh = list(variants(offers.products, CHANGED, seed=11))
    added = sorted(_timed(titles.add, [_renamed(product) for product in fresh]))
    removed = sorted(_timed(titles.remove, [_renamed(product).product_id for product in fresh]))
    return {
        "products": size,
        "bytes_a_product": round(memory),
        "median_us": _spread([run[len(run) // 2] for run in runs]),
        "p99_us": _spread([run[len(run) * 99 // 100] for run in runs]),
        "quiet_us": {"median": round(quiet[TIMED // 2], 1), "p99": round(quiet[TIMED * 99 // 100], 1)},
        "add_us": {"median": round(added[CHANGED // 2], 1), "p99": round(added[CHANGED * 99 // 100], 1)},
        "remove_us": {"median": round(removed[CHANGED // 2], 1), "p99": round(removed[CHANGED * 99 // 100], 1)},
        "load": round(os.getloadavg()[0], 1),
    }


def _renamed(product: Any) -> Any:
    return type(product)(product_id="n" + product.product_id, brand=product.brand, name=product.name)


def _timed(work: Callable[[Any], object], over: Sequence[Any]) -> list[float]:
    spent = []
    for one in over:
        began = time.thread_time_ns()
        work(one)
        spent.append((time.thread_time_ns() - began) / 1_000)
    return spent


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 1),
        "min": round(min(values), 1),
        "max": round(max(values), 1),
    }


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "rapidfuzz": version("rapidfuzz"),
        "numpy": version("numpy"),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


def _show(figures: dict[str, Any]) -> None:
    print(json.dumps(figures["machine"]))
    for name, value in figures["quality"].items():
        print(f"{name:55} {json.dumps(value)}", flush=True)


if __name__ == "__main__":
    main()
