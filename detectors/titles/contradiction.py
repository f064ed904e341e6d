"""Whether a title is of another product than the one it is listed under: another model, a hob under a phone's id."""

from typing import Final

from detectors.titles.scoring import Fit

#: It names some product of the catalogue at least this surely (a probability), which leads the claimed one by this
#: score, and shares at most this part of the weight of the claimed one's name. Chosen on the tuning part of
#: `bench/detection/titles.py` so that 0.3 % of its titles are said to contradict their own label, nearly all rightly.
NAMED: Final = 0.35
LEAD: Final = 10.5
SHARED: Final = 0.4


def refuted(claimed: Fit) -> bool:
    """Whether the title says that it is not the `claimed` one but the same model in another storage or generation."""
    return claimed.contradicted and claimed.code > 0


def outdone(named: float, best: Fit, claimed: Fit) -> bool:
    """Whether the likeliest product leaves the `claimed` one too far behind for the title to be of that.

    `named` is the confidence in the best candidate as if there were no second: how surely the title names a product at
    all. Between twins the title need not decide to be of neither.
    """
    return named >= NAMED and claimed.coverage <= SHARED and best.score - claimed.score >= LEAD
