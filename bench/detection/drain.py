"""How often an honest shop is a drain, and a dishonest one is not: `python -m bench.detection.drain`.

The rule as it runs over shops whose orders cost the same or differ (log-normal, sd 1), each of whose buyers the
platform has paid with a given probability, independently. Needs no data.
"""

import random
from decimal import Decimal
from typing import Final

from bench.detection.simulated import table
from bench.detection.tables import options
from bench.measured import keep
from detectors.rules.compensation_drain import CompensationDrain, Drained

BUYERS: Final = (10, 30, 50, 100, 300, 1_000, 3_000)
RATES: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.10, 0.30)
SHOPS: Final = 4_000
SPREAD: Final = 1.0  # sd of the logarithms of amounts
KINDS: Final = {"all orders cost the same": 0.0, "orders differ": SPREAD}


def share_that_fires(seed: int, shops: int, buyers: int, rate: float, spread: float) -> float:
    """Of so many shops, for how many it fires."""
    rule, fires = CompensationDrain(), 0
    for number in range(shops):
        draw = random.Random(f"drain/{seed}/{buyers}/{rate}/{spread}/{number}")
        sold = [Decimal(round(100 * draw.lognormvariate(0, spread))) for _ in range(buyers)]
        paid = [amount for amount in sold if draw.random() < rate]
        if paid:
            sums = Drained("CNY", sum(paid, Decimal(0)), Decimal(0), max(paid), len(paid), sum(sold, Decimal(0)))
            fires += rule.is_drain(sums)
    return fires / shops


def main() -> None:
    """Prints the tables and writes everything as JSON."""
    given = options(__doc__, "shops of each small kind", SHOPS)
    results = {}
    for kind, spread in KINDS.items():
        rows = []
        for buyers in BUYERS:
            shops = max(200, min(given.draws, 400_000 // buyers))  # large ones take longer and vary less
            shares = [share_that_fires(given.seed, shops, buyers, rate, spread) for rate in RATES]
            rows.append([f"{buyers:,}", *(f"{100 * share:.1f}" for share in shares)])
        print(f"\n{kind}: % of shops for which it fires, by how many of the buyers the platform paid\n")
        print(table(["buyers", *(f"{rate:.1%}" for rate in RATES)], rows))
        results[kind] = rows
    keep("drain", {"seed": given.seed, "shops": given.draws, "buyers": BUYERS, "rates": RATES}, results)


if __name__ == "__main__":
    main()
