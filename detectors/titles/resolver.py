"""Titles resolved against the reference catalogue: candidates by rare features, the best of them by likeness."""

import re
from collections.abc import Iterable, Sequence
from math import exp
from typing import Final, NamedTuple

from detectors.folding import MAX_RAW_TITLE
from detectors.titles.contradiction import SHARED, outdone, refuted
from detectors.titles.index import Index
from detectors.titles.scoring import BRAND, Asked, Fit, asked, confidence, fit, grounds
from detectors.titles.search import best, few, many
from detectors.titles.tokens import Tokens, tokens
from schemas import Product

#: An answer is given from this confidence on.
ANSWER_FROM: Final = 0.79
#: Coverage of the best candidate that makes a search among common features needless.
ENOUGH: Final = 0.6
#: Weight of the whole title to that of the best candidate, from which such a search can find a better one.
_MORE: Final = 1.7
#: Candidates by whom it is judged whether the rare features found a good one.
_FIRST: Final = 2
CANDIDATES: Final = 5
#: "Ga1axy", "S@msung", "N1KE": signs between letters, one at a time; a model number has them at its end.
_SIGN: Final = re.compile(r"[01345@$!|](?<=[A-Za-z].)(?=[A-Za-z])")  # cheap, and absent from nearly all titles
_DISGUISED: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]++(?:[01345@$!|][A-Za-z]++)++")
_LETTERS: Final = tuple(str.maketrans("01345@$!|", letters) for letters in ("oleasasil", "oieasasil"))
_DISGUISED_FROM: Final = 4  # letters; shorter ones are as likely a model's


class Candidate(NamedTuple):
    """A product that a title may mean."""

    product_id: str
    confidence: float


class Resolution(NamedTuple):
    """`product_id` is None where the resolver abstains; `candidates` best first; `why` names the features in common."""

    product_id: str | None
    confidence: float
    candidates: tuple[Candidate, ...]
    why: tuple[str, ...]


class Found(NamedTuple):
    """A candidate as it was measured."""

    fit: Fit
    product_id: str
    slot: int


#: How many names have a feature, the feature, its number.
Known = tuple[int, str, int]
NOTHING: Final = Resolution(None, 0.0, (), ())


