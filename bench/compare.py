"""assay and its peers at the same job: `job.md` states it, and how it is measured.

Starts its own Kafka and Redis, loads the topics once, runs every engine in turn, and again, as many rounds as asked. An
engine whose holds or whose state after a `kill -9` are not what the oracle says ends the comparison.
"""

import argparse
import asyncio
import shutil
from pathlib import Path
from typing import Any, Final

import mix
from engines import ENGINES, JAVA_BUILT, PEERS_PYTHON, Engine, versions
from measured import command, conditions, keep, summary
from oracle import Outcome, outcome_of
from reading import Window
from running import Run
from servers import Servers, load_topics
from verified import NotTheJobError, call_the_roll, check_holds, read_all, read_redis
from window import measure

SMALL: Final = "small."
ENOUGH_COMMITS: Final = 3  # to call what was measured durable
COLUMNS: Final = (
    ("events/s, median (min to max, n)", "events_per_second", 0),
    ("CPU µs an event", "engine_us", 1),
    ("Redis µs", "redis_us", 1),
    ("broker µs", "broker_us", 1),
    ("peak memory, MiB", "peak_mib", 0),
    ("start, s", "start_up_s", 1),
    ("back after kill, s", "recovery_s", 1),
)


class Load:
    """A mix as it lies in topics of one prefix, and what it comes to."""

    def __init__(self, servers: Servers, folder: Path, events: int, prefix: str) -> None:
        written, reference = mix.write(events, folder / f"job-{events}")
        self.prefix = prefix
        self.outcome: Outcome = outcome_of(written)
        if prefix:
            servers.make_topics([f"{prefix}{name}" for name in servers.inputs])
        self.total = load_topics(servers, written, reference, prefix)


def run_once(run: Run, load: Load, kills: bool) -> dict[str, Any]:
    """One engine once over its load, measured and verified."""
    servers, engine = run.servers, run.engine
    start = servers.ends(run.holds) if engine.is_assay else {}
    if engine.is_assay:
        servers.redis.flushall()
    else:
        servers.make_topics(run.own_topics)
    try:
        window = measure(run, load.total, kills and engine.killed)
        lines = asyncio.run(read_all(servers, run.holds, start))
        found: dict[str, Any] = check_holds(run, lines, load.outcome)
        if engine.is_assay:
            run.kill()
            found |= asyncio.run(read_redis(run, load.outcome))
        else:
            if engine.durable:
                run.kill()
                run.start()
            found |= asyncio.run(call_the_roll(run, load.outcome, exact=not (kills and engine.killed)))
    except NotTheJobError as error:
        raise SystemExit(f"{error} See {run.log}.") from None
    finally:
        run.end()
        servers.drop_topics(run.id)
        shutil.rmtree(run.folder, ignore_errors=True)
    return {**figures(window, run), **found}


def figures(window: Window, run: Run) -> dict[str, Any]:
    """What is shown of a run; per event of those whose effects were committed where the rate is read."""
    read = window.read_at
    return {
        "events_per_second": read.effects / read.at_s,
        "engine_us": 1e6 * read.engine_s / read.effects,
        "redis_us": 1e6 * read.redis_s / read.effects,
        "broker_us": 1e6 * read.broker_s / read.effects,
        "peak_mib": run.peak_bytes / 2**20,
        "start_up_s": window.start_up_s,
        "recovery_s": window.recovery_s,
        "read_at_events": read.effects,
        "window_s": read.at_s,
        "drained_after_s": window.samples[-1].at_s,
        "commits_seen": window.commits_seen,
        "progress": window.progress,
    }


