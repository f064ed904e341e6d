"""What every benchmark says beside its numbers: machine, versions, load; and how numbers are summed up and kept."""

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

PACKAGES: Final = ("faust-streaming", "aiokafka", "redis", "hiredis", "msgspec")
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
RESULTS: Final = Path(__file__).parent.parent / "out"


def command(about: str | None, has_folder: bool = False) -> argparse.ArgumentParser:
    """The command line of the script that runs, `about` its docstring; with --dir where it starts servers."""
    name = f"bench/{Path(sys.argv[0]).name}"
    parser = argparse.ArgumentParser(prog=name, description=(about or "").partition("\n")[0])
    if has_folder:
        parser.add_argument("--dir", type=_folder, default="out/bench", help="mixes, stacks and logs [out/bench]")
    return parser


def conditions() -> dict[str, Any]:
    """Machine, versions, time and load; written beside every result."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "machine": f"{_processor()}, {os.cpu_count()} logical cores, {_memory_gib():.0f} GiB, {platform.system()}",
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "load_average_1m": round(os.getloadavg()[0], 2),
        "assay": _commit(),
    }


def summary(values: Sequence[float], digits: int = 0) -> dict[str, float]:
    """Median, minimum, maximum and how many."""
    return {
        "median": round(statistics.median(values), digits),
        "min": round(min(values), digits),
        "max": round(max(values), digits),
        "n": len(values),
    }


def summaries(runs: Sequence[dict[str, float]], digits: int) -> dict[str, Any]:
    """Each measure of the runs summed up, by its name."""
    return {name: summary([one[name] for one in runs], digits) for name in runs[0]}


def shown(held: dict[str, float]) -> str:
    """A summary for a table: median (min to max, n)."""
    return f"{held['median']:,g} ({held['min']:,g} to {held['max']:,g}, n {held['n']})"


def tell(title: str, measures: dict[str, Any]) -> None:
    """Prints a line for each measure that was summed up."""
    print(title)
    for name, held in measures.items():
        if isinstance(held, dict):
            print(f"  {name:24} {shown(held)}")


def cpu_s(pid: int) -> float:
    """User and system time of a process so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def resident_mib(pid: int) -> float:
    """What a process holds in memory now, in MiB."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


def waited_s(pid: int) -> float:
    """How long the process's threads were ready to run and had no core, in seconds: what a busy machine takes."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[1]) for task in tasks) / 1e9


def keep(name: str, settings: dict[str, Any], results: Any) -> Path:
    """Writes a result as JSON to out/ and says where."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    held = {**conditions(), "settings": settings, "results": results}
    path.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
    sys.stderr.write(f"{path}\n")
    return path


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that this share of the ascending values does not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _folder(text: str) -> Path:
    path = Path(text)
    path.mkdir(parents=True, exist_ok=True)
    return path


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.processor()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _commit() -> str:
    head = Path(__file__).parent.parent / ".git" / "HEAD"
    try:
        ref = head.read_text().strip()
        return ref if not ref.startswith("ref: ") else (head.parent / ref[5:]).read_text().strip()[:12]
    except OSError:
        return "unknown"
