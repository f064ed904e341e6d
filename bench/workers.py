"""Two workers against one, on this machine: events a second, and who gets the cores.

The topics are loaded before. The time runs from when every worker has its share of the partitions until nine tenths of
what was left then are committed, so that a partition that ends later than the others does not count.
"""

import time
from contextlib import ExitStack
from typing import Any, Final

import mix
from kafka.errors import KafkaError
from measured import command, keep, summaries, tell
from servers import Servers, load_topics

TIMEOUT_S: Final = 900.0
MEASURED: Final = 0.9  # of what is left when all have come


def sharing(servers: Servers, group: str) -> int:
    """How many members of the group have partitions; none while it has no coordinator yet."""
    try:
        found = servers.admin.describe_groups([group])[group]
    except KafkaError:
        return 0
    return sum(1 for member in found["members"] if member["member_assignment"])


def once(servers: Servers, group: str, workers: int, total: int) -> dict[str, float]:
    """So many fresh workers over the loaded topics, Redis empty."""
    servers.redis.flushall()
    with ExitStack() as running:
        pids = [running.enter_context(servers.worker(group, clock="events")).pid for _ in range(workers)]
        until_s = time.monotonic() + TIMEOUT_S
        while sharing(servers, group) < workers:
            if time.monotonic() > until_s:
                raise SystemExit(f"The workers did not share the partitions: see the logs in {servers.folder}.")
            time.sleep(0.05)
        began_s, first, before = time.monotonic(), servers.judged(), servers.cpu(*pids)
        wanted = first + MEASURED * (total - first)
        while (judged := servers.judged()) < wanted:
            if time.monotonic() > until_s:
                raise SystemExit(f"Only {judged:,} of {total:,} events were judged: see the logs in {servers.folder}.")
            time.sleep(0.05)
        seconds, after = time.monotonic() - began_s, servers.cpu(*pids)
    cores = {f"{name}_cores": (after[name] - before[name]) / seconds for name in after}
    return {"events_per_second": (judged - first) / seconds, **cores, "measured_events": judged - first}


def main() -> None:
    parser = command(__doc__, has_folder=True)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--runs", type=int, default=5, help="rounds; each number of workers once in each [5]")
    options = parser.parse_args()
    events, reference = mix.write(options.events, options.dir / f"job-{options.events}")
    servers = Servers(options.dir / "workers", options.partitions)
    runs: dict[int, list[dict[str, float]]] = {workers: [] for workers in options.workers}
    try:
        total = load_topics(servers, events, reference)
        for at in range(options.runs):
            for workers, held in runs.items():
                held.append(once(servers, f"workers-{workers}-{at}", workers, total))
    finally:
        servers.stop()
    results: dict[str, Any] = {}
    for workers, held in runs.items():
        results[str(workers)] = summaries(held, 2) | {"runs": held}
        said = f"{workers} worker{'s' if workers > 1 else ''}, {options.partitions} partitions, {total:,} events"
        tell(said, results[str(workers)])
    keep("workers", {"events": options.events, "partitions": options.partitions}, results)


if __name__ == "__main__":
    main()
