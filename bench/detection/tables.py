"""Tables of real prices: where they are, rows as they stand, a price as it is written; and the reports' options."""

import argparse
import csv
import re
from decimal import Decimal
from pathlib import Path
from typing import Final

TRACKED: Final = "price_history/amazon_tracked.csv"
PHONES: Final = "phone_listings/amazon_2019.csv"
PERFUMES: Final = "perfume_listings/ebay_womens.csv"
_PRICE: Final = re.compile(r"\$?([0-9][0-9,]*\.?[0-9]*)")


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """One file of the data; one sentence and exit code 1 where it is absent."""
    path = folder / name
    if not path.is_file():
        raise SystemExit(f"{path} is absent: give the folder that holds {name} as --data.")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def price_of(text: str) -> Decimal | None:
    """A price as written ("$1,299.00"); None for what is missing or 0."""
    found = _PRICE.fullmatch(text.strip())
    price = Decimal(found[1].replace(",", "")) if found else Decimal(0)
    return price or None


def options(doc: str | None, draws: str, count: int, needs: str = "") -> argparse.Namespace:
    """What a report is told on its command line: `seed`, `draws`, `pictures`, and `data` where it `needs` files."""
    parser = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    if needs:
        parser.add_argument("--data", type=Path, required=True, help=f"folder that holds {needs}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--draws", type=int, default=count, help=draws)
    parser.add_argument("--pictures", type=Path, help="folder for the plots (needs matplotlib)")
    return parser.parse_args()
