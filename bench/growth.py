"""Growth: one worker over marketplaces of 10,000 to a million sellers, and what Redis holds of them.

Each marketplace is first judged whole, untimed: every seller and one listing each, 65 sellers to a market. Then, as
often as asked, so many new prices, of sellers drawn evenly or by Zipf (exponent 1): by a fresh worker whose memory is
empty (cold), or by one that has judged `WARMED` of the kind before and is stopped while they are sent (warm). Timed as
in `throughput.py`: from when it has every partition, or goes on, until the last commit.
"""

import argparse
import asyncio
import random
import signal
import subprocess
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
WARMED: Final = 300_000
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

    def judge_cold(self, group: str, drawn: str, events: int) -> dict[str, float]:
        """So many events more; a worker whose memory is empty."""
        self._send(self._prices(drawn, events), ())
        with self.servers.worker(group, clock="events") as worker:
            self.servers.wait_until_open(worker, TIMEOUT_S)
            return self._timed(worker, events)

    def judge_warm(self, group: str, drawn: str, events: int, runs: int) -> list[dict[str, float]]:
        """So many events more, as often, by a worker that has judged `WARMED` of them before."""
        self._send(self._prices(drawn, WARMED), ())
        found = []
        with self.servers.worker(group, clock="events") as worker:
            self.servers.wait_for(self.sent, worker, TIMEOUT_S)
            for _ in range(runs):
                lines = list(self._prices(drawn, events))
                worker.send_signal(signal.SIGSTOP)
                self._send(iter(lines), ())
                worker.send_signal(signal.SIGCONT)
                found.append(self._timed(worker, events))
        return found

    def _timed(self, worker: subprocess.Popen[bytes], events: int) -> dict[str, float]:
        began_s, before = time.monotonic(), self.servers.cpu(worker.pid)
        ended_s = self.servers.wait_for(self.sent, worker, TIMEOUT_S, every_s=0.1)
        after = self.servers.cpu(worker.pid)
        used = {f"{name}_us": 1e6 * (after[name] - before[name]) / events for name in after}
        return {"events_per_second": events / (ended_s - began_s), **used, "worker_mib": resident_mib(worker.pid)}

    def _prices(self, drawn: str, events: int) -> Iterator[bytes]:
        """New prices, four to a second of event time."""
        for _ in range(events):
            self._at_s += 0.25
            yield self.mix.listing("listing_changed", DRAWN[drawn](self._rng, self.mix.listings), self._at_s)[1]

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
            cold = [grown.judge_cold(f"growth-{name}-{at}", name, options.events) for at in range(options.runs)]
            warm = grown.judge_warm(f"growth-{name}-warm", name, options.events, options.runs)
            for state, runs in (("cold", cold), ("warm", warm)):
                results[f"{name}, {state}"] = summaries(runs, 1) | {"runs": runs}
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
        for what, measures in found.items():
            if what != "opening":
                tell(what, measures)
    keep("growth", {"sellers": options.sellers, "events": options.events, "partitions": PARTITIONS}, results)


if __name__ == "__main__":
    main()
