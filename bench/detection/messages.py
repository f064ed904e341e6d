"""How many honest sellers' message templates hold a reassuring phrase or a lure off the platform, per language.

    python -m bench.detection.messages --data FOLDER

`FOLDER` holds `seller_chat/honest_templates.csv` (columns `text` and `lang`). All of it is honest, so every lure is a
false alarm; reassurances are what honest sellers say too. Only counts are printed, never a text.
"""

import argparse
import csv
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

from detectors.wording import messages

PATH: Final = "seller_chat/honest_templates.csv"
LANGUAGES: Final = {"zh": "Chinese", "en": "English"}
ROUNDS: Final = 5


def templates(folder: Path) -> list[tuple[str, str]]:
    """Language and text of each template."""
    with (folder / PATH).open(encoding="utf-8-sig", newline="") as table:
        return [(row["lang"], row["text"]) for row in csv.DictReader(table)]


def cost_us(texts: list[str]) -> float:
    """Microseconds a message when it is new, the best of some rounds: what else the machine does only adds."""
    rounds = []
    for _ in range(ROUNDS):
        messages.read.cache_clear()
        started = time.perf_counter()
        for text in texts:
            messages.read_message(text)
        rounds.append((time.perf_counter() - started) / len(texts) * 1e6)
    return min(rounds)


def main() -> int:
    """Prints the table; 2 where there is nothing to read."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of the tables")
    folder: Path = parser.parse_args().data
    if not (folder / PATH).is_file():
        print(f"{folder / PATH} is absent.", file=sys.stderr)
        return 2
    read = templates(folder)
    counts: Counter[tuple[str, str]] = Counter()
    for language, text in read:
        said = messages.read_message(text)
        for each in (language, "all"):
            counts[each, "templates"] += 1
            counts[each, "reassuring"] += bool(said.reassuring)
            counts[each, "lure"] += bool(said.lure)
    print("| templates | number | with a reassuring phrase | with a lure off the platform |\n|---|---:|---:|---:|")
    for language in (*sorted({language for language, _ in read}, reverse=True), "all"):
        number = counts[language, "templates"]
        shares = (
            f"{counts[language, what]} ({counts[language, what] / number:.1%})" for what in ("reassuring", "lure")
        )
        print(f"| {LANGUAGES.get(language, language)} | {number:,} | {' | '.join(shares)} |")
    for language in sorted({language for language, _ in read}, reverse=True):
        texts = [text for spoken, text in read if spoken == language]
        length = sorted(map(len, texts))[len(texts) // 2]
        print(f"{LANGUAGES.get(language, language)}: {cost_us(texts):.0f} us a message (median {length} characters)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
