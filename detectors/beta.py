"""The upper tail of the beta distribution, without a library: what a share may be after so many trials.

The regularised incomplete beta function by its continued fraction (NIST Digital Library of Mathematical Functions,
8.17.22, evaluated by Lentz's method as in *Numerical Recipes*, 6.4). Parameters of any size up to about 10^6.
"""

import math
from typing import Final

_TINY: Final = 1e-300
_CLOSE: Final = 1e-14
_MOST_STEPS: Final = 10_000
PLACES: Final = 6  # what two machines' logarithms may differ by is far below


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
