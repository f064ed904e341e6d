"""Candidates: the names that share a title's rarest features, within bounds that do not grow with the catalogue."""

from collections.abc import Sequence
from itertools import repeat
from typing import Final

import numpy as np

from detectors.titles.index import Index
from detectors.titles.scoring import Asked

#: (how many names hold it, feature, number), ascending: the order that decides is that of the texts, not of arrival.
Known = Sequence[tuple[int, str, int]]

#: Names that a title's rare features may bring in one by one.
FEW: Final = 200
#: Names that all its features together may bring in, where the rare ones did not find a good one.
MANY: Final = 3_000
#: Candidates that are looked at closely; they have at least this share of the best one's weight.
LOOKED_AT: Final = 12
CLOSE: Final = 0.5
#: And at most so many are weighed by all their features to find those.
WEIGHED: Final = 100
#: Weight that a name loses by each of its features: of two that share as much, the shorter one lacks less.
_LENGTH: Final = 0.05
#: A name stands in a union of lists once for each feature: its copies must not push others out.
_COPIES: Final = 3


def few(index: Index, known: Known, title: Asked) -> dict[int, float]:
    """The weight in common by slot, of names that the rarest features bring in."""
    totals: dict[int, float] = {}
    left = FEW
    for count, _, number in known:
        if count > left:
            return _told_apart(index, totals, title)
        left -= count
        weight = title.weights[number]
        if count == 1:
            slot = index.one[number]
            totals[slot] = totals.get(slot, 0.0) + weight
        else:
            brought = dict.fromkeys(index.many[number], weight)
            for slot in brought.keys() & totals.keys():
                brought[slot] += totals[slot]
            totals.update(brought)
    return totals


def _told_apart(index: Index, totals: dict[int, float], title: Asked) -> dict[int, float]:
    """With the weight of the common features too, of names that the rare ones alone leave more than enough of."""
    if len(totals) > LOOKED_AT:
        least, weight_of, forward = CLOSE * max(totals.values()), title.weights.get, index.forward
        close = [slot for slot, total in totals.items() if total >= least]
        if LOOKED_AT < len(close) <= WEIGHED:
            return {slot: sum(map(weight_of, forward[slot], repeat(0.0))) for slot in close}
    return totals


def many(index: Index, known: Known, title: Asked) -> dict[int, float]:
    """As `few`, with the common features too: the best of thousands, added up in an array."""
    totals = index.totals
    lists = []
    left = MANY
    for count, _, number in known:
        if count > left:
            break
        left -= count
        slots = np.frombuffer(index.names(number), dtype=np.uint32)
        totals[slots] += np.float32(title.weights[number])
        lists.append(slots)
    if not lists:
        return {}
    touched = np.concatenate(lists)
    weights = totals[touched]
    totals[touched] = 0.0
    chosen = weights >= weights.max() * np.float32(CLOSE)
    touched, weights = touched[chosen], weights[chosen]
    if len(weights) > _COPIES * LOOKED_AT:
        values = weights - np.float32(_LENGTH) * index.lengths[touched]
        least = np.partition(values, -_COPIES * LOOKED_AT)[-_COPIES * LOOKED_AT]
        chosen = values >= least
        if np.count_nonzero(chosen) > 2 * _COPIES * LOOKED_AT:
            chosen = values > least  # so many that fit alike: the title does not tell them apart
        touched, weights = touched[chosen], weights[chosen]
    return dict(zip(touched.tolist(), weights.tolist(), strict=True))


def best(index: Index, ids: Sequence[str], totals: dict[int, float]) -> list[int]:
    """At most `LOOKED_AT` slots to look at closely."""
    if not totals:
        return []
    ranked = sorted(totals.values(), reverse=True)
    # Twice as many as are wanted, so that shorter names among them can come first.
    least = max(CLOSE * ranked[0], ranked[min(2 * LOOKED_AT, len(ranked)) - 1])
    forward, joined = index.forward, index.joined
    close = sorted(
        (_LENGTH * len(forward[slot]) - total, ids[slot], joined[slot], slot)
        for slot, total in totals.items()
        if total >= least
    )
    return [slot for *_, slot in close[:LOOKED_AT]]
