"""How well and how fast titles are resolved: `python -m bench.detection.titles --data FOLDER`.

The folder holds `product_titles/pricerunner_dev.csv`. Coefficients and thresholds were chosen on the tuning half of the
products alone (`--fit` finds the coefficients again); the figures are those of the other half.
"""

import argparse
import json
import multiprocessing
import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench.detection.fitting import refit
from bench.detection.offers import FILE, NEIGHBOURED, Offer, Offers, half, load, variants, without_half
from bench.detection.title_speed import machine, speed
from detectors.titles import Titles

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
    figures: dict[str, Any] = {"machine": machine(), "quality": quality(offers)}
    _show(figures)
    figures["speed"] = []
    for size in given.sizes:
        with multiprocessing.get_context("spawn").Pool(1) as fresh:  # so that memory counts from nothing
            figures["speed"].append(fresh.apply(speed, (offers, size)))
        print(json.dumps(figures["speed"][-1]), flush=True)
    if given.out is not None:
        given.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def quality(offers: Offers) -> dict[str, Any]:
    """Shares of titles answered, right, and contradicting; and answered with half of the products absent."""
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
    figures["tuning, contradicting"] = contradicting(titles, offers.tuning)
    figures["reported, contradicting"] = contradicting(titles, offers.reported)
    fewer = [product for product in offers.products if not half(product.name, 0) and not half(product.name, 2)]
    within = {product.product_id for product in fewer}
    own = [offer for offer in offers.tuning if offer.product_id in within]
    figures[f"tuning, {len(fewer)} products"] = resolved(Titles(fewer), own)
    label_of = {product.product_id: product.name for product in offers.products}
    answered = asked = 0
    for missing in (0, 1):
        lacking = without_half(offers.products, missing)
        absent = [offer for offer in offers.reported if half(label_of[offer.product_id], 1) == missing]
        asked += len(absent)
        answered += sum(lacking.resolve(offer.title).product_id is not None for offer in absent)
    figures["answered although the product is not in the catalogue"] = round(answered / asked, 4)
    for product in variants(offers.products, NEIGHBOURED - len(titles)):
        titles.add(product)
    figures[f"tuning, {NEIGHBOURED} products"] = resolved(titles, offers.tuning)
    figures[f"reported, {NEIGHBOURED} products"] = resolved(titles, offers.reported)
    figures[f"reported, contradicting, {NEIGHBOURED} products"] = contradicting(titles, offers.reported)
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


def contradicting(titles: Titles, offers: Sequence[Offer]) -> dict[str, float]:
    """Shares of titles said to contradict their own product, random others, and the other that they resemble most."""
    draw = random.Random(1)
    products = defaultdict(set)
    for offer in offers:
        products[offer.category].add(offer.product_id)
    within = {category: sorted(ids) for category, ids in products.items()}
    anywhere = sorted({offer.product_id for offer in offers})
    own = other = any_other = nearest = 0
    for offer in offers:
        own += titles.contradicts(offer.title, offer.product_id)
        other += titles.contradicts(offer.title, _other(draw, within[offer.category], offer.product_id))
        any_other += titles.contradicts(offer.title, _other(draw, anywhere, offer.product_id))
        near = [one.product_id for one in titles.resolve(offer.title).candidates if one.product_id != offer.product_id]
        nearest += bool(near) and titles.contradicts(offer.title, near[0])
    shares = {"own": own, "other of the category": other, "other": any_other, "nearest other": nearest}
    return {name: round(count / len(offers), 4) for name, count in shares.items()}


def _other(draw: random.Random, ids: Sequence[str], own: str) -> str:
    while (drawn := draw.choice(ids)) == own:
        pass
    return drawn


def _show(figures: dict[str, Any]) -> None:
    print(json.dumps(figures["machine"]))
    for name, value in figures["quality"].items():
        print(f"{name:55} {json.dumps(value)}", flush=True)


if __name__ == "__main__":
    main()
