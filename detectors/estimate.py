"""From what sellers ask to a usual price and how sure it is.

Pure arithmetic over columns sorted by price. Weights are whole ten-thousandths of a fresh, established seller, so every
sum is exact and no order of anything can change an estimate.
"""

from collections.abc import Sequence
from itertools import accumulate
from math import exp, log, pi, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

from detectors.measures.weighted import NORMAL_CONSISTENCY, sorted_mad, sorted_mad_of_equals, sorted_quantile
from schemas.fields import DAY_US

HALF_LIFE_DAYS: Final = 30
MIN_SPREAD: Final = 0.05  # log price: sellers who copy each other's price are no proof of a market without noise
MIN_SIZE: Final = 8.0
REFERENCE_US: Final = 180 * DAY_US
REFERENCE_SPREAD: Final = 0.35  # log price: how far a catalogue's price lies from what is asked
DISSENTERS: Final = 4
DISSENT: Final = 0.25
MAX_EXPONENT: Final = 700.0  # prices so far apart are compared as if this far: exp() has an end

_UNIT: Final = 10_000
_YOUNG_DIVISOR: Final = 4  # a young seller weighs a quarter
_YOUNG_IN: Final = 10  # and all young ones together at most a tenth of the established
_REAL: Final = _UNIT // 4  # who weighs no more by age (two half-lives) is not counted as a seller
_DECAY: Final = {day: round(_UNIT * 0.5 ** (day / HALF_LIFE_DAYS)) for day in range(21 * HALF_LIFE_DAYS)}
_decayed: Final = _DECAY.get
_FAR_BELOW, _FAR_ABOVE = log(1 - DISSENT), log(1 + DISSENT)

#: The octiles of a standard normal: seven points whose median is 0 and whose scaled MAD is 1 whatever each weighs.
_OCTILES: Final = tuple(NormalDist().inv_cdf(part / 8) for part in range(1, 8))


class ReferencePrice(NamedTuple):
    """The catalogue's price of a new product: natural logarithm in the market's currency, and of when it is."""

    log_price: float
    as_of_us: int


class Estimate(NamedTuple):
    """What others ask; prices are natural logarithms.

    `size` is the effective number of real sellers (the sum of their weights), `pseudo` of those which the reference
    price stands for. Counted by whose price is not too old: `established` ones (a ring is one) and all `sellers`.
    `low` and `high` are the quartiles of what real sellers ask, of what the reference price stands for where there
    are none.
    """

    middle: float
    spread: float
    size: float
    pseudo: float
    established: int
    sellers: int
    low: float
    high: float

    @property
    def below_eight(self) -> bool:
        """Too little to judge by."""
        return self.pseudo == 0.0 and self.size < MIN_SIZE

    def times(self, factor: float) -> "Estimate":
        """The estimate for what costs `factor` times as much."""
        shift = log(factor)
        return self._replace(middle=self.middle + shift, low=self.low + shift, high=self.high + shift)

    def ratio(self, log_price: float) -> float:
        """A price as a share of the usual one, rounded to 3 decimals."""
        return round(exp(min(log_price - self.middle, MAX_EXPONENT)), 3)

    def z(self, log_price: float) -> float:
        """How many standard deviations a price lies below the usual one, rounded to 3 decimals.

        The variance of a median is π/2 times that of a mean (normal sample).
        """
        deviation = self.spread * sqrt(1.0 + pi / 2 / (self.size + self.pseudo))
        return round((self.middle - log_price) / deviation, 3)


class Columns(NamedTuple):
    """The sellers that weigh, by ascending log price. `units` tells which shops are one; None: each its own."""

    values: Sequence[float]
    stale_us: Sequence[int]
    young_until_us: Sequence[int]
    units: Sequence[str] | None = None


