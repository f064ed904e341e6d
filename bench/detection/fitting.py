"""How the coefficients of `detectors/titles/scoring.py` are found: two logistic fits by Newton's method."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bench.detection.offers import NEIGHBOURED, Offer, Offers, variants, without_half
from detectors.titles import Titles, scoring
from detectors.titles.tokens import tokens

Array = npt.NDArray[np.float64]
_RIDGE: Final = 1.0  # on standardised measures
_STEPS: Final = 60
#: Weight of an offer asked of a catalogue that lacks half of its products, against 1 with the whole catalogue: what
#: is not in the catalogue must not be answered.
LACKING: Final = 0.15


class Choice(NamedTuple):
    """The measures of a title's candidates, a row each, and which one is right."""

    measures: Array
    right: int


def fit_ranking(titles: Titles, offers: Sequence[Offer]) -> list[float]:
    """Coefficients under which the right candidate of each title is likeliest (conditional logit)."""
    choices = []
    for offer in offers:
        _, found = titles.fits(tokens(offer.title))
        ids = [one.product_id for one in found]
        if len(ids) > 1 and offer.product_id in ids:
            rows = np.array([one.fit.measures for one in found])
            choices.append(Choice(rows, ids.index(offer.product_id)))
    rows = np.concatenate([choice.measures for choice in choices])
    sizes = [len(choice.measures) for choice in choices]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    right = starts + np.array([choice.right for choice in choices])
    group = np.repeat(np.arange(len(choices)), sizes)
    scale = rows.std(axis=0) + 1e-9
    rows = rows / scale
    weights = np.zeros(rows.shape[1])

    def likelihood(given: Array) -> tuple[float, Array]:
        scores = rows @ given
        top = np.maximum.reduceat(scores, starts)
        odds = np.exp(scores - top[group])
        total = np.add.reduceat(odds, starts)
        value = scores[right].sum() - (np.log(total) + top).sum() - _RIDGE / 2 * given @ given
        return float(value), odds / total[group]

    value, share = likelihood(weights)
    for _ in range(_STEPS):
        mean = np.add.reduceat(rows * share[:, None], starts, axis=0)
        slope = rows[right].sum(axis=0) - mean.sum(axis=0) - _RIDGE * weights
        curve = (rows * share[:, None]).T @ rows - mean.T @ mean + _RIDGE * np.eye(len(weights))
        step, length = np.linalg.solve(curve, slope), 1.0
        after, share_after = likelihood(weights + step)
        while after < value and length > 1e-4:
            length /= 2
            after, share_after = likelihood(weights + length * step)
        weights, gained, value, share = weights + length * step, after - value, after, share_after
        if abs(gained) < 1e-4:
            break
    return [round(float(weight), 3) for weight in weights / scale]


def fit_confidence(offers: Offers) -> list[float]:
    """Coefficients of the probability that the best candidate is right, with the whole catalogue and with halves."""
    rows: list[tuple[float, ...]] = []
    right: list[float] = []
    weights: list[float] = []
    for titles, weight in (
        (Titles(offers.products), 1.0),
        (without_half(offers.products, 0), LACKING),
        (without_half(offers.products, 1), LACKING),
    ):
        for offer in offers.tuning:
            title, found = titles.fits(tokens(offer.title))
            if title is not None and found:
                rows.append(titles.grounds(title, found))
                right.append(float(found[0].product_id == offer.product_id))
                weights.append(weight)
    fitted = logistic(np.array(rows), np.array(right), np.array(weights))
    return [round(float(weight), 3) for weight in fitted]


def logistic(rows: Array, right: Array, weights: Array, ridge: float = _RIDGE) -> Array:
    """Weighted logistic regression; the first column is the constant."""
    scale = rows.std(axis=0)
    scale = np.where(scale < 1e-9, 1.0, scale)
    rows = rows / scale
    fitted = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-rows @ fitted))
        slope = rows.T @ (weights * (right - likely)) - ridge * fitted
        curve = (rows * (weights * likely * (1 - likely))[:, None]).T @ rows + ridge * np.eye(len(fitted))
        step = np.linalg.solve(curve, slope)
        fitted += step
        if np.abs(step).max() < 1e-6:
            break
    return fitted / scale


def constants(names: Sequence[str], values: Sequence[float]) -> str:
    """The fitted values beside what they weigh, to be written into `scoring.py`."""
    return "\n".join(f"  {name:16} {value:8.3f}" for name, value in zip(names, values, strict=True))


def threshold(offers: Offers) -> str:
    """From which confidence on so many of the tuning part's answers are right, and how many are answered then.

    Among the products alone, and among synthetic neighbours: the threshold has to do for both.
    """
    titles = Titles(offers.products)
    lines = _thresholds(titles, offers.tuning)
    for product in variants(offers.products, NEIGHBOURED - len(titles)):
        titles.add(product)
    return "\n".join((*lines, *_thresholds(titles, offers.tuning)))


def _thresholds(titles: Titles, offers: Sequence[Offer]) -> list[str]:
    found = [(titles.resolve(offer.title), offer.product_id) for offer in offers]
    first = sorted(
        ((one.confidence, one.candidates[0].product_id == right) for one, right in found if one.candidates),
        reverse=True,
    )
    confidences = np.array([confidence for confidence, _ in first])
    shares = np.cumsum([right for _, right in first]) / np.arange(1, len(first) + 1)
    lines = [f"  {len(titles)} products: 0.75 answered from {confidences[int(0.75 * len(found)) - 1]:.3f}"]
    for share in (0.97, 0.971, 0.972, 0.973, 0.975, 0.98):
        last = int(np.flatnonzero(shares >= share).max())
        lines.append(f"    {share:.3f} right from {confidences[last]:.3f}: {(last + 1) / len(found):.4f} answered")
    return lines


def refit(offers: Offers) -> str:
    """Both fits, the second with the first in force."""
    scoring.COEFFICIENTS = tuple(fit_ranking(Titles(offers.products), offers.tuning))  # type: ignore[misc, assignment]
    scoring.CONFIDENCE = tuple(fit_confidence(offers))  # type: ignore[misc, assignment]
    return (
        f"COEFFICIENTS\n{constants(scoring.MEASURES, scoring.COEFFICIENTS)}\n"
        f"CONFIDENCE\n{constants(scoring.GROUNDS, scoring.CONFIDENCE)}\n"
        f"ANSWER_FROM\n{threshold(offers)}"
    )
