"""Whether two shops' records are one product: `python -m bench.detection.title_pairs --data FOLDER`.

The folder holds `matching_walmart_amazon/{train,valid}.csv`. A logistic regression on the resolver's measures of either
title against the other; fitted, and its threshold chosen, on train.csv alone (predictions for five folds); scored on
valid.csv, with the columns of model numbers and without.
"""

import argparse
import csv
import json
import math
import re
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
from rapidfuzz import fuzz

from bench.detection.fitting import Array, logistic
from detectors.titles.index import Index
from detectors.titles.scoring import Asked, asked, fit, grounds
from detectors.titles.tokens import tokens

FOLDER: Final = "matching_walmart_amazon"
_FOLDS: Final = 5
_SEPARATORS: Final = re.compile(r"[^a-z0-9]")
Row = dict[str, str]


def main() -> None:
    """Prints the F1 of both as JSON."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--data", required=True, type=Path, help=f"folder with {FOLDER}/train.csv and valid.csv")
    folder = options.parse_args().data / FOLDER
    if not (folder / "train.csv").exists():
        sys.exit(f"{folder / 'train.csv'} is missing: give the folder that holds {FOLDER} as --data.")
    train, valid = (list(csv.DictReader((folder / name).open(encoding="utf-8"))) for name in ("train.csv", "valid.csv"))
    shops = {side: Shop(side, train + valid) for side in "lr"}
    for models in (True, False):
        print(json.dumps(scored(shops, train, valid, models=models)), flush=True)


class Shop:
    """One side's titles as an index: how rare a feature is follows from the titles alone, never from a label."""

    def __init__(self, side: str, rows: list[Row]) -> None:
        self.side = side
        self.index = Index()
        self.slots = {title: self.index.add(tokens(title)) for title in dict.fromkeys(named(row, side) for row in rows)}

    def measures(self, row: Row, other: str) -> tuple[float, ...]:
        """This side's title as the product, the other side's as the title that is asked about."""
        title = self._asked(named(row, other))
        slot = self.slots[named(row, self.side)]
        return grounds(self.index, title, slot, fit(self.index, title, slot), None)[3:]  # what follows the margins

    def _asked(self, text: str) -> Asked:
        said = tokens(text)
        known = sorted(
            (self.index.counts[number], feature, number)
            for feature in said.features
            if (number := self.index.number(feature)) is not None
        )
        return asked(said, known, self.index.live)


def named(row: Row, side: str) -> str:
    """The title, with the brand before it where it lacks it."""
    brand, title = row[f"{side}_brand"], row[f"{side}_title"]
    return title if brand in title else f"{brand} {title}"


def described(shops: dict[str, Shop], row: Row, *, models: bool) -> list[float]:
    """What is measured of a pair, a constant first."""
    brands = row["l_brand"], row["r_brand"]
    prices = [price for price in map(_price, (row["l_price"], row["r_price"])) if price]
    both = len(prices) == 2
    given = [
        1.0,
        *shops["l"].measures(row, "r"),
        *shops["r"].measures(row, "l"),
        abs(math.log(prices[0] / prices[1])) if both else 0.0,
        float(both),
        fuzz.token_set_ratio(row["l_title"], row["r_title"]) / 100,
        fuzz.token_sort_ratio(row["l_title"], row["r_title"]) / 100,
        fuzz.ratio(*brands) / 100 if all(brands) else 0.5,
    ]
    return given + _models(row) if models else given


def _models(row: Row) -> list[float]:
    left, right, left_title, right_title = (
        _SEPARATORS.sub("", row[column].lower()) for column in ("l_modelno", "r_modelno", "l_title", "r_title")
    )
    both = bool(left and right)
    return [
        float(both),
        float(both and left == right),
        float(both and left != right),
        float(both and left != right and (left in right or right in left)),
        fuzz.ratio(left, right) / 100 if both else 0.5,
        float(len(left) > 3 and left in right_title),
        float(len(right) > 3 and right in left_title),
        fuzz.partial_ratio(left, right_title) / 100 if left else 0.5,
        fuzz.partial_ratio(right, left_title) / 100 if right else 0.5,
    ]


def _price(text: str) -> float:
    return float(text) if text else 0.0


def scored(shops: dict[str, Shop], train: list[Row], valid: list[Row], *, models: bool) -> dict[str, Any]:
    """F1 on the pairs that nothing was fitted on."""
    rows, right = _table(shops, train, models=models)
    others, others_right = _table(shops, valid, models=models)
    even = np.ones(len(right))
    fold = np.arange(len(right)) % _FOLDS
    held_out = np.zeros(len(right))
    for one in range(_FOLDS):
        rest = fold != one
        held_out[~rest] = rows[~rest] @ logistic(rows[rest], right[rest], even[rest])
    threshold = max(np.unique(held_out), key=lambda least: f1(held_out >= least, right))
    found = others @ logistic(rows, right, even) >= threshold
    return {
        "model numbers": models,
        "pairs": len(valid),
        "f1": round(f1(found, others_right), 3),
        "f1 on train.csv, by folds": round(f1(held_out >= threshold, right), 3),
        "precision": round(float(others_right[found].mean()), 3),
        "recall": round(float(found[others_right == 1].mean()), 3),
    }


def _table(shops: dict[str, Shop], rows: list[Row], *, models: bool) -> tuple[Array, Array]:
    return (
        np.array([described(shops, row, models=models) for row in rows]),
        np.array([float(row["label"]) for row in rows]),
    )


def f1(found: Any, right: Array) -> float:
    """Of pairs found to be one product, against those that are."""
    hits = float((found & (right == 1)).sum())
    return 2 * hits / float(found.sum() + (right == 1).sum())


if __name__ == "__main__":
    main()
