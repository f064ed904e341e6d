"""What a share may be after so many trials, and how much the shares of many differ; without a library.

The upper tail of the beta distribution: the regularised incomplete beta function by its continued fraction (NIST
Digital Library of Mathematical Functions, 8.17.22, evaluated by Lentz's method as in *Numerical Recipes*, 6.4).
Parameters of any size up to about 10^6.

A beta distribution's moments from sellers of unequal size: J. C. Kleinman, "Proportions with extraneous variance:
single and independent samples", *Journal of the American Statistical Association* 68, 1973, with each seller weighing
what it has trials. Five sums are enough for that, so they can be kept anywhere and added up.
"""

import math
from typing import Final, NamedTuple

_TINY: Final = 1e-300
_CLOSE: Final = 1e-14
_MOST_STEPS: Final = 10_000
PLACES: Final = 6  # what two machines' logarithms may differ by is far below


_SCALE: Final = 1_000_000


class Moments(NamedTuple):
    """Sums over sellers with hits of trials each; whole numbers, so that adding and taking away are exact.

    `hits_squared`: of each seller's hits squared by its trials, in millionths.
    """

    sellers: int = 0
    trials: int = 0
    hits: int = 0
    trials_squared: int = 0
    hits_squared: int = 0

    def plus(self, other: "Moments") -> "Moments":
        """Both together: another partition's sums, or one more seller."""
        return Moments(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def minus(self, other: "Moments") -> "Moments":
        """Without `other`, which was added before: a seller's share as it was."""
        return Moments(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))


class CategoryRate(NamedTuple):
    """How usual something is among sellers: the mean share, how many orders that knowledge weighs, and of how many.

    `orders` is the strength of the prior, a + b of Beta(a, b); infinite where sellers differ by no more than chance.
    """

    share: float
    orders: float
    sellers: int


def moments_of(hits: int, trials: int) -> Moments:
    """One seller's sums; nothing for one without trials. More hits than trials count as all."""
    if trials <= 0:
        return Moments()
    hits = min(max(hits, 0), trials)
    return Moments(1, trials, hits, trials * trials, (hits * hits * _SCALE + trials // 2) // trials)


def rate_of(moments: Moments) -> CategoryRate | None:
    """The beta distribution that the sellers' shares come from; None where nothing, or only one thing, was seen."""
    sellers, trials, hits, trials_squared, hits_squared = moments
    if sellers < 2 or not 0 < hits < trials:
        return None
    share = hits / trials
    by_chance = share * (1 - share)
    spread = hits_squared / _SCALE - hits * hits / trials  # the weighted squares of the shares around their mean
    room = trials - trials_squared / trials - (sellers - 1)
    alike = (spread - by_chance * (sellers - 1)) / (by_chance * room) if room > 0 else 0.0
    orders = (1 - alike) / alike if alike > 0 else math.inf
    return CategoryRate(share, max(0.0, orders), sellers)


def beta_tail(a: float, b: float, x: float) -> float:
    """The probability that a Beta(a, b) variable exceeds x, to `PLACES` decimals; `a`, `b` not positive: 0 or 1."""
    if x <= 0 or b <= 0:
        return 1.0
    if x >= 1 or a <= 0:
        return 0.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    front = math.exp(log_front)
    # The fraction converges fast below the mean; above it the same is asked of the mirrored distribution.
    is_below = x < (a + 1) / (a + b + 2)
    tail = 1 - front * _fraction(a, b, x) / a if is_below else front * _fraction(b, a, 1 - x) / b
    return round(min(1.0, max(0.0, tail)), PLACES)


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1.0 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for step in range(1, _MOST_STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        d, c = 1 / _not_zero(1 + even * d), _not_zero(1 + even / c)
        value *= d * c
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        d, c = 1 / _not_zero(1 + odd * d), _not_zero(1 + odd / c)
        value *= d * c
        if abs(d * c - 1) < _CLOSE:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
