"""How fast titles are resolved, in catalogues of several sizes, and what a hostile title costs; run by `titles.py`."""

import gc
import os
import platform
import random
import statistics
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from bench.detection.offers import Offers, variants
from detectors.titles import Titles

RUNS: Final = 5
TIMED: Final = 3_000  # distinct titles
CHANGED: Final = 2_000  # products added and removed again
LONG: Final = 100_000  # characters of a hostile title


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
    ids = [offers.products[at % size].product_id for at in range(TIMED)]
    checked = sorted(_timed(lambda pair: titles.contradicts(*pair), list(zip(chosen, ids, strict=True))))
    fresh = [_renamed(product) for product in variants(offers.products, CHANGED, seed=11)]
    added = sorted(_timed(titles.add, fresh))
    removed = sorted(_timed(titles.remove, [product.product_id for product in fresh]))
    return {
        "products": size,
        "bytes_a_product": round(memory),
        "median_us": _spread([run[len(run) // 2] for run in runs]),
        "p99_us": _spread([run[len(run) * 99 // 100] for run in runs]),
        "quiet_us": {"median": round(quiet[TIMED // 2], 1), "p99": round(quiet[TIMED * 99 // 100], 1)},
        "contradicts_us": {"median": round(checked[TIMED // 2], 1), "p99": round(checked[TIMED * 99 // 100], 1)},
        "add_us": {"median": round(added[CHANGED // 2], 1), "p99": round(added[CHANGED * 99 // 100], 1)},
        "remove_us": {"median": round(removed[CHANGED // 2], 1), "p99": round(removed[CHANGED * 99 // 100], 1)},
        "hostile_us": _hostile(titles, offers),
        "load": round(os.getloadavg()[0], 1),
    }


def _hostile(titles: Titles, offers: Offers) -> dict[str, float]:
    """Microseconds of titles made to be slow: the slowest of each kind, by the median of its runs."""
    draw = random.Random(3)
    words = sorted({word for product in offers.products for word in product.name.split()})
    kinds = {
        "nothing": ["", " " * LONG],
        "one letter": ["x" * LONG, "9" * LONG, "x9" * LONG],
        "emoji": ["🛒" * LONG, "👩🏽‍🚀" * LONG],
        "right to left": ["هاتف ذكي جديد " * LONG, "\u202e" + "טלפון 64 gb " * LONG],
        "unfolding": ["\ufdfa" * LONG, "e\u0301" * LONG],
        "any character": ["".join(chr(draw.randrange(1, 0xD800)) for _ in range(400)) for _ in range(200)],
        "words of the catalogue": [" ".join(draw.choices(words, k=80)) for _ in range(300)],
    }
    slowest = {}
    for kind, made in kinds.items():
        runs = [_timed(titles.resolve, made) for _ in range(RUNS)]
        slowest[kind] = round(max(map(statistics.median, zip(*runs, strict=True))), 1)
    return slowest


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "python": platform.python_version(),
        "rapidfuzz": version("rapidfuzz"),
        "numpy": version("numpy"),
        "processors": os.cpu_count(),
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
