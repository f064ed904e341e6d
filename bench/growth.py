"""Growth: one worker over marketplaces of 10,000 to a million sellers, and what Redis holds of them.

Each marketplace is first judged whole, untimed: every seller and one listing each, 65 sellers to a market. Then, as
often as asked, so many new prices, of sellers drawn evenly or by Zipf (exponent 1), by a fresh worker whose memory is
empty. Timed as in `throughput.py`: from when it has every partition until the last commit.
"""

import argparse
import asyncio
import random
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from measured import command, keep, percentile, resident_mib, summaries, tell
from mix import SELLERS_PER_MARKET, Mix
from servers import Servers, publish

PARTITIONS: Final = 4
TIMEOUT_S: Final = 1_800.0
SAMPLED: Final = 2_000
DRAWN: Final[dict[str, Callable[[random.Random, int], int]]] = {
    "uniform": lambda rng, among: rng.randrange(among),
    # By the inverse of its distribution; ranks are scattered, so that the busy ones do not share a market.
    "zipf": lambda rng, among: int(among ** rng.random()) * 7_919 % among,
}


class Grown:
    """A marketplace of so many sellers on servers of its own."""

    def __init__(self, folder: Path, sellers: int) -> None:
        self.servers = Servers(folder, PARTITIONS)
        self.mix = Mix(0, sellers=sellers, listings_per_seller=1)
        self.sent = 0
        self._at_s = 0.0
        self._rng = random.Random(sellers)

    def open(self) -> dict[str, float]:
        """Every seller and listing is judged; the bytes that Redis takes for them."""
        before = self._used()
        began_s = time.monotonic()
        self._send((line for _, line in self.mix.opening()), self.mix.reference())
        with self.servers.worker("growth-open", clock="events") as worker:
            self.servers.wait_for(self.sent, worker, TIMEOUT_S, every_s=0.5)
        return {
            "opened_s": time.monotonic() - began_s,
            "redis_bytes_per_seller": (self._used() - before) / self.mix.sellers,
            **self._sampled("core", "assay:{*}:seller:*"),
            **self._sampled("market", "assay:market:*"),
        }

    def judge(self, group: str, drawn: str, events: int) -> dict[str, float]:
        """So many events more; a worker whose memory is empty."""
        self._send(islice(self._events(DRAWN[drawn]), events), ())
        with self.servers.worker(group, clock="events") as worker:
            self.servers.wait_until_open(worker, TIMEOUT_S)
            began_s, before = time.monotonic(), self.servers.cpu(worker.pid)
            ended_s = self.servers.wait_for(self.sent, worker, TIMEOUT_S, every_s=0.1)
            after = self.servers.cpu(worker.pid)
            memory_mib = resident_mib(worker.pid)
        used = {f"{name}_us": 1e6 * (after[name] - before[name]) / events for name in after}
        return {"events_per_second": events / (ended_s - began_s), **used, "worker_mib": memory_mib}

    def _events(self, draw: Callable[[random.Random, int], int]) -> Iterator[bytes]:
        """New prices, four to a second of event time."""
        while True:
            self._at_s += 0.25
            yield self.mix.listing("listing_changed", draw(self._rng, self.mix.listings), self._at_s)[1]

    def _send(self, lines: Iterator[bytes], reference: Any) -> None:
        bootstrap = self.servers.settings().kafka_bootstrap
        self.sent += asyncio.run(publish(bootstrap, PARTITIONS, lines, reference))

    def _used(self) -> float:
        return float(self.servers.redis.info("memory")["used_memory"])

    def _sampled(self, what: str, pattern: str) -> dict[str, float]:
        """Median and 99th percentile of what keys of this pattern take, Redis's own overhead included."""
        keys = list(islice(self.servers.redis.scan_iter(pattern, count=10_000), SAMPLED))
        sizes = sorted(self.servers.redis.memory_usage(key, samples=0) for key in keys)
        return {f"{what}_bytes_p50": percentile(sizes, 0.5), f"{what}_bytes_p99": percentile(sizes, 0.99)}


def grow(options: argparse.Namespace, sellers: int) -> dict[str, Any]:
    grown = Grown(options.dir / f"growth-{sellers}", sellers)
    try:
        results: dict[str, Any] = {"opening": grown.open()}
        for name in DRAWN:
            runs = [grown.judge(f"growth-{name}-{at}", name, options.events) for at in range(options.runs)]
            results[name] = summaries(runs, 1) | {"runs": runs}
    finally:
        grown.servers.stop()
    return results


def main() -> None:
    parser = command(__doc__, has_folder=True)
    parser.add_argument("--sellers", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--events", type=int, default=100_000, help="timed events of each run [100000]")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    results = {}
    for sellers in options.sellers:
        results[str(sellers)] = found = grow(options, sellers)
        print(f"{sellers:,} sellers, {SELLERS_PER_MARKET} to a market")
        for name, number in found["opening"].items():
            print(f"  {name:24} {number:,.0f}")
        for drawn in DRAWN:
            tell(drawn, found[drawn])
    keep("growth", {"sellers": options.sellers, "events": options.events, "partitions": PARTITIONS}, results)


if __name__ == "__main__":
    main()
