"""How much of what fraud sellers write is read as such, on made-up sentences: `python -m bench.detection.made_up`.

Recall is of sentences that ought to be seen, false alarms are of honest ones that come close to them. Every second line
of a file was kept apart: nothing was chosen by looking at it, and it is reported by itself. `--show` prints what the
open half gets wrong, `--show-kept` the other.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Final

from detectors.wording import messages
from detectors.wording.read import read_title

FOLDER: Final = Path(__file__).parents[2] / "tests/detectors/wording/made_up"
Says = Callable[[str], str]


def _lure(text: str) -> str:
    return messages.read_message(text).lure


def _reassuring(text: str) -> str:
    return messages.read_message(text).reassuring


def _replica(text: str) -> str:
    return read_title(text).replica


KINDS: Final[tuple[tuple[str, str, Says], ...]] = (
    ("lures", "near_lures", _lure),
    ("reassurances", "near_reassurances", _reassuring),
    ("copies", "near_copies", _replica),
)


def lines(name: str) -> tuple[list[str], list[str]]:
    """The sentences of a file: the open half, and the half that was kept apart."""
    read = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return read[::2], read[1::2]


def main() -> None:
    """Prints the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--show", action="store_true", help="what the open half gets wrong")
    options.add_argument("--show-kept", action="store_true", help="what the half that was kept apart gets wrong")
    given = options.parse_args()
    print("| sentences | open half: seen | false alarms | kept apart: seen | false alarms |\n|---|---:|---:|---:|---:|")
    for meant, near, says in KINDS:
        shares = []
        for part in (0, 1):
            for name in (meant, near):
                texts = lines(name)[part]
                shares.append(f"{sum(bool(says(text)) for text in texts)} of {len(texts)}")
        print(f"| {meant} | {' | '.join(shares)} |")
    for part, shown in enumerate((given.show, given.show_kept)):
        for meant, near, says in KINDS if shown else ():
            missed = [text for text in lines(meant)[part] if not says(text)]
            wrong = [f"{text}  [{says(text)}]" for text in lines(near)[part] if says(text)]
            print(f"\n{meant}, missed", *missed, sep="\n  ")
            print(f"\n{near}, taken for it", *wrong, sep="\n  ")


if __name__ == "__main__":
    main()