class Titles:
    """The catalogue's names, and the answer to a title; the same whatever the order in which products came."""

    __slots__ = ("_ids", "_index", "_slots")

    def __init__(self, products: Iterable[Product] = ()) -> None:
        self._index = Index()
        self._ids: list[str] = []  # by slot
        self._slots: dict[str, tuple[int, ...] | int] = {}
        for product in products:
            self.add(product)

    def __len__(self) -> int:
        return len(self._slots)

    def add(self, product: Product) -> None:
        """Takes a product in, in place of the one of the same id."""
        self.remove(product.product_id)
        slots = []
        for name in dict.fromkeys((product.name, *product.aliases)):
            said = _named(product.brand, name)
            if said.features:
                slot = self._index.add(said)
                if slot == len(self._ids):
                    self._ids.append(product.product_id)
                else:
                    self._ids[slot] = product.product_id
                slots.append(slot)
        self._slots[product.product_id] = slots[0] if len(slots) == 1 else tuple(slots)

    def remove(self, product_id: str) -> None:
        """Forgets a product; nothing happens where there is none of that id."""
        slots = self._slots.pop(product_id, ())
        for slot in (slots,) if isinstance(slots, int) else slots:
            self._index.remove(slot)
            self._ids[slot] = ""

    def resolve(self, text: str, brand: str | None = None, *, why: bool = False) -> Resolution:
        """The product that a title means, or None with what it might be; any text at all is taken.

        `brand` is what the listing says beside its title.
        """
        title, found = self.fits(self._read(text, brand))
        if title is None or not found:
            return NOTHING
        first = found[0]
        sure = confidence(self.grounds(title, found))
        others = [exp(max(-50.0, one.fit.score - first.fit.score)) for one in found[1:CANDIDATES]]
        share = (1.0 - sure) / max(sum(others), 1e-9)
        candidates = (
            Candidate(first.product_id, round(sure, 4)),
            *(
                Candidate(one.product_id, round(min(sure, share * other), 4))
                for one, other in zip(found[1:], others, strict=False)
            ),
        )
        answer = first.product_id if sure >= ANSWER_FROM else None
        return Resolution(answer, candidates[0].confidence, candidates, self._why(title, first) if why else ())

    def contradicts(self, text: str, product_id: str, brand: str | None = None) -> bool:
        """Whether a title is of another product than the one of that id.

        False where there is none of that id, and where the title names no product well enough to tell: a title without
        a model contradicts nothing, and neither does the model of a product that the catalogue lacks.
        """
        claimed = self._slots.get(product_id, ())
        title, known = self._ask(self._read(text, brand))
        if claimed == () or title is None:
            return False
        names = self._names(product_id)
        slots = (claimed,) if isinstance(claimed, int) else claimed
        own = max((fit(self._index, title, slot, names) for slot in slots), key=lambda one: one.score)
        if refuted(own):
            return True
        if own.coverage > SHARED:  # nearly all titles end here, unsearched
            return False
        found = self._search(title, known)
        return bool(found) and outdone(confidence(self.grounds(title, found[:1])), found[0].fit, own)

    def _read(self, text: str, brand: str | None) -> Tokens:
        """A title with its brand. A sign drawn in place of a letter is that letter, where this makes a known word."""
        text = text[:MAX_RAW_TITLE]
        return _named(brand, _DISGUISED.sub(self._plain, text) if _SIGN.search(text) else text)

    def _plain(self, found: re.Match[str]) -> str:
        written = found.group()
        words = [written.lower().translate(letters) for letters in _LETTERS]
        number_of = self._index.number
        return next((word for word in words if len(word) >= _DISGUISED_FROM and number_of(word) is not None), written)

    def fits(self, said: Tokens) -> tuple[Asked | None, list[Found]]:
        """The title as it was compared, and the candidates, best first, one a product."""
        title, known = self._ask(said)
        return title, ([] if title is None else self._search(title, known))

    def _ask(self, said: Tokens) -> tuple[Asked | None, list[Known]]:
        """The title with those of its features that the catalogue has, rarest first; None where it has none."""
        number_of, counts = self._index.number, self._index.counts
        known = sorted(
            (counts[number], feature, number) for feature in said.features if (number := number_of(feature)) is not None
        )
        return (asked(said, known, self._index.live) if known else None), known

    def _search(self, title: Asked, known: list[Known]) -> list[Found]:
        index = self._index
        totals = few(index, known, title)
        seen: dict[int, Fit] = {}
        slots = best(index, self._ids, totals)
        found = self._look(title, slots[:_FIRST], seen)
        if not found or not _is_good(found[0].fit):
            slots = best(index, self._ids, totals | many(index, known, title))
        return self._look(title, slots, seen)

    def grounds(self, title: Asked, found: Sequence[Found]) -> tuple[float, ...]:
        """What the confidence in the first of what `fits` found rests on, in the order of `scoring.GROUNDS`."""
        second = found[1].fit.score if len(found) > 1 else None
        first = found[0]
        return grounds(self._index, title, first.slot, first.fit, second, self._names(first.product_id))

    def _look(self, title: Asked, slots: Sequence[int], seen: dict[int, Fit]) -> list[Found]:
        by_product: dict[str, Found] = {}  # in the order of `best`, which keeps equals apart by id
        for slot in slots:
            product_id = self._ids[slot]
            names = self._names(product_id)
            # The name too where a code was found: it may be all that the title lacks nothing of.
            for each in (slot, *names[:1]) if product_id not in by_product else (slot,):
                measured = seen.get(each)
                if measured is None:
                    measured = seen[each] = fit(self._index, title, each, names)
                held = by_product.get(product_id)
                if held is None or measured.score > held.fit.score:
                    by_product[product_id] = Found(measured, product_id, each)
        return sorted(by_product.values(), key=lambda one: -one.fit.score)

    def _names(self, product_id: str) -> tuple[int, ...]:
        """The slots of a product that has several names."""
        slots = self._slots[product_id]
        return slots if isinstance(slots, tuple) else ()

    def _why(self, title: Asked, answer: Found) -> tuple[str, ...]:
        return tuple(
            text
            for text in map(self._index.texts.__getitem__, self._index.forward[answer.slot])
            if text in title.title.features
        )


def _is_good(found: Fit) -> bool:
    """Whether there is no need to look further: it explains the title, or the title holds its brand and most of it."""
    return found.measures[0] * _MORE >= 1.0 or (found.coverage >= ENOUGH and found.measures[BRAND] > 0.0)


def _named(brand: str | None, name: str) -> Tokens:
    """A name with its brand before it, unless it has it already."""
    own = tokens(name)
    if not brand or all(feature in own.features for feature in tokens(brand).features):
        return own
    return tokens(f"{brand} {name}")
