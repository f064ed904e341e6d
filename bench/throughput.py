"""Events a second: `replay` of files in memory, and `worker`: one worker process on real Kafka and Redis.

The worker judges topics that were loaded before it started. The time runs from the moment when it has opened every
partition, with nothing judged yet, to the last commit; CPU time of worker, Redis and broker is taken at the same two
moments. (From the first commit on it would be flattered: one step takes up to 2,000 records of every partition, so that
with 64 of them most of a load is fetched and decoded before anything is committed.) Afterwards the stored sellers are
asked whether every event was judged. The clock is `events`: this is history.
"""

import argparse
import asyncio
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import mix
import titled
from measured import command, keep, summary, tell
from servers import Servers, load_topics

from detectors.policy import make_policy
from streams.interpreter import relax_collector
from streams.replay import read_reference, replay
from streams.settings import read_policy

TIMEOUT_S = 900.0
MIXES = {"job": mix.write, "simulated": mix.simulate, "titles": titled.title}


def replay_once(events: Path, reference: Path, out: Path) -> dict[str, float]:
    """One replay in a process of its own; imports and the reference are not in the time."""
    catalogue = read_reference([str(reference)])
    policy = make_policy(read_policy(None))
    relax_collector()
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    done = asyncio.run(replay([str(events)], catalogue, policy, out))
    cpu_s, wall_s = time.process_time() - began_cpu_s, time.perf_counter() - began_s
    return {"events": done["events"], "wall_s": wall_s, "cpu_s": cpu_s}


def measure_replay(options: argparse.Namespace) -> dict[str, Any]:
    """Each mix, alternating, so that a busy minute hits both."""
    made = {name: MIXES[name](options.events, options.dir / f"{name}-{options.events}") for name in options.mixes}
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in made}
    for _ in range(options.runs):
        for name, (events, reference) in made.items():
            # A child lives for one run: no caches, no heap of the run before.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                runs[name].append(pool.submit(replay_once, events, reference, options.dir / "replayed").result())
    return {
        name: {
            "events": held[0]["events"],
            "events_per_second": summary([one["events"] / one["wall_s"] for one in held]),
            "events_per_cpu_second": summary([one["events"] / one["cpu_s"] for one in held]),
            "cpu_us_per_event": summary([1e6 * one["cpu_s"] / one["events"] for one in held], 1),
        }
        for name, held in runs.items()
    }


def worker_once(servers: Servers, group: str, total: int) -> dict[str, float]:
    """One fresh worker over the loaded topics, Redis empty."""
    servers.redis.flushall()
    with servers.worker(group, clock="events") as process:
        servers.wait_until_open(process, TIMEOUT_S)
        began_s, cpu_before, before = time.monotonic(), servers.cpu(process.pid), servers.judged()
        first_s = servers.wait_for(1, process, TIMEOUT_S, every_s=0.02)
        first = servers.judged()
        ended_s = servers.wait_for(total, process, TIMEOUT_S, every_s=0.1)
        cpu_after = servers.cpu(process.pid)
    judged, lines = servers.remembered()
    if before or judged < total:
        raise SystemExit(f"{before:,} events were judged before the time began, {judged:,} of {total:,} at its end.")
    used = {f"{name}_us": 1e6 * (cpu_after[name] - cpu_before[name]) / total for name in cpu_after}
    return {
        "events_per_second": total / (ended_s - began_s),
        **used,
        "first_commit_s": first_s - began_s,
        "first_commit_events": first,
        "lines_remembered": lines,
    }


def measure_worker(options: argparse.Namespace) -> dict[str, Any]:
    results: dict[str, Any] = {}
    for name in options.mixes:
        events, reference = MIXES[name](options.events, options.dir / f"{name}-{options.events}")
        for partitions in options.partitions:
            servers = Servers(options.dir / f"stack-{partitions}", partitions)
            try:
                total = load_topics(servers, events, reference)
                runs = [worker_once(servers, f"bench-{at}", total) for at in range(options.runs)]
            finally:
                servers.stop()
            results[f"{name}, {partitions} partitions"] = {
                "events": total,
                **{key: summary([one[key] for one in runs], 0 if "second" in key else 1) for key in runs[0]},
                "runs": runs,
            }
    return results


def main() -> None:
    parser = command(__doc__, has_folder=True)
    parser.add_argument("what", choices=("replay", "worker"))
    parser.add_argument("--mixes", nargs="+", choices=tuple(MIXES), default=["job"])
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--partitions", type=int, nargs="+", default=[4, 64])
    options = parser.parse_args()
    results = measure_replay(options) if options.what == "replay" else measure_worker(options)
    for name, measures in results.items():
        tell(f"{options.what} {name}: {measures['events']:,} events", measures)
    settings = {
        "events_asked": options.events,
        "mixes": options.mixes,
        "clock": "events",
        "partitions": options.partitions,
    }
    keep(f"throughput-{options.what}", settings, results)


if __name__ == "__main__":
    main()
