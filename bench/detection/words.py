"""What the words of real titles are read as: guards, conditions and words of copies, and what that costs.

    python bench/detection/words.py --data FOLDER [--show GUARD]

`FOLDER` holds `product_titles/`, `phone_listings/` and `perfume_listings/`; an absent file is named and left out.
All of it is sold as genuine, so every "replica" there is a false alarm, and every guard is coverage given up.
"""

import argparse
import csv
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from detectors.folding import MAX_RAW_TITLE
from detectors.wording import GUARDS, Wording, read_title
from detectors.wording.read import read

SHOWN: Final = 40
ROUNDS: Final = 5
#: Titles of 100,000 characters, made to cost.
MONSTERS: Final = (
    "case for ",
    "not no used or ",
    "r e p l i c ",
    "2 x 3 x ",
    "mini edp ",
    "拒绝高仿",
    "a\u0301\u0323",
    "\ufdfa",
    "\u200b",
    "😀",
    "\u202eس",
    "with case for i ",
)


class Source(NamedTuple):
    """A table of titles with the column of their category, "" for none."""

    name: str
    path: str
    title: str
    category: str


SOURCES: Final = (
    Source("shops' offers", "product_titles/pricerunner_dev.csv", "product_title", "category"),
    Source("phones", "phone_listings/amazon_2019.csv", "title", ""),
    Source("perfumes", "perfume_listings/ebay_womens.csv", "title", "type"),
)
#: Plain words that a reader of the table would go by; the counts beside them are the check.
EXPECTED: Final = (
    ("phones", "refurbished", r"renewed|refurbished|certified pre-?owned"),
    ("perfumes", "tester", r"\btester\b"),
    ("perfumes", "sample", r"\b(?:samples?|vials?)\b"),
    ("perfumes", "pack", r"\blot of \d|\d-pack|pack of \d|^\d+x "),
)


def rows(folder: Path, source: Source) -> Iterator[tuple[str, str | None]]:
    """Title and category."""
    with (folder / source.path).open(encoding="utf-8-sig", newline="") as table:
        for row in csv.DictReader(table):
            yield row[source.title], row[source.category] if source.category else None


def cost_us(titles: list[tuple[str, str | None]]) -> float:
    """Microseconds a title, the best of some rounds: what else the machine does only adds."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for title, category in titles:
            read.__wrapped__(title[:MAX_RAW_TITLE], category)  # nothing is remembered
        rounds.append((time.perf_counter() - started) / len(titles) * 1e6)
    return min(rounds)


def said(wording: Wording) -> list[str]:
    """Everything that was read, by name."""
    found = list(wording.guards)
    found += [wording.condition] if wording.condition else []
    found += ["replica"] if wording.replica else []
    return found


def main() -> int:
    """Prints the tables; 2 where there is nothing to read."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of the tables")
    parser.add_argument("--show", help="print titles that were read as this")
    options = parser.parse_args()
    read: dict[str, list[tuple[str, Wording]]] = {}
    for source in SOURCES:
        if not (options.data / source.path).is_file():
            print(f"{options.data / source.path} is absent and left out.", file=sys.stderr)
            continue
        titles = list(rows(options.data, source))
        read[source.name] = [(title, read_title(title, category)) for title, category in titles]
        print(f"{source.name}: {len(titles):,} titles, {cost_us(titles):.1f} us a title")
    worst = max(
        (min(cost_us([(monster * (100_000 // len(monster)), None)]) for _ in range(3)), monster) for monster in MONSTERS
    )
    print(f"the worst title of 100,000 characters: {worst[0] / 1000:.2f} ms ({worst[1]!r} repeated)")
    if not read:
        return 2
    counts = {name: Counter(word for _, wording in titles for word in said(wording)) for name, titles in read.items()}
    print(f"\n| read as | {' | '.join(read)} |\n|---|{'---:|' * len(read)}")
    for word in ("refurbished", "used", "open_box", *GUARDS, "replica"):
        shares = (f"{counts[name][word]} ({counts[name][word] / len(read[name]):.2%})" for name in read)
        print(f"| {word} | {' | '.join(shares)} |")
    print("\n| titles | that say | are | of them read | read besides |\n|---|---|---:|---:|---:|")
    for name, word, pattern in EXPECTED:
        if name in read:
            says = {title for title, _ in read[name] if re.search(pattern, title, re.IGNORECASE)}
            are = {title for title, wording in read[name] if word in said(wording)}
            print(f"| {name} | `{pattern}` | {len(says)} | {len(says & are)} | {len(are - says)} |")
    if options.show:
        for name, seen in read.items():
            hits = [(title, wording) for title, wording in seen if options.show in said(wording)]
            print(f"\n{name}: {options.show}")
            for title, wording in hits[:: max(1, len(hits) // SHOWN)]:
                print(f"  {title[:140]}{f'  [{wording.replica}]' if wording.replica else ''}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
