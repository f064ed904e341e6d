"""From the start of `assay worker` to its first commit, with so many products in the catalogue (row 10).

The topics hold 400 events before the worker starts; broker and Redis run, and nothing is cached but
files.
"""

import asyncio
import time
from collections.abc import Iterator
from typing import Final

from measured import command, cpu_s, keep, resident_mib, summaries, tell
from mix import Mix
from servers import Servers, publish

PARTITIONS: Final = 4
TIMEOUT_S: Final = 300.0


def products(count: int) -> Iterator[bytes]:
    """A catalogue whose names share words as real ones do."""
    for number in range(count):
        name = f"Series {number % 97} Model {number} {64 << number % 4} GB"
        brand = f"Brand {number % 300}"
        yield f'{{"product_id":"p-{number}","brand":"{brand}","name":"{name}","category":"phones"}}'.encode()


def once(servers: Servers, group: str, records: int) -> dict[str, float]:
    servers.redis.flushall()
    began_s = time.monotonic()
    with servers.worker(group, clock="events") as worker:
        servers.wait_for(1, worker, TIMEOUT_S, every_s=0.01)
        first_s = time.monotonic() - began_s
        servers.wait_for(records, worker, TIMEOUT_S, every_s=0.01)
        return {"first_judgement_s": first_s, "cpu_s": cpu_s(worker.pid), "worker_mib": resident_mib(worker.pid)}


def main() -> None:
    parser = command(__doc__, has_folder=True)
    parser.add_argument("--products", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    results = {}
    for count in options.products:
        servers = Servers(options.dir / f"startup-{count}", PARTITIONS)
        try:
            bootstrap = servers.settings().kafka_bootstrap
            lines = (line for _, line in Mix(0, sellers=200, listings_per_seller=1).opening())
            records = asyncio.run(publish(bootstrap, PARTITIONS, lines, products(count)))
            runs = [once(servers, f"startup-{at}", records) for at in range(options.runs)]
        finally:
            servers.stop()
        results[str(count)] = summaries(runs, 2)
        tell(f"{count:,} products", results[str(count)])
    keep("startup", {"products": options.products, "partitions": PARTITIONS}, results)


if __name__ == "__main__":
    main()
