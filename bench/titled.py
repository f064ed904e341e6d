"""Listings known by their titles alone: `events` distinct titles against as many products, JSON lines (row 2).

No title repeats and no listing has an id, so nothing that is remembered helps. Names and titles are drawn: a brand, a
line, a model number, a size, and in the title another order, other separators, words that say nothing.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

START: Final = datetime(2026, 3, 1, tzinfo=UTC)
LISTINGS_PER_SELLER: Final = 20
_ONSETS: Final = ("b", "br", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v", "z")
_VOWELS: Final = ("a", "e", "i", "o", "u")
_KINDS: Final = ("smartphone", "television", "washing machine", "camera", "processor", "fridge freezer", "microwave")
_NOISE: Final = ("new", "sealed", "black", "white", "silver", "free delivery", "official", "2 year warranty", "offer")
_SIZES: Final = ("16GB", "64GB", "128GB", "256GB", "1TB", "43 inch", "8kg", "20 l")


def _word(draw: random.Random, syllables: int) -> str:
    return "".join(draw.choice(_ONSETS) + draw.choice(_VOWELS) for _ in range(syllables)).capitalize()


def _model(draw: random.Random) -> tuple[str, str]:
    letters = "".join(draw.choices("ABCDEFGHKLMNPRSTVWX", k=draw.choice((1, 2, 3))))
    return letters, f"{draw.randrange(10, 9_999)}{draw.choice(('', '', 'B', 'S', 'X'))}"


class Titled:
    """So many products, and a listing of each in words of its own; the same seed, the same bytes."""

    def __init__(self, events: int, seed: int = 1) -> None:
        self._draw = random.Random(seed)
        brands = [_word(self._draw, 2) for _ in range(300)]
        lines = [_word(self._draw, 3) for _ in range(2_000)]
        self._products = [
            (self._draw.choice(brands), self._draw.choice(lines), *_model(self._draw), self._draw.choice(_SIZES))
            for _ in range(events)
        ]

    def reference(self) -> Iterator[bytes]:
        """The products, for `reference.products.v1`."""
        for number, (brand, line, letters, digits, size) in enumerate(self._products):
            yield f'{{"product_id":"t-{number}","brand":"{brand}","name":"{line} {letters}{digits} {size}"}}'.encode()

    def lines(self) -> Iterator[bytes]:
        """One listing a product, in the order of event time."""
        for number, (brand, line, letters, digits, size) in enumerate(self._products):
            model = letters + self._draw.choice(("", "-", " ")) + digits
            words = [brand, line, model, size.replace("GB", self._draw.choice(("GB", " gb", "G")))]
            if self._draw.random() < 0.3:
                words.remove(line)
            words += [self._draw.choice(_KINDS), *self._draw.sample(_NOISE, 2)]
            self._draw.shuffle(words)
            time = (START + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")
            yield (
                f'{{"type":"listing_published","event_id":"t-{number}","event_time":"{time}",'
                f'"seller_id":"s-{number // LISTINGS_PER_SELLER}","listing_id":"l-{number}",'
                f'"title":"{" ".join(words)} {number}x","price":"{self._draw.lognormvariate(5, 1):.2f}",'
                '"currency":"EUR","price_kind":"fixed","condition":"new"}'
            ).encode()


def title(events: int, folder: Path) -> tuple[Path, Path]:
    """events.jsonl and reference.jsonl in `folder`, made only where they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    written, reference = folder / "events.jsonl", folder / "reference.jsonl"
    if not written.exists():
        made = Titled(events)
        reference.write_bytes(b"".join(line + b"\n" for line in made.reference()))
        written.write_bytes(b"".join(line + b"\n" for line in made.lines()))
    return written, reference
