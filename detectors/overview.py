"""What is asked of all the returns of a seller together: derived when first asked for, then kept up by differences."""

from detectors.late import Late, Refunded
from detectors.records import Return
from detectors.returns import Folded, ReturnTerms, fold
from detectors.span import Span


class Overview:
    """Over `returns`, which the seller's state owns; it is told of every one that was folded anew or forgotten."""

    __slots__ = ("_came_back", "_late", "_refunded", "_returns")

    def __init__(self, returns: dict[str, Return]) -> None:
        self._returns = returns
        self._late: Late | None = None
        self._came_back: Span | None = None
        self._refunded: Refunded | None = None

    def late(self, terms: ReturnTerms) -> Late:
        """The overdue ones."""
        if self._late is None or self._late.terms is not terms:
            self._late = Late(terms, {key: fold(held, terms) for key, held in self._returns.items() if held.overdue})
        return self._late

    def came_back(self) -> Span:
        """Those whose parcels are back, by when that was."""
        if self._came_back is None:
            back = [(held.delivered_us, "", key) for key, held in self._returns.items() if held.delivered_us]
            self._came_back = Span(_not_counted, back)
        return self._came_back

    def refunded(self, terms: ReturnTerms, since_us: int) -> Refunded:
        """The refunded ones, at least those whose refund was due since then."""
        known = self._refunded
        if known is None or known.terms is not terms or known.from_us > since_us:
            from_us = since_us - terms.longest_us()
            backs = {
                key: (held, fold(held, terms))
                for key, held in self._returns.items()
                if held.delivered_us >= from_us and not (held.overdue or held.due_us)
            }
            known = self._refunded = Refunded(terms, since_us, backs)
        return known

    def note(self, return_id: str, held: Return, back: Folded) -> None:
        """The return was folded anew; `held` still says what the fold said before."""
        if self._came_back is not None and held.delivered_us != back.delivered_us:
            if held.delivered_us:
                self._came_back.drop((held.delivered_us, "", return_id))
            if back.delivered_us:
                self._came_back.put((back.delivered_us, "", return_id))
        if self._refunded is not None:
            self._refunded.put(return_id, held, back)
        if self._late is not None and (back.overdue or held.overdue):
            self._late.put(return_id, back)

    def forget(self, return_id: str, held: Return) -> None:
        """The return, which is not overdue, is not remembered any more."""
        if self._came_back is not None and held.delivered_us:
            self._came_back.drop((held.delivered_us, "", return_id))
        if self._refunded is not None:
            self._refunded.drop(return_id)


def _not_counted(_key: str, _sign: int) -> None:
    """Nothing is summed up over what came back."""
