"""The overdue returns of one seller together: who waits, for how much, since when, and which events say so.

Beside them those whose refund was paid. Both are kept up by differences, so that an event costs a seller who owes a
thousand buyers no more than one who owes two.
"""

from bisect import bisect_left, insort
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from detectors.records import Return
from detectors.returns import Folded, ReturnTerms
from detectors.span import Span, Thing

_ZERO = Decimal(0)


class Due(NamedTuple):
    """Of one currency: how many refunds fell due, their sum, and what was paid of it."""

    returns: int = 0
    due: Decimal = _ZERO
    paid: Decimal = _ZERO


class Late:
    """Derived from the stored returns under `terms`; `by_id` are the overdue ones as folded.

    `buyers` counts each buyer's, `unpaid` only those of which the seller has not paid the most; `missing` is what the
    seller has not paid, by currency; `events` how many there are behind all of them.
    """

    __slots__ = ("_by_due", "_counts", "_due", "_ids", "buyers", "by_id", "events", "missing", "terms", "unpaid")

    def __init__(self, terms: ReturnTerms, by_id: Mapping[str, Folded]) -> None:
        self.terms = terms
        self.by_id: dict[str, Folded] = {}
        self.buyers: dict[str, int] = {}
        self.unpaid: dict[str, int] = {}
        self.missing: dict[str, Decimal] = {}
        self.events = 0
        self._counts: dict[str, int] = {}
        self._due: dict[str, Due] = {}
        for return_id, back in by_id.items():
            self._add(return_id, back, 1)
        self._by_due = Span(self._sum, [_thing(return_id, back) for return_id, back in by_id.items()])
        self._ids = sorted(self.by_id)

    def __len__(self) -> int:
        return len(self.by_id)

    def put(self, return_id: str, back: Folded | None) -> None:
        """The return as it stands now; None or one that is not overdue is taken out."""
        before = self.by_id.get(return_id)
        if before is not None:
            self._by_due.drop(_thing(return_id, before))
            del self._ids[bisect_left(self._ids, return_id)]
            self._add(return_id, before, -1)
        if back is not None and back.overdue:
            self._add(return_id, back, 1)
            self._by_due.put(_thing(return_id, back))
            insort(self._ids, return_id)

    @property
    def since_us(self) -> int:
        """When the first of them fell due."""
        return self._by_due.things[0][0]

    def named(self, most: int) -> list[str]:
        """The first ids."""
        return self._ids[:most]

    def evidence(self, most: int) -> tuple[str, ...]:
        """The newest events behind them, in the order in which the refunds fell due, at most so many."""
        event_ids: list[str] = []
        for _, _, return_id in reversed(self._by_due.things):
            event_ids[:0] = self.by_id[return_id].event_ids
            if len(event_ids) >= most:
                break
        return tuple(event_ids[-most:] if most else ())

    def due_between(self, after_us: int, until_us: int) -> Mapping[str, Due]:
        """What fell due after the first time and not after the second, by currency."""
        self._by_due.move(after_us + 1, until_us + 1)
        return self._due

    def _sum(self, return_id: str, sign: int) -> None:
        """A return enters (1) or leaves (-1) what `due_between` is asked for."""
        back = self.by_id[return_id]
        _add_due(self._due, back.currency, sign, back.amount, back.paid_by_seller)

    def _add(self, return_id: str, back: Folded, sign: int) -> None:
        """Counts a return in (1) or out (-1)."""
        if sign > 0:
            self.by_id[return_id] = back
        else:
            del self.by_id[return_id]
        self.events += sign * len(back.event_ids)
        missing = sign * (back.amount - back.paid_by_seller)
        self.missing[back.currency] = self.missing.get(back.currency, _ZERO) + missing
        _count(self.buyers, back.buyer_id, sign)
        _count(self._counts, back.currency, sign)
        if back.paid_by_seller < back.amount * self.terms.mostly_paid_share:
            _count(self.unpaid, back.buyer_id, sign)
        if back.currency not in self._counts:
            del self.missing[back.currency]


def _count(counts: dict[str, int], key: str, sign: int) -> None:
    counts[key] = counts.get(key, 0) + sign
    if not counts[key]:
        del counts[key]


class Refunded:
    """Derived from the stored returns under `terms`: the refunded ones, by when the refund was due.

    Of those that were due before `from_us` some may be missing.
    """

    __slots__ = ("_by_due", "_by_id", "_due", "from_us", "terms")

    def __init__(self, terms: ReturnTerms, from_us: int, refunded: Mapping[str, tuple[Return, Folded]]) -> None:
        self.terms = terms
        self.from_us = from_us
        self._by_id: dict[str, tuple[int, str, Decimal, Decimal]] = {}
        self._due: dict[str, Due] = {}
        self._by_due = Span(self._sum, [])
        for return_id, (held, back) in refunded.items():
            self.put(return_id, held, back)

    def put(self, return_id: str, held: Return, back: Folded) -> None:
        """The return as it stands now; one that is not refunded is taken out."""
        self.drop(return_id)
        if back.stage == "refunded" and back.deadline_us:
            paid = sum(
                (step.amount for step in held.steps if step.kind == "refund" and step.currency == back.currency), _ZERO
            )
            self._by_id[return_id] = back.deadline_us, back.currency, back.amount, paid
            self._by_due.put((back.deadline_us, "", return_id))

    def drop(self, return_id: str) -> None:
        """The return is not refunded any more, or forgotten."""
        if return_id in self._by_id:
            self._by_due.drop((self._by_id[return_id][0], "", return_id))
            del self._by_id[return_id]

    def due_between(self, after_us: int, until_us: int) -> Mapping[str, Due]:
        """What was due after the first time and not after the second, and was paid, by currency."""
        self._by_due.move(after_us + 1, until_us + 1)
        return self._due

    def _sum(self, return_id: str, sign: int) -> None:
        _, currency, amount, paid = self._by_id[return_id]
        _add_due(self._due, currency, sign, amount, paid)


def _add_due(sums: dict[str, Due], currency: str, sign: int, amount: Decimal, paid: Decimal) -> None:
    """Counts a return in (1) or out (-1); no more is paid than was due."""
    returns, due, enough = sums.pop(currency, Due())
    if returns + sign:
        sums[currency] = Due(returns + sign, due + sign * amount, enough + sign * min(amount, paid))


def _thing(return_id: str, back: Folded) -> Thing:
    return back.due_us, "", return_id