def compare(options: argparse.Namespace, partitions: int) -> dict[str, Any]:
    """All rounds over topics of so many partitions."""
    engines = [engine for engine in ENGINES if engine.name in options.engines]
    servers = Servers(options.dir / f"peers-{partitions}", partitions)
    try:
        loads: dict[bool, Load] = {}
        for engine in engines:
            if engine.small not in loads:
                events, prefix = (options.faust_events, SMALL) if engine.small else (options.events, "")
                loads[engine.small] = Load(servers, options.dir, events, prefix)
        runs: dict[str, list[dict[str, Any]]] = {engine.name: [] for engine in engines}
        for at in range(options.runs):
            for engine in engines:
                load = loads[engine.small]
                run = Run(engine, servers, f"{engine.name}-{at}-run", load.prefix, options.commit_seconds)
                once = run_once(run, load, options.restart)
                runs[engine.name].append(once)
                print(
                    f"{engine.shown}: {once['events_per_second']:,.0f} events/s, {once['engine_us']:.1f} µs", flush=True
                )
    finally:
        servers.stop()
    return {engine.name: result(engine, loads[engine.small].total, runs[engine.name]) for engine in engines}


def result(engine: Engine, events: int, runs: list[dict[str, Any]]) -> dict[str, Any]:
    summed = {name: summary([one[name] for one in runs], digits) for _, name, digits in COLUMNS}
    return {"shown": engine.shown, "events": events, **summed, "runs": runs}


def table(results: dict[str, Any], restart: bool) -> str:
    """The results as Markdown; medians, events a second with its range."""
    heads = ["engine", "events", *(head for head, _, _ in COLUMNS)]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for held in results.values():
        rate = held["events_per_second"]
        cells = [held["shown"], f"{held['events']:,}"]
        cells += [f"{rate['median']:,g} ({rate['min']:,g} to {rate['max']:,g}, {rate['n']})"]
        cells += [f"{held[name]['median']:,g}" for _, name, _ in COLUMNS[1:]]
        lines.append(f"| {' | '.join(cells)} |")
    short = [
        held["shown"] for held in results.values() if min(one["commits_seen"] for one in held["runs"]) < ENOUGH_COMMITS
    ]
    if short:
        lines.append(f"\nToo short a run, fewer than {ENOUGH_COMMITS} commits were seen: {', '.join(short)}.")
    spared = [held["shown"] for held in results.values() if not held["recovery_s"]["min"]]
    if restart and spared:
        lines.append(
            f"\nNot killed (job.md says whom that spares; anybody else was through too soon): {', '.join(spared)}."
        )
    return "\n".join(lines)


def main() -> None:
    names = tuple(engine.name for engine in ENGINES)
    parser = command(__doc__, has_folder=True)
    parser.add_argument("--engines", nargs="+", choices=names, default=list(names))
    parser.add_argument("--events", type=int, default=1_500_000)
    parser.add_argument("--faust-events", type=int, default=50_000, help="stock Faust does so few a second [50000]")
    parser.add_argument("--runs", type=int, default=5, help="rounds; every engine runs once in each [5]")
    parser.add_argument("--partitions", type=int, nargs="+", default=[4])
    parser.add_argument("--restart", action="store_true", help="kill -9 each engine once in the middle of its window")
    parser.add_argument("--commit-seconds", type=float, help="how often peers commit, instead of their own defaults")
    options = parser.parse_args()
    if not PEERS_PYTHON.exists() or not JAVA_BUILT.exists():
        raise SystemExit("The peers are not built: `make bench` does that, or `make peers` alone.")
    options.dir = options.dir.resolve()
    results = {f"{partitions} partitions": compare(options, partitions) for partitions in options.partitions}
    known = conditions()
    told = {**known["packages"], **versions()}
    print(f"\n{known['machine']}; Python {known['python']}; load average {known['load_average_1m']}")
    print(", ".join(f"{name} {number}" for name, number in told.items()))
    for form, held in results.items():
        print(f"\n{form}{', one kill -9 each' if options.restart else ''}\n\n{table(held, options.restart)}")
    settings = {name: getattr(options, name) for name in ("engines", "events", "faust_events", "runs", "partitions")}
    settings |= {"restart": options.restart, "commit_seconds": options.commit_seconds, "versions": told}
    keep("compare", settings, results)


if __name__ == "__main__":
    main()