def estimate(
    columns: Columns, any_stale: bool, any_young: bool, now_us: int, reference: ReferencePrice | None
) -> Estimate:
    """The estimate at `now_us`; False promises that no price is stale, that no seller is young then."""
    values, stale_us, young_until_us, units = columns
    if not any_stale:
        weights = [_UNIT] * len(stale_us)
        sellers = len(weights)
    else:  # age counts in whole days
        weights = [_UNIT if stale >= now_us else _decayed((now_us - stale) // DAY_US, 0) for stale in stale_us]
        sellers = len([weight for weight in weights if weight > _REAL])
    young = [index for index, until_us in enumerate(young_until_us) if until_us > now_us] if any_young else []
    established = sellers - len([index for index in young if weights[index] > _REAL])
    by_age = weights.copy()
    for index in young:
        weights[index] //= _YOUNG_DIVISOR
    if units is not None:
        _weigh_as_one(weights, units)
        established = len({units[index] for index in _established(by_age, young)})
    if young:
        _hold_down(weights, young)
    cumulative = list(accumulate(weights))
    total = cumulative[-1] if cumulative else 0
    # The lesser of this and Kish's effective size (Σw)² / Σw², which is never less while no weight exceeds 1.
    size = total / _UNIT
    pseudo, real_values, real_cumulative = 0.0, values, cumulative
    if reference is not None and size < MIN_SIZE and not _dismissed(reference, columns, _established(by_age, young)):
        pseudo = MIN_SIZE - size
        values, cumulative = _with_reference(values, weights, reference.log_price, pseudo)
        if not total:
            real_values, real_cumulative = values, cumulative
    elif not total:
        return Estimate(0.0, MIN_SPREAD, 0.0, 0.0, 0, 0, 0.0, 0.0)
    at = sorted_quantile(cumulative, 1, 2)
    return Estimate(
        values[at],
        max(NORMAL_CONSISTENCY * sorted_mad(values, cumulative, at), MIN_SPREAD),
        size,
        pseudo,
        established,
        sellers,
        real_values[sorted_quantile(real_cumulative, 1, 4)],
        real_values[sorted_quantile(real_cumulative, 3, 4)],
    )


def of_equals(values: Sequence[float]) -> Estimate:
    """As `estimate` of at least `MIN_SIZE` sorted prices, all of them fresh and of established sellers, none linked."""
    count = len(values)
    at = (count - 1) // 2
    return Estimate(
        values[at],
        max(NORMAL_CONSISTENCY * sorted_mad_of_equals(values, at), MIN_SPREAD),
        float(count),
        0.0,
        count,
        count,
        values[(count - 1) // 4],
        values[(3 * count - 1) // 4],
    )


def _established(by_age: Sequence[int], young: Sequence[int]) -> list[int]:
    return [index for index, weight in enumerate(by_age) if weight > _REAL and index not in young]


def _hold_down(weights: list[int], young: Sequence[int]) -> None:
    new = sum([weights[index] for index in young])
    old = sum(weights) - new
    if new * _YOUNG_IN > old:
        for index in young:
            weights[index] = weights[index] * old // (new * _YOUNG_IN)


def _weigh_as_one(weights: list[int], units: Sequence[str]) -> None:
    """Shops of one unit share the weight of the heaviest of them."""
    shops_of: dict[str, list[int]] = {}
    for index, unit in enumerate(units):
        shops_of.setdefault(unit, []).append(index)
    for shops in shops_of.values():
        together = sum(weights[index] for index in shops)
        heaviest = max(weights[index] for index in shops)
        if together > heaviest:
            for index in shops:
                weights[index] = weights[index] * heaviest // together


def _dismissed(reference: ReferencePrice, columns: Columns, established: Sequence[int]) -> bool:
    """Whether enough established sellers, all on one side, ask something else by more than a quarter."""
    below: set[int | str] = set()
    above: set[int | str] = set()
    for index in established:
        apart = columns.values[index] - reference.log_price
        if not _FAR_BELOW <= apart <= _FAR_ABOVE:
            (below if apart < 0 else above).add(index if columns.units is None else columns.units[index])
    return max(len(below), len(above)) >= DISSENTERS


def _with_reference(
    values: Sequence[float], weights: Sequence[int], log_price: float, pseudo: float
) -> tuple[list[float], list[int]]:
    share = max(round(pseudo * _UNIT / len(_OCTILES)), 1)
    rows = [*zip(values, weights, strict=True), *((log_price + REFERENCE_SPREAD * z, share) for z in _OCTILES)]
    rows.sort()
    return [value for value, _ in rows], list(accumulate(weight for _, weight in rows))
